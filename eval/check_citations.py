"""How well a model's citations are checked: labelled pairs judged, counted by kind, and the weights fitted on them.

Every pair is judged twice: with its passages as they are cited, and with each in the window of its article that an
answer would be made from, where more can be mistaken for support.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.check_pairs import KINDS, Citing, Label, Pair, PairError
from eval.followups import Share
from rag.backing import BackingFeatures
from rag.citation_weights import CitationWeights, read_citation_weights
from rag.citations import Judgement, judge
from rag.embed import Encoder
from rag.evidence import TermStatistics
from rag.schema import Article, Passage, ScoredPassage, Scores, Verdict, end_of_day
from rag.told_names import name_book
from rag.windows import windows

REFUSED = 0.10
"""The share of true tuning sentences that may fail to count as supported."""
PARTLY_REFUSED = 0.04
"""The share of them below whose probability a sentence does not even count as partly supported."""
WRONGLY_ADDED = 0.1
"""The share of altered tuning sentences that would pass where the model named no passage and one is added."""
DRAWN_WEIGHT = 0.5
"""What a sentence beside a passage drawn for it weighs, a labelled pair weighing 1."""
REGULARISATION = 0.3
FOLDS = 10
LEAST = ("covered", "kin", "together")
"""Features that every true sentence has some of; what has less than all but ``RARELY`` of them says something else."""
RARELY = 0.01

UNFITTED = CitationWeights(features={}, bias=0.0, supported=0.5, partly=0.5, added=0.5, least={}, made_by={})
"""What sentences are judged with before there are weights: the features and mismatches are the same with any."""


class Width(StrEnum):
    """How much of an article a sentence is held against."""

    CITED = "as cited"
    WINDOW = "in its window"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A pair and what its passages were found to say to its sentence."""

    pair: Pair
    width: Width
    judgement: Judgement

    @property
    def is_right(self) -> bool:
        """Whether a true sentence passed as supported, or an altered one did not."""
        return (self.judgement.verdict is Verdict.SUPPORTED) == (self.pair.label is Label.TRUE)


@dataclass(frozen=True, kw_only=True)
class Row:
    """How many pairs of one label, or of one kind of it, are judged rightly."""

    label: Label
    kind: str
    right: Share


class PairJudge:
    """Judges pairs against the articles of an archive."""

    def __init__(
        self, article: Callable[[str], Article | None], *, encoder: Encoder, statistics: TermStatistics
    ) -> None:
        """``article`` finds an article by its id."""
        self._article = article
        self._encoder = encoder
        self._statistics = statistics

    def __call__(
        self, pairs: Iterable[Pair], *, width: Width, weights: CitationWeights | None = None
    ) -> Iterator[Judged]:
        """Yield what is found for each pair; raises PairError for a passage that the archive does not hold."""
        for pair in pairs:
            passages = [self.passage(citing, width) for citing in pair.passages]
            day = pair.as_of or max(map(_day, passages))
            judgement = judge(
                pair.sentence,
                passages,
                names=name_book(item.article.text for item in passages),
                encoder=self._encoder,
                statistics=self._statistics,
                as_of=end_of_day(datetime(day.year, day.month, day.day, tzinfo=UTC)),
                weights=weights or read_citation_weights(),
            )
            yield Judged(pair=pair, width=width, judgement=judgement)

    def passage(self, citing: Citing, width: Width) -> ScoredPassage:
        """Return what is cited as a passage, widened where asked for."""
        article = self._article(citing.article_id)
        start = -1 if article is None else article.text.find(citing.quote)
        if article is None or start < 0:
            raise PairError(
                f"The archive has no article {citing.article_id} with the passage “{citing.quote[:60]}…”. "
                "Take in the bundled corpus with `python -m ingest files corpus/briefs`."
            )
        end = start + len(citing.quote)
        passage = Passage(
            id=f"{article.id}/{start}", article_id=article.id, version=article.version, ordinal=0,
            start=start, end=end, text=citing.quote,
        )  # fmt: skip
        item = ScoredPassage(passage=passage, article=article, scores=Scores(final=1.0))
        return item if width is Width.CITED else next(windows([item]))

    def drawn(self, pairs: Sequence[Pair], *, seed: int) -> list[Pair]:
        """Return the true sentences beside passages that are not theirs: the nearest of another article, and any."""
        true = [pair for pair in pairs if pair.label is Label.TRUE]
        cited = [citing for pair in true for citing in pair.passages]
        nearness = (
            self._encoder.encode([pair.sentence for pair in true])
            @ self._encoder.encode([citing.quote for citing in cited]).T
        )
        generator = np.random.default_rng(seed)
        found = []
        for pair, row in zip(true, nearness, strict=True):
            own = {citing.article_id for citing in pair.passages}
            for order in (np.argsort(-row, kind="stable"), generator.permutation(len(cited))):
                other = next(cited[at] for at in order if cited[at].article_id not in own)
                found.append(replace(pair, passages=(other,), label=Label.ALTERED, kind="wrong_passage", of=pair.id))
        return found


def rows(judged: Sequence[Judged]) -> Iterator[Row]:
    """Yield the rows of a table: both labels, then every kind that occurs."""
    for label in Label:
        of_label = [item for item in judged if item.pair.label is label]
        for kind in ("", *KINDS[label]):
            mine = [item for item in of_label if kind in ("", item.pair.kind)]
            if mine:
                yield Row(label=label, kind=kind, right=Share(count=sum(one.is_right for one in mine), total=len(mine)))


def fit(labelled: Sequence[Judged], drawn: Sequence[Judged], *, seed: int = 0) -> CitationWeights:
    """Fit a logistic model on what no rule has decided; its threshold refuses ``REFUSED`` of the true, cross-validated.

    What ``least`` refuses besides is in the figures. Citations are added from the same threshold: see ``with_added``.
    ``labelled`` may hold a pair in several widths; they and what was made of one true pair stay in one fold.
    """
    names = [item.name for item in fields(BackingFeatures)]
    judged = [*labelled, *drawn]
    matrix = np.array([[getattr(item.judgement.backing.features, name) for name in names] for item in judged])
    true = np.array([item.pair.label is Label.TRUE for item in judged])
    decided = np.array([bool(item.judgement.mismatches) for item in judged])
    share = np.array([1.0] * len(labelled) + [DRAWN_WEIGHT] * len(drawn))
    groups = [item.pair.of or item.pair.id for item in judged]
    distinct = sorted(set(groups))
    fold_of = dict(zip(distinct, np.random.default_rng(seed).permutation(len(distinct)) % FOLDS, strict=True))
    folds = np.array([fold_of[group] for group in groups])
    probability = np.zeros(len(judged))
    for fold in range(FOLDS):
        inside, learnt = folds == fold, (folds != fold) & ~decided
        coefficients, bias = _logistic(matrix[learnt], true[learnt], share[learnt])
        probability[inside] = 1 / (1 + np.exp(-(matrix[inside] @ coefficients + bias)))
    probability[decided] = 0.0
    counted = np.arange(len(judged)) < len(labelled)
    supported = float(np.quantile(probability[counted & true], REFUSED))
    partly = min(float(np.quantile(probability[counted & true], PARTLY_REFUSED)), supported)
    least = {name: round(float(np.quantile(matrix[counted & true, names.index(name)], RARELY)), 4) for name in LEAST}
    for name, value in least.items():
        probability[matrix[:, names.index(name)] < value] = 0.0
    coefficients, bias = _logistic(matrix[~decided], true[~decided], share[~decided])
    figures = {
        "true passed": float((probability[counted & true] >= supported).mean()),
        "altered caught": float((probability[counted & ~true] < supported).mean()),
        "true decided against by rules": float(decided[counted & true].mean()),
        "altered caught by rules": float(decided[counted & ~true].mean()),
    }
    if drawn:
        figures["drawn caught"] = float((probability[~counted] < supported).mean())
    return CitationWeights(
        features={name: round(float(value), 4) for name, value in zip(names, coefficients, strict=True)},
        bias=round(bias, 4),
        supported=round(supported, 4),
        partly=round(partly, 4),
        added=round(supported, 4),
        least=least,
        made_by={"figures, cross-validated": json.dumps({name: round(value, 4) for name, value in figures.items()})},
    )


def with_added(weights: CitationWeights, judged: Sequence[Judged]) -> CitationWeights:
    """Return ``weights`` with a threshold for added citations that ``WRONGLY_ADDED`` of the altered ``judged`` pass."""
    passing = [item for item in judged if item.judgement.verdict is Verdict.SUPPORTED]
    altered = [item for item in judged if item.pair.label is Label.ALTERED]
    wrongly = sorted((one.judgement.probability for one in passing if one.pair.label is Label.ALTERED), reverse=True)
    allowed = int(WRONGLY_ADDED * len(altered))
    added = weights.supported if len(wrongly) <= allowed else round(wrongly[allowed] + 0.0001, 4)
    true = [item for item in judged if item.pair.label is Label.TRUE]
    share = sum(one.judgement.probability >= added for one in passing if one.pair.label is Label.TRUE) / len(true)
    figures = json.dumps({"true": round(share, 4), "altered": WRONGLY_ADDED, "pairs": len(judged)})
    return replace(weights, added=added, made_by={**weights.made_by, "passed where a citation is added": figures})


def write(weights: CitationWeights, file: Path) -> None:
    """Write weights to the file that the check reads."""
    record = {
        "features": dict(weights.features),
        "bias": weights.bias,
        "supported": weights.supported,
        "partly": weights.partly,
        "added": weights.added,
        "least": dict(weights.least),
        "made_by": dict(weights.made_by),
    }
    file.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _logistic(
    matrix: NDArray[np.float64], true: NDArray[np.bool_], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Fit on standardised features; the weights are for the raw ones."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = matrix.mean(axis=0), matrix.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    model = LogisticRegression(C=REGULARISATION, max_iter=1000)
    model.fit((matrix - mean) / deviation, true, sample_weight=share)
    coefficients = model.coef_[0] / deviation
    return coefficients, float(model.intercept_[0] - coefficients @ mean)


def _day(item: ScoredPassage) -> datetime:
    moment = item.article.published_at
    return moment.value if moment else datetime.now(UTC)
