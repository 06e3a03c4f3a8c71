"""Whether one sentence denies what another says, or says its opposite: "rose" against "fell", "won" and "did not win".

Rules over the surface of English news prose. Both look at one sentence against the few that say most of the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.english import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, words
from rag.opposite_words import OPPOSITES
from rag.stems import stem

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_DENIERS = words("not never no cannot neither nor without none nobody nothing")
_LIKE_DENIAL = re.compile(
    r"\b(?:not|never|no|cannot|neither|nor|without|none|nobody|nothing|nowhere|hardly|barely|invalid"
    r"|un(?:able|a(?:vailable|uthori[sz]ed|ware|nswered|ffected)|c(?:lear|hanged|onvinced|onstitutional)|known|likely"
    r"|licen[sc]ed|resolved|signed|settled|willing|persuaded|named|paid|released|finished|disclosed|successful|protected"
    r"|registered|lawful|fair|published)"
    r"|ineligible|incomplete|refus\w+|declin\w+|reject\w+|lack\w*|fail\w*|bann?\w*|prohibit\w*|forb\w+|den(?:y|ie[sd]|ial"
    r"|ying)|only|instead|rather|stop\w*|end(?:ed|s|ing)?|exclud\w+|until|unless|against|drop\w*|block\w*|avoid\w*"
    r"|free of|cancel\w*|omit\w*|withh\w+|miss\w*|remain\w*|yet|bar(?:s|red|ring)?|oppos\w+|dismiss\w*|abandon\w*"
    r"|disput\w+|absen\w+|withdr\w+|contrary|few|little|short of|less|fewer|out of|away from|except|silent|secret"
    r"|vacat\w+|overturn\w*|shelv\w+|scrap\w*|halt\w*|paus\w+|delay\w*|void\w*|empty|alone|solely|ceas\w+"
    r"|removed?|keep\w*|kept|unanim\w+|outside|left out|to 0)\b|n[’']t\b",
    re.IGNORECASE,
)
_TO_DENY = re.compile(r"\b(?:fail|refus|declin|unable|unwilling|yet|forb(?:id|ad|ade|idden))\w* to $", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|never|no longer|cannot)\b|n[’']t\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|without(?: an?y?)?|none of the|neither|nothing (?:of|about|on)) (?=\w)", re.IGNORECASE)
_NO_DENIAL = re.compile(
    r"\s+(?:only|just|merely|least)\b|,? (?:one|doubt|matter|less|fewer|more than|later than)\b", re.I
)
_BREAK = re.compile(r"[,;:.!?()–—]| but | and (?=[a-z]+s? |$)")
_REACH = 4
_AROUND = 6
_LIKENESS = 1.0


@dataclass(frozen=True, kw_only=True)
class Opposition:
    """What a sentence says and the passage says otherwise, in its own words; ``other`` is empty for a bare denial.

    ``likeness`` counts the words around that both have in common; ``alone`` tells that the passage nowhere says as the
    sentence does.
    """

    said: str
    other: str
    likeness: float = 0.0
    alone: bool = False


def opposition(sentence: str, passage: str) -> Opposition | None:
    """Return a word of ``sentence`` for which the opposite stands in ``passage``.

    Of all the places where the passage has the word or its opposite, that counts which is said in the likest words. A
    denial turns a word round: "did not fall" is not against "rose". Of several the one in the likest words is returned.
    """
    best: Opposition | None = None
    for pair in OPPOSITES:
        theirs = list(_poles(pair, passage))
        for mine in _poles(pair, sentence) if theirs else ():
            scored = [(_likeness(mine, other), other) for other in theirs]
            like = max((score for score, other in scored if other.positive == mine.positive), default=-1.0)
            score, found = max(scored, key=lambda item: item[0])
            against = found.positive != mine.positive and score >= _LIKENESS and score > like
            if against and (best is None or score > best.likeness):
                best = Opposition(said=mine.written, other=found.written, likeness=score, alone=like < 0)
    return best


@dataclass(frozen=True, kw_only=True)
class _Pole:
    """A word of a pair of opposites where it stands, denied or not, with the stems of the words around it."""

    written: str
    positive: bool
    before: frozenset[str]
    behind: frozenset[str]


def _poles(pair: tuple[re.Pattern[str], re.Pattern[str]], text: str) -> Iterator[_Pole]:
    for sign, pattern in zip((True, False), pair, strict=True):
        for match in pattern.finditer(text):
            denied = _is_denied(text, match.start())
            yield _Pole(
                written=f"not {match.group()}" if denied else match.group(),
                positive=sign != denied,
                before=_around(text[: match.start()], last=True),
                behind=_around(text[match.end() :]),
            )


def _likeness(one: _Pole, other: _Pole) -> float:
    """Return how many words stand on the same side of both, and half as much for those on the other side."""
    same = len(one.before & other.before) + len(one.behind & other.behind)
    across = len(one.before & other.behind) + len(one.behind & other.before)
    return same + across / 2


def denial(sentence: str, passage: str) -> Opposition | None:
    """Return what only one of the two denies: a word that both have, or all that the sentence denies.

    That "not" stands only in ``sentence`` counts where the passage has no word like a denial at all.
    """
    mine, theirs = set(denied(sentence)), set(denied(passage))
    said, stated = _stems(sentence) - mine, _stems(passage) - theirs
    for word in sorted((theirs - mine) & said - stated):
        if not _LIKE_DENIAL.search(_clause_before(word, sentence)):
            return Opposition(said=_written(word, sentence), other=f"not {_written(word, passage)}")
    firm = {word for match in _NEGATION.finditer(sentence) for word in _first_content(sentence[match.end() :], count=1)}
    for word in sorted((mine & firm - theirs) & stated - said):
        if not _LIKE_DENIAL.search(_clause_before(word, passage)):
            return Opposition(said=f"not {_written(word, sentence)}", other=_written(word, passage))
    if mine and not _LIKE_DENIAL.search(passage):
        return Opposition(said=f"not {_written(min(mine), sentence)}", other="")
    return None


def _around(text: str, *, last: bool = False) -> frozenset[str]:
    """Return the stems of words and the digits of numbers near a word."""
    found = [word for word in re.findall(r"[^\W_][\w’'.,-]*\w|\w", text) if word.lower() not in FUNCTION_WORDS]
    near = found[-_AROUND:] if last else found[:_AROUND]
    return frozenset(stem(word.lower()) if word[0].isalpha() else re.sub(r"\D", "", word) for word in near)


def _clause_before(wanted: str, text: str) -> str:
    """Return what stands before a word in its clause."""
    match = next((found for found in _WORD.finditer(text) if stem(found.group()) == wanted), None)
    return _BREAK.split(text[: match.start()])[-1] if match else ""


def denied(text: str) -> Iterator[str]:
    """Yield the stems of the words that a denial in ``text`` falls on: what follows "not", "no", "failed to"."""
    for match in _NEGATION.finditer(text):
        if not _NO_DENIAL.match(text, match.end()):
            yield from _first_content(text[match.end() :], count=1)
    for match in _NO.finditer(text):
        if not _NO_DENIAL.match(text, match.end() - 1):
            yield from _first_content(text[match.end() :], count=1 if re.match(r"\w+ing\b", text[match.end() :]) else 2)
    for match in re.finditer(r"\b(?:fail|refus|declin|unable|unwilling|yet|forb)\w* to (?=\w)", text, re.IGNORECASE):
        yield from _first_content(text[match.end() :], count=1)


def _first_content(after: str, *, count: int) -> Iterator[str]:
    clause = _BREAK.split(after, maxsplit=1)[0]
    found = 0
    for word in _WORD.findall(clause)[: _REACH + count]:
        low = word.lower()
        if found and low in PREPOSITIONS:
            return
        if low in AUXILIARIES or low in DETERMINERS or low in FUNCTION_WORDS or low.endswith("ly"):
            continue
        yield stem(low)
        found += 1
        if found == count:
            return


def _stems(text: str) -> set[str]:
    return {stem(word) for word in _WORD.findall(text) if word.lower() not in FUNCTION_WORDS}


def _written(wanted: str, text: str) -> str:
    return next((word for word in _WORD.findall(text) if stem(word) == wanted), wanted)


def _is_denied(text: str, start: int) -> bool:
    before = _BREAK.split(text[:start])[-1]
    near = [word.lower() for word in _WORD.findall(before)[-_REACH:]]
    return (
        any(word in _DENIERS or word.endswith(("n't", "n’t")) for word in near)
        or _TO_DENY.search(text[:start]) is not None
    )
