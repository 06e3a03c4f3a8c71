"""Who does what to whom in the clauses of a sentence, as far as its surface tells.

No parser: a clause is cut at its first finite verb. What stands before does it and what follows suffers it, or the
other way round in the passive. That is often wrong: two sentences are compared only where names are turned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.english import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, base_of, is_past, is_verb, words
from rag.stems import stem

_TOKEN = re.compile(r"[^\W_]+(?:[’'&.-][^\W_]+)*|[,;:—–]")
_BE = words("is are was were be been being get gets got gotten")
_RELATIVE = words("which who whom that")
_JOINTS = _RELATIVE | words("and but while whereas although though because since after before when if whose where")
_NOT_BEFORE = words("the a an his her its their this that these those of in on at for from with no more most least")
_BETWEEN = AUXILIARIES | words("not never also to no longer now already")
_SAME = {
    word: group.split()[0]
    for group in ("lead head spearhead", "buy acquire purchase", "own hold")
    for word in group.split()
}
_OF_ITSELF = words("lead")
"""Verbs that need no object to be held against each other: one leads a round, or an investment."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A clause: its ``verb``, the stems of the words for who does it (``agent``) and to whom (``patient``).

    ``named`` tells that a name stands among the agent's words, ``names`` holds the stems of all names in it.
    """

    verb: str
    agent: frozenset[str]
    patient: frozenset[str]
    named: bool
    names: frozenset[str]


def deeds(sentence: str) -> Iterator[Deed]:
    """Yield the clauses of ``sentence`` that have a verb and somebody who does it."""
    tokens = [match.group() for match in _TOKEN.finditer(sentence)]
    subject: list[str] = []
    previous: list[str] = []
    for joint, clause in _clauses(tokens):
        inherited = _last_phrase(previous) if joint in _RELATIVE else subject
        at = _verb_at(clause, bool(inherited))
        previous = clause
        if at is None:
            subject = subject or clause
            continue
        mine = clause[:at] or inherited
        if joint not in _RELATIVE:
            subject = mine
        last, passive = _main(clause, at)
        doers, sufferers = mine, clause[last + 1 :]
        if passive:
            by = sufferers.index("by") if "by" in sufferers else len(sufferers)
            doers, sufferers = sufferers[by + 1 :], mine
        elif "by" in sufferers:  # "a round led by Humain": what stands behind suffers nothing
            sufferers = sufferers[: sufferers.index("by")]
        doers = _phrase(doers)
        if doers:
            yield Deed(
                verb=_verb(clause[last]),
                agent=_stems(doers),
                patient=_stems(sufferers),
                named=bool(_names(doers)),
                names=_names(doers) | _names(sufferers),
            )


def swapped(sentence: str, passages: Sequence[str]) -> bool:
    """Return whether ``sentence`` lets one do to another what the passages let the other do to the one."""
    theirs = [deed for text in passages for deed in deeds(text)]
    for mine in deeds(sentence):
        for other in theirs:
            there = (mine.agent & other.patient) - other.agent
            back = (mine.patient & other.agent) - other.patient
            if (
                there
                and back
                and not mine.agent & other.agent
                and there & mine.names
                and (back & other.names or len(back) > 1)
            ):
                return True
    return False


def done_by_another(sentence: str, passages: Sequence[str]) -> bool:
    """Return whether the passages name another for what ``sentence`` says somebody did, in the same verb."""
    theirs = [deed for text in passages for deed in deeds(text)]
    for mine in deeds(sentence):
        same = [
            other
            for other in theirs
            if other.verb == mine.verb and (mine.verb in _OF_ITSELF or mine.patient & other.patient)
        ]
        if same and mine.named and all(other.named and not other.agent & mine.agent for other in same):
            return True
    return False


def _clauses(tokens: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the clauses with the word that joins each to the one before."""
    clause: list[str] = []
    joint = ""
    for at, token in enumerate(tokens):
        low = token.lower()
        follows = tokens[at + 1].lower() if at + 1 < len(tokens) else ""
        if low in ",;:—–" or (low in _JOINTS and (low != "and" or is_verb(follows) or follows in AUXILIARIES)):
            if clause:
                yield joint, clause
            joint, clause = low, []
        else:
            clause.append(token)
    if clause:
        yield joint, clause


def _verb_at(clause: list[str], has_subject: bool) -> int | None:
    for at, token in enumerate(clause):
        low = token.lower()
        if token[0].isupper() and at:
            continue
        third = low.endswith("s") and is_verb(low) and not low.endswith("ers")
        finite = low in AUXILIARIES or is_past(low) or third or (at == 0 and is_verb(low))
        if finite and (at == 0 or clause[at - 1].lower() not in _NOT_BEFORE) and (at or has_subject):
            return at
    return None


def _main(clause: list[str], at: int) -> tuple[int, bool]:
    """Return where the main verb of a verb group stands, and whether it is in the passive."""
    passive, last = False, at
    while last < len(clause) - 1 and clause[last].lower() in _BETWEEN:
        passive = clause[last].lower() in _BE
        last += 1
        while last < len(clause) - 1 and clause[last].lower().endswith("ly"):
            last += 1
    return last, passive and is_past(clause[last].lower())


def _phrase(tokens: list[str]) -> list[str]:
    """Return the words up to the next preposition."""
    end = next((at for at, token in enumerate(tokens) if at and token.lower() in PREPOSITIONS), len(tokens))
    return tokens[:end]


def _last_phrase(tokens: list[str]) -> list[str]:
    """Return the words behind the last preposition or small word, a name as a whole."""
    start = next((at + 1 for at in range(len(tokens) - 1, -1, -1) if tokens[at].lower() in FUNCTION_WORDS), 0)
    return tokens[start:]


def _verb(word: str) -> str:
    base = base_of(word.lower()) or word.lower()
    return _SAME.get(base, base)


def _names(tokens: Sequence[str]) -> frozenset[str]:
    return _stems([token for token in tokens if token[0].isupper()])


def _stems(tokens: Sequence[str]) -> frozenset[str]:
    kept = (token.lower() for token in tokens if token[0].isalnum())
    return frozenset(stem(token) for token in kept if token not in FUNCTION_WORDS)
