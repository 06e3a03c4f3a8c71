"""A turn grows at a bounded pace, ends complete, and turns errors into words."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fakes_page import ARTICLES, FakeEngine, bound
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from rag.schema import Answer, AnswerStatus, Question, Turn
from rag.turns import Exchange, belonging, converse, paced

GROWING = Answer(question=Question(text="x"), status=AnswerStatus.ANSWERED, as_of=bound("2026-01-01"), complete=False)


@given(count=st.integers(1, 60), step=st.floats(0, 0.5))
def test_updates_are_bounded_in_rate_and_the_last_is_complete(count: int, step: float) -> None:
    now = 0.0

    def answers() -> Iterator[Answer]:
        nonlocal now
        for number in range(1, count + 1):
            yield replace(GROWING, confidence=float(number), complete=number == count)
            now += step

    seen = []
    for answer in paced(answers(), rate=10, clock=lambda: now):
        seen.append((now, answer))
    assert seen[0][1].confidence == 1
    assert seen[-1][1].complete
    assert seen[-1][1].confidence == count
    interim = [moment for moment, answer in seen if not answer.complete]
    assert all(later - earlier >= 0.1 - 1e-9 for earlier, later in itertools.pairwise(interim))


def test_an_answer_that_never_completes_is_still_shown_to_its_end() -> None:
    answers = [replace(GROWING, confidence=float(number)) for number in range(5)]
    assert [answer.confidence for answer in paced(answers, clock=lambda: 0.0)] == [0.0, 4.0]


def talk(text: str, *kept: Exchange) -> list[Exchange]:
    return list(converse(FakeEngine(ARTICLES), kept, Question(text=text)))


def test_a_turn_waits_grows_and_ends() -> None:
    turns = talk("What will Harbor pay Lumen Labs?")
    assert "Searching 4 articles…" in turns[0].answer
    assert [turn.growing for turn in turns] == [True] * (len(turns) - 1) + [False]
    last = turns[-1].turn
    assert last is not None
    assert last.question == "What will Harbor pay Lumen Labs?"
    assert last.answer.startswith("Harbor Pictures will pay Lumen Labs $40 million")
    assert "src-1-1" in turns[-1].evidence


def test_an_abstention_is_remembered_in_words() -> None:
    assert talk("Who walked on the moon?")[-1].turn == Turn(
        question="Who walked on the moon?",
        answer="The archive does not say.",
        standalone="Who walked on the moon?",
    )


def test_turns_are_numbered_on_even_when_early_ones_were_dropped() -> None:
    kept = replace(talk("Who?")[-1], number=61)
    assert talk("Who?", kept)[-1].number == 62


def test_an_error_of_newsdesk_is_shown_with_its_remedy() -> None:
    last = talk("Is there a quorum?")[-1]
    assert "Ask without it&#46;" in last.answer
    assert (last.turn, last.growing, last.evidence) == (None, False, "")


def test_an_unexpected_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        last = talk("Is there a breakdown?")[-1]
    assert "Something failed inside Newsdesk" in last.answer
    assert "secret" not in last.answer
    assert "secret detail" in caplog.text


def test_what_a_new_conversation_has_ended_belongs_to_it_no_more():
    old, new = (
        Exchange(number=1, question=Markup(), answer=Markup(), evidence=Markup(), conversation=number)
        for number in (0, 3)
    )
    assert belonging((old, new), 3) == (new,)
    assert belonging((old,), 3) == ()
    assert belonging((old,), None) == (old,)
