"""Measures of the confidence: AUROC, and risk over coverage."""

import pytest
from eval_records import record
from hypothesis import given
from hypothesis import strategies as st

from eval.measures import (
    area_under_risk_coverage,
    auroc,
    risk_coverage,
)
from eval.summary import RiskPoint


@st.composite
def confident(draw):
    """Records with confidences that often tie; an unanswerable question is never answered right."""
    made = []
    for number in range(draw(st.integers(1, 10))):
        answerable = draw(st.booleans())
        confidence = draw(st.sampled_from([0.0, 0.2, 0.5, 0.5000001, 0.9]))
        right = answerable and draw(st.booleans())
        made.append(record(f"q{number}", answerable=answerable, confidence=confidence, right_if_answered=right))
    return made


def asked(confidence, *, right=False, answerable=True, name="q"):
    return record(name, confidence=confidence, right_if_answered=right, answerable=answerable)


def test_auroc_counts_the_pairs_in_the_right_order_and_ties_half():
    records = [asked(0.9), asked(0.5), asked(0.5, answerable=False), asked(0.1, answerable=False)]
    assert auroc(records) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auroc([asked(0.3), asked(0.3, answerable=False)]) == 0.5
    assert auroc([asked(0.2), asked(0.3, answerable=False)]) == 0


def test_auroc_needs_questions_of_both_kinds():
    assert auroc([asked(0.9), asked(0.1)]) is None
    assert auroc([asked(0.9, answerable=False)]) is None
    assert auroc([]) is None


@given(confident(), st.randoms())
def test_auroc_is_the_share_of_pairs_whatever_their_order(records, random):
    pairs = [
        (one.confidence > other.confidence) + (one.confidence == other.confidence) / 2
        for one in records
        for other in records
        if one.answerable and not other.answerable
    ]
    expected = sum(pairs) / len(pairs) if pairs else None
    assert auroc(records) == (None if expected is None else pytest.approx(expected))
    assert auroc(random.sample(records, len(records))) == auroc(records)


def test_equal_confidences_are_answered_together():
    records = [
        asked(0.1, name="d"),
        asked(0.8, name="b"),
        asked(0.9, right=True, name="a"),
        asked(0.8, right=True, name="c"),
    ]
    assert risk_coverage(records) == [
        RiskPoint(threshold=0.9, coverage=0.25, risk=0.0),
        RiskPoint(threshold=0.8, coverage=0.75, risk=0.333333),
        RiskPoint(threshold=0.1, coverage=1.0, risk=0.5),
    ]
    # At a coverage of one half, one of the two at 0.8 is answered, and is wrong as often as right.
    assert area_under_risk_coverage(records) == pytest.approx((0 + 0.5 / 2 + 1 / 3 + 2 / 4) / 4)


def test_the_area_under_risk_and_coverage_is_the_mean_risk():
    right, wrong = asked(0.9, right=True), asked(0.2)
    assert area_under_risk_coverage([right, wrong]) == pytest.approx((0 + 1 / 2) / 2)
    assert area_under_risk_coverage([asked(0.2, right=True), asked(0.9)]) == pytest.approx((1 + 1 / 2) / 2)
    assert area_under_risk_coverage([right]) == 0
    assert area_under_risk_coverage([wrong]) == 1
    assert area_under_risk_coverage([]) is None
    assert risk_coverage([]) == []


@pytest.mark.parametrize("names", ["abcd", "dcba"])
def test_of_one_confidence_for_all_the_area_is_the_share_of_wrong_answers(names):
    records = [asked(0.5, right=number < 1, name=name) for number, name in enumerate(names)]
    assert area_under_risk_coverage(records) == pytest.approx(0.75)


@given(confident(), st.randoms())
def test_risk_and_coverage_keep_their_laws(records, random):
    points = risk_coverage(records)
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(
        sum(not item.right_if_answered for item in records) / len(records), abs=1e-6
    )
    assert [item.coverage for item in points] == sorted({item.coverage for item in points})
    for point in points:
        taken = [item for item in records if item.confidence >= point.threshold]
        assert point.coverage == len(taken) / len(records)
        assert point.risk == pytest.approx(sum(not item.right_if_answered for item in taken) / len(taken), abs=1e-6)
    area = area_under_risk_coverage(records)
    assert 0 <= area <= 1
    shuffled = random.sample(records, len(records))
    assert risk_coverage(shuffled) == points
    assert area_under_risk_coverage(shuffled) == pytest.approx(area)
