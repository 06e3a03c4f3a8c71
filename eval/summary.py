"""The figures of a run, as they stand in ``summary.json``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Frozen):
    """A measure over ``count`` questions with its 95 % bootstrap interval; ``value`` is None over no question."""

    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0


class Latency(_Frozen):
    """Seconds of one stage: median, 95th percentile and maximum."""

    p50: float
    p95: float
    maximum: float


class RiskPoint(_Frozen):
    """Answering only from ``threshold`` of confidence on: the share answered, and the share of those that is wrong."""

    threshold: float
    coverage: float
    risk: float


class RunInfo(_Frozen):
    """What a run was made with; stands in ``run.json``, so that it can be continued and compared.

    ``gold`` maps each gold file to its SHA-256, ``fingerprint`` is a SHA-256 over weights,
    configuration, questions and what the archive was made with.
    """

    name: str
    description: str
    configuration: dict[str, object]
    split: str
    kind: str | None
    limit: int | None
    questions: int
    gold: dict[str, str]
    archive: dict[str, str]
    fingerprint: str
    started: str


class Summary(_Frozen):
    """All figures of a run: over every question, by kind, by month and by reason, and the verdicts by kind.

    The reason is why an unanswerable question is one; a question without one is in no such slice.

    The month is that of the newest evidence, else of the as-of date: see ``eval.summarise.month_of``.

    ``latency`` is by stage, ``peak_memory`` the process's highest resident size in bytes.
    """

    info: RunInfo
    finished: str
    figures: dict[str, Figure]
    by_kind: dict[str, dict[str, Figure]]
    by_month: dict[str, dict[str, Figure]]
    by_reason: dict[str, dict[str, Figure]] = {}
    verdicts: dict[str, int]
    verdicts_by_kind: dict[str, dict[str, int]]
    risk_coverage: list[RiskPoint]
    latency: dict[str, Latency]
    peak_memory: int
