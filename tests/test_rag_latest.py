"""Words for the newest state of things."""

from __future__ import annotations

import pytest

from rag.latest import without_now


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("Is Sora still available?", "Is Sora available?"),
        ("What is Runway worth now?", "What is Runway worth?"),
        ("Is it available right now in Europe?", "Is it available in Europe?"),
        ("Is it, at the moment, open?", "Is it, open?"),
        ("How much has Runway raised so far?", "How much has Runway raised?"),
    ],
)
def test_adverbs_for_the_newest_state_are_not_searched_for(question: str, sought: str) -> None:
    assert without_now(question) == sought


@pytest.mark.parametrize(
    "question", ["Who made Apocalypse Now?", "What are the latest rules?", "Who shot the film still?", "now?", ""]
)
def test_names_adjectives_and_lone_words_stay(question: str) -> None:
    assert without_now(question) == question
