"""How question and ingest slow down as the archive grows, beside plain LlamaIndex with the same passages and vectors.

For every size both archives are filled anew, then each run is a process of its own, and the sides take turns.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eval.benchmarks.growth_processes import (
    HELD_OUT,
    Place,
    add_to_newsdesk,
    add_to_plain,
    ask_newsdesk,
    ask_plain,
    fill_newsdesk,
    fill_plain,
    settings_in,
    take_in,
)
from eval.benchmarks.latency import AddingRun, Asking, RetrievalRun
from eval.benchmarks.newsdesk_side import Filled
from eval.gold import Period, read_gold
from eval.plain_llamaindex import require_packages
from eval.speed import Report, Round, in_child, prepare, take_turns
from rag.archive import ArchiveReader, connect
from rag.config import Settings
from rag.errors import ArchiveMissingError, NewsdeskError
from rag.model_files import find_model
from rag.schema import Scope

QUESTIONS = 100
"""How many gold questions a run asks, unless told otherwise."""
WARM_UP = 5
PERIOD = timedelta(days=90)
"""Questions with a period ask for what was published in these days up to the newest real article."""
SEED = 0
_DONE = "filled.json"


@dataclass(frozen=True, kw_only=True)
class Size:
    """What was measured at one size; ``inside`` counts the passages that lie in the period."""

    newsdesk: Filled
    plain: Filled
    inside: int
    retrieval: tuple[Round[RetrievalRun], ...]
    adding: tuple[Round[AddingRun], ...]


@dataclass(frozen=True, kw_only=True)
class Growth:
    """All sizes; ``source`` says in words where the real articles are from."""

    source: str
    asking: Asking
    sizes: tuple[Size, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure: exact ``sizes`` in passages, ``rounds`` of retrieval with ``questions``, of adding, or both."""

    sizes: tuple[int, ...]
    rounds: int
    questions: int = QUESTIONS
    retrieval: bool = True
    adding: bool = True


def measure_growth(settings: Settings, plan: Plan, *, articles: Sequence[str], folder: Path, report: Report) -> Growth:
    """Fill and measure archives in ``folder``; those of an earlier call with the same source are used again.

    The real articles are those in the files ``articles``, with the vectors that the archive of ``settings``
    holds of them, or without files those of that archive. Raises NewsdeskError.
    """
    require_packages()
    report("choosing the engine, unless one is remembered")
    in_child(prepare, settings)
    source = settings
    if articles:
        report("taking in the articles; what the archive has embedded is not embedded again")
        source = settings_in(folder / "source", settings)
        in_child(take_in, settings, source, tuple(articles), max(plan.sizes))
    engine = connect(source.database_url, create=False)
    overview = ArchiveReader(engine).overview()
    engine.dispose()
    if overview.articles < 2 * HELD_OUT or overview.newest is None:
        raise NewsdeskError(
            f"Growth is measured with dated articles, of which {HELD_OUT} are held out; there are {overview.articles}. "
            "Name more with --articles, or another archive with --data."
        )
    named = f"{overview.articles:,} articles with {overview.passages:,} passages"
    model = find_model(settings.embedding, memory=settings.folder / "models")
    made_of = f"{named}, embedded with {model.sha256}"
    asking = _asking(overview.newest.value, plan.questions)
    sizes = []
    for passages in plan.sizes:
        place = Place(folder=folder / str(passages), settings=settings)
        newsdesk, plain = _filled(place, source, passages, made_of, report)
        sizes.append(
            Size(
                newsdesk=newsdesk,
                plain=plain,
                inside=_inside(place.newsdesk, asking.period),
                retrieval=_retrieval(place, asking, plan, passages, report),
                adding=_adding(place, source, asking, plan, passages, report),
            )
        )
    return Growth(source=named, asking=asking, sizes=tuple(sizes))


def has_articles(settings: Settings) -> bool:
    """Return whether there is an archive with articles."""
    try:
        engine = connect(settings.database_url, create=False)
    except ArchiveMissingError:
        return False
    found = ArchiveReader(engine).overview().articles
    engine.dispose()
    return found > 0


def _asking(newest: datetime, amount: int) -> Asking:
    texts = sorted({item.standalone for item in read_gold()})
    random.Random(SEED).shuffle(texts)
    until = newest + timedelta(seconds=1)
    return Asking(
        warm_up=tuple(texts[:WARM_UP]),
        questions=tuple(texts[WARM_UP:][:amount]),
        period=Period(start=until - PERIOD, end=until),
    )


def _inside(settings: Settings, period: Period) -> int:
    engine = connect(settings.database_url, create=False)
    scope = Scope(published_from=period.start, published_until=period.end)
    try:
        return ArchiveReader(engine).count_within(scope, datetime.now(UTC))
    finally:
        engine.dispose()


def _filled(place: Place, source: Settings, passages: int, made_of: str, report: Report) -> tuple[Filled, Filled]:
    """Fill both archives, unless that was done before from the same source."""
    done = place.folder / _DONE
    if done.is_file():
        held = json.loads(done.read_text(encoding="utf-8"))
        if held["made of"] == made_of:
            return Filled(**held["newsdesk"]), Filled(**held["plain"])
    shutil.rmtree(place.folder, ignore_errors=True)
    report(f"{passages:,} passages: filling newsdesk")
    newsdesk = in_child(fill_newsdesk, place, source, passages)
    report(f"{passages:,} passages: filling plain LlamaIndex")
    plain = in_child(fill_plain, place)
    facts = {"made of": made_of, "newsdesk": asdict(newsdesk), "plain": asdict(plain)}
    done.write_text(json.dumps(facts), encoding="utf-8")
    return newsdesk, plain


def _retrieval(
    place: Place, asking: Asking, plan: Plan, passages: int, report: Report
) -> tuple[Round[RetrievalRun], ...]:
    return tuple(
        take_turns(
            lambda: in_child(ask_newsdesk, place, asking),
            lambda: in_child(ask_plain, place, asking),
            rounds=plan.rounds if plan.retrieval else 0,
            report=lambda text: report(f"{passages:,} passages: retrieval, {text}"),
        )
    )


def _adding(
    place: Place, source: Settings, asking: Asking, plan: Plan, passages: int, report: Report
) -> tuple[Round[AddingRun], ...]:
    return tuple(
        take_turns(
            lambda: in_child(add_to_newsdesk, place, source, asking.warm_up[0]),
            lambda: in_child(add_to_plain, place, source, asking.warm_up[0]),
            rounds=plan.rounds if plan.adding else 0,
            report=lambda text: report(f"{passages:,} passages: adding, {text}"),
        )
    )
