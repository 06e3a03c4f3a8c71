"""Fusion, recency and diversity as values; the retriever over a real archive is tested with the stores."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve import Candidate, Fusion, diversify, fuse_scores, recency
from rag.schema import Article, Passage, ScoredPassage, Scores

UNIT = st.floats(0, 1, allow_nan=False)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        passage_id=st.text("abcdef", min_size=1, max_size=4),
        dense=st.floats(-1, 1, allow_nan=False),
        lexical=st.floats(0, 40, allow_nan=False),
        age_days=st.one_of(st.none(), st.floats(-1, 5000, allow_nan=False)),
    ),
    unique_by=lambda item: item.passage_id,
    max_size=12,
)


def candidate(name, *, dense=0.5, lexical=5.0, age_days=100.0):
    return Candidate(passage_id=name, dense=dense, lexical=lexical, age_days=age_days)


def scored(name, article_id, text, final):
    article = Article(id=article_id, title="Title of the piece", text=text)
    passage = Passage(id=name, article_id=article_id, version=1, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=final))


def test_recency_halves_towards_its_constant():
    assert recency(0, Fusion()) == 1.0
    assert recency(30, Fusion()) == pytest.approx(0.5 + 0.5 / math.e)
    assert recency(None, Fusion()) == 0.5
    assert recency(-3, Fusion()) == 1.0


def test_of_two_equal_matches_the_newer_comes_first():
    assert list(fuse_scores([candidate("old", age_days=400), candidate("new", age_days=2)], Fusion())) == ["new", "old"]


def test_how_far_ahead_a_candidate_is_counts():
    found = fuse_scores(
        [
            candidate("far ahead", dense=0.2, lexical=30),
            candidate("close", dense=0.25, lexical=9),
            candidate("closer", dense=0.3, lexical=8),
        ],
        Fusion(dense=0.3),
    )
    assert next(iter(found)) == "far ahead"


def test_no_candidates_no_scores():
    assert fuse_scores([], Fusion()) == {}


@given(CANDIDATES, UNIT)
def test_fused_scores_lie_in_the_unit_interval_and_are_sorted(candidates, share):
    found = fuse_scores(candidates, Fusion(dense=share))
    finals = [scores.final for scores in found.values()]
    assert set(found) == {item.passage_id for item in candidates}
    assert finals == sorted(finals, reverse=True)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in finals)


@given(CANDIDATES)
def test_the_order_of_the_candidates_does_not_matter(candidates):
    assert list(fuse_scores(candidates, Fusion())) == list(fuse_scores(candidates[::-1], Fusion()))


def test_a_repeated_text_is_kept_once_and_an_article_fills_at_most_three_places_of_the_first_page():
    ranked = [scored(f"a{n}", "a", f"text {n}", 1 - n / 100) for n in range(6)]
    ranked += [scored(f"b{n}", f"b{n}", f"other {n}", 0.5 - n / 100) for n in range(8)]
    ranked.append(scored("copy", "c", "TEXT  0", 0.1))
    kept = diversify(ranked, limit=20, is_about=lambda article: False)
    ids = [item.passage.id for item in kept]
    assert ids[:3] == ["a0", "a1", "a2"]
    assert sum(name.startswith("a") for name in ids[:10]) == 3
    assert "copy" not in ids
    assert len(ids) == len(set(ids)) == 14


def test_an_article_that_the_question_is_about_may_fill_the_page():
    ranked = [scored(f"a{n}", "a", f"text {n}", 1 - n / 100) for n in range(12)]
    assert len(diversify(ranked, limit=10, is_about=lambda article: article.id == "a")) == 10


def test_when_articles_run_out_fewer_than_a_page_come_back():
    ranked = [scored(f"a{n}", "a", f"text {n}", 1 - n / 100) for n in range(6)]
    assert len(diversify(ranked, limit=10, is_about=lambda article: False)) == 3


def test_moments_must_know_their_zone():
    from rag.schema import DatePrecision, Moment

    with pytest.raises(ValueError, match="timezone"):
        Moment(value=datetime(2025, 1, 1), precision=DatePrecision.DAY, origin="test")
    assert str(Moment(value=datetime(2025, 1, 1, tzinfo=UTC), precision=DatePrecision.DAY, origin="t")) == "2025-01-01"
