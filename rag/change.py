"""Change and disagreement: which chosen sentences differ, which of them is the later, and what is said of it.

The later statement leads with its date and the earlier is mentioned; reports of about the same time that
differ are both shown with who stands behind them. Everything is decided over the ranked sentences of one
question, from what they state (``rag.claims``), never from the words of a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.asked import asks_for_former
from rag.difference import SAME_TIME, Difference, DifferenceKind, difference, same_amount
from rag.evidence import EvidenceSentence
from rag.matter import READ, Change, Matter, Statement, certainty, in_order, is_on, names_all
from rag.quantities import Quantity
from rag.spans import AnswerType, Unit
from rag.stems import content_stems
from rag.told import OTHERS_SAY, told, told_elsewhere

LEAST_WORDS = 2
_WITHHELD = re.compile(
    r"\b(?:terms|price|sum|amount|figure|value|cost|size|fee)s?\b[^.]*\b(?:not|never|un)\W?(?:been |be )?"
    r"(?:disclosed|given|revealed|made public|announced|published|known)\b|\b(?:declined to|would not|did not)"
    r" (?:say how much|disclose|give (?:a|the) (?:figure|price|sum))\b",
    re.IGNORECASE,
)


def find_change(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    """Return in what the statements on the question's matter differ, None when they agree or only one is known."""
    found = (
        _amounts_differ(matter)
        or _statements_differ(matter, chosen)
        or told(matter, chosen)
        or told_elsewhere(matter, chosen)
    )
    if found and not found.conflict and asks_for_former(matter.question):
        return None  # what holds now overtakes nothing that was asked for
    return found


def answers_amount(matter: Matter) -> list[tuple[Statement, Quantity]]:
    """Return the statements that give the amount asked for, best first, each with that amount."""
    if matter.asked is None:
        return _read_amounts(matter)
    found = [(item, matter.asked.answered_by(item.claim)) for item in matter.statements]
    given = [(item, amount) for item, amount in found if amount is not None and is_on(item, matter)]
    return given or (_read_amounts(matter) if matter.asked.unit is Unit.COUNT else [])


def _read_amounts(matter: Matter) -> list[tuple[Statement, Quantity]]:
    """Return the amounts that the reader takes for the answer and that count the same as the best of them does.

    The words of a question may not tell what is counted: it asks for "plays", and "streams" are reported.
    """
    if matter.kind is not AnswerType.AMOUNT:
        return []
    found = [(item, _read_amount(item)) for item in matter.statements]
    read = [(item, amount) for item, amount in found if amount is not None and is_on(item, matter)]
    if not read or certainty(read[0][0]) < READ:
        return []
    first = read[0][1]
    return [(item, amount) for item, amount in read if amount is first or first.same_matter(amount)]


def _read_amount(statement: Statement) -> Quantity | None:
    """Return the amount of a statement in which the reader's answer to the question stands."""
    if (read := statement.sentence.read) is None:
        return None
    return next((one for one in statement.claim.quantities if read[0] < one.end and one.start < read[1]), None)


def _amounts_differ(matter: Matter) -> Change | None:
    found = answers_amount(matter)
    if not found:
        return None
    best, amount = found[0]
    for other, theirs in found[1:]:
        if not amount.equals(theirs) and _same_time(best, other) and _independent(best, other):
            return in_order(best, other, DifferenceKind.NUMBER, conflict=True)
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
        and OTHERS_SAY.search(item.sentence.text)
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
            return in_order(top, other, found.kind, conflict=True)
    changed = [(other, kind) for other, kind in changed if top.day and other.day]
    if matter.pinned or not matter.about_now or not changed:
        return None
    other, kind = max(
        changed, key=lambda item: (item[0].day or date.min, same_amount(top.claim, item[0].claim), -item[0].place)
    )
    return in_order(top, other, kind, conflict=False)


def _difference(top: Statement, other: Statement, matter: Matter) -> Difference | None:
    """Return in what two statements of different articles differ, if that bears on what is asked."""
    if other.article.id == top.article.id:
        return None
    if not names_all(other, matter) and other.sentence.features.context < top.sentence.features.context / 2:
        return None
    found = difference(top.claim, other.claim, similarity=float(top.sentence.vector @ other.sentence.vector))
    if found is None or not _wanted(found.kind, matter):
        return None
    if found.kind is DifferenceKind.DATE and _same_is_read(top, other):
        return None  # the days that differ are not those asked for
    if found.kind is DifferenceKind.DENIAL and not (_bears(top, matter) and _bears(other, matter)):
        return None
    return found


def _same_is_read(one: Statement, other: Statement) -> bool:
    """Return whether the reader finds the same words for its answer in both statements."""
    mine, theirs = _words_read(one), _words_read(other)
    return mine is not None and mine == theirs


def _words_read(statement: Statement) -> str | None:
    read, text = statement.sentence.read, statement.sentence.text
    return text[slice(*read)] if read is not None and 0 <= read[0] < read[1] <= len(text) else None


def withheld(matter: Matter) -> Statement | None:
    """Return the best statement that the sum asked for was not made known, when no statement gives it."""
    if matter.asked is None or matter.asked.unit is not Unit.MONEY or answers_amount(matter):
        return None
    return next(
        (item for item in matter.statements if names_all(item, matter) and _WITHHELD.search(item.sentence.text)),
        None,
    )


def _wanted(kind: DifferenceKind, matter: Matter) -> bool:
    """Return whether a difference of this kind bears on what is asked."""
    return {
        DifferenceKind.NUMBER: matter.kind is AnswerType.AMOUNT and matter.asked is None,
        DifferenceKind.DATE: matter.kind is AnswerType.TIME or "date" in matter.question.lower(),
        DifferenceKind.NAME: matter.kind is AnswerType.PERSON,
        DifferenceKind.DENIAL: matter.kind is AnswerType.OTHER and matter.about_now,
    }[kind]


def _bears(statement: Statement, matter: Matter) -> bool:
    """Return whether a statement has two of the question's words, names or others."""
    said = statement.claim.names | statement.claim.about
    words = len(set(matter.names) & said) + len(content_stems(matter.question) & statement.claim.terms)
    return words >= LEAST_WORDS


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
