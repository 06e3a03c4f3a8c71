"""Drafting a question out of a sentence: what is asked for, what is left out, and that quotes stay exact."""

import pytest
from archives import article
from hypothesis import given
from hypothesis import strategies as st

from eval.drafting import drafts_of
from rag.spans import AnswerType


def drafts(text, **fields):
    return {(item.asks_for.value, item.question): item.answers for item in drafts_of(article("a", text, **fields))}


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "answer"),
    [
        (
            "Pika has raised $80 million in a round led by Spark Capital, Bloomberg reported on June 5, 2024.",
            "amount",
            "Pika has raised how much in a round led by Spark Capital?",
            "$80 million",
        ),
        (
            "Deezer classified about 85 percent of those plays as fraudulent.",
            "amount",
            "Deezer classified what percentage of those plays as fraudulent?",
            "85 percent",
        ),
        (
            "The complaints list 662 recordings allegedly copied by Suno.",
            "amount",
            "The complaints list how many recordings allegedly copied by Suno?",
            "662",
        ),
        (
            "By then Suno had more than 10 million users in America.",
            "amount",
            "By then Suno had how many users in America?",
            "10 million users",
        ),
        (
            "Governor Bill Lee signed the ELVIS Act on Thursday, March 21, 2024.",
            "time",
            "Governor Bill Lee signed the ELVIS Act when?",
            "Thursday, March 21, 2024",
        ),
        (
            "Ken Doroshow, its chief legal officer, called the suits against Suno straightforward.",
            "person",
            "Who or what called the suits against Suno straightforward?",
            "Ken Doroshow",
        ),
        (
            "The governor of Tennessee signed the act in Nashville, with Luke Bryan beside him.",
            "place",
            "The governor of Tennessee signed the act where, with Luke Bryan beside him?",
            "Nashville",
        ),
    ],
)
def test_the_word_asked_for_becomes_a_question_word(sentence, kind, question, answer):
    found = drafts(f"It began long ago, and Deezer knew. {sentence} It went on for long.")
    assert found[kind, question][0] == answer


@pytest.mark.parametrize(
    "sentence",
    [
        "He raised $80 million for Spark Capital in a single afternoon.",  # who is he?
        "The price was $80 million when it was all said and done.",  # names nobody
        "Pika $80 million.",  # too short
        "Tyler Perry called off an $800 million expansion of his Atlanta lot.",  # "an how much expansion"
        "Kling may cost between $5 million and $10 million, said Kuaishou.",  # half of a range: the second
    ],
)
def test_sentences_that_make_no_question_are_left_out(sentence):
    amounts = {answers[0] for (kind, _), answers in drafts(sentence).items() if kind == AnswerType.AMOUNT.value}
    assert amounts <= {"$5 million"}


def test_a_surname_is_accepted_where_the_article_uses_it_alone():
    text = "Ellen Stutzman led the talks with the studios for the Writers Guild. Since then Stutzman rested."
    assert drafts(text)["person", "Who or what led the talks with the studios for the Writers Guild?"] == (
        "Ellen Stutzman",
        "Stutzman",
    )
    text = "Bond Capital led the talks with the studios for the Writers Guild. Bond Capital rested."
    assert drafts(text)["person", "Who or what led the talks with the studios for the Writers Guild?"] == (
        "Bond Capital",
    )


def test_a_sentence_that_stands_twice_is_left_out():
    sentence = "The complaints list 662 recordings allegedly copied by Suno."
    assert drafts(sentence)
    assert not drafts(f"{sentence} {sentence}")


def test_other_languages_are_left_out():
    text = "Pika has raised $80 million in a round led by Spark Capital."
    assert drafts(text, language="en-US") == drafts(text)
    assert drafts(text, language="de") == {}


PIECES = st.sampled_from([
    "Pika", "Suno Inc.", "raised", "$3bn", "11 percent", "on May 2, 2024", "in Paris", ",", ".", "\n", '"', "and",
    "(x)", "662", "films", "Bill Lee", "’s", "é\u2028", "said", "more than",
])  # fmt: skip


@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_every_draft_quotes_its_article_and_answers_from_the_quote(text):
    item = article("a", text)
    for draft in drafts_of(item):
        assert item.text.count(draft.quote) == 1
        assert draft.answers[0] in draft.quote
        assert draft.question.endswith("?")
