"""``python -m eval report`` and ``python -m eval compare``: the page of a run, and what changed between two."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the commands to the parser's subcommands."""
    report = commands.add_parser("report", help="write the page of a run again")
    report.add_argument("run_folder", metavar="RUN", help="a run folder")
    report.set_defaults(run=_report)
    compare = commands.add_parser("compare", help="what changed from one run to another, question by question")
    compare.add_argument("before", metavar="RUN_A", help="the run folder of before")
    compare.add_argument("after", metavar="RUN_B", help="the run folder of after")
    compare.add_argument("--out", metavar="FILE", help="the page (default: compare-….html beside the run folders)")
    compare.set_defaults(run=_compare)


def _report(parsed: argparse.Namespace) -> int:
    from eval.report import write_report

    print(write_report(Path(parsed.run_folder)))
    return 0


def _compare(parsed: argparse.Namespace) -> int:
    from eval.comparison import compare, comparison_table
    from eval.comparison_page import write_comparison
    from eval.run_data import read_run

    before, after = Path(parsed.before), Path(parsed.after)
    out = Path(parsed.out) if parsed.out else after.parent / f"compare-{before.name}-{after.name}.html"
    print(comparison_table(compare(read_run(before), read_run(after))))
    print(write_comparison(before, after, out))
    return 0
