"""What a question says about when: the period its articles were published in, without a language model.

The convention, with examples, stands in tests/data/scope_expressions.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from rag.latest import asks_for_latest
from rag.periods import DAY, Period, Unit, day_of_asking, describe_period, midnight
from rag.sentences import sentence_spans
from rag.time_attachment import Attachment, Role, Strength, surroundings
from rag.time_expressions import Expression, Limit, find_expressions
from rag.time_roles import attachment
from rag.time_words import Fate, pattern, readable

__all__ = ["Period", "Reading", "Role", "describe_period", "read_time"]

LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a question says about when.

    ``period`` limits the articles by their date of publication, and is ``None`` unless ``role`` is PUBLICATION.
    ``text`` is the span (start, end) of the expression that decided, ``None`` without one. ``latest`` is True when
    the question asks for the newest state, whatever the role is. ``firm`` tells that the period surely is that of
    the articles ("reports from March 2024", "last month"). Otherwise it is the time at which something happened
    ("who sued in 2024"), of which is also told later; ``event`` is that time, with the role EVENT too.
    """

    period: Period | None
    text: tuple[int, int] | None
    role: Role
    latest: bool
    firm: bool = False
    event: Period | None = None


def read_time(question: str, as_of: datetime) -> Reading:
    """Return what ``question`` says about when, as asked at ``as_of``; the same arguments give the same reading.

    ``as_of`` is exclusive as in ``Question.as_of``: midnight closes the day before. Days are those of UTC. Only the
    first 2,000 characters are read. Raises QuestionError when ``as_of`` has no time zone, and never for a text.
    """
    today = day_of_asking(as_of)
    shown = question[:LONGEST]
    text = readable(shown)
    found = [(expression, attachment(shown, text, expression, today)) for expression in find_expressions(shown, today)]
    latest = asks_for_latest(shown)
    limits = _strongest(found)
    limits = [one for one in limits if not _in_a_statement(shown, one)] or limits
    if limits:
        period = _period(text, limits, today)
        if period is not None:
            span = (min(one.start for one in limits), max(one.end for one in limits))
            firm = any(_is_firm(shown, text, one, found_as) for one, found_as in found if one in limits)
            return Reading(
                period=period,
                text=span,
                role=Role.PUBLICATION,
                latest=latest,
                firm=firm,
                event=None if firm else period,
            )
    for role in (Role.EVENT, Role.NONE):
        for expression, attached in found:
            if attached.role is role or (role is Role.NONE and attached.role is Role.PUBLICATION):
                dated = role is Role.EVENT and expression.phrase.fate is Fate.DATED
                event = _period(text, [expression], today) if dated else None
                span = (expression.start, expression.end)
                return Reading(period=None, text=span, role=role, latest=latest, event=event)
    return Reading(period=None, text=None, role=Role.NONE, latest=latest)


_NEAR = (Unit.DAY, Unit.WEEK, Unit.WEEKEND)
_SAID = pattern(r"\b(?:sa(?:y|ys|id)|t(?:ell|ells|old)|announce[sd]?|claim(?:s|ed)?)\b")
_REPORTED = pattern(
    r"\b(?:report(?:s|ed|ing)?|publish(?:es|ed|ing)?|wrote|writ(?:e|es|ten|ing)|cover(?:s|ed|ing)?|headlined?)\b"
    r"|\bwhat(?:'s| is| was| were| has| have| had)? (?:happen(?:s|ed|ing)?|went on|going on|new|occurred|in the news)\b"
)


def _is_firm(question: str, text: str, expression: Expression, attached: Attachment) -> bool:
    """Whether the period limits the articles, rather than being when something happened of which they tell later.

    A happening since some day is told since that day; one "in 2024" is still told in 2025, and a whole year names
    it too loosely to limit anything. "Last month" is asked for as news, and so is what opens a question. What
    happened "this week" or "on Monday" is also told of before and after: on RealTime QA 2023, to limit such a
    question by its day or week loses one in five of its articles. Words are told as soon as they are said, if
    not always on the same day. A statement before the question ("Disney sued last month. Who represents it?") says
    what the question is about, and the answer may be told at any time.
    """
    if _in_a_statement(question, expression):
        return False
    if attached.strength is Strength.NEWS or expression.limit in (Limit.SINCE, Limit.AFTER):
        return True
    if expression.limit is not Limit.INSIDE:
        return False
    if expression.phrase.relative and expression.phrase.unit not in _NEAR:
        return True
    if expression.phrase.unit is Unit.YEAR:
        return False
    if _REPORTED.search(text) or surroundings(question, text, expression).leading:
        return True
    return expression.phrase.unit is not Unit.DAY and (
        expression.phrase.in_year is not None or _SAID.search(text) is not None
    )


def _in_a_statement(question: str, expression: Expression) -> bool:
    """Whether an expression stands in a sentence that asks nothing, before one that does."""
    spans = sentence_spans(question, "en")
    asks = [question[start:end].rstrip().endswith(("?", ":")) for start, end in spans]
    place = next((at for at, (_, end) in enumerate(spans) if expression.start < end), len(spans))
    return any(asks[place + 1 :]) and not asks[place]


def _strongest(found: list[tuple[Expression, Attachment]]) -> list[Expression]:
    """Return the expressions that most surely limit the articles, in the order of the question."""
    best = max((attached.strength for _, attached in found), default=Strength.NOT)
    if best is Strength.NOT:
        return []
    return [expression for expression, attached in found if attached.strength is best]


def _period(text: str, limits: list[Expression], today: date) -> Period | None:
    """Return the period of the first expression, widened by others that "and" or "or" joins to it."""
    first, until = limits[0].first, limits[0].until
    for before, expression in pairwise(limits):
        if not re.search(r"\b(?:and|or|then)\b", text[before.end : expression.start]):
            break
        first = min(first, expression.first) if first and expression.first else None
        until = max(until, expression.until) if until and expression.until else None
    until = min(until, today + DAY) if until else None
    if (first is None and until is None) or (first and until and first >= until):
        return None
    return Period(start=midnight(first) if first else None, end=midnight(until) if until else None)
