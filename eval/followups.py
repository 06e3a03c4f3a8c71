"""How well follow-up questions are rewritten: what is found for them, beside what is found for a standalone wording.

Two things are measured over the questions of gold conversations and over fresh questions. A follow-up should find
what its hand-written standalone wording finds, and a fresh question should be left as it was put.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.gold import GoldQuestion
from rag.engine import Engine
from rag.followup import rewrite
from rag.schema import Question, ScoredPassage, Turn

FIRST = 5
"""Passages that are compared."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What was found for a follow-up as it was read, beside what was found for its standalone wording.

    ``shared`` counts the common passages among the first five, ``first`` tells whether the best one for the
    standalone wording is among the five; ``found`` and ``findable`` whether evidence is among the five of either.
    """

    id: str
    asked: str
    read: str
    standalone: str
    shared: int
    first: bool
    found: bool
    findable: bool


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A fresh question put after ``before``, and how it was read."""

    id: str
    before: str
    asked: str
    read: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """``count`` of ``total``, with the 95 % interval of Wilson (1927)."""

    count: int
    total: int

    def __str__(self) -> str:
        from scipy.stats import binomtest

        if not self.total:
            return "none to count"
        interval = binomtest(self.count, self.total).proportion_ci(method="wilson")
        return f"{self.count}/{self.total} = {self.count / self.total:.3f} [{interval.low:.2f}, {interval.high:.2f}]"


def follow(engine: Engine, questions: Sequence[GoldQuestion]) -> Iterator[Followed]:
    """Ask every question that has a conversation before it, both ways."""
    for gold in questions:
        if not gold.question.conversation:
            continue
        read = rewrite(gold.question.text, gold.question.conversation).text
        mine = _first(engine, gold.question)
        theirs = _first(engine, replace(gold.question, text=gold.standalone, conversation=()))
        evidence = {item.article_id for item in gold.evidence}
        names = [item.passage.id for item in mine]
        yield Followed(
            id=gold.id, asked=gold.question.text, read=read, standalone=gold.standalone,
            shared=len({item.passage.id for item in theirs} & set(names)),
            first=bool(theirs) and theirs[0].passage.id in names,
            found=any(item.article.id in evidence for item in mine),
            findable=any(item.article.id in evidence for item in theirs),
        )  # fmt: skip


def _first(engine: Engine, question: Question) -> list[ScoredPassage]:
    return list(engine.ask(question).passages[:FIRST])


def fresh(questions: Sequence[GoldQuestion], *, seed: int = 0) -> Iterator[Fresh]:
    """Put every question without a conversation after another one: once after any, once after one on the same article.

    The answer to the question before is the first accepted wording of each of its parts.
    """
    alone = [item for item in questions if not item.question.conversation]
    chance = random.Random(seed)
    for gold in alone:
        others = [item for item in alone if item.id != gold.id and (item.pair is None or item.pair != gold.pair)]
        about = {item.article_id for item in gold.evidence}
        related = [item for item in others if about & {one.article_id for one in item.evidence}]
        for pool in (others, related):
            if pool:
                yield _after(chance.choice(pool), gold)


def _after(before: GoldQuestion, gold: GoldQuestion) -> Fresh:
    said = " and ".join(parts[0] for parts in before.answers)
    turn = Turn(question=before.question.text, answer=f"{said[:1].upper()}{said[1:]}." if said else "")
    read = rewrite(gold.question.text, (turn,)).text
    return Fresh(id=gold.id, before=before.question.text, asked=gold.question.text, read=read)
