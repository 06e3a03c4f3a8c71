"""Questions of which only a part is said: "why?", "and Warner?", "what about 2023?", "for how much?".

The part takes the place of its like in the question before: a question word of the question word, a time of the time,
a person of a person, any other name of the last such name. Rules over the surface of English, pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.antecedents import Spoken, answering, doing
from rag.english import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, words
from rag.mentions import Kind, Mention, groups, kind_of, names
from rag.pointing_words import RELATIONS
from rag.question_shape import Form, asked_with, in_the_past, sentence, shape_of
from rag.shifted_time import date_in, find_shift, is_time, shifted, times_in

LONGEST_FRAGMENT = 7
"""Words of a part without a verb."""
_OPENING = re.compile(
    r"(?:(?:ok(?:ay)?|well|and|but|so|or|then|also|hm+|right)[, ]+)*"
    r"(?:(?P<about>(?:what|how) about|what of)\s+)?",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[, ]+(?:then|too|also|as well|instead|though|please|exactly)$", re.IGNORECASE)
_BARE = re.compile(
    r"(?:(?:for|by|since|until|till|from|with|to|of|in|on|at|about|against|under|before|after) )?"
    r"(?:who(?:m)?(?: else)?|why(?: not)?|when|where(?: else)?|what(?: else)?|how(?: come| so| exactly)?"
    r"|which(?: ones?)?|what for|how (?:much|many|long|often|far|soon|old|big|high|large|fast)(?: money)?"
    r"|(?:what|which) (?:year|day|date|month|time|price|court|city|country|company|studio|grounds|reason|terms"
    r"|amount|sum|ones?|film|films|songs?|artists?|judge|purpose|extent))",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"(?P<lead>(?:since |until |from )?(?:when|where|why|how))"
    r" (?:(?:did|does|has|have|will|would) (?:that|this|it|they) (?:all )?"
    r"(?:happen|happened|come about|take place|taken place|occur|go|do (?:that|this|so|it)|did (?:that|this|so|it))"
    r"|(?:is|was|were) (?:that|this|it)(?: so)?)",
    re.IGNORECASE,
)
_MEASURES = words(
    "size length age name number worth status state place time year day month cause meaning location home"
)
_SAME = {"how come": "why", "how so": "why", "what for": "why", "how exactly": "how", "how much money": "how much"}


def completed(text: str, turns: Sequence[Spoken]) -> str | None:
    """Return the whole question that the part ``text`` stands for after ``turns``; None when it is no part."""
    if not turns:
        return None
    opening = _OPENING.match(text)
    prefix = opening.group() if opening else ""
    part = _CLOSING.sub("", text[len(prefix) :].strip(" ?.!,"))
    if not part:
        return None
    event = _EVENT.fullmatch(part)
    bare = event.group("lead") if event else part
    if _BARE.fullmatch(bare):
        return _with_question_word(bare, turns)
    is_prefixed = bool(prefix.strip())
    if not _is_fragment(part, is_prefixed=is_prefixed):
        return None
    # A name alone may as well be a new search; with a question mark after a question it is none.
    if not is_prefixed and not text.rstrip().endswith("?"):
        return None
    return _with_part(part, turns[-1])


def _is_fragment(part: str, *, is_prefixed: bool) -> bool:
    tokens = part.split()
    lowered = [token.lower().strip(",") for token in tokens]
    if len(tokens) > LONGEST_FRAGMENT or (len(tokens) > 4 and not is_prefixed):
        return False
    if lowered[0] in AUXILIARIES or any(
        word in ("who", "what", "why", "how", "where", "when", "which") for word in lowered
    ):
        return False
    if any(word in ("it", "they", "he", "she") for word in lowered):
        return False
    if is_prefixed or is_time(part):
        return True
    if lowered[0] in RELATIONS | _MEASURES and lowered[1:2] == ["of"]:
        return False  # "Size of the VDS?" is whole
    named = names(part)
    return len(named) == 1 and re.sub(r"^the ", "", part, flags=re.IGNORECASE).lower() == named[0].key


def _with_question_word(bare: str, turns: Sequence[Spoken]) -> str | None:
    turn = turns[-1]
    lead = _SAME.get(bare.lower(), bare)
    shape = shape_of(turn.question)
    if shape is None:
        return None
    found = doing(turn) if shape.form is Form.SUBJECT else answering(turn)
    nouns = groups(turn.question)
    if found:
        name = found[0].text
    elif shape.noun and not shape.lead.lower().startswith("how much"):
        name = shape.noun
    else:
        name = ""
    if re.search(r"\bwhen\b|\bwhat (?:year|day|date|month)\b", lead, re.IGNORECASE):
        cut = _without_time(turn.question)
        shape = shape_of(cut) or shape
    counted = name if found or shape.noun else (nouns[0].text if nouns else "")
    object_ = counted if lead.lower().startswith(("which", "how many")) else name
    return asked_with(shape, lead, subject=name or "someone", object_=object_)


def _without_time(question: str) -> str:
    found = times_in(question)
    if len(found) != 1 or question[found[0].end :].strip(" ?.!"):
        return question
    kept = question[: found[0].start].rstrip()
    return re.sub(r" (?:in|on|during|at|of)$", "", kept)


def _with_part(part: str, turn: Spoken) -> str | None:
    if is_time(part):
        return _at_time(part, turn)
    moments = times_in(part)
    if moments and moments[-1].end == len(part) and moments[0].start > 0:
        start = moments[0].start
        kept = re.sub(r" (?:in|on|during|at|of|for)$", "", part[:start].rstrip())
        whole = _with_part(kept, turn)
        return None if whole is None else _at_time(part[len(kept) :].strip(), Spoken(question=whole, answer=""))
    preposition = re.match(r"([a-z]+) (?=\S)", part, re.IGNORECASE)
    if preposition and preposition.group(1).lower() in PREPOSITIONS:
        return _with_phrase(preposition.group(1).lower(), part[preposition.end() :], turn)
    return _with_name(part, turn)


def _at_time(part: str, turn: Spoken) -> str | None:
    named = times_in(turn.question)
    shift = find_shift(part)
    base = date_in(turn.question, turn.answer)
    time = part
    is_past = False
    if shift is not None:
        moved = shifted(shift, base)
        time, is_past = moved or part, True
    elif re.fullmatch(r"(?:before|after|since) (?:that|then)", part, re.IGNORECASE):
        word = part.split()[0].lower()
        time, is_past = f"{word} {base}" if base else f"{word} that", word != "after"
    elif re.fullmatch(r"(?:19|20)\d\d", part):
        time = f"in {part}"
    question = turn.question.rstrip(" ?.!")
    if named:
        start, end = named[-1].start, named[-1].end
        # What governs the old time governs the new one, unless that brings its own word.
        kept = question[:start].rstrip()
        own = re.match(r"(?:in|on|during|at|for|of) ", question[start:end], re.IGNORECASE)
        if own is None and re.search(r" (?:in|on|during|at|for|of)$", kept, re.IGNORECASE):
            word = kept.split()[-1]
            kept = kept[: -len(word)].rstrip()
        question = f"{kept} {time}{question[end:]}"
    else:
        question = f"{question} {time}"
    shape = shape_of(question)
    if shape is not None and (is_past or re.search(r"\b(?:last|previous|yesterday|ago)\b", time)):
        return str(in_the_past(shape))
    return sentence(question)


def _with_phrase(preposition: str, rest: str, turn: Spoken) -> str:
    """Put "for Inception" in the place of "for Dune", or else at the end."""
    question = turn.question.rstrip(" ?.!")
    kind = kind_of(rest)
    for one in reversed(names(question)):
        governed = re.search(rf"\b{preposition} $", question[: one.start], re.IGNORECASE)
        if governed and (one.kind is kind or Kind.GROUP in (one.kind, kind)):
            return sentence(question[: one.start] + rest + question[one.end :])
    return sentence(f"{question} {preposition} {rest}")


def _with_name(part: str, turn: Spoken) -> str | None:
    question = turn.question.rstrip(" ?.!")
    possessive = re.search(r"[’']s?$", part) is not None
    new = re.sub(r"[’']s?$", "", part)
    lower = part.split()[0].lower()
    if not names(part) and (lower in DETERMINERS or len(part.split()) > 1 or lower in FUNCTION_WORDS):
        return _with_noun(part, turn)
    inside = [one for one in names(question) if not _is_in_time(question, one)]
    kind = kind_of(new)
    like = [one for one in inside if one.kind is kind] or [one for one in inside if Kind.GROUP in (one.kind, kind)]
    owners = [one for one in inside if re.match(r"[’']s?\b|[’'](?=\s)", question[one.end :])]
    if possessive:
        like = owners
    if not like:
        return None
    one = like[-1]
    return sentence(question[: one.start] + new + question[one.end :])


def _is_in_time(question: str, one: Mention) -> bool:
    return any(moment.start <= one.start < moment.end for moment in times_in(question))


def _with_noun(part: str, turn: Spoken) -> str | None:
    """Put "the writers" in the place of "the directors"; None when the question before has no such group."""
    question = turn.question.rstrip(" ?.!")
    inside = groups(question)
    wanted = groups(part)
    if len(inside) == 1 and len(wanted) == 1 and re.search(r"\b(?:the|which|what|many) $", question[: inside[0].start]):
        start = inside[0].start
        new = wanted[0].text
        return sentence(question[:start] + new + question[inside[0].end :])
    return None
