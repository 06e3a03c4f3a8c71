"""Our words for what a search was limited to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.schema import Answer, AnswerStatus, Kind, Question, Scope, Understanding
from rag.statements import described, listed, stated

AS_OF = datetime(2024, 4, 11, tzinfo=UTC)
MARCH = {
    "published_from": datetime(2024, 3, 1, tzinfo=UTC),
    "published_until": datetime(2024, 4, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(), ""),
        (Scope(**MARCH), "articles published 1–31 March 2024"),
        (Scope(published_from=MARCH["published_from"]), "articles published since 1 March 2024"),
        (Scope(published_from=MARCH["published_from"], published_until=AS_OF), "articles published since 1 March 2024"),
        (Scope(published_until=MARCH["published_until"]), "articles published before 1 April 2024"),
        (Scope(publishers=("Variety",)), "articles credited to Variety"),
        (Scope(publishers=("A", "B", "C"), **MARCH), "articles published 1–31 March 2024, credited to A, B or C"),
        (Scope(sections=("Courts",), publishers=("A",)), "articles credited to A, in the section Courts"),
        (Scope(excluded_publishers=("A", "B")), "articles not credited to A or B"),
        (Scope(kinds=(Kind.NEWS, Kind.BRIEF)), "news and briefs"),
        (Scope(kinds=(Kind.OPINION,), **MARCH), "opinion pieces published 1–31 March 2024"),
        (
            Scope(excluded_kinds=(Kind.PRESS_RELEASE, Kind.OPINION)),
            "articles without press releases and opinion pieces",
        ),
    ],
)
def test_a_scope_is_described(scope, words):
    assert described(scope, AS_OF) == words


def test_an_answer_states_the_scope_that_was_searched():
    asked = Question(text="What was announced last month?", as_of=AS_OF)
    answer = Answer(question=asked, status=AnswerStatus.ANSWERED, as_of=AS_OF)
    assert stated(answer) == ""
    searched = Understanding(text=asked.text, scope=Scope(**MARCH))
    answer = Answer(question=asked, status=AnswerStatus.ANSWERED, as_of=AS_OF, understanding=searched)
    assert stated(answer) == "In articles published 1–31 March 2024"
    each = Understanding(text=asked.text, scope=Scope(publishers=("A", "B")), each=(("A",), ("B",)))
    assert stated(replace(answer, understanding=each)) == "In articles credited to A and B"


def test_names_are_listed():
    assert [listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"], word="or")] == [
        "", "A", "A and B", "A, B or C",
    ]  # fmt: skip
