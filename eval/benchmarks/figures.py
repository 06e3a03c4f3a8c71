"""Figures that this benchmark has beyond those of every run, and those that a search alone lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.intervals import mean_figure
from eval.record import Record
from eval.summary import Figure, Summary

BUDGETS: Mapping[str, int] = {f"hit@{amount:,} characters": amount for amount in (1_000, 5_000)}
"""Whether the answer stands in so many characters of what was found, titles included, from the first passage on.

Systems cut articles into pieces of different length: the first passage of one may be as long as the first six
of another. What a reader has to read is the same for all here.
"""


def with_budgets(summary: Summary, records: Sequence[Record]) -> Summary:
    """Return the summary with the figures of ``BUDGETS`` after the other ones of retrieval."""
    found: dict[str, Figure] = {}
    for name, figure in summary.figures.items():
        found[name] = figure
        if name == "hit@10":
            for budget in BUDGETS:
                found[budget] = mean_figure([item.values[budget] for item in records if budget in item.values])
    return summary.model_copy(update={"figures": found})


def of_search(summary: Summary) -> Summary:
    """Return the summary of a system that only searches, without the figures that are about answers."""
    return summary.model_copy(
        update={
            "figures": _of_search(summary.figures),
            "by_kind": {name: _of_search(item) for name, item in summary.by_kind.items()},
            "by_month": {name: _of_search(item) for name, item in summary.by_month.items()},
            "risk_coverage": [],
        }
    )


def _of_search(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {name: item for name, item in figures.items() if "@" in name or name == "failed"}
