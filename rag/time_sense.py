"""Whether a word that looks like a time is one: May and the verb, Wednesday and the series, 2,000 and the year."""

from __future__ import annotations

import re

from rag.english import BASE_VERBS, DETERMINERS, FUNCTION_WORDS, is_content, words
from rag.periods import Unit
from rag.time_words import MONTHS, SEASON, WEEKDAYS, Phrase, is_title_case, pattern

_NUMBERED = pattern(
    r"(?:\b(?:sections?|articles?|bills?|acts?|rules?|no|nos|number|pages?|chapter|sb|ab|hb|hr|h\.r|room|route|rtx|gtx"
    r"|rx|models?|version|v|windows|office|area|studio|channel|title|part|agenda|form|case|docket|lot|unit|gate|flight"
    r"|highway|boeing|system)\b\.?|no\.|#) $"
)
_AMOUNT = pattern(r"\b(?:about|over|some|nearly|almost|around|roughly|than|least|most|only|up to|under|of the|the) $")
_NAMES_BEFORE_TODAY = pattern(
    r"\b(?:usa|us|u\.s\.|india|business|psychology|film|tv|history|russia|tech|music|physics|medical|the) $"
)
_DID = pattern(r"\b(?:did|does|do|will|would|could|can|to|may|might|must|should|not)\b(?P<between>(?: \S+){0,6}) $")
_WITH_MONTH = words(
    """in during since until till til through throughout thru before after by from of over around about on within for
    at toward towards across mid"""
)
_MAY_BE_AGENT = words("by from of to after before about for since until on around at through over")
_WITH_WEEKDAY = words("on since until till til by before after from through over late early of")
_WITH_WEEKEND = words("at on over during in since until till by before after from through for of throughout")
_WITH_SEASON = words(
    """in during over since until till til by before after from through throughout around towards toward across for"""
)
_SERIES = words("series show film movie about of like called titled watch watching season episode star stars the in")


def is_time(question: str, text: str, phrase: Phrase, preposition: str) -> bool:
    """Return whether ``phrase`` of the readable ``text`` of ``question`` means a time, by the words around it."""
    before, after = text[max(phrase.start - 60, 0) : phrase.start], text[phrase.end :]
    words = text[phrase.start : phrase.end]
    if _is_name(question, phrase, preposition):
        return False
    if words.startswith("today"):
        return not _NAMES_BEFORE_TODAY.search(before)
    if re.fullmatch(r"this\s+may", words):
        return re.match(r"\s*(?:[?.!,;:'’]|$|\s(?:about|in|at|on|for|with|by|from|over|of|to)\b)", after) is not None
    if re.match(r"(?:last|past)\s+(?:\d|an?\b|two|three|four|five|six|seven|eight|nine|ten|twelve|half)", words):
        helper = _DID.search(before)
        return helper is None or _has_verb(helper["between"].split())
    if re.match(r"(?:the\s+)?(?:last|past|final|first|second|third|fourth)\b", words) and re.match(r"\s+of\s", after):
        return False
    if not phrase.bare:
        return True
    if phrase.unit is Unit.WEEKEND:
        return preposition in _WITH_WEEKEND
    if phrase.unit is Unit.YEAR:
        return _is_year(before, after)
    if phrase.relative and phrase.unit is not Unit.DAY and not re.match(r"(?:fall|spring|may|mar)", words):
        return True
    if phrase.unit is Unit.MONTH:
        return _is_month(question, text, phrase, preposition)
    if phrase.unit is Unit.SEASON:
        return _is_season(words, after, preposition)
    return _is_weekday(question, text, phrase, preposition)


def _has_verb(words: list[str]) -> bool:
    return any(
        word in BASE_VERBS and (not index or words[index - 1] not in DETERMINERS) for index, word in enumerate(words)
    )


def _is_name(question: str, phrase: Phrase, preposition: str) -> bool:
    """Return whether the words are written as a title: "Last Week Tonight", "This Morning", "Saturday Night Live"."""
    words = question[phrase.start : phrase.end].split()
    first = words[0]
    if not first[:1].isupper() or is_title_case(question) or _begins_sentence(question, phrase.start):
        return False
    titled_behind = re.match(r"\s+[A-Z]", question[phrase.end :]) is not None
    if re.match(rf"(?:{MONTHS}|{SEASON}|{WEEKDAYS}|q[1-4]|h[12]|[12]h)", first.lower()):
        time_of_day = len(words) > 1 and words[-1].istitle() and words[-1].lower() in ("night", "morning", "evening")
        return time_of_day and (preposition != "on" or titled_behind)
    relative = ("last", "this", "today", "yesterday", "tonight", "the", "next", "tomorrow", "past")
    return first.lower() in relative and all(word[:1].isupper() for word in words)


def _begins_sentence(question: str, start: int) -> bool:
    return re.search(r"(?:^|[.?!:;,(\"“—-])\s*$", question[:start]) is not None


def _is_year(before: str, after: str) -> bool:
    if _NUMBERED.search(before):
        return False
    counted = re.match(r"\s+([a-z]+s)\b", after)
    return not (counted and _AMOUNT.search(before) and not before.rstrip().endswith("the") and is_content(counted[1]))


def _is_month(question: str, text: str, phrase: Phrase, preposition: str) -> bool:
    after = question[phrase.end :]
    person = re.match(r"\s+[A-Z][a-z']", after) is not None
    lower = question[phrase.start].islower() and any(char.isupper() for char in question[1:])
    if preposition in _WITH_MONTH:
        return not (preposition in _MAY_BE_AGENT and person)
    named = text[phrase.start : phrase.start + 3]
    possessive = re.match(r"\s*'s?\s", text[phrase.end :])
    following = re.match(r"\s+([a-z][\w-]*)", text[phrase.end :])
    if preposition in DETERMINERS:
        ambiguous = named in ("may", "mar", "aug") and lower
        return not ambiguous and following is not None and following[1] not in FUNCTION_WORDS
    return possessive is not None and not re.search(r"[A-Z][\w.]*\s+$", question[: phrase.start])


def _is_season(words: str, after: str, preposition: str) -> bool:
    if re.match(r"\s+of\b", after):
        return False
    if words.startswith("the") or preposition in _WITH_SEASON:
        return preposition in _WITH_SEASON or re.match(r"\s+[a-z]", after) is not None
    return False


def _is_weekday(question: str, text: str, phrase: Phrase, preposition: str) -> bool:
    words, after = text[phrase.start : phrase.end], text[phrase.end :]
    short = re.match(r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)\b", words) is not None
    if re.match(r"s\b", after) and preposition == "on":
        return False
    if preposition in _WITH_WEEKDAY:
        return not (short and preposition not in ("on", "since", "until", "before", "after"))
    if short:
        return False
    following = re.match(r"\s+([a-z][\w-]*)", after)
    if preposition in DETERMINERS:
        return following is not None and following[1] not in FUNCTION_WORDS
    if re.match(r"'s?\s|s\s", after):
        return True
    if preposition in _SERIES:
        return False
    capital_before = re.search(r"[A-Z][\w&.]*\s+$", question[: phrase.start])
    if (
        capital_before
        and not _begins_sentence(question, capital_before.start())
        and re.match(r"\s+[A-Z]", question[phrase.end :])
    ):
        return False
    return not re.match(r"\s+[A-Z]", question[phrase.end :]) or _begins_sentence(question, phrase.start)
