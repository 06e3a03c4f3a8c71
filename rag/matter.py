"""The matter of a question: everything that its best sentences state, and who says it of whom and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rag.asked import Asked, asked_amount, asks_for_former, is_about_now, is_pinned
from rag.claims import Claim, claim
from rag.difference import DifferenceKind
from rag.evidence import EvidenceSentence, mentioned
from rag.indexed_text import header
from rag.schema import Article
from rag.spans import AnswerType
from rag.stems import FUNCTION

CONSIDERED = 60
"""So many of the best sentences are read for what they state."""
NAMED = 0.99
MOSTLY_NAMED = 0.6
READ = 0.5
"""From this probability on that its passage answers, the reader's words are taken for the answer."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A ranked sentence, best at ``place`` 0, with what it states; ``odds`` are those of the best one's, in (0, 1]."""

    sentence: EvidenceSentence
    claim: Claim
    place: int
    odds: float

    @property
    def article(self) -> Article:
        """The article it stands in."""
        return self.sentence.source.article

    @property
    def day(self) -> date | None:
        """When its article was published, None when that is not known."""
        return self.claim.published


@dataclass(frozen=True, kw_only=True)
class Change:
    """Two statements that differ; ``later`` is of the later article, or the better one of the same day.

    ``conflict`` tells that they are of about the same time, so that neither overtakes the other. ``told`` tells
    that one sentence itself says how reports differ; then both statements are that sentence.
    """

    later: Statement
    earlier: Statement
    kind: DifferenceKind
    conflict: bool
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A question with everything that its sentences state, best first; ``found`` are articles as they were found."""

    question: str
    kind: AnswerType
    statements: tuple[Statement, ...]
    about_now: bool
    pinned: bool
    asked: Asked | None
    names: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def read_matter(
    question: str,
    ranked: Sequence[tuple[EvidenceSentence, float]],
    *,
    kind: AnswerType,
    names: Sequence[str],
    as_of: datetime,
) -> Matter:
    """Read what the best sentences state.

    ``ranked`` holds sentences with their odds over the best one's, best first; ``names`` are the words of the
    question's names in lower case.
    """
    statements = tuple(
        Statement(sentence=item, claim=_claim(item), place=place, odds=odds)
        for place, (item, odds) in enumerate(ranked[:CONSIDERED])
    )
    return Matter(
        question=question,
        kind=kind,
        statements=statements,
        about_now=is_about_now(question),
        pinned=is_pinned(question, as_of),
        asked=None if asks_for_former(question) else asked_amount(question, {*names, *_names_in(question, statements)}),
        names=tuple(name for name in names if name not in FUNCTION),
        found=_found(item for item, _ in ranked),
    )


def names_all(statement: Statement, matter: Matter) -> bool:
    """Return whether a statement, its headline or the sentence before have all names of the question."""
    return _named(statement, matter) >= NAMED


def names_most(statement: Statement, matter: Matter) -> bool:
    """Return whether they have most of its names, of three or more."""
    return len(matter.names) > 2 and _named(statement, matter) >= MOSTLY_NAMED


def _named(statement: Statement, matter: Matter) -> float:
    item, article = statement.sentence, statement.article
    start = item.start if item.previous is None else item.previous[0]
    return mentioned(matter.names, f"{header(article)}\n{article.text[start : item.end]}")


def is_on(statement: Statement, matter: Matter) -> bool:
    """Return whether the article of a statement has all names of the question."""
    article = statement.article
    return mentioned(matter.names, f"{article.title}\n{article.text}") >= NAMED


def certainty(statement: Statement) -> float:
    """Return the reader's probability that a statement's passage answers."""
    return statement.sentence.reading.probability if statement.sentence.reading else 0.0


def in_order(one: Statement, other: Statement, kind: DifferenceKind, *, conflict: bool) -> Change:
    later, earlier = (other, one) if (other.day or date.min) > (one.day or date.min) else (one, other)
    return Change(later=later, earlier=earlier, kind=kind, conflict=conflict)


def _found(sentences: Iterable[EvidenceSentence]) -> tuple[str, ...]:
    """Return the articles in the order of their best passage."""
    best: dict[str, float] = {}
    for item in sentences:
        article = item.source.article.id
        best[article] = max(best.get(article, 0.0), item.source.scores.final)
    return tuple(sorted(best, key=lambda article: (-best[article], article)))


def _claim(item: EvidenceSentence) -> Claim:
    article = item.source.article
    before = "" if item.previous is None else article.text[item.previous[0] : item.previous[1]]
    published = article.published_at.value.date() if article.published_at else None
    return claim(item.text, around=f"{article.title}. {before}", published=published)


def _names_in(question: str, statements: Sequence[Statement]) -> set[str]:
    """Return words of the question that the best sentences only write as names: it may be typed in lower case."""
    best = statements[:20]
    known = {name for item in best for name in item.claim.names}
    common = {word for item in best for word in re.findall(r"\b[a-z][\w&-]*", item.sentence.text)}
    return set(re.findall(r"[^\W\d_][\w&-]*", question.lower())) & (known - common)
