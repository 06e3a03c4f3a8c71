"""Passages → reordered: a linear ranker over the best fused candidates with what the archive knows of each.

Its weights are learnt (``rag/ranking.json`` says how) by logistic regression on the differences between
passages that hold the evidence and others of the same question (Joachims 2002).
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from rag.errors import ConfigurationError
from rag.evidence import TermStatistics, ages_of, mentioned, names_of, numbers_of, share
from rag.indexed_text import header
from rag.latest import without_now
from rag.reader import Reader, Text
from rag.schema import ScoredPassage
from rag.spans import asks_for_latest

FILE = Path(__file__).parent / "ranking.json"
READER_FILE = Path(__file__).parent / "ranking_reader.json"
"""The weights beside a reader; ``FILE`` holds those without one."""
RANKED = 50
"""How many of the best fused candidates are put in a new order; the rest keep theirs behind them."""
READ = 24
"""How many of these the reader reads; on two cores it reads fifty passages a second."""
LEAST = -30.0
"""The logarithm of the least final score, so that none becomes 0."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class PassageFeatures:
    """How a candidate meets the question; all in [0, 1] but ``dense``, a cosine in [-1, 1].

    ``fused`` is the fused score over the best candidate's; ``lexical`` the BM25 score over the best;
    ``recency`` the date prior; ``covered`` the share of the question's terms, by rarity, in the passage
    with its header, ``title`` in the headline alone; ``pairs`` the share of the question's neighbouring
    words that are neighbours there; ``named`` and ``numbers`` the shares of its names and numbers there;
    ``opening`` 1 for an article's first passage, falling; ``article`` the best fused score among the
    article's other candidates over the best of all; ``near`` the same for the two passages beside it;
    ``latest`` is 0 for the oldest article among the candidates to 1 for the newest when the question is
    about how things stand, else 0; ``read`` is the reader's relevance logit over 10 in [-1, 1], and ``answered``
    its probability that words of the passage answer (both 0 without a reader).
    """

    fused: float
    dense: float
    lexical: float
    recency: float
    covered: float
    title: float
    pairs: float
    named: float
    numbers: float
    opening: float
    article: float
    near: float
    latest: float
    read: float = 0.0
    answered: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RankingWeights:
    """Weights by feature, and how they were made."""

    weights: Mapping[str, float]
    made_by: Mapping[str, str]


@cache
def read_ranking(file: Path = FILE) -> RankingWeights:
    """Read the weights; raises ConfigurationError naming the file when it cannot be used."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        known = {item.name for item in fields(PassageFeatures)}
        weights = {str(name): float(value) for name, value in found["weights"].items()}
        if not set(weights) <= known:
            raise ValueError(f"unknown feature {sorted(set(weights) - known)[0]}")
        return RankingWeights(weights=weights, made_by=found["made_by"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"The ranker's weights in {file} cannot be read ({error}). Reinstall Newsdesk, or make them again "
            "with `python -m eval fit-ranking`."
        ) from error


class Ranker:
    """Puts candidates in a new order; safe to call from several threads."""

    def __init__(
        self, statistics: TermStatistics, *, weights: RankingWeights | None = None, reader: Reader | None = None
    ) -> None:
        """Rank with ``weights``, by default those that were learnt with, or without, a ``reader``."""
        self._statistics = statistics
        self._given = weights
        self._reader = reader

    def __call__(self, question: str, candidates: Sequence[ScoredPassage]) -> list[ScoredPassage]:
        """Return the candidates, best first; their final score becomes the odds against the best's, in (0, 1].

        Candidates past the first ``RANKED``, and with a reader past the ``READ`` best of these, follow in their
        old order with scores below all others.
        """
        if self._reader is None:
            # Read late: fitting the weights needs a ranker without.
            weights = (self._given or read_ranking()).weights
            first, rest = candidates[:RANKED], candidates[RANKED:]
            described = describe(question, first, self._statistics)
        else:
            weights = (self._given or read_ranking(READER_FILE)).weights
            first, described, rest = read_best(question, candidates, self._statistics, self._reader)
        return _ordered(first, [_score(features, weights) for features in described], rest)


def _ordered(
    first: Sequence[ScoredPassage], found: Sequence[float], rest: Sequence[ScoredPassage]
) -> list[ScoredPassage]:
    best = max(found, default=0.0)
    scored = [
        replace(item, scores=replace(item.scores, final=math.exp(max(score - best, LEAST))))
        for item, score in zip(first, found, strict=True)
    ]
    scored.sort(key=lambda item: (-item.scores.final, item.passage.id))
    floor = scored[-1].scores.final if scored else 0.0
    next_best = (rest[0].scores.final if rest else 1.0) or 1.0
    behind = [replace(item, scores=replace(item.scores, final=floor * item.scores.final / next_best)) for item in rest]
    return scored + behind


def read_best(
    question: str, candidates: Sequence[ScoredPassage], statistics: TermStatistics, reader: Reader
) -> tuple[list[ScoredPassage], list[PassageFeatures], list[ScoredPassage]]:
    """Let ``reader`` read the ``READ`` best candidates by the weights without it.

    Return these in fused order with their features, and the other candidates in fused order.
    """
    weights = read_ranking().weights
    first = candidates[:RANKED]
    described = describe(question, first, statistics)
    order = sorted(range(len(first)), key=lambda at: (-_score(described[at], weights), at))
    chosen = sorted(order[:READ])
    texts = [Text(title=first[at].article.title, text=first[at].passage.text) for at in chosen]
    features = [
        replace(described[at], read=reading.scaled, answered=reading.answered)
        for at, reading in zip(chosen, reader.read(without_now(question), texts), strict=True)
    ]
    kept = set(chosen)
    return (
        [first[at] for at in chosen],
        features,
        [item for at, item in enumerate(candidates) if at not in kept],
    )


def describe(question: str, candidates: Sequence[ScoredPassage], statistics: TermStatistics) -> list[PassageFeatures]:
    """Return the features of each candidate, unread, given all of them in fused order."""
    sought = without_now(question)
    weights = statistics.weights(sought)
    names, numbers = names_of(question), numbers_of(question)
    asked = _neighbours(sought)
    latest, ages = asks_for_latest(question), ages_of(candidates)
    best = max((item.scores.final for item in candidates), default=0.0) or 1.0
    best_lexical = max((item.scores.lexical or 0.0 for item in candidates), default=0.0) or 1.0
    by_article: dict[str, list[ScoredPassage]] = {}
    for item in candidates:
        by_article.setdefault(item.article.id, []).append(item)
    found = []
    for item in candidates:
        text = f"{header(item.article)}\n{item.passage.text}"
        others = [other for other in by_article[item.article.id] if other is not item]
        beside = [other for other in others if abs(other.passage.ordinal - item.passage.ordinal) == 1]
        found.append(
            PassageFeatures(
                fused=item.scores.final / best,
                dense=item.scores.dense or 0.0,
                lexical=(item.scores.lexical or 0.0) / best_lexical,
                recency=item.scores.recency or 0.0,
                covered=share(weights, statistics.terms(text)),
                title=share(weights, statistics.terms(item.article.title)),
                pairs=len(asked & _neighbours(text)) / len(asked) if asked else 0.0,
                named=mentioned(names, text),
                numbers=mentioned(numbers, text),
                opening=1.0 / (1 + item.passage.ordinal),
                article=max((other.scores.final for other in others), default=0.0) / best,
                near=max((other.scores.final for other in beside), default=0.0) / best,
                latest=ages[item.article.id] if latest else 0.0,
            )
        )
    return found


def _score(features: PassageFeatures, weights: Mapping[str, float]) -> float:
    return sum(weight * float(getattr(features, name)) for name, weight in weights.items())


def _neighbours(text: str) -> set[tuple[str, str]]:
    words = _WORD.findall(text.lower())
    return set(itertools.pairwise(words))
