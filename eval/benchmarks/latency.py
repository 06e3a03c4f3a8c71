"""How long one question and one more article take: the same of two sides, by the clock of the process.

A side is an open archive. Its embedding model is loaded before; a question is embedded within the time that
is taken, and how much of it that was is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from eval.gold import Period
from eval.watch import Watch, peak_memory
from rag.schema import Article

LIMIT = 12
"""Passages that are asked for: as many as an answer is made from."""
PATIENCE = 60.0
"""Seconds after which no further question of a kind is asked in one run, once there are ``LEAST``."""
LEAST = 10


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Wall time in seconds, the part of it inside the embedding model, and how many passages came or went in."""

    seconds: float
    seconds_encoding: float
    passages: int

    @property
    def seconds_besides(self) -> float:
        """Wall time outside the embedding model, in seconds."""
        return self.seconds - self.seconds_encoding


class Side(Protocol):
    """An open archive that is timed."""

    def ask(self, text: str, period: Period | None) -> Timing:
        """Retrieve ``LIMIT`` passages for a question, of articles published in ``period`` when it is given."""

    def add(self, article: Article) -> Timing:
        """Take an article in that is not there yet, and out again; only the first is timed."""

    def count(self) -> int:
        """Return how many passages there are."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The timings of some questions, in the order in which they were asked."""

    timings: tuple[Timing, ...]

    def percentile(self, percent: float) -> float:
        """Return a percentile of the seconds a question took, linear between neighbours."""
        return float(np.percentile([item.seconds for item in self.timings], percent))

    @property
    def besides(self) -> float:
        """Median seconds a question took outside the embedding model."""
        return float(np.median([item.seconds_besides for item in self.timings]))

    @property
    def found(self) -> float:
        """Mean number of passages that were found."""
        return float(np.mean([item.passages for item in self.timings]))


@dataclass(frozen=True, kw_only=True)
class RetrievalRun:
    """One process that opened an archive and asked it.

    ``opening`` are the seconds from beginning to open it, with the model loaded, to the first question's
    passages; ``everywhere`` and ``dated`` the questions without and with a period; ``peak_memory`` the
    process's resident bytes. See ``Watch`` for ``taken_by_others`` and ``load``.
    """

    passages: int
    opening: float
    everywhere: Asked
    dated: Asked
    peak_memory: int
    taken_by_others: float
    load: float


@dataclass(frozen=True, kw_only=True)
class AddingRun:
    """One process that opened an archive and added articles to it one by one."""

    passages: int
    added: Asked
    taken_by_others: float
    load: float


Open = Callable[[], AbstractContextManager[Side]]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked: ``warm_up`` first and for nothing, then ``questions`` at any date and inside ``period``."""

    warm_up: tuple[str, ...]
    questions: tuple[str, ...]
    period: Period


def time_retrieval(open_side: Open, asking: Asking, *, patience: float = PATIENCE) -> RetrievalRun:
    """Open a side, warm it up and ask it; ``warm_up`` and ``questions`` must not be empty."""
    with Watch() as watch:
        began = time.perf_counter()
        with open_side() as side:
            side.ask(asking.warm_up[0], None)
            opening = time.perf_counter() - began
            for text in asking.warm_up[1:]:
                side.ask(text, None)
            everywhere = _ask(side, asking.questions, None, patience)
            for text in asking.warm_up[:2]:
                side.ask(text, asking.period)
            dated = _ask(side, asking.questions, asking.period, patience)
            passages = side.count()
    return RetrievalRun(
        passages=passages,
        opening=opening,
        everywhere=everywhere,
        dated=dated,
        peak_memory=peak_memory(),
        taken_by_others=watch.taken_by_others,
        load=watch.load,
    )


def _ask(side: Side, questions: Sequence[str], period: Period | None, patience: float) -> Asked:
    timings: list[Timing] = []
    until = time.perf_counter() + patience
    for text in questions:
        if len(timings) >= LEAST and time.perf_counter() > until:
            break
        timings.append(side.ask(text, period))
    return Asked(timings=tuple(timings))


def time_adding(open_side: Open, articles: Sequence[Article], *, warm_up: str) -> AddingRun:
    """Open a side, ask it once, and add the articles one by one, the first of them for nothing."""
    with Watch() as watch, open_side() as side:
        side.ask(warm_up, None)
        passages = side.count()
        timings = [side.add(article) for article in articles]
    return AddingRun(
        passages=passages,
        added=Asked(timings=tuple(timings[1:])),
        taken_by_others=watch.taken_by_others,
        load=watch.load,
    )
