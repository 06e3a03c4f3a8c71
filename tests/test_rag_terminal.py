"""An answer in a terminal: what is written is followed, and only the whole answer stays."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from test_rag_render_written import ANSWER

from rag.terminal import follow

WAITING = replace(ANSWER, sentences=(), complete=False)
GROWING = replace(ANSWER, sentences=ANSWER.sentences[:1], complete=False)


def test_quotes_are_shown_until_the_model_speaks():
    shown = io.StringIO()
    follow([WAITING], Console(file=shown, force_terminal=True, width=200))
    assert "Writing from 3 passages…" in shown.getvalue()
    assert ANSWER.citations[0].quote[:30] in shown.getvalue()


def test_its_words_are_shown_as_they_come():
    shown = io.StringIO()
    assert follow([WAITING, GROWING, ANSWER], Console(file=shown, force_terminal=True, width=200)) == ANSWER
    assert "Harbor signed." in shown.getvalue()
    assert "It paid" not in shown.getvalue()


def test_nothing_is_shown_where_there_is_no_terminal():
    shown = io.StringIO()
    assert follow([WAITING, GROWING, ANSWER], Console(file=shown, force_terminal=False)) == ANSWER
    assert shown.getvalue().strip() == ""


def test_an_answer_without_a_state_is_a_mistake():
    with pytest.raises(ValueError, match="at least one"):
        follow([], Console(file=io.StringIO()))
