"""How much of a sentence stands in passages, in which of their sentences, and how near their meaning is.

Readable features in [0, 1] (cosines may be below 0), from which the odds that a passage says it are learnt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from rag.embed import Encoder
from rag.english import FUNCTION_WORDS
from rag.evidence import TermStatistics, share
from rag.indexed_text import header
from rag.schema import ScoredPassage
from rag.sentences import sentence_spans

NEAR = 3
"""At most so many sentences of the passages are taken together to say what a sentence says."""
GAIN = 0.08
"""A further one must add this share of the sentence's terms."""
KIN_FROM, KIN_UNTIL = 0.35, 0.75
"""Cosines of two words from which they count as related at all, and as one."""
_WORD = re.compile(r"[^\W\d_][\w’'-]*|\d[\d.,]*\d|\d")
_CLAUSE = re.compile(
    r"[;:] |, (?:and|but|while|which|who|whose|where|after|before|with|as|including|though|although|because|so|then"
    r"|saying|making|leaving|giving|adding)"
    r"| (?:and|but|while|because|after|although|though) (?=[a-z]+(?:ed|s|t) )|[–—]"
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence ``article.text[start:end]`` of the passage ``passages[place]``; ``vector`` is its unit vector."""

    place: int
    start: int
    end: int
    text: str
    vector: NDArray[np.float32]
    terms: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class BackingFeatures:
    """How far passages say what a sentence says.

    ``covered`` is the share of its terms, weighted by rarity, in the passages with their headings, ``near`` in the
    sentences nearest to it; ``kin`` as ``covered``, with related words counting in part. ``lacking`` is the weight of
    the rarest term that neither they nor a related word has, over that of the rarest of all. ``cosine`` is the highest
    with one of their sentences, ``together`` that with the nearest ones as one text. ``clause`` is the lowest ``kin``
    of a clause, ``clause_cosine`` the lowest over the clauses of its highest cosine with a sentence.
    """

    covered: float
    near: float
    kin: float
    lacking: float
    cosine: float
    together: float
    clause: float
    clause_cosine: float

    def weighted(self, weights: Mapping[str, float]) -> float:
        """Return the weighted sum; a feature without a weight counts 0."""
        return float(sum(weights.get(item.name, 0.0) * getattr(self, item.name) for item in fields(self)))


@dataclass(frozen=True, kw_only=True)
class Backing:
    """The sentences of passages that say most of a sentence, the nearest first, and the features of it all."""

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
    spans = [(place, *span) for place, item in enumerate(passages) for span in line_spans(item)]
    texts = [passages[place].article.text[start:end] for place, start, end in spans]
    clauses = clauses_of(sentence)
    matrix = encoder.encode([sentence, *clauses, *texts])
    own, parts, rows = matrix[0], matrix[1 : 1 + len(clauses)], matrix[1 + len(clauses) :]
    lines = [
        Line(place=place, start=start, end=end, text=text, vector=row, terms=frozenset(statistics.terms(text)))
        for (place, start, end), text, row in zip(spans, texts, rows, strict=True)
    ]
    if not lines:
        nothing = BackingFeatures(**{item.name: 0.0 for item in fields(BackingFeatures)})
        return Backing(lines=(), features=nothing)
    worded = _blanked(sentence, blank)
    weights = statistics.weights(worded)
    heading = set().union(*(statistics.terms(header(item.article)) for item in passages))
    nearest = _nearest(own, lines, weights)
    present = set(heading).union(*(line.terms for line in lines))
    credit = _credits(worded, [*texts, *(item.article.title for item in passages)], present, encoder, statistics)
    kin = {term: 1.0 if term in present else credit.get(term, 0.0) for term in weights}
    together = encoder.encode([" ".join(line.text for line in sorted(nearest, key=lambda one: (one.place, one.start)))])
    missing = max((weight * (1 - kin[term]) for term, weight in weights.items()), default=0.0)
    features = BackingFeatures(
        covered=share(weights, present),
        near=share(weights, heading.union(*(line.terms for line in nearest))),
        kin=_credited(weights, kin),
        lacking=missing / (max(weights.values(), default=0.0) or 1.0),
        cosine=float((rows @ own).max()),
        together=float(together[0] @ own),
        clause=min(
            (_credited({term: weights.get(term, 0.0) for term in statistics.terms(clause)}, kin) for clause in clauses),
            default=0.0,
        ),
        clause_cosine=float((parts @ rows.T).max(axis=1).min()) if len(clauses) else 0.0,
    )
    return Backing(lines=tuple(nearest), features=features)


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


def clauses_of(sentence: str) -> list[str]:
    """Return the clauses of a sentence, as far as its joints tell; one too short joins the one before."""
    clauses: list[str] = []
    reached = 0
    for match in [*_CLAUSE.finditer(sentence), None]:
        piece = sentence[reached : match.start() if match else len(sentence)].strip()
        reached = match.end() if match else len(sentence)
        if clauses and len(_content(piece)) < 2:
            clauses[-1] = f"{clauses[-1]}, {piece}"
        elif piece:
            clauses.append(piece)
    return clauses or [sentence]


def _nearest(own: NDArray[np.float32], lines: Sequence[Line], weights: Mapping[str, float]) -> list[Line]:
    """Return the line that says most of it, and up to two more that each add some of its terms."""
    cosines = {id(line): float(line.vector @ own) for line in lines}
    chosen: list[Line] = []
    have: set[str] = set()
    while len(chosen) < min(NEAR, len(lines)):
        left = [line for line in lines if line not in chosen]
        best = max(left, key=lambda line: (share(weights, have | line.terms) + cosines[id(line)], -line.start))
        if chosen and share(weights, have | best.terms) - share(weights, have) < GAIN:
            better = max(left, key=lambda line: (share(weights, have | line.terms), -line.start))
            if share(weights, have | better.terms) - share(weights, have) < GAIN:
                break
            best = better
        chosen.append(best)
        have |= best.terms
    return chosen


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


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _content(text: str) -> list[str]:
    found = (re.sub(r"[’']s?$", "", word.lower()) for word in _WORD.findall(text))
    return [word for word in dict.fromkeys(found) if word not in FUNCTION_WORDS]


def _credited(weights: Mapping[str, float], credit: Mapping[str, float]) -> float:
    total = sum(weights.values())
    return sum(weight * credit.get(term, 0.0) for term, weight in weights.items()) / total if total else 1.0
