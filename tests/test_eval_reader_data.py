"""What a reader learns from: texts cut around answers, near misses, and the files they are read from."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reader_data import (
    LONGEST,
    Group,
    Reading,
    answer_spans,
    by_sentence,
    cut,
    fewer_readings,
    squad_groups,
    squad_questions,
)
from eval.reader_exam import examine
from rag.errors import NewsdeskError
from rag.reader import Reading as ReadingOfText

SENTENCES = [
    f"Studio {number} signed Contract {number} with a Vendor in the year {1990 + number}." for number in range(30)
]
TEXT = " ".join(SENTENCES)


def squad(tmp_path, contexts, question, answer):
    start = contexts[0].index(answer)
    asked = {"question": question, "id": "1", "answers": [{"text": answer, "answer_start": start}]}
    paragraphs = [{"context": text, "qas": [asked] if at == 0 else []} for at, text in enumerate(contexts)]
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"version": "1.1", "data": [{"title": "Some_Studios", "paragraphs": paragraphs}]}))
    return file


@given(st.integers(0, 29), st.integers(0, 1_000))
def test_a_cut_holds_its_answer_and_is_not_too_long(number, seed):
    answer = f"Contract {number} "
    start = TEXT.index(answer)
    span = (start, start + len(answer) - 1)
    made = cut("Title", TEXT, [span], random.Random(seed))
    assert made.text in TEXT
    assert len(made.text) <= LONGEST
    assert [made.text[a:b] for a, b in made.answers] == [answer.strip()]


def test_questions_of_a_file_come_with_a_text_that_answers_and_texts_that_do_not(tmp_path):
    other = "Nothing of the kind is told here, where the weather is the matter and rain falls on the plain. " * 5
    file = squad(tmp_path, [TEXT, other], "Whom did Studio 3 sign with?", "Contract 3")
    (group,) = squad_groups(file, negatives=1, limit=None, seed=0)
    first, second = group.readings[:2]
    assert first.text[slice(*first.answers[0])] == "Contract 3"
    assert second.text in other
    assert not second.answers
    assert first.title == "Some Studios"


def test_texts_are_as_short_as_is_asked_for(tmp_path):
    file = squad(tmp_path, [TEXT], "Whom did Studio 3 sign with?", "Contract 3")
    (group,) = squad_groups(file, negatives=0, limit=None, seed=0, longest=400)
    assert all(len(reading.text) <= 400 for reading in group.readings if reading.answers)


def test_of_fewer_readings_one_answers_where_any_does():
    wrong = [Reading(title="", text=f"Text {number}") for number in range(5)]
    right = [Reading(title="", text=f"Answer {number}", answers=((0, 6),)) for number in range(3)]
    answered = Group(source="s", question="Q?", readings=(*wrong, *right))
    (kept,) = fewer_readings([answered], 3, seed=1)
    assert len(kept.readings) == 3
    assert kept.readings[0] in right
    (silent,) = fewer_readings([Group(source="s", question="Q?", readings=tuple(wrong))], 2, seed=1)
    assert len(silent.readings) == 2
    assert fewer_readings([answered], None, seed=1) == [answered]


def test_the_same_seed_gives_the_same_groups(tmp_path):
    file = squad(tmp_path, [TEXT, TEXT[::-1]], "Which contract?", "Contract 3")
    assert squad_groups(file, negatives=1, limit=None, seed=4) == squad_groups(file, negatives=1, limit=None, seed=4)


def test_a_file_of_another_format_is_told(tmp_path):
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(NewsdeskError, match="SQuAD"):
        squad_groups(tmp_path / "x.json", negatives=1, limit=None, seed=0)


def test_single_sentences_of_a_text_that_answers_stand_beside_the_likest_of_those_that_do_not():
    text = "Rain fell. Lionsgate signed with Runway in 2024. Runway makes films. Snow fell too. Lionsgate makes films."
    answer = text.index("2024")
    readings = (
        Reading(title="T", text=text, answers=((answer, answer + 4),)),
        Reading(title="U", text="When Lionsgate signed is not told."),
    )
    group = Group(source="s", question="When was it that Lionsgate signed with Runway?", readings=readings)
    made = by_sentence(group, random.Random(0))
    first, *others = made.readings
    assert [first.text[a:b] for a, b in first.answers] == ["2024"]
    assert (first.title, first.text) == ("T", "Lionsgate signed with Runway in 2024.")
    assert [(one.title, one.text) for one in others[:1]] == [("U", "When Lionsgate signed is not told.")]
    assert len(others) == 3
    assert not any(one.answers for one in others)
    assert len({one.text for one in others}) == 3


def test_a_question_that_nothing_answers_has_sentences_that_do_not():
    group = Group(source="s", question="Who?", readings=(Reading(title="", text="One fell. Two fell."),))
    made = by_sentence(group, random.Random(0))
    assert {one.text for one in made.readings} == {"One fell.", "Two fell."}
    assert not any(one.answers for one in made.readings)


def test_answers_are_found_as_whole_words_whatever_the_punctuation():
    assert [*answer_spans("The U.S. Open, not the us openly", ["us open"])] == []
    assert [*answer_spans("Jay-Z and Jay Z", ["Jay Z"])] == [(0, 5), (10, 15)]


class Scripted:
    """A reader that always takes the same characters of a text for the answer."""

    def __init__(self, span):
        self.span = span

    def read(self, question, texts):
        nothing = np.zeros(0)
        return [
            ReadingOfText(relevance=0.0, answered=1.0, span=self.span, share=1.0, places=nothing, starts=nothing)
            for _ in texts
        ]


@pytest.mark.parametrize(("words", "exact", "f1"), [("Contract 3", 1.0, 1.0), ("signed Contract 3", 0.0, 0.8)])
def test_what_a_reader_finds_is_counted_as_squad_does(tmp_path, words, exact, f1):
    file = squad(tmp_path, [TEXT], "What did Studio 3 sign?", "Contract 3")
    start = TEXT.index(words)
    exam = examine(file, Scripted((start, start + len(words))), limit=None, report=lambda *_: None)
    assert (exam.questions, exam.exact, exam.f1) == (1, exact, pytest.approx(f1))


def test_a_reader_that_finds_nothing_has_nothing_right(tmp_path):
    file = squad(tmp_path, [TEXT], "What did Studio 3 sign?", "Contract 3")
    exam = examine(file, Scripted(None), limit=5, report=lambda *_: None)
    assert (exam.exact, exam.f1) == (0.0, 0.0)


def test_a_file_without_answers_cannot_measure_a_reader(tmp_path):
    (tmp_path / "x.json").write_text('{"data": []}')
    with pytest.raises(NewsdeskError, match="no question with an answer"):
        squad_questions(tmp_path / "x.json", seed=0)
