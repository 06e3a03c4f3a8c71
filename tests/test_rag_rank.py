"""The ranker: what it sees of a candidate, and that it orders by its weights."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.evidence import TermStatistics
from rag.rank import FILE, RANKED, READ, READER_FILE, PassageFeatures, Ranker, RankingWeights, describe, read_ranking
from rag.reader import Reading
from rag.schema import Article, DatePrecision, Moment, Passage, ScoredPassage, Scores

STATISTICS = TermStatistics(lambda text: text.lower().replace(".", "").split(), lambda _term: 1, lambda: 10)


def candidate(name, text, *, ordinal=0, title="A headline", final=0.5, dense=0.4, lexical=2.0, year=2024):
    published = Moment(value=datetime(year, 3, 1, tzinfo=UTC), precision=DatePrecision.DAY, origin="test")
    article = Article(id=name, title=title, text=text, published_at=published)
    passage = Passage(
        id=f"{name}/{ordinal}", article_id=name, version=1, ordinal=ordinal, start=0, end=len(text), text=text
    )
    scores = Scores(final=final, dense=dense, lexical=lexical, recency=0.8)
    return ScoredPassage(passage=passage, article=article, scores=scores)


def weighing(**weights):
    return RankingWeights(weights=weights, made_by={})


def test_a_candidate_is_described_by_what_it_shares_with_the_question():
    found = describe(
        "studios sued Midjourney 2025",
        [
            candidate("a", "The studios sued Midjourney in 2025.", title="Suit", final=0.8, lexical=4.0),
            candidate("b", "Nothing of it.", title="Midjourney", final=0.4, lexical=1.0),
        ],
        STATISTICS,
    )
    assert found[0].fused == 1.0
    assert found[1].fused == 0.5
    assert found[1].lexical == 0.25
    assert found[0].covered == pytest.approx(1.0)
    assert found[1].title == pytest.approx(0.25)
    assert found[0].pairs == pytest.approx(2 / 3)
    assert found[0].named == found[0].numbers == 1.0
    assert found[1].numbers == 0.0


def test_a_year_in_the_question_favours_what_is_dated_in_it_or_names_it_and_keeps_nothing_out():
    words = "The studios sued Midjourney over its pictures."
    found = Ranker(STATISTICS)(
        "Which studios sued Midjourney in 2024?",
        [
            candidate("other", words, year=2025),
            candidate("dated", words, year=2024),
            candidate("naming", words.replace("sued", "in 2024 sued"), year=2025),
        ],
    )
    assert {item.article.id for item in found[:2]} == {"dated", "naming"}
    assert found[2].article.id == "other"


def test_passages_beside_and_elsewhere_in_the_article_count():
    found = describe(
        "anything",
        [
            candidate("a", "first", ordinal=0, final=0.9),
            candidate("a", "second", ordinal=1, final=0.3),
            candidate("a", "far", ordinal=7, final=0.6),
            candidate("b", "alone", final=0.1),
        ],
        STATISTICS,
    )
    assert found[0].article == pytest.approx(0.6 / 0.9)
    assert found[0].near == pytest.approx(0.3 / 0.9)
    assert found[2].near == 0.0
    assert found[3].article == 0.0
    assert found[1].opening == 0.5


def test_the_order_follows_the_weights_and_scores_fall_along_it():
    candidates = [candidate("a", "x", final=0.9, dense=0.1), candidate("b", "y", final=0.5, dense=0.9)]
    ranked = Ranker(STATISTICS, weights=weighing(dense=5.0))("q", candidates)
    assert [item.article.id for item in ranked] == ["b", "a"]
    assert 1 == ranked[0].scores.final > ranked[1].scores.final > 0


def test_candidates_past_the_ranked_ones_stay_behind_in_their_order():
    candidates = [candidate(f"a{number:03}", "x", final=1 - number / 100) for number in range(RANKED + 5)]
    ranked = Ranker(STATISTICS, weights=weighing(fused=-3.0))("q", candidates)
    assert [item.article.id for item in ranked[RANKED:]] == [f"a{number:03}" for number in range(RANKED, RANKED + 5)]
    finals = [item.scores.final for item in ranked]
    assert finals == sorted(finals, reverse=True)


class WordReader:
    """Finds a passage relevant when it holds a word; remembers what it was given to read."""

    def __init__(self, word):
        self.word = word
        self.texts = []

    def read(self, question, texts):
        self.texts += texts
        nothing = np.zeros(0, dtype=np.float32)
        return [
            Reading(
                relevance=8.0 if self.word in item.text else -8.0, answered=0.5, span=None, share=0.0,
                places=nothing.astype(np.int32), starts=nothing,
            )
            for item in texts
        ]  # fmt: skip


def test_what_the_reader_finds_relevant_comes_first():
    candidates = [
        candidate(f"a{number}", "gold" if number == 7 else "x", final=1 - number / 20) for number in range(12)
    ]
    ranked = Ranker(STATISTICS, weights=weighing(fused=1.0, read=3.0), reader=WordReader("gold"))("q", candidates)
    assert [item.article.id for item in ranked[:3]] == ["a7", "a0", "a1"]


def test_only_the_best_are_read_and_the_others_stay_behind_them():
    reader = WordReader("x")
    candidates = [candidate(f"a{number:03}", "x", final=1 - number / 100) for number in range(RANKED + 5)]
    ranked = Ranker(STATISTICS, weights=weighing(fused=1.0, read=3.0), reader=reader)("q", candidates)
    assert len(reader.texts) == READ
    assert {item.article.id for item in ranked} == {item.article.id for item in candidates}
    finals = [item.scores.final for item in ranked]
    assert finals == sorted(finals, reverse=True)


def test_no_candidate_gives_no_result():
    assert Ranker(STATISTICS, weights=weighing(dense=1.0))("q", []) == []


@pytest.mark.parametrize("file", [FILE, READER_FILE])
def test_the_bundled_weights_name_known_features_and_how_they_were_made(file):
    found = read_ranking(file)
    assert set(found.weights) <= set(PassageFeatures.__dataclass_fields__)
    assert "fit-ranking" in found.made_by["command"]


@pytest.mark.parametrize("content", ["", "{}", '{"weights": {"beauty": 1}, "made_by": {}}', '{"weights": 3}'])
def test_a_file_of_weights_that_cannot_be_used_is_named(tmp_path, content):
    file = tmp_path / "ranking.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"ranking\.json.*fit-ranking"):
        read_ranking(file)


def test_weights_that_are_written_are_read(tmp_path):
    file = tmp_path / "ranking.json"
    file.write_text(json.dumps({"weights": {"dense": 2}, "made_by": {"command": "x"}}), encoding="utf-8")
    assert read_ranking(file).weights == {"dense": 2.0}
