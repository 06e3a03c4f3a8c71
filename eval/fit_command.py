"""``python -m eval fit-ranking``: learn the ranker's weights and write them with how they were made."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.config import read_settings


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    fit = commands.add_parser("fit-ranking", help="fit the ranker's weights on RealTime QA 2023 and the gold dev split")
    fit.add_argument("path", metavar="PATH", help="RealTime QA's folder: a copy of the public repository")
    fit.add_argument("--weeks", metavar="FROM..UNTIL", help="only these weeks")
    fit.add_argument("--pool", metavar="DIR", help="folder of the pooled archive (default: in the data folder)")
    fit.add_argument("--out", metavar="FILE", help="where to write (default: the ranker's own file)")
    fit.add_argument("--seed", type=int, default=0, help="of the cross-validation")
    fit.set_defaults(run=command)


def command(parsed: argparse.Namespace) -> int:
    """Fit and write; return 0."""
    from eval.benchmarks.pool import fill, pool_folder, settings_of
    from eval.benchmarks.realtimeqa import read_quiz, year_folder
    from eval.calibrate import statistics_of
    from eval.fit_ranking import fit, gold_examples, quiz_examples, write
    from eval.gold import Split, read_gold
    from eval.run_command import progress_bar
    from rag.engine import Engine, open_engine
    from rag.rank import FILE, READER_FILE
    from rag.retrieve import HybridRetriever
    from rag.stores import Stores

    settings = read_settings(data=parsed.data)
    quiz = read_quiz(year_folder(Path(parsed.path), "2023"), weeks=parsed.weeks)
    questions = [item for item in read_gold() if item.split is Split.DEV]
    with open_engine(settings, writer=False) as engine:
        encoder = engine.stores.encoder
        retriever = HybridRetriever(engine.stores)
        reader = engine.reader
        examples = gold_examples(questions, retriever, statistics_of(engine), reader)
    folder = Path(parsed.pool) if parsed.pool else pool_folder(settings, quiz, weeks=parsed.weeks)
    pool = fill(quiz, settings_of(settings, folder), encoder)
    with Stores(settings_of(settings, folder), encoder, writer=False) as stores, progress_bar() as say:
        examples += quiz_examples(
            quiz,
            HybridRetriever(stores),
            statistics_of(Engine(stores)),
            dict(pool.source_of),
            lambda done, of: say("quiz", done, of),
            reader,
        )
    result = fit(examples, seed=parsed.seed)
    weeks = f", weeks {parsed.weeks}" if parsed.weeks else ""
    made_by = {
        "command": f"python -m eval fit-ranking PATH{' --weeks ' + parsed.weeks if parsed.weeks else ''} "
        f"--seed {parsed.seed}",
        "data": f"RealTime QA 2023{weeks} ({sum(item.source == 'realtimeqa' for item in examples)} questions) and the "
        f"dev split of eval/gold ({sum(item.source == 'gold' for item in examples)} questions)",
        "date": datetime.now(UTC).date().isoformat(),
    }
    write(result, Path(parsed.out) if parsed.out else READER_FILE if reader else FILE, made_by=made_by)
    for name, value in {**result.weights, **result.figures}.items():
        print(f"{name + ':':<34} {value}")
    return 0
