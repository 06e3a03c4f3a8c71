"""What one question of a run came to, as it stands on one line of ``results.jsonl``.

A record holds all that is needed to see why an answer is right or wrong, and to compute every figure
again, without the archive: question and gold, answer and citations, the retrieved passages, times.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    """What became of a question, from the best to the worst; every question has exactly one."""

    RIGHT = "right"
    RIGHT_REFUSAL = "declined, rightly"
    NOT_SAID = "cited the evidence, but not the answer"
    NOT_CITED = "evidence retrieved, but not cited"
    NOT_RETRIEVED = "evidence not retrieved"
    NOT_INDEXED = "evidence not in the archive"
    WRONG_REFUSAL = "declined, wrongly"
    FALSE_ANSWER = "answered the unanswerable"
    ERROR = "failed with an error"

    @property
    def is_good(self) -> bool:
        """True when nothing need be mended."""
        return self in {Verdict.RIGHT, Verdict.RIGHT_REFUSAL}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EvidenceRecord(_Frozen):
    """A gold quote; ``start`` is its place in the article's text, None when it is not found there.

    ``rank`` is the place, from 1, of the first retrieved passage that holds it, None when none does;
    ``indexed`` tells whether the archive has the quote in a searched passage available as of the question.
    An empty ``quote`` stands for any passage of the article with an accepted answer in it.
    """

    article: str
    title: str | None = None
    published: str | None = None
    quote: str = ""
    start: int | None = None
    rank: int | None = None
    indexed: bool = True


class PassageRecord(_Frozen):
    """A retrieved passage; ``start`` and ``end`` are characters into the article's text.

    ``gold`` tells whether it holds gold evidence, ``holds_answer`` whether an accepted answer stands in it.
    """

    rank: int
    id: str
    article: str
    title: str
    publisher: str | None = None
    published: str | None = None
    start: int
    end: int
    text: str
    final: float
    dense: float | None = None
    lexical: float | None = None
    recency: float | None = None
    gold: bool = False
    holds_answer: bool = False


class CitationRecord(_Frozen):
    """A citation of the answer; ``intact`` when the quote is an exact substring of the version it names.

    ``gold`` tells whether the quote overlaps gold evidence, ``holds_answer`` whether an accepted answer stands in
    it, ``in_period`` whether its article was published inside the asked period (None when none was asked for).
    """

    number: int
    article: str
    title: str
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    start: int
    end: int
    quote: str
    intact: bool
    gold: bool = False
    holds_answer: bool = False
    in_period: bool | None = None


class SentenceRecord(_Frozen):
    """A statement of the answer; ``highlight`` is the span of its most direct words, ``lead`` words of ours before.

    ``verdict`` is a value of ``rag.schema.Verdict`` for a sentence that a model wrote, with what speaks against it.
    """

    text: str
    citations: tuple[int, ...]
    highlight: tuple[int, int] | None = None
    lead: str = ""
    verdict: str | None = None
    reasons: tuple[str, ...] = ()


class NoteRecord(_Frozen):
    """A remark beside the answer; ``kind`` is a value of ``rag.schema.NoteKind``."""

    kind: str
    text: str
    citations: tuple[int, ...] = ()


class GenerationRecord(_Frozen):
    """How a language model took part; the fields are those of ``rag.generation.Generation``."""

    model: str
    passages: int = 0
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    cost: float | None = None
    first_token: float | None = None
    total: float = 0.0
    failure: str = ""
    verdicts: tuple[str, ...] = ()


class TurnRecord(_Frozen):
    """An exchange before the question."""

    question: str
    answer: str


class Record(_Frozen):
    """One question's outcome. ``values`` are its measures by name, ``seconds`` its times by stage.

    ``answers`` are the wanted parts, each with its accepted aliases. ``as_of`` and ``period`` are dates
    (YYYY-MM-DD; the period is half-open). ``short`` is the answer in the fewest words: the highlighted
    span where there is one, else the whole text. ``right_if_answered`` tells whether the answer is right or,
    when it was declined, would have been. ``reason`` tells why an unanswerable
    question is one, ``error`` why the question failed. ``generation`` tells how a model took part, and ``stated``
    whether every wanted part of the answer stands in its own words.
    """

    id: str
    kind: str
    split: str
    question: str
    standalone: str
    conversation: tuple[TurnRecord, ...] = ()
    as_of: str | None = None
    scope: dict[str, str | list[str]] = {}
    period: tuple[str, str] | None = None
    answerable: bool
    pair: str | None = None
    reason: str | None = None
    note: str = ""
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[EvidenceRecord, ...] = ()
    verdict: Verdict
    declined: bool = False
    right_if_answered: bool = False
    confidence: float = 0.0
    support: str | None = None
    text: str = ""
    short: str = ""
    sentences: tuple[SentenceRecord, ...] = ()
    notes: tuple[NoteRecord, ...] = ()
    citations: tuple[CitationRecord, ...] = ()
    nearest: tuple[str, ...] = ()
    passages: tuple[PassageRecord, ...] = ()
    values: dict[str, float] = {}
    seconds: dict[str, float] = {}
    generation: GenerationRecord | None = None
    stated: bool = False
    error: str | None = None

    @property
    def rank(self) -> int | None:
        """Place of the first retrieved passage that holds gold evidence, from 1; None when none does."""
        return next((item.rank for item in self.passages if item.gold), None)
