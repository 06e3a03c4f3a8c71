"""Run folders: one question's record per line, kept as it is made, so that an interrupted run goes on.

``run.json`` says what is asked and with what, ``results.jsonl`` grows by a line per question,
``summary.json`` and ``report.html`` are written at the end.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from eval.gold import GoldQuestion
from eval.judge import failed, judge
from eval.record import Record
from eval.summarise import summarise
from eval.summary import RunInfo, Summary
from eval.variants import Configuration, Outspoken
from rag import rank, weights
from rag.engine import Engine
from rag.errors import NewsdeskError

RUN, RESULTS, SUMMARY = "run.json", "results.jsonl", "summary.json"

Progress = Callable[[int, int], None]
"""Called with how many questions are done, and how many there are."""


class RunError(NewsdeskError):
    """A run folder that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run in its folder; ``records`` are in the order of the questions."""

    folder: Path
    summary: Summary
    records: tuple[Record, ...]


@dataclass(frozen=True, kw_only=True)
class Selected:
    """Which questions are asked: ``files`` maps each gold file's name to its SHA-256."""

    questions: tuple[GoldQuestion, ...]
    files: dict[str, str]
    split: str
    kind: str | None = None
    limit: int | None = None


def describe(configuration: Configuration, selected: Selected, engine: Engine) -> RunInfo:
    """Say what a run is made with; equal fingerprints mean that one may continue the other."""
    overview = engine.overview()
    made_with = engine.stores.archive.made_with()
    archive: dict[str, str] = {
        "articles": str(overview.articles),
        "passages": str(overview.passages),
        "newest": str(overview.newest or "unknown"),
        **{name: made_with[name] for name in ("embedding", "model", "chunking", "schema") if name in made_with},
    }
    if engine.writer is not None:
        archive["language model"] = engine.writer.model
    code = {
        "configuration": configuration.model_dump(),
        "weights": [hashlib.sha256(file.read_bytes()).hexdigest() for file in (weights.FILE, rank.FILE)],
        "questions": [selected.files, selected.split, selected.kind, selected.limit],
        "ids": [item.id for item in selected.questions],
        "archive": archive,
    }
    return RunInfo(
        name=configuration.name,
        description=configuration.description,
        configuration=configuration.model_dump(),
        split=selected.split,
        kind=selected.kind,
        limit=selected.limit,
        questions=len(selected.questions),
        gold=selected.files,
        archive=archive,
        fingerprint=hashlib.sha256(json.dumps(code, sort_keys=True).encode()).hexdigest(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def unfinished(runs: Path, info: RunInfo) -> Path | None:
    """Return the newest run folder in ``runs`` that was begun with the same fingerprint and has no summary."""
    for file in sorted(runs.glob(f"*/{RUN}"), reverse=True):
        if (file.parent / SUMMARY).exists():
            continue
        try:
            if RunInfo.model_validate_json(file.read_bytes()).fingerprint == info.fingerprint:
                return file.parent
        except (OSError, ValidationError):
            continue
    return None


def new_folder(runs: Path, info: RunInfo) -> Path:
    """Make and return a folder for a new run, named after the time and the configuration."""
    name = re.sub(r"[^\w.=+-]+", "-", info.name)  # a user's own file may call it anything
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    for number in range(1, 1000):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"{folder} cannot be made ({error.strerror}). Name another folder with --runs.") from error
        (folder / RUN).write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")
        return folder
    raise RunError(f"{runs} holds a thousand runs of this second. Name another folder with --runs.")


def ask_all(
    folder: Path, info: RunInfo, questions: Sequence[GoldQuestion], ask: Callable[[GoldQuestion], Record],
    progress: Progress,
) -> Run:  # fmt: skip
    """Ask what the folder has no record of yet, and write the summary.

    ``ask`` makes the record of one question; what it raises becomes the record of a failed question.
    """
    done = {item.id: item for item in records_in(folder, torn_end=True)}
    file = folder / RESULTS
    _write(file, [done[item.id] for item in questions if item.id in done])
    with file.open("a", encoding="utf-8") as lines:
        for number, gold in enumerate(questions, start=1):
            if gold.id not in done:
                done[gold.id] = _asked(ask, gold)
                lines.write(done[gold.id].model_dump_json() + "\n")
                lines.flush()
            progress(number, len(questions))
    records = tuple(done[item.id] for item in questions)
    _write(file, records)
    summary = summarise(info, records)
    (folder / SUMMARY).write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return Run(folder=folder, summary=summary, records=records)


def gold_asker(engine: Engine, outspoken: Outspoken, *, standalone: bool = False) -> Callable[[GoldQuestion], Record]:
    """Return what asks a gold question as of its date and inside its scope.

    Follow-ups are asked with their conversation, or with ``standalone`` in the words written to stand alone.
    """

    def ask(gold: GoldQuestion) -> Record:
        alone = replace(gold.question, text=gold.standalone, conversation=())
        answer = engine.ask(alone if standalone else gold.question)
        read = answer.understanding.text if answer.understanding else answer.question.text
        withheld = None if answer.sentences else outspoken(replace(answer.question, text=read), answer.passages)
        return judge(engine.stores.archive, gold, answer, withheld=withheld)

    return ask


def records_in(folder: Path, *, torn_end: bool = False) -> Iterator[Record]:
    """Yield the records of a run folder; with ``torn_end``, a last line cut off by a kill is passed over.

    Raises RunError naming file and line for a line that is no record.
    """
    file = folder / RESULTS
    if not file.exists():
        return
    lines = file.read_bytes().split(b"\n")  # a kill may cut a line inside a character
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield Record.model_validate_json(line)
        except ValidationError as error:
            if torn_end and number == len(lines):
                return
            raise RunError(
                f"{file}:{number}: this line is no record ({error.errors()[0]['msg']}). Delete it, and run again."
            ) from error


def file_hashes(files: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its name; a further file of the same name is numbered."""
    found: dict[str, str] = {}
    for file in files:
        same = sum(file.name == other.name for other in files[: len(found)])
        name = f"{file.name} ({same + 1})" if same else file.name
        found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def _asked(ask: Callable[[GoldQuestion], Record], gold: GoldQuestion) -> Record:
    try:
        return ask(gold)
    except Exception as error:  # a failure of one question is recorded and counted, and the rest is still asked
        return failed(gold, error)


def _write(file: Path, records: Sequence[Record]) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text("".join(item.model_dump_json() + "\n" for item in records), encoding="utf-8")
    partial.replace(file)
