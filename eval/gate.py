"""The gate: a run of the dev split must not fall below the committed floor (``floor.json``).

A floor is the figure that was measured less its noise: answers are the same from run to run on one
machine, but another processor rounds otherwise, which may turn a question or two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.record import Record
from eval.summary import Summary
from rag.errors import NewsdeskError

FLOOR = Path(__file__).parent / "floor.json"
TURNS = 2.0
"""So many questions may turn before a figure counts as lower."""
FLOORS = (
    "hit@1", "hit@5", "MRR@10", "nDCG@10", "answer in cited quotes", "evidence cited", "citation recall",
    "citation precision", "pairs right at both dates", "conflicts shown", "unanswerable declined",
    "AUROC of the confidence",
)  # fmt: skip
"""Figures that must not fall; of the last, an area, ``TURNS`` over its questions is close to its rounding noise."""
CEILINGS = ("false refusals", "false conflict notes")
EXACT = {"citation integrity": 1.0}


class GateError(NewsdeskError):
    """The floor cannot be read."""


class Floor(BaseModel):
    """What was reached: least and highest values by figure, the ids that were good, and how it was measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_by: str
    measured: dict[str, float]
    least: dict[str, float]
    highest: dict[str, float]
    good: list[str]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a run passes: what is below the floor, in words, and which questions turned either way."""

    faults: tuple[str, ...]
    turned_bad: tuple[Record, ...]
    turned_good: tuple[Record, ...]

    @property
    def passes(self) -> bool:
        """True when no figure is below its floor."""
        return not self.faults


def read_floor(file: Path = FLOOR) -> Floor:
    """Read the floor; raises GateError naming the file."""
    try:
        return Floor.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise GateError(
            f"The floor in {file} cannot be read ({error}). Restore it, or measure it anew with "
            "`python -m eval gate --raise`."
        ) from error


def judge(floor: Floor, summary: Summary, records: Sequence[Record]) -> Verdict:
    """Compare a run with the floor; a figure that is no longer there is a fault as well."""
    faults = []
    for name, least in floor.least.items():
        value = _value(summary, name)
        if value is None or value < least:
            faults.append(f"{name} is {_shown(value)}, below {least:.4f} (measured: {_measured(floor, name)})")
    for name, highest in floor.highest.items():
        value = _value(summary, name)
        if value is None or value > highest:
            faults.append(f"{name} is {_shown(value)}, above {highest:.4f} (measured: {_measured(floor, name)})")
    good = set(floor.good)
    return Verdict(
        faults=tuple(faults),
        turned_bad=tuple(item for item in records if item.id in good and not item.verdict.is_good),
        turned_good=tuple(item for item in records if item.id not in good and item.verdict.is_good),
    )


def floor_of(summary: Summary, records: Sequence[Record], *, made_by: str) -> Floor:
    """Return the floor under a run."""
    figures = {name: figure for name, figure in summary.figures.items() if figure.value is not None}
    measured: Mapping[str, float] = {name: figure.value or 0.0 for name, figure in figures.items()}
    margin = {name: TURNS / figure.count for name, figure in figures.items() if figure.count}
    return Floor(
        made_by=made_by,
        measured={name: measured[name] for name in (*FLOORS, *CEILINGS, *EXACT, "failed") if name in measured},
        least={
            **{name: round(measured[name] - margin[name], 4) for name in FLOORS if name in measured},
            **{name: value for name, value in EXACT.items() if name in measured},
        },
        highest={
            **{name: round(measured[name] + margin[name], 4) for name in CEILINGS if name in measured},
            "failed": 0.0,
        },
        good=sorted(item.id for item in records if item.verdict.is_good),
    )


def write_floor(floor: Floor, file: Path = FLOOR) -> None:
    """Write the floor so that a change of it reads well in a diff."""
    file.write_text(json.dumps(floor.model_dump(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _value(summary: Summary, name: str) -> float | None:
    figure = summary.figures.get(name)
    return None if figure is None else figure.value


def _measured(floor: Floor, name: str) -> str:
    return _shown(floor.measured.get(name))


def _shown(value: float | None) -> str:
    return "missing" if value is None else f"{value:.4f}"
