"""A question is read from what was typed, or it is said what to mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes_page import bound
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ConfigurationError, QuestionError
from rag.form import LONGEST_QUESTION, Example, read_examples, read_question
from rag.schema import Question, Scope, Turn


def read(text: str = "Who pays?", **fields: Any) -> Question:
    return read_question(text, (), **{"since": "", "until": "", "publishers": [], "as_of": "", **fields})


def test_an_empty_form_limits_nothing() -> None:
    assert read(" Who pays? ") == Question(text="Who pays?", scope=Scope())


@pytest.mark.parametrize(
    ("since", "until", "first", "end"),
    [
        ("2025-03-05", "2025-03-05", "2025-03-05", "2025-03-06"),
        ("2025-03", "2025-03", "2025-03-01", "2025-04-01"),
        ("2024-02", "2024-02-29", "2024-02-01", "2024-03-01"),
        ("2024", "2024", "2024-01-01", "2025-01-01"),
        ("2023", " 2024-12 ", "2023-01-01", "2025-01-01"),
    ],
)
def test_a_period_takes_in_its_last_day_month_or_year(since: str, until: str, first: str, end: str) -> None:
    scope = read(since=since, until=until).scope
    assert (scope.published_from, scope.published_until) == (bound(first), bound(end))


def test_publishers_and_conversation_are_passed_on() -> None:
    turn = Turn(question="a", answer="b")
    question = read_question("Why?", [turn], since="", until="", publishers=["Dub Wire"], as_of="")
    assert question.scope.publishers == ("Dub Wire",)
    assert question.conversation == (turn,)


def test_as_of_a_date_means_the_end_of_that_day() -> None:
    assert read(as_of="2024-05-06").as_of == bound("2024-05-07")
    assert read(as_of="2023").as_of == bound("2024-01-01")


def test_as_of_a_day_that_is_not_over_means_now() -> None:
    assert read(as_of=datetime.now(UTC).date().isoformat()).as_of is None
    assert read(as_of=str(datetime.now(UTC).year)).as_of is None


@pytest.mark.parametrize("field", ["since", "until", "as_of"])
@pytest.mark.parametrize(
    "value",
    ["soon", "2025-13", "2025-02-30", "05/03/2025", "2025-3-5", "0000", "9999", "٢٠٢٥", "2025-03-05T10:00"],
)
def test_what_is_no_date_is_refused_with_the_form_to_use(field: str, value: str) -> None:
    with pytest.raises(QuestionError, match="2025-03-31, 2025-03 or 2025"):
        read(**{field: value})


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(QuestionError, match="Swap them"):
        read(since="2025-03", until="2025-02")


def test_an_as_of_date_in_the_future_is_refused() -> None:
    with pytest.raises(QuestionError, match="lies in the future"):
        read(as_of=(datetime.now(UTC) + timedelta(days=3)).date().isoformat())


@pytest.mark.parametrize("text", ["", "  \n ", None])
def test_an_empty_question_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        read(text)


def test_a_question_may_have_two_thousand_characters() -> None:
    assert len(read("x" * LONGEST_QUESTION).text) == 2_000
    with pytest.raises(QuestionError, match="2,001 characters"):
        read("x" * (LONGEST_QUESTION + 1))


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_in_the_dates_is_read_or_refused(since: str, until: str, as_of: str) -> None:
    try:
        question = read(since=since, until=until, as_of=as_of)
    except QuestionError:
        return
    assert (question.scope.published_from is None) == (not since.strip())
    assert (question.scope.published_until is None) == (not until.strip())


def test_examples_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "examples.json"
    assert read_examples(file) == ()
    file.write_text('[{"question": "Who?", "as_of": "2024-01-01", "cites": ["x"]}, {"question": "What?"}]')
    assert read_examples(file) == (Example(question="Who?", as_of="2024-01-01"), Example(question="What?"))


@pytest.mark.parametrize("content", ["[", "{}x", "[1]", '[{"ask": "x"}]', "3"])
def test_a_broken_file_of_examples_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "examples.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"examples\.json is not a list"):
        read_examples(file)
