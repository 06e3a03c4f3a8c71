"""Times inside a clause that dates a thing: the film shot in 2015, after it was sued in 2023, who joined in 2019."""

from __future__ import annotations

import re

from rag.english import (
    AUXILIARIES,
    DETERMINERS,
    DO_SUPPORT,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SPEECH,
    is_base,
    is_content,
    is_past,
    is_plural,
    is_verb,
    words,
)
from rag.time_attachment import ASKED, EVENT, GATHERED, OF_NEWS, Attachment, Surroundings, heads_news, is_superlative

_SUBORDINATE = words("when while once because though although whenever")
_AFTER_A_THING = words("after before since until till following despite")
_RELATIVE = words("who that which whose whom where")
_ASKING = words(
    """me us know out see explain wonder remember check ask tell say show list find to about of on for and or but
    whether if is was be"""
)
_LISTING = words("list name show give find summarise summarize get tell collect gather search any all what")
_ANY = words("which what any all every whose no how many")
_BE = words("is are was were be been being get got gets isn't aren't wasn't weren't")
_PRONOUNS = words("they he she it we you i")
_LIGHT = words("never not also first only already just newly recently later then jointly both")


def belongs_to_clause(around: Surroundings) -> Attachment | None:
    """Return what the clause around the expression makes of it, or ``None`` when no clause holds it."""
    words = _main_segment(around.segment)
    return (
        _in_subordinate(around, words)
        or _in_relative(around, words)
        or _after_participle(around, words)
        or _in_subject(around, words)
    )


def _main_segment(words: list[str]) -> list[str]:
    """Drop a clause in front that no comma divides: "after it was sued what did it do"."""
    for index in range(len(words) - 2, 0, -1):
        asks = words[index] in QUESTION_WORDS and words[index + 1] in AUXILIARIES and words[index - 1] not in _ASKING
        if asks and (words[index] not in _RELATIVE | {"when"} or words[index + 1] in DO_SUPPORT):
            return words[index:]
    return words


def _in_subordinate(around: Surroundings, words: list[str]) -> Attachment | None:
    for index, word in enumerate(words[:-1]):
        behind = words[index + 1 :]
        if word in _SUBORDINATE:
            interrogative = word == "when" and (behind[0] in AUXILIARIES or (index > 0 and words[index - 1] in _ASKING))
            if not interrogative:
                return EVENT
        if word in _AFTER_A_THING and not _resumed(words, index):
            return EVENT
    return None


def _resumed(words: list[str], index: int) -> bool:
    """Whether the main clause goes on behind ``words[index:]``: a base verb that "did" still waits for."""
    waits = any(word in DO_SUPPORT for word in words[:index]) and not any(is_base(word) for word in words[1:index])
    return waits and any(is_base(word) for word in words[index + 2 :])


def _in_relative(around: Surroundings, words: list[str]) -> Attachment | None:
    for index in range(len(words) - 2, -1, -1):
        word = words[index]
        if word not in _RELATIVE:
            continue
        if index == 0:
            asked_before = any(word in QUESTION_WORDS or word in AUXILIARIES for word in around.sentence_before)
            comma = bool(around.before_segment) and around.before_segment[-1] == ","
            if word != "that" and comma and asked_before and _verbs(words[1:]) < 2:
                return EVENT
            continue
        before = words[index - 1]
        if before in FUNCTION_WORDS and before not in ("one", "ones", "those", "people"):
            continue
        if word == "that" and SPEECH.search(" ".join(words[:index])):
            continue
        if before in _ASKING or _goes_on(words, index):
            continue
        head_plural = is_plural(before) or before == "those"
        if heads_news(words[:index][-2:]):
            return OF_NEWS
        return GATHERED if head_plural and _is_listed(words[:index]) else EVENT
    return None


def _verbs(words: list[str]) -> int:
    """Count groups of finite verbs: "was cloned" is one; a verb behind "to" or "and" opens none."""
    groups, inside, last = 0, False, ""
    for word in words:
        verb = word in AUXILIARIES or is_past(word) or (inside and word in _LIGHT)
        if verb and not inside and last not in ("to", "and", "or", "but", "the", "a", "by"):
            groups += 1
        inside, last = verb, word
    return groups


def _goes_on(words: list[str], index: int) -> bool:
    """Whether the clause opened at ``index`` is over and the main verb has come."""
    inside = words[index + 1 :]
    if any(word in DO_SUPPORT for word in words[:index]) and not any(is_base(word) for word in words[1:index]):
        first = next((place for place, word in enumerate(inside) if is_verb(word)), len(inside))
        rest = inside[first + 1 :]
        for place, word in enumerate(rest):
            if is_base(word) and (place == 0 or rest[place - 1] not in ("to", "the", "a", "its", "of", "for", "in")):
                return True
        return False
    return _verbs(inside) > 1


def _is_listed(words: list[str]) -> bool:
    """Whether the noun at the end of ``words`` is the very thing asked for: "list the deals", "which laws"."""
    start = _noun_start(words)
    chunk, before = words[start:], words[:start]
    if any(word in _ANY for word in chunk) or any(is_superlative(word) for word in chunk):
        return True
    if not before or (before[0] in _LISTING and all(word in _FILLERS for word in before[1:])):
        return True
    if before[-1] in ("of", "among") and any(word in _ANY or is_superlative(word) for word in before[-3:-1]):
        return True
    if "there" in before[-2:]:
        return True
    return before[0] in ("what", "which", "who") and len(before) == 2 and before[1] in _BE


_FILLERS = words("me us all the of some about a an please for out up")


def _noun_start(words: list[str]) -> int:
    """Return where the noun phrase that ends ``words`` begins, with its determiner."""
    start = len(words)
    while start and words[start - 1] not in FUNCTION_WORDS and not (start < len(words) and is_past(words[start - 1])):
        start -= 1
    while start and (words[start - 1] in DETERMINERS or words[start - 1] in _ANY or words[start - 1] == "most"):
        start -= 1
    return start


def _after_participle(around: Surroundings, words: list[str]) -> Attachment | None:
    place = _participle(words)
    if place is None:
        return None
    before = words[:place]
    while before and (before[-1] in _LIGHT or before[-1].endswith("ly")):
        before = before[:-1]
    if not before:
        return ASKED
    if before[-1] in _PRONOUNS and len(before) > 2 and is_content(before[-2]) and not is_verb(before[-2]):
        return EVENT  # "the contract they signed last year"
    if before[-1] in FUNCTION_WORDS:
        return None
    if is_base(words[place]) and any(word in DO_SUPPORT for word in before) and not any(map(is_base, before[1:])):
        return ASKED
    start = _noun_start(before)
    noun, ahead = before[start:], before[:start]
    if heads_news([word for word in noun if word not in DETERMINERS]):
        return OF_NEWS
    behind = re.findall(r"[a-z'-]+|[^\sa-z]", around.right)
    if not ahead:
        opened = not noun or noun[0] not in DETERMINERS
        asked = noun and noun[0] in QUESTION_WORDS
        if asked or opened:
            return GATHERED if behind and is_verb(behind[0]) else ASKED
        return ASKED
    if ahead[-1] == "it" or (ahead[0] in QUESTION_WORDS and not any(is_verb(word) for word in ahead[1:])):
        return ASKED
    if _is_main_verb(ahead, noun, behind):
        return ASKED
    plural = is_plural(noun[-1])
    return GATHERED if (plural or any(word in _ANY for word in noun)) and _is_listed(before) else EVENT


def _participle(words: list[str]) -> int | None:
    """Return the place of the past form that the expression follows, over a short complement such as "by authors"."""
    for back in range(1, min(len(words), 6) + 1):
        word = words[-back]
        if is_past(word) and not (back > 1 and words[-back - 1 : -back] and words[-back - 1] in DETERMINERS):
            complement = words[len(words) - back + 1 :]
            if complement and complement[0] not in PREPOSITIONS and complement[0] not in _LIGHT:
                return None
            return len(words) - back
        if word in AUXILIARIES or word in QUESTION_WORDS or word in ("and", "or", "but", "that"):
            return None
    return None


def _is_main_verb(ahead: list[str], noun: list[str], behind: list[str]) -> bool:
    """Whether a past form behind ``noun`` completes "has" or "was", or stands in a statement."""
    helpers = [word for word in ahead if word in AUXILIARIES]
    if not helpers:
        return ahead[-1] not in PREPOSITIONS and not any(word in QUESTION_WORDS or is_verb(word) for word in ahead)
    if ahead[-1] not in AUXILIARIES or helpers[-1] in DO_SUPPORT:
        return False
    clause: list[str] = []
    for word in behind:
        if not word[0].isalpha():
            break
        clause.append(word)
    named = not noun or noun[0] not in DETERMINERS
    if helpers[-1] in ("is", "are") and not named:
        return False
    if helpers[-1] in _BE:
        is_question_for_it = ahead[0] in ("what", "who") and len(ahead) == 2
        return (named or not is_question_for_it) and (
            not clause or named or (clause[0] in PREPOSITIONS and len(clause) > 1)
        )
    return named or not any(is_past(word) for word in clause)


def _in_subject(around: Surroundings, words: list[str]) -> Attachment | None:
    """ "How did the strike in 2023 hurt caterers": the expression stands between "did" and its verb."""
    places = [index for index, word in enumerate(words) if word in DO_SUPPORT]
    if not places or around.expression.preposition not in ("in", "of", "on", "at", "from", "during"):
        return None
    noun = words[places[-1] + 1 :]
    if len(noun) < 2 or noun[0] not in DETERMINERS or any(word in PREPOSITIONS for word in noun) or is_plural(noun[-1]):
        return None
    behind = re.match(r"\s+([a-z]+)", around.right)
    return EVENT if behind and is_base(behind[1]) else None
