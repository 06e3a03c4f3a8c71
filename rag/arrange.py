"""The sentences of an answer in their order, with our own words before those that tell of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.asked import asks_for_standing
from rag.change import answers_amount, withheld
from rag.evidence import EvidenceSentence, mentioned
from rag.matter import Change, Matter, Statement, names_all, names_most
from rag.schema import Note, NoteKind
from rag.statements import spell_date

ON_THE_MATTER = 0.05
"""Odds, over the best sentence's, from which an article is on the question's matter."""
SHARE = 0.1
"""A further sentence of the newest article needs this share of the odds of that article's best."""
SAME = 0.78
"""Cosine from which the newest article says nothing else than the best sentence does."""
FOUND_FIRST = 3
"""One of so many articles that were found first is on the matter too when its headline names all that is asked of."""
LEADING = 2
"""So many sentences of the newest article lead."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence of the answer with our words before it, if any."""

    sentence: EvidenceSentence
    lead: str = ""


def settle(matter: Matter, chosen: Sequence[EvidenceSentence], *, limit: int) -> list[EvidenceSentence]:
    """Return the chosen sentences with one that gives the amount asked for, or says that it was not made known.

    Only where none of them does. The amount then stands first, its absence behind the first.
    """
    amounts = [item.sentence for item, _ in answers_amount(matter)]
    if amounts and not any(_among(item, amounts) for item in chosen):
        return [amounts[0], *chosen][:limit]
    silent = withheld(matter)
    if silent is not None and not _among(silent.sentence, chosen):
        return [*chosen[:1], silent.sentence, *chosen[1:]][:limit]
    return list(chosen)


def newest_first(matter: Matter, chosen: Sequence[EvidenceSentence], *, limit: int) -> list[EvidenceSentence]:
    """Return the chosen sentences led by those of the newest article on the matter, when the question is about now.

    An article is on the matter when its best sentence has ``ON_THE_MATTER`` of the best odds, and names whom the
    question names, or most of them where it asks how a matter stands ("has Congress passed …?"). Without a date it is
    never the newest.
    """
    best: dict[str, Statement] = {}
    first = matter.found[:FOUND_FIRST]
    standing = _asks_for_standing(matter)
    for item in matter.statements:
        near = item.odds >= ON_THE_MATTER or (item.article.id in first and _is_headed(item, matter))
        named = names_all(item, matter) or (standing and names_most(item, matter))
        if near and item.day and named:
            best.setdefault(item.article.id, item)
    if not matter.about_now or matter.pinned or not best or not chosen:
        return list(chosen)
    newest = max(best.values(), key=lambda item: (item.day or date.min, -item.place))
    said_already = float(newest.sentence.vector @ chosen[0].vector) >= SAME
    if chosen[0].source.article.id == newest.article.id or (said_already and not _asks_for_standing(matter)):
        return _with_opening(newest, matter, chosen, limit=limit)
    leading = [
        item.sentence
        for item in matter.statements
        if item.article.id == newest.article.id and item.odds >= SHARE * newest.odds
    ]
    leading = [item for item in leading if not item.features.short][:LEADING] or [newest.sentence]
    rest = [item for item in chosen if not _among(item, leading)]
    return _with_opening(newest, matter, [*sorted(leading, key=lambda item: item.start), *rest], limit=limit)


def _asks_for_standing(matter: Matter) -> bool:
    """Return whether the question asks how a matter stands rather than for an amount, a person, a place or a day."""
    return matter.asked is None and asks_for_standing(matter.question)


def _with_opening(
    newest: Statement, matter: Matter, chosen: Sequence[EvidenceSentence], *, limit: int
) -> list[EvidenceSentence]:
    """Return the chosen sentences, of how a matter stands led by the one that opens the newest article: its news."""
    opening = next((it.sentence for it in matter.statements if it.article.id == newest.article.id and _opens(it)), None)
    if opening is None or not _asks_for_standing(matter):
        return list(chosen)[:limit]
    return [opening, *(item for item in chosen if item is not opening)][:limit]


def _opens(statement: Statement) -> bool:
    """Return whether nothing of its article stands before a statement."""
    return not statement.article.text[: statement.sentence.start].strip()


def _is_headed(statement: Statement, matter: Matter) -> bool:
    """Return whether the headline has all names of a question that has some."""
    return bool(matter.names) and mentioned(matter.names, statement.article.title) >= 1.0


def arrange(matter: Matter, change: Change | None, chosen: Sequence[EvidenceSentence], *, limit: int) -> list[Told]:
    """Return at most ``limit`` sentences, all that was chosen when nothing changed.

    Else the later statement, what else was chosen, and the earlier statement with what was chosen of its article; of
    a question for an amount, only what gives that amount or none of its kind.
    """
    if change is None:
        return [Told(sentence=item) for item in chosen]
    if change.told:
        return [Told(sentence=item) for item in _with_told(change.later.sentence, chosen, limit)]
    later, earlier = change.later, change.earlier
    first, second = _led(later, matter, change), _led(earlier, matter, change)
    pair = [item.sentence for item in (*first, *second)]
    rest = [item for item in chosen if not _among(item, pair)]
    if matter.asked is not None:
        amounts = [item.sentence for item, _ in answers_amount(matter)]
        misleading = [item.sentence for item in matter.statements if matter.asked.is_of_its_kind(item.claim)]
        rest = [
            item
            for item in rest
            if _among(item, amounts) or (item.source.article.id == later.article.id and not _among(item, misleading))
        ]
    rest = rest[: max(0, limit - len(pair))]
    behind = [Told(sentence=item) for item in rest if item.source.article.id == earlier.article.id]
    between = [Told(sentence=item) for item in rest if item.source.article.id != earlier.article.id]
    if later.article.id == earlier.article.id:
        return [*first, *second, *behind]
    # The earlier statement closes, lest what follows it be taken for a part of it.
    return [*first, *between, *second, *behind]


def note_of(change: Change, told: Sequence[Told]) -> Note:
    """Return the remark on a change beside the answer that ``told`` makes; sentence n carries citation n."""
    numbers = {id(item.sentence): number for number, item in enumerate(told, start=1)}
    cited = (numbers.get(id(item.sentence)) for item in (change.later, change.earlier))
    citations = tuple(dict.fromkeys(number for number in cited if number is not None))
    days = [spell_date(item.day) for item in (change.later, change.earlier) if item.day]
    if not change.conflict:
        text = f"The later report, of {days[0]}, says otherwise than the earlier, of {days[1]}."
        return Note(kind=NoteKind.CHANGED, text=text, citations=citations)
    if change.told:
        text = "Reports differ, as the article itself says."
    elif change.later.article.id == change.earlier.article.id:
        text = "The sources that the article names differ."
    else:
        text = f"Reports differ: {_credit(change.later)} and {_credit(change.earlier)}."
    return Note(kind=NoteKind.CONFLICT, text=text, citations=citations)


def _led(statement: Statement, matter: Matter, change: Change) -> list[Told]:
    """Return a statement with its lead, behind the sentence before it when it points back to that."""
    found = [statement.sentence]
    if statement.sentence.features.dangling and statement.sentence.previous is not None:
        before = [
            item.sentence
            for item in matter.statements
            if item.article.id == statement.article.id
            and (item.sentence.start, item.sentence.end) == statement.sentence.previous
        ]
        found = [*before, *found]
    return [Told(sentence=item, lead="" if at else _lead(statement, change)) for at, item in enumerate(found)]


def _with_told(telling: EvidenceSentence, chosen: Sequence[EvidenceSentence], limit: int) -> Sequence[EvidenceSentence]:
    """Put the sentence that tells how reports differ behind what was chosen of its article."""
    if _among(telling, chosen):
        return chosen
    kept = list(chosen[: limit - 1])
    places = [at for at, item in enumerate(kept) if item.source.article.id == telling.source.article.id]
    at = places[-1] + 1 if places else len(kept)
    return [*kept[:at], telling, *kept[at:]]


def _among(item: EvidenceSentence, others: Sequence[EvidenceSentence]) -> bool:
    return any(item is other for other in others)


def _lead(statement: Statement, change: Change) -> str:
    first = statement is change.later
    day = spell_date(statement.day) if statement.day else "date unknown"
    if not change.conflict:
        return f"As reported on {day}:" if first else f"Earlier, on {day}, it was reported:"
    if change.later.article.id == change.earlier.article.id:
        return "Reports differ:" if first else "But also:"
    return f"{_credit(statement)[:1].upper()}{_credit(statement)[1:]}:"


def _credit(statement: Statement) -> str:
    """Return who stands behind a statement, and its day: never a publisher's name alone for words that are ours."""
    if statement.article.publisher is None:
        return f"an article of {spell_date(statement.day)}" if statement.day else "an article without a date"
    return f"{statement.article.credit}, {spell_date(statement.day) if statement.day else 'date unknown'}"
