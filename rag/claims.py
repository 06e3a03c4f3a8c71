"""What a sentence states, as far as two statements can be held against each other: amounts, days, names, standing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from rag.english import AUXILIARIES, DETERMINERS, is_verb, words
from rag.quantities import Quantity, quantities
from rag.spans import Span, names_in
from rag.stems import FUNCTION, content_stems, stem

_MONTH_STARTS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = _MONTH_STARTS.split()
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_DAYS = (
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,\d)(?:,? (?P<year>(?:19|20)\d\d)\b)?"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}(?:,? (?P<year>(?:19|20)\d\d)\b)?"),
)
_TOLD_ON = re.compile(
    r"\b(?:report(?:s|ed)?|sa(?:id|ys)|announc(?:ed|es)|wrote|told|published|calculated|confirmed|post(?:ed)?|conference)\b"
    r"(?:[,;]? (?:on|of|late|early|in|an?|report|post|\w+day,?))*\W*$",
    re.IGNORECASE,
)
_SAYING = (
    r"(?:report(?:s|ed)?|sa(?:id|ys)|put(?:s)?|count(?:s|ed)|calls?|called|gave|gives|estimate[sd]?|describe[sd]?"
    r"|speaks?|spoke|calculated|wrote|writes|confirmed|told|maintains?|claim(?:s|ed)|announced|cites?|cited)"
)
_SAYS = re.compile(rf"^(?: \w+ly)? {_SAYING}\b")
_AFTER_SAYING = re.compile(rf"(?:\b(?:according to|told|{_SAYING} by|carried by)|^By)(?: the)?(?: \w+){{0,4}} $")
_REPORT_OF = re.compile(r"^[’']s? (?:\w+ )?(?:report|account|count|figures?|estimates?)\b")
_NEGATION = re.compile(r"(?:\b(?:not|never|no longer|cannot)|n['’]t)\b(?! (?:only|just|merely|to)\b)", re.IGNORECASE)
_SILENT = frozenset(map(stem, words("comment respond answer reply say disclose clear name immediately return")))


_OPENING = re.compile(rf"(?:Back in|In|By|Last|Early in|Late in|Since) {_MONTH}(?:,? (?P<year>(?:19|20)\d\d))?\b")
_OPENING_VAGUE = re.compile(
    r"(?:Over the (?:summer|winter|past)|(?:Late |Early )?[Ll]ast (?:year|spring|summer|autumn|fall|winter)"
    r"|Originally|At first|Previously|Earlier (?:this|last|in))\b"
)
LONG_AGO = 30
"""Days after its end from which a month that opens a sentence makes it one about the past."""


class Standing(StrEnum):
    """How a thing stands by the words of a sentence."""

    PENDING = "pending"
    DONE = "done"
    UNDONE = "undone"


_STANDINGS: tuple[tuple[Standing, re.Pattern[str]], ...] = (
    (
        Standing.UNDONE,
        re.compile(
            r"\b(?:veto(?:ed|es)|cancel(?:s|led|ed|ling)|call(?:s|ed) off|withdr(?:ew|awn|aw|aws)|abandon(?:s|ed)"
            r"|drop(?:s|ped)|scrap(?:s|ped)|reject(?:s|ed)|refus(?:es|ed)|dismiss(?:es|ed)|shut(?:s|ting)? down"
            r"|clos(?:es|ed|ing) (?:down|its)|is closing|put off|delay(?:s|ed)|postpone[sd]?|revers(?:es|ed)"
            r"|overturn(?:s|ed)|struck down|removed?"
            r"|halt(?:s|ed)|suspend(?:s|ed)|terminate[sd]?|le(?:ft|aving) the (?:agreement|deal)|fell through"
            r"|r[au]n aground|gave up|walked away|pull(?:s|ed) out|blocked)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Standing.DONE,
        re.compile(
            r"\b(?:signed|passed|completed|closed|approved|approval|ratified|launched|enacted|finali[sz]ed|took effect"
            r"|confirmed|won|settled|bought|acquired|released|restored)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Standing.PENDING,
        re.compile(
            r"\b(?:will|plan(?:s|ned)?|propos(?:es|ed)|seek(?:s|ing)?|consider(?:s|ing)|in talks|is to|are to|set to"
            r"|expect(?:s|ed)|wants? to|aims? to|would|due|pending|announced plans?)\b",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day as it is written: ``year`` is None where none is; ``context`` holds the stems of the words around."""

    month: int
    day: int
    year: int | None
    context: frozenset[str] = field(default=frozenset(), compare=False)

    def equals(self, other: Day) -> bool:
        """Return whether both can be one day; without a year, a day is that of any."""
        same = (self.month, self.day) == (other.month, other.day)
        return same and (self.year is None or other.year is None or self.year == other.year)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a sentence states.

    ``days`` leaves out when something was reported or said. ``names`` are the words of capitalised names in lower
    case without those of ``sources``, whom the sentence gives as saying it. ``about`` are names of its headline
    and the sentence before. ``denied`` are the stems of the verbs it denies, ``terms`` those of its words without
    amounts, days and sources. ``past`` tells that it opens with a month well before ``published``, which is None
    when it is not known.
    """

    text: str
    quantities: tuple[Quantity, ...]
    days: tuple[Day, ...]
    names: frozenset[str]
    sources: frozenset[str]
    about: frozenset[str]
    denied: frozenset[str]
    standings: frozenset[Standing]
    terms: frozenset[str]
    published: date | None
    past: bool


def claim(text: str, *, around: str = "", published: date | None = None) -> Claim:
    """Return what the sentence ``text`` states; ``around`` is its headline and the sentence before."""
    spans = names_in(text)
    told = [span for span in spans if _is_source(text, span)]
    days, places = _days(text)
    amounts = quantities(text)
    blank = list(text)
    for start, end in [*told, *places, *((item.start, item.end) for item in amounts)]:
        blank[start:end] = " " * (end - start)
    return Claim(
        text=text,
        quantities=amounts,
        days=days,
        names=name_words(text, [span for span in spans if span not in told]),
        sources=name_words(text, told),
        about=name_words(around, names_in(around)),
        denied=frozenset(_denied(text)),
        standings=frozenset(standing for standing, pattern in _STANDINGS if pattern.search(text)),
        terms=content_stems("".join(blank)),
        published=published,
        past=published is not None and _opens_in_the_past(text, published),
    )


def name_words(text: str, spans: list[Span]) -> frozenset[str]:
    """Return the capitalised words of the names at ``spans`` in lower case, without possessive endings."""
    words = (word for start, end in spans for word in re.findall(r"[^\W\d_][\w.&’'-]*", text[start:end]))
    found = (re.sub(r"[’']s?$", "", word).rstrip(".").lower() for word in words if word[0].isupper())
    return frozenset(word for word in found if word not in FUNCTION)


def _is_source(text: str, span: Span) -> bool:
    before, after = text[: span[0]], text[span[1] :]
    return (
        _SAYS.match(after) is not None
        or _REPORT_OF.match(after) is not None
        or _AFTER_SAYING.search(before) is not None
    )


def _denied(text: str) -> Iterator[str]:
    for match in _NEGATION.finditer(text):
        ahead = [word.lower() for word in re.findall(r"[^\W\d_][\w’'-]*", text[match.end() :])[:4]]
        if not ahead or ahead[0] in DETERMINERS:
            continue
        verb = next((word for word in ahead if word not in AUXILIARIES and not word.endswith("ly")), "")
        if is_verb(verb) and stem(verb) not in _SILENT:
            yield stem(verb)


def _days(text: str) -> tuple[tuple[Day, ...], list[Span]]:
    found: list[tuple[int, Day]] = []
    places: list[Span] = []
    for pattern in _DAYS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in places):
                continue
            number, month = int(match["day"]), _month(match["month"])
            if not 1 <= number <= 31:
                continue
            places.append(match.span())
            if _TOLD_ON.search(text[: match.start()]):
                continue
            words = text[: match.start()].split()[-6:] + text[match.end() :].split()[:5]
            day = Day(
                month=month,
                day=number,
                year=int(match["year"]) if match["year"] else None,
                context=content_stems(" ".join(words)),
            )
            found.append((match.start(), day))
    return tuple(day for _, day in sorted(found, key=lambda item: item[0])), places


def _opens_in_the_past(text: str, published: date) -> bool:
    if _OPENING_VAGUE.match(text):
        return True
    found = _OPENING.match(text)
    if found is None:
        return False
    month = _month(found["month"])
    year = int(found["year"]) if found["year"] else published.year - (month > published.month)
    return (published - date(year, month, 28)).days > LONG_AGO


def _month(text: str) -> int:
    return _MONTHS.index(text[:3].lower()) + 1
