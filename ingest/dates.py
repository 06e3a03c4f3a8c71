"""Publishers' dates → moments: read strictly, never guessed.

A date that could mean two things (``03/04/2024``), that names no whole day (``March 2024``,
``Q3 2025``) or a zone by an abbreviation that has no fixed offset (``CEST``) is refused.
"""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, date, datetime, time, timedelta

from rag.schema import DatePrecision, Moment

EARLIEST_YEAR = 1600
"""Before the first newspapers; an earlier year is a placeholder such as 0001-01-01."""

LATEST_AHEAD = timedelta(days=1)
"""How far ahead of now a date may lie: time zones and clocks account for a day, nothing for more."""

DATE_REMEDY = "Write it as 2024-03-15 or 2024-03-15T09:30:00+01:00, or leave it out when it is unknown."

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
} | {
    name: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), start=1,
    )
} | {"sept": 9}  # fmt: skip
_RFC_ZONES = frozenset({"UT", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "Z", "UTC"})

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?P<rest>.*)", re.S)
_DAY_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})(?P<rest>(?:,?\s+.*)?)", re.S
)
_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?P<rest>(?:,?\s+.*)?)", re.S
)
_RFC = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun),\s*)?\d{1,2}\s+[a-z]{3}\s+\d{4}\s+\d{2}:\d{2}(?::\d{2})?\s+([+-]\d{4}|[a-z]{1,4})",
    re.I,
)
_AMBIGUOUS = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*", re.S)
_UTC_SUFFIX = re.compile(r"\s*(?:UTC|GMT|Z)$")
_SPACED_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")


def parse_moment(value: object, *, origin: str, now: datetime) -> Moment:
    """Return the moment that ``value`` names, in UTC; ``origin`` tells where it was read.

    Read are ISO 8601 (a date alone has precision DAY), RFC 822 as in mail and feeds, year-first dates
    with slashes or dots (``2024/3/15``), English dates with the month's name (``March 15, 2024``,
    ``15 Mar 2024``, with or without a time), ``YYYYMMDD`` as text or number, and Unix times as numbers
    of ten digits (seconds) or thirteen (milliseconds). A time without offset is taken as UTC.

    Raises ValueError, with a message fit for the user, for anything else, for a day that does not
    exist, for a date more than a day after ``now``, and for a year before 1600.
    """
    try:
        found, precision = _read(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{_shown(value)} lies outside the calendar.") from None
    if found.year < EARLIEST_YEAR:
        raise ValueError(f"{_shown(value)} lies before the year {EARLIEST_YEAR}.")
    if found - now > LATEST_AHEAD:
        raise ValueError(f"{_shown(value)} lies in the future (it is {now.astimezone(UTC):%Y-%m-%d} now).")
    return Moment(value=found, precision=precision, origin=origin)


def _read(value: object) -> tuple[datetime, DatePrecision]:
    if isinstance(value, datetime):
        return value, DatePrecision.TIME
    if isinstance(value, date):
        return _midnight(value), DatePrecision.DAY
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _read_number(value)
    if isinstance(value, str):
        return _read_text(value)
    raise ValueError(f"a date must be text, not {_shown(value)}.")


def _read_number(value: int | float) -> tuple[datetime, DatePrecision]:
    digits = len(str(int(abs(value)))) if abs(value) < 1e18 else 0
    if isinstance(value, int) and digits == 8:
        return _read_text(str(value))
    if digits in {10, 13} and value > 0:
        seconds = value if digits == 10 else value / 1000
        return datetime.fromtimestamp(seconds, tz=UTC), DatePrecision.TIME
    raise ValueError(f"{_shown(value)} is neither a date as YYYYMMDD nor a Unix time.")


def _read_text(value: str) -> tuple[datetime, DatePrecision]:
    text = " ".join(value.split())
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(match[name]) for name in ("year", "month", "day"))
        return _joined(value, year, month, day, match["rest"])
    if _DIGITS.fullmatch(text) and len(text) != 8:
        raise ValueError(f"{_shown(value)} is a number in quotes, not a date.")
    if _RFC.fullmatch(text):
        return _read_mail_date(value, text)
    if match := _DAY_FIRST.fullmatch(text):
        return _joined(value, int(match[3]), _month(value, match[2]), int(match[1]), match["rest"])
    if match := _MONTH_FIRST.fullmatch(text):
        return _joined(value, int(match[3]), _month(value, match[1]), int(match[2]), match["rest"])
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(f"{_shown(value)} does not tell day and month apart.")
    return _read_iso(value, text)


def _joined(value: str, year: int, month: int, day: int, rest: str) -> tuple[datetime, DatePrecision]:
    """Read a date taken apart, with what follows it: nothing, or a time of day."""
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(f"{_shown(value)} is a day that does not exist.") from None
    rest = rest.strip(" ,").removeprefix("at ").removeprefix("T").strip()
    if not rest:
        return _midnight(found), DatePrecision.DAY
    return _read_iso(value, f"{found.isoformat()}T{_twenty_four_hours(rest)}")


def _read_iso(value: str, text: str) -> tuple[datetime, DatePrecision]:
    text = _SPACED_OFFSET.sub(r"\1", _UTC_SUFFIX.sub("+00:00", text))
    try:
        return _midnight(date.fromisoformat(text)), DatePrecision.DAY
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text), DatePrecision.TIME
    except ValueError:
        raise ValueError(f"{_shown(value)} is not a date that can be read without guessing.") from None


def _read_mail_date(value: str, text: str) -> tuple[datetime, DatePrecision]:
    zone = text.rpartition(" ")[2].upper()
    if zone[0] not in "+-" and zone not in _RFC_ZONES:
        raise ValueError(f"{_shown(value)} names a time zone by an abbreviation that has no fixed offset.")
    try:
        return email.utils.parsedate_to_datetime(text), DatePrecision.TIME
    except ValueError:
        raise ValueError(f"{_shown(value)} is a day or time that does not exist.") from None


def _month(value: str, name: str) -> int:
    try:
        return _MONTHS[name.lower()]
    except KeyError:
        raise ValueError(f"{_shown(value)} is not a date that can be read without guessing.") from None


def _twenty_four_hours(text: str) -> str:
    """Turn ``3:05 p.m.`` into ``15:05``; leave any other time as it is."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*([ap])\.?m\.?(.*)", text, re.I | re.S)
    if match is None or not 1 <= int(match[1]) <= 12:
        return text
    hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
    return f"{hour:02d}:{match[2]}{match[4]}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _shown(value: object) -> str:
    """Name a value of whatever kind and length in a message."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
