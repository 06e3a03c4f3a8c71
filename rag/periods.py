"""Periods of publication, and the calendar they are made of.

``Days`` counts whole days and is what rules calculate with; ``Period`` holds moments in UTC and is what a search is
limited by. Both are half-open.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from rag.errors import QuestionError
from rag.schema import end_of_day

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """When articles were published: ``start <= published < end``, in UTC; ``None`` is open on that side."""

    start: datetime | None
    end: datetime | None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise QuestionError(f"The period from {self.start} to {self.end} is empty. Give an end after the start.")


class Unit(StrEnum):
    """A unit of the calendar, or ``SPAN`` for days that are none."""

    DAY = "day"
    WEEK = "week"
    WEEKEND = "weekend"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    HALF = "half"
    YEAR = "year"
    DECADE = "decade"
    SPAN = "span"


class Part(StrEnum):
    """A part of a unit: ``START`` and ``END`` are narrower than ``EARLY`` and ``LATE`` where the unit is long."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class Days:
    """Whole days, ``first <= day < until``."""

    first: date
    until: date

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.until - DAY

    def clipped(self, until: date) -> Days | None:
        """Return these days up to ``until``, or ``None`` when all are later."""
        return Days(self.first, min(self.until, until)) if self.first < until else None


SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def months(year: int, month: int, count: int) -> Days:
    """Return ``count`` whole months from ``month`` (1 to 12) of ``year`` on."""
    first = date(year, month, 1)
    return Days(first, first + relativedelta(months=count))


def unit_around(unit: Unit, day: date, *, shift: int = 0) -> Days:
    """Return the week, month, quarter, half, year or decade that holds ``day``, moved by ``shift`` units.

    A weekend is that of the Monday-to-Sunday week of the day; a season's is its quarter from December on.
    """
    if unit is Unit.DAY:
        return Days(day + shift * DAY, day + (shift + 1) * DAY)
    if unit in (Unit.WEEK, Unit.WEEKEND):
        monday = day - day.weekday() * DAY + shift * 7 * DAY
        return Days(monday + (5 * DAY if unit is Unit.WEEKEND else 0 * DAY), monday + 7 * DAY)
    length = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.SEASON: 3, Unit.HALF: 6, Unit.YEAR: 12, Unit.DECADE: 120}[unit]
    index = day.year * 12 + day.month - 1
    offset = -1 if unit is Unit.SEASON else 0
    first = (index - offset) // length * length + offset + shift * length
    return months(first // 12, first % 12 + 1, length)


def week_of_month(days: Days, number: int) -> Days | None:
    """Return the ``number``-th seven days (from 1) of ``days``, or its last seven when ``number`` is -1."""
    if number < 0:
        return Days(days.until - 7 * DAY, days.until)
    first = days.first + (number - 1) * 7 * DAY
    return Days(first, min(first + 7 * DAY, days.until)) if first < days.until else None


def weekday_of(days: Days, weekday: int, number: int) -> Days | None:
    """Return the ``number``-th Monday (``weekday`` 0) to Sunday of ``days``, the last when ``number`` is -1."""
    if number < 0:
        day = days.last - (days.last.weekday() - weekday) % 7 * DAY
    else:
        day = days.first + ((weekday - days.first.weekday()) % 7 + (number - 1) * 7) * DAY
    return Days(day, day + DAY) if days.first <= day < days.until else None


def part_of(part: Part, days: Days, unit: Unit) -> Days:
    """Return a part of ``days``, which are one ``unit``: thirds, but the edges of a long unit are one month."""
    if unit in (Unit.DAY, Unit.WEEKEND):
        return days
    if unit is Unit.WEEK:
        cuts = (0, 2, 4, 7)
        marks = [days.first + cut * DAY for cut in cuts]
    elif unit is Unit.MONTH:
        marks = [days.first, days.first + 10 * DAY, days.first + 20 * DAY, days.until]
    elif unit is Unit.SPAN:
        third = (days.until - days.first) // 3
        marks = [days.first, days.first + third, days.until - third, days.until]
        marks[1], marks[2] = max(marks[1], days.first + DAY), min(marks[2], days.last)
        if not marks[0] < marks[1] < marks[2] < marks[3]:
            return days
    else:
        length = _months_in(days)
        if part is Part.START:
            return Days(days.first, days.first + relativedelta(months=1 if length < 120 else 12))
        if part is Part.END:
            return Days(days.until - relativedelta(months=1 if length < 120 else 12), days.until)
        steps = (0, 48, 84, 120) if length == 120 else (0, length // 3, 2 * length // 3, length)
        marks = [days.first + relativedelta(months=step) for step in steps]
    third_number = {Part.EARLY: 0, Part.START: 0, Part.MIDDLE: 1, Part.LATE: 2, Part.END: 2}[part]
    return Days(marks[third_number], marks[third_number + 1])


def half_of(number: int, days: Days, unit: Unit) -> Days | None:
    """Return the first or second half of a month (cut at its 16th) or of a longer unit (cut between months)."""
    if unit is Unit.MONTH:
        cut = days.first + 15 * DAY
    elif unit in (Unit.YEAR, Unit.DECADE, Unit.HALF):
        cut = days.first + relativedelta(months=_months_in(days) // 2)
    else:
        cut = days.first + (days.until - days.first) // 2
    if not days.first < cut < days.until:
        return None
    return Days(days.first, cut) if number == 1 else Days(cut, days.until)


def back(day: date, count: float, unit: Unit) -> date:
    """Return ``day`` less ``count`` units by the calendar; a half is rounded to whole months or days.

    Raises OverflowError or ValueError when the result is before the year 1.
    """
    in_months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF: 6, Unit.YEAR: 12, Unit.DECADE: 120}
    moved: date
    if unit not in in_months:
        moved = day - round(count * (7 if unit is Unit.WEEK else 1)) * DAY
    else:
        whole = int(count * in_months[unit])
        moved = day - relativedelta(months=whole) - round((count * in_months[unit] - whole) * 30) * DAY
    return moved


def day_of_asking(as_of: datetime) -> date:
    """Return the day in UTC that the exclusive moment ``as_of`` closes: midnight belongs to the day before."""
    if as_of.tzinfo is None:
        raise QuestionError(f"The as-of date {as_of} has no time zone. Give a timezone-aware moment.")
    return (as_of.astimezone(UTC) - timedelta(microseconds=1)).date()


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def describe_period(period: Period, *, as_of: datetime | None = None) -> str:
    """Return the words for an answer: "in articles published 1–31 March 2024".

    A period that ends with the day of ``as_of`` is described by its beginning: "since 1 March 2024".
    """
    start = None if period.start is None else period.start.astimezone(UTC).date()
    last = None if period.end is None else (period.end.astimezone(UTC) - timedelta(microseconds=1)).date()
    if period.end is not None and as_of is not None and period.end >= end_of_day(as_of - timedelta(microseconds=1)):
        last = last if start == last else None
    if start is None and last is None:
        return "in articles of any date"
    if start is None:
        assert last is not None
        return f"in articles published before {_written(last + DAY)}"
    if last is None:
        return f"in articles published since {_written(start)}"
    if start == last:
        return f"in articles published on {_written(start)}"
    if (start.year, start.month) == (last.year, last.month):
        return f"in articles published {start.day}–{_written(last)}"
    first = f"{start.day} {calendar.month_name[start.month]}" if start.year == last.year else _written(start)
    return f"in articles published {first} – {_written(last)}"


def _written(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def _months_in(days: Days) -> int:
    return (days.until.year - days.first.year) * 12 + days.until.month - days.first.month
