"""The amounts that a sentence tells, with their bounds: sums, counts, percentages, fractions, durations, multiples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.quantities import Quantity, quantities
from rag.sentences import sentence_spans
from rag.time_words import number


class Bound(StrEnum):
    """How an amount is hedged: "more than", "fewer than", "up to", "nearly", "about", or not at all."""

    EXACT = ""
    OVER = "over"
    UNDER = "under"
    MOST = "at most"
    NEARLY = "nearly"
    ABOUT = "about"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount at ``text[start:end]``, from ``low`` to ``high``.

    ``unit`` is a currency's code, ``%``, ``days`` for a duration, ``times`` for a multiple, or empty for a count;
    ``per``, ``role``, ``counted`` and ``former`` are those of ``rag.quantities``.
    """

    start: int
    end: int
    written: str
    low: float
    high: float
    unit: str = ""
    bound: Bound = Bound.EXACT
    per: str | None = None
    role: str | None = None
    counted: frozenset[str] = frozenset()
    former: bool = False

    @property
    def is_counted_in_letters(self) -> bool:
        """Whether it is a small count in letters, which whoever writes may have counted."""
        return self.unit == "" and not any(map(str.isdigit, self.written)) and 2 <= self.low <= SMALL

    def is_one_unit_of(self, text: str) -> bool:
        """Return whether a duration is that of a unit which ``text`` names alone: seven days of "the first week"."""
        return any(
            abs(self.low - days) < days / 20 and re.search(rf"\b(?<!\d ){unit}\b", text) for unit, days in _DAYS.items()
        )


SMALL = 10
_BOUNDS = tuple(
    (bound, re.compile(rf"\b(?:{words})(?: (?:just|well|far|only|a|an|the|some|about))? ?$", re.IGNORECASE))
    for bound, words in (
        (Bound.MOST, r"up to|at most|as (?:much|many) as|no more than|maximum of|not more than"),
        (Bound.OVER, r"more than|over|above|at least|upwards? of|exceed\w*|no fewer than|no less than|north of|beyond"),
        (Bound.UNDER, r"less than|fewer than|under|below|short of|lower than|smaller than"),
        (Bound.NEARLY, r"nearly|almost|close to|not quite|barely"),
        (Bound.ABOUT, r"about|around|roughly|some|approximately|an estimated|estimated|near|or so"),
    )
)
_NUMBER = (
    r"(?:\d[\d,]*(?:\.\d+)?|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?)"
)
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SCALE = "|".join(_SCALES)
_FRACTION = re.compile(
    r"\b(?:(?P<count>an?|one|two|three|four|five|seven|nine)[ -])?"
    r"(?P<part>half|halves|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?)\b"
    rf"(?: of an? (?P<scale>{_SCALE})\b)?"
    rf"(?! (?:of (?:the )?(?:19|20)\d\d|quarters?|{_SCALE}|an? |season|party|parties|year|time|day|week|month|round"
    r"|circuit|place|film|edition|episode)\b)(?<!second half)(?<!first half)",
    re.IGNORECASE,
)
_ONE_IN = re.compile(
    rf"\b(?P<count>{_NUMBER})(?: \w+)? (?:in|out of)(?: every| an?)? (?P<whole>{_NUMBER}|hundred|thousand)"
    r"(?: (?P<scale>hundred|thousand))?\b",
    re.IGNORECASE,
)
_HALF_SCALE = re.compile(rf"\b[$€£¥]?half(?:[- ]| an? )(?P<scale>{_SCALE})\b", re.IGNORECASE)
_DOZEN = re.compile(r"\b(?:(?P<count>half a|an?|two|three|four|five) )?dozen\b(?!s)", re.IGNORECASE)
_DAYS = {
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 30.4,
    "year": 365.25,
    "decade": 3652.5,
    "minute": 1 / 1440,
    "second": 1 / 86400,
}
_DURATION = re.compile(
    rf"\b(?P<count>{_NUMBER}|half an?|an?(?= (?:\w+)\b))(?P<half> and a half)?[- ]"
    r"(?P<unit>second|minute|hour|day|week|month|year|decade)s?\b"
    r"(?! (?:ago|old)\b)(?!-old)",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    rf"\b(?:(?P<times>{_NUMBER}|a hundred)(?P<half> and a half)?[- ]times\b|(?P<fold>[a-z]+)fold\b"
    r"|(?P<word>twice|doubl(?:e[sd]?|ing)|trebl\w+|tripl(?:e[sd]?|ing)|quadrupl\w+|halv(?:e[sd]?|ing))\b)",
    re.IGNORECASE,
)
_WORDED = {"twi": 2.0, "dou": 2.0, "tre": 3.0, "tri": 3.0, "qua": 4.0, "hal": 0.5}
_HALF_MORE = re.compile(rf"\b(?:{_NUMBER}|an? \w+) and $", re.IGNORECASE)
_TO_ONE = re.compile(rf"\b(?P<many>{_NUMBER})(?: \w+)? to (?P<few>{_NUMBER})\b", re.IGNORECASE)


def told_amounts(text: str) -> list[Amount]:
    """Return the amounts of ``text`` in their order, none inside of another."""
    found: list[Amount] = []
    for start, end in sentence_spans(text):
        piece = text[start:end]
        for one in _without_overlap([*_special(piece), *(_plain(piece, item) for item in quantities(piece))]):
            found.append(replace(one, start=one.start + start, end=one.end + start))
    return found


def _without_overlap(amounts: list[Amount]) -> list[Amount]:
    kept: list[Amount] = []
    for one in amounts:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _plain(text: str, one: Quantity) -> Amount:
    return Amount(
        start=one.start,
        end=one.end,
        written=text[one.start : one.end],
        low=one.low,
        high=one.high,
        unit=one.unit,
        bound=_bound(text[: one.start]),
        per=one.per,
        role=one.role,
        counted=one.counted,
        former=one.former,
    )


def _special(text: str) -> Iterator[Amount]:
    def amount(match: re.Match[str], value: float, unit: str) -> Amount:
        return Amount(
            start=match.start(),
            end=match.end(),
            written=match.group(),
            low=value,
            high=value,
            unit=unit,
            bound=_bound(text[: match.start()]),
        )

    for match in _HALF_SCALE.finditer(text):
        yield amount(match, _SCALES[match["scale"].lower()] / 2, "")
    for match in _ONE_IN.finditer(text):
        count, whole = _value(match["count"]), _value(match["whole"]) * _SCALES.get((match["scale"] or "").lower(), 1)
        if 0 < count <= whole and whole > 1:
            yield amount(match, 100 * count / whole, "%")
    for match in _FRACTION.finditer(text):
        part = match["part"].lower().removesuffix("s").replace("halve", "half")
        if _HALF_MORE.search(text[: match.start()]):
            continue  # "two and a half years"
        if part == "half" or match["count"]:  # "the third time" has no fraction
            share = _value(match["count"] or "a") / _PARTS[part]
            scale = _SCALES.get((match["scale"] or "").lower())
            yield amount(match, share * scale if scale else 100 * share, "" if scale else "%")
    for match in _DOZEN.finditer(text):
        dozens = (match["count"] or "a").lower()
        yield amount(match, 6.0 if dozens == "half a" else 12 * _value(dozens), "")
    for match in _MULTIPLE.finditer(text):
        if match["times"] or match["fold"]:
            value = _value(match["times"] or match["fold"]) + (0.5 if match["half"] else 0.0)
        else:
            value = _WORDED[match["word"][:3].lower()]
        if value:
            yield amount(match, value, "times")
    for match in _DURATION.finditer(text):
        length = match["count"].lower()
        if length in ("a", "an") and _bound(text[: match.start()]) is Bound.EXACT:
            continue  # "a day" may be a rate: "30,000 a day"
        count = 0.5 if length.startswith("half") else _value(length) + (0.5 if match["half"] else 0.0)
        yield amount(match, count * _DAYS[match["unit"].lower()], "days")


def votes_to(text: str) -> list[tuple[float, float]]:
    """Return the scores in ``text``, larger first: "36 to 1" or "four votes to one"."""
    found = ((_value(match["many"]), _value(match["few"])) for match in _TO_ONE.finditer(text))
    return [pair for pair in found if pair[0] > pair[1]]


def _bound(before: str) -> Bound:
    return next((bound for bound, pattern in _BOUNDS if pattern.search(before)), Bound.EXACT)


def _value(written: str) -> float:
    low = written.lower()
    if low in ("a", "an"):
        return 1.0
    if low in _SCALES:
        return _SCALES[low]
    if low == "a hundred":
        return 100.0
    return number(low.replace(",", "")) or 0.0
