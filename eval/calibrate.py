"""Fit the answerer's weights and its abstention threshold on gold questions.

Sentence weights: logistic regression on the differences between sentences that hold the gold
evidence and others of the same question (pairwise ranking, Joachims 2002). Confidence: logistic
regression of "the answer cites gold evidence or an accepted answer" on the evidence features,
with predictions for the threshold made by cross-validation, so that no question judges itself.
Unanswerable questions in the gold files are mostly near misses; what people also ask is about names
that the archive has never heard of, so each answerable question is asked once more of a stranger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.gold import GoldQuestion
from rag.engine import Engine
from rag.evidence import (
    AGAINST,
    Evidence,
    EvidenceFeatures,
    EvidenceSentence,
    SentenceFeatures,
    TermStatistics,
    evidence_features,
)
from rag.extract import choose, describe, rank
from rag.spans import names_in
from rag.weights import FILE, READER_FILE, AnswerWeights, read_weights

FOLDS = 10
STRANGERS = ("Toyota", "Ryanair", "Heineken", "IKEA", "Siemens", "Starbucks", "Lufthansa", "Unilever")
"""Names put in place of a question's own; one that the archive mentions is passed over."""
STRANGER_KIND = "stranger"
STRANGER_WEIGHT = 0.3
"""How much such a question counts in the fit beside a gold one."""
WELL_RIGHT = 0.9
"""An answer counts as well supported from the confidence on from which this share cites gold evidence."""
REGULARISATION = 0.02
"""Inverse strength, for the confidence: of 500 questions and features that say much the same, more learns noise."""
PAIRS_PER_QUESTION = 50.0
"""The weight of one question against the regularisation of the sentence weights."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A gold question with its evidence; ``holds`` tells which of its sentences hold gold evidence.

    A question for ``practice`` teaches the models, and counts in no figure and no threshold.
    """

    gold: GoldQuestion
    evidence: Evidence
    holds: tuple[bool, ...]
    practice: bool = False


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Fitted weights with the figures of the fit on the questions it was made with (cross-validated)."""

    weights: AnswerWeights
    figures: dict[str, float]


def holds_gold(sentence: EvidenceSentence, gold: GoldQuestion) -> bool:
    """Return whether a sentence overlaps a gold quote in the same article by half of the shorter one."""
    text = sentence.source.article.text
    for item in gold.evidence:
        if item.article_id != sentence.source.article.id:
            continue
        at = text.find(item.quote)
        overlap = min(sentence.end, at + len(item.quote)) - max(sentence.start, at)
        if at >= 0 and overlap >= 0.5 * min(sentence.end - sentence.start, len(item.quote)):
            return True
    return False


def examples(
    engine: Engine,
    questions: Sequence[GoldQuestion],
    report: Callable[[int], None],
    *,
    practice: Collection[str] = (),
) -> list[Example]:
    """Retrieve for every question and describe its sentences; ``practice`` names those that only teach.

    Beside a reader, the weights as they are choose which sentences it reads again.
    """
    statistics = statistics_of(engine)
    weights = read_weights(READER_FILE if engine.reader else FILE)
    found = []
    for gold in questions:
        passages = engine.retrieve(replace(gold.question, text=gold.standalone, conversation=()))
        evidence = describe(
            gold.standalone, passages, encoder=engine.stores.encoder, statistics=statistics, reader=engine.reader,
            weights=weights,
        )  # fmt: skip
        holds = tuple(holds_gold(sentence, gold) for sentence in evidence.sentences)
        found.append(Example(gold=gold, evidence=evidence, holds=holds, practice=gold.id in practice))
        report(len(found))
    return found


def asked_of_strangers(questions: Sequence[GoldQuestion], *, is_known: Callable[[str], bool]) -> list[GoldQuestion]:
    """Return each answerable question with its longest name replaced by one that the archive does not know."""
    strangers = [name for name in STRANGERS if not is_known(name)]
    found = []
    for number, gold in enumerate(questions):
        spans = names_in(gold.standalone)
        if not (gold.answerable and spans and strangers):
            continue
        start, end = max(spans, key=lambda span: span[1] - span[0])
        text = gold.standalone[:start] + strangers[number % len(strangers)] + gold.standalone[end:]
        found.append(
            replace(
                gold, id=f"{gold.id}-{STRANGER_KIND}", standalone=text, question=replace(gold.question, text=text),
                answers=(), evidence=(), kind=STRANGER_KIND, answerable=False,
            )
        )  # fmt: skip
    return found


def statistics_of(engine: Engine) -> TermStatistics:
    """Return the term statistics of an engine's archive."""
    lexical = engine.stores.lexical
    return TermStatistics(lexical.terms, lexical.document_frequency, lexical.count)


def fit(data: Sequence[Example], statistics: TermStatistics, *, false_refusals: float, seed: int) -> Fit:
    """Fit both models and set the threshold so that at most this share of the answerable is refused.

    Where a reader tells what was understood, the confidence is ``bounded``; without one the words are all there is,
    and a free fit parts the gold questions better.
    """
    bounded = any(example.evidence.readings for example in data)
    sentence = _fit_sentences(data)
    provisional = AnswerWeights(sentence=sentence, evidence={}, bias=0.0, threshold=0.0, well=0.0, made_by={})
    names = [item.name for item in fields(EvidenceFeatures)]
    rows: list[list[float]] = []
    right: list[bool] = []
    kept: list[GoldQuestion] = []
    only_teaches: list[bool] = []
    for example in data:
        ranked = rank(example.evidence, provisional)
        if not ranked:
            continue
        features = evidence_features(example.evidence, ranked[0].sentence, statistics)
        rows.append([getattr(features, name) for name in names])
        chosen = choose(ranked, example.evidence)
        right.append(any(holds_gold(item, example.gold) for item in chosen))
        kept.append(example.gold)
        only_teaches.append(example.practice)
    matrix, labels = np.array(rows), np.array(right)
    stranger = np.array([gold.kind == STRANGER_KIND for gold in kept])
    practice = np.array(only_teaches)
    counted = ~stranger & ~practice
    answerable = np.array([gold.answerable for gold in kept])
    wanted, unwanted = counted & answerable, counted & ~answerable
    share = np.where(stranger, STRANGER_WEIGHT, 1.0)
    groups = [gold.id for gold in kept]
    confidence = _cross_validated(matrix, labels, share, names=names, groups=groups, bounded=bounded, seed=seed)
    threshold = float(np.quantile(confidence[wanted], false_refusals))
    well = max(threshold, _level(confidence[counted], labels[counted], WELL_RIGHT))
    coefficients, bias = _logistic(matrix, labels, share, names=names, bounded=bounded)
    declined, sure = confidence < threshold, counted & (confidence >= well)
    figures = {
        "questions": float(counted.sum()),
        "answered right when answerable": float(labels[wanted].mean()),
        "false refusals": float(declined[wanted].mean()),
        "unanswerable declined": float(declined[unwanted].mean()) if unwanted.any() else 0.0,
        "asked of a stranger, declined": float(declined[stranger].mean()) if stranger.any() else 0.0,
        "well supported": float(sure.sum() / counted.sum()),
        "right when well supported": float(labels[sure].mean()) if sure.any() else 0.0,
        "area under ROC": _area(confidence[counted], answerable[counted]),
    }
    if practice.any():
        figures["practice, unanswerable declined"] = float(declined[practice & ~answerable].mean())
        figures["practice, false refusals"] = float(declined[practice & answerable].mean())
    weights = AnswerWeights(
        sentence=sentence,
        evidence={name: round(float(value), 4) for name, value in zip(names, coefficients, strict=True)},
        bias=round(bias, 4),
        threshold=round(threshold, 4),
        well=round(well, 4),
        made_by={},
    )
    return Fit(weights=weights, figures={name: round(value, 4) for name, value in figures.items()})


def _level(confidence: NDArray[np.float64], labels: NDArray[np.bool_], share: float) -> float:
    """Return the lowest confidence from which on at least this share is right; 1 when there is none."""
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(labels[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= share)
    return float(confidence[order[enough[-1]]]) if len(enough) else 1.0


def write(weights: AnswerWeights, file: Path, *, made_by: dict[str, str]) -> None:
    """Write weights to the file that the answerer reads, with how they were made."""
    record = {
        "sentence": dict(weights.sentence),
        "evidence": dict(weights.evidence),
        "bias": weights.bias,
        "threshold": weights.threshold,
        "well": weights.well,
        "made_by": made_by,
    }
    file.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _fit_sentences(data: Sequence[Example]) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression

    names = [item.name for item in fields(SentenceFeatures)]
    differences: list[NDArray[np.float64]] = []
    shares: list[NDArray[np.float64]] = []
    for example in data:
        rows = np.array([[getattr(item.features, name) for name in names] for item in example.evidence.sentences])
        holds = np.array(example.holds, dtype=bool)
        if not holds.any() or holds.all():
            continue
        pairs = (rows[holds][:, None, :] - rows[~holds][None, :, :]).reshape(-1, len(names))
        differences.append(pairs)
        # Every question weighs the same, however many sentences its passages have.
        shares.append(np.full(len(pairs), PAIRS_PER_QUESTION / len(pairs)))
    ahead, share = np.concatenate(differences), np.concatenate(shares)
    matrix = np.concatenate([ahead, -ahead])
    labels = np.concatenate([np.ones(len(ahead)), np.zeros(len(ahead))])
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
    model.fit(matrix, labels, sample_weight=np.concatenate([share, share]))
    return {name: round(float(value), 4) for name, value in zip(names, model.coef_[0], strict=True)}


def _logistic(
    matrix: NDArray[np.float64],
    labels: NDArray[np.bool_],
    share: NDArray[np.float64],
    *,
    names: Sequence[str],
    bounded: bool,
) -> tuple[NDArray[np.float64], float]:
    """Fit on standardised features, so that the regularisation treats all alike; weights are for the raw ones.

    With ``bounded``, no feature may weigh against what it says (``rag.evidence.AGAINST``): of the gold questions the
    near misses use the articles' words and the answerable ones avoid them, so that, left free, lacking words would
    raise the confidence.
    """
    from scipy.optimize import minimize

    mean, deviation = matrix.mean(axis=0), matrix.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    standard, wanted = (matrix - mean) / deviation, labels.astype(np.float64)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = parameters[:-1], parameters[-1]
        score = standard @ weights + bias
        errors = share * (1 / (1 + np.exp(-score)) - wanted)
        value = share @ (np.logaddexp(0, score) - wanted * score) + weights @ weights / (2 * REGULARISATION)
        return float(value), np.append(standard.T @ errors + weights / REGULARISATION, errors.sum())

    free = (None, None)
    bounds = [((None, 0.0) if name in AGAINST else (0.0, None)) if bounded else free for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=[*bounds, free], method="L-BFGS-B").x
    coefficients = found[:-1] / deviation
    return coefficients, float(found[-1] - coefficients @ mean)


def _cross_validated(
    matrix: NDArray[np.float64],
    labels: NDArray[np.bool_],
    share: NDArray[np.float64],
    *,
    names: Sequence[str],
    groups: Sequence[str],
    bounded: bool,
    seed: int,
) -> NDArray[np.float64]:
    """Predict every question by a model that has seen neither it nor its twin asked of a stranger."""
    bases = [group.removesuffix(f"-{STRANGER_KIND}") for group in groups]
    distinct = sorted(set(bases))
    fold_of = dict(zip(distinct, np.random.default_rng(seed).permutation(len(distinct)) % FOLDS, strict=True))
    folds = np.array([fold_of[base] for base in bases])
    confidence = np.zeros(len(labels))
    for fold in range(FOLDS):
        inside = folds == fold
        coefficients, bias = _logistic(matrix[~inside], labels[~inside], share[~inside], names=names, bounded=bounded)
        confidence[inside] = 1 / (1 + np.exp(-(matrix[inside] @ coefficients + bias)))
    return confidence


def _area(confidence: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that an answerable question scores above an unanswerable one."""
    if wanted.all() or not wanted.any():
        return float("nan")
    pairs = confidence[wanted][:, None] - confidence[~wanted][None, :]
    return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())
