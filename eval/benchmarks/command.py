"""``python -m eval realtimeqa PATH``: RealTime QA for Newsdesk, and for LlamaIndex on the same articles."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rag.config import read_settings

if TYPE_CHECKING:
    from eval.benchmarks.benchmark import Result

EXIT_INTERRUPTED = 130


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser(
        "realtimeqa",
        help="ask the weekly quizzes of RealTime QA, beside plain LlamaIndex on the same articles",
        description="Pool the articles of RealTime QA's weeks into an archive, ask every question as of its date, "
        "and compare with LlamaIndex on the same articles. Weights and thresholds are tuned on 2023; report on 2022.",
    )
    parser.add_argument(
        "path", metavar="PATH", help="a copy of the public repository, its folder past, or a year in it"
    )
    parser.add_argument("--year", help="which year, where PATH holds several")
    parser.add_argument("--weeks", metavar="FROM..UNTIL", help="only these weeks, such as 20220617..20220826")
    parser.add_argument("--limit", type=_positive, help="at most so many questions, on the same pool of articles")
    parser.add_argument(
        "--config", nargs="+", default=["newsdesk"], metavar="NAME",
        help="Newsdesk's configurations: bundled names or TOML files (default: newsdesk)",
    )  # fmt: skip
    parser.add_argument(
        "--baselines", nargs="*", metavar="NAME",
        help="LlamaIndex's ways to search; without a name all, \"none\" for none (default: all, where the extra "
        "benchmark is installed)",
    )  # fmt: skip
    parser.add_argument(
        "--pool", metavar="DIR", help="folder of the pooled archive (default: realtimeqa-YEAR in the data folder)"
    )
    parser.add_argument(
        "--vectors-from", nargs="+", default=[], metavar="DIR",
        help="archives whose vectors are taken over where they fit (always asked: other pools in the data folder)",
    )  # fmt: skip
    parser.add_argument("--runs", default="runs", metavar="DIR", help="where run folders are kept (default: runs)")
    parser.add_argument("--fresh", action="store_true", help="do not go on with interrupted runs")
    parser.add_argument("--json", action="store_true", help="JSON on standard output")
    parser.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Run it; return 0, or 130 when interrupted."""
    try:
        with _stoppable():
            return _command(parsed)
    except KeyboardInterrupt:
        print("Interrupted. What was done is kept; run the same command again to go on.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _command(parsed: argparse.Namespace) -> int:
    from eval.benchmarks.benchmark import Plan, run

    plan = Plan(
        path=Path(parsed.path),
        year=parsed.year,
        weeks=parsed.weeks,
        limit=parsed.limit,
        configurations=tuple(parsed.config),
        baselines=_baselines(parsed.baselines),
        pool=None if parsed.pool is None else Path(parsed.pool),
        vectors_from=tuple(Path(name) for name in parsed.vectors_from),
        runs=Path(parsed.runs),
        fresh=parsed.fresh,
    )
    result = run(plan, read_settings(data=parsed.data), tell=lambda text: print(text, file=sys.stderr, flush=True))
    print(json.dumps(result.as_json(), ensure_ascii=False) if parsed.json else _text(result))
    return 0


def _baselines(named: list[str] | None) -> tuple[str, ...] | None:
    from eval.benchmarks.baselines import NAMES

    if named is None:
        return None
    return () if named == ["none"] else tuple(named) or NAMES


def _text(result: Result) -> str:
    from eval.benchmarks.table import table

    lines = [*result.facts, "", table(result.rows)]
    lines += ["", *result.notes] if result.notes else []
    if result.unusual:
        lines += ["", "Unusual in the files:", *result.unusual]
    return "\n".join([*lines, "", *(str(run.folder / "report.html") for run in result.runs)])


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the run like Ctrl-C: in the middle of a write to an index it would damage it."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
