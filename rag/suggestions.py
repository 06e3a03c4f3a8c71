"""Questions to go on with, out of what the retrieved articles say besides the answer, each asked before it is offered.

A candidate is a sentence that the answer did not cite, turned into a question by one of a few patterns that read as a
person would ask. It is offered only when the archive answers it by that very sentence. Rules, no language model.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from rag.antecedents import says
from rag.asking import question_of
from rag.english import FUNCTION_WORDS
from rag.mentions import names
from rag.schema import Answer, AnswerStatus, Article, Question
from rag.sentences import sentence_spans

MOST = 3
CANDIDATES = 8
"""Questions that are tried at most."""
SECONDS = 4.0
"""Time after which no further one is tried once one is offered."""
CONFIDENT = 0.7
"""Least probability that the answer to an offered question holds."""
ARTICLES = 4
SHORTEST, LONGEST = 30, 260
ALIKE = 0.6
"""Share of content words in common from which two questions ask the same."""


class Asked(Protocol):
    """Whoever answers questions: an engine."""

    def quote(self, question: Question) -> Answer:
        """Return the complete answer in the articles' own words."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A question that ``article.text[start:end]`` answers."""

    question: str
    article: Article
    start: int
    end: int


def suggest(
    engine: Asked,
    answer: Answer,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Iterator[Suggestion]:
    """Yield at most three questions to go on with after ``answer``, best first, each when it has stood the test.

    They are asked as of the same date and inside the same filters. After ``seconds`` none is tried any more if one was
    found: a slow machine offers fewer, not none. None is tried once ``is_wanted`` says no.
    """
    until = clock() + seconds
    read = answer.understanding.text if answer.understanding else answer.question.text
    offered = [read, *(turn.standalone or turn.question for turn in answer.question.conversation)]
    tried = found = 0
    for candidate in candidates(answer):
        if found == MOST or tried == CANDIDATES or (found and clock() >= until) or not is_wanted():
            return
        if any(_is_alike(candidate.question, other) for other in offered):
            continue
        tried += 1
        question = replace(answer.question, text=candidate.question, conversation=(), as_of=answer.as_of)
        if _is_answered_by(candidate, engine.quote(question)):
            offered.append(candidate.question)
            found += 1
            yield candidate


def candidates(answer: Answer) -> Iterator[Suggestion]:
    """Yield questions out of the sentences that ``answer`` did not cite: one an article in turn, the cited ones first.

    Only articles that share a name with the question or are cited are looked at.
    """
    read = answer.understanding.text if answer.understanding else answer.question.text
    asked = names(read)
    articles: dict[str, Article] = {citation.article.id: citation.article for citation in answer.citations}
    for item in answer.passages:
        if len(articles) >= ARTICLES:
            break
        if any(says(f"{item.article.title}\n{item.article.text}", one) for one in asked):
            articles.setdefault(item.article.id, item.article)
    cited = {(citation.article.id, citation.start) for citation in answer.citations}
    waiting = [_of_article(article, cited) for article in articles.values()]
    while waiting:
        for row in list(waiting):
            candidate = next(row, None)
            if candidate is None:
                waiting.remove(row)
            else:
                yield candidate


def _of_article(article: Article, cited: set[tuple[str, int]]) -> Iterator[Suggestion]:
    if article.language is not None and not article.language.startswith("en"):
        return
    for start, end in sentence_spans(article.text, "en"):
        if (article.id, start) in cited or not SHORTEST <= end - start <= LONGEST:
            continue
        question = question_of(article.text[start:end], article)
        if question is not None:
            yield Suggestion(question=question, article=article, start=start, end=end)


def _is_answered_by(candidate: Suggestion, answer: Answer) -> bool:
    return (
        answer.status is AnswerStatus.ANSWERED
        and answer.confidence >= CONFIDENT
        and any(
            citation.article.id == candidate.article.id and citation.start == candidate.start
            for citation in answer.citations
        )
    )


def _is_alike(one: str, other: str) -> bool:
    mine, theirs = _content(one), _content(other)
    return len(mine & theirs) >= ALIKE * min(len(mine), len(theirs)) if mine and theirs else False


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if word not in FUNCTION_WORDS}
