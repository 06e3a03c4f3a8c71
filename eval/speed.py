"""How fast articles are taken in, beside plain LlamaIndex: same articles, same model, taking turns.

Every run is a process of its own. The clock runs from articles in memory and a loaded model to the
last write of both indexes; reading files and loading are not timed on either side. Timings depend on
what else the machine does, so the sides take turns and every round gives a ratio of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Generic, TypeVar

from eval.plain_llamaindex import PlainLlamaIndex, require_packages
from eval.truncation import EmbeddedText, Reach, characters_of, characters_read, reach_of
from eval.watch import Watch, peak_memory
from rag.config import Settings
from rag.embed import BULK_CHARACTERS, Encoder, ModelEncoder, load_encoder
from rag.errors import NewsdeskError
from rag.schema import Article
from rag.stores import Stores

Result = TypeVar("Result")
Run = TypeVar("Run")

_WARM_UP = "news " * (BULK_CHARACTERS // 5)
"""Long enough that the engine for large calls is loaded, cut off by the model so that it costs one passage."""


@dataclass(frozen=True, kw_only=True)
class IngestRun:
    """One timed ingest. ``characters`` are those of the articles' texts, without white space.

    ``characters_read`` are those among them that the model read, each counted once; ``seconds`` is
    wall time, ``seconds_encoding`` the part of it inside the embedding model, ``seconds_processor`` the
    time used on all processors, ``peak_memory`` the process's resident bytes. ``taken_by_others`` is
    the share of the processors' time, 0 to 1, that other processes used meanwhile, ``load`` the
    machine's load average at the start, ``made_with`` the settings in words.
    """

    articles: int
    passages: int
    characters: int
    characters_read: int
    seconds: float
    seconds_encoding: float
    seconds_processor: float
    peak_memory: int
    taken_by_others: float
    load: float
    made_with: str

    @property
    def articles_per_second(self) -> float:
        """Articles taken in per second."""
        return self.articles / self.seconds

    @property
    def passages_per_second(self) -> float:
        """Passages, in LlamaIndex's words chunks, cut, embedded and indexed per second."""
        return self.passages / self.seconds

    @property
    def passages_per_processor_second(self) -> float:
        """Passages per second that this process had a processor: other work on the machine changes it little."""
        return self.passages / self.seconds_processor

    @property
    def characters_per_second(self) -> float:
        """Characters of the articles' texts that the model read, per second."""
        return self.characters_read / self.seconds

    @property
    def share_read(self) -> float:
        """Share of the articles' texts that the model read, 0 to 1; the rest cannot be found by meaning."""
        return self.characters_read / self.characters

    @property
    def share_encoding(self) -> float:
        """Share of the wall time spent inside the embedding model, 0 to 1."""
        return self.seconds_encoding / self.seconds


@dataclass(frozen=True, kw_only=True)
class Round(Generic[Run]):
    """One run of each side, one after the other."""

    newsdesk: Run
    plain: Run


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Articles to measure with; ``passed_over`` counts items that were unreadable, or repeated another one."""

    articles: tuple[Article, ...]
    passed_over: int


Report = Callable[[str], None]
"""Called with what is begun, in words."""


def read_articles(paths: Sequence[str], *, limit: int | None = None) -> Selection:
    """Return the first ``limit`` articles in ``paths`` that differ in id, URL and text.

    Newsdesk embeds no copy, LlamaIndex every one; without copies both have the same work. Raises
    NewsdeskError when there is none.
    """
    from ingest.files import read_paths
    from rag.archive_writer import text_hash

    articles: list[Article] = []
    passed_over = 0
    known: set[tuple[str, str]] = set()
    items = read_paths(paths)
    for item in items:
        keys: set[tuple[str, str]] = set()
        if isinstance(item, Article):
            keys = {("id", item.id), ("url", item.url or item.id), ("text", text_hash(item.text))}
        if not isinstance(item, Article) or not keys.isdisjoint(known):
            passed_over += 1
            continue
        known |= keys
        articles.append(item)
        if len(articles) == limit:
            break
    if not articles:
        raise NewsdeskError(f"There is no article in {', '.join(paths)}. Name files that `python -m ingest` reads.")
    return Selection(articles=tuple(articles), passed_over=passed_over)


def compare_ingest(
    settings: Settings, articles: Sequence[Article], *, rounds: int, report: Report
) -> list[Round[IngestRun]]:
    """Take the articles in ``rounds`` times on each side, each time in a fresh process and a fresh folder.

    The data folder of ``settings`` is only asked for the engine and the exported model that are
    remembered there, and remembers them when it did not. Raises BaselineMissingError, ModelError or
    NewsdeskError.
    """
    require_packages()
    report("choosing the engine, unless one is remembered")
    in_child(prepare, settings)
    return list(
        take_turns(
            lambda: in_child(_newsdesk, articles, settings),
            lambda: in_child(_plain, articles, settings),
            rounds=rounds,
            report=report,
        )
    )


def take_turns(
    newsdesk: Callable[[], Run], plain: Callable[[], Run], *, rounds: int, report: Report
) -> Iterator[Round[Run]]:
    """Yield ``rounds`` rounds; who begins changes from round to round, so that a drift favours neither."""
    for number in range(1, rounds + 1):
        done: dict[str, Run] = {}
        sides = [("newsdesk", newsdesk), ("plain LlamaIndex", plain)]
        for name, run in sides if number % 2 else reversed(sides):
            report(f"round {number} of {rounds}: {name}")
            done[name] = run()
        yield Round(newsdesk=done["newsdesk"], plain=done["plain LlamaIndex"])


def measure_newsdesk(articles: Sequence[Article], settings: Settings, encoder: Encoder, reach: Reach) -> IngestRun:
    """Take the articles in with the archive and indexes of ``settings``, whose data folder must be empty."""
    from ingest.pipeline import Outcome, Pipeline
    from rag import indexed_text

    encoder.encode([_WARM_UP])
    with Stores(settings, encoder, create=True) as stores:
        with Watch() as watch:
            account = Pipeline(stores).run(articles)
        peak = peak_memory()
        given: list[EmbeddedText] = []
        for item in stores.archive.locate(list(stores.archive.passage_ids())).values():
            header = indexed_text.embedding_header(item.article, encoder.token_offsets)
            text = indexed_text.for_embedding(item.article, item.passage, encoder.token_offsets)
            given.append(
                EmbeddedText(article_id=item.article.id, start=item.passage.start, lead=len(header) + 1, text=text)
            )
    engine = encoder.engine_name if isinstance(encoder, ModelEncoder) else encoder.name
    return IngestRun(
        articles=account.outcomes[Outcome.ADDED],
        passages=account.passages,
        characters=characters_of(articles),
        characters_read=characters_read(articles, given, reach),
        seconds=watch.seconds,
        seconds_encoding=account.encoding,
        seconds_processor=watch.processor,
        peak_memory=peak,
        taken_by_others=watch.taken_by_others,
        load=watch.load,
        made_with=f"{encoder.name} on the engine {engine}",
    )


def measure_plain(articles: Sequence[Article], model: Path, folder: Path) -> IngestRun:
    """Take the articles in with plain LlamaIndex into ``folder``, which must be empty."""
    index = PlainLlamaIndex(model, folder)
    index.warm_up(_WARM_UP)
    before = index.seconds_encoding
    with Watch() as watch:
        index.ingest(articles)
    peak = peak_memory()
    encoding = index.seconds_encoding - before
    given = index.embedded_texts(articles)
    assert len(given) == index.count(), "the second cutting must give the chunks of the first"
    return IngestRun(
        articles=len(articles),
        passages=index.count(),
        characters=characters_of(articles),
        characters_read=characters_read(articles, given, reach_of(model, index.max_tokens)),
        seconds=watch.seconds,
        seconds_encoding=encoding,
        seconds_processor=watch.processor,
        peak_memory=peak,
        taken_by_others=watch.taken_by_others,
        load=watch.load,
        made_with=index.made_with,
    )


# --- in processes of their own ------------------------------------------------------------------


def in_child(function: Callable[..., Result], *arguments: object) -> Result:
    """Call ``function`` in a fresh process, raise here what it raises there, and wait until the process is gone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(function, *arguments).result()
        except BrokenProcessPool as error:
            raise NewsdeskError(
                "A measured process was killed, perhaps for want of memory. Try fewer articles with --limit."
            ) from error


def prepare(settings: Settings) -> None:
    """Choose the engine and export the model, unless the data folder remembers both."""
    load_encoder(settings)


def _newsdesk(articles: Sequence[Article], settings: Settings) -> IngestRun:
    encoder = load_encoder(settings)
    with tempfile.TemporaryDirectory(prefix="newsdesk-speed-") as folder:
        elsewhere = replace(settings, data=folder, database="", chroma="")
        return measure_newsdesk(articles, elsewhere, encoder, reach_of(model_folder(settings), encoder.max_tokens))


def _plain(articles: Sequence[Article], settings: Settings) -> IngestRun:
    with tempfile.TemporaryDirectory(prefix="newsdesk-speed-", ignore_cleanup_errors=True) as folder:
        return measure_plain(articles, model_folder(settings), Path(folder))


def model_folder(settings: Settings) -> Path:
    """Return the folder of the embedding model's files."""
    from rag.model_files import find_model

    return find_model(settings.embedding, memory=settings.folder / "models").folder
