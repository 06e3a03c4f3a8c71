"""A finished run as it is read back from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from eval.record import Record
from eval.summary import Summary
from rag.errors import NewsdeskError

SUMMARY, RESULTS = "summary.json", "results.jsonl"


class RunDataError(NewsdeskError):
    """A run folder that is missing, unfinished or damaged."""


@dataclass(frozen=True, kw_only=True)
class RunData:
    """A run's figures and its records, in the order of the file; every id stands once."""

    folder: Path
    summary: Summary
    records: tuple[Record, ...]


def read_run(folder: Path) -> RunData:
    """Read ``summary.json`` and ``results.jsonl`` of a run folder.

    Raises RunDataError naming file, line and field for what is missing or cannot be used.
    """
    summary = _read_summary(folder)
    file = folder / RESULTS
    records: dict[str, Record] = {}
    # Only a line feed ends a line: a text may hold other line separators, such as U+2028, unescaped.
    for number, line in enumerate(_text_of(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = Record.model_validate_json(line)
        except ValidationError as error:
            raise RunDataError(
                f"{file}:{number}: {_first_fault(error)}. Delete the line and run the evaluation again, which asks "
                "only what is missing; or read it with the version of the code that wrote it."
            ) from error
        if record.id in records:
            raise RunDataError(f"{file}:{number}: field id: {record.id!r} comes twice. Delete one of the two lines.")
        records[record.id] = record
    if not records:
        raise RunDataError(f"{file} holds no record. Run the evaluation again with at least one question.")
    return RunData(folder=folder, summary=summary, records=tuple(records.values()))


def _read_summary(folder: Path) -> Summary:
    file = folder / SUMMARY
    if not folder.is_dir():
        raise RunDataError(f"{folder} is no folder. Name the folder of a run.")
    if not file.exists():
        raise RunDataError(f"{file} is missing: the run was not finished. Start it again, and it goes on.")
    try:
        return Summary.model_validate_json(_text_of(file))
    except ValidationError as error:
        raise RunDataError(
            f"{file}: {_first_fault(error)}. Delete the file and run the evaluation again, which writes it anew."
        ) from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunDataError(f"{file} cannot be read ({error}). Name the folder of a finished run.") from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    field = ".".join(str(part) for part in fault["loc"])
    return f"field {field}: {fault['msg']}" if field else f"not usable as JSON ({fault['msg']})"
