"""``python -m eval check-citations``: how well the citations of a model's sentences are checked, and the fit of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.config import read_settings

if TYPE_CHECKING:
    from eval.check_citations import Judged, Width


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser("check-citations", help="measure the check of a model's citations on labelled pairs")
    parser.add_argument("--pairs", metavar="FILE", help="labelled pairs (default: the bundled ones)")
    parser.add_argument(
        "--split", choices=["tuning", "test", "all"], default="all", help="which pairs (default: both splits)"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights on the tuning split and write them")
    parser.add_argument("--ids", metavar="PREFIX", default="", help="fit on pairs whose ids begin so (default: all)")
    parser.add_argument("--out", metavar="FILE", help="where to write the weights (default: the check's own file)")
    parser.add_argument("--seed", type=int, default=0, help="of the cross-validation and of the passages drawn")
    parser.add_argument("--show", action="store_true", help="print every pair that is judged wrongly")
    parser.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Run it; return 0."""
    from eval.calibrate import statistics_of
    from eval.check_citations import UNFITTED, PairJudge, Width, fit, with_added, write
    from eval.check_pairs import PAIRS, PairSplit, read_pairs
    from rag.citation_weights import FILE
    from rag.engine import open_engine
    from rag.remembering import RememberingEncoder

    pairs = read_pairs(Path(parsed.pairs) if parsed.pairs else PAIRS)
    with open_engine(read_settings(data=parsed.data), writer=False) as engine:
        judge = PairJudge(
            engine.stores.archive.article,
            encoder=RememberingEncoder(engine.stores.encoder),
            statistics=statistics_of(engine),
        )
        weights = None
        if parsed.fit:
            every = [pair for pair in pairs if pair.split is PairSplit.TUNING]
            tuning = [pair for pair in every if pair.id.startswith(parsed.ids)]
            labelled = [item for width in Width for item in judge(tuning, width=width, weights=UNFITTED)]
            others = judge.drawn(tuning, seed=parsed.seed)
            drawn = [item for width in Width for item in judge(others, width=width, weights=UNFITTED)]
            fitted = fit(labelled, drawn, seed=parsed.seed)
            fitted = with_added(fitted, list(judge(every, width=Width.WINDOW, weights=fitted)))
            made_by = {
                "command": f"python -m eval check-citations --fit --seed {parsed.seed}"
                + (f" --ids {parsed.ids}" if parsed.ids else ""),
                "data": f"tuning split of {parsed.pairs or 'eval/checks'}, {len(tuning)} of {len(every)} pairs, "
                f"and {len(drawn) // len(Width)} passages drawn for true sentences",
                "date": datetime.now(UTC).date().isoformat(),
            }
            weights = type(fitted)(**{**vars(fitted), "made_by": {**made_by, **fitted.made_by}})
            write(weights, Path(parsed.out) if parsed.out else FILE)
            print(fitted.made_by["figures, cross-validated"])
            print("passed where a citation is added:", fitted.made_by["passed where a citation is added"])
        for split in PairSplit:
            if parsed.split in ("all", split):
                selected = [pair for pair in pairs if pair.split is split]
                found = {width: list(judge(selected, width=width, weights=weights)) for width in Width}
                print(table(split, found, show=parsed.show))
    return 0


def table(split: str, found: Mapping[Width, Sequence[Judged]], *, show: bool = False) -> str:
    """Return the figures of one split, a column for each width; with ``show`` the pairs judged wrongly before them."""
    from eval.check_citations import rows

    lines = []
    if show:
        lines += [
            f"{item.pair.label}, {item.pair.kind}, {item.pair.id}, {width}: {item.judgement.verdict} "
            f"({item.judgement.probability:.2f}) {'; '.join(one.reason for one in item.judgement.mismatches)}\n"
            f"    {item.pair.sentence}"
            for width, judged in found.items()
            for item in judged
            if not item.is_right
        ]
    lines.append(f"{split + ' split':<26}" + "".join(f"{width:<32}" for width in found))
    for columns in zip(*(rows(judged) for judged in found.values()), strict=True):
        first = columns[0]
        name = (
            f"{first.label}, {'passed' if first.label == 'true' else 'caught'}" if not first.kind else f"  {first.kind}"
        )
        lines.append(f"{name:<26}" + "".join(f"{row.right!s:<32}" for row in columns))
    return "\n".join(lines)
