"""Questions for a timeline: what has changed since a time or an event, how a matter developed.

Only the form is read here; the days in it are read by ``rag.scope``, and the entries are chosen in ``rag.entries``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from rag.periods import Period
from rag.scope import read_time

_PLEASE = (
    r"(?:(?:can|could|would) you )?(?:please )?"
    r"(?:(?:give|show|draw up|make|write|list|tell|build|create)(?: me| us)? )?"
)
_LINE = r"(?:timeline|time line|chronology|chronological (?:list|account|overview|order))"
_ABOUT = r"(?:in|with|to|on|about|at|for|around|over|regarding|concerning)"
_HAS = r"(?:what|which things?|anything|what else)(?:['’]s|['’]ve| is| has| have)?"
_GROWN = r"(?:develop|unfold|evolve|progress|play out|come about|change over time|go so far)"
_GREW = r"(?:developed|unfolded|evolved|progressed|played out|come about|changed(?: over time| so far)?|gone so far)"
_SINCE = r"(?:ever )?since (?P<since>.+?)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"^{_PLEASE}(?:an? |the )?(?:\w+ )?{_LINE}(?: of)?(?: events?)?(?: {_ABOUT}| of)?:? (?P<subject>.+)$",
        rf"^(?P<subject>.+?)(?:['’]s)?[,:]? (?:as )?(?:an? |the )?{_LINE}$",
        rf"^{_PLEASE}(?:what(?:['’]s| is| was) )?(?:the )?(?:full |short )?(?:history|course|story|development) of"
        rf" (?P<subject>.+?)(?: {_SINCE})?$",
        rf"^{_HAS} (?:changed|new|happened|been happening|developed|gone on|been reported|emerged)"
        rf"(?: {_ABOUT} (?P<subject>.+?))? {_SINCE}$",
        rf"^(?:ever )?since (?P<since>.+?), {_HAS} (?:changed|happened|developed|emerged)"
        rf"(?: {_ABOUT} (?P<subject>.+))?$",
        rf"^how (?:did|does|do) (?P<subject>.+?) {_GROWN}(?: {_SINCE})?$",
        rf"^how (?:has|have) (?P<subject>.+?) {_GREW}(?: {_SINCE})?$",
        rf"^what happened {_ABOUT} (?P<subject>.+?) (?=between .+ and .+$|from .+ (?:to|until|till) .+$)",
        r"^trace the (?:course|history|development|story|events) of (?P<subject>.+)$",
        r"^(?P<subject>.+?) over time$",
    )
)
_EDGES = ' \t?.!,;:"“”'


@dataclass(frozen=True, kw_only=True)
class TimelineRequest:
    """What a timeline is asked of.

    ``subject`` is to be searched for. ``period`` is when its entries were published, as far as the question says;
    ``event`` is what it names instead of a day to begin with, in its words.
    """

    subject: str
    period: Period | None = None
    event: str | None = None


def read_timeline(question: str, as_of: datetime) -> TimelineRequest | None:
    """Return what timeline ``question`` asks for as of a moment, None when it asks for none.

    "What has changed since March?" names no subject and is none; with an event that is the subject too.
    """
    text = " ".join(question.split()).strip(_EDGES)
    for form in _FORMS:
        found = form.match(text)
        if found is None:
            continue
        groups = found.groupdict()
        subject, since = (groups.get("subject") or "").strip(_EDGES), (groups.get("since") or "").strip(_EDGES)
        reading = read_time(text, as_of)
        period = reading.period or reading.event
        if since and period is None:
            return TimelineRequest(subject=subject or since, event=since)
        subject = _without(subject, text, reading.text if period else None)
        return TimelineRequest(subject=subject, period=period) if subject else None
    return None


def _without(subject: str, text: str, span: tuple[int, int] | None) -> str:
    """Return the subject without the words that name the period."""
    if span is None:
        return subject
    named = text[slice(*span)].strip(_EDGES)
    kept = re.sub(
        rf"\s*(?:\b(?:since|from|between|in|during|until|after|before)\s+)?{re.escape(named)}\s*$", "", subject
    )
    return kept.strip(_EDGES)
