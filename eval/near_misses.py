"""Near misses for a reader to learn from: a question of which a part is exchanged, beside what answers it as it was.

Exchanged is a name, a number, a verb, another word that carries meaning, or a word with an opposite. A name or such
another word comes from the same text as often as from another question: else a word that the text lacks would tell.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from eval.reader_data import Group, Reading
from rag.english import AUXILIARIES, BASE_VERBS, DO_SUPPORT, base_of, is_base, is_content, is_past, words
from rag.evidence import numbers_of
from rag.opposite_words import OPPOSITE_FORMS
from rag.spans import names_in

_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])")
_EMPTY = words("called named known used based located considered referred type kind name many much long old far")
"""Words of a question that say nothing about the matter; without them it asks the same, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What may be put in place of a part of a question: ``names``, verbs of each form, and ``others``.

    A word that many questions have stands there as many times.
    """

    names: Sequence[str] = ()
    pasts: Sequence[str] = ()
    bases: Sequence[str] = ()
    others: Sequence[str] = ()


def pool_of(questions: Iterable[str]) -> Pool:
    """Return what the questions consist of, in an order that depends on them alone."""
    asked = sorted(set(questions))
    return Pool(
        names=sorted({question[a:b] for question in asked for a, b in names_in(question)}),
        pasts=[question[a:b] for question in asked for a, b in _past_verbs(question)],
        bases=[question[a:b] for question in asked for a, b in _base_verbs(question)],
        others=[question[a:b] for question in asked for a, b in _other_words(question)],
    )


def near_miss(group: Group, pool: Pool, chance: random.Random) -> Reading | None:
    """Return what answers the question, with a question that it does not answer.

    None when no part of the question can be exchanged; a name or number must stand in what answers it.
    """
    positive = next((item for item in group.readings if item.answers), None)
    if positive is None:
        return None
    question = group.question
    sorts = [
        list(_opposed(question)),
        list(_other_names(question, positive, pool.names, chance)),
        list(_other_numbers(question, positive, chance)),
        [
            *_other_verbs(question, _past_verbs(question), positive, pool.pasts, chance),
            *_other_verbs(question, _base_verbs(question), positive, pool.bases, chance),
        ],
        list(_other_content(question, positive, pool.others, chance)),
    ]
    sorts = [options for options in sorts if options]
    if not sorts:
        return None
    start, end, other = chance.choice(chance.choice(sorts))
    return Reading(title=positive.title, text=positive.text, question=question[:start] + other + question[end:])


def with_near_misses(groups: Sequence[Group], *, share: float, seed: int) -> list[Group]:
    """Return ``groups``, about this share of them with a near miss beside their readings."""
    chance = random.Random(seed)
    pool = pool_of(group.question for group in groups)
    found = []
    for group in groups:
        missed = near_miss(group, pool, chance) if chance.random() < share else None
        found.append(group if missed is None else replace(group, readings=(*group.readings, missed)))
    return found


def _other_names(
    question: str, positive: Reading, names: Sequence[str], chance: random.Random
) -> Iterator[tuple[int, int, str]]:
    around = f"{positive.title}\n{positive.text}".lower()
    asked = {positive.text[a:b].lower() for a, b in positive.answers}
    inside = [positive.text[a:b] for a, b in names_in(positive.text)]
    inside = [item for item in inside if item.lower() not in question.lower() and item.lower() not in asked]
    for start, end in names_in(question):
        name = question[start:end]
        if name.lower() in around:
            other = chance.choice(inside) if inside and chance.random() < 0.5 else chance.choice(names or [name])
            if other.lower() not in name.lower() and name.lower() not in other.lower():
                yield start, end, other


def _other_numbers(question: str, positive: Reading, chance: random.Random) -> Iterator[tuple[int, int, str]]:
    around = f"{positive.title}\n{positive.text}".lower()
    for number in numbers_of(question):
        at = question.find(number)
        if number in around and number.isdecimal():
            value = int(number)
            step = chance.choice([-3, -2, -1, 1, 2, 3]) if value > 1900 else chance.choice([1, 2, 3, 5, 10])
            yield at, at + len(number), str(max(1, value + step))


def _past_verbs(question: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(question):
        if is_past(match[0]) and match[0] not in AUXILIARIES and match[0] not in _EMPTY:
            yield match.span()


def _base_verbs(question: str) -> Iterator[tuple[int, int]]:
    """Yield where verbs stand after "did", "will" and the like, behind their subject."""
    support = next((match for match in re.finditer(r"[a-z']+", question) if match[0] in DO_SUPPORT), None)
    if support is not None:
        for match in _WORD.finditer(question, support.end() + 1):
            if is_base(match[0]) and match[0] not in AUXILIARIES:
                yield match.span()
                return


def _other_words(question: str) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(question):
        if len(match[0]) > 3 and is_content(match[0]) and match[0] not in _EMPTY and match[0] not in BASE_VERBS:
            yield match.span()


def _other_verbs(
    question: str, places: Iterable[tuple[int, int]], positive: Reading, verbs: Sequence[str], chance: random.Random
) -> Iterator[tuple[int, int, str]]:
    """Yield another verb, unless the text says that very one: it may then be what the text tells."""
    for start, end in places:
        other = chance.choice(verbs or [question[start:end]])
        if base_of(other) != base_of(question[start:end]) and other not in positive.text:
            yield start, end, other


def _other_content(
    question: str, positive: Reading, others: Sequence[str], chance: random.Random
) -> Iterator[tuple[int, int, str]]:
    inside = [positive.text[a:b] for a, b in _other_words(positive.text)]
    inside = [word for word in inside if word not in question]
    for start, end in _other_words(question):
        word = question[start:end]
        other = chance.choice(inside) if inside and chance.random() < 0.5 else chance.choice(others or [word])
        if other[:4] != word[:4] and other not in question:
            yield start, end, other


def _opposed(question: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a word of the question stands and, for each opposite of the same form, that opposite."""
    for match in re.finditer(r"(?<![\w-])[a-z]{3,}(?![\w-])", question):
        word = match[0]
        for sides in OPPOSITE_FORMS:
            for one, other in (sides, sides[::-1]):
                if word in one:
                    yield from ((*match.span(), turned) for turned in other if _form(turned) == _form(word))


def _form(word: str) -> str:
    """Return which form a word has, so that its opposite is exchanged for one of the same."""
    ending = next((end for end in ("ing", "est", "er", "ly") if word.endswith(end)), None)
    if ending is None and word.endswith("s") and not word.endswith("ss"):
        ending = "s"
    if ending is None and base_of(word) not in (None, word):
        ending = "ed"
    return ending or ""
