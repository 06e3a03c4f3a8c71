"""Questions to go on with: out of sentences of the articles, and offered only when these answer them."""

import pytest
from archives import LATER, article, opened, take

from rag.asking import question_of
from rag.engine import Engine
from rag.schema import Article, Question
from rag.suggestions import MOST, candidates, suggest

TEXT = (
    "Harbor Pictures sued Lumen Labs in a Denver court over three hundred copied drawings. "
    "Ann Keel, the chief lawyer of Harbor Pictures, calls the drawings the heart of the studio. "
    "Lumen Labs has raised $40 million since it was founded in a garage. "
    "It did not comment. "
    "Lumen Labs withdrew the drawings because of the complaint."
)


def held(text, title="Harbor Pictures sues Lumen Labs"):
    return Article(id="a", title=title, text=text, language="en")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Harbor Pictures sued Lumen Labs in a Denver court.", "Who sued Lumen Labs?"),
        ("Lumen Labs has raised $40 million since it was founded.", "How much has Lumen Labs raised?"),
        ("Lumen Labs raised about $40 million from Keel, the fund said.", "How much did Lumen Labs raise from Keel?"),
        ("Lumen Labs withdrew the drawings because of a complaint.", "Why did Lumen Labs withdraw the drawings?"),
        ("Lumen Labs employs about 140 people.", "How many people does Lumen Labs employ?"),
        ("Lumen Labs opened a studio in Denver on June 5, 2024.", "When did Lumen Labs open a studio in Denver?"),
        ("Lumen Labs plans to open a studio in Denver.", "What does Lumen Labs plan to do?"),
        ("Ann Keel, the chief lawyer of Harbor Pictures, smiled.", "Who is Ann Keel?"),
        ("The round gives it a valuation of $2 billion.", "What is Harbor Pictures worth?"),
    ],
)
def test_a_sentence_is_asked_for_as_a_person_would(said, asked):
    assert question_of(said, held(said)) == asked


@pytest.mark.parametrize(
    "said",
    [
        "It sued Lumen Labs in a Denver court.",
        "In June, Harbor Pictures sued the company.",
        "Harbor Pictures sued the company in June.",
        "Harbor Pictures said that it was glad.",
        "Harbor Pictures “sued” Lumen Labs.",
        "Few people listen.",
        "Harbor Pictures sued",
    ],
)
def test_what_would_not_read_well_is_not_asked(said):
    assert question_of(said, held(said, title="A day in court")) is None


def test_only_questions_that_their_own_sentence_answers_are_offered(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("suit", TEXT, published="2024-03-12", title="Harbor Pictures sues Lumen Labs")])
        engine = Engine(stores)
        answer = engine.ask(
            Question(text="Did Lumen Labs withdraw the drawings because of the complaint?", as_of=LATER)
        )
        cited = {(item.article.id, item.start) for item in answer.citations}
        possible = list(candidates(answer))
        assert possible
        assert not cited & {(item.article.id, item.start) for item in possible}
        found = list(suggest(engine, answer))
        assert len(found) <= MOST
        for one in found:
            again = engine.ask(Question(text=one.question, as_of=LATER))
            assert (one.article.id, one.start) in {(item.article.id, item.start) for item in again.citations}
        assert list(suggest(engine, answer, seconds=0)) == []


def test_an_engine_that_cites_another_sentence_or_is_unsure_offers_nothing(tmp_path):
    class Astray:
        def __init__(self, answer):
            self.answer = answer

        def quote(self, question):
            return self.answer

    with opened(tmp_path, create=True) as stores:
        take(stores, [article("suit", TEXT, published="2024-03-12", title="Harbor Pictures sues Lumen Labs")])
        answer = Engine(stores).ask(Question(text="Why did Lumen Labs withdraw the drawings?", as_of=LATER))
        assert list(suggest(Astray(answer), answer)) == []
