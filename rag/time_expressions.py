"""Where a question names a time, with what governs it: since March, between May and July, in 2023 and 2024."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rag.english import words
from rag.periods import DAY, Days, Unit, unit_around
from rag.time_phrases import parse_phrase
from rag.time_sense import is_time
from rag.time_words import QUOTED, Fate, Phrase, pattern, readable


class Limit(StrEnum):
    """On which side of the days named the period lies."""

    INSIDE = "inside"
    SINCE = "since"
    AFTER = "after"
    BEFORE = "before"
    UNTIL = "until"


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A time in a question. ``[start, end)`` includes what governs it, ``phrase`` is the time alone.

    The days meant are ``first <= day < until``; ``None`` is open. ``preposition`` is the word before the phrase.
    ``possessive`` says that a noun follows which belongs to it ("last week's ruling").
    """

    start: int
    end: int
    phrase: Phrase
    preposition: str
    limit: Limit = Limit.INSIDE
    first: date | None = None
    until: date | None = None
    possessive: bool = False


_BEGINNING = re.compile(r"(?<![\w$€£¥#@'/-])(?<!\d[.,])(?<!\w\.)'?[a-z0-9]")
_QUALIFIER = (
    r"(?:(?:about|around|roughly|approximately|circa|c\.|ca\.?|at least|at most|only|just|as early as|as far back as"
    r"|as recently as|as late as|sometime|some time|(?:the )?(?:whole|course|rest|remainder|length) of|all of|most of"
    r"|much of|all|exactly|perhaps|maybe|back|sometime in) )"
)
_GOVERNORS = tuple(
    (limit, pattern(rf"\b(?P<word>{words}) {_QUALIFIER}*$"))
    for limit, words in (
        (
            Limit.UNTIL,
            r"(?:up )?(?:until|till?)|up to(?: and including)?|(?:up )?(?:through|thru)|by|as (?:of|at)"
            r"|not? later than",
        ),
        (Limit.SINCE, r"(?:ever )?since|(?:starting|beginning)(?: in| from| on| with)?|as from|dating from"),
        (Limit.AFTER, r"(?:any ?time )?after|later than"),
        (Limit.BEFORE, r"before|prior to|earlier than|preceding"),
    )
)
_PREPOSITION = pattern(rf"\b(?P<word>[a-z]+) {_QUALIFIER}*$")
_FROM = pattern(rf"\bfrom {_QUALIFIER}*$")
_BETWEEN = pattern(rf"\bbetween {_QUALIFIER}*$")
_RANGE = pattern(
    r"(?: ?- ?|,? (?:up |right |all the way )?(?:to|until|till?|through|thru)(?: and including)? (?:about |around )?)"
)
_AND = pattern(r",? (?:and|&) ")
_JOINED = pattern(
    r"(?:,? (?:and|or|plus|as well as|and/or)|,| ?[/&]) ?(?:(?:again|then|also|later|even) )?"
    r"(?:(?:in|on|during|for|of|from|over) )?"
)
_ELLIPTIC = pattern(r" (?:and|or) (?:(?:in|of|from) )?(?:the )?(?P<which>last|this|previous|one before)(?! ?\w)")
_OPEN_END = pattern(r"(?:now|today|the present(?: day)?|present|date|this day)\b")
_ONWARDS = pattern(
    r",? (?:onwards?|forwards?|on(?= ?(?:[,;:?.!]|$))|(?:and|or) (?:later|after|beyond|since|newer)|and on\b)"
)
_BACKWARDS = pattern(r",? (?:and|or) (?:earlier|before|older)\b")
_POSSESSIVE = re.compile(r"'s?(?=\s)|'s\b|s(?=\s+[a-z])")


def find_expressions(question: str, today: date) -> list[Expression]:
    """Return the times that ``question`` names, in its order, as seen on the day of asking."""
    text = readable(question)
    found = list(_scan(question, text, today))
    merged: list[Expression] = []
    for expression in found:
        if merged and (both := _intersection(text, merged[-1], expression)):
            merged[-1] = both
        else:
            merged.append(expression)
    return merged


def _scan(question: str, text: str, today: date) -> Iterator[Expression]:
    quoted = [match.span() for match in QUOTED.finditer(question)]
    reached = 0
    for beginning in _BEGINNING.finditer(text):
        start = beginning.start()
        if start < reached or any(left < start < right for left, right in quoted):
            continue
        phrase = parse_phrase(text, start, today)
        if phrase is None:
            continue
        if text[phrase.end : phrase.end + 2].startswith("s") and not _POSSESSIVE.match(text, phrase.end):
            continue
        extended = _extended(text, phrase, today)
        # What is joined to another time is one: "May-July", "between March and May".
        sure = extended is not phrase and phrase.unit is not Unit.YEAR
        if not sure and not is_time(question, text, phrase, _preposition(text, phrase.start)):
            continue
        expression = _expression(text, extended, today)
        reached = expression.end
        yield expression


def _extended(text: str, phrase: Phrase, today: date) -> Phrase:
    """Return the phrase with all that is joined to it: a range, or others behind "and" and "or"."""
    between = _BETWEEN.search(text[: phrase.start][-40:]) is not None
    while phrase.fate is Fate.DATED and phrase.days:
        gap = _RANGE.match(text, phrase.end) or (_AND.match(text, phrase.end) if between else None)
        if gap and (joined := _range(text, phrase, gap.end(), today, bare_to=not between)):
            phrase, between = joined, False
            continue
        if elliptic := _ELLIPTIC.match(text, phrase.end):
            shift = 0 if elliptic["which"] == "this" else -1
            if phrase.relative and phrase.unit not in (Unit.SPAN, Unit.SEASON):
                other = unit_around(phrase.unit, today, shift=shift)
                phrase = _hull(phrase, replace(phrase, end=elliptic.end(), days=other))
                continue
        gap = _JOINED.match(text, phrase.end)
        joined_phrase = gap and _coordinated(text, phrase, gap, today)
        if not joined_phrase:
            break
        phrase = joined_phrase
    return phrase


def _range(text: str, first: Phrase, start: int, today: date, *, bare_to: bool) -> Phrase | None:
    if (
        (end := _OPEN_END.match(text, start))
        and first.days
        and (_FROM.search(text[: first.start][-40:]) or not bare_to)
    ):
        days = Days(first.days.first, max(today + DAY, first.days.until))
        return replace(first, end=end.end(), unit=Unit.SPAN, days=days, in_year=None, bare=False)
    last = parse_phrase(text, start, today)
    if last is None or last.fate is not Fate.DATED or _is_possessive(text, last):
        return None
    one, two = _shared_year(first, last)
    if not one.days or not two.days:
        return None
    if one.days.first >= two.days.until and one.relative and one.unit is two.unit is Unit.DAY:
        one = replace(one, days=Days(one.days.first - 7 * DAY, one.days.until - 7 * DAY))
    if not one.days or one.days.first >= two.days.until:
        return None
    days = Days(one.days.first, two.days.until)
    relative = one.relative and two.relative
    return replace(one, end=two.end, unit=Unit.SPAN, days=days, in_year=None, relative=relative, bare=False)


def _coordinated(text: str, first: Phrase, gap: re.Match[str], today: date) -> Phrase | None:
    other = parse_phrase(text, gap.end(), today)
    if other is None or other.fate is not Fate.DATED or other.days is None or _is_possessive(text, other):
        return None
    if gap.group().strip() in (",", "/") and other.unit is not first.unit:
        return None
    if re.match(r"\s*-\s*[a-z]", text[other.end :]):
        return None
    return _hull(*_shared_year(first, other), today=today)


def _hull(one: Phrase, two: Phrase, *, today: date | None = None) -> Phrase:
    if not one.days or not two.days:
        return one
    if today and two.days.first > today:
        return replace(one, end=two.end, in_year=None, bare=False)
    days = Days(min(one.days.first, two.days.first), max(one.days.until, two.days.until))
    return replace(one, end=two.end, days=days, in_year=None, bare=False)


def _shared_year(one: Phrase, two: Phrase) -> tuple[Phrase, Phrase]:
    """Give a year that stands at one of two phrases to the other; without any, the second follows the first."""
    if not one.days or not two.days:
        return one, two
    if one.bare and one.unit is two.unit is Unit.DAY and one.days.first > two.days.first:
        weeks = -((two.days.first - one.days.first) // (7 * DAY)) * 7 * DAY
        return replace(one, days=Days(one.days.first - weeks, one.days.until - weeks)), two
    if one.in_year and not two.in_year and (not two.relative or one.unit is two.unit):
        year = two.days.first.year
        days = one.in_year(year)
        if days and days.first >= two.days.until:
            days = one.in_year(year - 1)
        return replace(one, days=days or one.days), two
    if two.in_year and (not one.relative or one.unit is two.unit):
        year = one.days.first.year
        after = two.in_year(year)
        if after and after.until <= one.days.first:
            after = two.in_year(year + 1)
        return one, replace(two, days=after or two.days)
    return one, two


def _is_possessive(text: str, phrase: Phrase) -> bool:
    return _POSSESSIVE.match(text, phrase.end) is not None


def _preposition(text: str, start: int) -> str:
    found = _PREPOSITION.search(text[max(start - 80, 0) : start])
    return found["word"] if found else ""


def _expression(text: str, phrase: Phrase, today: date) -> Expression:
    offset = max(phrase.start - 80, 0)
    before = text[offset : phrase.start]
    limit, start, word = Limit.INSIDE, phrase.start, _preposition(text, phrase.start)
    governors = ((kind, found) for kind, governor in _GOVERNORS if (found := governor.search(before)))
    if governor := next(governors, None):
        limit, found = governor
        start, word = offset + found.start(), found["word"]
    elif (near := _PREPOSITION.search(before)) and near["word"] in _TEMPORAL:
        start = offset + near.start()
    end = phrase.end
    if behind := _ONWARDS.match(text, end):
        if (
            word in ("from", "since", "beginning", "starting", "as from")
            or "and" in behind.group()
            or "or" in behind.group()
        ):
            limit, end = Limit.SINCE, behind.end()
    elif behind := _BACKWARDS.match(text, end):
        limit, end = Limit.UNTIL, behind.end()
    days = phrase.days
    first = until = None
    if days:
        first = {Limit.AFTER: days.until, Limit.BEFORE: None, Limit.UNTIL: None}.get(limit, days.first)
        until = {
            Limit.SINCE: today + DAY,
            Limit.AFTER: today + DAY,
            Limit.BEFORE: days.first,
        }.get(limit, days.until)
    return Expression(
        start=start,
        end=end,
        phrase=phrase,
        preposition=word,
        limit=limit,
        first=first,
        until=until,
        possessive=_is_possessive(text, phrase),
    )


_TEMPORAL = words(
    """in on during throughout over within across around about circa at from for of toward towards near between"""
)


def _intersection(text: str, one: Expression, two: Expression) -> Expression | None:
    """Join two limits that stand together: "after March but before July"."""
    lower, upper = (one, two) if one.limit in (Limit.SINCE, Limit.AFTER) else (two, one)
    if lower.limit not in (Limit.SINCE, Limit.AFTER) or upper.limit not in (Limit.BEFORE, Limit.UNTIL):
        return None
    if not re.fullmatch(r",?\s*(?:(?:and|but)\s*)?", text[one.end : two.start]):
        return None
    if not lower.first or not upper.until or lower.first >= upper.until:
        return None
    return replace(lower, start=one.start, end=two.end, first=lower.first, until=upper.until)
