"""From a question to an answer: what its words and its filters limit."""

from datetime import UTC, datetime

import pytest
from archives import LATER, article, opened, take

from rag.engine import Engine
from rag.schema import LimitKind, Question, Scope

PARAMOUNT = "Paramount licensed its film library to Runway for forty million dollars, people close to the matter said."
LIONSGATE = "Lionsgate licensed its film library to Runway for an undisclosed sum, people close to the matter said."
DISNEY = "Disney licensed its film library to Runway for ten million dollars, people close to the matter said."


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
