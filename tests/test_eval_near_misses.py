"""Near misses: what of a question is exchanged, and for what."""

import random

import pytest

from eval.near_misses import Pool, near_miss, pool_of, with_near_misses
from eval.reader_data import Group, Reading


def test_a_near_miss_asks_for_another_name_or_number_and_is_answered_by_nothing():
    text = "Lionsgate signed with Runway in 2024."
    group = Group(
        source="s",
        question="What did Lionsgate sign in 2024?",
        readings=(Reading(title="", text=text, answers=((22, 28),)),),
    )
    made = [near_miss(group, Pool(names=["Netflix"]), random.Random(seed)) for seed in range(20)]
    assert all(item is not None for item in made)
    assert len({item.question for item in made}) > 1
    for item in made:
        assert item.question != group.question
        assert (item.text, item.answers) == (text, ())


@pytest.mark.parametrize(
    ("asked", "turned"),
    [
        ("when did it buy the studio?", {"when did it sell the studio?"}),
        ("when was the studio bought?", {"when was the studio sold?"}),
        ("who won the case?", {"who lost the case?"}),
        (
            "who is the largest shareholder?",
            {f"who is the {one} shareholder?" for one in ("smallest", "lowest", "shortest", "fewest")},
        ),
    ],
)
def test_a_near_miss_asks_for_the_opposite_in_the_same_form(asked, turned):
    group = Group(source="s", question=asked, readings=(Reading(title="", text="It is so.", answers=((0, 2),)),))
    made = {near_miss(group, Pool(), random.Random(seed)).question for seed in range(40)}
    assert made <= turned


def test_a_near_miss_stands_beside_what_answers_the_question_as_it_was():
    right = Reading(title="", text="Lionsgate signed in 2024.", answers=((0, 9),))
    group = Group(source="s", question="Who signed in 2024?", readings=(right,))
    (made,) = with_near_misses([group], share=1.0, seed=0)
    assert made.question == group.question
    assert made.readings[0] == right
    assert made.readings[1].question not in ("", group.question)


def test_a_question_without_name_or_number_has_no_near_miss():
    group = Group(
        source="s", question="what is it?", readings=(Reading(title="", text="It is a film.", answers=((6, 12),)),)
    )
    assert near_miss(group, Pool(names=["Netflix"]), random.Random(0)) is None
    assert with_near_misses([group], share=1.0, seed=0) == [group]


@pytest.mark.parametrize(
    ("asked", "other", "turned"),
    [
        ("who directed the film?", Pool(pasts=["financed"]), "who financed the film?"),
        ("when did she hire them?", Pool(bases=["sue"]), "when did she sue them?"),
        ("what was the budget of it?", Pool(others=["length"]), "what was the length of it?"),
    ],
)
def test_a_near_miss_asks_for_another_deed_or_thing(asked, other, turned):
    group = Group(source="s", question=asked, readings=(Reading(title="", text="So it is.", answers=((0, 2),)),))
    assert near_miss(group, other, random.Random(0)).question == turned


def test_a_verb_is_not_exchanged_for_one_that_the_text_says():
    right = Reading(title="", text="It was financed and directed by her.", answers=((31, 34),))
    group = Group(source="s", question="who directed it?", readings=(right,))
    assert near_miss(group, Pool(pasts=["financed"]), random.Random(0)) is None


def test_what_may_be_put_in_place_comes_from_the_questions_as_often_as_it_stands_there():
    pool = pool_of(["Who directed Critterz?", "Who directed Sora's trailer?", "When did Netflix buy the trailer?"])
    assert sorted(pool.pasts) == ["directed", "directed"]
    assert sorted(pool.bases) == ["buy"]
    assert sorted(pool.others) == ["trailer", "trailer"]
    assert "Netflix" in pool.names
