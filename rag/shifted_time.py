"""Times in a conversation: "a year earlier", "the year after", "before that" counted from a date named before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from rag.spans import AnswerType, spans_of
from rag.time_expressions import find_expressions

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_COUNTS = {"a": 1, "one": 1, "the": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_SHIFT = re.compile(
    r"(?:in |and )?(?P<count>a|one|the|two|three|four|five|ten|\d{1,2}) (?P<unit>year|month|week|day|quarter)s?"
    r" (?P<way>earlier|before|later|after|afterwards)(?: that| then| this)?",
    re.IGNORECASE,
)
_NEIGHBOUR = re.compile(
    r"(?:in |and )?the (?P<way>previous|preceding|following|next) (?P<unit>year|month|week|day|quarter)", re.IGNORECASE
)
_DATE = re.compile(
    rf"(?:(?P<month>{'|'.join(_MONTHS)})(?: (?P<day>\d{{1,2}}),?)?,? )?(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE
)
_SOME_DAY = date(2026, 7, 1)
"""Only where a time stands is asked here, which does not depend on the day of asking."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A time named in a text, with the preposition that governs it: ``text[start:end]``."""

    start: int
    end: int


def times_in(text: str) -> list[Named]:
    """Return where ``text`` names times."""
    return [Named(start=one.start, end=one.end) for one in find_expressions(text, _SOME_DAY)]


def is_time(text: str) -> bool:
    """Return whether ``text`` is nothing but a time."""
    if (
        _SHIFT.fullmatch(text)
        or _NEIGHBOUR.fullmatch(text)
        or re.fullmatch(r"(?:before|after|since) (?:that|then)", text)
    ):
        return True
    found = times_in(text)
    if not found:
        return False
    outside = text[: found[0].start] + text[found[-1].end :]
    return re.fullmatch(r"\W*(?:in|during|for|of|on|at|back in|and)?\W*", outside.strip(), re.IGNORECASE) is not None


def find_shift(text: str) -> re.Match[str] | None:
    """Return where ``text`` names a time by another: "a year later", "the previous month"."""
    return _SHIFT.search(text) or _NEIGHBOUR.search(text)


def shifted(shift: re.Match[str], base: str) -> str | None:
    """Return the time that ``shift`` means when it is counted from the date in ``base``: "in March 2025".

    It is as exact as the date, and a year or quarter away from a day is told by its month; None without a date.
    """
    found = _DATE.search(base)
    if found is None:
        return None
    unit, way = shift.group("unit").lower(), shift.group("way").lower()
    groups = shift.groupdict()
    count = _COUNTS.get((groups.get("count") or "one").lower()) or int(groups["count"])
    if way in ("earlier", "before", "previous", "preceding"):
        count = -count
    month = _MONTHS.index(found.group("month").capitalize()) + 1 if found.group("month") else None
    if month is None and unit != "year":
        return None
    try:
        day = date(int(found.group("year")), month or 1, int(found.group("day") or 1))
    except ValueError:
        return None
    steps = {"year": relativedelta(years=count), "month": relativedelta(months=count),
             "quarter": relativedelta(months=3 * count), "week": relativedelta(weeks=count),
             "day": relativedelta(days=count)}  # fmt: skip
    moved = day + steps[unit]
    if month is None:
        return f"in {moved.year}"
    if unit in ("week", "day") and found.group("day"):
        return f"on {_MONTHS[moved.month - 1]} {moved.day}, {moved.year}"
    return f"in {_MONTHS[moved.month - 1]} {moved.year}"


def date_in(*texts: str) -> str:
    """Return the first date with a year in the first of ``texts`` that has one, as it is written; else empty."""
    for text in texts:
        for start, end in spans_of(AnswerType.TIME, text):
            if _DATE.search(text[start:end]):
                return text[start:end]
    return ""


def since(base: str) -> str:
    """Return ``base``, a date, with its preposition: "in June 2024", "on June 5, 2024"."""
    found = _DATE.search(base)
    return f"on {base}" if found and found.group("day") else f"in {base}"
