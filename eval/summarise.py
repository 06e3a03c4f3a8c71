"""Records → the figures of a run, over all questions and by slice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from eval.intervals import figure_of, mean_figure
from eval.measures import DEFINITIONS, area_under_risk_coverage, auroc, pairs_right, risk_coverage
from eval.record import Record
from eval.summary import Figure, Latency, RunInfo, Summary
from eval.watch import peak_memory

_OF_UNANSWERABLE = ("unanswerable declined", "false answers", "failed")


def summarise(info: RunInfo, records: Sequence[Record]) -> Summary:
    """Return every figure of a finished run."""
    kinds = sorted({item.kind for item in records})
    months = sorted({month_of(item) for item in records} - {""})
    reasons = sorted({item.reason for item in records if item.reason})
    by_kind = {kind: [item for item in records if item.kind == kind] for kind in kinds}
    return Summary(
        info=info,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        figures=figures(records),
        by_kind={kind: figures(part) for kind, part in by_kind.items()},
        by_month={month: figures([item for item in records if month_of(item) == month]) for month in months},
        by_reason={reason: _declining([item for item in records if item.reason == reason]) for reason in reasons},
        verdicts=_counted(records),
        verdicts_by_kind={kind: _counted(part) for kind, part in by_kind.items()},
        risk_coverage=risk_coverage(records),
        latency=latency(records),
        peak_memory=peak_memory(),
    )


def figures(records: Sequence[Record]) -> dict[str, Figure]:
    """Return the figures that apply to these records, in the order of ``DEFINITIONS``."""
    found: dict[str, Figure] = {}
    for name in DEFINITIONS:
        if name == "pairs right at both dates":
            figure = mean_figure(pairs_right(records))
        elif name == "AUROC of the confidence":
            figure = figure_of(records, auroc)
        elif name == "area under risk-coverage":
            figure = figure_of(records, area_under_risk_coverage)
        else:
            figure = mean_figure([item.values[name] for item in records if name in item.values])
        if figure.value is not None:
            found[name] = figure
    return found


def _declining(records: Sequence[Record]) -> dict[str, Figure]:
    """Return the figures that say something of unanswerable questions by themselves."""
    return {name: figure for name, figure in figures(records).items() if name in _OF_UNANSWERABLE}


def month_of(record: Record) -> str:
    """Return the month (YYYY-MM) of the newest evidence, else that of the as-of date, else nothing."""
    dates = [item.published for item in record.evidence if item.published]
    return (max(dates) if dates else record.as_of or "")[:7]


def latency(records: Sequence[Record]) -> dict[str, Latency]:
    """Return the spread of seconds for each stage that any question went through."""
    stages: dict[str, list[float]] = {}
    for item in records:
        for stage, seconds in item.seconds.items():
            stages.setdefault(stage, []).append(seconds)
    return {
        stage: Latency(
            p50=round(float(np.quantile(values, 0.5)), 4),
            p95=round(float(np.quantile(values, 0.95)), 4),
            maximum=round(max(values), 4),
        )
        for stage, values in stages.items()
    }


def _counted(records: Sequence[Record]) -> dict[str, int]:
    return dict(sorted(Counter(item.verdict.value for item in records).items()))
