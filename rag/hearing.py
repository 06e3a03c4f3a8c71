"""Several publishers wanted side by side: each is heard, and it is said which has nothing to say.

Each is searched and answered from by itself, so that none is crowded out by one that wrote more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.schema import (
    Answer,
    Answerer,
    AnswerStatus,
    Citation,
    Kind,
    Note,
    NoteKind,
    Question,
    Retriever,
    ScoredPassage,
    Sentence,
    Support,
    Understanding,
)
from rag.understand import asked_of

NEAREST = 2
"""Each has at most so many nearest articles when none answers."""
SENTENCES = 3
"""A publisher is quoted with at most so many sentences."""


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """One of the wanted publishers, by all its names in the archive, what it is asked, and what was found for that."""

    publisher: tuple[str, ...]
    question: Question
    passages: tuple[ScoredPassage, ...]


def hear(retriever: Retriever, question: Question, understanding: Understanding, *, limit: int) -> tuple[Hearing, ...]:
    """Search each publisher of ``understanding.each`` by itself.

    Together they have at most ``limit`` passages, and at least one from each that has any.
    """
    share = max(1, limit // len(understanding.each))
    hearings = []
    for names in understanding.each:
        scope = replace(question.scope, publishers=names)
        own = replace(question, text=asked_of(names[0], understanding), scope=scope)
        hearings.append(Hearing(publisher=names, question=own, passages=tuple(retriever(own, limit=share))))
    return tuple(hearings)


def side_by_side(hearings: Sequence[Hearing]) -> list[ScoredPassage]:
    """Return the passages of all, the best of each first."""
    longest = max((len(hearing.passages) for hearing in hearings), default=0)
    return [hearing.passages[row] for row in range(longest) for hearing in hearings if row < len(hearing.passages)]


def answer_each(answerer: Answerer, hearings: Sequence[Hearing]) -> Iterator[Answer]:
    """Answer from one publisher after the other, and yield the answer as it grows.

    Each is quoted from its best article. The confidence is the highest of any; who says nothing is noted.
    """
    passages = tuple(side_by_side(hearings))
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: tuple[Note, ...] = ()
    nearest: list[ScoredPassage] = []
    confidence = 0.0
    supports: set[Support | None] = set()
    for hearing in hearings:
        *_, own = answerer(hearing.question, hearing.passages)
        confidence = max(confidence, own.confidence)
        nearest += own.nearest[:NEAREST]
        if own.status is AnswerStatus.ABSTAINED:
            notes = (*notes, _silent(hearing))
        else:
            own = _from_best_article(own)
            supports.add(own.support)
            shift = len(citations)
            sentences += tuple(_moved(item, shift, own.citations) for item in own.sentences)
            citations += tuple(replace(item, number=item.number + shift) for item in own.citations)
            notes += tuple(
                replace(note, citations=tuple(number + shift for number in note.citations)) for note in own.notes
            )
        grown = replace(
            own,
            status=AnswerStatus.ANSWERED if sentences else AnswerStatus.ABSTAINED,
            sentences=sentences,
            citations=citations,
            notes=notes,
            nearest=() if sentences else tuple(nearest),
            passages=passages,
            confidence=confidence,
            support=_weakest(supports),
            complete=hearing is hearings[-1],
        )
        if sentences or grown.complete:
            yield grown


def _weakest(supports: set[Support | None]) -> Support | None:
    return next((item for item in (Support.PARTLY, Support.WELL) if item in supports), None)


def _from_best_article(answer: Answer) -> Answer:
    """Keep the sentences that stand in the article of the first, which is the best one's."""
    articles = {item.number: item.article.id for item in answer.citations}
    first = {articles[number] for number in answer.sentences[0].citations}
    kept = [item for item in answer.sentences if {articles[number] for number in item.citations} <= first][:SENTENCES]
    numbers = list(dict.fromkeys(number for item in kept for number in item.citations))
    renumbered = {number: place for place, number in enumerate(numbers, start=1)}
    return replace(
        answer,
        sentences=tuple(replace(item, citations=tuple(renumbered[n] for n in item.citations)) for item in kept),
        citations=tuple(
            replace(item, number=renumbered[item.number]) for item in answer.citations if item.number in renumbered
        ),
        notes=tuple(
            replace(note, citations=tuple(renumbered[number] for number in note.citations))
            for note in answer.notes
            if set(note.citations) <= set(numbers)
        ),
    )


def _moved(sentence: Sentence, shift: int, citations: Sequence[Citation]) -> Sentence:
    """Count on from the citations of the publishers before, and name the publisher in front of its first sentence."""
    first = sentence.citations[:1] == (1,)
    lead = _speaker(citations[0]) if first else sentence.lead
    return replace(sentence, citations=tuple(number + shift for number in sentence.citations), lead=lead)


def _speaker(citation: Citation) -> str:
    article = citation.article
    # A brief is in our words: they are not put into the publisher's mouth.
    return f"From a report by {article.publisher}:" if article.kind is Kind.BRIEF else f"{article.publisher}:"


def _silent(hearing: Hearing) -> Note:
    said = "answers this" if hearing.passages else "was found"
    return Note(kind=NoteKind.LIMITS, text=f"Nothing credited to {hearing.publisher[0]} {said}.")
