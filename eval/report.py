"""The report of a run: one HTML file with its figures, its plots and every question, the worst first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.charts import Chart, hit_chart, kinds_chart, latency_chart, months_chart, risk_coverage_chart
from eval.page import PassageTable, counted, embedded, render, settings
from eval.record import Record, Verdict
from eval.run_data import RunData, read_run
from eval.summary import Figure, Summary

REPORT = "report.html"
STYLES = ("page.css", "questions.css", "record.css")
SCRIPTS = ("element.js", "passages.js", "record.js", "questions.js")
GROUPS: Mapping[str, str] = {
    "Retrieval": r"(hit|recall|precision|MRR|nDCG)@",
    "Answers": r"answer |exact match|token F1|accuracy|pairs|conflicts|false conflict|failed",
    "Citations": r"citation|cited|evidence",
    "Abstention": r"coverage|false|unanswerable|AUROC|area under|well supported|right when",
    "Language model": r"model's|sentences |tokens per|cost per|seconds ",
    "Others": "",
}
"""Where a figure stands, by how its name begins: the first that fits."""
LESS_IS_BETTER = re.compile(r"false |failed|area under|seconds|sentences (?:not|without)|tokens per|cost per")
SPLITS: Mapping[str, str] = {
    "dev": "thresholds and weights may have been fitted on these questions",
    "test": "nothing was fitted on these questions",
    "all": "the questions that may have been fitted on, and those that were not",
}


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """A figure with what it says and whether a smaller one is better."""

    name: str
    definition: str
    figure: Figure
    less_is_better: bool


@dataclass(frozen=True, kw_only=True)
class Slices:
    """Figures by slice: each of ``rows`` has one entry for each of ``names``; ``counts`` are their questions."""

    names: list[str]
    counts: list[int]
    rows: dict[str, list[Figure | None]]


def write_report(folder: Path) -> Path:
    """Write ``report.html`` in a run folder and return its path.

    Raises RunDataError when the folder holds no finished run.
    """
    file = folder / REPORT
    # The article's words may hold half a surrogate pair; the report shows a question mark for it.
    file.write_text(report_of(read_run(folder)), encoding="utf-8", errors="replace")
    return file


def report_of(run: RunData) -> str:
    """Return the report as HTML; the same run gives the same text."""
    from eval.summarise import month_of

    info = run.summary.info
    records = worst_first(run.records)
    reasons = counted(item.reason for item in records if item.reason)
    passages = PassageTable()
    data = [passages.data_of(record) for record in records]
    return render(
        "report.html",
        styles=STYLES,
        scripts=(*SCRIPTS, "report.js"),
        title=f"{info.name} on {info.split}",
        run=run,
        info=info,
        split_means=SPLITS.get(info.split, ""),
        configuration=settings(info.configuration),
        warnings=_warnings(run),
        good=sum(record.verdict.is_good for record in records),
        verdict_counts={item: sum(record.verdict is item for record in records) for item in Verdict},
        groups=grouped(run.summary.figures),
        slices={
            "By kind": _sliced(run.summary.figures, run.summary.by_kind, counted(item.kind for item in records)),
            "Unanswerable, by reason": _sliced(run.summary.figures, run.summary.by_reason, reasons),
            "By month": _sliced(run.summary.figures, run.summary.by_month, counted(month_of(item) for item in records)),
        },
        charts=_charts(run),
        failures={kind: _by_verdict(records, kind) for kind in counted(item.kind for item in records)},
        records=records,
        kinds=counted(item.kind for item in records),
        reasons=reasons,
        splits=counted(item.split for item in records),
        total_seconds=total_seconds,
        data=embedded(data),
        passages=embedded(passages.texts),
    )


def worst_first(records: Sequence[Record]) -> list[Record]:
    """Return the records from the worst verdict to the best.

    Within a verdict come first: of wrong answers and right refusals the most confident, of right answers and wrong
    refusals the least confident.
    """
    order = list(Verdict)
    timid = {Verdict.RIGHT, Verdict.WRONG_REFUSAL}
    return sorted(
        records,
        key=lambda item: (
            -order.index(item.verdict),
            item.confidence if item.verdict in timid else -item.confidence,
            item.id,
        ),
    )


def total_seconds(record: Record) -> float | None:
    """Return the seconds that a question took: its ``total``, else the sum of its stages."""
    if not record.seconds:
        return None
    return record.seconds.get("total", sum(record.seconds.values()))


def group_of(name: str) -> str:
    """Return the group of figures in which one of this name stands."""
    return next(group for group, pattern in GROUPS.items() if re.match(pattern, name))


def grouped(figures: Mapping[str, Figure]) -> dict[str, list[FigureRow]]:
    """Return the figures in their groups; groups without a figure are left out."""
    from eval.measures import DEFINITIONS

    found: dict[str, list[FigureRow]] = {group: [] for group in GROUPS}
    for name, figure in figures.items():
        row = FigureRow(
            name=name,
            definition=DEFINITIONS.get(name, ""),
            figure=figure,
            less_is_better=bool(LESS_IS_BETTER.match(name)),
        )
        found[group_of(name)].append(row)
    return {group: rows for group, rows in found.items() if rows}


def _charts(run: RunData) -> list[Chart]:
    from eval.summarise import month_of

    summary = run.summary
    months: dict[str, list[Record]] = {}
    for record in run.records:
        if not record.answerable:  # most have no date of their own, and would all stand in the last month
            continue
        months.setdefault(month_of(record), []).append(record)
    drawn = [
        kinds_chart(_all_verdicts(summary)),
        hit_chart(summary.figures, summary.by_kind),
        risk_coverage_chart(
            summary.risk_coverage,
            coverage=_value(summary, "coverage"),
            accuracy=_value(summary, "accuracy when answered"),
        ),
        months_chart(months),
        latency_chart(summary.latency),
    ]
    return [item for item in drawn if item is not None]


def _all_verdicts(summary: Summary) -> dict[str, dict[str, int]]:
    return {"all": summary.verdicts, **summary.verdicts_by_kind}


def _value(summary: Summary, name: str) -> float | None:
    figure = summary.figures.get(name)
    return None if figure is None else figure.value


def _by_verdict(records: Sequence[Record], kind: str) -> dict[Verdict, int]:
    return {verdict: sum(item.kind == kind and item.verdict is verdict for item in records) for verdict in Verdict}


def _sliced(
    figures: Mapping[str, Figure], slices: Mapping[str, Mapping[str, Figure]], asked: Mapping[str, int]
) -> Slices:
    """Return the figures by slice, in the order of those over all questions."""
    names = dict.fromkeys([*figures, *(name for found in slices.values() for name in found)])
    rows = {name: [found.get(name) for found in slices.values()] for name in names}
    return Slices(
        names=list(slices),
        counts=[asked.get(name, 0) for name in slices],
        rows={name: row for name, row in rows.items() if any(row)},
    )


def _warnings(run: RunData) -> list[str]:
    expected, held = run.summary.info.questions, len(run.records)
    if expected == held:
        return []
    return [f"The run asked {expected} questions, but results.jsonl holds {held} records: the figures are the run's."]
