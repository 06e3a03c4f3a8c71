"""What kind of thing a question asks for, and where a sentence names one.

Rules over the surface of English news prose. They serve to prefer a sentence that can hold the
answer and to set its most direct words in bold, never to make up text.
"""

from __future__ import annotations

import re
from enum import StrEnum

Span = tuple[int, int]


class AnswerType(StrEnum):
    """What a question asks for."""

    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    AMOUNT = "amount"
    OTHER = "other"


_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME = re.compile(
    rf"\b(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? (?:19|20)\d\d)?\b"
    rf"|\b(?:(?:early|mid|late)[- ])?{_MONTH},? (?:19|20)\d\d\b"
    r"|\b(?:the )?(?:first|second|third|fourth) (?:quarter|half) of (?:19|20)\d\d\b"
    r"|\b(?:(?:early|mid|late)[- ])?(?:19|20)\d\d\b(?![\d,.]*\d)"
    rf"|\b{_WEEKDAY}\b|\b(?:yesterday|today|tomorrow)\b"
)
_UNIT = (
    r"(?:percent|per cent|percentage points?|million|billion|trillion|thousand|hundred|dozen|years?|months?|weeks?"
    r"|days?|hours?|minutes?|seconds?|people|jobs?|songs?|tracks?|users?|members?|shots?|films?|titles?|times)"
)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SPELLED = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?"
)
_AMOUNT = re.compile(
    rf"(?:(?:US|A|C|NZ)?[$€£¥] ?{_NUMBER}(?:[- ](?:thousand|million|billion|trillion|[mbk]n?)\b)?"
    rf"(?: (?:a|per) (?:day|week|month|year)\b)?)"
    rf"|\b{_NUMBER} ?%"
    rf"|\b(?:{_NUMBER}|{_SPELLED})(?:[- ](?:thousand|million|billion|trillion))?[- ]{_UNIT}\b"
    rf"|\b{_NUMBER}\b|\b{_SPELLED}\b",
    re.IGNORECASE,
)
_PARTICLE = r"(?:of|the|and|de|la|van|von|del|da|&|for)"
_NAME = re.compile(rf"\b[A-Z][\w’'.&-]*(?: (?:{_PARTICLE} )?[A-Z][\w’'.&-]*)*")
_PLACE = re.compile(
    rf"\b(?:in|at|from|near|outside|to) (?:the )?([A-Z][\w’'-]+(?: (?:{_PARTICLE} )?[A-Z][\w’'-]+)*)(?![\w’'.-]*[A-Z])"
)
_WORDS_AT_EDGES = """
    the a an it he she they we i this that these those his her their its our in on at by for from with as but and or
    if when while after before since under what who where why how which there here according also however still
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday both no not one two three some many most other another such each every status
"""
_NOT_NAMES = frozenset(_WORDS_AT_EDGES.split())
_MONTH_OR_DAY = re.compile(rf"(?:{_MONTH}|{_WEEKDAY})")

_WANTED: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        AnswerType.AMOUNT,
        re.compile(
            r"\bhow (?:many|much|old|long|far|large|big|high|often|fast)\b|\bwhat (?:percent|percentage|share|number|"
            r"price|amount|sum|proportion|fraction|valuation)\b|\bhow (?:highly )?(?:was|is|were) .* valued\b"
            r"|\bat what (?:valuation|price)\b|\bwhat (?:was|is) the (?:valuation|price|cost|fine|size|value|number)\b",
            re.IGNORECASE,
        ),
    ),
    (
        AnswerType.TIME,
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|week|quarter|time)\b|\bhow soon\b",
            re.IGNORECASE,
        ),
    ),
    (
        AnswerType.PLACE,
        re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|county|venue)\b", re.IGNORECASE),
    ),
    (
        AnswerType.PERSON,
        re.compile(
            r"\bwho(?:m|se)?\b|\b(?:what|which) (?:company|companies|studios?|firm|actor|actress|director|writer|singer"
            r"|band|label|union|judge|court|newspaper|publisher|person|people|executive)\b",
            re.IGNORECASE,
        ),
    ),
)
# "Who is Jane Doe?" asks what she is known for, not for a name.
_DEFINITION = re.compile(r"\s*[Ww]ho (?:is|was|are|were) (?:[A-Z][\w’'.&-]*\s*)+\??\s*$")


class Unit(StrEnum):
    """What an amount is counted in."""

    MONEY = "money"
    SHARE = "share"
    COUNT = "count"


_UNIT_WANTED: tuple[tuple[Unit, re.Pattern[str]], ...] = (
    (Unit.COUNT, re.compile(r"\bhow many\b", re.IGNORECASE)),
    (Unit.SHARE, re.compile(r"\bper ?cent|\b(?:share|proportion|fraction|percentage) of\b", re.IGNORECASE)),
    (
        Unit.MONEY,
        re.compile(
            r"\bvalu(?:ed|ation)|\bworth\b|\b(?:price|fine|funding|salary|raise|cost|invest|pay|paid)"
            r"|\bhow much (?:money|did|is|was|has|will)\b",
            re.IGNORECASE,
        ),
    ),
)
_UNIT_FOUND: dict[Unit, re.Pattern[str]] = {
    Unit.MONEY: re.compile(r"[$€£¥] ?\d|\b(?:dollars|euros|pounds|yen)\b", re.IGNORECASE),
    Unit.SHARE: re.compile(r"\d ?%|\bper ?cent\b", re.IGNORECASE),
    Unit.COUNT: re.compile(rf"\d|\b(?:{_SPELLED}|dozens?|hundreds?|thousands?)\b", re.IGNORECASE),
}
_COUNTED = re.compile(r"\bhow many (?:[\w-]+ )?([\w-]+)", re.IGNORECASE)
_LATEST = re.compile(
    r"\b(?:latest|newest|now|currently|current|still|yet|so far|most recent)\b"
    r"|^(?:is|are|does|do|has|have|what is|what[’']s|how much is|who is|who heads|where do(?:es)?|how far has|status)\b"
    r"|\b(?:which|what) [a-z ]+ (?:is|are)\b",
    re.IGNORECASE,
)


def wanted_unit(question: str) -> Unit | None:
    """Return what the amount asked for is counted in; None when no amount is asked for."""
    return next((unit for unit, pattern in _UNIT_WANTED if pattern.search(question)), None)


def in_unit(unit: Unit, question: str, sentence: str) -> float:
    """Return how far ``sentence`` gives an amount in ``unit``, in [0, 1].

    A count is worth half unless the sentence also has the word for what the question counts.
    """
    if not _UNIT_FOUND[unit].search(sentence):
        return 0.0
    counted = _COUNTED.search(question) if unit is Unit.COUNT else None
    if counted is None:
        return 1.0
    return 1.0 if counted.group(1).lower().rstrip("s") in sentence.lower() else 0.5


def asks_for_latest(question: str) -> bool:
    """Return whether the question is about how things stand: it says so, or is put in the present tense."""
    return _LATEST.search(question.strip()) is not None


def wanted_type(question: str) -> AnswerType:
    """Return what ``question`` asks for; OTHER when no rule speaks."""
    if _DEFINITION.match(question):
        return AnswerType.OTHER
    found: list[tuple[int, AnswerType]] = []
    for kind, pattern in _WANTED:
        match = pattern.search(question)
        if match:
            found.append((match.start(), kind))
    # The question word that comes first rules: "Who said when …" asks for a person.
    return min(found, key=lambda item: item[0])[1] if found else AnswerType.OTHER


def names_in(text: str) -> list[Span]:
    """Return the spans of capitalised names, without words that are only capitalised by position."""
    spans: list[Span] = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        words = match.group().split(" ")
        while words and words[0].strip(".,'’").lower() in _NOT_NAMES and not _is_of_a_title(words, text):
            start += len(words.pop(0)) + 1
        while words and words[-1].strip(".,'’").lower() in _NOT_NAMES:
            end -= len(words.pop()) + 1
        if not words:
            continue
        name = text[start:end]
        trimmed = re.sub(r"(?:[’']s)?[.’',-]*$", "", name)
        end -= len(name) - len(trimmed)
        if len(trimmed) > 1 and not (start == _first_letter(text) and len(words) == 1 and trimmed.islower()):
            spans.append((start, end))
    return spans


def _is_of_a_title(words: list[str], text: str) -> bool:
    """Return whether the first word is written in capitals as the next one is: "the NO FAKES Act"."""
    return len(words) > 1 and len(words[0]) > 1 and words[0].isupper() and words[1].isupper() and not text.isupper()


def spans_of(kind: AnswerType, sentence: str) -> list[Span]:
    """Return where ``sentence`` names something of this kind, in order; nothing for OTHER."""
    if kind is AnswerType.TIME:
        return [match.span() for match in _TIME.finditer(sentence)]
    if kind is AnswerType.AMOUNT:
        times = [match.span() for match in _TIME.finditer(sentence)]
        amounts = [match.span() for match in _AMOUNT.finditer(sentence)]
        return [span for span in amounts if not any(start <= span[0] < end for start, end in times)]
    if kind is AnswerType.PLACE:
        return [match.span(1) for match in _PLACE.finditer(sentence) if not _MONTH_OR_DAY.match(match.group(1))]
    if kind is AnswerType.PERSON:
        return names_in(sentence)
    return []


def _first_letter(text: str) -> int:
    return next((at for at, character in enumerate(text) if character.isalpha()), 0)
