"""From a question to an answer: what its words and its filters limit."""

from datetime import UTC, datetime

import pytest
from archives import LATER, article, opened, take

from rag.engine import Engine
from rag.schema import AnswerStatus, LimitKind, NoteKind, Question, Scope, Turn

PARAMOUNT = "Paramount licensed its film library to Runway for forty million dollars, people close to the matter said."
LIONSGATE = "Lionsgate licensed its film library to Runway for an undisclosed sum, people close to the matter said."
DISNEY = "Disney licensed its film library to Runway for ten million dollars, people close to the matter said."
CLOSE = "which studio licensed its film library to Runway, people close to the matter said?"


@pytest.fixture
def engine(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(
            stores,
            [
                article("march", PARAMOUNT, published="2024-03-12", publisher="Variety", title="Paramount and Runway"),
                article("april", LIONSGATE, published="2024-04-02", publisher="Deadline", title="Lionsgate and Runway"),
                article("may", DISNEY, published="2024-05-20", publisher="Variety", title="Disney and Runway"),
            ],
        )
        yield Engine(stores)


def found(engine, text, *, scope=None, as_of=LATER, unread=()):
    answer = engine.ask(Question(text=text, scope=scope or Scope(), as_of=as_of, unread=unread))
    return {item.article.id for item in answer.passages}


def test_words_for_a_period_and_a_publisher_limit_what_is_found(engine):
    text = "Which studio licensed its film library to Runway?"
    assert found(engine, text) == {"march", "april", "may"}
    assert found(engine, f"According to Variety, {text.lower()}") == {"march", "may"}
    as_of = datetime(2024, 4, 20, tzinfo=UTC)
    assert found(engine, "Which studio licensed its film library to Runway last month?", as_of=as_of) == {"march"}


def test_filters_win_over_words_and_words_may_be_taken_literally(engine):
    text = "Which studio licensed its film library to Runway, according to Variety?"
    assert found(engine, text, scope=Scope(publishers=("Deadline",))) == {"april"}
    assert found(engine, text, unread=tuple(LimitKind)) == {"march", "april", "may"}


def test_an_answer_knows_the_question_as_asked_and_as_searched(engine):
    asked = Question(text="  According to Variety, who licensed a\nlibrary to Runway? ", as_of=LATER)
    for answer in engine.stream(asked):
        assert answer.question == Question(text="According to Variety, who licensed a library to Runway?", as_of=LATER)
        assert answer.understanding.scope == Scope(publishers=("Variety",))
        assert answer.understanding == engine.understand(asked)


def noted(answer, kind):
    return [note.text for note in answer.notes if note.kind is kind]


def test_a_limit_that_leaves_nothing_is_an_abstention_that_says_so(engine):
    as_of = datetime(2024, 5, 25, tzinfo=UTC)
    text = "What did Deadline report in January 2024 about Runway's licences?"
    answer = engine.ask(Question(text=text, as_of=as_of))
    assert (answer.status, answer.passages) == (AnswerStatus.ABSTAINED, ())
    assert noted(answer, NoteKind.LIMITS) == [
        "The archive has no articles published 1–31 January 2024, credited to Deadline. "
        "The nearest without that limit are listed."
    ]
    assert {item.article.id for item in answer.nearest} == {"march", "april", "may"}


def test_without_any_article_before_the_as_of_date_none_is_nearest(engine):
    answer = engine.ask(Question(text="Who sued last month?", as_of=datetime(2020, 1, 1, tzinfo=UTC)))
    assert noted(answer, NoteKind.LIMITS) == ["The archive has no articles published 1–30 November 2019."]
    assert answer.nearest == ()


def test_an_unknown_publisher_is_not_answered_for_by_others(engine):
    text = "According to the Daily Planet, who licensed its film library to Runway?"
    answers = list(engine.stream(Question(text=text, as_of=LATER)))
    assert [answer.status for answer in answers] == [AnswerStatus.ABSTAINED]
    assert noted(answers[0], NoteKind.LIMITS) == ["The archive has no publisher called “Daily Planet”."]
    assert answers[0].nearest


def test_an_unknown_publisher_that_another_quotes_is_answered_from_that(engine):
    text = "The Daily Planet reported that Warner licensed its film library to Runway for ninety million dollars."
    take(engine.stores, [article("quoting", text, published="2024-05-21", publisher="Variety", title="Warner")])
    asked = "According to the Daily Planet, who licensed its film library to Runway for ninety million dollars?"
    answer = engine.ask(Question(text=asked, as_of=LATER))
    assert answer.status is AnswerStatus.ANSWERED
    assert noted(answer, NoteKind.LIMITS) == ["The archive has no publisher called “Daily Planet”."]


def test_several_publishers_are_each_heard(engine):
    answer = engine.ask(Question(text="According to Variety and Deadline, " + CLOSE, as_of=LATER))
    assert {item.article.publisher for item in answer.passages} == {"Variety", "Deadline"}
    assert {item.article.publisher for item in answer.citations} == {"Variety", "Deadline"}
    assert [item.lead for item in answer.sentences if item.lead] == ["Variety:", "Deadline:"]


def test_the_age_of_the_newest_article_and_of_the_archive_is_told(engine):
    as_of = datetime(2024, 5, 25, tzinfo=UTC)
    text = "As of now, " + CLOSE
    assert noted(engine.ask(Question(text=text, as_of=as_of)), NoteKind.STALE) == []
    answer = engine.ask(Question(text=text, as_of=LATER))
    assert "The archive ends on 20 May 2024, 590 days before the as-of date" in noted(answer, NoteKind.STALE)[-1]
    early = engine.ask(Question(text=text, as_of=datetime(2024, 4, 5, tzinfo=UTC)))
    assert not noted(early, NoteKind.STALE)
    assert noted(early, NoteKind.AGE) == ["Newest: 2 April 2024, 2 days before the as-of date."]


def test_a_follow_up_is_searched_for_as_it_would_be_asked_alone(engine):
    before = Turn(question="For how much did Paramount license its film library?", answer="For forty million dollars.")
    asked = Question(text="and Lionsgate?", as_of=LATER, conversation=(before,))
    answer = engine.ask(asked)
    assert answer.question == asked
    assert answer.understanding.rewritten
    assert answer.understanding.text == "For how much did Lionsgate license its film library?"
    assert answer.passages[0].article.id == "april"
    fresh = engine.ask(
        Question(text="Did Disney license its film library to Runway?", as_of=LATER, conversation=(before,))
    )
    assert not fresh.understanding.rewritten


def test_a_period_taken_over_from_the_question_before_limits_the_search(engine):
    before = Turn(question="Which studio licensed its film library to Runway in a report of March 2024?", answer="")
    limited = engine.understand(Question(text="and in April 2024?", as_of=LATER, conversation=(before,)))
    assert limited.text == "Which studio licensed its film library to Runway in a report in April 2024?"
