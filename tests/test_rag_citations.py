"""The check of a model's sentences: what its passages say passes, what they do not is caught, quotes are exact."""

from datetime import UTC, datetime

import pytest
from fakes import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citation_weights import read_citation_weights
from rag.citations import Unsupported, check, settle
from rag.evidence import TermStatistics
from rag.marked import MarkedSentence, split_marked
from rag.schema import Article, DatePrecision, Kind, Moment, Passage, ScoredPassage, Scores, Verdict
from rag.stems import content_stems

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
STATISTICS = TermStatistics(lambda text: sorted(content_stems(text)), lambda _: 1, lambda: 100)
SUNO = (
    "Suno, the AI song generator, said on Wednesday, June 3, that it had raised $400 million in a round that values it "
    "at $5.4 billion. Bond Capital led the Series D round. Its revenue rose by 40 percent in the first quarter.\n\n"
    "Warner Music Group dropped its suit last November. Universal Music Group has not settled with Suno. "
    "The price makes it “the most valued company in AI music”, according to the report."
)
DEEZER = "Deezer takes in 30,000 AI tracks a day. Its listeners did not notice them in a test."


def passage(name, text, *, title, day, publisher="Marsbit"):
    moment = Moment(value=datetime(2026, 6, day, tzinfo=UTC), precision=DatePrecision.DAY, origin="test")
    article = Article(id=name, title=title, text=text, publisher=publisher, published_at=moment, kind=Kind.BRIEF)
    window = Passage(id=f"{name}/0", article_id=name, version=1, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=window, article=article, scores=Scores(final=1.0))


PASSAGES = [
    passage("suno", SUNO, title="Suno valued at $5.4 billion", day=4),
    passage("deezer", DEEZER, title="Deezer counts AI tracks", day=9, publisher="MusicRadar"),
]


def checked(text, *markers, passages=PASSAGES):
    return check(
        MarkedSentence(text=text, markers=markers),
        passages,
        encoder=HashingEncoder(),
        statistics=STATISTICS,
        as_of=AS_OF,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Suno raised $400 million in a round that values it at $5,400 million.",
        "The round values Suno at 5.4bn dollars, it said on Wednesday.",
        "Suno said on 3 June 2026 that it had raised $400m.",
        "Bond Capital led the Series D round of Suno, Marsbit reported.",
        "Warner Music Group dropped its suit in November 2025.",
        "It is “the most valued company in AI music”.",
        "Universal Music Group hasn't settled with Suno.",
    ],
)
def test_what_the_passage_says_is_supported_and_quoted(text):
    found = checked(text, 1)
    assert found.verdict is Verdict.SUPPORTED, found.reasons
    assert found.citations
    assert not found.added
    for citation in found.citations:
        assert citation.number == 1
        assert citation.quote == SUNO[citation.start : citation.end]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Suno raised $500 million in a round that values it at $5.4bn.", "the passage does not say $500 million"),
        ("Suno raised $400 million in a round that values it at €5.4bn.", "the passage does not say €5.4bn"),
        ("Suno raised $5.4 billion in a round that values it at $400 million.", "the passage gives another"),
        ("Suno said on June 5 that it had raised $400 million.", "the passage does not say June 5"),
        ("Warner Music Group dropped its suit in October 2025.", "the passage does not say October 2025"),
        ("Sony Music Group dropped its suit last November.", "the passage does not name Sony Music Group"),
        ("It is “the most hated company in AI music”.", "these words are not in the passage"),
        ("Its revenue fell by 40 percent in the first quarter.", "the sentence says “fell”, the passage “rose”"),
        ("Universal Music Group has settled with Suno.", "the passage “not settled”"),
        ("Bond Capital did not lead the Series D round.", "only one of the sentence and the passage denies it"),
    ],
)  # fmt: skip
def test_what_the_passage_does_not_say_is_unsupported_with_a_reason(text, reason):
    found = checked(text, 1)
    assert found.verdict is Verdict.UNSUPPORTED
    assert any(item.startswith(reason) or reason in item for item in found.reasons), found.reasons
    assert found.citations == ()


def test_an_invented_number_of_a_passage_does_not_resolve():
    found = checked("Suno raised $400 million in a round.", 1, 7)
    assert found.verdict is Verdict.SUPPORTED
    assert {citation.number for citation in found.citations} == {1}
    assert "there is no passage 7" in found.reasons


def test_a_missing_citation_is_added_where_the_check_passes_and_only_there():
    found = checked("Deezer takes in 30,000 AI tracks a day.")
    assert (found.verdict, found.added, found.citations[0].article.id) == (Verdict.SUPPORTED, (2,), "deezer")
    assert checked("Deezer takes in 50,000 AI tracks a day.").verdict is Verdict.UNCITED
    assert checked("Deezer takes in 50,000 AI tracks a day.", 9).verdict is Verdict.UNSUPPORTED


def test_the_right_fact_from_the_wrong_passage_is_cited_from_the_right_one():
    found = checked("Deezer takes in 30,000 AI tracks a day.", 1)
    assert found.added == (2,)
    assert {citation.article.id for citation in found.citations} == {"deezer"}
    assert checked("Deezer takes in 30,000 AI tracks a day.", 1, passages=PASSAGES[:1]).verdict is not Verdict.SUPPORTED


def test_sentences_are_struck_or_removed_and_citations_numbered_in_the_order_of_the_answer():
    found = [
        checked("Deezer takes in 30,000 AI tracks a day.", 2),
        checked("Deezer takes in 90,000 AI tracks a day.", 2),
        checked("Bond Capital led the Series D round.", 1),
        checked("Deezer takes in 30,000 AI tracks a day.", 2),
    ]
    struck = settle(found, unsupported=Unsupported.STRIKE)
    assert [item.verdict for item in struck.sentences].count(Verdict.UNSUPPORTED) == 1
    assert [item.citations for item in struck.sentences] == [(1,), (), (2,), (1,)]
    assert [item.article.id for item in struck.citations] == ["deezer", "suno"]
    removed = settle(found, unsupported=Unsupported.REMOVE)
    assert [item.citations for item in removed.sentences] == [(1,), (2,), (1,)]
    assert removed.citations == struck.citations


def test_without_a_supported_sentence_nothing_is_left():
    assert settle([checked("The moon is made of cheese.", 1)], unsupported=Unsupported.STRIKE).sentences == ()
    assert settle([], unsupported=Unsupported.REMOVE).sentences == ()


PARTS = st.sampled_from([
    "Suno raised $400 million", "in a round", "at $5.4 billion", "Deezer", "takes in 30,000 AI tracks a day",
    "not", "fell", "rose", "on June 3", "Warner Music Group", ". ", "[1]", "[2]", "[1, 2]", "[3]", "[0]", "[99]",
    "[-1]", "“", "”", "\n", "Bond Capital led the Series D round.", "**", "1. ", "last November", "[2-9]",
])  # fmt: skip
MODEL_TEXT = st.lists(
    PARTS | st.integers(0, 99_999).map("{:,}".format) | st.text(max_size=6), max_size=14
).map(" ".join)  # fmt: skip


@given(text=MODEL_TEXT)
@settings(max_examples=150)
def test_whatever_a_model_writes_every_citation_resolves_and_every_quote_is_exact(text):
    found = [checked(item.text, *item.markers) for item in split_marked(text)]
    for way in Unsupported:
        settled = settle(found, unsupported=way)
        assert [item.number for item in settled.citations] == list(range(1, len(settled.citations) + 1))
        numbers = {item.number for item in settled.citations}
        for sentence in settled.sentences:
            assert set(sentence.citations) <= numbers
            assert bool(sentence.citations) == (sentence.verdict in (Verdict.SUPPORTED, Verdict.PARTLY))
            if sentence.highlight is not None:
                assert sentence.text[slice(*sentence.highlight)]
        for item in settled.citations:
            assert item.quote
            assert item.article.text[item.start : item.end] == item.quote
            assert item.passage_start <= item.start < item.end <= item.passage_end
            assert item.article in [one.article for one in PASSAGES]


@given(number=st.integers(2, 10**9).filter(lambda value: value not in (30_000, 30)))
@settings(max_examples=60)
def test_a_changed_number_is_never_supported(number):
    assert checked(f"Deezer takes in {number:,} AI tracks a day.", 2).verdict is not Verdict.SUPPORTED


def test_the_weights_are_read_once_and_say_how_they_were_made():
    weights = read_citation_weights()
    assert 0 < weights.partly < weights.supported < 1
    assert "command" in weights.made_by
