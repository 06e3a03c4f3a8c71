"""Follow-up questions, rewritten to stand alone; fresh questions, left as they are.

Both files of cases were split by a hash of their ids before the rules were written: these were made while looking at
the open half only.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest

from rag.followup import Rewrite, rewrite
from rag.schema import Turn

DATA = Path(__file__).parent / "data"
PIXAR = Turn(question="Who bought Pixar in 2006?", answer="Disney bought Pixar for $7.4 billion in stock. [1]")


def cases(name, *, kept=False):
    lines = map(json.loads, (DATA / name).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if (hashlib.sha256(line["id"].encode()).digest()[0] % 2 == 1) is kept]


def asked(case):
    return rewrite(case["question"], [Turn(**turn) for turn in case["conversation"]])


def says(text, words):
    plain = text.lower().replace("’", "'")
    return re.search(rf"(?<!\w){re.escape(words.lower())}(?!\w)", plain) is not None


def is_right(case):
    read = asked(case)
    return (
        read.rewritten
        and all(says(read.text, words) for words in case["has"])
        and not any(says(read.text, words) for words in case["lacks"])
    )


@pytest.mark.parametrize(("kept", "least"), [(False, 0.92), (True, 0.9)])
def test_follow_ups_get_the_words_that_a_standalone_question_needs(kept, least):
    share = [is_right(case) for case in cases("followups.jsonl", kept=kept)]
    assert sum(share) / len(share) >= least


@pytest.mark.parametrize("kept", [False, True])
def test_fresh_questions_are_left_as_they_are(kept):
    changed = [case["question"] for case in cases("fresh_questions.jsonl", kept=kept) if asked(case).rewritten]
    assert changed == []


def test_questions_that_point_outside_of_themselves_are_seen_to():
    lines = (DATA / "pointing_questions.jsonl").read_text(encoding="utf-8").splitlines()
    rewritten = [asked(case).rewritten for case in map(json.loads, lines)]
    assert len(rewritten) >= 60
    assert sum(rewritten) / len(rewritten) >= 0.92


def test_there_are_cases_enough():
    for name, least in (("followups.jsonl", 80), ("fresh_questions.jsonl", 60)):
        halves = [len(cases(name, kept=kept)) for kept in (False, True)]
        assert sum(halves) >= least
        assert min(halves) >= least / 3


def test_the_first_question_is_left_as_it_is():
    assert rewrite("How much did it pay?", ()) == Rewrite(text="How much did it pay?")


def test_a_name_takes_the_place_of_its_like_and_a_time_of_a_time():
    assert rewrite("and Marvel?", [PIXAR]).text == "Who bought Marvel in 2006?"
    assert rewrite("what about 2009?", [PIXAR]).text == "Who bought Pixar in 2009?"
    assert rewrite("And three years later?", [PIXAR]).text == "Who bought Pixar in 2009?"
    valued = Turn(question="What was Runway valued at in 2023?", answer="At $1.5 billion.")
    assert rewrite("and in February 2026?", [valued]).text == "What was Runway valued at in February 2026?"


def test_turns_chain_through_their_standalone_wording_as_stored_or_worked_out_again():
    second = Turn(question="And Marvel?", answer="Disney too.")
    stored = Turn(question="And Marvel?", answer="Disney too.", standalone="Who bought Marvel in 2006?")
    for turn in (second, stored):
        assert rewrite("when?", [PIXAR, turn]).text == "When did Disney buy Marvel?"


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("Judge Stanley Blumenfeld refused the Chinese company's request. Disney is suing MiniMax.", "someone"),
        ("Nanonoble, a sister company, is in Singapore. Disney sued MiniMax and Nanonoble in 2025.", "someone"),
        ("Disney and Universal sued MiniMax in September 2025.", "Disney and Universal"),
        ("Disney and Universal filed a suit against MiniMax in September 2025.", "Disney and Universal"),
        ("Disney.", "Disney"),
    ],
)
def test_only_who_is_said_to_have_done_it_is_taken_for_the_one_who_did(answer, read):
    turn = Turn(question="Who sued MiniMax?", answer=answer)
    assert rewrite("when did that happen?", [turn]).text == f"When did {read} sue MiniMax?"


def test_a_fresh_question_ends_what_was_spoken_of_before():
    fresh = Turn(question="Who directed Barbie?", answer="Greta Gerwig directed Barbie.")
    assert rewrite("How old is she?", [PIXAR, fresh]).text == "How old is Greta Gerwig (Barbie)?"
    assert rewrite("What did it cost?", [PIXAR, fresh]).text == "What did Barbie cost (Greta Gerwig)?"


def test_what_an_answer_put_in_bold_is_meant_first():
    turn = Turn(
        question="Who leads Lionsgate?",
        answer="Michael Burns is its vice chairman, and Jon Feltheimer its chief executive.",
        named=("Jon Feltheimer",),
    )
    assert rewrite("What does he earn?", [turn]).text == "What does Jon Feltheimer earn (Lionsgate)?"


@pytest.mark.parametrize("text", ["it " * 1_000, "?", "and", "the", "that", "(((", "\N{BLACK STAR}", "their its " * 19])
def test_no_text_is_too_odd(text):
    turn = Turn(question=text, answer=text)
    assert isinstance(rewrite(text, [turn, PIXAR]).text, str)
    assert isinstance(rewrite("and why it?", [turn]).text, str)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was it introduced?", "When was the NO FAKES Act introduced"),
        ("Has it been signed?", "Has the NO FAKES Act been signed"),
        ("Does it vote soon?", "Does Congress vote soon"),
    ],
)
def test_what_was_introduced_is_the_bill_and_not_the_body_that_votes_on_it(question, expected):
    turn = Turn(question="Has Congress passed the NO FAKES Act?", answer="Congress has not passed the NO FAKES Act.")
    assert rewrite(question, [turn]).text.startswith(expected)
