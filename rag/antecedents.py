"""What the turns of a conversation spoke of, the likeliest to be meant by a next question's pronoun first.

Salience after the centring theory of Grosz, Joshi and Weinstein (1995), in its simplest form: what answered the last
question, then what was carried on from turn to turn, then subject before object before the answer's other names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.deeds import deeds
from rag.mentions import PEOPLE, Kind, Mention, groups, may_be_person, names
from rag.question_shape import Form, shape_of
from rag.stems import stem

FOCUS, CARRIED, SUBJECT, OBJECT, ANSWERED, FURTHER = 3.0, 2.5, 2.2, 2.0, 1.0, 0.5
"""Weights of what answered, what was carried on, the question's first name, its others, and the answer's others."""
DECAY = 0.5
_IDENTITY = re.compile(
    r"(?:\w+ )??(?:who(?:m|se)?|which|what (?!(?:year|day|date|month|time|price|share|percentage|amount|number|sum|"
    r"proportion)\b)[\w-]+(?: [\w-]+){0,2}? (?:did|does|do|has|have|is|are|was|were|will|would|can|could))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![Bb]ros\.)(?<!Inc\.)(?<=[a-z0-9)”’'][.!?]) (?=[A-Z])")


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A turn as it is understood: ``question`` stands alone; ``named`` is what the answer put in bold."""

    question: str
    answer: str
    carried: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Antecedent:
    """A mention, how salient it is, and whether it was a subject, or an object, of the last question."""

    mention: Mention
    salience: float
    is_subject: bool = False
    is_object: bool = False


def says(text: str, mention: Mention) -> bool:
    """Return whether ``text`` names what ``mention`` names, or a part of it."""
    return re.search(rf"(?<!\w){re.escape(mention.key)}(?!\w)", text.lower()) is not None


def answering(turn: Spoken) -> list[Mention]:
    """Return the names that answered a question for someone or something, best first; none for other questions."""
    if not _IDENTITY.match(turn.question):
        return []
    wanted = re.match(r"(?:\w+ )??(?:which|what) (?:\w+ )??([\w-]+)", turn.question, re.IGNORECASE)
    noun = wanted.group(1).lower() if wanted else ""
    is_person = noun in PEOPLE
    bold = [one for text in turn.named for one in names(text)]
    first = _SENTENCE_END.split(turn.answer, maxsplit=1)[0]
    found = [one for one in [*bold, *names(first)] if not says(turn.question, one)]
    if wanted and not is_person:
        found = [one for one in found if one.kind is not Kind.PERSON] or found
    if is_person:
        found.sort(key=lambda one: one.kind is not Kind.PERSON)
    return found


def doing(turn: Spoken) -> list[Mention]:
    """Return the names among ``answering(turn)`` that the answer lets do something to what the question named.

    For a question about its subject ("Who sued MiniMax?"): a judge, or a sister company, in what is quoted is named
    as well, and has sued nobody. What the answer put in bold, or says without a verb ("Disney too."), is believed.
    """
    bold = {one.key for text in turn.named for one in names(text)}
    asked = names(turn.question)
    doers: frozenset[str] = frozenset()
    for said in _SENTENCE_END.split(turn.answer):
        found = list(deeds(said))
        if not found:
            doers |= {stem(word) for one in names(said) for word in one.key.split()}
        elif not asked or any(says(said, one) for one in asked):
            doers = doers.union(*(deed.agent for deed in found))
    return [one for one in answering(turn) if one.key in bold or {stem(word) for word in one.key.split()} & doers]


def antecedents(turns: Sequence[Spoken]) -> list[Antecedent]:
    """Return what the turns spoke of, most salient first; ties in the order of mention."""
    found: dict[str, Antecedent] = {}
    for age, turn in enumerate(reversed(turns)):
        for one in _of_turn(turn):
            known = found.get(one.mention.key)
            salience = one.salience * DECAY**age
            if known is None:
                found[one.mention.key] = Antecedent(
                    mention=one.mention, salience=salience, is_subject=one.is_subject and not age,
                    is_object=one.is_object and not age,
                )  # fmt: skip
            else:
                found[one.mention.key] = Antecedent(
                    mention=known.mention, salience=max(known.salience, salience) + 0.1,
                    is_subject=known.is_subject, is_object=known.is_object,
                )  # fmt: skip
    return sorted(found.values(), key=lambda one: -one.salience)


def _of_turn(turn: Spoken) -> list[Antecedent]:
    answered = answering(turn)
    shape = shape_of(turn.question)
    asks_subject = shape is not None and shape.form is Form.SUBJECT
    found = [
        Antecedent(mention=one, salience=FOCUS if not at else FURTHER + 1.0 - 0.1 * at, is_subject=asks_subject)
        for at, one in enumerate(answered)
    ]
    in_question = names(turn.question)
    for at, one in enumerate(in_question):
        is_subject = at == 0 and not asks_subject
        salience = SUBJECT if is_subject else OBJECT - 0.05 * at
        if any(says(text, one) for text in turn.carried):
            salience = max(salience, CARRIED)
        found.append(Antecedent(mention=one, salience=salience, is_subject=is_subject, is_object=not is_subject))
    kept = {one.mention.key for one in found}
    further = [one for one in names(turn.answer) if one.key not in kept]
    found += [
        Antecedent(mention=one, salience=ANSWERED if one.kind is Kind.PERSON else FURTHER - 0.02 * at)
        for at, one in enumerate(further)
    ]
    found += [
        Antecedent(mention=one, salience=(1.6 if one.named else 1.2) - 0.05 * at)
        for at, one in enumerate(groups(turn.question))
    ]
    found += [
        Antecedent(mention=one, salience=(1.7 if one.named else 1.0) - 0.05 * at)
        for at, one in enumerate(groups(turn.answer))
    ]
    return found


def fits(word: str, mention: Mention) -> float:
    """Return how well a pronoun can stand for a mention: 1 well, 0 not at all, between where it is not known."""
    if word in ("he", "she", "him", "her", "his", "hers"):
        if mention.kind is Kind.PERSON:
            return 1.0
        return 0.4 if mention.kind is Kind.THING and mention.named and may_be_person(mention.text) else 0.0
    if word in ("it", "its"):
        return 1.0 if mention.kind is Kind.THING else 0.0
    if mention.kind is Kind.GROUP:
        return 1.0
    return 0.55 if mention.kind is Kind.THING else 0.25
