"""The rules of the citation check one by one: amounts, days, names, opposites, denials and who does what."""

from datetime import date

import pytest

from rag.agreement import against_bound, follows, same_amount
from rag.amounts import told_amounts
from rag.clauses import clauses_of
from rag.deeds import done_by_another, swapped
from rag.opposites import denial, opposition
from rag.stance import stance_of
from rag.told_dates import days_told, tells, told_dates
from rag.told_names import name_book, unknown_names

DAY = date(2025, 3, 20)


def same(mine, theirs):
    (one,), others = told_amounts(mine), told_amounts(theirs)
    return any(same_amount(one, other) for other in others) or follows(one, others)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("worth $1.5bn", "worth $1,500 million"), ("just under half of it", "49 percent of it"),
        ("nearly four in five", "78.3 percent"), ("a dozen films", "12 films"), ("half a dozen films", "six films"),
        ("half a million books", "500,000 books"), ("it doubled", "40 shots at first, 80 shots later"),
        ("$20 million more", "$30 million, not $50 million"), ("about 465,000 books", "465,312 books"),
        ("two and a half years", "30 months"), ("three and a half times as many", "20 shots at first, 70 shots later"),
    ],
)  # fmt: skip
def test_an_amount_is_one_that_is_given_or_follows(mine, theirs):
    assert same(mine, theirs)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("worth $1.6bn", "worth $1,500 million"), ("more than half of it", "38 percent of it"),
        ("two dozen films", "12 films"), ("two and a half years", "24 months"),
        ("$1.5 million", "1.5 percent"), ("30,100 tracks", "30,000 tracks"),
    ],
)  # fmt: skip
def test_another_amount_is_not(mine, theirs):
    assert not same(mine, theirs)


def test_more_than_is_against_fewer_than():
    (more,), (fewer,) = told_amounts("more than 300 shots"), told_amounts("fewer than 300 shots")
    assert against_bound(more, fewer)
    assert not against_bound(more, more)


@pytest.mark.parametrize(
    ("mine", "text", "said"),
    [
        ("on 18 March 2025", "Two days earlier it had closed.", True),
        ("in the week of 24 March 2025", "It opens next week.", True),
        ("in autumn 2025", "A vote is planned in the autumn.", True),
        ("in March 2025", "It closed on March 18.", True),
        ("on 19 March 2025", "Two days earlier it had closed.", False),
        ("on 18 March 2025", "It closed in March 2025.", False),
    ],
)
def test_a_day_is_told_or_follows_from_the_day_of_publication(mine, text, said):
    assert tells(told_dates(mine, DAY), days_told(text, DAY, DAY), None) is said


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("The WGA and Drescher agreed.", []),
        ("British writers agreed with the Writers Guild of America.", []),
        ("Making films is what Netflix wants.", ["Netflix"]),
        ("Disney sued them.", ["Disney"]),
        ("Revenue rose for Fran Drescher.", []),
        ("Nobody met Fran Drescher.", []),
        ("Unlike Drescher, Netflix agreed.", ["Netflix"]),
        ("UK-based Fran Drescher met them.", []),
    ],
)
def test_names_in_short_forms_are_known_and_others_are_not(sentence, unknown):
    evidence = "The Writers Guild of America met Fran Drescher in the UK."
    assert list(unknown_names(sentence, evidence, evidence, "", name_book([evidence]))) == unknown


def test_opposites_count_unless_denied_and_only_in_like_words():
    assert opposition("The audience of the app fell.", "The audience of the app rose.")
    assert opposition("The audience of the app did not fall.", "The audience of the app rose.") is None
    assert opposition("Prices fell.", "The curtain rose.") is None


def test_a_denial_on_one_side_only():
    assert denial("The union signed the deal.", "The union has not signed the deal.")
    assert denial("The union has not signed the deal.", "The union signed the deal.")
    assert denial("The union has not signed.", "The union refused to sign.") is None


def test_who_does_what_to_whom():
    assert swapped("Harbor sued Lumen.", ["Lumen sued Harbor."])
    assert not swapped("Harbor was sued by Lumen.", ["Lumen sued Harbor."])
    assert done_by_another("The round was led by Keel.", ["Tiller, an old fund, led the round."])
    assert not done_by_another("The round was headed by Tiller.", ["Tiller, an old fund, led the round."])


def test_the_stance_of_a_clause():
    assert stance_of("It is not unlawful").denied is False
    assert stance_of("May 2025 passed without a deal").denied
    assert stance_of("It may open next year").pending
    assert not stance_of("It opened in May 2025").pending
    assert stance_of("All of them left").sweeping
    assert stance_of("Most of them left").partial


def test_clauses_are_cut_at_joints_and_keep_every_word():
    assert clauses_of("Harbor sued Lumen, but the court dismissed it.") == [
        "Harbor sued Lumen",
        "the court dismissed it.",
    ]
    assert clauses_of("Harbor sued.") == ["Harbor sued."]
