"""What a sentence says and its passages do not: an amount, a day, a name, quoted words, the other direction, a denial.

Each rule gives plain words for the reader. A sentence without any mismatch may still say more than its passages do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rag.agreement import against_bound, follows, follows_score, same_amount
from rag.amounts import Amount, told_amounts, votes_to
from rag.opposites import denial, opposition
from rag.periods import Unit
from rag.told_dates import Told, days_told, is_day, tells, told_dates
from rag.told_names import NameBook, quoted_words, unknown_names

IN_LIKE_WORDS = 2.0
"""Opposites decide where so many words around them are the same."""
_REPORTED = re.compile(
    r"\b(?:report\w*|sa(?:y|ys|id)|wr(?:ote|itten|ites)|according|publish\w*|told|tells|announc\w+|confirm\w*|put out"
    r"|calculat\w+|estimat\w+|count(?:s|ed)|disclos\w+|reveal\w*|described?|account|as of)\b",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"\b(?:(?:an?|per|each|every|once a) (?P<rate>day|week|month|year)"
    r"|(?P<adverb>daily|weekly|monthly|yearly|annual(?:ly)?))\b",
    re.IGNORECASE,
)
_RATES = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year", "annually": "year"}
_SCALES = re.compile(r"\b(?:dozens|hundreds|thousands|millions|billions|trillions)\b")


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

    ``near`` are its sentences that say most of the same, ``text`` is all of it, ``before`` stands in front of
    it, ``heading`` the article's ``title``,
    publisher and date, ``article`` the whole text, ``published`` the article's day.
    """

    near: tuple[str, ...]
    text: str
    title: str
    before: str
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


def told_elsewhere(sentence: str, sources: Sequence[Source], *, names: NameBook, today: date) -> int:
    """Return how many amounts, days and names of ``sentence`` its sources have, but none of the nearest lines."""
    narrow = [replace(source, text=" ".join(source.near)) for source in sources]
    return sum(
        len(list(found))
        for found in (
            _dates(sentence, narrow, today),
            _amounts(sentence, narrow, today),
            _names(sentence, narrow, names),
        )
    )


def _dates(sentence: str, sources: Sequence[Source], today: date) -> Iterator[Mismatch]:
    days = dict.fromkeys([*(source.published for source in sources if source.published), today])
    readings = [told_dates(sentence, day) for day in days]
    theirs = [(source, days_told(source.text, source.published, today)) for source in sources]
    reported = _REPORTED.search(sentence) is not None
    for told in readings[0]:
        mine = [told, *(other for found in readings[1:] for other in found if other.start == told.start)]
        if not any(
            tells(mine, found, source.published if reported or not is_day(told) else None) for source, found in theirs
        ):
            yield Mismatch(kind=MismatchKind.DATE, reason=f"the passage does not say {told.words}")
        elif len(readings[0]) == 1 and (other := _told_instead(mine, sources, today)):
            yield Mismatch(kind=MismatchKind.DATE, reason=f"the passage says {other.words}, not {told.words}")


def _told_instead(mine: Sequence[Told], sources: Sequence[Source], today: date) -> Told | None:
    """Return the only other time of the same sort that the nearest sentence tells instead."""
    if not mine[0].phrase.days or mine[0].phrase.relative:
        return None
    for source in sources:
        counted = [told for told in days_told(source.text, source.published, today) if told.phrase.unit is Unit.SPAN]
        if tells(mine, counted, None):
            return None
        near = [told for text in source.near for told in days_told(text, source.published, today)]
        plain = [told for told in near if not told.phrase.relative and told.phrase.unit is mine[0].phrase.unit]
        if plain and not tells(mine, near, None):
            return plain[0]
    return None


def _amounts(sentence: str, sources: Sequence[Source], today: date) -> Iterator[Mismatch]:
    dated = [(told.start, told.end) for told in told_dates(sentence, today)]
    mine = [
        one for one in told_amounts(sentence) if not any(start < one.end and one.start < end for start, end in dated)
    ]
    far = [one for source in sources for one in told_amounts(f"{source.heading}\n{source.text}")]
    near = [one for source in sources for text in source.near for one in told_amounts(text)]
    text = " ".join(f"{source.title} {source.text}" for source in sources)
    undated = " ".join(_undated(f"{source.title} {source.text}", today) for source in sources)
    digits = set(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", undated)))
    scores = votes_to(sentence)
    for one in mine:
        if not one.unit and re.sub(r"\D", "", one.written) in digits:
            continue  # in a name, or as a score: "36 to 1"
        if reason := _amount_reason(one, mine, near, far, text):
            if any(one.low in score and follows_score(score, far) for score in scores):
                continue
            yield Mismatch(kind=MismatchKind.NUMBER, reason=reason)
    covered = [(one.start, one.end) for one in mine] + dated
    for match in re.finditer(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "\u200b", sentence)):
        inside = any(start <= match.start() < end for start, end in covered)
        if not inside and match.group() not in digits:
            yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage does not say {match.group()}")
    if frequency := _other_frequency(sentence, text):
        yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage does not say that it is {frequency}")
    if scale := _other_scale(sentence, text):
        yield Mismatch(kind=MismatchKind.NUMBER, reason=f"the passage does not speak of {scale}")


def _undated(text: str, day: date) -> str:
    for told in reversed(told_dates(text, day)):
        text = text[: told.start] + text[told.end :]
    return text


def _amount_reason(
    one: Amount, mine: Sequence[Amount], near: Sequence[Amount], far: Sequence[Amount], text: str
) -> str:
    """Return why an amount of the sentence is not one of the passage; nothing when it is, or may be."""
    if same := [other for other in near if same_amount(one, other)]:
        if all(against_bound(one, other) for other in same):
            return f"the passage does not say {one.bound} {one.written}"
        if one.per and all(other.per and other.per != one.per for other in same):
            return f"the passage does not say {one.written} a {one.per}"
        return _swapped(one, near)
    if any(same_amount(one, other) for other in far):
        return f"the passage says {one.written} of something else" if _rival(one, mine, near) else ""
    if follows(one, far):
        return ""
    if one.is_counted_in_letters and not _rival(one, mine, far):
        return ""
    if one.unit == "days" and (not any(other.unit == "days" for other in far) or one.is_one_unit_of(text)):
        return ""  # counted from days that the passage names, or "the first week"
    return f"the passage does not say {one.written}"


def _rival(one: Amount, mine: Sequence[Amount], theirs: Sequence[Amount]) -> bool:
    """Return whether a passage gives another amount of the same sort that the sentence does not give."""
    return any(
        _alike(one, other) and not any(same_amount(used, other) for used in mine) and not other.former
        for other in theirs
    )


def _alike(one: Amount, other: Amount) -> bool:
    if one.unit in ("days", "times", "%"):
        return False
    if one.unit != other.unit or one.per != other.per:
        return False
    if one.unit == "":
        return bool(one.counted & other.counted)
    return one.role is other.role


def _swapped(one: Amount, near: Sequence[Amount]) -> str:
    """Return a reason when the same amount stands there in another role and its role has another amount."""
    same = [other for other in near if same_amount(one, other)]
    if one.role is None or any(other.role in (one.role, None) for other in same):
        return ""
    rival = next((other for other in near if other.role is one.role and not same_amount(one, other)), None)
    return f"the passage gives another {one.role}" if rival is not None else ""


def _other_frequency(sentence: str, text: str) -> str:
    mine, theirs = _frequencies(sentence), _frequencies(text)
    return f"by the {min(mine)}" if mine and theirs and not mine & theirs else ""


def _frequencies(text: str) -> set[str]:
    found = (match["rate"] or _RATES[match["adverb"].lower()] for match in _FREQUENCY.finditer(text))
    return {one.lower() for one in found}


def _other_scale(sentence: str, text: str) -> str:
    mine, theirs = set(_SCALES.findall(sentence.lower())), set(_SCALES.findall(text.lower()))
    return next(iter(sorted(mine)), "") if mine and theirs and not mine & theirs else ""


def _names(sentence: str, sources: Sequence[Source], names: NameBook) -> Iterator[Mismatch]:
    evidence = "\n".join(f"{source.heading}\n{source.text}" for source in sources)
    articles = "\n".join(source.article for source in sources)
    before = "\n".join(source.before for source in sources)
    for name in unknown_names(sentence, evidence, articles, before, names):
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
    everything = " ".join(source.text for source in sources)
    if not near:
        return
    found = opposition(sentence, near)
    if found and found.alone and found.likeness >= IN_LIKE_WORDS and opposition(sentence, wider):
        yield Mismatch(
            kind=MismatchKind.DIRECTION,
            reason=f"the sentence says “{found.said}”, the passage “{found.other}”",
        )
    if (found := denial(sentence, near)) and denial(sentence, wider) and denial(sentence, everything):
        other = f"the passage “{found.other}”" if found.other else "the passage does not deny it"
        yield Mismatch(kind=MismatchKind.DENIAL, reason=f"the sentence says “{found.said}”, {other}")
