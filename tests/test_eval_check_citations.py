"""Measuring the check of citations, and fitting it."""

import numpy as np
import pytest
from archives import article, opened, take
from fakes import HashingEncoder

from eval.check_citations import PairJudge, Width, fit, rows
from eval.check_command import table
from eval.check_pairs import Citing, Label, Pair, PairError
from eval.followups import Share
from rag.citation_weights import CitationWeights
from rag.evidence import TermStatistics
from rag.schema import Verdict
from rag.stems import content_stems

STATISTICS = TermStatistics(lambda text: sorted(content_stems(text)), lambda _: 1, lambda: 100)
FIRST = "Harbor sued Lumen over three hundred copied drawings in the federal court of Denver."
SECOND = "Keel paid Tiller nine million dollars for a library of recorded sea shanties."
LENIENT = CitationWeights(
    features={"kin": 6.0}, bias=-3.0, supported=0.5, partly=0.2, added=0.5, least={"kin": 0.1}, made_by={}
)


def pair(name, sentence, *, label=Label.TRUE, kind="paraphrase", of=None, cited=("first", FIRST)):
    citing = Citing(article_id=cited[0], quote=cited[1])
    return Pair(id=name, sentence=sentence, passages=(citing,), label=label, kind=kind, of=of)


PAIRS = [
    pair("one", "Lumen was sued by Harbor in Denver."),
    pair("two", "Harbor sued Lumen over 500 drawings.", label=Label.ALTERED, kind="number", of="one"),
    pair("three", "Keel paid Tiller nine million dollars.", cited=("second", SECOND)),
    pair("four", "Keel paid Tiller.", label=Label.ALTERED, kind="wrong_passage", of="three"),
]


@pytest.fixture
def judge(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(
            stores,
            [
                article("first", f"{FIRST} Nobody else was named in it.", published="2024-03-12"),
                article("second", f"It rained. {SECOND}", published="2024-03-13"),
            ],
        )
        yield PairJudge(stores.archive.article, encoder=HashingEncoder(), statistics=STATISTICS)


def test_pairs_are_judged_as_cited_and_in_their_window(judge):
    cited = list(judge(PAIRS, width=Width.CITED, weights=LENIENT))
    assert [item.judgement.verdict is Verdict.SUPPORTED for item in cited] == [True, False, True, False]
    assert all(item.is_right for item in cited)
    wide = judge.passage(PAIRS[0].passages[0], Width.WINDOW)
    assert wide.passage.text == f"{FIRST} Nobody else was named in it."


def test_a_passage_that_the_archive_does_not_hold_is_an_error_with_a_remedy(judge):
    with pytest.raises(PairError, match="python -m ingest files"):
        list(judge([pair("five", "It rained.", cited=("second", "It snowed."))], width=Width.CITED))


def test_every_label_and_kind_is_counted(judge):
    judged = list(judge(PAIRS, width=Width.CITED, weights=LENIENT))
    assert [(row.label, row.kind, row.right) for row in rows(judged)] == [
        (Label.TRUE, "", Share(count=2, total=2)),
        (Label.TRUE, "paraphrase", Share(count=2, total=2)),
        (Label.ALTERED, "", Share(count=2, total=2)),
        (Label.ALTERED, "number", Share(count=1, total=1)),
        (Label.ALTERED, "wrong_passage", Share(count=1, total=1)),
    ]
    lines = table("tuning", {Width.CITED: judged}, show=True).splitlines()
    assert lines[0].split() == ["tuning", "split", "as", "cited"]
    assert lines[1].startswith("true, passed")
    assert "2/2 = 1.000" in lines[1]


def test_drawn_passages_are_of_another_article_and_the_same_for_a_seed(judge):
    drawn = judge.drawn(PAIRS, seed=3)
    assert [item.of for item in drawn] == ["one", "one", "three", "three"]
    assert all(item.label is Label.ALTERED for item in drawn)
    for item in drawn:
        (true,) = [one for one in PAIRS if one.id == item.of]
        assert item.passages[0].article_id != true.passages[0].article_id
    assert drawn == judge.drawn(PAIRS, seed=3)


def test_the_fit_parts_what_is_said_from_what_is_not(judge):
    many = [
        pair(f"{label}-{at}", sentence, label=label, kind=kind)
        for at in range(20)
        for label, kind, sentence in (
            (Label.TRUE, "paraphrase", f"Lumen was sued by Harbor in Denver over drawings {'again ' * (at % 3)}"),
            (Label.ALTERED, "invented_detail", f"The weather of spring pleased many birds {'there ' * (at % 3)}"),
        )
    ]
    judged = list(judge(many, width=Width.CITED, weights=LENIENT))
    weights = fit(judged, [], seed=0)
    assert weights.features["kin"] > 0
    assert 0 < weights.partly <= weights.supported < 1
    again = list(judge(many, width=Width.CITED, weights=weights))
    assert all(item.is_right for item in again if item.pair.label is Label.ALTERED)
    assert np.mean([item.is_right for item in again if item.pair.label is Label.TRUE]) >= 0.7  # a tenth may be refused
