"""Words of dates and durations in English: the text as rules read it, the numbers and names in it, and ``Phrase``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from rag.english import words
from rag.periods import Days, Unit

FIRST_YEAR, LAST_YEAR = 1500, 2199
QUOTED = re.compile(r"\"[^\"]{1,90}\"|“[^”]{1,90}”|«[^»]{1,90}»")
_REPLACED = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "‑": "-", "‒": "-", "−": "-", "\u00a0": " "})


class Fate(StrEnum):
    """What became of an expression: ``VAGUE`` names no days, ``FUTURE`` is counted forward from the day of asking."""

    DATED = "dated"
    FUTURE = "future"
    VAGUE = "vague"


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A time expression without what governs it: ``text[start:end]`` names ``days``.

    ``in_year`` gives the days in a year where the words name none (``March``); ``days`` is then the most recent that
    has begun. ``relative`` is counted from the day of asking. ``bare`` is a word or number alone, which may be a name,
    a verb or an amount. ``month`` is the number of a named month, for days that share it.
    """

    start: int
    end: int
    unit: Unit
    days: Days | None
    in_year: Callable[[int], Days | None] | None = None
    relative: bool = False
    bare: bool = False
    fate: Fate = Fate.DATED


def readable(text: str) -> str:
    """Return ``text`` in lower case with plain apostrophes and hyphens, character for character as long."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text.translate(_REPLACED))


_SMALL_IN_TITLES = words("a an the of in on at to for and or by with from as but via vs is")


def is_title_case(text: str) -> bool:
    """Whether ``text`` is written like a headline, all in capitals or with each longer word capitalised."""
    return all(
        not word[:1].islower() or word.strip("?!.,:;'\"") in _SMALL_IN_TITLES
        for word in text.split()
        if word[:1].isalpha()
    )


class Pattern:
    """A regular expression that is compiled when it is first used, so that importing the rules costs nothing."""

    def __init__(self, written: str) -> None:
        self.written = written

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        """As of ``re.Pattern``; so are the others."""
        return self._compiled.match

    @cached_property
    def search(self) -> Callable[..., re.Match[str] | None]:
        return self._compiled.search

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[str]]]:
        return self._compiled.finditer

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.written)


def pattern(text: str) -> Pattern:
    """Return a pattern in which a space stands for one or more of any white space, " ?" for any number."""
    return Pattern(text.replace(" ?", r"\s*").replace(" ", r"\s+"))


MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
WEEKDAYS = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
    r"\b\.?"
)
SEASON = r"(?:spring|summer|autumn|fall|winter)(?=s?\b)"
YEAR = r"(?:(?:the )?(?:calendar )?year )?(?:(?:1[5-9]|20|21)\d\d(?!\d|[.,]\d|\s*%)|'\d\d(?!\d|'?s\b))"
DAY_NUMBER = r"(?:[12]\d|3[01]|0?[1-9])(?!\d)(?:st|nd|rd|th)?\b"
UNITS = (
    r"(?:days?|weeks?|wks?|fortnights?|months?|mths?|mos?|years?|yrs?|quarters?|qtrs?|decades?|hours?|hrs?"
    r"|(?<=\d)[hdwmy]|half[\s-]+years?|minutes?|mins?|nights?)\b\.?"
)
WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDINAL = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
]  # fmt: skip
_SMALL_WORDS = "|".join(sorted(_SMALL, key=len, reverse=True))
_ORDINAL_WORDS = "|".join(sorted(_ORDINAL, key=len, reverse=True))
NUMBER = (
    r"(?:\d{1,4}(?:\.5)?|an?(?: (?:couple|pair)(?: of)?| dozen| hundred| half)?|(?:couple|pair) of|couple|half an?"
    rf"|(?:{'|'.join(_TENS)})(?:[\s-]+(?:{'|'.join(_SMALL[1:10])}))?|{_SMALL_WORDS})"
)
ORDINAL = rf"(?:{_ORDINAL_WORDS}|(?:twenty|thirty)[\s-]+(?:{'|'.join(_ORDINAL[:9])})|thirtieth)\b"


def number(words: str) -> float | None:
    """Return the value of a number in digits or words: "three", "a couple of", "half a", "1.5"."""
    plain = re.sub(r"[\s-]+", " ", words.strip())
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return float(plain)
    if "half" in plain:
        return 0.5
    if "couple" in plain or "pair" in plain:
        return 2
    if "dozen" in plain:
        return 12
    if "hundred" in plain:
        return 100
    if plain in ("a", "an"):
        return 1
    ten, _, small = plain.partition(" ")
    if ten in _TENS:
        return _TENS[ten] + (_SMALL.index(small) if small in _SMALL else 0)
    return _SMALL.index(plain) if plain in _SMALL else None


def ordinal(words: str) -> int:
    """Return 1 for "first", "1st" or "1"; 21 for "twenty-first"; -1 for "last" and "final"."""
    plain = re.sub(r"[\s-]+", " ", words.strip())
    if digits := re.match(r"\d+", plain):
        return int(digits.group())
    if plain in ("last", "final", "closing", "back"):
        return -1
    if plain in ("opening", "latter"):
        return 1 if plain == "opening" else 2
    if plain == "thirtieth":
        return 30
    ten, _, small = plain.partition(" ")
    return _TENS[ten] + _ORDINAL.index(small) + 1 if small else _ORDINAL.index(plain) + 1


def unit_of(words: str) -> tuple[Unit, float]:
    """Return a unit and how many of it one of ``words`` is: a fortnight is two weeks, an hour a part of a day."""
    word = words.strip(" .").replace("-", " ")
    if word.startswith("half"):
        return Unit.HALF, 1
    if word.startswith(("h", "min")):
        return Unit.DAY, 1 / 24 if word.startswith("h") else 1 / 1440
    if word.startswith("fortnight"):
        return Unit.WEEK, 2
    named = {"d": Unit.DAY, "n": Unit.DAY, "w": Unit.WEEK, "m": Unit.MONTH, "q": Unit.QUARTER, "y": Unit.YEAR}
    return (Unit.DECADE, 1) if word.startswith("dec") else (named[word[0]], 1)


def month_number(word: str) -> int:
    """Return 1 to 12 for the name of a month or its short form."""
    return MONTH_NAMES.index(word.strip()[:3]) + 1


def weekday_number(word: str) -> int:
    """Return 0 for Monday to 6 for Sunday, of a name or its short form."""
    return WEEKDAY_NAMES.index(word.strip()[:3])


def year_number(words: str, today: date) -> int:
    """Return the year in ``words``; two digits mean the century that is closest behind, or ten years ahead."""
    digits = re.findall(r"\d+", words)[-1]
    if len(digits) > 2:
        return int(digits)
    century = today.year // 100 * 100
    year = century + int(digits)
    return year if year <= today.year + 10 else year - 100
