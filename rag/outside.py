"""When limits leave nothing to answer from: an abstention that says so, with the nearest articles outside of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.extract import nearest_articles
from rag.schema import Answer, AnswerStatus, Note, NoteKind, Question, ScoredPassage, Understanding
from rag.statements import described, listed


def nothing_inside(question: Question, answer: Answer, outside: Sequence[ScoredPassage]) -> Answer:
    """Return the abstention to a question whose scope holds no passage; ``outside`` were found without it."""
    text = f"The archive has no {described(question.scope, answer.as_of)}."
    if outside:
        text += " The nearest without that limit are listed."
    note = Note(kind=NoteKind.LIMITS, text=text)
    return replace(answer, nearest=nearest_articles(outside), notes=(note,))


def without_unknown(answer: Answer, understanding: Understanding) -> Answer:
    """Say which publishers the archive does not know, and answer in their place only with words that name them.

    "According to the Daily Planet" is not answered from another paper, unless that tells what the Planet wrote.
    """
    unknown = understanding.unknown_publishers
    if not unknown:
        return answer
    text = f"The archive has no publisher called {listed([f'“{_bare(name)}”' for name in unknown], word='or')}."
    note = Note(kind=NoteKind.LIMITS, text=text)
    others = understanding.scope.publishers
    if answer.status is AnswerStatus.ANSWERED and not others and not any(_names(answer, name) for name in unknown):
        return replace(
            answer,
            status=AnswerStatus.ABSTAINED,
            sentences=(),
            citations=(),
            nearest=nearest_articles(answer.passages),
            notes=(note,),
        )
    return replace(answer, notes=(note, *answer.notes))


def _bare(name: str) -> str:
    return re.sub(r"^[Tt]he\s+", "", name)


def _names(answer: Answer, name: str) -> bool:
    wanted = re.compile(rf"(?<!\w){re.escape(_bare(name))}(?!\w)", re.IGNORECASE)
    return any(wanted.search(citation.quote) is not None for citation in answer.citations)
