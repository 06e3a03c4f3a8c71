"""Whether a question itself says what one of its pronouns stands for: "What did Netflix say about its plans?".

After the binding conditions of Chomsky (1981), as far as they show on the surface: a subject of the same clause binds
"its" and "their", but not "it" and "them"; whatever an earlier clause names binds all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from rag.english import AUXILIARIES, SPEECH, is_content, is_past, is_plural, is_verb, words
from rag.mentions import PEOPLE, Kind, groups, may_be_person, names
from rag.pointing_words import IDENTITIES, RELATIONS


class Role(StrEnum):
    """The part a pronoun has in its clause."""

    SUBJECT = "subject"
    OBJECT = "object"
    POSSESSIVE = "possessive"


_SUBORDINATORS = words(
    """after before when while because if since that which who whether why how and but until although though as where
    so than once unless until till whose what"""
)
_PAUSE = re.compile(r"[,;:?!—–]|\s-\s")
LONGEST_SHORT_FORM = 3  # "U.S", "Inc"
_ALL = words("everything anything something nothing all much")


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
    if at > 1 and lowered[at] in ("he", "she", "it", "they") and _is_relative(question, tokens, lowered, at):
        return at
    for index in range(at - 1, 0, -1):
        gap = question[tokens[index].end() : tokens[index + 1].start()]
        opens = "." in gap and len(lowered[index]) > LONGEST_SHORT_FORM and tokens[index + 1].group()[0].isupper()
        if opens or _PAUSE.search(gap):
            return index + 1
        is_purpose = lowered[index] == "to" and is_verb(lowered[index + 1]) and index + 1 < at
        if is_purpose and lowered[at] == "them" and not is_verb(lowered[index - 1]):
            return (
                index  # "which agencies did Google meet to sell them Sora"; "when do they plan to sue them" is another
            )
        if lowered[index] in _SUBORDINATORS and lowered[index + 1 :] and index < at:
            return index
        if SPEECH.search(" " + lowered[index]) and index + 1 == at:
            return index + 1
    return 0


def _is_relative(question: str, tokens: list[re.Match[str]], lowered: list[str], at: int) -> bool:
    """Return whether the pronoun at ``at`` opens a clause about the noun before it: "the deal it signed"."""
    before, after = lowered[at - 1], lowered[at + 1] if at + 1 < len(lowered) else ""
    is_noun = before in _ALL or (
        is_content(before) and not is_verb(before) and question[tokens[at - 1].end() : tokens[at].start()] == " "
    )
    return is_noun and bool(after) and (is_verb(after) or is_past(after) or after in AUXILIARIES)


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
            item in ("who", "anyone", "everyone", "people", "anybody") for item in _before(tokens, lowered, limit)
        )
        bound = bound or _has_singular(question[:limit], people=True, anyone=True)
    elif word in ("it", "its"):
        bound = any(one.kind is Kind.THING for one in earlier) or _has_singular(question[:limit], people=False)
    else:
        bound = any(one.kind is Kind.PERSON or may_be_person(one.text) for one in earlier)
        bound = bound or "who" in _before(tokens, lowered, clause) or _has_singular(question[:limit], people=True)
    return bound or _is_explained_later(question, start, word)


def _before(tokens: list[re.Match[str]], lowered: list[str], limit: int) -> list[str]:
    return [word for token, word in zip(tokens, lowered, strict=True) if token.end() <= limit]


_BODIES = words(
    "court jury board committee panel press public government house senate parliament spokesperson chairman"
)
_DETERMINER = re.compile(r"(?:an?|any|each|every|which|what|one|the)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w-]*")
_NEXT = re.compile(r"(?:['’]s?)? ")
_FRONTED = re.compile(r"(?:in|when|after|with|before|since|while|despite|for|if|as|by|on|once)\b[^,]*, ", re.IGNORECASE)


_ASKED_FIRST = re.compile(
    rf"(?i:which|what|whose|how|in|on|of|for|with|by|from|at|over|to)\b[^,?]*? (?:{'|'.join(sorted(AUXILIARIES))}) "
    r"(?P<subject>(?:the )?[A-Z])"
)
"""A question whose subject comes behind what it asks for: "How far over its budget is Critterz?"."""


def _has_singular(text: str, *, people: bool, anyone: bool = False) -> bool:
    """Return whether ``text`` speaks of a person, or of something else, by a noun in the singular.

    With ``anyone`` of a person that is no certain one: "an artist", whom "they" may mean.
    """
    for noun, article, is_of_a_kind in _singulars(text):
        if anyone and article in ("the", "which", "what", "one"):
            continue
        if article == "the" and not people and (not is_of_a_kind or noun in _BODIES | IDENTITIES | RELATIONS):
            continue  # "the record company" may itself point back, "the photo agency" does not
        if (noun in PEOPLE) is people:
            return True
    return False


def _singulars(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the nouns in the singular behind an article or the like, with it, and whether words between tell a kind."""
    found = list(_WORD.finditer(text))
    for at, word in enumerate(found):
        if not _DETERMINER.fullmatch(word.group()):
            continue
        phrase: list[str] = []
        for one, before in zip(found[at + 1 : at + 5], found[at : at + 4], strict=False):
            plain = one.group().lower()
            if (
                not _NEXT.fullmatch(text[before.end() : one.start()])
                or not (is_content(plain) or plain.endswith("ing"))
                or (phrase and is_verb(plain))
            ):
                break
            phrase.append(plain)
        if phrase and not is_plural(phrase[-1]) and not (len(phrase) == 1 and is_verb(phrase[0])):
            yield phrase[-1], word.group().lower(), len(phrase) > 1


def _is_explained_later(question: str, start: int, word: str) -> bool:
    """Return whether the pronoun opens a clause before the name it stands for: "When it was sued, what did Suno …"."""
    if word in ("its", "his", "her", "their") and (inverted := _ASKED_FIRST.match(question)):
        follows = start < inverted.start("subject")
        behind = [one for one in names(question) if one.start >= inverted.start("subject")] if follows else []
        first = [one for one in behind if one.start <= inverted.start("subject") + len("the ")]
        if first:
            is_person = first[0].kind is Kind.PERSON or may_be_person(first[0].text)
            return is_person if word in ("his", "her") else first[0].kind is not Kind.PERSON
    fronted = _FRONTED.match(question)
    if fronted is None or start >= fronted.end():
        return False
    rest = names(question[fronted.end() :])
    if word in ("he", "she", "him", "her", "his"):
        return any(one.kind is Kind.PERSON or may_be_person(one.text) for one in rest)
    return bool(rest)
