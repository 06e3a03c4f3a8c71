"""Questions to go on with: out of sentences of the articles, and offered only when these answer them."""

from dataclasses import replace

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


MANY = (
    "Lumen Labs withdrew the drawings because of the complaint. "
    "Harbor Pictures sued Pine Media in a Denver court over three hundred copied films. "
    "Ann Keel, the chief lawyer of the studio, calls the films its heart. "
    "Orbit Sound has raised $40 million since it was founded in a garage."
)


class Certain:
    """Answers every candidate's question by its own sentence, except those that it ``refuses``."""

    def __init__(self, answer, refuses=0):
        self.answer, self.asked, self.refuses = answer, 0, refuses

    def quote(self, question):
        self.asked += 1
        one = next(item for item in candidates(self.answer) if item.question == question.text)
        citation = replace(self.answer.citations[0], article=one.article, start=one.start, end=one.end)
        return replace(self.answer, confidence=0.9 if self.asked > self.refuses else 0.0, citations=(citation,))


def test_a_slow_machine_offers_fewer_and_not_none(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("suit", MANY, published="2024-03-12", title="Harbor Pictures sues Lumen Labs")])
        answer = Engine(stores).ask(
            Question(text="Did Lumen Labs withdraw the drawings because of the complaint?", as_of=LATER)
        )
    possible = [item.question for item in candidates(answer)]
    assert len(possible) == MOST
    assert [item.question for item in suggest(Certain(answer), answer)] == possible
    assert [item.question for item in suggest(Certain(answer), answer, seconds=0)] == possible[:1]
    assert [item.question for item in suggest(Certain(answer, refuses=2), answer, seconds=0)] == possible[2:]


def test_nothing_is_tried_for_an_answer_that_nobody_looks_at_any_more(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("suit", MANY, published="2024-03-12", title="Harbor Pictures sues Lumen Labs")])
        answer = Engine(stores).ask(
            Question(text="Did Lumen Labs withdraw the drawings because of the complaint?", as_of=LATER)
        )
    engine = Certain(answer)
    assert list(suggest(engine, answer, is_wanted=lambda: False)) == []
    assert engine.asked == 0
    assert len(list(suggest(engine, answer, is_wanted=lambda: engine.asked < 2))) == 2
    assert engine.asked == 2


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
