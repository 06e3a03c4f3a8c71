"""Fit the ranker's weights on questions whose evidence is known: RealTime QA 2023 and the gold ``dev`` split.

Logistic regression on the differences between the features of a passage that holds the evidence and of
one that does not (pairwise ranking, Joachims 2002). Every question weighs the same; so do both sources.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.accepted import holds
from eval.benchmarks.realtimeqa import Quiz
from eval.gold import GoldQuestion
from eval.judge import holds as overlaps
from rag.evidence import TermStatistics
from rag.rank import RANKED, PassageFeatures, describe, read_best
from rag.reader import Reader
from rag.retrieve import HybridRetriever
from rag.schema import Question, ScoredPassage, end_of_day

FOLDS = 5
WEIGHT = 1_000.0
"""Of all questions of a source together, against the regularisation."""
CUT_OFFS = (1, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question's candidates in fused order: features (candidates, features), and which hold the evidence."""

    source: str
    group: str
    features: NDArray[np.float64]
    holds: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RankingFit:
    """The weights by feature, and hit@k and MRR@10 of fused and of learnt order, cross-validated, by source."""

    weights: dict[str, float]
    figures: dict[str, float]


def quiz_examples(
    quiz: Quiz, retriever: HybridRetriever, statistics: TermStatistics, source_of: dict[str, str],
    report: Callable[[int, int], None], reader: Reader | None = None,
) -> list[Example]:  # fmt: skip
    """Describe the candidates of every quiz question that has a gold article; folds go by week."""
    found = []
    for number, item in enumerate(quiz.questions, start=1):
        gold = {source_of.get(article.id, article.id) for article in item.gold_articles()}
        report(number, len(quiz.questions))
        if not gold:
            continue
        question = Question(text=item.text, as_of=end_of_day(item.date))

        def is_gold(passage: ScoredPassage, gold: set[str] = gold, answers: tuple[str, ...] = item.answers) -> bool:
            shown = f"{passage.article.title}\n{passage.passage.text}"
            return passage.article.id in gold and holds(shown, answers)

        found.append(_example("realtimeqa", item.week, question, retriever, statistics, is_gold, reader))
    return found


def gold_examples(
    questions: Iterable[GoldQuestion],
    retriever: HybridRetriever,
    statistics: TermStatistics,
    reader: Reader | None = None,
) -> list[Example]:
    """Describe the candidates of every answerable gold question."""
    found = []
    for gold in questions:
        if not gold.answerable:
            continue
        question = replace(gold.question, text=gold.standalone)

        def is_gold(item: ScoredPassage, gold: GoldQuestion = gold) -> bool:
            return any(
                evidence.article_id == item.article.id
                and overlaps(item.article.text, item.passage.start, item.passage.end, evidence.quote)
                for evidence in gold.evidence
            )

        found.append(_example("gold", gold.pair or gold.id, question, retriever, statistics, is_gold, reader))
    return found


def _example(
    source: str, group: str, question: Question, retriever: HybridRetriever, statistics: TermStatistics,
    is_gold: Callable[[ScoredPassage], bool], reader: Reader | None,
) -> Example:  # fmt: skip
    candidates = retriever.candidates(question)
    if reader is None:
        candidates = candidates[:RANKED]
        described = describe(question.text, candidates, statistics)
    else:
        candidates, described, _ = read_best(question.text, candidates, statistics, reader)
    rows = [astuple(item) for item in described]
    return Example(
        source=source,
        group=group,
        features=np.array(rows, dtype=float).reshape(len(rows), len(fields(PassageFeatures))),
        holds=np.array([is_gold(item) for item in candidates], dtype=bool),
    )


def fit(examples: Sequence[Example], *, seed: int = 0) -> RankingFit:
    """Fit on all examples; the figures come from models that have not seen the question's group."""
    groups = sorted({(item.source, item.group) for item in examples})
    order = np.random.default_rng(seed).permutation(len(groups)) % FOLDS
    fold_of = dict(zip(groups, order, strict=True))
    ranks: dict[str, dict[str, list[int | None]]] = {}
    for fold in range(FOLDS):
        inside = [item for item in examples if fold_of[item.source, item.group] == fold]
        weights = _weights([item for item in examples if fold_of[item.source, item.group] != fold])
        for item in inside:
            kept = ranks.setdefault(item.source, {"fused": [], "learnt": []})
            kept["fused"].append(_rank(item.holds))
            kept["learnt"].append(_rank(item.holds[np.argsort(-(item.features @ weights), kind="stable")]))
    figures = {
        f"{source}, {order}, {name}": value
        for source, orders in sorted(ranks.items())
        for order, places in orders.items()
        for name, value in _figures(places).items()
    }
    names = [item.name for item in fields(PassageFeatures)]
    weights = _weights(examples)
    return RankingFit(
        weights={name: round(float(value), 4) for name, value in zip(names, weights, strict=True)}, figures=figures
    )


def write(result: RankingFit, file: Path, *, made_by: dict[str, str]) -> None:
    """Write the weights to the file that the ranker reads, with how they were made."""
    record = {"weights": result.weights, "made_by": {**made_by, "figures": json.dumps(result.figures)}}
    file.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    usable = [item for item in examples if item.holds.any() and not item.holds.all()]
    amount = {source: sum(item.source == source for item in usable) for source in {item.source for item in usable}}
    differences, shares = [], []
    for item in usable:
        pairs = (item.features[item.holds][:, None, :] - item.features[~item.holds][None, :, :]).reshape(
            -1, item.features.shape[1]
        )
        differences.append(pairs)
        shares.append(np.full(len(pairs), WEIGHT / amount[item.source] / len(pairs)))
    ahead, share = np.concatenate(differences), np.concatenate(shares)
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
    labels = np.concatenate([np.ones(len(ahead)), np.zeros(len(ahead))])
    model.fit(np.concatenate([ahead, -ahead]), labels, sample_weight=np.concatenate([share, share]))
    weights: NDArray[np.float64] = model.coef_[0]
    return weights


def _rank(holds: NDArray[np.bool_]) -> int | None:
    places = np.flatnonzero(holds)
    return int(places[0]) + 1 if len(places) else None


def _figures(places: Sequence[int | None]) -> dict[str, float]:
    found = {f"hit@{k}": sum(place is not None and place <= k for place in places) / len(places) for k in CUT_OFFS}
    found["MRR@10"] = sum(1 / place for place in places if place is not None and place <= 10) / len(places)
    return {name: round(value, 4) for name, value in found.items()}
