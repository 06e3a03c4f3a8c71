"""What in a question points outside of it: a pronoun without its noun, "that deal", "the company", "how many voted?".

Every sign is one of closed classes of words, so that a question without one is left alone. A pronoun that the
question itself explains ("What did Netflix say about its plans?") is no sign. Rules over the surface, pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.binding import Role, clause_start, is_bound, role_of
from rag.english import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SPEECH,
    is_content,
    is_past,
    is_plural,
    is_verb,
    words,
)  # fmt: skip
from rag.mentions import groups, names
from rag.pointing_words import ACTS, ADVERBS, DEICTIC, EACH, EXPLETIVE_IT, IDENTITIES, ORDINALS, POSSESSED, RELATIONS


class Pointer(StrEnum):
    """How a sign points: by a pronoun, to what happened, to a thing by its noun, or by leaving something out."""

    PRONOUN = "pronoun"
    EVENT = "event"
    NOUN = "noun"
    GAP = "gap"
    PLACE = "place"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A span ``[start, end)`` of a question that points outside of it; ``word`` is the pronoun or noun, lower case."""

    pointer: Pointer
    start: int
    end: int
    word: str
    role: Role = Role.OBJECT


_TOKEN = re.compile(r"[\w$€£][\w’'.&+-]*[\w+]|\w")
_COMPARED = re.compile(
    r"(?:\b(?:against|than|versus|vs\.?|or|to|beside|besides|alongside)|,) (?:the|an?|this|that)(?: \w+)? $"
    r"|\ban? \w+ $|\bhas $",
    re.IGNORECASE,
)
"""What stands before "one" where the question itself has what it stands for."""
_NAMED_PLACE = re.compile(r"\b(?:in|at|from|to) (?:the )?[A-Z]")
_BEING = words("is are was were be been being")
_PRONOUNS = words("he she it they him her them his its their hers theirs")
_TIMES = words("year month week day time moment point season summer spring autumn fall winter quarter")


def signs_in(question: str) -> list[Sign]:
    """Return what points outside of ``question``, in its order."""
    tokens = list(_TOKEN.finditer(question))
    lowered = [token.group().lower() for token in tokens]
    expletive = [match.span() for match in EXPLETIVE_IT.finditer(question)]
    deictic = [match.span() for match in DEICTIC.finditer(question)]
    found: list[Sign] = []
    for at, (token, word) in enumerate(zip(tokens, lowered, strict=True)):
        start, end = token.span()
        after = lowered[at + 1] if at + 1 < len(lowered) else ""
        before = lowered[at - 1] if at else ""
        is_last = at + 1 == len(lowered)
        if word in _PRONOUNS and not (word == "it" and _inside(start, expletive)):
            role = role_of(lowered, at)
            if not is_bound(question, tokens, lowered, at, role):
                found.append(Sign(pointer=Pointer.PRONOUN, start=start, end=end, word=word, role=role))
        elif word in ("that", "this", "these", "those") and not _inside(start, deictic):
            found += _demonstrative(question, tokens, lowered, at)
        elif word == "then" and token.group().islower() and (is_last or before in ("since", "by", "until", "before")):
            found.append(Sign(pointer=Pointer.TIME, start=start, end=end, word=word))
        elif word == "there" and is_last and before not in AUXILIARIES and not _NAMED_PLACE.search(question[:start]):
            found.append(Sign(pointer=Pointer.PLACE, start=start, end=end, word=word))
        elif word in ("one", "ones") and _is_pronominal_one(question[:start], lowered, at):
            found.append(Sign(pointer=Pointer.GAP, start=start, end=end, word=word))
        elif word == "the":
            found += _definite(tokens, lowered, at)
        elif (
            word in EACH and before in AUXILIARIES and (is_last or is_verb(after)) and not _are_counted(question, start)
        ):
            found.append(Sign(pointer=Pointer.GAP, start=start, end=end, word=word))
    return found + _gaps(tokens, lowered)


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _demonstrative(question: str, tokens: list[re.Match[str]], lowered: list[str], at: int) -> list[Sign]:
    word, token = lowered[at], tokens[at]
    before = lowered[at - 1] if at else ""
    after = lowered[at + 1] if at + 1 < len(lowered) else ""
    clause = clause_start(question, tokens, lowered, at)
    is_end_of_phrase = not after and before in PREPOSITIONS  # "Where did they work before that?"
    if (
        clause
        and clause != at
        and not (is_end_of_phrase and clause + 1 == at)
        and is_verb_phrase_before(lowered[:clause])
    ):
        return []  # "…, and who was behind that?"
    if clause == at and at and question[tokens[at - 1].end()] == ",":
        return []
    fronted = re.match(r"[^,]+, ", question)
    if fronted and token.start() >= fronted.end() and len(fronted.group().split()) > 2:
        return []  # "The programme shown with it, what was that called?"
    opens = not at or before in AUXILIARIES | PREPOSITIONS | QUESTION_WORDS or before in ("and", "but", "not")
    is_noun = bool(after) and after.isalpha() and is_content(after) and not is_verb_after(before, after)
    if word == "that" and not opens:
        is_object = not after and (is_verb(before) or SPEECH.search(" " + before) is not None)
        is_object = is_object or (is_noun and at + 2 == len(lowered) and is_verb(before))
        is_object = is_object or (
            is_verb(before) and not SPEECH.search(" " + before) and is_noun and tokens[at + 1].group().islower()
        )
        if not is_object:
            return []
    if word == "that" and after and tokens[at + 1].group()[:1].isupper():
        return []
    if after in DETERMINERS or (word == "that" and after in ("he", "she", "it", "they")):
        return []
    if is_noun:
        noun_at = at + 1
        while noun_at + 1 < len(lowered) and noun_at - at < 3 and _continues(tokens, lowered, noun_at, question):
            noun_at += 1
        noun = lowered[noun_at]
        if noun in _TIMES:
            return [Sign(pointer=Pointer.TIME, start=token.start(), end=tokens[noun_at].end(), word=noun)]
        return [Sign(pointer=Pointer.NOUN, start=token.start(), end=tokens[noun_at].end(), word=noun)]
    if word in ("these", "those"):
        if before in AUXILIARIES and not after:
            return [Sign(pointer=Pointer.GAP, start=token.start(), end=token.end(), word=word)]
        return [Sign(pointer=Pointer.PRONOUN, start=token.start(), end=token.end(), word="they")]
    return [Sign(pointer=Pointer.EVENT, start=token.start(), end=token.end(), word=word)]


def _continues(tokens: list[re.Match[str]], lowered: list[str], at: int, question: str) -> bool:
    following = lowered[at + 1]
    return (
        question[tokens[at].end() : tokens[at + 1].start()] == " "
        and is_content(following)
        and not is_verb(following)
        and tokens[at + 1].group().islower()
    )


def is_verb_after(before: str, after: str) -> bool:
    """Return whether the word after "that" is a verb: "did that happen", not "in that survey"."""
    return before in AUXILIARIES and (after in ACTS or is_past(after) or after in ("mean", "apply", "include", "cost"))


def is_verb_phrase_before(lowered: list[str]) -> bool:
    """Return whether a clause with a content word of its own comes before."""
    return any(word in AUXILIARIES or is_verb(word) for word in lowered) and any(
        word not in FUNCTION_WORDS and word.isalpha() for word in lowered
    )


def _is_pronominal_one(before_it: str, lowered: list[str], at: int) -> bool:
    before = lowered[at - 1] if at else ""
    after = lowered[at + 1] if at + 1 < len(lowered) else ""
    if groups(" ".join(lowered[:at])):
        return False
    earlier = [word for word in lowered[: max(0, at - 2)] if is_content(word) and not is_verb(word)]
    if earlier and _COMPARED.search(before_it):
        return False  # "the gain in 2023 against the one in 2024", "a comparison a fair one"
    if before in AUXILIARIES and after in ("have", "need", "be"):
        return False  # "did one have to be let in?"
    if lowered[at] == "ones":
        return True
    if before in ("no", "any", "every", "some", "only", "least", "number", "day", "season", "episode", "part", ""):
        return False
    return not after or after in AUXILIARIES or after in ("for", "with", "in", "from", "to")


def _are_counted(question: str, start: int) -> bool:
    """Return whether several are named before ``start``: "World Screen and Next TV differ: what does each say?"."""
    earlier = re.split(r"[:;.?!—–]|\s-\s|, ", question[:start])[:-1]
    text = " ".join(earlier)
    return len(names(text)) > 1 or bool(groups(text)) or len(re.findall(r"\bthe (?:one|other)\b", text)) > 0


def _definite(tokens: list[re.Match[str]], lowered: list[str], at: int) -> list[Sign]:
    """Return a sign for "the company" or "the new rules" when nothing in the question says which."""
    last = at + 1
    while last < len(lowered) and last - at <= 3 and lowered[last] not in IDENTITIES | RELATIONS:
        if (
            not tokens[last].group().isalpha()
            or not tokens[last].group().islower()
            or not is_content(lowered[last])
            or lowered[last] in ORDINALS
        ):
            return []
        last += 1
    if last >= len(lowered) or last - at > 3 or not tokens[last].group().islower():
        return []
    after = lowered[last + 1] if last + 1 < len(lowered) else ""
    stays_open = not after or after in AUXILIARIES | ADVERBS or (is_verb(after) and after not in IDENTITIES)
    if not stays_open or (after and after in PREPOSITIONS and after not in ADVERBS):
        return []
    if _sentence_break(tokens, last):
        return []
    return [Sign(pointer=Pointer.NOUN, start=tokens[at].start(), end=tokens[last].end(), word=lowered[last])]


def _sentence_break(tokens: list[re.Match[str]], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].start() - tokens[at].end() > 2


def _gaps(tokens: list[re.Match[str]], lowered: list[str]) -> list[Sign]:
    """Return a sign at the end for what is left out: "how many voted?", "how did Google answer?"."""
    if not lowered:
        return []
    text = " ".join(lowered)
    end = tokens[-1].end()
    elided = re.match(r"(?:and |but |so )?how many (?P<verb>\w+)(?: (?P<noun>[a-z-]+))?", text)
    counts = elided is not None and is_plural(elided["noun"] or "") and is_content(elided["noun"])
    if elided and not counts and (elided["verb"] in AUXILIARIES or is_past(elided["verb"])):
        return [Sign(pointer=Pointer.GAP, start=tokens[0].start(), end=end, word="how many")]
    body = lowered[:-1] if lowered[-1] in ADVERBS and len(lowered) > 2 else lowered
    bare = [word for word in body if word not in FUNCTION_WORDS]
    is_passive = is_past(body[-1]) and bool(_BEING & set(body[:-1]))  # "Where was Suno sued?" lacks nothing
    acting = bool(bare) and bare[-1] == body[-1] and body[-1] in ACTS and not is_passive
    own = [word for word in bare if word not in ACTS]
    if acting and len(own) <= 2 and (lowered[0] in QUESTION_WORDS | AUXILIARIES | {"and", "but", "so"}):
        return [Sign(pointer=Pointer.GAP, start=end, end=end, word=body[-1])]
    if lowered[0] in ("and", "but", "so", "what") and body[-1] in POSSESSED and len(own) <= 2:
        return [Sign(pointer=Pointer.GAP, start=tokens[-1].start(), end=end, word=body[-1])]
    return []
