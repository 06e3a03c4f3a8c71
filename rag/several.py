"""Each part of a question is searched and answered by itself, and it is said which part the articles do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.schema import (
    Answer,
    Answerer,
    AnswerStatus,
    Citation,
    Note,
    NoteKind,
    Question,
    Retriever,
    ScoredPassage,
    Sentence,
    Support,
)


def answer_parts(
    retriever: Retriever, answerer: Answerer, question: Question, parts: Sequence[str], *, limit: int
) -> Iterator[Answer]:
    """Answer one part after the other, and yield the answer as it grows; at least once.

    It abstains when every part does. The confidence is the highest of any; a part without an answer is noted.
    A part is answered from what was found for it, and where that is silent, from it and what was found for the whole
    question by turns; the passages are those of the whole and of all parts, at most ``limit``, the best of each first.
    """
    whole = retriever(question, limit=limit)
    found = [whole]
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: tuple[Note, ...] = ()
    silent: list[str] = []
    nearest: list[ScoredPassage] = []
    supports: set[Support | None] = set()
    confidence = 0.0
    for part in parts:
        asked = replace(question, text=part)
        found.append(retriever(asked, limit=limit))
        *_, own = answerer(asked, found[-1])
        if own.status is AnswerStatus.ABSTAINED:
            *_, own = answerer(asked, by_turns((found[-1], whole))[:limit])
        confidence = max(confidence, own.confidence)
        nearest += [item for item in own.nearest if item.article.id not in {other.article.id for other in nearest}]
        if own.status is AnswerStatus.ABSTAINED:
            silent.append(part)
        else:
            supports.add(own.support)
            sentences, citations, notes = _joined(sentences, citations, notes, own)
        last = len(found) > len(parts)
        if sentences or last:
            yield replace(
                own,
                question=question,
                status=AnswerStatus.ANSWERED if sentences else AnswerStatus.ABSTAINED,
                sentences=sentences,
                citations=citations,
                notes=(*notes, *(_unanswered(item) for item in silent)) if sentences else (),
                nearest=() if sentences else tuple(nearest),
                passages=tuple(by_turns(found)[:limit]),
                confidence=confidence,
                support=_support(supports, silent) if sentences else None,
                complete=last,
            )


def by_turns(found: Sequence[Sequence[ScoredPassage]]) -> list[ScoredPassage]:
    """Return the passages of all parts, the best of each first; what overlaps one before it is left out."""
    kept: list[ScoredPassage] = []
    for row in range(max((len(passages) for passages in found), default=0)):
        for passages in found:
            if row < len(passages) and not any(_overlap(passages[row], other) for other in kept):
                kept.append(passages[row])
    return kept


def _overlap(one: ScoredPassage, other: ScoredPassage) -> bool:
    same = one.article.id == other.article.id
    return same and one.passage.start < other.passage.end and other.passage.start < one.passage.end


def _joined(
    sentences: tuple[Sentence, ...], citations: tuple[Citation, ...], notes: tuple[Note, ...], own: Answer
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...], tuple[Note, ...]]:
    """Add an answer to those before it: its citations count on, and what was quoted before is not quoted again."""
    numbers: dict[int, int] = {}
    for citation in own.citations:
        known = next((item.number for item in citations if _same(item, citation)), None)
        if known is None:
            known = len(citations) + 1
            citations = (*citations, replace(citation, number=known))
        numbers[citation.number] = known
    said = {number for item in sentences for number in item.citations}
    added = [replace(item, citations=tuple(numbers[number] for number in item.citations)) for item in own.sentences]
    sentences = (*sentences, *(item for item in added if not set(item.citations) <= said))
    moved = [replace(note, citations=tuple(numbers[number] for number in note.citations)) for note in own.notes]
    return sentences, citations, (*notes, *(note for note in moved if note not in notes))


def _same(one: Citation, other: Citation) -> bool:
    return (one.article.id, one.article.version, one.start, one.end) == (
        other.article.id,
        other.article.version,
        other.start,
        other.end,
    )


def _support(supports: set[Support | None], silent: Sequence[str]) -> Support | None:
    """Return the weakest support of any part; a part without an answer leaves it partial."""
    if silent or Support.PARTLY in supports:
        return Support.PARTLY
    return Support.WELL if Support.WELL in supports else None


def _unanswered(part: str) -> Note:
    return Note(kind=NoteKind.LIMITS, text=f"The articles do not answer this part: “{part}”")
