"""What a question asks for, and where a sentence names it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.spans import AnswerType, names_in, spans_of, wanted_type

SENTENCE = (
    "On Thursday, December 11, 2025, Walt Disney's Robert Iger said in Burbank that the studio would invest "
    "$1 billion, or 3.5 percent, over three years."
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who sued Midjourney?", AnswerType.PERSON),
        ("which studios met OpenAI", AnswerType.PERSON),
        ("When did the strike end?", AnswerType.TIME),
        ("In what year was the bill signed?", AnswerType.TIME),
        ("How much did Disney invest?", AnswerType.AMOUNT),
        ("At what valuation did Runway raise money?", AnswerType.AMOUNT),
        ("Where was the festival held?", AnswerType.PLACE),
        ("Why did the actors strike?", AnswerType.OTHER),
        ("Who said when the strike would end?", AnswerType.PERSON),
        ("Who is Tilly Norwood?", AnswerType.OTHER),
    ],
)
def test_what_a_question_asks_for(question, kind):
    assert wanted_type(question) is kind


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (AnswerType.TIME, ["Thursday, December 11, 2025"]),
        (AnswerType.AMOUNT, ["$1 billion", "3.5 percent", "three years"]),
        (AnswerType.PLACE, ["Burbank"]),
        (AnswerType.OTHER, []),
    ],
)
def test_where_a_sentence_names_it(kind, found):
    assert [SENTENCE[start:end] for start, end in spans_of(kind, SENTENCE)] == found


def test_names_leave_out_words_that_are_capitalised_by_position():
    text = "The company met Bob Iger. However, Sony Music's lawyers left in March."
    assert [text[start:end] for start, end in names_in(text)] == ["Bob Iger", "Sony Music"]


@given(st.text(max_size=200), st.sampled_from(AnswerType))
def test_spans_lie_inside_any_text_in_order(text, kind):
    spans = spans_of(kind, text)
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans)


def test_a_word_in_capitals_belongs_to_a_name_in_capitals():
    found = {
        text: [text[start:end] for start, end in names_in(text)]
        for text in ("Who introduced the NO FAKES Act?", "WHO SUED DISNEY?", "No Fakes of Disney.")
    }
    assert found == {
        "Who introduced the NO FAKES Act?": ["NO FAKES Act"],
        "WHO SUED DISNEY?": ["SUED DISNEY"],
        "No Fakes of Disney.": ["Fakes of Disney"],
    }
