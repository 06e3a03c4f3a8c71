"""When an amount in a sentence is one that a passage gives, or follows from those that it gives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import permutations

from rag.amounts import Amount, Bound

HEDGED = {Bound.OVER: (1.0, 1.2), Bound.UNDER: (0.7, 1.0), Bound.MOST: (0.8, 1.0), Bound.NEARLY: (0.9, 1.0),
          Bound.ABOUT: (0.9, 1.11), Bound.EXACT: (0.95, 1.05)}  # fmt: skip
"""Between which multiples of a hedged amount the exact one may lie: "more than a quarter" may be 28 percent."""
_UPPER = (Bound.UNDER, Bound.MOST, Bound.NEARLY)


def same_amount(mine: Amount, theirs: Amount) -> bool:
    """Return whether ``mine`` tells what ``theirs`` does, allowing for rounding and for hedges such as "nearly".

    A currency may be left out; a percentage or a duration is never a count.
    """
    if not _like(mine.unit, theirs.unit):
        return False
    if mine.low != mine.high and theirs.low != theirs.high:
        return math.isclose(mine.low, theirs.low) and math.isclose(mine.high, theirs.high)
    return any(close(own, other, mine) for own in {mine.low, mine.high} for other in {theirs.low, theirs.high})


def against_bound(mine: Amount, theirs: Amount) -> bool:
    """Return whether one says "more than" of an amount of which the other says "less than"."""
    if not math.isclose(mine.low, theirs.low, rel_tol=1e-6):
        return False
    return (mine.bound is Bound.OVER and theirs.bound in _UPPER) or (
        theirs.bound is Bound.OVER and mine.bound in _UPPER
    )


def close(mine: float, theirs: float, amount: Amount) -> bool:
    """Return whether the exact value ``theirs`` may be told as ``mine``, hedged and written as ``amount`` is."""
    if math.isclose(mine, theirs, rel_tol=1e-6):
        return True
    if not mine or not theirs:
        return False
    worded = not any(map(str.isdigit, amount.written))
    if not worded and digits_of(mine) >= digits_of(theirs):
        return False  # as exact as the value itself, and another
    if amount.bound is Bound.EXACT and not worded:
        # "1.5 billion" may tell 1,487 million; 950 is no way to tell 903.
        digits = digits_of(mine)
        return digits >= 2 and math.isclose(float(f"{theirs:.{digits}g}"), mine, rel_tol=1e-6)
    low, high = HEDGED[amount.bound]
    return low <= theirs / mine <= high


def digits_of(value: float) -> int:
    """Return how many digits tell a value: 2 of 1.5 billion, 1 of 30,000."""
    return len(f"{value:.10g}".replace(".", "").replace("-", "").partition("e")[0].strip("0")) or 1


def follows(mine: Amount, theirs: Sequence[Amount]) -> bool:
    """Return whether ``mine`` is the difference, sum, ratio or share of amounts that a passage gives."""
    distinct = {(one.low, one.high, one.unit): one for one in theirs}
    return any(close(mine.low, value, mine) for value in derived(mine.unit, list(distinct.values())))


def follows_score(score: tuple[float, float], theirs: Sequence[Amount]) -> bool:
    """Return whether two counts of a passage stand to each other as ``score`` says, or a little more so."""
    return any(
        one.low >= other.low * score[0] / score[1] > 0.7 * one.low
        for one, other in permutations(theirs, 2)
        if _like(one.unit, other.unit) and other.low
    )


def derived(unit: str, amounts: Sequence[Amount]) -> Iterator[float]:
    """Yield what amounts come to in ``unit`` when two of them are added, compared, or one is taken of the other."""
    for one in amounts:
        if unit == "%" and one.unit == "times" and one.low:
            yield 100 / one.low
        if unit == "times" and one.unit == "%" and one.low:
            yield 100 / one.low
            yield 1 + one.low / 100
    for one, other in permutations(amounts, 2):
        if _like(one.unit, other.unit):
            if one.role != other.role and one.role and other.role:
                continue  # a sum raised is no part of a value
            for mine in {one.low, one.high}:
                for theirs in {other.low, other.high}:
                    yield from _of_two(unit, one.unit or other.unit, mine, theirs)
        elif other.unit == "%" and _is_loose(one.unit) and (unit == one.unit or not unit):
            yield from (one.low * (1 + other.low / 100), one.low * (1 - other.low / 100), one.low * other.low / 100)
        elif other.unit == "times" and _is_loose(one.unit) and (unit == one.unit or not unit):
            yield from (one.low * other.low, one.low / other.low if other.low else 0.0)


def _of_two(unit: str, theirs: str, one: float, other: float) -> Iterator[float]:
    if unit == theirs or (_is_loose(unit) and _is_loose(theirs)):
        yield one + other
        if one > other:
            yield one - other
    if other and unit == "%" and one < other:
        yield 100 * one / other
        yield 100 * (other - one) / other
    if other and unit == "%" and one > other:
        yield 100 * (one - other) / other
    if other and unit == "times":
        yield one / other


def _like(one: str, other: str) -> bool:
    return one == other or (_is_loose(one) and _is_loose(other) and not (one and other))


def _is_loose(unit: str) -> bool:
    return unit not in ("%", "days", "times")
