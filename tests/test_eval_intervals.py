"""Bootstrap intervals, and the figures of a run over all of its questions and by slice."""

import pytest
from eval_records import INFO, evidence, record, summary
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from eval.intervals import figure_of, mean_figure
from eval.measures import DEFINITIONS, auroc
from eval.record import Verdict
from eval.summarise import figures, latency, month_of
from eval.summary import Figure, Latency, Summary

VALUES = st.lists(st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0]) | st.floats(0, 1), min_size=1, max_size=25)


def half(records):
    """The share of records with a confidence of at least one half."""
    return sum(item.confidence >= 0.5 for item in records) / len(records)


# --- intervals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "figure"),
    [
        ([], Figure(value=None, count=0)),
        ([0.3], Figure(value=0.3, count=1)),
        ([1, 1, 1], Figure(value=1, low=1, high=1, count=3)),
        # A quarter of the resamples of two is 0, 0 and a quarter is 1, 1: both are inside 95 %.
        ([0, 1], Figure(value=0.5, low=0, high=1, count=2)),
        ([1 / 3, 1 / 3, 1 / 3], Figure(value=0.3333, low=0.3333, high=0.3333, count=3)),
    ],
)
def test_the_interval_of_a_mean_agrees_with_examples_worked_by_hand(values, figure):
    assert mean_figure(values) == figure


@pytest.mark.parametrize(("right", "of"), [(50, 100), (180, 200), (3, 40)])
def test_the_interval_of_a_share_is_that_of_the_binomial_distribution(right, of):
    # The resamples of right and wrong answers are binomial, so their percentiles are known.
    low, high = binom.ppf([0.025, 0.975], of, right / of) / of
    for seed in (0, 1):
        figure = mean_figure([1.0] * right + [0.0] * (of - right), seed=seed)
        assert figure.value == right / of
        assert figure.low == pytest.approx(low, abs=1.5 / of)
        assert figure.high == pytest.approx(high, abs=1.5 / of)


@settings(max_examples=40)
@given(VALUES, st.randoms())
def test_the_interval_holds_the_mean_and_the_mean_knows_no_order(values, random):
    figure = mean_figure(values)
    assert figure.count == len(values)
    assert figure.value == pytest.approx(sum(values) / len(values), abs=1e-4)
    if len(values) > 1:
        assert min(values) - 1e-4 <= figure.low <= figure.value <= figure.high <= max(values) + 1e-4
    assert mean_figure(random.sample(values, len(values))).value == pytest.approx(figure.value, abs=1e-4)
    assert mean_figure(values) == figure


def test_a_measure_of_all_questions_together_has_the_same_kind_of_interval():
    records = [record(f"q{number}", confidence=float(number < 70)) for number in range(100)]
    figure = figure_of(records, half)
    low, high = binom.ppf([0.025, 0.975], 100, 0.7) / 100
    assert (figure.value, figure.count) == (0.7, 100)
    assert (figure.low, figure.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))
    assert figure_of(records, half) == figure


def test_resamples_without_a_value_are_left_out():
    # Of two questions, only a resample with both has an AUROC, and it is 1.
    records = [record("a", confidence=0.9), record("b", answerable=False, confidence=0.1)]
    assert figure_of(records, auroc) == Figure(value=1, low=1, high=1, count=2)


def test_a_measure_that_is_not_defined_is_no_figure():
    assert figure_of([record()], auroc) == Figure(value=None, count=1)


# --- the figures of a run -------------------------------------------------------------------------

RIGHT = {"coverage": 1, "hit@1": 1, "accuracy when answered": 1}
WRONG = {"coverage": 1, "hit@1": 0, "accuracy when answered": 0}
RECORDS = [
    record("a", values=RIGHT, confidence=0.9, right_if_answered=True, evidence=(evidence(published="2025-03-31"),)),
    record("b", Verdict.NOT_SAID, values=WRONG, confidence=0.6, as_of="2025-04-02", kind="time"),
    record("c", Verdict.RIGHT_REFUSAL, answerable=False, values={"coverage": 0, "unanswerable declined": 1},
           confidence=0.1, kind="unanswerable", as_of="2025-04-30"),
    record("d", Verdict.ERROR, values={"coverage": 0, "hit@1": 0, "failed": 1}, error="ValueError: no"),
]  # fmt: skip


def test_a_figure_is_the_mean_over_the_questions_that_it_applies_to():
    found = figures(RECORDS)
    assert (found["hit@1"].value, found["hit@1"].count) == (pytest.approx(1 / 3, abs=1e-4), 3)
    assert (found["coverage"].value, found["coverage"].count) == (0.5, 4)
    assert (found["accuracy when answered"].value, found["accuracy when answered"].count) == (0.5, 2)
    assert found["unanswerable declined"] == Figure(value=1, count=1)
    # Answerable: 0.9, 0.6 and 0 for the failed one; unanswerable: 0.1.
    assert found["AUROC of the confidence"].value == pytest.approx(2 / 3, abs=1e-4)
    # Most confident first: right, wrong, unanswerable, failed.
    assert found["area under risk-coverage"].value == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4) / 4, abs=1e-4)
    assert "pairs right at both dates" not in found
    assert list(found) == [name for name in DEFINITIONS if name in found]


def test_a_pair_counts_once():
    both = [record("a", pair="p"), record("b", pair="p"), record("c", pair="q"), record("d", Verdict.ERROR, pair="q")]
    found = figures(both)["pairs right at both dates"]
    assert (found.value, found.count) == (0.5, 2)


def test_figures_of_nothing_are_none():
    assert figures([]) == {}


def test_a_summary_has_its_slices():
    found = summary(RECORDS)
    assert found.info == INFO
    assert found.figures == figures(RECORDS)
    assert found.by_kind == {
        "fact": figures([RECORDS[0], RECORDS[3]]),
        "time": figures([RECORDS[1]]),
        "unanswerable": figures([RECORDS[2]]),
    }
    assert found.by_month == {"2025-03": figures(RECORDS[:1]), "2025-04": figures(RECORDS[1:3])}
    assert found.verdicts == dict.fromkeys(sorted(item.verdict.value for item in RECORDS), 1)
    assert found.verdicts_by_kind["fact"] == {"right": 1, "failed with an error": 1}
    assert [point.coverage for point in found.risk_coverage] == [0.25, 0.5, 0.75, 1]
    assert found.peak_memory > 1_000_000
    assert Summary.model_validate_json(found.model_dump_json()) == found


def test_unanswerable_questions_are_told_apart_by_their_reasons():
    declined = record("a", Verdict.RIGHT_REFUSAL, answerable=False, declined=True, reason="wrong year")
    answered = record("b", Verdict.FALSE_ANSWER, answerable=False, reason="false premise")
    found = summary([declined, answered, record("c")])
    assert found.by_reason.keys() == {"false premise", "wrong year"}
    for reason, item in (("false premise", answered), ("wrong year", declined)):
        every = figures([item])
        assert found.by_reason[reason] == {name: every[name] for name in found.by_reason[reason]}
        assert "area under risk-coverage" not in found.by_reason[reason]


def test_the_month_is_that_of_the_newest_evidence_else_of_the_as_of_date():
    several = (evidence(published="2025-03-31"), evidence(published="2025-11-02"), evidence(published=None))
    assert month_of(record(evidence=several, as_of="2026-01-01")) == "2025-11"
    assert month_of(record(evidence=(evidence(),), as_of="2026-01-01")) == "2026-01"
    assert month_of(record()) == ""


def test_the_spread_of_times_is_over_the_questions_that_went_through_the_stage():
    timed = [record(f"q{number}", seconds={"retrieve": number / 100}) for number in range(101)]
    timed.append(record("last", seconds={"retrieve": 2.0, "answer": 0.5}))
    found = latency(timed)
    assert found["answer"] == Latency(p50=0.5, p95=0.5, maximum=0.5)
    assert found["retrieve"] == Latency(p50=0.505, p95=0.9595, maximum=2.0)  # between places 50 and 51, 95 and 96
    assert latency([record()]) == {}
