"""The entries of a timeline: for each article on the subject, oldest first, the sentence that says what it added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from rag.claims import claim
from rag.difference import difference
from rag.embed import Encoder
from rag.evidence import EvidenceSentence, TermStatistics, evidence_features, gather, mentioned, weighted
from rag.extract import cite, nearest_articles
from rag.schema import (
    Answer,
    AnswerStatus,
    Article,
    Citation,
    Layout,
    Note,
    NoteKind,
    Question,
    Retriever,
    Sentence,
)
from rag.statements import spell_date
from rag.stems import content_stems
from rag.timeline import TimelineRequest
from rag.weights import AnswerWeights, read_weights

PASSAGES = 30
"""So many passages are searched for a timeline."""
SENTENCES = 220
ENTRIES = 10
ON_THE_SUBJECT = 0.7
"""Share of the best sentence's score from which an article is on the subject."""
IN_PASSING = 0.6
"""What is left of the score in an article whose headline and first paragraph have no word of the subject."""
NEAREST = 6
"""So many passages are looked at for the event to begin with."""
NEAR_REPEAT = 0.8
"""Cosine from which a sentence adds nothing to an entry before it."""
OPENING = 1.2
TITLED = 0.6
"""How much a sentence gains by opening an article whose first paragraph, and whose headline, is on the subject."""
PAST = 0.3
"""How much it loses by telling of an earlier time, or pointing back."""


class Timeline:
    """Answers with dated entries, each a sentence that stands in its article, and abstains when nothing is near."""

    def __init__(self, encoder: Encoder, statistics: TermStatistics, *, weights: AnswerWeights | None = None) -> None:
        self._encoder = encoder
        self._statistics = statistics
        self._weights = weights or read_weights()

    def __call__(self, question: Question, request: TimelineRequest, retriever: Retriever) -> Iterator[Answer]:
        """Yield the timeline entry by entry; the last item is complete."""
        searched = replace(question, text=request.subject)
        first, notes = self._beginning(searched, request, retriever)
        passages = [item for item in retriever(searched, limit=PASSAGES) if _inside(item.article, request, first)]
        empty = Answer(
            question=question,
            status=AnswerStatus.ABSTAINED,
            as_of=question.as_of or datetime.now(UTC),
            passages=tuple(passages),
            nearest=nearest_articles(passages),
            layout=Layout.TIMELINE,
        )
        evidence = gather(
            request.subject, passages, encoder=self._encoder, statistics=self._statistics,
            limit=PASSAGES, sentences=SENTENCES,
        )  # fmt: skip
        subject = content_stems(request.subject)
        scored = {id(item): _score(item, subject, evidence.names) for item in evidence.sentences}
        ranked = sorted(evidence.sentences, key=lambda item: (-scored[id(item)], item.source.article.id, item.start))
        if not ranked:
            yield empty
            return
        features = evidence_features(evidence, ranked[0], self._statistics)
        confidence = self._weights.probability(weighted(features, self._weights.evidence))
        if confidence < self._weights.threshold:
            yield replace(empty, confidence=confidence)
            return
        least = ON_THE_SUBJECT * scored[id(ranked[0])]
        entries = choose_entries([item for item in ranked if scored[id(item)] >= least])
        citations: list[Citation] = []
        sentences: list[Sentence] = []
        for number, (day, item) in enumerate(entries, start=1):
            citations.append(cite(item, number))
            sentences.append(Sentence(text=item.text, citations=(number,), lead=f"{spell_date(day)}:"))
            done = number == len(entries)
            yield replace(
                empty,
                status=AnswerStatus.ANSWERED,
                sentences=tuple(sentences),
                citations=tuple(citations),
                nearest=(),
                confidence=confidence,
                notes=notes if done else (),
                complete=done,
            )
        if not entries:
            yield replace(empty, confidence=confidence)

    def _beginning(
        self, question: Question, request: TimelineRequest, retriever: Retriever
    ) -> tuple[date | None, tuple[Note, ...]]:
        """Return the day of the event to begin with, and the note that says which article was taken for it."""
        if request.event is None:
            return None, ()
        text = request.event if request.subject in request.event else f"{request.subject} {request.event}"
        found = [item for item in retriever(replace(question, text=text), limit=NEAREST) if item.article.published_at]
        if not found:
            return None, (Note(kind=NoteKind.LIMITS, text=f"No report of “{request.event}” was found to begin with."),)
        wanted = content_stems(text)
        shares = [len(wanted & content_stems(f"{item.article.title}\n{item.passage.text}")) for item in found]
        # Of those that say most of it, the first to say it.
        article = min(
            (item.article for item, share in zip(found, shares, strict=True) if share == max(shares)), key=day_of
        )
        day = day_of(article)
        words = f"Begins with the nearest report of “{request.event}”: {article.title}, {spell_date(day)}."
        return day, (Note(kind=NoteKind.LIMITS, text=words),)


def choose_entries(ranked: Sequence[EvidenceSentence]) -> list[tuple[date, EvidenceSentence]]:
    """Return at most ten days with a sentence each, oldest first, one for an article; ``ranked`` is best first.

    The ten articles that come first are meant. Each gives its best sentence that does not nearly repeat an
    entry before it; an article that has none adds nothing.
    """
    by_article: dict[str, list[EvidenceSentence]] = {}
    for item in ranked:
        if item.source.article.published_at is not None:
            by_article.setdefault(item.source.article.id, []).append(item)
    articles = list(by_article.values())[:ENTRIES]
    articles.sort(key=lambda items: (day_of(items[0].source.article), items[0].source.article.id))
    entries: list[tuple[date, EvidenceSentence]] = []
    for items in articles:
        new = (item for item in items if not any(_repeats(item, other) for _, other in entries))
        added = next(new, None)
        if added is not None:
            entries.append((day_of(added.source.article), added))
    return entries


def day_of(article: Article) -> date:
    """Return the day an article was published; one without a date has no place in time."""
    if article.published_at is None:
        raise ValueError(f"{article.id} has no date")
    return article.published_at.value.date()


def _inside(article: Article, request: TimelineRequest, first: date | None) -> bool:
    published = article.published_at
    if published is None or (first is not None and published.value.date() < first):
        return False
    period = request.period
    after = period is None or period.start is None or published.value >= period.start
    return after and (period is None or period.end is None or published.value < period.end)


def _score(item: EvidenceSentence, subject: frozenset[str], names: Sequence[str]) -> float:
    """Return how well a sentence says what its article added on the subject; comparable within one question only."""
    features, article = item.features, item.source.article
    paragraph, _, _ = article.text.lstrip().partition("\n")
    opening = f"{article.title}\n{paragraph}"
    central, titled = (
        len(subject & content_stems(text)) / len(subject) if subject else 1.0 for text in (opening, article.title)
    )
    score = features.cosine + features.coverage + features.context + mentioned(names, f"{article.title}\n{item.text}")
    score += (OPENING * central + TITLED * titled) * features.early - PAST * features.short
    stated = claim(item.text, published=day_of(article))
    score -= PAST * float(stated.past or features.dangling)
    return score * (IN_PASSING + (1 - IN_PASSING) * central)


def _repeats(one: EvidenceSentence, other: EvidenceSentence) -> bool:
    """Return whether ``one`` says what the ``other`` says, with no amount that is new and no other outcome."""
    similarity = float(one.vector @ other.vector)
    if similarity < NEAR_REPEAT:
        return False
    first, second = (claim(item.text, around=item.source.article.title) for item in (one, other))
    new = [mine for mine in first.quantities if not any(mine.equals(theirs) for theirs in second.quantities)]
    return not new and difference(first, second, similarity=similarity) is None
