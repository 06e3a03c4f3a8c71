"""The sentences of the retrieved passages, and how well each answers the question.

Every sentence is described by a handful of features in [0, 1] (the cosine may be below 0), so that
their weights can be learnt from data and read by a person.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rag.designators import designated
from rag.embed import Encoder
from rag.indexed_text import header
from rag.latest import without_now
from rag.reader import Reader, Reading, Text
from rag.schema import ScoredPassage
from rag.sentences import sentence_spans
from rag.spans import AnswerType, asks_for_latest, in_unit, names_in, spans_of, wanted_type, wanted_unit

MAX_PASSAGES = 10
MAX_SENTENCES = 90
MANY_NAMES = 4
SATURATION = 2.2
"""BM25 lets a repeated term count at most k1 + 1 = 2.2 times its inverse document frequency."""
_DANGLING = re.compile(
    r"(?:[\"“']?)(?:He|She|It|They|This|That|These|Those|His|Her|Their|Its|But|And|However|Still|Meanwhile|Instead"
    r"|Also|Then|The (?:company|studio|suit|deal|union|two|pair|firm|group|bill|law|agreement|move|ruling|report|film"
    r"|actor|actress|singer|judge|plaintiffs?|companies|startup|start-up|service|tool|model))\b"
)
_POLAR = re.compile(
    r"\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must)\b", re.IGNORECASE
)
"""A question for yes or no, which a sentence in its own words does answer."""
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, kw_only=True)
class SentenceFeatures:
    """How a sentence meets a question; every value in [0, 1] but ``cosine`` in [-1, 1].

    ``coverage`` is the share of the question's terms in the sentence, weighted by their rarity;
    ``context`` the same for the sentence with its headline and the sentence before; ``passage`` the
    passage's retrieval score over the best one's; ``typed`` 1 when it names what is asked for (a
    person, a time, a place, an amount); ``named`` the share of the question's names, and ``numbers``
    of its numbers and years, that the sentence, its headline, its date or the sentence before
    mention; ``newer`` 0 for the oldest article among the passages to 1 for the newest; ``early`` 1
    for an article's first sentence, falling; ``unit`` 1 when it gives an amount in the unit asked for;
    ``latest`` as ``newer`` when the question is about how things stand, else 0; ``dangling`` 1 when
    it opens with a word that points back; ``short`` 1 when it is a fragment; ``read`` the probability that
    the reader's answer begins in it, and ``relevance`` the reader's probability that its passage answers. Of the
    sentence read by itself (``rag.sentence_reading``) ``alone`` is the reader's relevance logit over 10, in [-1, 1],
    and ``told`` the probability that words of it answer. The last four are 0 without a reader.
    """

    cosine: float
    coverage: float
    context: float
    passage: float
    typed: float
    named: float
    numbers: float
    newer: float
    early: float
    unit: float
    latest: float
    dangling: float
    short: float
    read: float = 0.0
    relevance: float = 0.0
    alone: float = 0.0
    told: float = 0.0


@dataclass(frozen=True, kw_only=True)
class EvidenceFeatures:
    """How the evidence as a whole meets a question; what the confidence is computed from.

    ``cosine``, ``coverage`` and ``context`` are those of the best sentence, ``dense`` the highest
    cosine of a passage, ``covered`` the rarity-weighted share of question terms in the best
    sentence's passage with its header, ``lexical`` that passage's BM25 score over the highest one
    its terms could reach together, ``named`` and ``numbers`` the shares of the question's names and
    numbers there, ``known`` the share of its names that any retrieved article mentions, ``typed``
    that of the best sentence, ``lacking`` the weight of the rarest question term that the passage with its
    header lacks, over the weight of the rarest of all, and ``designated`` the share of "Series C" and the like
    in the question that stands there. Of the reader (0 without one): ``read`` is the best sentence's, ``relevance``
    its passage's logit over 10 in [-1, 1], ``surest`` the highest such among all passages, ``answered`` the
    probability that its passage holds the words that answer, ``share`` that of the likeliest words, ``plainest`` the
    highest relevance of a sentence read by itself, over 10 in [-1, 1]. Beside a reader
    only, as without one they part nothing: ``asks`` is a quarter of the number of words in the question's names, at
    most 1, since each may be the wrong one; ``free`` is 1 when no amount, day, person or place was asked for, so that
    ``typed`` tells nothing; ``ahead`` is how far the first passage's score lies above the second's.
    """

    cosine: float
    coverage: float
    context: float
    dense: float
    covered: float
    lexical: float
    named: float
    numbers: float
    known: float
    typed: float
    lacking: float = 0.0
    designated: float = 1.0
    read: float = 0.0
    relevance: float = 0.0
    surest: float = 0.0
    answered: float = 0.0
    share: float = 0.0
    plainest: float = 0.0
    asks: float = 0.0
    free: float = 0.0
    ahead: float = 0.0


AGAINST = frozenset({"lacking", "asks"})
"""The features that speak against an answer; all others speak for it."""


@dataclass(frozen=True, kw_only=True)
class EvidenceSentence:
    """A sentence ``article.text[start:end]`` of a retrieved passage; ``vector`` is its unit vector."""

    source: ScoredPassage
    start: int
    end: int
    text: str
    features: SentenceFeatures
    vector: NDArray[np.float32]
    previous: tuple[int, int] | None
    """The span of the sentence before it in the same paragraph of the article, if any."""
    reading: Reading | None = None
    """What the reader read in its passage; None without a reader."""

    @property
    def read(self) -> tuple[int, int] | None:
        """The span of the reader's words counted from the sentence's first character; they may stand outside of it."""
        if self.reading is None or self.reading.span is None:
            return None
        start, end = (place + self.source.passage.start - self.start for place in self.reading.span)
        return start, end


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything known about a question's evidence; ``sentences`` in the order of the passages."""

    question: str
    kind: AnswerType
    sentences: tuple[EvidenceSentence, ...]
    passages: tuple[ScoredPassage, ...]
    question_terms: Mapping[str, float]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    """What the reader read in each of the passages; empty without a reader."""


class TermStatistics:
    """Terms as the lexical index sees them, and how rare they are in the archive."""

    def __init__(
        self, terms: Callable[[str], list[str]], document_frequency: Callable[[str], int], documents: Callable[[], int]
    ) -> None:
        self._terms = terms
        self._frequency = document_frequency
        self._documents = documents

    def terms(self, text: str) -> set[str]:
        """Return the distinct terms of ``text``."""
        return set(self._terms(text))

    def weights(self, text: str) -> dict[str, float]:
        """Return the inverse document frequency of each distinct term (Robertson and Spärck Jones), above 0."""
        total = self._documents()
        found: dict[str, float] = {}
        for term in sorted(self.terms(text)):
            frequency = self._frequency(term)
            found[term] = math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
        return found


def gather(
    question: str,
    passages: Sequence[ScoredPassage],
    *,
    encoder: Encoder,
    statistics: TermStatistics,
    reader: Reader | None = None,
    limit: int = MAX_PASSAGES,
    sentences: int = MAX_SENTENCES,
) -> Evidence:
    """Describe the first so many ``sentences`` of the best ``limit`` passages with respect to ``question``."""
    considered = tuple(passages[:limit])
    texts_to_read = [Text(title=item.article.title, text=item.passage.text) for item in considered]
    sought = without_now(question)
    readings = reader.read(sought, texts_to_read) if reader else []
    reading_of = {item.passage.id: reading for item, reading in zip(considered, readings, strict=False)}
    weights = statistics.weights(sought)
    kind, unit, latest = wanted_type(question), wanted_unit(question), asks_for_latest(question)
    asked = question.lower()
    names, numbers = names_of(question), numbers_of(question)
    ages = ages_of(considered)
    asked_terms, polar = statistics.terms(question), _POLAR.match(question) is not None
    found: list[tuple[ScoredPassage, int, int, int, tuple[int, int] | None]] = []
    seen: set[tuple[str, int]] = set()
    for item in considered:
        spans = sentence_spans(item.article.text, item.article.language)
        within = [span for span in spans if item.passage.start <= span[0] and span[1] <= item.passage.end]
        if not within and item.passage.text.strip():
            # A sentence longer than a passage was cut: its part is all that can be quoted.
            spans = within = [_stripped(item.article.text, item.passage.start, item.passage.end)]
        for at, (start, end) in enumerate(spans):
            if (start, end) not in within or (item.article.id, start) in seen:
                continue
            seen.add((item.article.id, start))
            before = spans[at - 1] if at and "\n" not in item.article.text[spans[at - 1][1] : start] else None
            found.append((item, at, start, end, before))
    found = found[:sentences]
    texts = [item.article.text[start:end] for item, _, start, end, _ in found]
    matrix = encoder.encode([sought, *texts])
    cosines = matrix[1:] @ matrix[0] if texts else np.zeros(0, dtype=np.float32)
    best = max((item.scores.final for item in considered), default=0.0) or 1.0
    described = []
    for row, (item, at, start, end, before) in enumerate(found):
        text = texts[row]
        own = statistics.terms(text)
        if own and not polar and own <= asked_terms:
            continue  # it only repeats the question, as an article does that quotes a quiz
        context = f"{header(item.article)}\n{text}"
        if before is not None:
            context += "\n" + item.article.text[before[0] : before[1]]
        reading = reading_of.get(item.passage.id)
        begin = item.passage.start
        features = SentenceFeatures(
            cosine=float(cosines[row]),
            coverage=share(weights, own),
            context=share(weights, statistics.terms(context)),
            passage=max(0.0, item.scores.final / best),
            typed=float(_names_wanted(kind, text, asked)),
            named=mentioned(names, context),
            numbers=mentioned(numbers, context),
            newer=ages[item.article.id],
            early=1.0 / (1 + at),
            unit=0.0 if unit is None else in_unit(unit, question, text),
            latest=ages[item.article.id] if latest else 0.0,
            dangling=float(_DANGLING.match(text) is not None),
            short=float(len(text.split()) < 6),
            read=reading.within(start - begin, end - begin) if reading else 0.0,
            relevance=reading.probability if reading else 0.0,
        )
        described.append(
            EvidenceSentence(
                source=item, start=start, end=end, text=text, features=features,
                vector=matrix[row + 1], previous=before, reading=reading,
            )
        )  # fmt: skip
    return Evidence(
        question=question,
        kind=kind,
        sentences=tuple(described),
        passages=considered,
        question_terms=weights,
        names=names,
        numbers=numbers,
        readings=tuple(readings),
    )


def evidence_features(evidence: Evidence, best: EvidenceSentence, statistics: TermStatistics) -> EvidenceFeatures:
    """Describe the evidence for an answer that opens with ``best``."""
    around = f"{header(best.source.article)}\n{best.source.passage.text}"
    everything = "\n".join(f"{item.article.title}\n{item.article.text}" for item in evidence.passages)
    present = statistics.terms(around)
    total = sum(evidence.question_terms.values()) or 1.0
    lacking = max((weight for term, weight in evidence.question_terms.items() if term not in present), default=0.0)
    return EvidenceFeatures(
        cosine=best.features.cosine,
        coverage=best.features.coverage,
        context=best.features.context,
        dense=max((item.scores.dense or 0.0 for item in evidence.passages), default=0.0),
        covered=share(evidence.question_terms, present),
        lexical=min(1.0, (best.source.scores.lexical or 0.0) / (SATURATION * total)),
        named=mentioned(evidence.names, around),
        numbers=mentioned(evidence.numbers, around),
        known=mentioned(evidence.names, everything),
        typed=best.features.typed if evidence.kind is not AnswerType.OTHER else 1.0,
        lacking=lacking / (max(evidence.question_terms.values(), default=0.0) or 1.0),
        designated=designated(evidence.question, around),
        read=best.features.read,
        relevance=best.reading.scaled if best.reading else 0.0,
        surest=max((item.scaled for item in evidence.readings), default=0.0),
        answered=best.reading.answered if best.reading else 0.0,
        share=best.reading.share if best.reading else 0.0,
        plainest=max((item.features.alone for item in evidence.sentences), default=0.0),
        asks=min(1.0, len(evidence.names) / MANY_NAMES) if evidence.readings else 0.0,
        free=float(evidence.kind is AnswerType.OTHER) if evidence.readings else 0.0,
        ahead=_lead_of_the_first([item.scores.final for item in evidence.passages]) if evidence.readings else 0.0,
    )


def _lead_of_the_first(scores: Sequence[float]) -> float:
    return scores[0] - scores[1] if len(scores) > 1 else 0.0


def weighted(features: SentenceFeatures | EvidenceFeatures, weights: Mapping[str, float]) -> float:
    """Return the weighted sum of the features; a feature without a weight counts 0."""
    return float(sum(weights.get(item.name, 0.0) * getattr(features, item.name) for item in fields(features)))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def share(weights: Mapping[str, float], present: set[str]) -> float:
    """Return how much of the summed weights falls on the terms that are ``present``; 0 without any weight."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / total if total else 0.0


def _names_wanted(kind: AnswerType, sentence: str, asked: str) -> bool:
    """Return whether the sentence names something of the kind asked for that the question does not name itself."""
    return any(sentence[start:end].lower() not in asked for start, end in spans_of(kind, sentence))


def names_of(question: str) -> tuple[str, ...]:
    """Return the words of the capitalised names in the question, in lower case and without possessive endings."""
    names = [question[start:end] for start, end in names_in(question)]
    words = [word for name in names for word in re.findall(r"[^\W\d][\w.&-]*", name) if word[0].isupper()]
    return tuple(dict.fromkeys(word.lower().rstrip(".") for word in words if len(word) > 1))


def numbers_of(question: str) -> tuple[str, ...]:
    """Return the numbers and years in the question, as they are written."""
    return tuple(dict.fromkeys(_NUMBER.findall(question)))


def mentioned(words: Sequence[str], text: str) -> float:
    """Return the share of ``words`` that stand in ``text`` as whole words; 1 when there are none to look for."""
    if not words:
        return 1.0
    lowered = text.lower()
    return sum(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lowered) is not None for word in words) / len(words)


def ages_of(passages: Sequence[ScoredPassage]) -> dict[str, float]:
    """Return for each article 0 (the oldest) to 1 (the newest); an undated one counts as the oldest."""
    days = {
        item.article.id: item.article.published_at.value.timestamp() if item.article.published_at else None
        for item in passages
    }
    known = [day for day in days.values() if day is not None]
    first, last = min(known, default=0.0), max(known, default=0.0)
    width = last - first or 1.0
    return {name: 0.0 if day is None else (day - first) / width for name, day in days.items()}
