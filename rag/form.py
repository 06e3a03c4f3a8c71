"""What a form says: example questions, and a question with its filters read from what was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.errors import ConfigurationError, QuestionError
from rag.schema import Question, Scope, Turn

LONGEST_QUESTION = 2_000
_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question to begin with; ``as_of`` is an ISO date, or empty for now."""

    question: str
    as_of: str = ""

    @property
    def label(self) -> str:
        """The question with the date that it is asked as of, when that is not now."""
        return f"{self.question} (as of {self.as_of})" if self.as_of else self.question


def read_examples(path: Path) -> tuple[Example, ...]:
    """Read the example questions: a list of objects with ``question`` and perhaps ``as_of``; none without a file."""
    if not path.is_file():
        return ()
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Example(question=str(item["question"]), as_of=str(item.get("as_of") or "")) for item in items)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(f"{path} is not a list of example questions ({error}). Mend or remove it.") from error


def is_edited(text: str, reading: str) -> bool:
    """Return whether ``text`` is ``reading`` or came of editing it: half of its words are in it."""
    typed, given = set(text.lower().split()), set(reading.lower().split())
    return bool(typed) and 2 * len(typed & given) >= len(typed)


def read_question(
    text: str, conversation: Sequence[Turn], *, since: str, until: str, publishers: Sequence[str], as_of: str
) -> Question:
    """Read the form: dates are a year, a month or a day in ISO form, and "until" takes in the whole of it.

    Raises QuestionError with what to mend. An as-of date that is not over yet means now.
    """
    text = (text or "").strip()
    if not text:
        raise QuestionError("The question is empty. Type one, or pick an example.")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters, and {LONGEST_QUESTION:,} are allowed. Shorten it."
        )
    first, last, known = _read_period(since, "From"), _read_period(until, "Until"), _read_period(as_of, "As of")
    if first and last and first[0] >= last[1]:
        raise QuestionError(f"The period ends before it begins: from {since.strip()} until {until.strip()}. Swap them.")
    now = datetime.now(UTC)
    if known and known[0] > now + timedelta(days=1):
        raise QuestionError(f"The as-of date {as_of.strip()} lies in the future. Leave it empty to ask as of now.")
    return Question(
        text=text,
        scope=Scope(
            published_from=first[0] if first else None,
            published_until=last[1] if last else None,
            publishers=tuple(publishers or ()),
        ),
        as_of=known[1] if known and known[1] <= now else None,
        conversation=tuple(conversation),
    )


def _read_period(text: str, field: str) -> tuple[datetime, datetime] | None:
    """Return the half-open interval that an ISO date of any precision names; None for an empty field."""
    text = (text or "").strip()
    if not text:
        return None
    found = _ISO_DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in found.groups())
        first = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day:
            return first, first + timedelta(days=1)
        following = first.replace(day=1) + timedelta(days=31 if month else 366)
        return first, following.replace(day=1) if month else following.replace(month=1, day=1)
    except (ValueError, OverflowError):
        raise QuestionError(
            f"“{field}” is not a date: {text[:40]!r}. Write it as 2025-03-31, 2025-03 or 2025, or leave it empty."
        ) from None
