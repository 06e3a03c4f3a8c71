"""``python -m eval speed``: ingest, retrieval, adding and cold start, beside plain LlamaIndex."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.config import Settings, read_settings
from rag.errors import NewsdeskError

BRIEFS = Path(__file__).resolve().parents[1] / "corpus" / "briefs"
PARTS = ("ingest", "retrieval", "adding", "start")
SIZES = (1_000, 10_000)


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    speed = commands.add_parser(
        "speed",
        help="time ingest, questions and starts beside plain LlamaIndex",
        description="Time Newsdesk beside plain LlamaIndex on this machine: the sides take turns, and medians and "
        "ratios are shown. Questions are asked of archives that grow; where there are fewer real passages than "
        "a size asks for, generated ones fill it up, and the table says how many.",
    )
    speed.add_argument(
        "--articles", nargs="+", default=[], metavar="PATH",
        help="files with articles, whose vectors are taken from the archive where it has them (default: for the ingest "
        "the bundled briefs; for growing archives those of the archive, or the briefs when there is none)",
    )  # fmt: skip
    speed.add_argument("--limit", type=_positive, help="ingest: at most so many articles")
    speed.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to time (default: all)")
    speed.add_argument(
        "--sizes", nargs="+", type=_positive, default=list(SIZES), metavar="PASSAGES",
        help="retrieval, adding: so many passages; 300000 take minutes and some GB (default: 1000 10000)",
    )  # fmt: skip
    speed.add_argument("--rounds", type=_positive, default=3, help="how often each side runs (default: 3)")
    speed.add_argument(
        "--questions", type=_positive, default=100, help="retrieval: gold questions a run (default: 100)"
    )
    speed.add_argument("--keep", metavar="DIR", help="keep the filled archives there, for the next time")
    speed.add_argument("--plot", metavar="FILE", help="retrieval: write a drawing of the growth there, as SVG")
    speed.add_argument("--json", action="store_true", help="JSON on standard output")
    # The whole command line has --data too; it may stand on either side of the command.
    speed.add_argument("--data", default=argparse.SUPPRESS, help="folder of the archive")
    speed.set_defaults(run=command)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def command(parsed: argparse.Namespace) -> int:
    """Time the parts and print them as they are done, or all as JSON in the end; return 0."""
    from eval.benchmarks.machine import this_machine

    if parsed.plot and "retrieval" not in parsed.parts:
        raise NewsdeskError("--plot draws the retrieval, which is not among the --parts. Add it, or leave --plot out.")
    settings = read_settings(data=parsed.data)
    machine = this_machine()
    found: dict[str, Any] = {"machine": asdict(machine)}
    _say(parsed, str(machine))
    if "ingest" in parsed.parts:
        found["ingest"] = _ingest(parsed, settings)
    with _folder(parsed.keep) as folder:
        if not {"retrieval", "adding"}.isdisjoint(parsed.parts):
            found["growth"] = _growth(parsed, settings, folder)
        if "start" in parsed.parts:
            found["start"] = _start(parsed, settings, folder)
    if parsed.json:
        print(json.dumps(found, default=str))
    return 0


def _say(parsed: argparse.Namespace, text: str) -> None:
    if not parsed.json:
        print(f"{text}\n", flush=True)


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def _folder(kept: str | None) -> Iterator[Path]:
    if kept:
        folder = Path(kept)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="newsdesk-speed-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _ingest(parsed: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    from eval.speed import compare_ingest, read_articles
    from eval.speed_report import as_json, as_text

    selection = read_articles(parsed.articles or [str(BRIEFS)], limit=parsed.limit)
    rounds = compare_ingest(settings, selection.articles, rounds=parsed.rounds, report=_report)
    if selection.passed_over:
        _report(f"{selection.passed_over} items were unreadable or copies and were left out.")
    _say(parsed, as_text(rounds))
    return as_json(rounds)


def _growth(parsed: argparse.Namespace, settings: Settings, folder: Path) -> dict[str, Any]:
    from eval.benchmarks.growth import Plan, has_articles, measure_growth
    from eval.benchmarks.growth_plot import growth_svg
    from eval.benchmarks.growth_report import growth_as_json, growth_as_text

    plan = Plan(
        sizes=tuple(sorted(set(parsed.sizes))),
        rounds=parsed.rounds,
        questions=parsed.questions,
        retrieval="retrieval" in parsed.parts,
        adding="adding" in parsed.parts,
    )
    articles = parsed.articles or ([] if has_articles(settings) else [str(BRIEFS)])
    growth = measure_growth(settings, plan, articles=articles, folder=folder, report=_report)
    _say(parsed, growth_as_text(growth))
    if parsed.plot:
        Path(parsed.plot).write_text(growth_svg(growth), encoding="utf-8")
        _report(f"{parsed.plot} is written.")
    return growth_as_json(growth)


def _start(parsed: argparse.Namespace, settings: Settings, folder: Path) -> dict[str, Any]:
    from eval.benchmarks.cold_start import measure_starts
    from eval.benchmarks.growth_report import starts_as_json, starts_as_text

    starts = measure_starts(settings, rounds=parsed.rounds, folder=folder, report=_report)
    _say(parsed, starts_as_text(starts))
    return starts_as_json(starts)
