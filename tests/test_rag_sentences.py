"""Sentence spans of a text."""

from __future__ import annotations

import pytest

from rag.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The strike stopped at 12:01 a.m. Pacific time on Thursday, its 118th day.",
        "Voting closes at 5 p.m. ET on Friday.",
    ],
)
def test_an_hour_with_its_time_zone_does_not_end_a_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} Members cheered.") == [sentence, "Members cheered."]


@pytest.mark.parametrize(
    "text", ["It ended at 5 p.m. Members cheered.", "It ended at 5 p.m.\nPacific workers cheered."]
)
def test_an_hour_without_a_time_zone_may_end_a_sentence(text: str) -> None:
    assert len(sentences(text)) == 2
