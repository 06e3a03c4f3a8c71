"""Times counted from the day of asking: yesterday, last week, three months ago, the past year, on Tuesday."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from rag.periods import DAY, SEASONS, Days, Unit, back, months, unit_around
from rag.time_absolute import Rule, latest_begun, one_day, phrase
from rag.time_words import (
    DAY_NUMBER,
    MONTHS,
    NUMBER,
    SEASON,
    UNITS,
    WEEKDAYS,
    Fate,
    Phrase,
    month_number,
    number,
    ordinal,
    pattern,
    unit_of,
    weekday_number,
)


def weekday_before(weekday: int, day: date) -> date:
    """Return the most recent day on or before ``day`` that is a ``weekday`` (Monday is 0)."""
    return day - (day.weekday() - weekday) % 7 * DAY


def _day(shift: int) -> Callable[[re.Match[str], date], Phrase]:
    return lambda match, today: phrase(match, Unit.DAY, unit_around(Unit.DAY, today, shift=-shift), relative=True)


def _counts(match: re.Match[str]) -> list[float]:
    """Return the one or two numbers of a duration, in the unit that ``unit_of`` gives for it."""
    named = match.groupdict()
    words = [words for words in (named.get("one"), named.get("two")) if words]
    found = [1.0] if not words else [value for one in words if (value := number(one)) is not None]
    _, factor = unit_of(match["unit"])
    return [count * factor + (0.5 if named.get("half") else 0) for count in found]


def _ago_days(count: float, unit: Unit, today: date) -> Days:
    whole = count == int(count)
    if unit is Unit.DAY:
        return unit_around(Unit.DAY, back(today, math.floor(count + 1e-9), Unit.DAY))
    if (unit is Unit.YEAR and count >= 2 and whole) or unit is Unit.DECADE:
        return unit_around(Unit.YEAR, back(today, count, unit))
    return unit_around(unit if unit in (Unit.WEEK, Unit.QUARTER) else Unit.MONTH, back(today, count, unit))


def _ago(match: re.Match[str], today: date) -> Phrase | None:
    unit, counts = unit_of(match["unit"])[0], _counts(match)
    if not counts:
        return None
    if match["exact"]:
        return phrase(match, Unit.DAY, unit_around(Unit.DAY, back(today, counts[0], unit)), relative=True)
    reached = [_ago_days(count, unit, today) for count in counts]
    days = Days(min(days.first for days in reached), max(days.until for days in reached))
    units = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.YEAR)
    whole = (kind for kind in units if unit_around(kind, days.first) == days)
    return phrase(match, next(whole, Unit.SPAN), days, relative=True)


def _span(match: re.Match[str], today: date) -> Phrase | None:
    unit, count = unit_of(match["unit"])[0], max(_counts(match), default=0.0)
    if not count:
        return None
    if unit is Unit.DAY:
        count = math.ceil(count - 1e-9)
    # Seven days back from today are eight with today; a week is meant as seven.
    week = (unit, count) in ((Unit.DAY, 7), (Unit.WEEK, 1))
    first = today - 6 * DAY if week else back(today, count, unit)
    return phrase(match, Unit.SPAN, Days(first, today + DAY), relative=True)


def _last_unit(match: re.Match[str], today: date) -> Phrase:
    unit, factor = unit_of(match["unit"])
    if factor != 1:
        this = unit_around(Unit.WEEK, today)
        return phrase(match, Unit.SPAN, Days(this.first - 14 * DAY, this.first), relative=True)
    return phrase(match, unit, unit_around(unit, today, shift=-1), relative=True)


_LIMIT_BEFORE = pattern(r"\b(?:since|before|after|until|till|by|of|than|prior to|up to) $")


def _the_last_unit(match: re.Match[str], today: date) -> Phrase | None:
    before = match.string[max(match.start() - 12, 0) : match.start()]
    return _last_unit(match, today) if _LIMIT_BEFORE.search(before) else _span(match, today)


def _this_unit(match: re.Match[str], today: date) -> Phrase | None:
    unit, factor = unit_of(match["unit"])
    return phrase(match, unit, unit_around(unit, today), relative=True) if factor == 1 else None


def _before_last(match: re.Match[str], today: date) -> Phrase:
    if match["named"]:
        return _named_days(match, today, over=2)
    unit, _ = unit_of(match["unit"])
    return phrase(match, unit, unit_around(unit, today, shift=-2), relative=True)


def _is_weekday(name: str) -> bool:
    return re.match(WEEKDAYS.removesuffix(r"\b\.?"), name) is not None and re.match(MONTHS, name) is None


def _month_or_day(name: str) -> tuple[Unit, Callable[[int], Days | None]]:
    month = month_number(name)
    if digits := re.search(r"\d+", name):
        return Unit.DAY, lambda year: one_day(year, month, ordinal(digits.group()))
    return Unit.MONTH, lambda year: months(year, month, 1)


def _named_days(match: re.Match[str], today: date, *, over: int) -> Phrase:
    """Return the ``over``-th most recent weekend, weekday, month, season or day of a month that is over."""
    name = match["named"]
    if name.startswith("weekend"):
        return phrase(match, Unit.WEEKEND, unit_around(Unit.WEEKEND, today, shift=-over), relative=True)
    if name not in SEASONS and _is_weekday(name):
        day = weekday_before(weekday_number(name), today - DAY) - (over - 1) * 7 * DAY
        return phrase(match, Unit.DAY, Days(day, day + DAY), relative=True)
    unit, in_year = _season(name) if name in SEASONS else _month_or_day(name)
    days = latest_begun(partial(_over_in, in_year, today), today)
    for _ in range(over - 1):
        first = days.first if days else today
        days = latest_begun(partial(_over_in, in_year, first), first)
    return phrase(match, unit, days, relative=True)


def _season(name: str) -> tuple[Unit, Callable[[int], Days | None]]:
    return Unit.SEASON, lambda year: months(year, SEASONS[name], 3)


def _over_in(in_year: Callable[[int], Days | None], today: date, year: int) -> Days | None:
    days = in_year(year)
    return days if days and days.until <= today else None


def _last_named(match: re.Match[str], today: date) -> Phrase:
    return _named_days(match, today, over=1)


def _named_ago(match: re.Match[str], today: date) -> Phrase | None:
    count = number(match["count"])
    return _named_days(match, today, over=int(count)) if count and count == int(count) and count < 5 else None


def _this_named(match: re.Match[str], today: date) -> Phrase:
    name = match["named"]
    if name.startswith("weekend"):
        unit, days = Unit.WEEKEND, unit_around(Unit.WEEKEND, today)
    elif name in SEASONS:
        running = name == "winter" and today.month < 3
        unit, days = Unit.SEASON, months(today.year - running, SEASONS[name], 3)
    elif _is_weekday(name):
        day = unit_around(Unit.WEEK, today).first + weekday_number(name) * DAY
        unit, days = Unit.DAY, Days(day, day + DAY)
    else:
        unit, in_year = _month_or_day(name)
        days = in_year(today.year) or Days(today + DAY, today + 2 * DAY)
    if days.first > today:
        return replace(phrase(match, unit, None, relative=True), fate=Fate.FUTURE)
    return phrase(match, unit, days, relative=True)


def _weekend(match: re.Match[str], today: date) -> Phrase:
    days = unit_around(Unit.WEEKEND, today)
    found = days if days.first <= today else unit_around(Unit.WEEKEND, today, shift=-1)
    return replace(phrase(match, Unit.WEEKEND, found, relative=True), bare=True)


def _weekday(match: re.Match[str], today: date) -> Phrase:
    day = weekday_before(weekday_number(match["named"]), today)
    return replace(phrase(match, Unit.DAY, Days(day, day + DAY), relative=True), bare=True)


def _year_before(match: re.Match[str], today: date) -> Phrase:
    unit = {"week": Unit.WEEK, "quarter": Unit.QUARTER, "day": Unit.DAY}.get(match["unit"], Unit.MONTH)
    return phrase(match, unit, unit_around(unit, back(today, 1, Unit.YEAR)), relative=True)


def _to_date(match: re.Match[str], today: date) -> Phrase:
    unit, _ = unit_of(match["unit"] or match["short"])
    return phrase(match, unit, unit_around(unit, today), relative=True)


# A trailing s without its apostrophe ("last weeks news") is left for the rule of possessives.
_END = r"(?=s?\b)"
_TIME = r"(?:,? (?:in the )?(?:morning|afternoon|evening|night|lunchtime|noon|midday)\b)?"
_UNIT = rf"(?P<unit>week|wk|fortnight|month|mth|mo|quarter|qtr|year|yr|decade){_END}\.?"
_FULL_WEEKDAY = rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day{_END}"
_NAMED = rf"(?P<named>weekend{_END}|{MONTHS}(?: {DAY_NUMBER})?|{SEASON}|{_FULL_WEEKDAY}|{WEEKDAYS})"
_LAST = r"(?:last|previous|preceding|prior)"
_THIS = r"(?:(?:all|the whole of|all of) )?(?:this(?: whole| very| entire)?|the current)"
_COUNTED = rf"(?P<one>{NUMBER})(?:(?: (?:or|to) |-)(?P<two>{NUMBER}))?(?P<half> and a half)?[\s-]*(?P<unit>{UNITS})"
_AND_A_HALF = rf"(?P<unit>{UNITS})(?P<half> and a half)"
_AGO = r"(?: or so)? (?:ago|back)\b(?P<exact> today)?"
_SO_FAR = r"(?:earlier|so far|thus far|already)(?: on)?(?: in)?"

RULES = tuple(
    Rule(pattern(written), build)
    for written, build in (
        (rf"(?:(?:earlier|late|early) )?(?:today{_END}|tonight{_END}|this (?:morning|afternoon|evening)\b)", _day(0)),
        (rf"(?:(?:earlier|late|early) )?(?:yesterday{_END}{_TIME}|last (?:night|evening)\b)", _day(1)),
        (rf"(?:the )?(?:day before yesterday{_TIME}|night before last)\b", _day(2)),
        (rf"{_COUNTED}{_AGO}", _ago),
        (rf"(?P<one>{NUMBER}) {_AND_A_HALF}{_AGO}", _ago),
        (rf"(?:the |these |this )?(?:past|{_LAST}|trailing) {_COUNTED}(?: or so)?(?:[\s-]+period)?", _span),
        (rf"(?:the |this )?(?:past|last) {_AND_A_HALF}", _span),
        (rf"(?:the |this )?past (?P<unit>{UNITS})", _span),
        (r"the last (?P<unit>day|hour|half[\s-]+year)\b", _span),
        (rf"{_LAST}[\s-]+{_UNIT}", _last_unit),
        (rf"the (?:previous|preceding|prior) {_UNIT}", _last_unit),
        (rf"the last {_UNIT}", _the_last_unit),
        (rf"{_THIS} {_UNIT}", _this_unit),
        (rf"{_SO_FAR},? (?:this|the|the current) {_UNIT}", _this_unit),
        (
            rf"(?:the )?(?:(?P<named>weekend|{SEASON}|{WEEKDAYS})|(?P<unit>week|month|quarter|year|decade))"
            r" before last\b",
            _before_last,
        ),
        (rf"(?:the )?(?:last|this past|past) {_NAMED}{_TIME}", _last_named),
        (rf"(?P<count>{NUMBER}) (?P<named>weekend|{SEASON}|{_FULL_WEEKDAY})s? ago\b", _named_ago),
        (rf"(?:earlier )?(?:all )?this {_NAMED}{_TIME}", _this_named),
        (r"the weekend\b", _weekend),
        (rf"(?P<named>{_FULL_WEEKDAY}|{WEEKDAYS}){_TIME}", _weekday),
        (
            r"(?:this|the same)(?: very)? (?P<unit>time|month|week|quarter|day|point|period)"
            r" (?:last year|a year ago)\b",
            _year_before,
        ),
        (r"(?:the )?(?:(?P<unit>year|month|quarter|week)[\s-]+to[\s-]+date|(?P<short>[ymq])td)\b", _to_date),
    )
)

# "the year", "the month": only inside another phrase ("the end of the year").
INNER = Rule(pattern(r"the (?P<unit>week|month|quarter|year|decade)\b(?! before| of)"), _this_unit)
