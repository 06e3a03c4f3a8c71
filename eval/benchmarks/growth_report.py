"""Growth and cold starts as tables to read, and as plain values for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from eval.benchmarks.cold_start import QUESTION, Starts
from eval.benchmarks.growth import PERIOD, Growth, Size
from eval.benchmarks.growth_processes import HELD_OUT
from eval.benchmarks.latency import LIMIT, PATIENCE, AddingRun, RetrievalRun
from eval.benchmarks.newsdesk_side import Filled
from eval.speed_report import Measure, megabytes, plainly, summary, table
from rag.vectors import SYNC_THRESHOLD


def milliseconds(value: float) -> str:
    """Return seconds in milliseconds."""
    return f"{value * 1000:,.{1 if value < 0.1 else 0}f} ms"


def seconds(value: float) -> str:
    """Return seconds."""
    return f"{value:.2f} s"


RETRIEVAL: tuple[Measure[RetrievalRun], ...] = (
    Measure(name="any date, median", of=lambda run: run.everywhere.percentile(50), shown=milliseconds),
    Measure(name="any date, 95th percentile", of=lambda run: run.everywhere.percentile(95), shown=milliseconds),
    Measure(name="any date, outside the model", of=lambda run: run.everywhere.besides, shown=milliseconds),
    Measure(name="in the period, median", of=lambda run: run.dated.percentile(50), shown=milliseconds),
    Measure(name="in the period, 95th percentile", of=lambda run: run.dated.percentile(95), shown=milliseconds),
    Measure(name="in the period, outside the model", of=lambda run: run.dated.besides, shown=milliseconds),
    Measure(name="opened, first question done", of=lambda run: run.opening, shown=seconds),
    Measure(name="peak memory", of=lambda run: float(run.peak_memory), shown=megabytes),
)
ADDING: tuple[Measure[AddingRun], ...] = (
    Measure(name="one article added", of=lambda run: run.added.percentile(50), shown=milliseconds),
    Measure(name="one added, outside the model", of=lambda run: run.added.besides, shown=milliseconds),
    Measure(name="passages of an article", of=lambda run: run.added.found, shown=plainly),
)


def growth_as_text(growth: Growth) -> str:
    """Return a table for every size, and how it was measured."""
    lines = [
        "Growth: both sides hold the same passages with the same vectors; medians of the rounds; "
        "ratio = newsdesk / plain LlamaIndex within a round, median (spread)"
    ]
    for size in growth.sizes:
        lines += ["", f"{_named(size)}: {_filled(size)}"]
        if size.retrieval:
            lines += table(size.retrieval, RETRIEVAL)
        if size.adding:
            lines += table(size.adding, ADDING)[0 if not size.retrieval else 1 :]
    return "\n".join([*lines, "", *notes(growth)])


def _named(size: Size) -> str:
    if not size.newsdesk.generated:
        return f"{size.newsdesk.passages:,} passages, all real"
    return f"{size.newsdesk.passages:,} passages, of which {size.newsdesk.generated:,} GENERATED (vectors and text)"


def _filled(size: Size) -> str:
    sides = (("newsdesk", size.newsdesk), ("plain LlamaIndex", size.plain))
    return (
        f"{size.newsdesk.articles:,} articles, {size.inside:,} passages in the period; filled at "
        + " and ".join(f"{_rate(filled):,.0f}" for _, filled in sides)
        + " passages/s, "
        + " and ".join(megabytes(filled.size) for _, filled in sides)
        + " on disk"
    )


def _rate(filled: Filled) -> float:
    return filled.passages / filled.seconds


def notes(growth: Growth) -> list[str]:
    """Return how it was measured, one sentence or two a line."""
    retrieval = [run for size in growth.sizes for item in size.retrieval for run in (item.newsdesk, item.plain)]
    adding = [run for size in growth.sizes for item in size.adding for run in (item.newsdesk, item.plain)]
    every: list[RetrievalRun | AddingRun] = [*retrieval, *adding]
    start, end = growth.asking.period.start, growth.asking.period.end
    said = [
        f"Real articles: {growth.source}, {HELD_OUT} of them held out. Generated ones: walks over their word pairs, "
        "and noisy mixtures of two of their vectors.",
        f"{len(growth.asking.questions)} gold questions a run, each for {LIMIT} passages, after a warm-up; embedding "
        "the question is part of the time.",
        f"The period is the {PERIOD.days} days from {start:%Y-%m-%d} to {end:%Y-%m-%d}: on plain LlamaIndex a filter "
        "of its own on a number in the metadata.",
    ]
    if retrieval:
        said.append(
            "Opened: a fresh process with its model loaded; Chroma first repeats the writes that it has not flushed, "
            f"up to {SYNC_THRESHOLD:,} on Newsdesk's side and 1,000 on the other."
        )
    least = min((len(asked.timings) for run in retrieval for asked in (run.everywhere, run.dated)), default=None)
    if least is not None and least < len(growth.asking.questions):
        said.append(
            f"A run stopped asking a kind after {PATIENCE:.0f} s: the fewest questions that were asked are {least}."
        )
    if adding:
        said.append(
            "Added: held-out articles, through ingest.pipeline and through index.insert, cut by each side's own rules, "
            "and taken out again. A chunk is longer than a passage, and the model reads only its beginning."
        )
    others, loads = [run.taken_by_others for run in every], [run.load for run in every]
    if every:
        said.append(
            f"Every run is a process of its own. Other processes used {min(others):.0%} to {max(others):.0%} of the "
            f"processors' time meanwhile (load average {min(loads):.1f} to {max(loads):.1f})."
        )
    return said


def growth_as_json(growth: Growth) -> dict[str, Any]:
    """Return everything measured, for machines; seconds and bytes."""
    return {
        "source": growth.source,
        "period": [growth.asking.period.start.isoformat(), growth.asking.period.end.isoformat()],
        "questions": len(growth.asking.questions),
        "sizes": [_size_as_json(size) for size in growth.sizes],
        "notes": notes(growth),
    }


def _size_as_json(size: Size) -> dict[str, Any]:
    return {
        "passages": size.newsdesk.passages,
        "generated": size.newsdesk.generated,
        "inside_period": size.inside,
        "filled": {"newsdesk": asdict(size.newsdesk), "plain": asdict(size.plain)},
        "retrieval": summary(size.retrieval, RETRIEVAL) if size.retrieval else {},
        "adding": summary(size.adding, ADDING) if size.adding else {},
        "rounds": {
            "retrieval": [asdict(item) for item in size.retrieval],
            "adding": [asdict(item) for item in size.adding],
        },
    }


def starts_as_text(starts: Starts) -> str:
    """Return the medians of the cold starts with their spread."""
    loads = [item.load for item in starts.rounds]
    lines = [
        f"Cold start with the bundled corpus ({starts.passages:,} passages): median of {len(starts.rounds)} (spread)",
        "",
        *(
            f"{name:<58}{seconds(median(values)):>10} ({seconds(min(values))}–{seconds(max(values))})"
            for name, values in _start_series(starts).items()
        ),
        "",
        f"The question is {QUESTION!r}. Fresh processes, files in the disk's cache, a remembered engine; load average "
        f"{min(loads):.1f} to {max(loads):.1f}.",
    ]
    return "\n".join(lines)


def _start_series(starts: Starts) -> dict[str, Sequence[float]]:
    return {
        "command line: `python -m rag ask` has answered": [item.command for item in starts.rounds],
        "page: `python app.py` says that it is well (/healthz)": [item.page.healthy for item in starts.rounds],
        "page: `python app.py` has sent its page (/)": [item.page.served for item in starts.rounds],
        "plain LlamaIndex: has retrieved (nothing is answered)": [item.plain for item in starts.rounds],
    }


def starts_as_json(starts: Starts) -> dict[str, Any]:
    """Return the medians and all rounds, in seconds."""
    return {
        "passages": starts.passages,
        "summary": {name: median(values) for name, values in _start_series(starts).items()},
        "rounds": [asdict(item) for item in starts.rounds],
    }
