"""Change and disagreement: which chosen sentences differ, which of them is the later, and what is said of it.

The later statement leads with its date and the earlier is mentioned; reports of about the same time that
differ are both shown with who stands behind them. Everything is decided over the ranked sentences of one
question, from what they state (``rag.claims``), never from the words of a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rag.asked import Asked, asked_amount, asks_for_former, is_about_now, is_pinned
from rag.claims import Claim, claim
from rag.difference import SAME_TIME, Difference, DifferenceKind, difference, same_amount
from rag.english import words
from rag.evidence import EvidenceSentence, mentioned
from rag.indexed_text import header
from rag.quantities import Quantity
from rag.schema import Article
from rag.spans import AnswerType, Unit
from rag.stems import FUNCTION, content_stems, stem

CONSIDERED = 60
"""So many of the best sentences are read for what they state."""
NAMED = 0.99
MOSTLY_NAMED = 0.6
_SAYING = frozenset(map(stem, words("say put call give speak report count name estimate announce tell")))
LEAST_WORDS = 2
READ = 0.5
"""From this probability on that its passage answers, the reader's words are taken for the answer."""
_WITHHELD = re.compile(
    r"\b(?:terms|price|sum|amount|figure|value|cost|size|fee)s?\b[^.]*\b(?:not|never|un)\W?(?:been |be )?"
    r"(?:disclosed|given|revealed|made public|announced|published|known)\b|\b(?:declined to|would not|did not)"
    r" (?:say how much|disclose|give (?:a|the) (?:figure|price|sum))\b",
    re.IGNORECASE,
)
_OTHERS_SAY = re.compile(
    r"\b(?:other|outside|earlier|press|some|independent) (?:reports?|estimates?|accounts?|outlets|sources)\b"
    r"[^.]{0,40}\b(?:lower|higher|differ|give|gives|put|speak|say|of|vary)\b"
    r"|\bestimates? (?:of [^.]*)?(?:vary|differ)\b|\b(?:calls?|gave|gives?|puts?|counts?|speaks? of)\b[^.;]*;"
    r"[^.]*\b(?:calls?|named?|gave|put|counts?|says?|speaks?)\b"
    r"|\bothers? (?:say|put|speak|give|report)\b",
    re.IGNORECASE,
)


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


def find_change(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    """Return in what the statements on the question's matter differ, None when they agree or only one is known."""
    found = _amounts_differ(matter) or _statements_differ(matter, chosen) or _told(matter, chosen)
    if found and not found.conflict and asks_for_former(matter.question):
        return None  # what holds now overtakes nothing that was asked for
    return found


def answers_amount(matter: Matter) -> list[tuple[Statement, Quantity]]:
    """Return the statements that give the amount asked for, best first, each with that amount."""
    if matter.asked is None:
        return _read_amounts(matter)
    found = [(item, matter.asked.answered_by(item.claim)) for item in matter.statements]
    given = [(item, amount) for item, amount in found if amount is not None and _is_on(item, matter)]
    return given or (_read_amounts(matter) if matter.asked.unit is Unit.COUNT else [])


def _read_amounts(matter: Matter) -> list[tuple[Statement, Quantity]]:
    """Return the amounts that the reader takes for the answer and that count the same as the best of them does.

    The words of a question may not tell what is counted: it asks for "plays", and "streams" are reported.
    """
    if matter.kind is not AnswerType.AMOUNT:
        return []
    found = [(item, _read_amount(item)) for item in matter.statements]
    read = [(item, amount) for item, amount in found if amount is not None and _is_on(item, matter)]
    if not read or _certainty(read[0][0]) < READ:
        return []
    first = read[0][1]
    return [(item, amount) for item, amount in read if amount is first or first.same_matter(amount)]


def _read_amount(statement: Statement) -> Quantity | None:
    """Return the amount of a statement in which the reader's answer to the question stands."""
    if (read := statement.sentence.read) is None:
        return None
    return next((one for one in statement.claim.quantities if read[0] < one.end and one.start < read[1]), None)


def _certainty(statement: Statement) -> float:
    """Return the reader's probability that a statement's passage answers."""
    return statement.sentence.reading.probability if statement.sentence.reading else 0.0


def _amounts_differ(matter: Matter) -> Change | None:
    found = answers_amount(matter)
    if not found:
        return None
    best, amount = found[0]
    for other, theirs in found[1:]:
        if not amount.equals(theirs) and _same_time(best, other) and _independent(best, other):
            return _ordered(best, other, DifferenceKind.NUMBER, conflict=True)
    if matter.pinned or not (matter.about_now or amount.is_state):
        return None
    dated = [(item, value) for item, value in found if item.day is not None]
    if not dated:
        return None
    newest, now = max(dated, key=lambda item: (item[0].day or date.min, -item[0].place))
    before = [
        (item, value)
        for item, value in dated
        if now.same_matter(value) and not now.equals(value) and _days_between(item, newest) > SAME_TIME
    ]
    if not before:
        return None
    last, was = max(before, key=lambda item: (item[0].day or date.min, -item[0].place))
    # Of several articles with the same amount, the best placed tells the later, the first to report it the earlier.
    later = next(item for item, value in dated if value.equals(now) and (item.day or date.min) > (last.day or date.min))
    earlier = min(
        (item for item, value in before if value.equals(was)), key=lambda item: (item.day or date.max, item.place)
    )
    # Where the later article itself says that others report the earlier amount, only the source has changed.
    disputed = any(
        item.article.id == later.article.id
        and _OTHERS_SAY.search(item.sentence.text)
        and any(amount.equals(was) for amount in item.claim.quantities)
        for item in matter.statements
    )
    return Change(later=later, earlier=earlier, kind=DifferenceKind.NUMBER, conflict=disputed)


def _statements_differ(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    top = next((item for item in matter.statements if chosen and item.sentence is chosen[0]), None)
    if top is None:
        return None
    changed: list[tuple[Statement, DifferenceKind]] = []
    for other in matter.statements:
        found = _difference(top, other, matter)
        if found is None:
            continue
        if not _same_time(top, other):
            changed.append((other, found.kind))
        elif found.kind is not DifferenceKind.DENIAL and _independent(top, other):
            return _ordered(top, other, found.kind, conflict=True)
    changed = [(other, kind) for other, kind in changed if top.day and other.day]
    if matter.pinned or not matter.about_now or not changed:
        return None
    other, kind = max(
        changed, key=lambda item: (item[0].day or date.min, same_amount(top.claim, item[0].claim), -item[0].place)
    )
    return _ordered(top, other, kind, conflict=False)


def _difference(top: Statement, other: Statement, matter: Matter) -> Difference | None:
    """Return in what two statements of different articles differ, if that bears on what is asked."""
    if other.article.id == top.article.id:
        return None
    if not names_all(other, matter) and other.sentence.features.context < top.sentence.features.context / 2:
        return None
    found = difference(top.claim, other.claim, similarity=float(top.sentence.vector @ other.sentence.vector))
    if found is None or not _wanted(found.kind, matter):
        return None
    if found.kind is DifferenceKind.DENIAL and not (_bears(top, matter) and _bears(other, matter)):
        return None
    return found


def withheld(matter: Matter) -> Statement | None:
    """Return the best statement that the sum asked for was not made known, when no statement gives it."""
    if matter.asked is None or matter.asked.unit is not Unit.MONEY or answers_amount(matter):
        return None
    return next(
        (item for item in matter.statements if names_all(item, matter) and _WITHHELD.search(item.sentence.text)),
        None,
    )


def _told(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    """Return a chosen sentence that itself says how reports differ, or one beside it among the best five."""
    articles = {item.source.article.id for item in chosen}
    for item in matter.statements[:5]:
        if item.article.id in articles and _OTHERS_SAY.search(item.sentence.text) and _shares_a_word(item, matter):
            return Change(later=item, earlier=item, kind=DifferenceKind.NAME, conflict=True, told=True)
    return None


def _wanted(kind: DifferenceKind, matter: Matter) -> bool:
    """Return whether a difference of this kind bears on what is asked."""
    return {
        DifferenceKind.NUMBER: matter.kind is AnswerType.AMOUNT and matter.asked is None,
        DifferenceKind.DATE: matter.kind is AnswerType.TIME or "date" in matter.question.lower(),
        DifferenceKind.NAME: matter.kind is AnswerType.PERSON,
        DifferenceKind.DENIAL: matter.kind is AnswerType.OTHER and matter.about_now,
    }[kind]


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


def _is_on(statement: Statement, matter: Matter) -> bool:
    """Return whether the article of a statement has all names of the question."""
    article = statement.article
    return mentioned(matter.names, f"{article.title}\n{article.text}") >= NAMED


def _bears(statement: Statement, matter: Matter) -> bool:
    """Return whether a statement has two of the question's words, names or others."""
    said = statement.claim.names | statement.claim.about
    words = len(set(matter.names) & said) + len(content_stems(matter.question) & statement.claim.terms)
    return words >= LEAST_WORDS


def _shares_a_word(statement: Statement, matter: Matter) -> bool:
    """Return whether a statement has one of the question's words, other than a name or a word for saying or putting."""
    return bool((content_stems(matter.question) - _SAYING - set(matter.names)) & statement.claim.terms)


def _days_between(one: Statement, other: Statement) -> int:
    """Return the days between two dated statements."""
    return abs((one.day - other.day).days) if one.day and other.day else 0


def _same_time(one: Statement, other: Statement) -> bool:
    return one.day is not None and other.day is not None and abs((one.day - other.day).days) <= SAME_TIME


def _independent(one: Statement, other: Statement) -> bool:
    """Return whether two publishers, or two sources that one article names, stand behind the statements."""
    first, second = one.article, other.article
    if first.id == second.id:
        return bool(one.claim.sources and other.claim.sources and not one.claim.sources & other.claim.sources)
    return first.publisher is None or first.publisher != second.publisher


def _ordered(one: Statement, other: Statement, kind: DifferenceKind, *, conflict: bool) -> Change:
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
