"""Wordings that obviously say the same as an amount or a date."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.aliases import aliases


@pytest.mark.parametrize(
    ("answer", "others"),
    [
        ("$3 billion", {"$3bn", "3 billion dollars"}),
        ("$3bn", {"$3 billion", "3 billion dollars"}),
        ("€1.5m", {"€1.5 million", "1.5 million euros"}),
        ("$199.99", {"199.99 dollars"}),
        ("11 percent", {"11%", "11 per cent"}),
        ("95.04%", {"95.04 percent", "95.04 per cent"}),
        ("11,500 members", {"11,500"}),
        ("10 million users", {"10 million", "ten million users"}),
        ("five films", {"5 films"}),
        ("12 titles", {"twelve titles"}),
        ("March 21, 2024", {"21 March 2024", "March 21"}),
        ("Thursday, March 21, 2024", {"March 21, 2024", "21 March 2024", "March 21"}),
        ("July 1", {"1 July"}),
        ("2017", set()),
        ("Ellen Stutzman", set()),
    ],
)
def test_other_wordings_are_added(answer, others):
    found = aliases(answer)
    assert found[0] == answer
    assert set(found[1:]) == others


@given(st.text())
def test_the_answer_itself_comes_first_and_nothing_twice(answer):
    found = aliases(answer)
    assert found[0] == answer
    assert len(set(found)) == len(found)
