"""``python -m eval check-gold`` and ``python -m eval new-gold``: gold questions of one's own."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.config import read_settings

if TYPE_CHECKING:
    from eval.articles import Articles
    from eval.gold import GoldQuestion

BRIEFS = Path(__file__).resolve().parents[1] / "corpus" / "briefs"


def add_parser(commands: Any) -> None:
    """Add both commands to the parser's subcommands."""
    check = commands.add_parser(
        "check-gold",
        help="prove that the gold questions can be answered from the articles as they say",
        description="Check every line of gold files, drafts too, against the articles. The exit code is 1 when there "
        "is a problem; warnings alone leave it 0.",
    )
    check.add_argument("--gold", nargs="+", default=[], metavar="FILE", help="gold files (default: the bundled ones)")
    _add_articles(check, otherwise="the archive; for the bundled gold files: the bundled briefs")
    check.set_defaults(run=check_gold_command)
    new = commands.add_parser(
        "new-gold",
        help="draft gold questions from articles, for you to correct",
        description="Draft gold questions from articles into a new file. Drafts are never counted: correct each, and "
        "set its status to approved.",
    )
    new.add_argument(
        "--out", required=True, metavar="FILE", help="new JSON Lines file; one that exists is never touched"
    )
    new.add_argument("--count", type=_positive, default=30, help="how many drafts, a fifth of them near misses (30)")
    new.add_argument("--seed", type=int, default=0, help="the same seed makes the same drafts (0)")
    _add_articles(new, otherwise="the archive")
    new.set_defaults(run=new_gold_command)


def _add_articles(parser: argparse.ArgumentParser, *, otherwise: str) -> None:
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument(
        "--articles", nargs="+", metavar="PATH", help=f"files or folders with the articles (default: {otherwise})"
    )
    # The whole command line has --data too; it may stand on either side of the command.
    sources.add_argument("--data", default=argparse.SUPPRESS, help="folder of the archive with the articles")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def check_gold_command(parsed: argparse.Namespace) -> int:
    """Print the counts and every problem; return 1 when there is one that is no mere warning."""
    from eval.check_gold import check_gold
    from eval.gold import gold_files, read_lines

    gold = read_lines(Path(name) for name in parsed.gold)
    bundled = not parsed.gold and parsed.data is None
    with _opened(parsed.articles or ([str(BRIEFS)] if bundled else None), data=parsed.data) as source:
        problems = check_gold(gold, source.articles.article)
    print(counts_table([line.question for line in gold.lines]))
    for problem in problems:
        print(problem)
    warnings = sum(problem.warning for problem in problems)
    errors = len(problems) - warnings
    files = len(gold_files(Path(name) for name in parsed.gold))
    print(
        f"{_counted(len(gold.lines), 'question')} in {_counted(files, 'file')} checked against {source.name}: "
        f"{_counted(errors, 'problem')}, {_counted(warnings, 'warning')}."
    )
    return 1 if errors else 0


def new_gold_command(parsed: argparse.Namespace) -> int:
    """Write the drafts and say what to do with them; return 0."""
    from eval.new_gold import new_gold, require_absent, write_new

    file = Path(parsed.out)
    require_absent(file)
    with _opened(parsed.articles, data=parsed.data) as source:
        lines = new_gold(source.articles, count=parsed.count, seed=parsed.seed)
    write_new(lines, file)
    misses = sum(line["kind"] == "unanswerable" for line in lines)
    print(f"{_counted(len(lines), 'draft')} in {file}, {misses} of them near misses, from {source.name}.")
    if len(lines) < parsed.count:
        print(f"The articles yield no more than these; {parsed.count} were asked for.")
    print(
        "Correct each line as its note says and set its status to approved: drafts are never counted.\n"
        f"Then run `python -m eval check-gold --gold {file}` with the same --articles or --data."
    )
    return 0


@dataclass(frozen=True, kw_only=True)
class Source:
    """Articles, and where they are from in words."""

    name: str
    articles: Articles


@contextmanager
def _opened(paths: Sequence[str] | None, *, data: str | None) -> Iterator[Source]:
    from eval.articles import open_archive, read_articles

    if paths:
        read = read_articles(paths)
        for line in read.rejected:
            print(f"left out: {line}", file=sys.stderr)
        yield Source(
            name=f"{_counted(len(read.articles.listed()), 'article')} of {', '.join(paths)}", articles=read.articles
        )
        return
    settings = read_settings(data=data)
    with open_archive(settings) as articles:
        name = f"the archive in {settings.data} ({_counted(len(articles.listed()), 'article')})"
        yield Source(name=name, articles=articles)


def counts_table(questions: Sequence[GoldQuestion]) -> str:
    """Return how many questions there are by kind and split, and how many drafts, which belong to no split."""
    from eval.gold import Split
    from eval.gold_form import KINDS, Status

    approved = [item for item in questions if item.status is Status.APPROVED]
    drafts = Counter(item.kind for item in questions if item.status is Status.DRAFT)
    splits = {split: Counter(item.kind for item in approved if item.split is split) for split in Split}
    present = {item.kind for item in questions}
    kinds = [kind for kind in KINDS if kind in present] + sorted(present - set(KINDS))
    width = max(len(kind) for kind in [*kinds, "unanswerable"])
    rows = [f"{'kind':<{width}}" + "".join(f"{name:>10}" for name in [*Split, "counted", "drafts"])]
    for kind in kinds:
        cells = [splits[split][kind] for split in Split]
        rows.append(f"{kind:<{width}}" + "".join(f"{cell:>10}" for cell in [*cells, sum(cells), drafts[kind]]))
    totals = [splits[split].total() for split in Split]
    rows.append(f"{'all':<{width}}" + "".join(f"{cell:>10}" for cell in [*totals, sum(totals), drafts.total()]))
    pairs = len({item.pair for item in approved if item.pair})
    conversations = sum(bool(item.question.conversation) for item in approved)
    unanswerable = sum(not item.answerable for item in approved)
    rows.append(
        f"{_counted(pairs, 'pair')}, {_counted(conversations, 'question')} after a conversation, "
        f"{unanswerable} unanswerable"
    )
    return "\n".join(rows)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
