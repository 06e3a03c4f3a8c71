"""Dates, months, quarters, halves, seasons, years and decades as they are written, with and without a year."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from rag.periods import SEASONS, Days, Unit, months, unit_around
from rag.time_words import (
    DAY_NUMBER,
    MONTHS,
    ORDINAL,
    SEASON,
    YEAR,
    Fate,
    Pattern,
    Phrase,
    month_number,
    ordinal,
    pattern,
    year_number,
)

Build: TypeAlias = Callable[[re.Match[str], date], Phrase | None]

_DAY = rf"(?:{DAY_NUMBER}|{ORDINAL})"
_NTH = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_HALF_NAMES = r"(?:h[12]|[12]h)"
_WORDED_DECADES = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
    "nineties": 90, "noughties": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A way to write a time: ``build`` makes a phrase of a match, or ``None`` when it is none after all."""

    pattern: Pattern
    build: Build


def phrase(match: re.Match[str], unit: Unit, days: Days | None, *, relative: bool = False) -> Phrase:
    """Return a phrase for the whole match; without days it is one that cannot be resolved."""
    fate = Fate.DATED if days else Fate.VAGUE
    return Phrase(start=match.start(), end=match.end(), unit=unit, days=days, relative=relative, fate=fate)


def yearly(
    match: re.Match[str], unit: Unit, in_year: Callable[[int], Days | None], today: date, *, bare: bool = False
) -> Phrase:
    """Return a phrase that names no year, resolved to the most recent that has begun by ``today``."""
    days = latest_begun(in_year, today)
    return Phrase(
        start=match.start(),
        end=match.end(),
        unit=unit,
        days=days,
        in_year=in_year,
        bare=bare,
        fate=Fate.DATED if days else Fate.VAGUE,
    )


def latest_begun(in_year: Callable[[int], Days | None], today: date) -> Days | None:
    """Return the most recent days that have begun by ``today``; nine years back hold a February 29."""
    found = (in_year(year) for year in range(today.year, max(today.year - 9, 1), -1))
    return next((days for days in found if days and days.first <= today), None)


def one_day(year: int, month: int, day: int) -> Days | None:
    """Return a day, or ``None`` when the calendar has none such."""
    try:
        first = date(year, month, day)
        return Days(first, first + timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def _date(match: re.Match[str], today: date) -> Phrase:
    month, day, year = month_number(match["month"]), ordinal(match["day"]), match["year"]
    if year:
        return phrase(match, Unit.DAY, one_day(year_number(year, today), month, day))
    return yearly(match, Unit.DAY, lambda y: one_day(y, month, day), today)


def _iso(match: re.Match[str], _today: date) -> Phrase:
    return phrase(match, Unit.DAY, one_day(int(match["year"]), int(match["month"]), int(match["day"])))


def _numeric(match: re.Match[str], today: date) -> Phrase:
    one, two, year = int(match["one"]), int(match["two"]), year_number(match["year"], today)
    readings = {days for days in (one_day(year, one, two), one_day(year, two, one)) if days}
    return phrase(match, Unit.DAY, readings.pop() if len(readings) == 1 else None)


def _day_range(match: re.Match[str], today: date) -> Phrase:
    month, year = month_number(match["month"]), match["year"]

    def in_year(number: int) -> Days | None:
        first, last = one_day(number, month, ordinal(match["one"])), one_day(number, month, ordinal(match["two"]))
        return Days(first.first, last.until) if first and last and first.first < last.until else None

    if year:
        return phrase(match, Unit.SPAN, in_year(year_number(year, today)))
    return yearly(match, Unit.SPAN, in_year, today)


def _month(match: re.Match[str], today: date) -> Phrase:
    month, year = month_number(match["month"]), match["year"]
    if year:
        return phrase(match, Unit.MONTH, months(year_number(year, today), month, 1))
    return yearly(match, Unit.MONTH, lambda y: months(y, month, 1), today, bare=True)


def _numeric_month(match: re.Match[str], _today: date) -> Phrase:
    return phrase(match, Unit.MONTH, months(int(match["year"]), int(match["month"]), 1))


def _quarter(match: re.Match[str], today: date) -> Phrase | None:
    name, year = match["name"], match["year"]
    quarter = int(digits[0]) if (digits := re.findall(r"\d", name)) else ordinal(name.split()[0].split("-")[0])
    if quarter < 0:
        if not year and not name.startswith(("final", "closing")):
            return None  # "last quarter" without a year is the one before this
        quarter = 4
    if year:
        return phrase(match, Unit.QUARTER, months(year_number(year, today), quarter * 3 - 2, 3))
    return yearly(match, Unit.QUARTER, lambda y: months(y, quarter * 3 - 2, 3), today)


def _quarters(match: re.Match[str], today: date) -> Phrase | None:
    first, last, year = ordinal(match["one"]), ordinal(match["two"]), match["year"]
    if not 0 < first < last:
        return None
    if year:
        return phrase(match, Unit.SPAN, months(year_number(year, today), first * 3 - 2, (last - first + 1) * 3))
    return yearly(match, Unit.SPAN, lambda y: months(y, first * 3 - 2, (last - first + 1) * 3), today)


def _half(match: re.Match[str], today: date) -> Phrase:
    half, year = int(re.findall(r"\d", match["name"])[0]), match["year"]
    if year:
        return phrase(match, Unit.HALF, months(year_number(year, today), half * 6 - 5, 6))
    return yearly(match, Unit.HALF, lambda y: months(y, half * 6 - 5, 6), today)


def _season(match: re.Match[str], today: date) -> Phrase:
    name, year = match["name"], match["year"]
    if year:
        first = year_number(year, today)
        # "winter 2023-24" and "winter 2023/24" begin in the first of the two years.
        return phrase(match, Unit.SEASON, months(first, SEASONS[name], 3))
    return yearly(match, Unit.SEASON, lambda y: months(y, SEASONS[name], 3), today, bare=True)


def _year(match: re.Match[str], today: date) -> Phrase:
    made = phrase(match, Unit.YEAR, months(year_number(match.group(), today), 1, 12))
    return Phrase(**{**vars(made), "bare": True})


def _years(match: re.Match[str], today: date) -> Phrase | None:
    first, last = int(match["one"]), int(match["two"])
    last += first // 100 * 100 if last < 100 else 0
    return phrase(match, Unit.SPAN, months(first, 1, (last - first + 1) * 12)) if first < last else None


def _decade(match: re.Match[str], today: date) -> Phrase | None:
    words = match["name"].strip("'s ")
    if words.isdigit() and len(words) == 4:
        first = int(words)
    elif match["name"] in _WORDED_DECADES or words.isdigit():
        two = int(words) if words.isdigit() else _WORDED_DECADES[match["name"]]
        first = 2000 + two if 2000 + two <= today.year else 1900 + two
    else:
        return None
    return phrase(match, Unit.DECADE, unit_around(Unit.DECADE, date(first, 1, 1)))


_TO = r"(?: ?- ?| (?:to|and|or|&|until|till|through|thru) | ?/ ?| ?& ?)"
# "in" joins a year to a number only: in "prices fall in 2024" and "they march in 2024" it does not.
_OF = r"(?:,? (?:of )?|[-/])"
_OF_OR_IN = r"(?:,? (?:of |in )?|[-/])"

_NO_COUNT = r"(?!-\d|:\d|[.,]\d| (?:years?|yrs?|months?|weeks?|days?)\b)"
_THEN_YEAR = rf"(?:,? (?P<year>{YEAR}))?"
_QUARTER_NAMES = (
    rf"q[1-4]|[1-4]q|quarter (?:[1-4]|one|two|three|four)|(?:{_NTH}|last|final|closing|opening)[\s-]+(?:quarter|qtr)\b"
)
_FOUR_DIGITS = r"(?P<year>(?:19|20)\d\d)"
_BOTH_DAYS = rf"(?P<one>{_DAY})(?: of {MONTHS})?{_TO}(?:the )?(?P<two>{_DAY})"

RULES = tuple(
    Rule(pattern(written), build)
    for written, build in (
        (r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)(?:t[\d:.]+z?)?", _iso),
        (r"(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>(?:\d\d)?\d\d)(?![\d/])", _numeric),
        (r"(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\d/])", _numeric_month),
        (rf"{_FOUR_DIGITS}[-/](?P<month>0[1-9]|1[0-2])(?![\d/-])", _numeric_month),
        (
            rf"(?:the )?(?P<day>{_DAY})(?: day)?(?:(?: of)? |-)(?P<month>{MONTHS})(?:[,\s-]+(?P<year>{YEAR}))?",
            _date,
        ),
        (rf"(?P<month>{MONTHS})[\s-]+(?:the )?(?P<day>{_DAY}){_NO_COUNT}{_THEN_YEAR}", _date),
        (rf"(?:the )?{_BOTH_DAYS}(?: of)? (?P<month>{MONTHS}){_THEN_YEAR}", _day_range),
        (rf"(?P<month>{MONTHS}) (?:the )?{_BOTH_DAYS}(?![\d:]|[.,]\d){_THEN_YEAR}", _day_range),
        (rf"(?P<month>{MONTHS})(?:{_OF}(?P<year>{YEAR}))?", _month),
        (rf"(?:the )?(?P<name>{_QUARTER_NAMES})(?:{_OF_OR_IN}?(?P<year>{YEAR}|(?<=/)\d\d(?!\d)))?", _quarter),
        (rf"{_FOUR_DIGITS}[\s/-]*(?P<name>q[1-4]|[1-4]q)\b", _quarter),
        (
            rf"(?:the )?(?P<one>{_NTH}) (?:and|or|to|through) (?P<two>{_NTH}) quarters?"
            rf"(?:(?: of)? (?P<year>{YEAR}))?",
            _quarters,
        ),
        (rf"(?P<name>{_HALF_NAMES})\b(?:{_OF_OR_IN}?(?P<year>{YEAR}))?", _half),
        (rf"{_FOUR_DIGITS}[\s/-]*(?P<name>{_HALF_NAMES})\b", _half),
        (rf"(?:the )?(?P<name>{SEASON})(?:{_OF}(?P<year>{YEAR})(?:[-/](?:20)?\d\d)?)?", _season),
        (YEAR, _year),
        (r"(?P<one>(?:19|20)\d\d)(?P<sep>[-/])(?P<two>(?:19|20)?\d\d)(?![\d/-])", _years),
        (r"(?:the )?(?P<name>(?:1[5-9]|20)\d0'?s)\b", _decade),
        (rf"the (?P<name>'?[0-9]0'?s|{'|'.join(_WORDED_DECADES)})\b", _decade),
    )
)
