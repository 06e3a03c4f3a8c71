"""Growth as a drawing: time for one question over passages, for light and dark pages alike."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from eval.benchmarks.growth import PERIOD, Growth, Size
from eval.benchmarks.latency import Asked, RetrievalRun
from eval.speed import Round

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, LINE = "#808080", "#80808055"
"""Middle tones, which stand out on white and on near-black."""
STYLES = ((50, "-", "median"), (95, "--", "95th percentile"))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One half of the drawing: what it shows of a run."""

    title: str
    of: Callable[[RetrievalRun], Asked]


@dataclass(frozen=True, kw_only=True)
class DrawnSide:
    """One side: how it is drawn, and which of a round's two runs is its."""

    name: str
    colour: str
    marker: str
    of: Callable[[Round[RetrievalRun]], RetrievalRun]


PANELS = (
    Panel(title="any date", of=lambda run: run.everywhere),
    Panel(title=f"published in {PERIOD.days} days", of=lambda run: run.dated),
)
SIDES = (
    DrawnSide(name="Newsdesk", colour="#2f81d7", marker="o", of=lambda item: item.newsdesk),
    DrawnSide(name="plain LlamaIndex", colour="#d9731f", marker="s", of=lambda item: item.plain),
)


def growth_svg(growth: Growth) -> str:
    """Return an SVG with median and 95th percentile of both sides, medians of the rounds; both axes are logarithmic.

    Raises ValueError when ``growth`` holds no retrieval.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    sizes = [size for size in growth.sizes if size.retrieval]
    if not sizes:
        raise ValueError("there is no retrieval to draw")
    figure = Figure(figsize=(8, 4.1), layout="constrained")
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, panel in zip((left, right), PANELS, strict=True):
        _draw(axes, panel, sizes)
    left.set_ylabel("milliseconds for one question", color=INK)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, labelcolor=INK, fontsize=9)
    written = io.StringIO()
    # The salt makes the same drawing the same bytes; letters stay letters.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "growth", "font.family": "sans-serif"}):
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


def _draw(axes: Axes, panel: Panel, sizes: list[Size]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    counts = [size.newsdesk.passages for size in sizes]
    axes.patch.set_alpha(0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for side in SIDES:
        for percent, style, word in STYLES:
            values = [median(panel.of(side.of(item)).percentile(percent) for item in size.retrieval) for size in sizes]
            (line,) = axes.plot(counts, [1000 * value for value in values], style, color=side.colour, linewidth=1.6)
            line.set(marker=side.marker, markersize=5, label=f"{side.name}, {word}")
            if percent != 50:
                line.set_markerfacecolor("none")
    axes.set_xticks(counts, [_label(size) for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.margins(x=0.1)
    axes.grid(color=LINE, linewidth=0.7)
    axes.tick_params(colors=INK, which="both", labelsize=9)
    axes.set_title(panel.title, color=INK, fontsize=11)
    axes.set_xlabel("passages", color=INK)
    for spine in axes.spines.values():
        spine.set_color(LINE)


def _label(size: Size) -> str:
    share = size.newsdesk.generated / size.newsdesk.passages
    return f"{size.newsdesk.passages:,}" + (f"\n{share:.0%} generated" if share else "")
