"""Plots of a run as inline SVG whose colours and letters are those of the page around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.drawing import (
    ACCENT,
    INK,
    LINE,
    OF_VERDICT,
    POINTS,
    SECOND,
    SOFT,
    THIRD,
    name_axes,
    name_rows,
    new_drawing,
    svg,
)
from eval.record import Record, Verdict
from eval.summary import Figure as Measured
from eval.summary import Latency, RiskPoint

SHOWN_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A plot: ``svg`` is markup to stand in a page, ``description`` tells those who cannot see it what it shows."""

    name: str
    title: str
    note: str
    description: str
    svg: str


def risk_coverage_chart(points: Sequence[RiskPoint], *, coverage: float | None, accuracy: float | None) -> Chart | None:
    """Draw risk over coverage; ``coverage`` and ``accuracy`` (of what was answered) are those the run had."""
    if not points:
        return None
    drawing = new_drawing(3.1)
    axes = drawing.axes
    axes.plot([item.coverage for item in points], [item.risk for item in points], color=ACCENT, linewidth=1.8)
    highest = max(item.risk for item in points)
    if coverage is not None and accuracy is not None:
        risk = 1 - accuracy
        highest = max(highest, risk)
        (mark,) = axes.plot([coverage], [risk], "o", color=INK, markersize=6.5)
        drawing.tell(mark, f"as run: {coverage:.0%} answered, {risk:.0%} of the answers wrong")
        right = coverage > 0.5
        axes.annotate(
            "as run", (coverage, risk), xytext=(-9 if right else 9, 8), textcoords="offset points",
            ha="right" if right else "left", color=INK, fontsize=POINTS,
        )  # fmt: skip
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, min(1.02, highest * 1.18 + 0.02))
    name_axes(axes, x="coverage: share of questions answered", y="risk: share of answers wrong")
    return Chart(
        name="risk-coverage",
        title="Risk and coverage",
        note="Answering the most confident first; the lower the line, the more the confidence knows.",
        description=f"Risk over coverage, from {points[0].risk:.2f} at coverage {points[0].coverage:.2f} "
        f"to {points[-1].risk:.2f} at coverage {points[-1].coverage:.2f}.",
        svg=svg(drawing, "risk-coverage"),
    )


def hit_chart(overall: Mapping[str, Measured], by_kind: Mapping[str, Mapping[str, Measured]]) -> Chart | None:
    """Draw every ``hit@k`` with its interval, over all questions and by kind."""
    names = sorted((name for name in overall if re.fullmatch(r"hit@\d+", name)), key=lambda name: int(name[4:]))
    rows = {"all": overall, **{kind: found for kind, found in by_kind.items() if any(name in found for name in names)}}
    if not names:
        return None
    drawing = new_drawing(0.9 + 0.36 * len(rows))
    axes = drawing.axes
    colours, markers = (ACCENT, SECOND, THIRD), "osD"
    step = 0.58 / max(1, len(names) - 1)
    for number, name in enumerate(names):
        colour, marker = colours[number % 3], markers[number % 3]
        axes.plot([], [], marker, color=colour, markersize=5, label=name)
        for place, (row, found) in enumerate(rows.items()):
            figure = found.get(name)
            if figure is None or figure.value is None:
                continue
            height = place + (number - (len(names) - 1) / 2) * step
            if figure.low is not None and figure.high is not None:
                axes.plot([figure.low, figure.high], [height] * 2, color=colour, linewidth=1.4)
            (mark,) = axes.plot([figure.value], [height], marker, color=colour, markersize=5)
            drawing.tell(mark, f"{row}: {name} {_with_interval(figure)}")
    name_rows(axes, list(rows))
    axes.set_xlim(-0.02, 1.02)
    axes.axhline(0.5, color=LINE, linewidth=0.8)
    axes.figure.legend(loc="outside upper right", ncols=len(names), frameon=False, labelcolor=INK, fontsize=POINTS)
    name_axes(axes, x="share of answerable questions, 95 % interval")
    told = "; ".join(f"{name} {_with_interval(overall[name])}" for name in names)
    return Chart(
        name="hits",
        title=f"Evidence among the first {', '.join(name[4:] for name in names[:-1])} or {names[-1][4:]} passages"
        if len(names) > 1
        else f"Evidence among the first {names[0][4:]} passages",
        note="By kind of question; the longer the line, the fewer the questions.",
        description=f"Over all questions: {told}.",
        svg=svg(drawing, "hits"),
    )


def latency_chart(latency: Mapping[str, Latency]) -> Chart | None:
    """Draw median, 95th percentile and maximum of each stage's seconds."""
    if not latency:
        return None
    drawing = new_drawing(0.95 + 0.5 * len(latency))
    axes = drawing.axes
    for place, (stage, found) in enumerate(latency.items()):
        axes.plot([found.p50, found.maximum], [place] * 2, color=LINE, linewidth=1.6)
        axes.plot([found.p50, found.p95], [place] * 2, color=ACCENT, linewidth=4, solid_capstyle="butt")
        (mark,) = axes.plot([found.p50], [place], "o", color=ACCENT, markersize=7)
        axes.plot([found.maximum], [place], "|", color=SOFT, markersize=9)
        told = f"median {_seconds(found.p50)}, 95th percentile {_seconds(found.p95)}, at most {_seconds(found.maximum)}"
        drawing.tell(mark, f"{stage}: {told}")
        axes.annotate(
            f"{_seconds(found.p50)} · {_seconds(found.p95)} · {_seconds(found.maximum)}", (1, place),
            xycoords=("axes fraction", "data"), xytext=(0, 7), textcoords="offset points", ha="right",
            color=SOFT, fontsize=POINTS - 0.5,
        )  # fmt: skip
    name_rows(axes, list(latency))
    axes.set_ylim(len(latency) - 0.5, -0.75)
    axes.set_xlim(0, max(found.maximum for found in latency.values()) * 1.04 or 1)
    name_axes(axes, x="seconds: median (dot), 95th percentile (bar), maximum (tick)")
    told = "; ".join(f"{stage}: median {_seconds(item.p50)}" for stage, item in latency.items())
    return Chart(
        name="latency",
        title="Time by stage",
        note="",
        description=f"Seconds by stage. {told}.",
        svg=svg(drawing, "latency"),
    )


def kinds_chart(verdicts: Mapping[str, Mapping[str, int]]) -> Chart | None:
    """Draw the share of each verdict by kind, with how many questions there are."""
    rows = {kind: found for kind, found in verdicts.items() if sum(found.values())}
    if not rows:
        return None
    drawing = new_drawing(0.75 + 0.33 * len(rows))
    axes = drawing.axes
    for place, (kind, found) in enumerate(rows.items()):
        total, left = sum(found.values()), 0.0
        for verdict in Verdict:
            count = found.get(verdict.value, 0)
            if not count:
                continue
            (bar,) = axes.barh([place], [count / total], left=left, height=0.7, color=OF_VERDICT[verdict])
            drawing.tell(bar, f"{kind}: {verdict.value}, {count} of {total}")
            left += count / total
        axes.annotate(
            f"{total}", (1, place), xytext=(4, 0), textcoords="offset points", va="center", color=SOFT,
            fontsize=POINTS - 0.5, annotation_clip=False,
        )  # fmt: skip
    name_rows(axes, list(rows))
    axes.set_xlim(0, 1)
    name_axes(axes, x="share of the kind's questions, whose number stands at the right")
    return Chart(
        name="kinds",
        title="What became of each kind",
        note="",
        description="The same numbers stand in the table of failures below.",
        svg=svg(drawing, "kinds"),
    )


def months_chart(months: Mapping[str, Sequence[Record]]) -> Chart | None:
    """Draw how many of each month's questions (YYYY-MM) came to which verdict."""
    named = sorted(month for month in months if re.fullmatch(r"\d{4}-\d\d", month))
    if not named:
        return None
    axis = _every_month(named[0], named[-1])
    drawing = new_drawing(2.6)
    axes = drawing.axes
    for place, month in enumerate(axis):
        found = Counter(record.verdict for record in months.get(month, ()))
        base = 0
        for verdict in Verdict:
            if not found[verdict]:
                continue
            (bar,) = axes.bar([place], [found[verdict]], bottom=base, width=0.8, color=OF_VERDICT[verdict])
            drawing.tell(bar, f"{month}: {verdict.value}, {found[verdict]} of {found.total()}")
            base += found[verdict]
    step = -(-len(axis) // SHOWN_MONTHS)
    shown = range(0, len(axis), step)
    axes.set_xticks(list(shown), [axis[place] for place in shown])
    axes.set_xlim(-0.8, max(len(axis), 6) - 0.2)
    axes.grid(visible=False, axis="x")
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    name_axes(axes, y="questions")
    good = sum(record.verdict.is_good for records in months.values() for record in records)
    return Chart(
        name="months",
        title="What became of each month",
        note="Answerable questions, by the month of the newest gold evidence; without one, of the as-of date.",
        description=f"{len(named)} months from {named[0]} to {named[-1]}; {good} questions came to a good end.",
        svg=svg(drawing, "months"),
    )


def _every_month(first: str, last: str) -> list[str]:
    year, month = map(int, first.split("-"))
    found = [first]
    while found[-1] < last:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found.append(f"{year:04}-{month:02}")
    return found


def _with_interval(figure: Measured) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}, {figure.count} questions)"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
