"""When an amount in a sentence is one that a passage gives."""

from __future__ import annotations

import pytest

from rag.agreement import follows, same_amount
from rag.amounts import told_amounts


def amount(text):
    (found,) = told_amounts(text)
    return found


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        ("$1.5 billion", "$1,487 million", True),
        ("$1,500 million", "$1.5 billion", True),
        ("$950 million", "$903 million", False),
        ("$950 million", "$1 billion", False),
    ],
)
def test_an_exact_amount_is_told_by_rounding_only(mine, theirs, same):
    assert same_amount(amount(mine), amount(theirs)) is same


def test_an_amount_near_a_sum_does_not_follow_from_it():
    given = [amount("$900 million"), amount("$3 million")]
    assert follows(amount("$903 million"), given)
    assert not follows(amount("$950 million"), given)
