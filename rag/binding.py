"""Whether a question itself says what one of its pronouns stands for: "What did Netflix say about its plans?".

After the binding conditions of Chomsky (1981), as far as they show on the surface: a subject of the same clause binds
"its" and "their", but not "it" and "them"; whatever an earlier clause names binds all of them.
"""

from __future__ import annotations

import re
from enum import StrEnum

from rag.english import AUXILIARIES, SPEECH, is_content, is_past, is_plural, is_verb, words
from rag.mentions import PEOPLE, Kind, groups, may_be_person, names


class Role(StrEnum):
    """The part a pronoun has in its clause."""

    SUBJECT = "subject"
    OBJECT = "object"
    POSSESSIVE = "possessive"


_SUBORDINATORS = words(
    """after before when while because if since that which who whether why how and but until although though as where
    so than once unless until till"""
)


def role_of(lowered: list[str], at: int) -> Role:
    """Return the part of the pronoun ``lowered[at]``, as far as its neighbours tell."""
    word = lowered[at]
    after = lowered[at + 1] if at + 1 < len(lowered) else ""
    before = lowered[at - 1] if at else ""
    if word in ("his", "its", "their"):
        return Role.POSSESSIVE
    if word == "her":
        taken = bool(after) and (is_content(after) or is_past(after)) and after not in ("back", "next", "again")
        return Role.POSSESSIVE if taken else Role.OBJECT
    if word == "it":
        is_subject = before in AUXILIARIES or after in AUXILIARIES or before in _SUBORDINATORS or not at
        return Role.SUBJECT if is_subject else Role.OBJECT
    return Role.SUBJECT if word in ("he", "she", "they") else Role.OBJECT


def clause_start(question: str, tokens: list[re.Match[str]], lowered: list[str], at: int) -> int:
    """Return the index of the first token of the clause that token ``at`` stands in."""
    for index in range(at - 1, 0, -1):
        gap = question[tokens[index].end() : tokens[index + 1].start()]
        if "," in gap or ";" in gap:
            return index + 1
        if lowered[index] in _SUBORDINATORS and lowered[index + 1 :] and index < at:
            return index
        if SPEECH.search(" " + lowered[index]) and index + 1 == at:
            return index + 1
    return 0


def is_bound(question: str, tokens: list[re.Match[str]], lowered: list[str], at: int, role: Role) -> bool:
    """Return whether the question itself says what the pronoun at ``at`` stands for."""
    word, start = lowered[at], tokens[at].start()
    clause = tokens[clause_start(question, tokens, lowered, at)].start()
    limit = start if role is Role.POSSESSIVE else clause
    earlier = [one for one in names(question) if one.end <= limit]
    plural = [one for one in groups(question) if one.end <= (start if lowered[at - 1] == "of" else limit)]
    if word in ("they", "them", "their", "theirs"):
        bound = bool(plural) or any(one.kind is not Kind.PERSON for one in earlier)
        bound = bound or any(
            item in ("who", "anyone", "everyone", "people") for item in _before(tokens, lowered, limit)
        )
    elif word in ("it", "its"):
        bound = any(one.kind is Kind.THING for one in earlier) or _has_singular(question[:limit], people=False)
    else:
        bound = any(one.kind is Kind.PERSON or may_be_person(one.text) for one in earlier) or _has_singular(
            question[:limit], people=True
        )
    return bound or _is_explained_later(question, start, word)


def _before(tokens: list[re.Match[str]], lowered: list[str], limit: int) -> list[str]:
    return [word for token, word in zip(tokens, lowered, strict=True) if token.end() <= limit]


_SINGULAR = re.compile(r"\b(?:an?|any|each|every|which|what|one|(the)) (?:[a-z-]+ )??([a-z-]+)\b", re.IGNORECASE)
_FRONTED = re.compile(r"(?:in|when|after|with|before|since|while|despite|for|if|as|by|on|once)\b[^,]*, ", re.IGNORECASE)


def _has_singular(text: str, *, people: bool) -> bool:
    """Return whether ``text`` speaks of a person, or of something else, by a noun in the singular."""
    for match in _SINGULAR.finditer(text):
        noun = match.group(2).lower()
        if match.group(1) and not people:
            continue
        if (noun in PEOPLE) is people and is_content(noun) and not is_plural(noun) and not is_verb(noun):
            return True
    return False


def _is_explained_later(question: str, start: int, word: str) -> bool:
    """Return whether the pronoun opens a clause before the name it stands for: "When it was sued, what did Suno …"."""
    fronted = _FRONTED.match(question)
    if fronted is None or start >= fronted.end():
        return False
    rest = names(question[fronted.end() :])
    if word in ("he", "she", "him", "her", "his"):
        return any(one.kind is Kind.PERSON or may_be_person(one.text) for one in rest)
    return bool(rest)
