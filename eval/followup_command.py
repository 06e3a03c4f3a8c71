"""``python -m eval followups``: how well follow-up questions are rewritten to stand alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.config import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.followups import Followed, Fresh


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser("followups", help="measure how follow-up questions are rewritten to stand alone")
    parser.add_argument("--gold", nargs="*", default=[], metavar="FILE", help="gold files (default: the bundled ones)")
    parser.add_argument("--split", choices=["dev", "test", "all"], default="dev", help="which questions (default: dev)")
    parser.add_argument("--seed", type=int, default=0, help="of the questions put before fresh ones")
    parser.add_argument("--show", action="store_true", help="print every follow-up, and every fresh question changed")
    parser.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Run it; return 0."""
    from eval.followups import follow, fresh
    from eval.run_command import select
    from rag.engine import open_engine

    selected = select([Path(name) for name in parsed.gold], split=parsed.split)
    with open_engine(read_settings(data=parsed.data), writer=False) as engine:
        followed = list(follow(engine, selected.questions))
    print(table(followed, list(fresh(selected.questions, seed=parsed.seed)), show=parsed.show))
    return 0


def table(followed: Sequence[Followed], fresh: Sequence[Fresh], *, show: bool = False) -> str:
    """Return the figures, and with ``show`` the questions behind them."""
    from eval.followups import FIRST, Share

    lines = []
    if show:
        lines += [f"{item.shared} of {FIRST}  {item.id}  {item.asked} → {item.read}" for item in followed]
        lines += [
            f"changed  {item.id}  after “{item.before}”: {item.asked} → {item.read}"
            for item in fresh
            if item.asked != item.read
        ]
    total = len(followed)
    findable = [item for item in followed if item.findable]
    shares = {
        "same first five passages": Share(count=sum(item.shared == FIRST for item in followed), total=total),
        "four of them or more": Share(count=sum(item.shared >= FIRST - 1 for item in followed), total=total),
        "best one among the five": Share(count=sum(item.first for item in followed), total=total),
        "evidence among the five, where it is for the standalone": Share(
            count=sum(item.found for item in findable), total=len(findable)
        ),
        "fresh questions left alone": Share(count=sum(item.asked == item.read for item in fresh), total=len(fresh)),
    }
    common = sum(item.shared for item in followed) / (FIRST * total) if total else 0.0
    width = max(map(len, shares)) + 1
    lines += [f"{name + ':':<{width}} {share}" for name, share in shares.items()]
    lines.append(f"{'passages in common:':<{width}} {common:.3f} of the first five, on average")
    return "\n".join(lines)
