"""The days that a sentence tells of, and whether a passage and the day of its article tell of them too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.periods import DAY, Days, Unit
from rag.time_expressions import find_expressions
from rag.time_words import Fate, Phrase

_WEEKDAY = re.compile(r"(?:(?:on|last|this|next) )*(mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_WEEKDAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
WEEK = timedelta(days=7)


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
        if phrase.days is None or phrase.fate is Fate.VAGUE:
            continue
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
