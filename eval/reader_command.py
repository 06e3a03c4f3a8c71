"""``python -m eval train-reader``: train the reader and write its weights with how they were made."""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.config import read_settings
from rag.errors import NewsdeskError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from eval.reader_data import Group

WEEKS = "20230303..20231229"
"""The weeks of RealTime QA before them are kept for the ranker, which must not learn from what the reader has seen."""
SQUAD = {"new_wiki": 7_900, "reddit": 3_500, "amazon_reviews": 3_000}
"""How many questions of each file are used."""
QUIZ_REPEATS = 2
THIRD_READINGS = 0.35
"""The share of questions that keep the part of their own text without an answer, beside the text of another."""
NEAR_MISSES = 0.45
MORE_LONGEST = 650
"""Characters of a text of the file ``--more``."""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    train = commands.add_parser(
        "train-reader",
        help="train the reader on reading comprehension and RealTime QA 2023",
        description="Train the reader on questions of SQuAD's format and on RealTime QA 2023. Takes half an hour on "
        "two cores with bf16, three hours without. glibc's allocator gives memory back too eagerly for it: "
        "MALLOC_MMAP_MAX_=0 and MALLOC_TRIM_THRESHOLD_=100000000000 in the environment make it several times faster.",
    )
    train.add_argument("realtimeqa", metavar="PATH", help="RealTime QA's folder: a copy of the public repository")
    train.add_argument("squad", metavar="DIR", help="folder with new_wiki_v1.0.json, reddit_v1.0.json, …")
    train.add_argument(
        "--practice", type=int, default=0, metavar="TIMES",
        help="add the practice questions about the bundled briefs, which the archive must hold, so many times",
    )  # fmt: skip
    train.add_argument(
        "--practised", default="reader", metavar="GLOB", help="which of eval/practice, without .jsonl (default: reader)"
    )
    train.add_argument("--more", metavar="FILE", help="another file of SQuAD's format, such as its train-v1.1.json")
    train.add_argument("--questions", type=int, metavar="COUNT", help="of the file --more (default: all)")
    train.add_argument(
        "--sentences", type=float, default=0.0, metavar="SHARE",
        help="of the questions of --more that are read with single sentences; practice questions then are both ways",
    )  # fmt: skip
    train.add_argument(
        "--readings", type=int, metavar="COUNT", help="of a quiz or practice question at most (default: all)"
    )
    train.add_argument("--quiz", type=int, default=QUIZ_REPEATS, metavar="TIMES", help="quiz questions (default: 2)")
    train.add_argument("--start", metavar="FILE", help="weights to go on from (default: the embedding model's)")
    train.add_argument(
        "--keep",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of --start in the mean of it and what is learnt from it",
    )
    train.add_argument("--fixed", type=int, default=0, metavar="LAYERS", help="first layers that stay as they are")
    train.add_argument("--share", type=float, default=1.0, help="of the questions in DIR (default: 1)")
    train.add_argument("--epochs", type=float, default=1.0, help="how often every question is seen (default: 1)")
    train.add_argument("--rate", type=float, help="highest learning rate (default: 8e-5)")
    train.add_argument("--out", metavar="FILE", help="where to write (default: the reader's own file)")
    train.add_argument("--seed", type=int, default=0, help="of every choice")
    train.set_defaults(run=command)
    measure = commands.add_parser("measure-reader", help="measure which words the reader finds, on SQuAD's format")
    measure.add_argument("file", metavar="FILE", help="questions that it has not learnt from, such as xquad.en.json")
    measure.add_argument("--weights", metavar="FILE", help="weights to measure (default: the reader's own)")
    measure.add_argument("--limit", type=int, metavar="COUNT", help="so many questions, drawn (default: all)")
    measure.add_argument("--seed", type=int, default=0, help="of the draw")
    measure.set_defaults(run=measure_command)


def measure_command(parsed: argparse.Namespace) -> int:
    """Measure and print; return 0."""
    from eval.reader_exam import examine
    from eval.run_command import progress_bar
    from rag.reader import WEIGHTS
    from rag.reader_graph import load_reader

    weights = Path(parsed.weights) if parsed.weights else WEIGHTS
    reader = load_reader(read_settings(data=parsed.data).folder / "models", weights=weights)
    with progress_bar() as say:
        exam = examine(Path(parsed.file), reader, limit=parsed.limit, seed=parsed.seed, report=say)
    print(f"{exam.questions} questions: exact match {exam.exact:.3f}, F1 {exam.f1:.3f}")
    return 0


def command(parsed: argparse.Namespace) -> int:
    """Train and write; return 0."""
    from eval.reader_data import by_sentence, fewer_readings
    from eval.run_command import progress_bar
    from eval.train_reader import LEARNING_RATE, mix, train
    from rag.encoders import load_tokenizer
    from rag.model_files import BUNDLED_NAME, find_model
    from rag.reader import WEIGHTS

    if parsed.keep and not (parsed.start and 0 < parsed.keep < 1):
        raise NewsdeskError(f"--keep {parsed.keep:g} needs --start and a share between 0 and 1. Name both.")
    files = find_model(BUNDLED_NAME, memory=read_settings(data=parsed.data).folder / "models")
    with progress_bar() as say:
        groups = learning_groups(
            Path(parsed.realtimeqa), Path(parsed.squad), load_tokenizer(files.folder), share=parsed.share,
            seed=parsed.seed, repeats=parsed.quiz, most=parsed.readings, report=say,
        )  # fmt: skip
        if parsed.more:
            groups += more_groups(
                Path(parsed.more), limit=parsed.questions, seed=parsed.seed, sentences=parsed.sentences
            )
        if parsed.practice:
            practised = _practised(parsed.data, parsed.practised, say)
            groups += fewer_readings(practised, parsed.readings, seed=parsed.seed) * parsed.practice
            if parsed.sentences:
                chance = random.Random(parsed.seed)
                groups += [by_sentence(one, chance) for one in practised for _ in range(parsed.practice)]
        readings = sum(len(group.readings) for group in groups)
        made_by = {
            "command": f"python -m eval train-reader PATH DIR --share {parsed.share:g} --epochs {parsed.epochs:g} "
            f"--seed {parsed.seed}"
            + (f" --practice {parsed.practice} --practised '{parsed.practised}'" if parsed.practice else "")
            + (f" --more {Path(parsed.more).name} --questions {parsed.questions}" if parsed.more else "")
            + (f" --sentences {parsed.sentences:g}" if parsed.sentences else "")
            + (f" --readings {parsed.readings}" if parsed.readings else "")
            + f" --quiz {parsed.quiz}"
            + (f" --rate {parsed.rate:g}" if parsed.rate else "")
            + (f" --fixed {parsed.fixed}" if parsed.fixed else "")
            + (" --start FIRST" if parsed.start else "")
            + (f" --keep {parsed.keep:g}" if parsed.keep else ""),
            "data": f"RealTime QA 2023, weeks {WEEKS}; {', '.join(SQUAD)} of Miller et al. 2020; "
            + (f"{Path(parsed.more).name}; " if parsed.more else "")
            + f"{len(groups)} questions with {readings} passages",
            "date": datetime.now(UTC).date().isoformat(),
        }
        out = Path(parsed.out) if parsed.out else WEIGHTS
        start = out.with_name(f"{out.name}.start") if parsed.start else None
        if start:  # the file that is written may be the one to go on from
            shutil.copyfile(parsed.start, start)
        train(
            groups,
            files,
            out,
            made_by=made_by,
            epochs=parsed.epochs,
            seed=parsed.seed,
            start=start,
            rate=parsed.rate or LEARNING_RATE,
            fixed=parsed.fixed,
            report=lambda done: say(f"training, loss {done.loss:.2f}", done.step, done.steps),
        )
        if start:
            if parsed.keep:
                mix(out, start, keep=parsed.keep)
            start.unlink()
    print(f"{made_by['data']}. The weights are written.")
    return 0


def learning_groups(
    realtimeqa: Path, squad: Path, tokenizer: Tokenizer, *, share: float, seed: int,
    report: Callable[[str, int, int], None], repeats: int = QUIZ_REPEATS, most: int | None = None,
) -> list[Group]:  # fmt: skip
    """Return quiz and comprehension questions, in an order that depends on ``seed`` alone.

    ``most`` limits the readings of a quiz question, which come so many times as ``repeats`` says.
    """
    from dataclasses import replace

    from eval.benchmarks.realtimeqa import read_quiz, year_folder
    from eval.near_misses import with_near_misses
    from eval.reader_data import fewer_readings, squad_groups
    from eval.reader_quiz import quiz_groups
    from rag.encoders import token_offsets

    chance = random.Random(seed)
    quiz = read_quiz(year_folder(realtimeqa, "2023"), weeks=WEEKS)
    groups = quiz_groups(quiz, partial(token_offsets, tokenizer), report)
    groups = fewer_readings(groups, most, seed=seed) * repeats
    for name, limit in SQUAD.items():
        file = squad / f"{name}_v1.0.json"
        for group in squad_groups(file, negatives=1, limit=round(share * limit), seed=seed):
            kept = group.readings if chance.random() < THIRD_READINGS else group.readings[:2]
            groups.append(replace(group, readings=kept))
    return with_near_misses(groups, share=NEAR_MISSES, seed=seed)


def more_groups(file: Path, *, limit: int | None, seed: int, sentences: float = 0.0) -> list[Group]:
    """Return the questions of a large file of SQuAD's format, every second one beside a text that does not answer it.

    Their texts are shorter than those of the other files: what is learnt here is to find the words that answer. The
    share ``sentences`` of them has single sentences of the text that answers and of another.
    """
    from dataclasses import replace

    from eval.near_misses import with_near_misses
    from eval.reader_data import by_sentence, squad_groups

    chance = random.Random(seed)
    groups = squad_groups(file, negatives=1, limit=limit, seed=seed, longest=MORE_LONGEST)
    whole = round((1 - sentences) * len(groups))
    parted = [by_sentence(replace(one, readings=one.readings[:2]), chance) for one in groups[whole:]]
    groups = [replace(one, readings=one.readings[: chance.choice((1, 2))]) for one in groups[:whole]] + parted
    return with_near_misses(groups, share=NEAR_MISSES, seed=seed)


def _practised(data: str | None, purpose: str, report: Callable[[str, int, int], None]) -> list[Group]:
    from eval.reader_practice import practice_groups, read_practice
    from rag.embed import load_encoder
    from rag.retrieve import HybridRetriever
    from rag.stores import Stores

    settings = read_settings(data=data)
    with Stores(settings, load_encoder(settings), writer=False) as stores:
        return practice_groups(read_practice(purpose), HybridRetriever(stores), report)
