"""How sure a figure is: bootstrap intervals over questions (Efron and Tibshirani 1993, the percentile method)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eval.record import Record
from eval.summary import Figure

RESAMPLES = 2_000
CONFIDENCE = 0.95


def mean_figure(values: Sequence[float], *, seed: int = 0) -> Figure:
    """Return the mean of ``values`` with its interval; over fewer than two values there is none."""
    if not values:
        return Figure(value=None)
    data = np.asarray(values, dtype=float)
    value = round(float(data.mean()), 4)
    if len(data) < 2:
        return Figure(value=value, count=len(data))
    from scipy.stats import bootstrap

    if data.min() == data.max():  # every resample has this mean; scipy would warn
        return Figure(value=value, low=value, high=value, count=len(data))
    interval = bootstrap(
        (data,), np.mean, n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method="percentile", rng=seed
    ).confidence_interval
    return Figure(value=value, low=round(float(interval.low), 4), high=round(float(interval.high), 4), count=len(data))


def figure_of(
    records: Sequence[Record], measure: Callable[[Sequence[Record]], float | None], *, seed: int = 0
) -> Figure:
    """Return a measure of all questions together, such as an area, with its interval.

    Resamples for which the measure is not defined are left out.
    """
    value = measure(records)
    if value is None:
        return Figure(value=None, count=len(records))
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES // 4):
        drawn = [records[index] for index in generator.integers(0, len(records), len(records))]
        one = measure(drawn)
        if one is not None:
            found.append(one)
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(edge) for edge in np.quantile(found or [value], [tail, 1 - tail]))
    return Figure(value=round(value, 4), low=round(low, 4), high=round(high, 4), count=len(records))
