"""What a sentence says and its passages do not: an amount, a day, a name, quoted words, the other direction, a denial.

Each rule gives plain words for the reader. A sentence without any mismatch may still say more than its passages do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.amounts import is_exactly_told, same_amount, told_amounts
from rag.opposites import denial, opposition
from rag.quantities import Quantity
from rag.told_dates import Told, is_day, tells, told_dates
from rag.told_names import NameBook, quoted_words, unknown_names


class MismatchKind(StrEnum):
    """In what a sentence departs from its passages."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    WORDS = "quoted words"
    DIRECTION = "direction"
    DENIAL = "denial"


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """A departure, with the reason in plain words."""

    kind: MismatchKind
    reason: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One cited passage as far as rules look at it.

    ``near`` are its sentences that say most of the same, ``text`` is all of it, ``heading`` the article's title,
    publisher and date, ``article`` the whole text, ``published`` the article's day.
    """

    near: tuple[str, ...]
    text: str
    heading: str
    article: str
    published: date | None


def mismatches(sentence: str, sources: Sequence[Source], *, names: NameBook, today: date) -> tuple[Mismatch, ...]:
    """Return how ``sentence`` departs from its ``sources`` together; ``today`` is the day of the answer."""
    found = [
        *_dates(sentence, sources, today),
        *_amounts(sentence, sources, today),
        *_names(sentence, sources, names),
        *_quoted(sentence, sources),
        *_opposed(sentence, sources),
    ]
    return tuple(found)


def _dates(sentence: str, sources: Sequence[Source], today: date) -> Iterator[Mismatch]:
    days = dict.fromkeys([*(source.published for source in sources if source.published), today])
    readings = [told_dates(sentence, day) for day in days]
    for at, told in enumerate(readings[0]):
        mine = [told, *(other for found in readings[1:] for other in found if other.start == told.start)]
        everywhere = [(source, told_dates(source.text, source.published or today)) for source in sources]
        if not any(tells(mine, theirs, source.published) for source, theirs in everywhere):
            yield Mismatch(kind=MismatchKind.DATE, reason=f"the passage does not say {told.words}")
        elif at == 0 and len(readings[0]) == 1 and (other := _told_instead(mine, sources, today)):
            yield Mismatch(kind=MismatchKind.DATE, reason=f"the passage says {other.words}, not {told.words}")


def _told_instead(mine: Sequence[Told], sources: Sequence[Source], today: date) -> Told | None:
    """Return the only other time of the same sort that the nearest sentence tells instead."""
    if not mine[0].phrase.days or mine[0].phrase.relative:
        return None
    for source in sources:
        near = [told for text in source.near[:1] for told in told_dates(text, source.published or today)]
        plain = [told for told in near if is_day(told) == is_day(mine[0]) and not told.phrase.relative]
        if plain and not tells(mine, near, None) and all(told.phrase.unit is mine[0].phrase.unit for told in plain):
            return plain[0]
    return None


def _amounts(sentence: str, sources: Sequence[Source], today: date) -> Iterator[Mismatch]:
    mine = told_amounts(sentence)
    dated = [(told.start, told.end) for told in told_dates(sentence, today)]
    mine = [one for one in mine if not any(start < one.end and one.start < end for start, end in dated)]
    far = [one for source in sources for one in told_amounts(f"{source.heading}\n{source.text}")]
    near = [one for source in sources for text in source.near for one in told_amounts(text)]
    text = " ".join(f"{source.heading} {source.text}" for source in sources)
    digits = set(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", text)))
    for one in mine:
        written = sentence[one.start : one.end]
        if any(same_amount(one, other) for other in near):
            if swapped := _swapped(one, mine, near):
                yield Mismatch(kind=MismatchKind.NUMBER, reason=swapped)
        elif any(same_amount(one, other) for other in far):
            if _same_sort_unused(one, mine, near):
                yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage says {written} of something else")
        elif not one.unit and re.sub(r"\D", "", written) in digits:
            continue  # in a name, or as a score: "36 to 1"
        elif is_exactly_told(one, written) or _same_sort_unused(one, mine, far):
            yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage does not say {written}")
    covered = [(one.start, one.end) for one in mine] + dated
    for match in re.finditer(r"\d+", sentence):
        inside = any(start <= match.start() < end for start, end in covered)
        if not inside and match.group() not in digits:
            yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage does not say {match.group()}")


def _same_sort_unused(one: Quantity, mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    """Return whether a passage gives another amount of the same sort that the sentence does not give."""
    return any(
        _alike(one, other) and not any(same_amount(used, other) for used in mine) and not other.former
        for other in theirs
    )


def _alike(one: Quantity, other: Quantity) -> bool:
    if one.unit != other.unit or one.per != other.per:
        return False
    if one.unit == "":
        return bool(one.counted & other.counted)
    return one.role is other.role


def _swapped(one: Quantity, mine: Sequence[Quantity], near: Sequence[Quantity]) -> str:
    """Return a reason when the same amount stands there in another role and its role has another amount."""
    same = [other for other in near if same_amount(one, other)]
    if one.role is None or any(other.role in (one.role, None) for other in same):
        return ""
    rival = next((other for other in near if other.role is one.role and not same_amount(one, other)), None)
    return f"the passage gives another {one.role}" if rival is not None else ""


def _names(sentence: str, sources: Sequence[Source], names: NameBook) -> Iterator[Mismatch]:
    evidence = "\n".join(f"{source.heading}\n{source.text}" for source in sources)
    articles = "\n".join(source.article for source in sources)
    for name in unknown_names(sentence, evidence, articles, names):
        yield Mismatch(kind=MismatchKind.NAME, reason=f"the passage does not name {name}")


def _quoted(sentence: str, sources: Sequence[Source]) -> Iterator[Mismatch]:
    evidence = " ".join(" ".join(quoted_words(f"{source.heading} {source.text}")) for source in sources)
    for start, end in quotations(sentence):
        if f" {' '.join(quoted_words(sentence[start:end]))} " not in f" {evidence} ":
            yield Mismatch(
                kind=MismatchKind.WORDS, reason=f"these words are not in the passage: “{sentence[start:end].strip()}”"
            )


_QUOTATION = re.compile(
    r"“(?P<curled>[^”]+)”|\"(?P<straight>[^\"]+)\"|(?<!\w)[‘'](?P<single>[^‘’'\n]+(?:[’'](?=\w)[^‘’'\n]+)*)[’'](?!\w)"
)
_PAUSE = re.compile(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*")


def quotations(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of words in quotation marks, cut where something is left out."""
    for match in _QUOTATION.finditer(text):
        start, end = match.span(str(match.lastgroup))
        for pause in [*_PAUSE.finditer(text, start, end), None]:
            until = pause.start() if pause else end
            if quoted_words(text[start:until]):
                yield start, until
            start = pause.end() if pause else end


def _opposed(sentence: str, sources: Sequence[Source]) -> Iterator[Mismatch]:
    near = " ".join(text for source in sources for text in source.near[:1])
    wider = " ".join(text for source in sources for text in source.near)
    if not near:
        return
    if (found := opposition(sentence, near)) and opposition(sentence, wider):
        yield Mismatch(
            kind=MismatchKind.DIRECTION,
            reason=f"the sentence says “{found.said}”, the passage “{found.other}”",
        )
    if (found := denial(sentence, near)) and denial(sentence, wider):
        other = f"the passage “{found.other}”" if found.other else "the passage does not deny it"
        yield Mismatch(kind=MismatchKind.DENIAL, reason=f"the sentence says “{found.said}”, {other}")
