"""The answerer without a language model: verbatim sentences, each with its citation, or an abstention."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rag.arrange import arrange, newest_first, note_of, settle
from rag.change import find_change
from rag.embed import Encoder
from rag.evidence import Evidence, EvidenceSentence, TermStatistics, evidence_features, gather, weighted
from rag.matter import read_matter
from rag.reader import Reader
from rag.schema import Answer, AnswerStatus, Citation, Question, ScoredPassage, Sentence, Support
from rag.sentence_reading import read_singly
from rag.spans import AnswerType, spans_of
from rag.weights import FILE, READER_FILE, AnswerWeights, read_weights

MAX_SENTENCES = 4
FACT_SENTENCES = 3
"""A question for a person, a time, a place or an amount is answered in at most so many sentences."""
NEAR_REPEAT = 0.86
"""Cosine from which two sentences count as saying the same."""
SHARE_OF_BEST = 0.1
"""A further sentence needs at least this share of the odds that the best one has of holding the answer."""
SHARE_WHEN_READ = 0.05
"""The same beside a reader, which parts sentences more widely."""
HINTED = 0.1
"""From this probability on that the best sentence's passage answers, the one with the reader's words is quoted too."""
NEAREST = 3
SURE = 0.3
"""The share of the probability from which the reader's words are set in bold."""
LIKELY = 0.5
"""How probable it must be that the passage of such words answers at all."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A sentence with its score; scores are comparable within one question only."""

    sentence: EvidenceSentence
    score: float


class ExtractiveAnswerer:
    """Answers with sentences that stand in the articles, and abstains when the evidence is weak."""

    def __init__(
        self,
        encoder: Encoder,
        statistics: TermStatistics,
        *,
        weights: AnswerWeights | None = None,
        reader: Reader | None = None,
        most: int = MAX_SENTENCES,
    ) -> None:
        """Answer with ``weights``, by default those that were learnt with, or without, a ``reader``.

        An answer has at most so many sentences as ``most`` says.
        """
        self._encoder = encoder
        self._statistics = statistics
        self._reader = reader
        self._given = weights
        self._most = most

    def of_at_most(self, sentences: int) -> ExtractiveAnswerer:
        """Return the same answerer for answers of at most so many sentences."""
        return ExtractiveAnswerer(
            self._encoder, self._statistics, weights=self._given, reader=self._reader, most=sentences
        )

    def __call__(self, question: Question, passages: Sequence[ScoredPassage]) -> Iterator[Answer]:
        """Yield the answer sentence by sentence; the last item is complete."""
        # Read late: fitting the weights needs an engine without.
        weights = self._given or read_weights(READER_FILE if self._reader else FILE)
        as_of = question.as_of or datetime.now(UTC)
        empty = Answer(
            question=question,
            status=AnswerStatus.ABSTAINED,
            as_of=as_of,
            passages=tuple(passages),
            nearest=nearest_articles(passages),
        )
        evidence = describe(
            question.text, passages, encoder=self._encoder, statistics=self._statistics, reader=self._reader,
            weights=weights,
        )  # fmt: skip
        ranked = rank(evidence, weights)
        if not ranked:
            yield empty
            return
        best = ranked[0].sentence
        features = evidence_features(evidence, best, self._statistics)
        confidence = weights.probability(weighted(features, weights.evidence))
        if confidence < weights.threshold:
            yield replace(empty, confidence=confidence)
            return
        odds = [(item.sentence, math.exp(item.score - ranked[0].score)) for item in ranked]
        matter = read_matter(question.text, odds, kind=evidence.kind, names=evidence.names, as_of=as_of)
        chosen = choose(ranked, evidence, most=self._most)
        change = find_change(matter, chosen)
        if change is None:
            chosen = newest_first(matter, settle(matter, chosen, limit=self._most), limit=self._most)
        told = arrange(matter, change, in_reading_order(chosen), limit=self._most)
        notes = () if change is None else (note_of(change, told),)
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for number, item in enumerate(told, start=1):
            citations.append(cite(item.sentence, number))
            statement = _statement(item.sentence, number, evidence.kind, question.text)
            sentences.append(replace(statement, lead=item.lead))
            yield replace(
                empty,
                status=AnswerStatus.ANSWERED,
                sentences=tuple(sentences),
                citations=tuple(citations),
                nearest=(),
                confidence=confidence,
                support=Support.WELL if confidence >= weights.well else Support.PARTLY,
                notes=notes if number == len(told) else (),
                complete=number == len(told),
            )


def describe(
    question: str,
    passages: Sequence[ScoredPassage],
    *,
    encoder: Encoder,
    statistics: TermStatistics,
    reader: Reader | None,
    weights: AnswerWeights,
) -> Evidence:
    """Return the evidence of ``passages`` for a question; a ``reader`` reads them and the likeliest sentences again."""
    evidence = gather(question, passages, encoder=encoder, statistics=statistics, reader=reader)
    if reader is None:
        return evidence
    return read_singly(evidence, [item.sentence for item in rank(evidence, weights)], reader)


def rank(evidence: Evidence, weights: AnswerWeights) -> list[Ranked]:
    """Return the sentences, best first; ties are put by article and place."""
    scored = [Ranked(sentence=item, score=weighted(item.features, weights.sentence)) for item in evidence.sentences]
    return sorted(scored, key=lambda item: (-item.score, item.sentence.source.article.id, item.sentence.start))


def choose(ranked: Sequence[Ranked], evidence: Evidence, *, most: int = MAX_SENTENCES) -> list[EvidenceSentence]:
    """Return one to ``most`` sentences: the best, and further ones nearly as good that add something.

    A sentence that opens by pointing back ("He said …") brings the one before it along.
    """
    limit = min(most, FACT_SENTENCES if evidence.kind is not AnswerType.OTHER else MAX_SENTENCES)
    share = SHARE_WHEN_READ if evidence.readings else SHARE_OF_BEST
    best = ranked[0].score
    chosen: list[EvidenceSentence] = []
    for item in ranked:
        candidate = item.sentence
        if len(chosen) >= limit or (chosen and math.exp(item.score - best) < share):
            break
        if any(_repeats(candidate, other) for other in chosen):
            continue
        if candidate.features.short and chosen:
            continue
        before = _antecedent(candidate, ranked)
        if before is not None and before not in chosen:
            if len(chosen) + 2 > most:
                continue
            chosen.append(before)
        chosen.append(candidate)
    return _with_read(chosen, ranked, most=most)


def _with_read(chosen: list[EvidenceSentence], ranked: Sequence[Ranked], *, most: int) -> list[EvidenceSentence]:
    """Return the chosen sentences with the one in which the reader finds the answer in the best one's passage."""
    best = ranked[0].sentence
    reading = best.reading
    if reading is None or best.read is None or reading.probability < HINTED:
        return chosen
    for item in ranked:
        other = item.sentence
        is_read = other.read is not None and 0 <= other.read[0] < len(other.text)
        if other.source.passage.id == best.source.passage.id and is_read:
            return chosen if other in chosen or len(chosen) >= most else [*chosen, other]
    return chosen


def in_reading_order(chosen: Sequence[EvidenceSentence]) -> list[EvidenceSentence]:
    """Put sentences of one article together and in its order; articles in the order of their best sentence."""
    articles = list(dict.fromkeys(item.source.article.id for item in chosen))
    return sorted(chosen, key=lambda item: (articles.index(item.source.article.id), item.start))


def cite(item: EvidenceSentence, number: int) -> Citation:
    """Return the citation of a sentence; its quote is the sentence as it stands in the article."""
    passage = item.source.passage
    return Citation(
        number=number,
        article=item.source.article,
        passage_id=passage.id,
        passage_start=passage.start,
        passage_end=passage.end,
        start=item.start,
        end=item.end,
        quote=item.source.article.text[item.start : item.end],
    )


def nearest_articles(passages: Sequence[ScoredPassage]) -> tuple[ScoredPassage, ...]:
    """Return the best passage of each of the nearest articles."""
    first: dict[str, ScoredPassage] = {}
    for item in passages:
        first.setdefault(item.article.id, item)
    return tuple(list(first.values())[:NEAREST])


def _antecedent(candidate: EvidenceSentence, ranked: Sequence[Ranked]) -> EvidenceSentence | None:
    if not candidate.features.dangling or candidate.previous is None:
        return None
    for item in ranked:
        other = item.sentence
        if other.source.article.id == candidate.source.article.id and (other.start, other.end) == candidate.previous:
            return other
    return None


def _repeats(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    if one is other:
        return True
    return float(one.vector @ other.vector) >= NEAR_REPEAT


def _statement(item: EvidenceSentence, number: int, kind: AnswerType, question: str) -> Sentence:
    asked = question.lower()
    if (read := _read_in(item)) is not None:
        return Sentence(text=item.text, citations=(number,), highlight=read)
    spans = [span for span in spans_of(kind, item.text) if item.text[span[0] : span[1]].lower() not in asked]
    # Bold only where the sentence leaves no choice: one thing of the kind asked for.
    highlight = spans[0] if len(spans) == 1 and _is_sure(kind, item, spans[0]) else None
    return Sentence(text=item.text, citations=(number,), highlight=highlight)


def _read_in(item: EvidenceSentence) -> tuple[int, int] | None:
    """Return the span of the sentence that the reader is sure of, if any."""
    reading = item.reading
    if reading is None or item.read is None or reading.share < SURE or reading.probability < LIKELY:
        return None
    start, end = item.read
    return (start, end) if 0 <= start < end <= len(item.text) else None


def _is_sure(kind: AnswerType, item: EvidenceSentence, span: tuple[int, int]) -> bool:
    """Return whether a capitalised first word is a name: some other sentence of the article has it in the middle."""
    word = item.text[span[0] : span[1]]
    if kind is not AnswerType.PERSON or span[0] > 1 or " " in word:
        return True
    return re.search(rf"[a-z,;] {re.escape(word)}\b", item.source.article.text) is not None
