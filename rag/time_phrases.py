"""Phrases made of phrases: the end of last month, the first week of May 2025, March last year, Tuesday last week."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from rag import time_absolute, time_relative, time_vague
from rag.english import words
from rag.periods import (
    DAY,
    Days,
    Part,
    Unit,
    half_of,
    months,
    part_of,
    unit_around,
    week_of_month,
    weekday_of,
)
from rag.time_absolute import latest_begun
from rag.time_words import (
    DAY_NUMBER,
    NUMBER,
    ORDINAL,
    WEEKDAYS,
    Fate,
    Phrase,
    number,
    ordinal,
    pattern,
    unit_of,
    weekday_number,
)

# The first letters of words that can open a phrase: nowhere else is a rule tried.
_OPENERS = words(
    """jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun spr sum aut fal win q h ytd mtd qtd
    a an the thi tha all las pas pre pri tra sam cur nex com upc for fol yea qua wee day nig mor aft eve dat cal ear
    mid lat ver sta beg ope out ons tur tai end clo so tod ton yes tom rec ove soo som age mom bac not lon of in onl
    jus qui few sev man num han mul var cou pai hal alr thu fir sec fou fif six eig nin ten ele twe one two thr fiv
    zer for fin chr xma eas diw ram pen jun sup pal blo fre mau rub yom ros eid goo bla cyb giv ash lun chi new ban
    val mot fat vet sai st lab mem ind box col mlk hol cha sto"""
)
_FIRST_LETTERS = pattern(r"[a-z]{1,3}")
LEAVES = (*time_absolute.RULES, *time_relative.RULES, *time_vague.RULES)
DEEPEST = 4
_LONG = (Unit.MONTH, Unit.QUARTER, Unit.SEASON, Unit.HALF, Unit.YEAR, Unit.DECADE)
_PARTS = {
    "early": Part.EARLY, "mid": Part.MIDDLE, "middle": Part.MIDDLE, "midpoint": Part.MIDDLE, "late": Part.LATE,
    "latter part": Part.LATE, "later part": Part.LATE, "last part": Part.LATE, "early part": Part.EARLY,
    "first part": Part.EARLY, "start": Part.START, "beginning": Part.START, "opening": Part.START,
    "outset": Part.START, "onset": Part.START, "turn": Part.START, "end": Part.END, "close": Part.END,
    "tail end": Part.END,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a leading word ("the end of") does to the phrase behind it."""

    match: re.Match[str]
    inner: Phrase
    today: date

    def cut(self, unit: Unit, narrow: Callable[[Days], Days | None]) -> Phrase:
        """Return the inner phrase narrowed to a part, in every year when it names none."""
        start, inner = self.match.start(), self.inner
        if inner.fate is not Fate.DATED or inner.days is None:
            return replace(inner, start=start, bare=False)
        in_year, base = None, inner.in_year
        days = narrow(inner.days)
        if base is not None:

            def in_year(year: int) -> Days | None:
                whole = base(year)
                return narrow(whole) if whole else None

            days = latest_begun(in_year, self.today)
        fate = Fate.VAGUE if days is None else Fate.DATED
        if days and inner.relative and days.first > self.today:
            fate = Fate.FUTURE
        return replace(inner, start=start, unit=unit, days=days, in_year=in_year, bare=False, fate=fate)


def _part(whole: Whole) -> Phrase | None:
    inner, words = whole.inner, re.sub(r"[\s-]+", " ", whole.match["part"])
    part, to = _PARTS[words], whole.match.groupdict().get("to")
    if inner.unit is Unit.SPAN and inner.fate is Fate.DATED:
        return None
    if to:
        last = _PARTS[to]
        return whole.cut(
            Unit.SPAN,
            lambda days: Days(part_of(part, days, inner.unit).first, part_of(last, days, inner.unit).until),
        )
    return whole.cut(inner.unit if inner.unit is Unit.DAY else Unit.SPAN, lambda days: part_of(part, days, inner.unit))


def _half(whole: Whole) -> Phrase | None:
    which = 1 if whole.match["which"] in ("first", "1st", "front", "opening") else 2
    unit = whole.inner.unit
    if whole.inner.fate is Fate.DATED and unit not in _LONG:
        return None
    return whole.cut(Unit.HALF if unit is Unit.YEAR else Unit.SPAN, lambda days: half_of(which, days, unit))


def _quarter(whole: Whole) -> Phrase | None:
    which = ordinal(whole.match["which"])
    if whole.inner.unit is not Unit.YEAR:
        return None
    return whole.cut(Unit.QUARTER, lambda days: months(days.first.year, 10 if which < 0 else min(which, 4) * 3 - 2, 3))


def _edge(whole: Whole) -> Phrase | None:
    """The first three months of, the last ten days of; "the last days of" is late, "the first days of" early."""
    edge = ordinal(whole.match["which"])
    unit, factor = unit_of(whole.match["unit"])
    if whole.inner.fate is Fate.DATED and whole.inner.unit not in _LONG:
        return None
    if not whole.match["count"] and whole.match["unit"].endswith("s"):
        near, far = (Part.START, Part.EARLY) if edge == 1 else (Part.END, Part.LATE)
        part = far if unit is Unit.MONTH else near
        return whole.cut(Unit.SPAN, lambda days: part_of(part, days, whole.inner.unit))
    count = (number(whole.match["count"]) if whole.match["count"] else 1) or 1

    def narrow(days: Days) -> Days | None:
        length = count * factor
        if unit is Unit.MONTH:
            first = days.first if edge == 1 else unit_around(Unit.MONTH, days.last, shift=1 - int(length)).first
            return _inside(months(first.year, first.month, int(length)), days)
        span = round(length * (7 if unit is Unit.WEEK else 1)) * DAY
        return _inside(Days(days.first, days.first + span) if edge == 1 else Days(days.until - span, days.until), days)

    return whole.cut(Unit.SPAN, narrow)


def _inside(part: Days, days: Days) -> Days | None:
    return part if days.first <= part.first < part.until <= days.until else None


def _week(whole: Whole) -> Phrase | None:
    which, unit = ordinal(whole.match["which"]), whole.inner.unit
    if whole.inner.fate is Fate.DATED and unit not in _LONG:
        return None
    if not whole.match["end"]:
        return whole.cut(Unit.WEEK, lambda days: week_of_month(days, which))

    def weekend(days: Days) -> Days | None:
        saturday = weekday_of(days, 5, which)
        return Days(saturday.first, saturday.first + 2 * DAY) if saturday else None

    return whole.cut(Unit.WEEKEND, weekend)


def _week_of(whole: Whole) -> Phrase | None:
    if whole.inner.unit is not Unit.DAY or whole.inner.bare:
        return None
    if whole.match["end"]:
        return whole.cut(Unit.WEEKEND, lambda days: unit_around(Unit.WEEKEND, days.first))
    if whole.match["which"].startswith(("ending", "to")):
        return whole.cut(Unit.SPAN, lambda days: Days(days.last - 6 * DAY, days.until))
    return whole.cut(Unit.WEEK, lambda days: unit_around(Unit.WEEK, days.first))


def _nth_weekday(whole: Whole) -> Phrase | None:
    which, weekday = ordinal(whole.match["which"]), weekday_number(whole.match["weekday"])
    if whole.inner.unit is not Unit.MONTH:
        return None
    return whole.cut(Unit.DAY, lambda days: weekday_of(days, weekday, which))


def _nth_day(whole: Whole) -> Phrase | None:
    day = ordinal(whole.match["which"])
    if whole.inner.unit is not Unit.MONTH or not whole.inner.relative:
        return None
    return whole.cut(Unit.DAY, lambda days: _inside(Days(days.first + (day - 1) * DAY, days.first + day * DAY), days))


def _same(whole: Whole) -> Phrase | None:
    wanted = {"month": (Unit.MONTH,), "year": (Unit.YEAR,)}.get(whole.match["what"], (Unit.DAY,))
    inner = whole.inner
    return replace(inner, start=whole.match.start(), bare=False) if inner.unit in wanted else None


def _weekday(whole: Whole) -> Phrase | None:
    inner, weekday = whole.inner, weekday_number(whole.match["weekday"])
    if inner.unit is Unit.WEEK and inner.relative:
        return whole.cut(Unit.DAY, lambda days: weekday_of(days, weekday, 1))
    if inner.unit is Unit.DAY and not inner.relative:
        return replace(inner, start=whole.match.start())
    return None


_TIMES = r"(?: (?:night|evening|morning|afternoon))?"
_NTH = rf"(?P<which>{ORDINAL}|[1-5](?:st|nd|rd|th)|last|final|opening|closing)"
PREFIXES = tuple(
    (pattern(written), build)
    for written, build in (
        (r"(?:the )?(?P<part>early|mid|late)(?:[\s-]+(?:to|or)[\s-]+(?P<to>mid|late))?[\s-]+(?:(?:in|on) )?", _part),
        (
            r"(?:the )?(?:very )?(?P<part>start|beginning|opening|outset|onset|turn|middle|midpoint|(?:tail[\s-]+)?end"
            r"|close|(?:latter|later|last|early|first)[\s-]+part) (?:of|in) ",
            _part,
        ),
        (r"(?:the )?(?P<which>first|1st|front|opening|second|2nd|latter|last|back)[\s-]+half (?:of |in )?", _half),
        (r"(?:the )?(?P<which>first|second|third|fourth|[1-4](?:st|nd|rd|th)|last|final)[\s-]+quarter of ", _quarter),
        (
            rf"(?:the )?(?P<which>first|last|final|opening|closing)(?: (?P<count>{NUMBER}))? "
            r"(?P<unit>days?|weeks|months?) (?:of|in) ",
            _edge,
        ),
        (rf"(?:the )?{_NTH} (?:full )?week(?P<end>end)? (?:of|in) ", _week),
        (r"(?:the )?week(?P<end>end)? (?P<which>of|beginning|starting|commencing|ending|to)(?: on)? ", _week_of),
        (rf"(?:the )?{_NTH} (?P<weekday>{WEEKDAYS}) (?:of|in) ", _nth_weekday),
        (rf"(?:the )?(?P<which>{DAY_NUMBER}|{ORDINAL}) (?:day )?of ", _nth_day),
        (r"(?:the )?(?P<what>morning|afternoon|evening|night|day|month|year|date) of ", _same),
        (rf"(?P<weekday>{WEEKDAYS}){_TIMES}(?:,? (?:of |in )?|, ?)", _weekday),
    )
)
_THEN_YEAR = pattern(r",? (?:of |in )?")
_THEN_INSIDE = pattern(r"(?:'s|s)? (?:,?(?:in|on|during) )?(?:the )?")


def parse_phrase(text: str, start: int, today: date, *, depth: int = 0) -> Phrase | None:
    """Return the longest phrase of readable ``text`` that begins at ``start``, or ``None``."""
    letters = _FIRST_LETTERS.match(text, start)
    if letters and letters.group() not in _OPENERS:
        return None
    found: Phrase | None = None
    for rule in (*LEAVES, time_relative.INNER) if depth else LEAVES:
        if (match := rule.pattern.match(text, start)) and (found is None or match.end() > found.end):
            found = _attempt(partial(rule.build, match, today)) or found
    if depth < DEEPEST:
        for prefix, build in PREFIXES:
            if not (match := prefix.match(text, start)):
                continue
            inner = parse_phrase(text, match.end(), today, depth=depth + 1)
            if inner and (found is None or inner.end > found.end):
                found = _attempt(partial(build, Whole(match=match, inner=inner, today=today))) or found
        if found:
            found = _attempt(partial(_with_year, text, found, today, depth)) or found
    return found


def _attempt(make: Callable[[], Phrase | None]) -> Phrase | None:
    """Return what ``make`` returns; nothing for days outside the calendar."""
    try:
        return make()
    except (ValueError, OverflowError):
        return None


def _with_year(text: str, phrase: Phrase, today: date, depth: int) -> Phrase | None:
    """Add the year or week that stands behind a phrase ("March last year") or before it ("last year in March")."""
    if phrase.in_year and (gap := _THEN_YEAR.match(text, phrase.end)):
        other = parse_phrase(text, gap.end(), today, depth=depth + 2)
        if other and other.relative and (other.unit is Unit.YEAR or other.fate is not Fate.DATED):
            is_year = other.unit is Unit.YEAR or "year" in text[other.start : other.end]
            return _placed(phrase, other, phrase.start, other.end, today) if is_year else None
        if other and re.fullmatch(r"(?:a|one)\s+(?:year|yr)\s+ago", text[other.start : other.end]):
            year = unit_around(Unit.YEAR, today, shift=-1)
            return _placed(phrase, replace(other, days=year), phrase.start, other.end, today)
    if phrase.unit is Unit.YEAR and phrase.days and (gap := _THEN_INSIDE.match(text, phrase.end)):
        inner = parse_phrase(text, gap.end(), today, depth=depth + 2)
        plain = gap.group().strip() in ("", "the") and inner is not None and inner.bare
        if inner and inner.in_year and not plain:
            return _placed(inner, phrase, phrase.start, inner.end, today)
    if phrase.unit is Unit.WEEK and phrase.relative and phrase.days and (gap := _THEN_INSIDE.match(text, phrase.end)):
        inner = parse_phrase(text, gap.end(), today, depth=depth + 2)
        if inner and inner.bare and inner.unit is Unit.DAY:
            days = weekday_of(phrase.days, weekday_number(text[inner.start :]), 1)
            return replace(phrase, end=inner.end, unit=Unit.DAY, days=days)
    return None


def _placed(phrase: Phrase, year: Phrase, start: int, end: int, today: date) -> Phrase:
    """Return ``phrase`` in the year that another phrase names."""
    if year.fate is not Fate.DATED or year.days is None or phrase.in_year is None:
        return replace(phrase, start=start, end=end, in_year=None, bare=False, days=None, relative=True, fate=year.fate)
    days = phrase.in_year(year.days.first.year)
    fate = Fate.VAGUE if days is None else Fate.DATED
    if days and year.relative and days.first > today:
        fate = Fate.FUTURE
    # "Did shares fall last year": a word that may be a verb stays to be judged by what stands before it.
    bare = phrase.bare and phrase.start < year.start and phrase.unit in (Unit.SEASON, Unit.MONTH)
    return replace(phrase, start=start, end=end, in_year=None, bare=bare, days=days, relative=year.relative, fate=fate)
