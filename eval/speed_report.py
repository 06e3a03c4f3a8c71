"""Rounds of timed runs → medians, ratios and a table to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Generic

from eval.speed import IngestRun, Round, Run

NAME_WIDTH = 32
"""Characters that the names of the measures take in a table."""


@dataclass(frozen=True, kw_only=True)
class Measure(Generic[Run]):
    """Something measured of a run; ``shown`` writes its value for people."""

    name: str
    of: Callable[[Run], float]
    shown: Callable[[float], str]


@dataclass(frozen=True, kw_only=True)
class Row(Generic[Run]):
    """One measure over all rounds: each side's median, and the ratio of the two within a round.

    ``ratio`` is the median over the rounds of newsdesk's value divided by plain LlamaIndex's,
    ``lowest`` and ``highest`` the ends of its spread.
    """

    measure: Measure[Run]
    newsdesk: float
    plain: float
    ratio: float
    lowest: float
    highest: float


def plainly(value: float) -> str:
    """Return a number with three digits or more, whole from a hundred on."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def percent(value: float) -> str:
    """Return a share, 0 to 1, in percent."""
    return f"{value:.1%}"


def megabytes(value: float) -> str:
    """Return bytes in megabytes of a million."""
    return f"{value / 1e6:,.0f} MB"


MEASURES: tuple[Measure[IngestRun], ...] = (
    Measure(name="articles per second", of=lambda run: run.articles_per_second, shown=plainly),
    Measure(name="passages per second", of=lambda run: run.passages_per_second, shown=plainly),
    Measure(name="passages per processor second", of=lambda run: run.passages_per_processor_second, shown=plainly),
    Measure(name="characters embedded per second", of=lambda run: run.characters_per_second, shown=plainly),
    Measure(name="share of the text embedded", of=lambda run: run.share_read, shown=percent),
    Measure(name="passages", of=lambda run: float(run.passages), shown=lambda value: f"{value:,.0f}"),
    Measure(name="seconds", of=lambda run: run.seconds, shown=plainly),
    Measure(name="share of the time in the model", of=lambda run: run.share_encoding, shown=percent),
    Measure(name="peak memory", of=lambda run: float(run.peak_memory), shown=megabytes),
)


def rows(rounds: Sequence[Round[Run]], measures: Sequence[Measure[Run]]) -> list[Row[Run]]:
    """Return one row per measure; ``rounds`` must not be empty."""
    found: list[Row[Run]] = []
    for measure in measures:
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


def table(rounds: Sequence[Round[Run]], measures: Sequence[Measure[Run]]) -> list[str]:
    """Return the lines of a table: a head, and one line per measure."""
    return [
        f"{'':<{NAME_WIDTH}}{'newsdesk':>12}{'plain LlamaIndex':>20}   ratio",
        *(
            f"{row.measure.name:<{NAME_WIDTH}}{row.measure.shown(row.newsdesk):>12}{row.measure.shown(row.plain):>20}"
            f"   {row.ratio:.2f} ({row.lowest:.2f}–{row.highest:.2f})"
            for row in rows(rounds, measures)
        ),
    ]


def as_text(rounds: Sequence[Round[IngestRun]]) -> str:
    """Return the table with what is needed to judge it."""
    first = rounds[0]
    lines = [
        f"Ingest of {first.newsdesk.articles} articles ({first.newsdesk.characters:,} characters without white space): "
        f"medians of {len(rounds)} rounds; ratio = newsdesk / plain LlamaIndex within a round, median (spread)",
        "",
        *table(rounds, MEASURES),
    ]
    return "\n".join([*lines, "", *notes(rounds)])


def notes(rounds: Sequence[Round[IngestRun]]) -> list[str]:
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


def summary(rounds: Sequence[Round[Run]], measures: Sequence[Measure[Run]]) -> dict[str, dict[str, float]]:
    """Return the rows by the names of their measures, for machines."""
    return {
        row.measure.name: {
            "newsdesk": row.newsdesk,
            "plain": row.plain,
            "ratio": row.ratio,
            "ratio_lowest": row.lowest,
            "ratio_highest": row.highest,
        }
        for row in rows(rounds, measures)
    }


def as_json(rounds: Sequence[Round[IngestRun]]) -> dict[str, Any]:
    """Return everything measured, for machines: the rows by name, and every run. Seconds, bytes, shares 0 to 1."""
    return {
        "summary": summary(rounds, MEASURES),
        "rounds": [asdict(item) for item in rounds],
        "notes": notes(rounds),
    }
