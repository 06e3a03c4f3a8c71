"""The command line of the evaluation: ``python -m eval COMMAND``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval import (
    check_command,
    fit_command,
    followup_command,
    gate_command,
    gold_command,
    reader_command,
    report_command,
    run_command,
    speed_command,
)
from eval.benchmarks import command as realtimeqa_command
from rag.config import describe_settings, read_settings
from rag.errors import NewsdeskError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 for an error."""
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Measure the answers, and fit what is learnt.",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", help="folder of the archive (NEWSDESK_DATA)")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    run_command.add_parser(commands)
    gold_command.add_parser(commands)
    report_command.add_parser(commands)
    gate_command.add_parser(commands)
    followup_command.add_parser(commands)
    fit_command.add_parser(commands)
    check_command.add_parser(commands)
    reader_command.add_parser(commands)
    realtimeqa_command.add_parser(commands)
    calibrate = commands.add_parser("calibrate", help="fit the answerer's weights and threshold on the dev split")
    calibrate.add_argument(
        "--gold", nargs="*", default=[], metavar="FILE", help="gold files (default: the bundled ones)"
    )
    calibrate.add_argument("--out", metavar="FILE", help="where to write (default: the answerer's own file)")
    calibrate.add_argument("--false-refusals", type=float, default=0.07, help="share of answerable questions refused")
    calibrate.add_argument("--seed", type=int, default=0, help="of the cross-validation")
    calibrate.set_defaults(run=_calibrate)
    speed_command.add_parser(commands)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except NewsdeskError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _calibrate(parsed: argparse.Namespace) -> int:
    from eval.calibrate import asked_of_strangers, examples, fit, statistics_of, write
    from eval.gold import Split, read_gold
    from eval.reader_practice import read_practice
    from rag.engine import open_engine
    from rag.weights import FILE, READER_FILE

    questions = [item for item in read_gold(Path(name) for name in parsed.gold) if item.split is Split.DEV]
    practice = [] if parsed.gold else read_practice("confidence")
    with open_engine(read_settings(data=parsed.data), writer=False) as engine:
        file = READER_FILE if engine.reader else FILE
        lexical = engine.stores.lexical
        strangers = asked_of_strangers(
            questions, is_known=lambda name: any(map(lexical.document_frequency, lexical.terms(name)))
        )
        asked = [*questions, *practice, *strangers]
        with run_command.progress_bar() as say:
            data = examples(
                engine,
                asked,
                lambda count: say("calibrate", count, len(asked)),
                practice={item.id for item in practice},
            )
        result = fit(data, statistics_of(engine), false_refusals=parsed.false_refusals, seed=parsed.seed)
    made_by = {
        "command": f"python -m eval calibrate --false-refusals {parsed.false_refusals} --seed {parsed.seed}",
        "data": f"dev split of {', '.join(parsed.gold) or 'eval/gold'}, {len(questions)} questions"
        + (f", and {len(practice)} of eval/practice" if practice else ""),
        "date": datetime.now(UTC).date().isoformat(),
        "figures, cross-validated": json.dumps(result.figures),
    }
    write(result.weights, Path(parsed.out) if parsed.out else file, made_by=made_by)
    for name, value in result.figures.items():
        print(f"{name + ':':<34} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
