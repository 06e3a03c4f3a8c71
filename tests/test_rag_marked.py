"""A model's text → sentences with markers, whatever pieces it arrives in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.marked import MarkedSentence, SentenceSplitter, split_marked

TWO = [("Deezer takes in 30,000 tracks a day.", (1,)), ("Most are never played.", (2,))]


def pairs(sentences):
    return [(item.text, item.markers) for item in sentences]


@pytest.mark.parametrize(
    "text",
    [
        "Deezer takes in 30,000 tracks a day [1]. Most are never played [2].",
        "Deezer takes in 30,000 tracks a day. [1] Most are never played. [2]",
        "Deezer takes in 30,000 tracks a day.[1] Most are never played.[2]",
        "Deezer takes in 30,000 [1] tracks a day. Most are [2] never played.",
        "- Deezer takes in 30,000 tracks a day [1].\n- **Most** are never played [Source 2].\n",
        "1. Deezer takes in 30,000 tracks a day. [1]\n2. Most are never played.\n[2]",
        "[1] Deezer takes in 30,000 tracks a day.\n[2] Most are never played.",
        "【1】 Deezer takes in 30,000 tracks a day.\n\n【2】 Most are never played.",
    ],
)
def test_a_marker_belongs_to_its_sentence_wherever_it_stands(text):
    assert pairs(split_marked(text)) == TWO


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1, 2]", (1, 2)), ("[1][3]", (1, 3)), ("[1] [3]", (1, 3)), ("[2-4]", (2, 3, 4)), ("[3; 1]", (3, 1)),
        ("[1][1]", (1,)), ("[sources 1 and 2]", (1, 2)), ("[#2]", (2,)), ("[0]", (0,)), ("[5-1]", (5, 1)),
        ("[1-99999999999]", (1, 999999999)),
    ],
)  # fmt: skip
def test_several_passages_in_one_marker(marker, numbers):
    assert pairs(split_marked(f"It rose {marker}.")) == [("It rose.", numbers)]


@pytest.mark.parametrize("text", ["It rose [sic].", "He said “[we] won”.", "A list [a, b] of two."])
def test_other_brackets_are_text(text):
    assert pairs(split_marked(text)) == [(text, ())]


def test_a_sentence_is_given_once_the_word_after_it_is_complete():
    splitter = SentenceSplitter()
    assert splitter.feed("It rose. [1") == []
    assert splitter.feed(", 2]") == []
    assert splitter.feed(" Th") == []
    assert pairs(splitter.feed("en it ")) == [("It rose.", (1, 2))]
    assert pairs(splitter.finish()) == [("Then it", ())]
    assert splitter.finish() == []


def test_a_quotation_of_several_sentences_stays_together():
    assert pairs(split_marked("She said “We lost. We tried hard enough.” [1] Then she left.")) == [
        ("She said “We lost. We tried hard enough.”", (1,)),
        ("Then she left.", ()),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "[1]", "- \n---\n[2][3]", "**"])
def test_a_text_without_words_has_no_sentence(text):
    assert split_marked(text) == []


def test_a_text_that_never_ends_a_sentence_is_cut():
    assert all(len(item.text) < 2_100 for item in split_marked("word " * 2_000))


PIECES = st.lists(
    st.sampled_from([
        "[1]", "[2, 3]", "[", "]", ". ", ".", " ", "\n", "It rose",
        "U.S. ", "Inc. ", "“", "”", '"', "3.5 ", "- ", "**", "? ",
        "[99]", "The end", "1. ",
    ])
    | st.text(max_size=5),
    max_size=30,
)  # fmt: skip


@given(pieces=PIECES, cuts=st.lists(st.integers(0, 80), max_size=8))
def test_however_the_text_is_cut_the_sentences_are_the_same(pieces, cuts):
    text = "".join(pieces)
    splitter, found, reached = SentenceSplitter(), [], 0
    for cut in [*sorted(cuts), len(text)]:
        found += splitter.feed(text[reached:cut])
        reached = max(reached, min(cut, len(text)))
    found += splitter.finish()
    assert found == split_marked(text)
    assert all(isinstance(item, MarkedSentence) and item.text.strip() and "\n" not in item.text for item in found)
