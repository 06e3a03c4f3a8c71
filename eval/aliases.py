"""Other wordings of an amount or a date that say obviously the same, to be accepted as answers."""

from __future__ import annotations

import re

_CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen"}
_SCALES = {"thousand": "k", "million": "m", "billion": "bn", "trillion": "trn"}
_SHORT = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "trn": "trillion"}
_WORDS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBERS = {word: str(number) for number, word in enumerate(_WORDS, start=2)}
_DIGITS = {number: word for word, number in _NUMBERS.items()}

_MONEY = re.compile(
    rf"([$€£¥]) ?(\d[\d,.]*\d|\d)(?:[ -]?({'|'.join(_SCALES)}|trn|[bm]n?|k)\b)?(.*)", re.IGNORECASE | re.DOTALL
)
_PERCENT = re.compile(r"(\d[\d,.]*) ?(?:%|percent|per cent)")
_COUNTED = re.compile(rf"(\d[\d,.]*|{'|'.join(_WORDS)})((?: (?:{'|'.join(_SCALES)}))?)( \w+)", re.IGNORECASE)
_DATE = re.compile(r"(?:\w+day,? )?([A-Z][a-z]+) (\d{1,2})(?:, (\d{4}))?")


def aliases(answer: str) -> tuple[str, ...]:
    """Return ``answer`` and its other wordings, without repetition, ``answer`` itself first.

    >>> aliases("$3 billion")
    ('$3 billion', '$3bn', '3 billion dollars')
    """
    return tuple(dict.fromkeys((answer, *_others(answer))))


def _others(answer: str) -> list[str]:
    if match := _MONEY.fullmatch(answer):
        sign, number, scale, rest = match.groups()
        scale = _SHORT.get((scale or "").lower(), (scale or "").lower())
        if not scale:
            return [f"{number} {_CURRENCIES[sign]}{rest}"]
        return [
            f"{sign}{number} {scale}{rest}",
            f"{sign}{number}{_SCALES[scale]}{rest}",
            f"{number} {scale} {_CURRENCIES[sign]}{rest}",
        ]
    if match := _PERCENT.fullmatch(answer):
        return [f"{match[1]} percent", f"{match[1]}%", f"{match[1]} per cent"]
    if match := _COUNTED.fullmatch(answer):
        number, scale, unit = match.groups()
        other = _NUMBERS.get(number.lower()) or _DIGITS.get(number)
        # Without its unit a number below a hundred could be that of anything.
        bare = [f"{number}{scale}"] if scale or (len(number) > 2 and number[0].isdigit()) else []
        return bare + ([f"{other}{scale}{unit}"] if other else [])
    if match := _DATE.fullmatch(answer):
        month, day, year = match.groups()
        if year:
            return [f"{month} {day}, {year}", f"{day} {month} {year}", f"{month} {day}"]
        return [f"{month} {day}", f"{day} {month}"]
    return []
