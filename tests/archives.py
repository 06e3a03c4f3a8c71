"""Small archives for tests: articles by hand, taken in with an encoder that needs no model."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime

from fakes import HashingEncoder

from ingest.pipeline import Account, Event, Pipeline
from rag.config import Settings
from rag.schema import Article, DatePrecision, Moment, Scope
from rag.stores import Stores

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
"""When everything is taken in, unless a test says otherwise."""
LATER = datetime(2026, 1, 1, tzinfo=UTC)
DIMENSION = 24

_SUBJECTS = ("studio", "union", "court", "festival", "label", "streamer", "director", "composer", "agency", "press")
_VERBS = ("signed", "rejected", "delayed", "announced", "dropped", "licensed", "sued", "trained", "tested", "praised")
_OBJECTS = ("contract", "model", "lawsuit", "trailer", "score", "budget", "script", "voice", "catalogue", "platform")


class RecordingEncoder(HashingEncoder):
    """Remembers every text that it was given to encode."""

    def __init__(self, dimension=DIMENSION):
        super().__init__(dimension)
        self.texts = []

    def encode(self, texts):
        self.texts.extend(texts)
        return super().encode(texts)


def sentence(number):
    """A sentence of its own for every number below a thousand."""
    subject, verb, thing = _SUBJECTS[number % 10], _VERBS[number // 10 % 10], _OBJECTS[number // 100 % 10]
    return f"On day {number} the {subject} number{number} {verb} a {thing} after long talks in room{number}."


def prose(first, count=40):
    """Text of ``count`` sentences: 40 make several passages."""
    return " ".join(sentence(number) for number in range(first, first + count))


def on(day, precision=DatePrecision.DAY):
    """A publisher's date such as ``2024-01-31`` or ``2024-01-31T09:30``."""
    return Moment(value=datetime.fromisoformat(day).replace(tzinfo=UTC), precision=precision, origin="test")


def article(name, text, *, published=None, modified=None, url="", **fields):
    """An article with id and place ``name``; ``url`` is made from the name unless given or None."""
    return Article(
        id=name,
        title=fields.pop("title", "Report"),
        text=text,
        url=f"https://news.example/{name}" if url == "" else url,
        source=fields.pop("source", f"feed.jsonl:{name}"),
        published_at=None if published is None else on(published),
        modified_at=None if modified is None else on(modified),
        **fields,
    )


@contextmanager
def opened(folder, encoder=None, *, chroma="", **options):
    """The open stores of ``folder``."""
    with Stores(Settings(data=str(folder), chroma=chroma), encoder or HashingEncoder(DIMENSION), **options) as stores:
        yield stores


def take(stores, items: Iterable, *, now=NOW) -> tuple[Account, list[Event]]:
    """Run ``items`` into open stores; return the account and what became of each item."""
    events: list[Event] = []
    account = Pipeline(stores, now=now, report=lambda event, _account: events.append(event)).run(items)
    return account, events


def outcomes(events):
    """What became of each item, in order."""
    return [event.outcome.value for event in events]


def searched(stores):
    """The texts that are searched, by article id, as the passages in both indexes have them."""
    ids = set(stores.archive.passage_ids())
    assert stores.lexical.ids() == ids
    assert set(stores.vectors.ids()) == ids
    return {item.article.id: item.article.text for item in stores.archive.locate(sorted(ids)).values()}


def found(stores, words, *, scope=None, as_of=LATER, limit=50):
    """The ids of the articles that the lexical index finds, best first."""
    hits = stores.lexical.search(words, scope=scope or Scope(), as_of=as_of, limit=limit)
    located = stores.archive.locate([hit.passage_id for hit in hits])
    return list(dict.fromkeys(located[hit.passage_id].article.id for hit in hits))
