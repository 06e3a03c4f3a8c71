"""Our own words beside an answer: what a search was limited to, and what lay outside. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rag.periods import Period, describe_period
from rag.schema import Answer, Kind, LimitKind, Scope

_KINDS = {
    Kind.NEWS: "news",
    Kind.OPINION: "opinion pieces",
    Kind.PRESS_RELEASE: "press releases",
    Kind.BRIEF: "briefs",
}


def spell_date(day: date, *, short: bool = False) -> str:
    """Return ``14 January 2025``, or ``14 Jan 2025`` when ``short``."""
    return f"{day.day} {day:%b %Y}" if short else f"{day.day} {day:%B %Y}"


def last_day(as_of: datetime) -> date:
    """Return the last day that lies wholly or partly before the exclusive bound ``as_of``."""
    return (as_of - timedelta(microseconds=1)).date()


def listed(names: Sequence[str], *, word: str = "and") -> str:
    """Return "A", "A and B", "A, B and C"."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def published(scope: Scope, as_of: datetime) -> str:
    """Return "published 1–31 March 2024" for the period of ``scope``, nothing without one."""
    if scope.published_from is None and scope.published_until is None:
        return ""
    period = Period(start=scope.published_from, end=scope.published_until)
    return describe_period(period, as_of=as_of).removeprefix("in articles ")


def described(scope: Scope, as_of: datetime, *, word: str = "or") -> str:
    """Return what ``scope`` holds: "articles published 1–31 March 2024, credited to Variety"; nothing for everything.

    ``word`` joins several publishers. "Credited", since a brief after a publisher's report is not its own.
    """
    if scope.is_everything:
        return ""
    kinds = listed([_KINDS[kind] for kind in scope.kinds])
    parts = [part for part in (published(scope, as_of), _credited(scope.publishers, word)) if part]
    if scope.sections:
        parts.append(f"in the section {listed(scope.sections, word='or')}")
    if scope.excluded_publishers:
        parts.append(limit_label(LimitKind.EXCLUDED_PUBLISHERS, scope, as_of))
    if scope.excluded_kinds:
        parts.append(limit_label(LimitKind.EXCLUDED_KINDS, scope, as_of))
    return f"{kinds or 'articles'} {', '.join(parts)}".strip()


def limit_label(kind: LimitKind, scope: Scope, as_of: datetime) -> str:
    """Return few words for one sort of limit: "published 1–31 March 2024", "without press releases"."""
    labels = {
        LimitKind.PERIOD: published(scope, as_of),
        LimitKind.PUBLISHERS: _credited(scope.publishers, "or"),
        LimitKind.EXCLUDED_PUBLISHERS: f"not credited to {listed(scope.excluded_publishers, word='or')}",
        LimitKind.KINDS: f"only {listed([_KINDS[one] for one in scope.kinds])}",
        LimitKind.EXCLUDED_KINDS: f"without {listed([_KINDS[one] for one in scope.excluded_kinds])}",
    }
    return labels[kind]


def stated(answer: Answer) -> str:
    """Return what the answer is limited to: "In articles published 1–31 March 2024"; nothing without limits."""
    scope = answer.understanding.scope if answer.understanding else answer.question.scope
    heard = answer.understanding is not None and answer.understanding.each
    inside = described(scope, answer.as_of, word="and" if heard else "or")
    return f"In {inside}" if inside else ""


def _credited(publishers: Sequence[str], word: str) -> str:
    return f"credited to {listed(publishers, word=word)}" if publishers else ""
