"""What the words of a question were taken to mean, as chips that a reader can remove or edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from rag.schema import LimitKind, Question, Scope, Understanding
from rag.statements import last_day, limit_label

EDITABLE = (LimitKind.PERIOD, LimitKind.PUBLISHERS)
"""The limits that the form has fields for."""


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A limit that came out of the words, in few words of ours."""

    kind: LimitKind
    label: str


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the fields of the form hold: ISO dates, both of them inside the period, and publishers."""

    since: str = ""
    until: str = ""
    publishers: tuple[str, ...] = ()


def chips_of(understanding: Understanding | None, as_of: datetime) -> tuple[Chip, ...]:
    """Return a chip for each limit out of the words, in the order of ``LimitKind``."""
    if understanding is None:
        return ()
    read = {limit.kind for limit in understanding.limits}
    return tuple(
        Chip(kind=kind, label=limit_label(kind, understanding.scope, as_of)) for kind in LimitKind if kind in read
    )


def unlimited(question: Question, kind: LimitKind) -> Question:
    """Return the question as it is asked again without limits of ``kind`` out of its words."""
    return replace(question, unread=tuple(dict.fromkeys((*question.unread, kind))))


def filters_of(scope: Scope) -> Filters:
    """Return the period and the publishers of ``scope`` as the form would have them."""
    return Filters(
        since=scope.published_from.date().isoformat() if scope.published_from else "",
        until=last_day(scope.published_until).isoformat() if scope.published_until else "",
        publishers=scope.publishers,
    )
