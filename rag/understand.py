"""What a question asks for besides its matter: a period, sources, the newest state. No language model takes part.

Filters that were given win over the words: where one is given, the words limit nothing of its sort.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rag.schema import Kind, Limit, LimitKind, Question, Scope, Understanding
from rag.scope import read_time
from rag.sources import read_sources

_FIELDS = {
    LimitKind.PERIOD: ("published_from", "published_until"),
    LimitKind.PUBLISHERS: ("publishers",),
    LimitKind.EXCLUDED_PUBLISHERS: ("excluded_publishers",),
    LimitKind.KINDS: ("kinds",),
    LimitKind.EXCLUDED_KINDS: ("excluded_kinds",),
}
_SORTS = (
    {LimitKind.PERIOD},
    {LimitKind.PUBLISHERS, LimitKind.EXCLUDED_PUBLISHERS},
    {LimitKind.KINDS, LimitKind.EXCLUDED_KINDS},
)
"""Limits that stand or fall together beside a filter."""


def understand(question: Question, *, publishers: Sequence[str] = (), newsmakers: Sequence[str] = ()) -> Understanding:
    """Return how ``question`` is searched for, given the ``publishers`` of the archive.

    ``newsmakers`` are names that articles are about, of which "X said" asks no source. Raises QuestionError when the
    as-of date has no time zone, and never for a text.
    """
    as_of = question.as_of or datetime.now(UTC)
    time = read_time(question.text, as_of)
    sources = read_sources(question.text, publishers, newsmakers=newsmakers)
    unread = {*question.unread, *_given(question.scope)}
    read = [limit for limit in sources.limits if limit.kind is not LimitKind.PUBLISHERS or sources.publishers]
    # What a publisher said in March, it published in March.
    if time.period is not None and time.text is not None and (time.firm or sources.publishers):
        read.insert(0, Limit(kind=LimitKind.PERIOD, spans=(time.text,)))
    limits = tuple(limit for limit in read if limit.kind not in unread)
    said = Scope(
        published_from=time.period.start if time.period else None,
        published_until=time.period.end if time.period else None,
        publishers=sources.publishers,
        excluded_publishers=sources.excluded,
        kinds=_with_briefs(sources.kinds),
        excluded_kinds=sources.excluded_kinds,
    )
    names_read = LimitKind.PUBLISHERS not in unread
    return Understanding(
        text=question.text,
        scope=_limited(question.scope, said, [limit.kind for limit in limits]),
        limits=limits,
        latest=time.latest,
        each=sources.asked if sources.each and names_read else (),
        unknown_publishers=sources.unknown if names_read else (),
    )


def searched_words(understanding: Understanding) -> str:
    """Return the words to search for: those of a period that limits the search have done their work.

    A question of nothing but such words keeps them.
    """
    return _put(understanding, LimitKind.PERIOD, "")


def asked_of(publisher: str, understanding: Understanding) -> str:
    """Return the question as it would be put to one ``publisher``, whose words others' names would count against."""
    return _put(understanding, LimitKind.PUBLISHERS, publisher)


def _put(understanding: Understanding, kind: LimitKind, words: str) -> str:
    """Return the text with ``words`` where limits of ``kind`` were read."""
    text = understanding.text
    spans = [span for limit in understanding.limits if limit.kind is kind for span in limit.spans]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{words}{text[end:]}"
    text = re.sub(r"^[\s,;:–—-]+", "", re.sub(r"\s+", " ", re.sub(r"\s+(?=[?.!,;:])", "", text))).strip()
    return text if re.search(r"\w", text) else understanding.text


def without(scope: Scope, kinds: Sequence[LimitKind]) -> Scope:
    """Return ``scope`` without the limits of these kinds."""
    return _limited(scope, Scope(), kinds)


def _limited(scope: Scope, said: Scope, kinds: Sequence[LimitKind]) -> Scope:
    return replace(scope, **{name: getattr(said, name) for kind in kinds for name in _FIELDS[kind]})


def _given(scope: Scope) -> set[LimitKind]:
    """Return the kinds of limits that the words may not add beside the filters given."""
    default = Scope()
    given = {kind for kind, names in _FIELDS.items() if any(getattr(scope, n) != getattr(default, n) for n in names)}
    return {kind for sort in _SORTS if sort & given for kind in sort}


def _with_briefs(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """Take briefs for news: they sum up reports, and are no opinion."""
    return (*kinds, Kind.BRIEF) if Kind.NEWS in kinds and Kind.BRIEF not in kinds else kinds
