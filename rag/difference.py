"""Two statements about the same matter → in what they differ, if in anything.

Strict on "the same matter": an amount must be of the same unit, role and holder; days must stand in like
words; names and denials count only between sentences that are otherwise alike. Values that one of the
statements gives as overtaken, or for another year, are history and no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.claims import Claim, Day, Standing, name_words
from rag.english import FUNCTION_WORDS, is_verb, words
from rag.quantities import Quantity
from rag.spans import names_in

ALIKE = 0.45
"""Cosine from which two sentences may be about one matter that differ in a day, or deny one and the same sum."""
MUCH_ALIKE = 0.6
"""The same for sentences that differ in a denial."""
NEARLY_THE_SAME = 0.75
"""The same for sentences that differ in a name, or in an amount that nobody asked for."""
SAME_TIME = 7
"""Days within which two reports are of about the same time."""
GENERIC = words("ai ai-generated ai-made us u.s uk u.k eu")
"""Capitalised words, in lower case, that hold nothing."""
REACH = 12
"""How many words before an amount the name of its holder is looked for."""
_BACK = re.compile(
    r"\b(?:it|its|they|their|the (?:company|companies|firm|start-?up|studio|app|service|chipmaker|group|union|deal|unit"
    r"|maker|streamer|label|settlement|law|bill|film|series))\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(r",[”\"]? ([a-z]+)\b")
_KIN_WORDS = 2
_KIN = 3


class DifferenceKind(StrEnum):
    """In what two statements differ."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    DENIAL = "denial"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What ``one`` says and the ``other`` says otherwise, each in the words of its sentence."""

    kind: DifferenceKind
    one: str
    other: str

    @property
    def reversed(self) -> Difference:
        """The same seen from the other statement."""
        return Difference(kind=self.kind, one=self.other, other=self.one)


def difference(one: Claim, other: Claim, *, similarity: float) -> Difference | None:
    """Return in what two statements differ, None when they do not or are not about the same matter.

    ``similarity`` is the cosine of their sentences' vectors. Symmetric but for the order of the values.
    """
    if one.text == other.text:
        return None
    if similarity >= NEARLY_THE_SAME and (found := number_difference(one, other)):
        return found
    if similarity >= ALIKE and (found := _day_difference(one, other)):
        return found
    if similarity >= (ALIKE if same_amount(one, other) else MUCH_ALIKE) and (found := _denial(one, other)):
        return found
    if similarity >= NEARLY_THE_SAME and (found := _name_difference(one, other)):
        return found
    return None


def number_difference(one: Claim, other: Claim) -> Difference | None:
    """Return two amounts of the same matter that are not the same, if neither statement knows the other's.

    A sum that was raised, paid or lost belongs to an event: only reports of about the same time speak of one.
    """
    near = at_about_the_same_time(one, other)
    for mine in one.quantities:
        for theirs in other.quantities:
            if not mine.same_matter(theirs) or mine.equals(theirs) or mine.former or theirs.former:
                continue
            if not (near or (mine.is_state and theirs.is_state)):
                continue
            if mine.year and theirs.year and mine.year != theirs.year:
                continue
            if any(item.equals(theirs) for item in one.quantities) or any(mine.equals(it) for it in other.quantities):
                continue
            if not (holds(one, mine, other.names | other.about) and holds(other, theirs, one.names | one.about)):
                continue
            return Difference(kind=DifferenceKind.NUMBER, one=_said(one, mine), other=_said(other, theirs))
    return None


def same_amount(one: Claim, other: Claim) -> bool:
    """Return whether both statements give one and the same amount."""
    return any(mine.equals(theirs) for mine in one.quantities for theirs in other.quantities)


def at_about_the_same_time(one: Claim, other: Claim) -> bool:
    """Return whether both were published within a week of each other; False when a date is not known."""
    if one.published is None or other.published is None:
        return False
    return abs((one.published - other.published).days) <= SAME_TIME


def holds(claim: Claim, quantity: Quantity, holders: frozenset[str]) -> bool:
    """Return whether the amount is said of one of ``holders``, lower-case words of names; of anything without any.

    The nearest name before it within twelve words decides. Where a word that points back stands nearer, or no
    name there, any name of the sentence, of its headline or of the sentence before may be meant.
    """
    if not holders:
        return True
    before = claim.text[: quantity.start]
    since = max(0, *(found.start() for found in list(re.finditer(r"\S+", before))[-REACH:][:1]), 0)
    back = max((found.start() for found in _BACK.finditer(before)), default=-1)
    for start, end in reversed(names_in(before)):
        if start < max(since, back):
            break
        name = name_words(before, [(start, end)])
        if name <= GENERIC:
            continue
        if name & holders:
            return True
        # Passed over: who says it, "a Series E round", "the New York company".
        if name <= claim.sources or re.search(r"\ban? $", before[:start]) or _describes(before[end:]):
            continue
        if (closed := _CLOSED.match(before[end:])) and is_verb(closed[1].lower()):
            continue  # "the song that sounded like Drake, had drawn …": the name belongs to an aside
        return False
    return bool((claim.names | claim.about) & holders)


def _describes(after: str) -> bool:
    """Return whether a name with these words behind it only tells what kind of thing is meant."""
    noun = re.match(r" ([a-z][\w-]*)", after)
    if noun is None or noun[1] in FUNCTION_WORDS:
        return False
    return not is_verb(noun[1]) and not noun[1].endswith(("s", "ed"))


def _day_difference(one: Claim, other: Claim) -> Difference | None:
    if one.standings and other.standings and not one.standings & other.standings:
        return None
    if one.names - other.names - other.about or other.names - one.names - one.about:
        return None  # what each of two parties did has a day of its own
    for mine in one.days:
        for theirs in other.days:
            if len(mine.context & theirs.context) < _KIN_WORDS or mine.equals(theirs):
                continue
            if (
                mine.year
                and theirs.year
                and mine.year != theirs.year
                and (mine.month, mine.day) == (theirs.month, theirs.day)
            ):
                continue
            if any(day.equals(theirs) for day in one.days) or any(day.equals(mine) for day in other.days):
                continue
            if _kin(one, other):
                return Difference(kind=DifferenceKind.DATE, one=_spelt(mine), other=_spelt(theirs))
    return None


def _denial(one: Claim, other: Claim) -> Difference | None:
    if _denies(one, other) == _denies(other, one):
        return None
    return Difference(kind=DifferenceKind.DENIAL, one=_standing(one, other), other=_standing(other, one))


def _denies(one: Claim, other: Claim) -> bool:
    """Return whether ``one`` denies, or calls undone, what ``other`` states."""
    if len(one.names & (other.names | other.about)) < 1 or other.denied:
        return False
    if one.denied & other.terms and len(one.terms & other.terms) >= _KIN:
        return True
    if one.denied and same_amount(one, other):
        return True
    undone = Standing.UNDONE in one.standings and Standing.UNDONE not in other.standings and bool(other.standings)
    return undone and len(one.names & other.names) >= _KIN_WORDS and len(one.terms & other.terms) > _KIN


def _name_difference(one: Claim, other: Claim) -> Difference | None:
    mine, theirs = _told_apart(one, other), _told_apart(other, one)
    alike = len(one.terms & other.terms - one.names - other.names)
    least = min(len(one.terms - one.names), len(other.terms - other.names))
    if not mine or not theirs or alike < _KIN or alike < 0.6 * least or bool(one.denied) != bool(other.denied):
        return None
    return Difference(kind=DifferenceKind.NAME, one=" ".join(sorted(mine)), other=" ".join(sorted(theirs)))


def _told_apart(one: Claim, other: Claim) -> frozenset[str]:
    """Return the names of ``one`` that the other statement lacks, without places, numbers and single letters."""
    names = [
        span
        for span in names_in(one.text)
        if span[0] > 0 and not re.search(r"\b(?:in|at|from|near|of|an?) $", one.text[: span[0]])
    ]
    found = name_words(one.text, names) & one.names
    return frozenset(name for name in found - other.names - other.about if len(name) > 2)


def _kin(one: Claim, other: Claim) -> bool:
    """Return whether two sentences share enough: words that carry meaning, and amounts and days, which count double."""
    amounts = sum(any(mine.equals(theirs) for theirs in other.quantities) for mine in one.quantities)
    days = sum(any(mine.equals(theirs) for theirs in other.days) for mine in one.days)
    return len(one.terms & other.terms) + 2 * (amounts + days) >= _KIN


def _said(claim: Claim, quantity: Quantity) -> str:
    return claim.text[quantity.start : quantity.end]


def _spelt(day: Day) -> str:
    return f"{day.day}/{day.month}" + (f"/{day.year}" if day.year else "")


def _standing(one: Claim, other: Claim) -> str:
    return "denied" if _denies(one, other) else "stated"
