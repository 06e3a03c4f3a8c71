"""A run of RealTime QA: pool the articles, let every system search or answer, put the figures side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.benchmarks.baselines import DATED, NAMES, NEEDED, Baseline, LlamaIndexPool
from eval.benchmarks.figures import of_search, with_budgets
from eval.benchmarks.pool import Pool, fill, pool_folder, settings_of, siblings
from eval.benchmarks.quiz import QuizJudge, answers_of, finds_of, split_of
from eval.benchmarks.realtimeqa import Quiz, QuizQuestion, read_quiz, year_folder
from eval.benchmarks.table import REFERENCES, REFERENCES_ARE, Row
from eval.gold import GoldQuestion
from eval.plain_llamaindex import BaselineMissingError, require_packages
from eval.record import Record
from eval.report import write_report
from eval.run_command import Say, progress_bar
from eval.runs import SUMMARY, Run, Selected, ask_all, describe, file_hashes, new_folder, unfinished
from eval.summary import RunInfo, Summary
from eval.variants import Configuration, Outspoken, engine_of, read_configuration
from rag.config import Settings
from rag.embed import Encoder, load_encoder
from rag.errors import ConfigurationError
from rag.model_files import find_model
from rag.reader import Reader
from rag.reader_graph import reader_of
from rag.remembering import RememberingEncoder
from rag.stores import Stores

HITS_ARE = (
    "A hit is a passage that holds an accepted answer, in itself or the title above it, of an article that the "
    "benchmark's own search found for the question; over the questions with such an article. EM and F1 are over all."
)

Tell = Callable[[str], None]
"""Called with what is begun, in words."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked of whom. ``baselines`` None: all, where their packages are installed; ``pool`` None: by year."""

    path: Path
    year: str | None = None
    weeks: str | None = None
    limit: int | None = None
    configurations: tuple[str, ...] = ("newsdesk",)
    baselines: tuple[str, ...] | None = None
    pool: Path | None = None
    vectors_from: tuple[Path, ...] = ()
    runs: Path = Path("runs")
    fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came out: ``facts`` say what was asked, ``notes`` what to know, ``unusual`` what the files had."""

    facts: tuple[str, ...]
    notes: tuple[str, ...]
    unusual: tuple[str, ...]
    runs: tuple[Run, ...]

    @property
    def rows(self) -> list[Row]:
        """A row of the table for every run."""
        return [
            Row(
                name=run.summary.info.name.split("-", 2)[-1],
                figures=run.summary.figures,
                retrieve=run.summary.latency.get("retrieve"),
            )
            for run in self.runs
        ]

    def as_json(self) -> dict[str, object]:
        """Return all of it for machines."""
        return {
            "facts": self.facts,
            "notes": self.notes,
            "unusual": self.unusual,
            "systems": [
                {"folder": str(run.folder), **run.summary.model_dump(mode="json", exclude={"risk_coverage"})}
                for run in self.runs
            ],
            "recorded": [
                {"name": row.name, **{name: figure.value for name, figure in row.figures.items()}} for row in REFERENCES
            ],
        }


def run(
    plan: Plan, settings: Settings, *, tell: Tell, encoder: Encoder | None = None, reader: Reader | None = None
) -> Result:
    """Run the whole benchmark; ``encoder`` and ``reader`` are those of ``settings`` unless an encoder is given.

    Raises RealTimeQAError, PoolError, BaselineMissingError for a baseline that was named and is not
    installed, ConfigurationError, and what ``Stores`` raises.
    """
    configurations = [read_configuration(name) for name in plan.configurations]
    baselines, notes = _chosen(plan.baselines)
    tell("reading the weeks")
    quiz = read_quiz(year_folder(plan.path, plan.year), weeks=plan.weeks)
    questions = quiz.questions[: plan.limit]
    if encoder is None:
        encoder, reader = load_encoder(settings), reader_of(settings)
    folder = plan.pool or pool_folder(settings, quiz, weeks=plan.weeks)
    tell(f"pooling the articles in {folder}")
    pool = _filled(quiz, settings_of(settings, folder), encoder, [*plan.vectors_from, *siblings(folder)])
    facts = _facts(quiz, questions, pool)
    with Stores(settings_of(settings, folder), encoder) as stores, progress_bar() as say:
        judge = QuizJudge(stores.archive, pool.source_of, questions)
        facts.append(f"{sum(item.answerable for item in judge.gold_questions)} of them have a gold article.")
        session = _Session(plan, quiz, stores, reader, judge, facts, say, tell)
        runs = [session.newsdesk(item) for item in configurations]
        if baselines:
            runs += session.baselines(baselines, pool, settings)
    for item in runs:
        write_report(item.folder)
    return Result(
        facts=tuple(facts),
        notes=(HITS_ARE, *notes, REFERENCES_ARE),
        unusual=tuple(quiz.oddities.lines()),
        runs=tuple(runs),
    )


class _Session:
    """The open pool, and the questions that every system is asked."""

    def __init__(
        self, plan: Plan, quiz: Quiz, stores: Stores, reader: Reader | None, judge: QuizJudge, facts: Sequence[str],
        say: Say, tell: Tell,
    ) -> None:  # fmt: skip
        self._plan = plan
        self._stores = stores
        self._encoder = RememberingEncoder(stores.encoder)
        self._reader = reader
        self._judge = judge
        self._facts = facts
        self._say = say
        self._tell = tell
        self._year = quiz.year
        self._unusual = quiz.oddities.lines()
        self._selected = Selected(
            questions=tuple(judge.gold_questions),
            files=file_hashes(quiz.files),
            split=split_of(quiz.year).value,
            limit=plan.limit,
        )

    def newsdesk(self, configuration: Configuration) -> Run:
        """Let Newsdesk answer."""
        engine = engine_of(configuration, self._stores, self._encoder, self._reader)
        info = describe(configuration, self._selected, engine)
        return self._run(
            info, answers_of(engine, Outspoken(configuration, self._stores, self._encoder, self._reader), self._judge)
        )

    def baselines(self, names: Sequence[str], pool: Pool, settings: Settings) -> list[Run]:
        """Let the baselines search, after their index is filled with the same articles."""
        model = find_model(settings.embedding, memory=settings.folder / "models").folder
        index = LlamaIndexPool(model, pool.folder / "llamaindex")
        articles = [self._stores.archive.article(name) for name in sorted(pool.source_of)]
        index.fill([item for item in articles if item is not None], self._embedding)
        return [self._baseline(item) for item in index.baselines(names)]

    def _embedding(self, done: int, of: int) -> None:
        self._say("plain LlamaIndex, embedding", done, of)
        if done % 500 == 0 or done == of:
            self._tell(f"plain LlamaIndex: {done} of {of} articles embedded")

    def _baseline(self, baseline: Baseline) -> Run:
        configuration = Configuration(name=baseline.name, description=baseline.description)
        info = describe(configuration, self._selected, engine_of(configuration, self._stores, self._encoder))
        made_with = json.dumps([info.fingerprint, baseline.made_with], sort_keys=True)
        info = info.model_copy(
            update={
                "configuration": dict(baseline.made_with),
                "fingerprint": hashlib.sha256(made_with.encode()).hexdigest(),
            }
        )
        run = self._run(info, finds_of(baseline, self._judge))
        return _with_summary(run, of_search(run.summary))

    def _run(self, info: RunInfo, ask: Callable[[GoldQuestion], Record]) -> Run:
        name = info.name
        info = info.model_copy(
            update={
                "name": f"realtimeqa-{self._year}-{name}",
                "archive": {
                    **info.archive,
                    "benchmark": " ".join(self._facts),
                    "unusual in the files": "; ".join(" ".join(line.split()) for line in self._unusual) or "nothing",
                },
            }
        )
        runs = self._plan.runs
        self._tell(f"asking {name}")
        folder = (None if self._plan.fresh else unfinished(runs, info)) or new_folder(runs, info)
        run = ask_all(folder, info, self._selected.questions, ask, partial(self._say, name))
        return _with_summary(run, with_budgets(run.summary, run.records))


def _with_summary(run: Run, summary: Summary) -> Run:
    (run.folder / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return Run(folder=run.folder, summary=summary, records=run.records)


def _chosen(names: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the baselines to run, and what to say about those that cannot."""
    if names is None:
        try:
            require_packages(NEEDED)
        except BaselineMissingError as error:
            return [], [f"The baselines are left out. {error}"]
        return list(NAMES), _notes(NAMES)
    for name in names:
        if name not in NAMES:
            raise ConfigurationError(f"There is no baseline {name!r}. Name one of {', '.join(NAMES)}.")
    if names:
        require_packages(NEEDED)
    return list(names), _notes(names)


def _notes(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    notes = [
        "LlamaIndex's chunks are about five times as long as Newsdesk's passages, so that each holds an "
        "answer more easily: hit@1,000 and hit@5,000 characters compare what has to be read instead. Without a "
        "language model LlamaIndex finds and does not answer."
    ]
    if any(name.endswith(DATED) for name in names):
        notes.append("The systems in -dated are asked for 200 chunks, and later articles are taken out.")
    if any(not name.endswith(DATED) for name in names):
        notes.append("The others of LlamaIndex search all articles, whenever published.")
    return notes


def _filled(quiz: Quiz, settings: Settings, encoder: Encoder, lenders: Sequence[Path]) -> Pool:
    from ingest.progress import display_for

    expected = len({item.id for item in quiz.articles})
    with display_for(as_json=False, expected=expected) as display:
        return fill(quiz, settings, encoder, vectors_from=lenders, report=display)


def _facts(quiz: Quiz, questions: Sequence[QuizQuestion], pool: Pool) -> list[str]:
    excluded = sum(not item.is_compared for item in questions)
    return [
        f"RealTime QA {quiz.year}, weeks {quiz.weeks[0]} to {quiz.weeks[-1]} ({len(quiz.weeks)}), "
        f"each question as of the end of its day.",
        f"{pool.articles} articles pooled, {pool.copies} of them word-for-word copies, {pool.undated} without a date; "
        f"{pool.embedded} passages embedded now.",
        f'{len(questions)} questions asked; {excluded} end in "except" and are left out of EM and F1.',
    ]
