"""Every measure against examples worked by hand from its definition, and the laws that it keeps."""

import math

import pytest
from eval_records import citation, evidence, passage, ranked, record, sentence
from hypothesis import assume, given
from hypothesis import strategies as st

from eval.measures import (
    CUT_OFFS,
    DEFINITIONS,
    conflict_values,
    exact_match,
    normalised,
    pairs_right,
    retrieval_values,
    token_f1,
    values_of,
)
from eval.record import NoteRecord, Verdict

RANKS = st.lists(st.one_of(st.none(), st.integers(1, 12)), min_size=1, max_size=6)
WORDS = st.lists(st.sampled_from(["luma", "the", "raised", "$900", "million", "a"]), max_size=6).map(" ".join)


def noted(kind, note, verdict=Verdict.RIGHT):
    notes = (NoteRecord(kind=note, text="So."),) if note else ()
    return conflict_values(record(kind=kind, verdict=verdict, notes=notes))


def test_a_conflict_is_shown_when_all_is_cited_and_the_difference_noted():
    assert noted("conflict", "conflict") == noted("conflict", "changed") == {"conflicts shown": 1.0}
    assert noted("conflict", None) == noted("conflict", "stale") == {"conflicts shown": 0.0}
    assert noted("conflict", "conflict", Verdict.NOT_SAID) == {"conflicts shown": 0.0}


def test_only_of_how_things_stand_may_a_note_say_that_they_changed():
    assert noted("latest", "changed") == noted("fact", None) == {"false conflict notes": 0.0}
    assert noted("latest", "conflict") == noted("fact", "changed") == {"false conflict notes": 1.0}


# --- retrieval ------------------------------------------------------------------------------------


def gain(*places):
    """Discounted cumulative gain of relevant entries at these places: the sum of 1 / log2(place + 1)."""
    return sum(1 / math.log2(place + 1) for place in places)


@pytest.mark.parametrize(
    ("ranks", "hits", "recalls", "reciprocal", "ndcg"),
    [
        ((1,), (1, 1, 1), (1, 1, 1), 1, 1),
        ((3,), (0, 1, 1), (0, 1, 1), 1 / 3, 0.5),
        ((7,), (0, 0, 1), (0, 0, 1), 1 / 7, 1 / 3),
        ((11,), (0, 0, 0), (0, 0, 0), 0, 0),
        ((None,), (0, 0, 0), (0, 0, 0), 0, 0),
        ((1, 2), (1, 1, 1), (0.5, 1, 1), 1, 1),
        ((2, None), (0, 1, 1), (0, 0.5, 0.5), 0.5, gain(2) / gain(1, 2)),
        ((6, 1), (1, 1, 1), (0.5, 0.5, 1), 1, gain(1, 6) / gain(1, 2)),
        # Two quotes in one passage: both are found with it, and for the gain the second follows the first.
        ((1, 1), (1, 1, 1), (1, 1, 1), 1, 1),
        ((2, 2), (0, 1, 1), (0, 1, 1), 0.5, gain(2, 3) / gain(1, 2)),
        ((1, 1, 5), (1, 1, 1), (2 / 3, 1, 1), 1, gain(1, 2, 6) / gain(1, 2, 3)),
        ((1, 1, 10), (1, 1, 1), (2 / 3, 2 / 3, 1), 1, gain(1, 2, 11) / gain(1, 2, 3)),
        ((10, 11), (0, 0, 1), (0, 0, 0.5), 0.1, gain(10) / gain(1, 2)),
    ],
)
def test_retrieval_measures_agree_with_examples_worked_by_hand(ranks, hits, recalls, reciprocal, ndcg):
    assert retrieval_values(ranked(*ranks)) == pytest.approx(
        {
            **dict(zip(("hit@1", "hit@5", "hit@10"), hits, strict=True)),
            **dict(zip(("recall@1", "recall@5", "recall@10"), recalls, strict=True)),
            "MRR@10": reciprocal,
            "nDCG@10": ndcg,
        }
    )


def test_nothing_retrieved_is_nothing_found():
    assert set(retrieval_values(ranked(None, None, length=0)).values()) == {0.0}
    assert set(retrieval_values(record()).values()) == {0.0}


@given(RANKS, st.randoms())
def test_retrieval_measures_keep_their_laws(ranks, random):
    values = retrieval_values(ranked(*ranks))
    assert all(0 <= value <= 1 for value in values.values())
    held = [rank for rank in ranks if rank is not None]
    for k in CUT_OFFS:
        inside = sum(rank <= k for rank in held)
        assert values[f"hit@{k}"] == (inside > 0)
        assert values[f"recall@{k}"] == pytest.approx(inside / len(ranks))
    first = min(held, default=11)
    assert values["MRR@10"] == pytest.approx(1 / first if first <= 10 else 0)
    shuffled = random.sample(ranks, len(ranks))
    assert retrieval_values(ranked(*shuffled)) == pytest.approx(values)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6, unique=True), st.data())
def test_evidence_further_up_is_never_worth_less(ranks, data):
    at = data.draw(st.integers(0, len(ranks) - 1))
    better = [*ranks]
    better[at] = data.draw(st.integers(1, ranks[at]))
    assume(len({*better}) == len(better))  # a passage that comes to hold two quotes pushes down what follows
    worse, now = retrieval_values(ranked(*ranks)), retrieval_values(ranked(*better))
    assert all(now[name] >= worse[name] - 1e-9 for name in now)


# --- the words of an answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The  Cat,\tan “Owl” & a DOG!", "cat owl dog"),
        ("$3,000 (U.S.)", "3000 us"),
        ("Theatre another anthem", "theatre another anthem"),
        ("the", ""),
        ("the-end", "theend"),  # punctuation goes first, so this is no article any more
    ],
)
def test_text_is_normalised_as_squad_does(text, wanted):
    assert normalised(text) == wanted


@pytest.mark.parametrize(
    ("said", "wanted", "exact", "f1"),
    [
        ("The U.S. Army", "US army", 1, 1),
        ("Aria", "Oslo", 0, 0),
        ("twenty million dollars", "20 million dollars", 0, 2 / 3),  # two of three, two of three
        ("in the fall of 2024", "fall 2024", 0, 2 / 3),  # two of four, two of two
        ("no no no", "No.", 0, 0.5),  # one of three, one of one
        ("", "Aria", 0, 0),
        ("a", "the", 1, 1),  # nothing is left of either
    ],
)
def test_exact_match_and_f1_agree_with_examples_worked_by_hand(said, wanted, exact, f1):
    assert exact_match(said, wanted) == exact
    assert token_f1(said, wanted) == pytest.approx(f1)


@given(WORDS, WORDS, st.randoms())
def test_f1_is_symmetric_inside_the_unit_interval_and_blind_to_order(one, other, random):
    f1 = token_f1(one, other)
    assert 0 <= f1 <= 1
    assert token_f1(other, one) == f1
    words = one.split()
    assert token_f1(" ".join(random.sample(words, len(words))), other) == f1
    assert exact_match(one, other) <= f1


def test_the_nearest_accepted_wording_counts():
    values = values_of(record(answers=(("$900 million", "nine hundred million"),), short="about nine hundred million"))
    assert values["exact match"] == 0
    assert values["token F1"] == pytest.approx(2 * 3 / (4 + 3))
    assert values_of(record(answers=(("$900 million", "$900M"),), short="$900m"))["exact match"] == 1


def test_an_answer_of_several_parts_has_no_exact_match():
    values = values_of(record(answers=(("Luma",), ("Humain",)), short="Luma"))
    assert not {"exact match", "token F1"} & set(values)


# --- citations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "whole"),
    [
        ({"sentences": (sentence(1), sentence(2, 1)), "citations": (citation(1), citation(2))}, True),
        ({"sentences": (sentence(1), sentence(3)), "citations": (citation(1), citation(2))}, False),
        ({"sentences": (sentence(1), sentence()), "citations": (citation(1),)}, False),
        ({"sentences": (sentence(1),), "citations": (citation(1), citation(2, intact=False))}, False),
        ({"sentences": (), "citations": ()}, False),
    ],
)
def test_an_answer_is_whole_when_every_marker_resolves_and_every_quote_stands_in_its_article(fields, whole):
    assert values_of(record(**fields))["citation integrity"] == whole


def test_cited_quotes_count_when_they_hold_gold_evidence_or_an_accepted_answer():
    cited = (citation(1, gold=True), citation(2, holds_answer=True), citation(3), citation(4))
    values = values_of(record(citations=cited, sentences=(sentence(1, 2, 3, 4),)))
    assert values["citation precision"] == 0.5
    assert values["evidence cited"] == 1
    assert values_of(record(citations=(citation(holds_answer=True),)))["evidence cited"] == 0
    assert "citation precision" not in values_of(record())


@pytest.mark.parametrize(
    ("fields", "share"),
    [
        ({"start": 100, "end": 120}, 1),
        ({"start": 110, "end": 130}, 1),  # half of the quote
        ({"start": 111, "end": 131}, 0),
        ({"start": 116, "end": 124}, 1),  # half of the citation, which is the shorter of the two
        ({"start": 117, "end": 125}, 0),
        ({"start": 0, "end": 300}, 1),
        ({"start": 100, "end": 120, "article": "b"}, 0),
    ],
)
def test_a_gold_quote_is_cited_by_half_of_the_shorter_of_quote_and_citation(fields, share):
    asked = record(evidence=(evidence(1, start=100, length=20),), citations=(citation(**fields),))
    assert values_of(asked)["citation recall"] == share


def test_each_gold_quote_counts_once_and_one_that_is_not_found_counts_as_not_cited():
    quotes = (evidence(1, start=0), evidence(1, start=40), evidence(None, start=80), evidence(None, start=None))
    cited = (citation(1, start=0, end=20), citation(2, start=0, end=20), citation(3, start=40, end=60))
    assert values_of(record(evidence=quotes, citations=cited))["citation recall"] == 0.5


def test_the_share_inside_the_period_is_over_the_citations_for_which_one_was_asked():
    inside = (citation(1, in_period=True), citation(2, in_period=False), citation(3, in_period=True), citation(4))
    assert values_of(record(citations=inside))["cited inside the period"] == pytest.approx(2 / 3, abs=1e-6)
    assert "cited inside the period" not in values_of(record(citations=(citation(),)))


# --- answered, declined, failed -------------------------------------------------------------------

ANSWERABLE = {"answers": (("Aria",),), "evidence": (evidence(1),), "passages": (passage(1, gold=True),)}
ABSENT = {"answerable": False}


def outcome(verdict, **fields):
    """The measures of whether a question was answered, and rightly."""
    names = (
        "coverage", "failed", "answer in cited quotes", "accuracy when answered", "false refusals",
        "unanswerable declined", "false answers",
    )  # fmt: skip
    values = values_of(record(verdict=verdict, **fields))
    return {name: values[name] for name in names if name in values}


def test_a_right_answer():
    assert outcome(Verdict.RIGHT, **ANSWERABLE) == {
        "coverage": 1, "failed": 0, "answer in cited quotes": 1, "accuracy when answered": 1, "false refusals": 0,
    }  # fmt: skip


def test_a_wrong_answer():
    assert outcome(Verdict.NOT_CITED, **ANSWERABLE) == {
        "coverage": 1, "failed": 0, "answer in cited quotes": 0, "accuracy when answered": 0, "false refusals": 0,
    }  # fmt: skip


def test_a_refusal_is_measured_by_what_was_retrieved_and_says_nothing():
    fields = {**ANSWERABLE, "declined": True, "short": "Aria"}
    assert outcome(Verdict.WRONG_REFUSAL, **fields) == {
        "coverage": 0, "failed": 0, "answer in cited quotes": 0, "false refusals": 1,
    }  # fmt: skip
    values = values_of(record(verdict=Verdict.WRONG_REFUSAL, **fields))
    assert values["exact match"] == values["token F1"] == 0
    assert values["hit@1"] == 1
    assert "citation integrity" not in values


def test_the_unanswerable_is_declined_or_answered_falsely():
    assert outcome(Verdict.RIGHT_REFUSAL, **ABSENT, declined=True) == {
        "coverage": 0, "failed": 0, "unanswerable declined": 1, "false answers": 0,
    }  # fmt: skip
    assert outcome(Verdict.FALSE_ANSWER, **ABSENT) == {
        "coverage": 1, "failed": 0, "accuracy when answered": 0, "unanswerable declined": 0, "false answers": 1,
    }  # fmt: skip
    assert not [name for name in values_of(record(**ABSENT)) if name.startswith(("hit", "recall", "MRR", "evidence"))]


def test_a_failed_question_has_zero_for_all_that_is_wanted():
    fields = {"answers": (("Aria",),), "evidence": (evidence(),), "error": "ValueError: no"}
    values = values_of(record(verdict=Verdict.ERROR, **fields))
    assert {name for name, value in values.items() if value} == {"failed"}
    assert "accuracy when answered" not in values
    assert outcome(Verdict.ERROR, **ABSENT, error="ValueError: no") == {
        "coverage": 0, "failed": 1, "unanswerable declined": 0, "false answers": 0,
    }  # fmt: skip


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("fields", [ANSWERABLE, ABSENT, {**ANSWERABLE, "declined": True}])
def test_every_measure_is_defined_and_lies_in_the_unit_interval(verdict, fields):
    values = values_of(record(verdict=verdict, **fields, citations=(citation(in_period=True),)))
    assert set(values) <= set(DEFINITIONS)
    assert all(0 <= value <= 1 for value in values.values())


# --- pairs and support ----------------------------------------------------------------------------


def test_a_pair_is_right_when_both_halves_are():
    halves = [
        record("a1", pair="a"),
        record("b1", pair="b"),
        record("c1", pair="c"),  # alone: no pair
        record("a2", pair="a"),
        record("b2", Verdict.NOT_SAID, pair="b"),
        record("d1", Verdict.WRONG_REFUSAL, pair="d"),
        record("d2", Verdict.WRONG_REFUSAL, pair="d"),
        record("none"),
    ]
    assert pairs_right(halves) == [1.0, 0.0, 0.0]
    assert pairs_right([]) == []


def test_support_is_measured_against_what_is_cited():
    right = record(support="well supported", answerable=True)
    unanswerable = record(support="well supported", answerable=False, verdict=Verdict.FALSE_ANSWER)
    partly = record(support="partly supported", verdict=Verdict.NOT_CITED)
    assert values_of(right)["well supported"] == values_of(right)["right when well supported"] == 1
    assert values_of(unanswerable)["right when well supported"] == 0
    assert values_of(partly)["well supported"] == values_of(partly)["right when partly supported"] == 0
    assert "well supported" not in values_of(record(declined=True, verdict=Verdict.WRONG_REFUSAL))
