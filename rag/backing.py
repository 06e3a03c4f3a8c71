"""How much of a sentence stands in passages, in which of their sentences, and what there speaks against it.

Readable features in [0, 1] (cosines may be below 0), from which the odds that the passages say it are learnt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rag.clauses import clauses_of
from rag.deeds import done_by_another, swapped
from rag.embed import Encoder
from rag.english import FUNCTION_WORDS
from rag.evidence import TermStatistics, share
from rag.indexed_text import header
from rag.schema import ScoredPassage
from rag.sentences import sentence_spans
from rag.stance import stance_of

NEAR = 4
"""At most so many sentences of the passages are taken together to say what a sentence says."""
GAIN = 0.08
"""One that is not the nearest of any clause must add this share of the sentence's terms."""
KIN_FROM, KIN_UNTIL = 0.35, 0.75
"""Cosines of two words from which they count as related at all, and as one."""
_WORD = re.compile(r"[^\W\d_][\w’'-]*|\d[\d.,]*\d|\d")
_AGAINST = ("swapped", "another", "denied", "opposed", "pending", "sweeping", "partial")

Vector = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence ``article.text[start:end]`` of the passage ``passages[place]``."""

    place: int
    start: int
    end: int
    text: str
    terms: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class BackingFeatures:
    """How far passages say what a sentence says.

    ``covered`` is the share of its terms, weighted by rarity, in the passages with their headings; ``kin`` the same
    where related words count in part; ``together`` the cosine with the nearest lines as one text, ``clause`` the lowest
    over its clauses of the highest cosine with a line.

    The others speak against it. As high as the cosine of a clause and its nearest one in the nearest lines are
    ``denied`` where only one of the two denies, ``pending`` where only the passage tells of what is planned or alleged,
    ``sweeping`` where only the sentence speaks of all, ``partial`` where it does so and the passage speaks of some.
    ``opposed`` is 1 where one denies anything and the other nothing, ``swapped`` where it turns round who does what to
    whom, ``another`` where the passages name another for it; ``elsewhere`` grows with the amounts, days and names that
    stand in the passages, but in none of the nearest lines.
    """

    covered: float = 0.0
    kin: float = 0.0
    together: float = 0.0
    clause: float = 0.0
    denied: float = 0.0
    pending: float = 0.0
    sweeping: float = 0.0
    partial: float = 0.0
    opposed: float = 0.0
    swapped: float = 0.0
    another: float = 0.0
    elsewhere: float = 0.0

    @property
    def doubts(self) -> tuple[str, ...]:
        """The names of the features that speak against the sentence at all."""
        return tuple(name for name in _AGAINST if getattr(self, name) > 0)

    def weighted(self, weights: Mapping[str, float]) -> float:
        """Return the weighted sum; a feature without a weight counts 0."""
        return float(sum(weights.get(item.name, 0.0) * getattr(self, item.name) for item in fields(self)))


@dataclass(frozen=True, kw_only=True)
class Backing:
    """The lines of passages that say most of a sentence, the nearest first, and the features of it all."""

    lines: tuple[Line, ...]
    features: BackingFeatures


def backing(
    sentence: str,
    passages: Sequence[ScoredPassage],
    *,
    encoder: Encoder,
    statistics: TermStatistics,
    blank: Sequence[tuple[int, int]] = (),
) -> Backing:
    """Return how ``passages`` together back ``sentence``; without any text they do not.

    What stands in the spans ``blank`` of the sentence, amounts and dates that are compared by their values, is no term.
    """
    lines = [line for place, item in enumerate(passages) for line in _lines(place, item, statistics)]
    if not lines:
        return Backing(lines=(), features=BackingFeatures())
    clauses = clauses_of(sentence)
    matrix = encoder.encode([sentence, *clauses, *(line.text for line in lines)])
    own, parts, rows = matrix[0], matrix[1 : 1 + len(clauses)], matrix[1 + len(clauses) :]
    worded = _blanked(sentence, blank)
    weights = statistics.weights(worded)
    nearest = _nearest(lines, rows @ own, parts @ rows.T, weights)
    present = {term for item in passages for term in statistics.terms(header(item.article))}
    present.update(*(line.terms for line in lines))
    theirs = [*(line.text for line in lines), *(item.article.title for item in passages)]
    credit = _credits(worded, theirs, present, encoder, statistics)
    texts = [line.text for line in sorted(nearest, key=lambda one: (one.place, one.start))]
    return Backing(
        lines=tuple(nearest),
        features=BackingFeatures(
            covered=_kin(weights, present, {}),
            kin=_kin(weights, present, credit),
            together=float(encoder.encode([" ".join(texts)])[0] @ own),
            clause=float((parts @ rows.T).max(axis=1).min()),
            **_against(sentence, clauses, parts, texts, encoder),
        ),
    )


def line_spans(item: ScoredPassage) -> list[tuple[int, int]]:
    """Return the spans, into the article, of the sentences of a passage; what is cut off at its edges is kept."""
    text = item.article.text
    start, end = item.passage.start, item.passage.end
    found = []
    for first, last in sentence_spans(text, item.article.language):
        first, last = max(first, start), min(last, end)
        piece = text[first:last]
        if first < last and piece.strip():
            found.append((first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())))
    return found


def _lines(place: int, item: ScoredPassage, statistics: TermStatistics) -> list[Line]:
    spans = [(start, end, item.article.text[start:end]) for start, end in line_spans(item)]
    return [
        Line(place=place, start=start, end=end, text=text, terms=frozenset(statistics.terms(text)))
        for start, end, text in spans
    ]


def _nearest(lines: Sequence[Line], cosines: Vector, by_clause: Vector, weights: Mapping[str, float]) -> list[Line]:
    """Return the line that says most of it, the nearest of each clause, and others that each add some of its terms."""
    first = max(range(len(lines)), key=lambda at: (share(weights, set(lines[at].terms)) + float(cosines[at]), -at))
    chosen = list(dict.fromkeys([first, *(int(at) for at in by_clause.argmax(axis=1))]))[:NEAR]
    while len(chosen) < min(NEAR, len(lines)):
        have: set[str] = set().union(*(lines[at].terms for at in chosen))
        gains = {
            at: share(weights, have | lines[at].terms) - share(weights, have)
            for at in range(len(lines))
            if at not in chosen
        }
        best = max(gains, key=lambda at: (gains[at], -at))
        if gains[best] < GAIN:
            break
        chosen.append(best)
    return [lines[at] for at in chosen]


def _against(
    sentence: str, clauses: Sequence[str], vectors: Vector, texts: Sequence[str], encoder: Encoder
) -> dict[str, float]:
    """Return the features that speak against a sentence, from its clauses beside the nearest ones of the passages."""
    theirs = [clause for text in texts for clause in clauses_of(text)]
    cosines = vectors @ encoder.encode(theirs).T
    stances = [stance_of(clause) for clause in theirs]
    found = dict.fromkeys(("denied", "pending", "sweeping", "partial"), 0.0)
    for row, mine in zip(cosines, map(stance_of, clauses), strict=True):
        other, weight = stances[int(row.argmax())], max(0.0, float(row.max()))
        departs = {
            "denied": mine.denied != other.denied,
            "pending": mine.done and not mine.open and not mine.denied and other.pending,
            "sweeping": mine.sweeping and not mine.denied and not any(stance.any_all for stance in stances),
            "partial": mine.sweeping and not mine.partial and other.partial,
        }
        found = {name: max(value, weight * departs[name]) for name, value in found.items()}
    denies = any(stance_of(clause).denied for clause in clauses)
    return {
        **found,
        "opposed": float(denies != any(stance.denied for stance in stances)),
        "swapped": float(swapped(sentence, texts)),
        "another": float(done_by_another(sentence, texts)),
    }


def _credits(
    sentence: str, texts: Sequence[str], present: set[str], encoder: Encoder, statistics: TermStatistics
) -> dict[str, float]:
    """Return how nearly some word of ``texts`` is a term of ``sentence`` that is not ``present``, in [0, 1]."""
    missing = {term: word for word in _content(sentence) for term in statistics.terms(word) if term not in present}
    theirs = sorted({word for text in texts for word in _content(text) if word.isalpha()})
    plain = {term: word for term, word in missing.items() if word.isalpha()}
    if not plain or not theirs:
        return {}
    matrix = encoder.encode([*plain.values(), *theirs])
    cosines = (matrix[: len(plain)] @ matrix[len(plain) :].T).max(axis=1)
    scaled = np.clip((cosines - KIN_FROM) / (KIN_UNTIL - KIN_FROM), 0.0, 1.0)
    return {term: float(value) for term, value in zip(plain, scaled, strict=True)}


def _kin(weights: Mapping[str, float], present: set[str], credit: Mapping[str, float]) -> float:
    """Return the share of the weights that is ``present`` or credited; 1 of a sentence of amounts and dates only."""
    total = sum(weights.values())
    return (
        share(weights, present) + sum(weights.get(term, 0.0) * credit[term] for term in credit) / total
        if total
        else 1.0
    )


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _content(text: str) -> list[str]:
    found = (re.sub(r"[’']s?$", "", word.lower()) for word in _WORD.findall(text))
    return [word for word in dict.fromkeys(found) if word not in FUNCTION_WORDS]
