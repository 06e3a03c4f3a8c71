"""When an amount in a sentence is one that a passage gives: rounding, fractions and percentages, and plain counts."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from rag.quantities import Quantity, quantities
from rag.sentences import sentence_spans

_ONE = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_FRACTION = re.compile(
    r"\b(?:(?P<count>an?|one|two|three|four|five|nine)[ -])?(?P<part>half|third|quarter|fifth|tenth)s?\b"
    r"(?! (?:of (?:19|20)\d\d|quarter|million|billion|trillion|half|season|party|year|time|day|week|month|round))",
    re.IGNORECASE,
)
_OUT_OF = re.compile(
    rf"\b(?P<count>{'|'.join(_ONE)}|\d+) (?:in|out of)(?: every)? (?P<whole>{'|'.join(_ONE)}|\d+)\b", re.IGNORECASE
)
_HALF = re.compile(r"\b(?P<sign>[$€£¥])?half[- ](?P<scale>million|billion|trillion)\b", re.IGNORECASE)
_DOZEN = re.compile(r"\b(?:(?P<count>an?|two|three|four|five) )?dozen\b(?!s)", re.IGNORECASE)
SLIGHT = 0.05
"""A rounded amount lies within this share of the exact one, or within twice as much where it is called rough."""
SMALL = 12
"""Counts up to here may be counted by whoever writes; a passage need not give them."""


def told_amounts(text: str) -> list[Quantity]:
    """Return the amounts of ``text`` in their order; half, a third and four in five are percentages too."""
    found: list[Quantity] = []
    for start, end in sentence_spans(text):
        piece = text[start:end]
        mine = [*quantities(piece), *_fractions(piece), *_round_words(piece)]
        found += [replace(one, start=one.start + start, end=one.end + start) for one in mine]
    return sorted(found, key=lambda one: (one.start, one.end))


def _fractions(text: str) -> list[Quantity]:
    found = []
    for match in _FRACTION.finditer(text):
        count = (match["count"] or "a").lower()
        if match["part"].lower() != "half" and not match["count"]:
            continue  # "the third time"
        share = (_ONE.get(count, 1)) / _PARTS[match["part"].lower()] * 100
        found.append(Quantity(low=share, high=share, unit="%", start=match.start(), end=match.end()))
    for match in _OUT_OF.finditer(text):
        whole = _counted(match["whole"])
        if whole > 1 and _counted(match["count"]) <= whole:
            share = _counted(match["count"]) / whole * 100
            found.append(Quantity(low=share, high=share, unit="%", start=match.start(), end=match.end()))
    return found


def _round_words(text: str) -> list[Quantity]:
    found = []
    for match in _HALF.finditer(text):  # "half a million" is known already
        number = {"million": 5e5, "billion": 5e8, "trillion": 5e11}[match["scale"].lower()]
        found.append(Quantity(low=number, high=number, unit="", start=match.start(), end=match.end(), rough=True))
    for match in _DOZEN.finditer(text):
        number = 12.0 * _ONE.get((match["count"] or "a").lower(), 1)
        found.append(Quantity(low=number, high=number, unit="", start=match.start(), end=match.end(), rough=True))
    return found


def _counted(word: str) -> int:
    return _ONE.get(word.lower()) or int(word) if word.lower() in _ONE or word.isdigit() else 0


def same_amount(mine: Quantity, theirs: Quantity) -> bool:
    """Return whether ``mine`` is ``theirs``, or ``theirs`` rounded to fewer digits.

    A currency may be left out; a percentage is never a count.
    """
    if mine.unit != theirs.unit and (mine.unit or theirs.unit) in ("%",):
        return False
    if mine.unit and theirs.unit and mine.unit != theirs.unit:
        return False
    if mine.low != mine.high and theirs.low != theirs.high:
        return math.isclose(mine.low, theirs.low) and math.isclose(mine.high, theirs.high)
    return any(
        _rounds(own, other, rough=mine.rough) for own in {mine.low, mine.high} for other in {theirs.low, theirs.high}
    )


def _rounds(mine: float, theirs: float, *, rough: bool) -> bool:
    if math.isclose(mine, theirs, rel_tol=1e-6):
        return True
    if not mine or not theirs or digits_of(mine) >= digits_of(theirs):
        return False
    near = abs(mine - theirs) <= (2 * SLIGHT if rough else SLIGHT) * abs(theirs)
    return near and (rough or digits_of(mine) >= 2)


def digits_of(value: float) -> int:
    """Return how many digits tell a value: 2 of 1.5 billion, 1 of 30,000."""
    return len(f"{value:.10g}".replace(".", "").replace("-", "").partition("e")[0].strip("0")) or 1


def is_exactly_told(one: Quantity, written: str) -> bool:
    """Return whether an amount must come from the passage: all but a small number in letters that counts things."""
    return one.unit != "" or any(character.isdigit() for character in written) or one.low > SMALL or one.low < 2
