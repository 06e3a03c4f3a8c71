"""``python -m eval run``: ask the gold questions, in one or several configurations, and show one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.written import WRITTEN
from rag.config import read_settings
from rag.errors import NewsdeskError

if TYPE_CHECKING:
    from eval.runs import Run, Selected
    from eval.summary import Figure, Summary

SHOWN = (
    "hit@1", "hit@5", "MRR@10", "nDCG@10", "answer in cited quotes", "evidence cited", "citation integrity",
    "citation precision", "cited inside the period", "pairs right at both dates", "conflicts shown",
    "false conflict notes", "accuracy when answered", "false refusals", "unanswerable declined",
    "AUROC of the confidence", *WRITTEN, "failed",
)  # fmt: skip
"""The figures of the table on the terminal; the report has all."""


EXIT_INTERRUPTED = 130


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    run = commands.add_parser("run", help="ask the gold questions and measure the answers")
    run.add_argument("--gold", nargs="*", default=[], metavar="FILE", help="gold files (default: the bundled ones)")
    run.add_argument("--split", choices=["dev", "test", "all"], default="dev", help="which questions (default: dev)")
    run.add_argument("--kind", help="only questions of this kind")
    run.add_argument("--limit", type=int, help="at most so many questions")
    run.add_argument(
        "--config", nargs="*", default=["newsdesk"], metavar="NAME",
        help="configurations to run side by side: bundled names or TOML files (default: newsdesk)",
    )  # fmt: skip
    run.add_argument("--runs", default="runs", metavar="DIR", help="where run folders are kept (default: runs)")
    run.add_argument("--fresh", action="store_true", help="do not go on with an interrupted run")
    run.add_argument("--json", action="store_true", help="the summaries as JSON on standard output")
    run.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Run it; return 0, or 130 when interrupted."""
    try:
        return _command(parsed)
    except KeyboardInterrupt:
        print("Interrupted. What was asked is kept; run the same command again to go on.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _command(parsed: argparse.Namespace) -> int:
    from eval.report import write_report

    selected = select([Path(name) for name in parsed.gold], split=parsed.split, kind=parsed.kind, limit=parsed.limit)
    with progress_bar() as say:
        found = run_all(parsed.config, selected, data=parsed.data, runs=Path(parsed.runs), fresh=parsed.fresh, say=say)
    for run in found:
        write_report(run.folder)
    if parsed.json:
        print("[" + ",\n".join(run.summary.model_dump_json() for run in found) + "]")
        return 0
    print(table(found))
    for run in found:
        print(f"{run.folder / 'report.html'}")
    return 0


def select(files: Sequence[Path], *, split: str, kind: str | None = None, limit: int | None = None) -> Selected:
    """Return the questions to ask; raises NewsdeskError when there is none, or for a limit below 1."""
    from eval.gold import FOLDER, count_drafts, read_gold
    from eval.runs import Selected, file_hashes

    if limit is not None and limit < 1:
        raise NewsdeskError(f"--limit {limit} leaves nothing to ask. Write 1 or more, or leave it out.")
    paths = list(files) or sorted(FOLDER.glob("*.jsonl"))
    every = read_gold(paths)
    questions = [item for item in every if split in {"all", item.split.value} and kind in {None, item.kind}][:limit]
    if not questions:
        if not every and (drafts := count_drafts(paths)):
            raise NewsdeskError(
                f"All questions are drafts ({drafts}), which are not counted. Correct each and set its status to "
                "approved."
            )
        kinds = ", ".join(sorted({item.kind for item in every}))
        raise NewsdeskError(f"No gold question is left to ask. Kinds there are: {kinds}; splits: dev, test, all.")
    return Selected(questions=tuple(questions), files=file_hashes(paths), split=split, kind=kind, limit=limit)


Say = Callable[[str, int, int], None]
"""Called with a configuration's name, how many of its questions are done and how many there are."""


@contextmanager
def progress_bar() -> Iterator[Say]:
    """Show the progress of each configuration on standard error; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        tasks: dict[str, TaskID] = {}

        def say(name: str, done: int, of: int) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=of)
            shown.update(tasks[name], completed=done)

        yield say


def run_all(
    configurations: Sequence[str], selected: Selected, *, data: str | None, runs: Path, fresh: bool, say: Say,
    written: bool = True,
) -> list[Run]:  # fmt: skip
    """Run every configuration over the same questions on one open archive.

    Answers are ``written`` by the language model of the settings, where they name one.
    """
    from eval.runs import ask_all, describe, gold_asker, new_folder, unfinished
    from eval.variants import Outspoken, engine_of, read_configuration
    from rag.engine import open_engine
    from rag.llm import llm_of
    from rag.remembering import RememberingEncoder

    settings = read_settings(data=data)
    llm = llm_of(settings) if written else None
    chosen = [read_configuration(name) for name in configurations]
    found = []
    with open_engine(settings, writer=False, llm=llm) as opened:
        stores = opened.stores
        encoder = RememberingEncoder(stores.encoder)  # the variants cite much the same sentences
        for configuration in chosen:
            engine = engine_of(configuration, stores, encoder, opened.reader, llm=llm)
            info = describe(configuration, selected, engine)
            folder = (None if fresh else unfinished(runs, info)) or new_folder(runs, info)
            ask = gold_asker(
                engine,
                Outspoken(configuration, stores, encoder, opened.reader),
                standalone=configuration.follow_ups == "standalone",
            )
            found.append(ask_all(folder, info, selected.questions, ask, partial(say, configuration.name)))
    return found


def table(found: Sequence[Run]) -> str:
    """Return the main figures of the runs side by side, with their 95 % intervals."""
    first = found[0].summary.info
    lines = [f"{first.questions} questions, split {first.split}" + (f", kind {first.kind}" if first.kind else "")]
    columns = [run.summary for run in found]
    names = [name for name in SHOWN if any(name in item.figures for item in columns)]
    width = max(len(name) for name in names)
    lines.append(" " * width + "".join(f"  {item.info.name:>22}" for item in columns))
    for name in names:
        cells = "".join(f"  {_cell(item.figures.get(name)):>22}" for item in columns)
        lines.append(f"{name:<{width}}{cells}")
    for stage in ("retrieve", "answer", "write"):
        if stage == "write" and not any(stage in item.latency for item in columns):
            continue
        cells = "".join(
            f"  {_seconds(item.latency[stage].p50, item.latency[stage].p95):>22}" if stage in item.latency else " " * 24
            for item in columns
        )
        lines.append(f"{'seconds, ' + stage:<{width}}{cells}")
    return "\n".join((*lines, "", *_by_kind(columns, width)))


BY_KIND = {
    "hit@1": "hit@1",
    "answer in cited quotes": "right",
    "cited inside the period": "in period",
    "unanswerable declined": "declined",
}
"""The figures that the terminal shows for each kind of question too, with their short names."""


def _by_kind(columns: Sequence[Summary], width: int) -> list[str]:
    lines = []
    for kind in dict.fromkeys(kind for item in columns for kind in item.by_kind):
        for name, short in BY_KIND.items():
            figures = [item.by_kind.get(kind, {}).get(name) for item in columns]
            if any(figures):
                cells = "".join(f"  {_cell(figure):>22}" for figure in figures)
                lines.append(f"{f'{kind}, {short}':<{width}}{cells}")
    return lines


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.low:.2f}, {figure.high:.2f}]"


def _seconds(p50: float, p95: float) -> str:
    return f"p50 {p50:.2f}, p95 {p95:.2f}"
