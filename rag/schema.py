"""The words of Newsdesk as types: articles, passages, questions, citations, answers.

Plain frozen values. They cross package lines; types of the frameworks behind them do not.
All moments are timezone-aware and in UTC. All character offsets count Unicode code points into
``Article.text`` of the version they name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from rag.generation import Generation


class DatePrecision(StrEnum):
    """How exactly a moment is known."""

    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A date from a publisher, with its precision and where it was read.

    ``value`` is in UTC; with precision DAY it is midnight of that day. ``origin`` names the place
    the date was read from, for example ``front matter`` or ``article:published_time``.
    """

    value: datetime
    precision: DatePrecision
    origin: str

    def __post_init__(self) -> None:
        if self.value.tzinfo is None:
            raise ValueError("a Moment needs a timezone-aware datetime")

    def __str__(self) -> str:
        if self.precision is DatePrecision.DAY:
            return self.value.date().isoformat()
        return self.value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


class Kind(StrEnum):
    """What an article is; ``BRIEF`` is our own summary after a publisher's report."""

    NEWS = "news"
    OPINION = "opinion"
    PRESS_RELEASE = "press release"
    BRIEF = "brief"


@dataclass(frozen=True, kw_only=True)
class Article:
    """One news item in one version, with three dates kept apart; an unknown date is ``None``.

    ``url`` is canonical, or ``None`` for an item that has no address; ``source`` tells where it was
    read (a file's path, ``-`` for standard input). ``duplicate_of`` names the article that counts as
    the source when this one repeats its text word for word; such a copy is kept but not searched.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None
    kind: Kind = Kind.NEWS
    entities: tuple[str, ...] = ()
    published_at: Moment | None = None
    modified_at: Moment | None = None
    ingested_at: datetime | None = None
    source: str = ""
    version: int = 1
    duplicate_of: str | None = None

    @property
    def credit(self) -> str:
        """Who stands behind the text: never a publisher's name for words that are ours."""
        publisher = self.publisher or "publisher unknown"
        if self.kind is Kind.BRIEF:
            return f"brief, after a report by {publisher}"
        return publisher

    def may_be_worded_after(self, as_of: datetime) -> bool:
        """Return whether the publisher changed this text at or after ``as_of``: it may say what was not known then."""
        return self.modified_at is not None and self.modified_at.value >= as_of


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A span of an article's text: ``article.text[start:end] == text`` always holds."""

    id: str
    article_id: str
    version: int
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a question is limited to; empty means everything.

    The period is half-open, ``published_from <= published_at < published_until``, and an article
    without a known date is never inside a period. Names of publishers and sections are compared without
    regard to case. An article of unknown publisher is outside ``publishers`` and never an excluded one.
    """

    published_from: datetime | None = None
    published_until: datetime | None = None
    publishers: tuple[str, ...] = ()
    excluded_publishers: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    excluded_kinds: tuple[Kind, ...] = ()

    @property
    def is_everything(self) -> bool:
        """True when nothing is limited."""
        return self == Scope()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One exchange of a conversation: what was asked, and the text of what was answered.

    ``standalone`` is how the question was read, ``carried`` are the names that this took over from the turns
    before, ``named`` what the answer named most directly; all are empty where they are not known.
    """

    question: str
    answer: str
    standalone: str = ""
    carried: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class LimitKind(StrEnum):
    """What the words of a question may limit; each is a field of ``Scope``, the period two."""

    PERIOD = "period"
    PUBLISHERS = "publishers"
    EXCLUDED_PUBLISHERS = "excluded publishers"
    KINDS = "kinds"
    EXCLUDED_KINDS = "excluded kinds"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question as it is asked; nothing available only at or after ``as_of`` may be used.

    ``as_of`` ``None`` means now. A bare date stands for the end of that day: see ``end_of_day``. Limits of the
    kinds in ``unread`` are not read out of the words; with all of them the words are taken literally.
    """

    text: str
    scope: Scope = field(default_factory=Scope)
    as_of: datetime | None = None
    conversation: tuple[Turn, ...] = ()
    unread: tuple[LimitKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A limit that was read out of the words; ``spans`` are (start, end) into the text it was read from."""

    kind: LimitKind
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """A question as it was searched for.

    ``text`` stands alone; it is the question's own unless ``rewritten``, which a follow-up may be; ``carried`` are
    the names that it then took over from the conversation. ``scope`` is
    what the search was limited to: the filters given, and ``limits`` that were read out of ``text`` where no
    filter of that sort was given. ``latest`` tells whether the newest state of things is asked for. ``each``
    holds publishers that should all be heard, every one with all its names in the archive; it is empty, or
    has two or more. ``unknown_publishers`` are named as sources and not in the archive, as typed.
    """

    text: str
    rewritten: bool = False
    carried: tuple[str, ...] = ()
    scope: Scope = field(default_factory=Scope)
    limits: tuple[Limit, ...] = ()
    latest: bool = False
    each: tuple[tuple[str, ...], ...] = ()
    unknown_publishers: tuple[str, ...] = ()


def end_of_day(moment: datetime) -> datetime:
    """Return the first instant after the day of ``moment``: the exclusive bound "as of" that day."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """How a passage came by its rank: ``final`` sorts, the others explain.

    ``dense`` is a cosine in [-1, 1], ``lexical`` a BM25 score (0 when no term matched), ``recency``
    the date prior in (0, 1]; ``None`` means not computed by this retriever.
    """

    final: float
    dense: float | None = None
    lexical: float | None = None
    recency: float | None = None


@dataclass(frozen=True, kw_only=True)
class ScoredPassage:
    """A passage with the article it stands in and its scores."""

    passage: Passage
    article: Article
    scores: Scores


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A numbered reference: ``article.text[start:end] == quote`` holds for the version it names.

    ``passage_start`` and ``passage_end`` bound the passage the quote was found in.
    """

    number: int
    article: Article
    passage_id: str
    passage_start: int
    passage_end: int
    start: int
    end: int
    quote: str


class Verdict(StrEnum):
    """How far the cited passages say what a sentence says that a language model wrote."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    """Nothing speaks against it, but a part of it is not found."""
    UNSUPPORTED = "unsupported"
    UNCITED = "uncited"
    """It names no passage, and none was found that says it."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A statement of an answer with the numbers of the citations that support it.

    ``highlight`` is a span (start, end) into ``text`` that answers the question most directly. ``lead`` are words
    of ours in front of it, such as "Earlier, on 3 May 2024, Variety reported:"; they are not part of any quote.
    ``verdict`` is None for a verbatim sentence, which needs no check; ``reasons`` tell in plain words what speaks
    against the sentence of a model, such as "the passage does not say 2025".
    """

    text: str
    citations: tuple[int, ...]
    highlight: tuple[int, int] | None = None
    lead: str = ""
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()

    @property
    def is_struck(self) -> bool:
        """Whether it is shown struck out: its passages do not say it."""
        return self.verdict in {Verdict.UNSUPPORTED, Verdict.UNCITED}


class AnswerStatus(StrEnum):
    """Whether the archive says it."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"


class NoteKind(StrEnum):
    """What a note is about."""

    CHANGED = "changed"
    """What was said earlier no longer holds."""
    CONFLICT = "conflict"
    """The articles disagree."""
    AGE = "age"
    """How old the newest cited article is."""
    STALE = "stale"
    """What is cited, or the archive itself, is old."""
    LIMITS = "limits"
    """What the question's limits left out."""
    MODEL = "model"
    """How the answer was made."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark of ours beside an answer, with the numbers of the citations that it is about."""

    kind: NoteKind
    text: str
    citations: tuple[int, ...] = ()


class Layout(StrEnum):
    """How an answer is to be set."""

    PROSE = "prose"
    TIMELINE = "timeline"
    """A list, oldest first, whose sentences have their day as a lead."""


class Support(StrEnum):
    """How surely the cited passages answer the question, by the calibrated confidence."""

    WELL = "well supported"
    PARTLY = "partly supported"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said to a question, or that the archive does not say it.

    ``confidence`` is the probability, as calibrated, that the cited passages answer the question, and
    ``support`` says the same in words; None when the answer abstains.
    ``nearest`` holds the closest passages, one per article, offered when the answer abstains.
    ``passages`` are all that were retrieved; ``seconds`` maps a stage's name to its duration.
    ``understanding`` is how ``question`` was read, once the engine has read it. ``generation`` tells how a language
    model took part, None where none was asked.
    ``complete`` is False while an answer is still growing.
    """

    question: Question
    status: AnswerStatus
    as_of: datetime
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[ScoredPassage, ...] = ()
    passages: tuple[ScoredPassage, ...] = ()
    confidence: float = 0.0
    support: Support | None = None
    notes: tuple[Note, ...] = ()
    understanding: Understanding | None = None
    layout: Layout = Layout.PROSE
    generation: Generation | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    complete: bool = True

    @property
    def text(self) -> str:
        """The answer as one line of plain text with its citation markers; leads stand before their sentences.

        Sentences that are struck out are not part of what is said.
        """
        return " ".join(
            " ".join(filter(None, (item.lead, item.text))) + "".join(f" [{number}]" for number in item.citations)
            for item in self.sentences
            if not item.is_struck
        )


class Retriever(Protocol):
    """Finds passages for a question, best first."""

    def __call__(self, question: Question, *, limit: int = 10) -> list[ScoredPassage]:
        """Return at most ``limit`` passages inside the scope and available before the as-of date."""


class Answerer(Protocol):
    """Makes an answer out of passages."""

    def __call__(self, question: Question, passages: Sequence[ScoredPassage]) -> Iterator[Answer]:
        """Yield the answer as it grows; the last item is complete. Yields at least once."""
