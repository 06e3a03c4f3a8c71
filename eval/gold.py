"""Gold question–answer pairs: JSON Lines, one question a line, checked before they are used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rag.errors import NewsdeskError
from rag.schema import Question, Scope, Turn, end_of_day

FOLDER = Path(__file__).parent / "gold"
DEV_SHARE = 0.6


class GoldError(NewsdeskError):
    """A line of a gold file that cannot be used."""


class Split(StrEnum):
    """Thresholds and weights may be tuned on DEV only; TEST is for reporting."""

    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A quote that supports an answer: an exact substring of the article's text."""

    article_id: str
    quote: str


@dataclass(frozen=True, kw_only=True)
class GoldQuestion:
    """One gold question; ``answers`` holds the wanted parts, each with its accepted aliases.

    ``standalone`` is the question a person would ask without the conversation before it.
    """

    id: str
    question: Question
    standalone: str
    answers: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]
    kind: str
    answerable: bool
    pair: str | None
    note: str

    @property
    def split(self) -> Split:
        """DEV or TEST, by a hash of the id, or of the pair so that both halves fall together."""
        digest = hashlib.sha256((self.pair or self.id).encode("utf-8")).digest()
        return Split.DEV if int.from_bytes(digest[:8]) / 2**64 < DEV_SHARE else Split.TEST


def read_gold(paths: Iterable[Path] = ()) -> list[GoldQuestion]:
    """Read gold files, the bundled ones by default, in order.

    Raises GoldError naming file, line and field for the first line that cannot be used.
    """
    files = list(paths) or sorted(FOLDER.glob("*.jsonl"))
    found: dict[str, GoldQuestion] = {}
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise GoldError(f"{file} cannot be read ({error}). Name a UTF-8 JSON Lines file.") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            item = _parse(line, f"{file}:{number}")
            if item.id in found:
                raise GoldError(
                    f"{file}:{number}: field id: {item.id!r} comes twice. Give each question an id of its own."
                )
            found[item.id] = item
    return list(found.values())


def _parse(line: str, place: str) -> GoldQuestion:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldError(f"{place}: not JSON ({error}). Write one object per line.") from error
    if not isinstance(record, dict):
        raise GoldError(f"{place}: not an object. Write one object per line.")
    text = _text(record, "question", place)
    conversation = record.get("conversation", [])
    answers = record.get("answers", [])
    answerable = record.get("answerable", True)
    evidence = record.get("evidence", [])
    if not isinstance(answerable, bool):
        raise GoldError(f"{place}: field answerable: {answerable!r} is neither true nor false.")
    if answerable and not (answers and evidence):
        raise GoldError(f"{place}: field evidence: an answerable question needs answers and evidence.")
    if not answerable and (answers or evidence):
        raise GoldError(f"{place}: field answerable: answers or evidence are given. Set it to true or take them out.")
    try:
        turns = tuple(Turn(question=turn["question"], answer=turn["answer"]) for turn in conversation)
        parts = tuple(tuple(str(alias) for alias in part) for part in answers)
        quotes = tuple(Evidence(article_id=item["article"], quote=item["quote"]) for item in evidence)
    except (TypeError, KeyError) as error:
        raise GoldError(
            f"{place}: conversation, answers or evidence has another form than documented ({error})."
        ) from error
    as_of = None if "as_of" not in record else end_of_day(_day(record["as_of"], "as_of", place))
    return GoldQuestion(
        id=_text(record, "id", place),
        question=Question(text=text, scope=_scope(record.get("scope", {}), place), as_of=as_of, conversation=turns),
        standalone=str(record.get("standalone") or text),
        answers=parts,
        evidence=quotes,
        kind=_text(record, "kind", place),
        answerable=answerable,
        pair=record.get("pair"),
        note=str(record.get("note", "")),
    )


def _scope(record: Mapping[str, Any], place: str) -> Scope:
    unknown = set(record) - {"from", "until", "publishers", "sections"}
    if unknown:
        raise GoldError(
            f"{place}: field scope: unknown key {sorted(unknown)[0]!r}. Known: from, until, publishers, sections."
        )
    return Scope(
        published_from=_day(record["from"], "scope.from", place) if "from" in record else None,
        published_until=_day(record["until"], "scope.until", place) if "until" in record else None,
        publishers=tuple(record.get("publishers", ())),
        sections=tuple(record.get("sections", ())),
    )


def _text(record: Mapping[str, Any], name: str, place: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise GoldError(f"{place}: field {name}: a text is needed, not {value!r}.")
    return value


def _day(value: Any, name: str, place: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise GoldError(f"{place}: field {name}: {value!r} is no date. Write YYYY-MM-DD.") from None
