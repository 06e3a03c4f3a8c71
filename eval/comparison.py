"""Two runs over the same questions: what was lost, what was gained, and whether the difference is more than chance.

Significance is tested by Fisher's randomisation test over paired questions, as Smucker, Allan and Carterette
recommend ("A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.record import Record
from eval.run_data import RunData
from rag.errors import NewsdeskError

RESAMPLES = 9_999
CONFIDENCE = 0.95
BATCH = 500


class ComparisonError(NewsdeskError):
    """Two runs that cannot be compared."""


class Change(StrEnum):
    """What became of a question from one run to the other, by ``Verdict.is_good``."""

    REGRESSED = "regressed"
    FIXED = "fixed"
    STILL_FAILING = "still failing"
    UNCHANGED_GOOD = "unchanged good"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One question in both runs."""

    before: Record
    after: Record

    @property
    def id(self) -> str:
        """The question's id."""
        return self.after.id

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.before.verdict.is_good:
            return Change.UNCHANGED_GOOD if self.after.verdict.is_good else Change.REGRESSED
        return Change.FIXED if self.after.verdict.is_good else Change.STILL_FAILING


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A measure's means over the ``count`` questions that have it in both runs, and ``after`` minus ``before``.

    ``low`` and ``high`` are the paired bootstrap's 95 % interval of the difference (Efron and Tibshirani 1993,
    percentile method), ``p_value`` is two-sided; all three are None over fewer than two questions.
    """

    name: str
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    p_value: float | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two runs side by side; ``pairs`` are in the order of the run after, ``differences`` in the report's."""

    before: RunData
    after: RunData
    pairs: tuple[Pair, ...]
    only_before: tuple[Record, ...]
    only_after: tuple[Record, ...]
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]

    def changed(self, change: Change) -> list[Pair]:
        """Return the questions of which this became."""
        return [pair for pair in self.pairs if pair.change is change]


def compare(before: RunData, after: RunData, *, seed: int = 0) -> Comparison:
    """Pair the records of two runs by id, sort them by what changed, and test every measure's difference.

    Raises ComparisonError when the runs share no question.
    """
    earlier = {record.id: record for record in before.records}
    later = {record.id: record for record in after.records}
    pairs = tuple(Pair(before=earlier[name], after=record) for name, record in later.items() if name in earlier)
    if not pairs:
        raise ComparisonError(
            f"The runs in {before.folder} and {after.folder} share no question (splits {before.summary.info.split} "
            f"and {after.summary.info.split}). Compare runs over the same gold file and split."
        )
    return Comparison(
        before=before,
        after=after,
        pairs=pairs,
        only_before=tuple(record for record in before.records if record.id not in later),
        only_after=tuple(record for record in after.records if record.id not in earlier),
        differences=tuple(_differences(pairs, seed=seed)),
        warnings=tuple(_warnings(before, after, pairs)),
    )


def difference(name: str, before: Sequence[float], after: Sequence[float], *, seed: int = 0) -> Difference:
    """Return the difference of a measure's means over paired questions, at least one, with interval and p value.

    The null distribution exchanges the two runs' values within each question; it is exact where there are no more
    than ``RESAMPLES`` ways to do so (13 questions), and drawn at random with ``seed`` beyond.
    """
    import numpy as np
    from scipy.stats import bootstrap, permutation_test

    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    gained = new - old
    low = high = p_value = None
    if len(gained) >= 2:
        if gained.min() == gained.max():  # every resample has this mean; scipy would warn
            low = high = float(gained[0])
        else:
            interval = bootstrap(
                (new, old), lambda one, other, axis: (one - other).mean(axis=axis), paired=True, vectorized=True,
                n_resamples=RESAMPLES, batch=BATCH, confidence_level=CONFIDENCE, method="percentile", rng=seed,
            ).confidence_interval  # fmt: skip
            low, high = float(interval.low), float(interval.high)
        # Of a single sample, "samples" flips the signs: for paired differences that exchanges the two runs.
        tested = permutation_test(
            (gained,), lambda sample, axis: sample.mean(axis=axis), permutation_type="samples", vectorized=True,
            n_resamples=RESAMPLES, batch=BATCH, alternative="two-sided", rng=seed,
        )  # fmt: skip
        p_value = float(tested.pvalue)
    return Difference(
        name=name,
        before=float(old.mean()),
        after=float(new.mean()),
        difference=float(gained.mean()),
        low=low,
        high=high,
        p_value=p_value,
        count=len(gained),
    )


def comparison_table(comparison: Comparison) -> str:
    """Return the comparison as Markdown: what changed, and every measure with interval and p value."""
    from eval.page import p_value, share, signed

    before, after = comparison.before.summary.info, comparison.after.summary.info
    counts = ", ".join(f"{len(comparison.changed(change))} {change.value}" for change in Change)
    rows = [
        [
            item.name,
            share(item.before),
            share(item.after),
            signed(item.difference),
            "–" if item.low is None else f"{signed(item.low)} to {signed(item.high)}",
            p_value(item.p_value),
            str(item.count),
        ]
        for item in comparison.differences
    ]
    heads = ["measure", before.name, after.name, "difference", "95 % interval", "p", "questions"]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [_line(heads, widths), "|" + "|".join(_rule(width, column) for column, width in enumerate(widths)) + "|"]
    lines += [_line(row, widths) for row in rows]
    said = [f"{len(comparison.pairs)} questions in both runs: {counts}."]
    for records, name in ((comparison.only_before, before.name), (comparison.only_after, after.name)):
        if records:
            said.append(f"{len(records)} questions only in {name}.")
    warned = [f"Warning: {warning}" for warning in comparison.warnings]
    return "\n".join([*said, *warned, "", *lines])


def _differences(pairs: Sequence[Pair], *, seed: int) -> Iterable[Difference]:
    from eval.measures import DEFINITIONS

    held = dict.fromkeys(name for pair in pairs for name in pair.after.values)
    for name in [*(name for name in DEFINITIONS if name in held), *(name for name in held if name not in DEFINITIONS)]:
        both = [pair for pair in pairs if name in pair.before.values and name in pair.after.values]
        if both:
            yield _of(name, [(pair.before.values, pair.after.values) for pair in both], name, seed=seed)
    for stage in dict.fromkeys(stage for pair in pairs for stage in pair.after.seconds):
        both = [pair for pair in pairs if stage in pair.before.seconds and stage in pair.after.seconds]
        if both:
            values = [(pair.before.seconds, pair.after.seconds) for pair in both]
            yield _of(f"seconds, {stage}", values, stage, seed=seed)


def _of(
    name: str, values: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], key: str, *, seed: int
) -> Difference:
    return difference(name, [old[key] for old, _ in values], [new[key] for _, new in values], seed=seed)


def _warnings(before: RunData, after: RunData, pairs: Sequence[Pair]) -> Iterable[str]:
    old, new = before.summary.info, after.summary.info
    if old.split != new.split:
        yield f"The splits differ: {old.split} before, {new.split} after."
    if old.gold != new.gold:
        names = sorted(name for name in old.gold.keys() | new.gold.keys() if old.gold.get(name) != new.gold.get(name))
        yield f"The gold files differ: {', '.join(names)}."
    edited = [pair.id for pair in pairs if _asked(pair.before) != _asked(pair.after)]
    if edited:
        named = ", ".join(edited[:5]) + (" …" if len(edited) > 5 else "")
        yield f"{len(edited)} questions have the same id but other words, dates, answers or evidence: {named}."
    if old.archive != new.archive:
        names = sorted(
            name for name in old.archive.keys() | new.archive.keys() if old.archive.get(name) != new.archive.get(name)
        )
        yield f"The archives differ: {', '.join(names)}."


def _asked(record: Record) -> tuple[object, ...]:
    evidence = [(item.article, item.quote) for item in record.evidence]
    scope = sorted(record.scope.items(), key=lambda item: item[0])
    return (record.standalone, record.as_of, scope, record.answerable, record.answers, evidence)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "| " + " | ".join(padded) + " |"


def _rule(width: int, column: int) -> str:
    return "-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"
