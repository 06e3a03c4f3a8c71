"""The days that a sentence tells of, and whether a passage and the day of its article tell of them too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.periods import DAY, Days, Unit, back, unit_around
from rag.time_expressions import find_expressions
from rag.time_words import Fate, Phrase, number

_WEEKDAY = re.compile(r"(?:(?:on|last|this|next) )*(mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_WEEKDAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
WEEK = 7 * DAY
_UNITS = {"day": Unit.DAY, "week": Unit.WEEK, "month": Unit.MONTH, "year": Unit.YEAR}
_OFFSET = re.compile(
    r"\b(?:(?P<count>an?|\d{1,3}|[a-z]+(?:-[a-z]+)?|a couple of) (?P<unit>day|week|month|year)s? "
    r"(?P<way>earlier|later|before|after(?:wards)?|ago|previously)|the (?P<way2>next|following|previous|prior) "
    r"(?P<whole>day|week|month|year))\b",
    re.IGNORECASE,
)
_NO_SEASON = re.compile(r"(?:the |a )?(?:fall (?:in|of|from|to|by)|spring (?:to|from|into|up|back))\b", re.IGNORECASE)
_AHEAD = re.compile(r"\bnext (?P<unit>week|month|year)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A time at ``text[start:end]``: its days, as read on the day of telling.

    ``phrase`` has the rule's own reading; ``weekday`` (Monday is 0) is set where only a day of the week is named.
    """

    start: int
    end: int
    words: str
    phrase: Phrase
    weekday: int | None

    @property
    def days(self) -> Days | None:
        """The days meant; None where the words do not tell."""
        return self.phrase.days


def told_dates(text: str, day: date) -> list[Told]:
    """Return the times in ``text`` as told on ``day``; vague ones ("recently") are left out."""
    found = []
    for item in find_expressions(text, day):
        phrase = item.phrase
        if phrase.days is None or phrase.fate is Fate.VAGUE or _NO_SEASON.match(text, phrase.start):
            continue
        if phrase.days and re.match(r"the first of [A-Z]", text[phrase.start :]):
            phrase = replace(phrase, days=Days(phrase.days.first, phrase.days.first + DAY), unit=Unit.DAY, in_year=None)
        named = text[phrase.start : phrase.end].strip(" .,;:")
        weekday = _WEEKDAY.fullmatch(named)
        found.append(
            Told(
                start=phrase.start,
                end=phrase.start + len(text[phrase.start : phrase.end].rstrip(" .,;:")),
                words=named,
                phrase=phrase,
                weekday=_WEEKDAYS.index(weekday[1].lower()) if weekday else None,
            )
        )
    return found


def days_told(text: str, published: date | None, day: date) -> list[Told]:
    """Return the times that a passage tells, with those that follow: "two days earlier", "next week", "in the autumn".

    They are counted from the days that it names and from the day of publication; ``day`` stands for an unknown one.
    """
    named = told_dates(text, published or day)
    anchors = [told.days.first for told in named if told.days and is_day(told)]
    anchors += [published] if published else []
    found = list(named)
    for match in _OFFSET.finditer(text):
        way = (match["way"] or match["way2"]).lower()
        sign = -1 if way in ("earlier", "before", "ago", "previously", "previous", "prior") else 1
        count = number(match["count"].lower()) if match["count"] else 1
        unit = _UNITS[(match["unit"] or match["whole"]).lower()]
        found += [
            _moved(match, unit_around(unit, moved))
            for anchor in anchors
            if count is not None and (moved := _shifted(anchor, sign * count, unit)) is not None
        ]
    for match in _AHEAD.finditer(text) if published else ():
        unit = _UNITS[match["unit"].lower()]
        moved = _shifted(published, 1, unit) if published else None
        if moved is not None:
            found.append(_moved(match, unit_around(unit, moved)))
    return [*found, *(later for told in named if published for later in _later(told, published))]


def _moved(match: re.Match[str], days: Days) -> Told:
    phrase = Phrase(start=match.start(), end=match.end(), unit=Unit.SPAN, days=days)
    return Told(start=match.start(), end=match.end(), words=match.group(), phrase=phrase, weekday=None)


def _shifted(day: date, count: float, unit: Unit) -> date | None:
    try:
        return back(day, -count, unit)
    except (OverflowError, ValueError):
        return None


def _later(told: Told, published: date) -> Iterator[Told]:
    """Yield a time without a year as that of the year to come, which "in the autumn" means in a spring."""
    if told.phrase.in_year is None or told.days is None:
        return
    for year in (published.year, published.year + 1):
        days = told.phrase.in_year(year)
        if days is not None and days.first > published:
            yield replace(told, phrase=replace(told.phrase, days=days, in_year=None))
            return


def tells(mine: Sequence[Told], theirs: Iterable[Told], published: date | None) -> bool:
    """Return whether some time of a passage, or the day its article was published, lies within that of a sentence.

    ``mine`` are the readings of one time of the sentence, from each day that it may be told from. A day is not told
    by a month, but a month by a day; a time without a year is that of any year.
    """
    others = list(theirs)
    for told in mine:
        spans = [other.days for other in others if other.days]
        if published is not None:
            spans.append(Days(published, published + DAY))
        if any(_within(told, span) for span in spans):
            return True
        if told.phrase.relative and any(told.words.lower() == other.words.lower() for other in others):
            return True
        if told.weekday is not None and published is not None and _in_the_week(told.weekday, others, published):
            return True
    return False


def _within(told: Told, span: Days) -> bool:
    days = told.days
    if told.weekday is not None:
        return span.until - span.first == DAY and span.first.weekday() == told.weekday
    if days is not None and days.first <= span.first and span.until <= days.until:
        return True
    if days is not None and is_day(told) and days.first in (span.first, span.last) and span.until - span.first > WEEK:
        return True  # an end of "from May 2 to June 1"
    if told.phrase.in_year is None:
        return False
    for year in (span.first.year, span.last.year):
        inside = told.phrase.in_year(year)
        if inside is not None and inside.first <= span.first and span.until <= inside.until:
            return True
    return False


def _in_the_week(weekday: int, others: Iterable[Told], published: date) -> bool:
    """Return whether a bare day of the week may be one that the passage names by its name only."""
    return any(other.weekday == weekday for other in others) or published.weekday() == weekday


def is_day(told: Told) -> bool:
    """Return whether a single day is told."""
    return told.phrase.unit is Unit.DAY and told.weekday is None
