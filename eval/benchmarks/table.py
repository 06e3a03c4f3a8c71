"""The systems of a benchmark side by side, with what others have reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.summary import Figure, Latency

COLUMNS: Mapping[str, str] = {
    "hit@1": "hit@1", "hit@5": "hit@5", "hit@10": "hit@10", "MRR@10": "MRR@10",
    "in 1,000 chars": "hit@1,000 characters", "in 5,000 chars": "hit@5,000 characters",
    "EM": "exact match", "F1": "token F1",
}  # fmt: skip
"""Each column's head and the name of its figure."""
NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A system: its figures by name, and the seconds of its search if they were taken here."""

    name: str
    figures: Mapping[str, Figure]
    retrieve: Latency | None = None


REFERENCES: Sequence[Row] = tuple(
    Row(name=f"recorded: {name}", figures={"exact match": Figure(value=em), "token F1": Figure(value=f1)})
    for name, em, f1 in (
        ("BART-large, retrieval-augmented", 0.263, 0.324),
        ("GPT-3, reading", 0.417, 0.507),
        ("GPT-3, without reading", 0.165, 0.231),
    )
)
REFERENCES_ARE = (
    "The recorded figures are of 805 questions of 2022, computed from the predictions in the public repository with "
    "the same normalisation. The first two read what a web search found for the very question."
)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, with the references below."""
    lines = [["system", *COLUMNS, "seconds a search, p50"], *(_cells(row) for row in (*rows, *REFERENCES))]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    lines.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    return "\n".join(f"| {' | '.join(_padded(line, widths))} |" for line in lines)


def _cells(row: Row) -> list[str]:
    figures = (row.figures.get(name) for name in COLUMNS.values())
    values = [NOTHING if item is None or item.value is None else f"{item.value:.3f}" for item in figures]
    return [row.name, *values, NOTHING if row.retrieve is None else f"{row.retrieve.p50:.3f}"]


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
