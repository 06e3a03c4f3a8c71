"""Fitting the confidence: no feature weighs against what it says, and no question judges itself."""

from datetime import UTC, datetime

import numpy as np
import pytest
from fakes import HashingEncoder

from eval.calibrate import _cross_validated, _logistic
from rag.evidence import AGAINST, TermStatistics, evidence_features, gather
from rag.reader import Reading
from rag.schema import Article, DatePrecision, Moment, Passage, ScoredPassage, Scores

STATISTICS = TermStatistics(lambda text: text.lower().replace("?", "").split(), lambda _: 1, lambda: 50)
NAMES = ("relevance", "lacking", "covered")


class ReadsNothing:
    """A reader that finds no answer anywhere."""

    def read(self, question, texts):
        nothing = np.zeros(0, dtype=np.float32)
        return [
            Reading(relevance=-1.0, answered=0.0, span=None, share=0.0, places=nothing.astype(np.int32), starts=nothing)
            for _ in texts
        ]


def drawn(*, seed=0, count=400):
    """Return features and labels: of two that tell the truth, and one, ``lacking``, that speaks for an answer."""
    chance = np.random.default_rng(seed)
    labels = chance.random(count) < 0.6
    matrix = np.column_stack([labels + chance.normal(size=count) * scale for scale in (0.5, 1.0, 1.0)])
    return matrix, labels


def test_a_feature_never_weighs_against_what_it_says():
    matrix, labels = drawn()
    weights, _ = _logistic(matrix, labels, np.ones(len(labels)), names=NAMES, bounded=True)
    found = dict(zip(NAMES, weights, strict=True))
    assert found["lacking"] == 0.0
    assert found["relevance"] > 0.5
    assert found["covered"] > 0.1
    against, _ = _logistic(-matrix, labels, np.ones(len(labels)), names=NAMES, bounded=True)
    assert against[1] < -0.1
    assert against[0] == against[2] == 0.0
    free, _ = _logistic(matrix, labels, np.ones(len(labels)), names=NAMES, bounded=False)
    assert free[1] > 0.1


def test_a_constant_feature_does_no_harm():
    matrix, labels = drawn()
    matrix[:, 2] = 1.0
    weights, bias = _logistic(matrix, labels, np.ones(len(labels)), names=NAMES, bounded=True)
    confidence = 1 / (1 + np.exp(-(matrix @ weights + bias)))
    assert confidence[labels].mean() == pytest.approx(1 - confidence[~labels].mean(), abs=0.2)
    assert confidence.mean() == pytest.approx(labels.mean(), abs=0.01)


def test_no_question_is_judged_by_a_fit_that_saw_it_or_its_twin():
    chance = np.random.default_rng(3)
    matrix = chance.normal(size=(60, 3))
    labels = chance.random(60) < 0.5
    groups = [f"q{number}" for number in range(30)] + [f"q{number}-stranger" for number in range(30)]
    before = _cross_validated(matrix, labels, np.ones(60), names=NAMES, groups=groups, bounded=True, seed=1)
    # The labels of a question and its twin teach others only: with them turned round, their own confidence stays.
    turned = labels.copy()
    turned[[4, 34]] = ~turned[[4, 34]]
    after = _cross_validated(matrix, turned, np.ones(60), names=NAMES, groups=groups, bounded=True, seed=1)
    assert after[4] == pytest.approx(before[4], abs=1e-9)
    assert after[34] == pytest.approx(before[34], abs=1e-9)
    assert np.abs(after - before).max() > 1e-6


@pytest.mark.parametrize(
    ("question", "finals", "asks", "free", "ahead"),
    [
        ("Why did Disney sue Midjourney?", (2.0, 0.5), 0.5, 1.0, 1.5),
        ("When did it rain?", (2.0,), 0.0, 0.0, 0.0),
        ("How much did Disney, Midjourney, Sora and Runway pay OpenAI?", (0.25, 0.25), 1.0, 0.0, 0.0),
    ],
)
def test_how_much_a_question_names_and_how_far_ahead_the_first_passage_lies(question, finals, asks, free, ahead):
    text = "Disney sued Midjourney. It rained."
    moment = Moment(value=datetime(2025, 3, 1, tzinfo=UTC), precision=DatePrecision.DAY, origin="test")
    passages = []
    for number, final in enumerate(finals):
        article = Article(id=f"a{number}", title="News", text=text, published_at=moment)
        passage = Passage(
            id=f"a{number}/0", article_id=article.id, version=1, ordinal=0, start=0, end=len(text), text=text
        )
        passages.append(ScoredPassage(passage=passage, article=article, scores=Scores(final=final)))
    for reader, expected in ((ReadsNothing(), (asks, free, ahead)), (None, (0.0, 0.0, 0.0))):
        evidence = gather(question, passages, encoder=HashingEncoder(), statistics=STATISTICS, reader=reader)
        features = evidence_features(evidence, evidence.sentences[0], STATISTICS)
        assert (features.asks, features.free, features.ahead) == expected
    assert set(type(features).__dataclass_fields__) >= AGAINST
