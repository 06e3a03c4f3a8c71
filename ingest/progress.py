"""How a run shows itself: a bar on a terminal, plain lines in a pipe, JSON lines for machines."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, TextIO

from ingest.pipeline import Account, Event, Outcome

PLAIN_SECONDS = 10.0
"""How often a plain line tells how far the run is."""


class Display(Protocol):
    """Shows a run while it goes on."""

    def __enter__(self) -> Display:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""

    def __call__(self, event: Event, account: Account) -> None:
        """Show what became of an item."""


def expected_items(paths: Sequence[str]) -> int | None:
    """Return about how many items ``paths`` hold: a line of JSON Lines, or a file; None when it cannot be known.

    Standard input cannot be counted. JSON files count as one item, though a list in one holds more.
    """
    from ingest.files import SUFFIXES

    total = 0
    for name in paths:
        if name == "-":
            return None
        path = Path(name)
        files = [path] if path.is_file() else [Path(at, file) for at, _, found in os.walk(path) for file in found]
        for file in files:
            if file.suffix.lower() in {".jsonl", ".ndjson"}:
                total += _lines(file)
            else:
                total += file.suffix.lower() in SUFFIXES
    return total


def _lines(file: Path) -> int:
    try:
        if not file.is_file():
            return 0
        with file.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    except OSError:
        return 0  # whoever reads it says what is wrong with it


def summary(account: Account) -> str:
    """Return what a run did, in one line."""
    counts = ", ".join(f"{count} {outcome.value}" for outcome, count in account.outcomes.items() if count)
    rate = account.passages / account.seconds if account.seconds else 0.0
    return (
        f"{account.items} items in {account.seconds:.1f} s: {counts or 'nothing to do'}; "
        f"{account.passages} passages written ({rate:.1f}/s), {account.embedded} embedded"
    )


def figures(account: Account) -> dict[str, float | int]:
    """Return what a run did, for machines; times in seconds."""
    return {
        **{outcome.value: count for outcome, count in account.outcomes.items()},
        "items": account.items,
        "passages": account.passages,
        "embedded": account.embedded,
        "seconds": round(account.seconds, 3),
        "seconds_encoding": round(account.encoding, 3),
    }


def display_for(*, as_json: bool, expected: int | None) -> Display:
    """Return the display that suits where the output goes."""
    if as_json:
        return _JsonLines()
    if sys.stderr.isatty():
        return _Bar(expected)
    return _PlainLines(expected)


class _Quiet:
    def __enter__(self) -> Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event, account: Account) -> None:
        raise AssertionError("a display shows something")


class _PlainLines(_Quiet):
    def __init__(self, expected: int | None, stream: TextIO | None = None) -> None:
        self._expected = expected
        self._stream = stream or sys.stderr
        self._shown = time.monotonic()

    def __call__(self, event: Event, account: Account) -> None:
        if event.outcome is Outcome.QUARANTINED:
            print(f"quarantined {event.place}: {event.reason}", file=self._stream, flush=True)
        if time.monotonic() - self._shown >= PLAIN_SECONDS:
            self._shown = time.monotonic()
            of = f" of about {self._expected}" if self._expected else ""
            rate = account.passages / account.seconds
            left = self._left(account)
            print(
                f"{account.items}{of} items, {account.passages} passages, {rate:.1f} passages/s{left}",
                file=self._stream,
                flush=True,
            )

    def _left(self, account: Account) -> str:
        if not self._expected or not account.items:
            return ""
        seconds = max(0, self._expected - account.items) * account.seconds / account.items
        return f", about {int(seconds // 60)}:{int(seconds % 60):02d} left"


class _JsonLines(_Quiet):
    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._shown = time.monotonic()

    def __call__(self, event: Event, account: Account) -> None:
        record: dict[str, object] = {"event": event.outcome.value, "place": event.place, "article": event.article_id}
        if event.reason is not None:
            record["reason"] = event.reason
        print(json.dumps(record, ensure_ascii=False), file=self._stream, flush=True)
        if time.monotonic() - self._shown >= 1.0:
            self._shown = time.monotonic()
            print(json.dumps({"event": "progress", **figures(account)}), file=self._stream, flush=True)


class _Bar(_Quiet):
    def __init__(self, expected: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:.1f} passages/s"), TimeRemainingColumn(),
            console=Console(stderr=True),
        )  # fmt: skip
        self._task = self._progress.add_task("articles", total=expected, rate=0.0)

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event, account: Account) -> None:
        if event.outcome is Outcome.QUARANTINED:
            self._progress.console.print(
                f"quarantined {event.place}: {event.reason}", markup=False, highlight=False, soft_wrap=True
            )
        rate = account.passages / account.seconds if account.seconds else 0.0
        self._progress.update(self._task, completed=account.items, rate=rate)
