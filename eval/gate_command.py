"""``python -m eval gate``: ask the dev split, and fail when a figure is below the committed floor."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    gate = commands.add_parser("gate", help="fail when the answers to the dev split fell below the floor")
    gate.add_argument("--raise", action="store_true", dest="raised", help="write this run's figures as the new floor")
    gate.add_argument("--floor", metavar="FILE", help="another floor (default: the bundled one)")
    gate.add_argument("--corpus", metavar="PATH", help="build an archive of these articles for the run first")
    gate.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Run the gate; return 0 when it passes, else 2."""
    from eval.gate import FLOOR, floor_of, judge, read_floor, write_floor
    from eval.run_command import progress_bar, run_all, select, table

    file = Path(parsed.floor) if parsed.floor else FLOOR
    floor = None if parsed.raised else read_floor(file)
    with tempfile.TemporaryDirectory(prefix="newsdesk-gate-") as folder:
        data = parsed.data
        if parsed.corpus:
            data = str(Path(folder) / "data")
            _build(parsed.corpus, data)
        selected = select([], split="dev")
        with progress_bar() as say:
            (run,) = run_all(
                ["newsdesk"], selected, data=data, runs=Path(folder) / "runs", fresh=True, say=say, written=False
            )  # fmt: skip
    print(table([run]))
    if floor is None:
        write_floor(floor_of(run.summary, run.records, made_by="python -m eval gate --raise"), file)
        print(f"The floor is written to {file}.")
        return 0
    verdict = judge(floor, run.summary, run.records)
    for title, records in (("turned bad", verdict.turned_bad), ("turned good", verdict.turned_good)):
        for item in records:
            print(f"{title}: {item.id} [{item.kind}] {item.standalone} – {item.verdict.value}")
    for fault in verdict.faults:
        print(f"below the floor: {fault}", file=sys.stderr)
    if not verdict.passes:
        print("Mend what turned bad, or, when the loss is wanted, say why and run it with --raise.", file=sys.stderr)
        return 2
    print("The gate is passed." + (" Raise the floor with --raise." if verdict.turned_good else ""))
    return 0


def _build(corpus: str, data: str) -> None:
    from ingest.files import read_paths
    from ingest.pipeline import Pipeline
    from rag.config import read_settings
    from rag.embed import load_encoder
    from rag.stores import Stores

    settings = read_settings(data=data)
    with Stores(settings, load_encoder(settings), create=True) as stores:
        Pipeline(stores).run(read_paths([corpus]))
