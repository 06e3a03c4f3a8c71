"""Rounds of timed runs → medians, ratios and a table to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from eval.speed import IngestRun, Round


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something measured of a run; ``shown`` writes its value for people."""

    name: str
    of: Callable[[IngestRun], float]
    shown: Callable[[float], str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measure over all rounds: each side's median, and the ratio of the two within a round.

    ``ratio`` is the median over the rounds of newsdesk's value divided by plain LlamaIndex's,
    ``lowest`` and ``highest`` the ends of its spread.
    """

    measure: Measure
    newsdesk: float
    plain: float
    ratio: float
    lowest: float
    highest: float


def _plainly(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:,.0f} MB"


MEASURES = (
    Measure(name="articles per second", of=lambda run: run.articles_per_second, shown=_plainly),
    Measure(name="passages per second", of=lambda run: run.passages_per_second, shown=_plainly),
    Measure(name="passages per processor second", of=lambda run: run.passages_per_processor_second, shown=_plainly),
    Measure(name="characters embedded per second", of=lambda run: run.characters_per_second, shown=_plainly),
    Measure(name="share of the text embedded", of=lambda run: run.share_read, shown=_percent),
    Measure(name="passages", of=lambda run: float(run.passages), shown=lambda value: f"{value:,.0f}"),
    Measure(name="seconds", of=lambda run: run.seconds, shown=_plainly),
    Measure(name="share of the time in the model", of=lambda run: run.share_encoding, shown=_percent),
    Measure(name="peak memory", of=lambda run: float(run.peak_memory), shown=_megabytes),
)


def rows(rounds: Sequence[Round]) -> list[Row]:
    """Return one row per measure; ``rounds`` must not be empty."""
    found: list[Row] = []
    for measure in MEASURES:
        ours = [measure.of(item.newsdesk) for item in rounds]
        theirs = [measure.of(item.plain) for item in rounds]
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        found.append(
            Row(
                measure=measure,
                newsdesk=median(ours),
                plain=median(theirs),
                ratio=median(ratios),
                lowest=min(ratios),
                highest=max(ratios),
            )
        )
    return found


def as_text(rounds: Sequence[Round]) -> str:
    """Return the table with what is needed to judge it."""
    first = rounds[0]
    lines = [
        f"Ingest of {first.newsdesk.articles} articles ({first.newsdesk.characters:,} characters without white space): "
        f"medians of {len(rounds)} rounds; ratio = newsdesk / plain LlamaIndex within a round, median (spread)",
        "",
        f"{'':<32}{'newsdesk':>12}{'plain LlamaIndex':>20}   ratio",
    ]
    for row in rows(rounds):
        lines.append(
            f"{row.measure.name:<32}{row.measure.shown(row.newsdesk):>12}{row.measure.shown(row.plain):>20}"
            f"   {row.ratio:.2f} ({row.lowest:.2f}–{row.highest:.2f})"
        )
    return "\n".join([*lines, "", *notes(rounds)])


def notes(rounds: Sequence[Round]) -> list[str]:
    """Return how it was measured, one sentence or two a line."""
    runs = [run for item in rounds for run in (item.newsdesk, item.plain)]
    others = [run.taken_by_others for run in runs]
    loads = [run.load for run in runs]
    return [
        f"newsdesk: {runs[0].made_with}, remembered in the data folder; archive and indexes in a temporary folder.",
        f"plain LlamaIndex: {runs[1].made_with}, VectorStoreIndex in Chroma.",
        "Every run is a process of its own; the clock runs from articles in memory and a loaded model to the last "
        "write.",
        "Chunk and passage differ in length: characters embedded per second compare the work. A chunk's text past "
        "the model's limit is stored, but not embedded.",
        f"Other processes used {min(others):.0%} to {max(others):.0%} of the processors' time meanwhile (load average "
        f"{min(loads):.1f} to {max(loads):.1f}). Timings of a busy machine are only good as ratios.",
    ]


def as_json(rounds: Sequence[Round]) -> dict[str, Any]:
    """Return everything measured, for machines: the rows by name, and every run. Seconds, bytes, shares 0 to 1."""
    return {
        "summary": {
            row.measure.name: {
                "newsdesk": row.newsdesk,
                "plain": row.plain,
                "ratio": row.ratio,
                "ratio_lowest": row.lowest,
                "ratio_highest": row.highest,
            }
            for row in rows(rounds)
        },
        "rounds": [asdict(item) for item in rounds],
        "notes": notes(rounds),
    }
