"""How old an answer is: its newest article where the newest state was asked for, and the archive itself."""

from __future__ import annotations

from datetime import date

from rag.schema import Answer, AnswerStatus, Moment, Note, NoteKind, Understanding
from rag.statements import last_day, spell_date


def freshness(
    answer: Answer, understanding: Understanding, *, newest: Moment | None, stale_days: int
) -> tuple[Note, ...]:
    """Return notes on the age of a complete answer.

    ``newest`` is when the newest article was published that could be used. Old is what was published more than
    ``stale_days`` days before the as-of date; of cited articles that is told only where the newest state was asked for.
    """
    asked = last_day(answer.as_of)
    notes: list[Note] = []
    if understanding.latest and answer.status is AnswerStatus.ANSWERED:
        notes += _newest_cited(answer, asked, stale_days)
    if newest is not None and (asked - newest.value.date()).days > stale_days:
        notes.append(
            Note(
                kind=NoteKind.STALE,
                text=f"The archive ends on {_with_age(newest.value.date(), asked)}: "
                "what was reported later is not in it.",
            )
        )
    return tuple(notes)


def _newest_cited(answer: Answer, asked: date, stale_days: int) -> list[Note]:
    days = {
        item.number: item.article.published_at.value.date()
        for item in answer.citations
        if item.article.published_at is not None
    }
    if not days:
        return []
    newest = max(days.values())
    numbers = tuple(number for number, day in days.items() if day == newest)
    text = f"Newest: {_with_age(newest, asked)}."
    if (asked - newest).days <= stale_days:
        return [Note(kind=NoteKind.AGE, text=text, citations=numbers)]
    return [Note(kind=NoteKind.STALE, text=f"{text} It may have changed since.", citations=numbers)]


def _with_age(day: date, asked: date) -> str:
    age = (asked - day).days
    if age <= 0:
        return f"{spell_date(day)}, the as-of date itself"
    return f"{spell_date(day)}, {age:,} {'day' if age == 1 else 'days'} before the as-of date"
