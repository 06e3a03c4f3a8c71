"""Amounts in a sentence: value, unit, what they count, and whether they are of the past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import Role, quantities
from rag.stems import stem


def only(sentence):
    (found,) = quantities(sentence)
    return found


@pytest.mark.parametrize(
    ("sentence", "value", "unit"),
    [
        ("It raised $1.5bn.", 1.5e9, "USD"),
        ("It raised $1,500 million.", 1.5e9, "USD"),
        ("It raised 1.5 billion dollars.", 1.5e9, "USD"),
        ("It raised US$1.5 billion.", 1.5e9, "USD"),
        ("It raised €40m.", 4e7, "EUR"),
        ("It fell by 17 percent.", 17, "%"),
        ("It fell by 17 per cent.", 17, "%"),
        ("It fell by 17%.", 17, "%"),
        ("Half a million people came.", 5e5, ""),
        ("The app passed one million downloads.", 1e6, ""),
        ("Twenty-five writers signed.", 25, ""),
        ("It has 627,000 users.", 627_000, ""),
    ],
)
def test_a_value_is_one_however_it_is_written(sentence, value, unit):
    found = only(sentence)
    assert (found.low, found.high, found.unit) == (value, value, unit)


@pytest.mark.parametrize("sentence", ["It has 350 to 400 shots.", "It has between 350 and 400 shots."])
def test_a_range_has_two_ends(sentence):
    found = only(sentence)
    assert (found.low, found.high, found.counted) == (350, 400, {"shot"})


@pytest.mark.parametrize(
    "sentence",
    ["SB 1047 passed on August 28, 2024.", "In 2023 it closed.", "Talks ended at 12:01 a.m.", "The 2nd court agreed."],
)
def test_days_years_times_and_numbers_in_names_are_no_amounts(sentence):
    assert quantities(sentence) == ()


def test_money_has_the_role_of_the_nearest_word():
    raised, valued = quantities("It raised $6.6 billion at a valuation of $157 billion.")
    assert (raised.role, valued.role) == (Role.RAISED, Role.VALUE)
    assert only("Its market value shrank by close to $600 billion.").role is Role.LOST
    assert only("The app costs $15 million a day.").role is Role.PRICE


def test_what_a_deal_is_worth_is_its_price():
    assert only("A pact between OpenAI and Axel Springer, the publisher, is worth $25 million.").role is Role.PRICE


def test_what_is_counted_and_by_what_time_is_read():
    tracks = only("It takes in more than 30,000 tracks a day.")
    assert (tracks.counted, tracks.per, tracks.rough) == ({"track"}, "day", True)
    assert only("It has 250 million weekly users.").per == "week"
    assert stem("user") in only("It serves 500 million people who use it every week.").counted


@pytest.mark.parametrize(
    "sentence",
    [
        "Six months ago it was worth $157 billion.",
        "Its last financing, in June 2023, priced it at $1.5 billion.",
        "The list is shorter than the 465,000 books that lawyers had cited.",
    ],
)
def test_what_is_told_of_the_past_is_former(sentence):
    assert quantities(sentence)[-1].former


def test_what_an_amount_rose_from_is_former_and_of_the_same_role():
    now, before = quantities("That valued it at $2.45 billion, up from $500 million in May 2024.")
    assert (now.former, before.former, before.role) == (False, True, Role.VALUE)


def test_amounts_are_equal_within_rounding_and_more_loosely_when_qualified():
    exact, other = only("It has 1,000 shots."), only("It has 1,030 shots.")
    assert not exact.equals(other)
    assert only("It has about 1,000 shots.").equals(other)
    assert not only("It has about 465,000 books.").equals(only("It has 482,460 books."))
    assert not only("It raised $5.").equals(only("It counts 5 films."))


def test_only_amounts_of_one_kind_are_of_the_same_matter():
    worth, raised = quantities("Its value is $5 billion after it raised $1 billion.")
    assert not worth.same_matter(raised)
    assert worth.same_matter(only("A round put its valuation at $7 billion."))
    assert not only("It takes 10 tracks a day.").same_matter(only("It takes 300 tracks a month."))


@given(st.integers(1, 10**9), st.sampled_from(["about ", "more than ", ""]))
def test_every_number_is_read_with_its_place_and_equals_itself(number, before):
    sentence = f"The archive holds {before}{number:,} films now."
    if 1600 <= number <= 2099:
        return
    found = only(sentence)
    assert (found.low, found.counted) == (number, {"film"})
    assert sentence[found.start : found.end] == f"{number:,}"
    assert found.equals(found)


@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text):
    for item in quantities(text):
        assert item.low <= item.high
        assert 0 <= item.start < item.end <= len(text)
