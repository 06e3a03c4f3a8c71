"""What two statements differ in: a number, a day, a name, a denial; and that likenesses are none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.claims import claim
from rag.difference import DifferenceKind, difference

ALIKE = 0.9


def differ(one, other, *, about="", days=(None, None), similarity=ALIKE):
    first = claim(one, around=about, published=days[0])
    second = claim(other, around=about, published=days[1])
    found = difference(first, second, similarity=similarity)
    backwards = difference(second, first, similarity=similarity)
    assert (backwards.reversed if backwards else None) == found, "a difference has no direction"
    return found.kind if found else None


def test_a_value_that_changed_is_a_difference_in_number():
    assert differ("Runway is valued at $3 billion.", "Runway is valued at $5.3 billion.") is DifferenceKind.NUMBER


@pytest.mark.parametrize(
    "other",
    [
        "Runway is valued at $3 billion.",
        "Runway is valued at $3,000 million now.",
        "Runway is valued at about $3.1 billion.",
        "Runway raised $5.3 billion.",
        "Luma is valued at $5.3 billion.",
        "Runway is valued at $5.3 billion, up from $3 billion.",
        "Two years ago Runway was valued at $1.5 billion.",
        "Runway employs 140 people.",
    ],
)
def test_the_same_another_matter_another_holder_and_history_are_no_difference(other):
    assert differ("Runway is valued at $3 billion.", other) is None


def test_values_of_two_named_years_are_history():
    assert differ("In 2023 the fair had 100 films.", "In 2024 the fair had 200 films.") is None


def test_sums_raised_at_different_times_are_two_events_and_of_one_week_a_disagreement():
    pair = ("Kling raised $2 billion.", "Kling raised $3 billion.")
    assert differ(*pair, days=(date(2025, 1, 1), date(2026, 1, 1))) is None
    assert differ(*pair, days=(date(2026, 7, 3), date(2026, 7, 5))) is DifferenceKind.NUMBER
    assert differ(*pair) is None, "without dates nothing tells that they are of one time"


def test_days_differ_when_they_stand_in_like_words():
    one = "The contract applies retroactively from November 9, 2023, and lasts until June 30, 2026."
    other = "The contract takes effect retroactively from November 8, 2023, and expires on June 30, 2026."
    assert differ(one, other) is DifferenceKind.DATE
    assert differ(one, one.replace("applies", "is valid")) is None


def test_the_day_of_the_report_is_no_statement():
    one = "Deezer receives 30,000 tracks a day, MusicRadar reported on September 12."
    assert differ(one, one.replace("September 12", "September 14")) is None


def test_what_is_denied_of_the_same_sum_is_a_difference():
    one = "Disney will buy $1 billion of OpenAI equity."
    assert differ(one, "Disney will not make its planned $1 billion investment.") is DifferenceKind.DENIAL


def test_a_bill_that_was_passed_and_then_vetoed_is_a_difference():
    one = "The bill, SB 1047, passed the Senate and goes to Governor Newsom, who must sign or veto it."
    other = "Governor Newsom vetoed SB 1047, the bill on the safety of large models, on Sunday."
    assert differ(one, other) is DifferenceKind.DENIAL


def test_saying_nothing_denies_nothing():
    one = "Microsoft discussed an investment in OpenAI, the maker of ChatGPT."
    assert differ(one, "Microsoft and OpenAI, the maker of ChatGPT, did not comment on the investment.") is None


def test_sentences_that_are_not_alike_are_never_compared():
    assert differ("Runway is valued at $3 billion.", "Runway is valued at $5.3 billion.", similarity=0.3) is None


@given(
    st.sampled_from(
        [
            "Runway is valued at $3 billion after a round.",
            "The app costs OpenAI about $1 million a day.",
            "About 465,000 books are on the list.",
            "The Senate did not pass the bill on May 3, 2024.",
            "Universal and Sony are still suing Suno.",
        ]
    ),
    st.sampled_from(["{}", "Meanwhile {}", "{} That is new.", "As before: {}"]),
    st.floats(0, 1),
)
def test_no_statement_differs_from_a_rewording_that_keeps_its_values(sentence, frame, similarity):
    assert differ(sentence, frame.format(sentence), similarity=similarity) is None


@given(st.text(max_size=120), st.text(max_size=120), st.floats(0, 1))
def test_any_two_texts_can_be_compared_either_way(one, other, similarity):
    differ(one, other, similarity=similarity)
