"""Passages: exact offsets, nothing lost, within the model's limit."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from ingest.passages import TARGET_TOKENS, passage_spans, passages_of
from rag.schema import Article
from rag.sentences import sentence_spans

WORD = re.compile(r"\w+|[^\w\s]")
PROSE = st.text(alphabet=st.sampled_from("ab é漢😀.!?\n\t \u00a0\u2003\u0301“”'1,")).map(str.strip)


def word_offsets(text):
    return [match.span() for match in WORD.finditer(text)]


def tokens_in(text, start, end):
    return sum(start <= at < end for at, _ in word_offsets(text))


@given(st.one_of(st.text(max_size=600), PROSE))
def test_sentences_cover_all_but_white_space_exactly_once(text):
    spans = sentence_spans(text)
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert "".join(inside.split()) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


@given(st.lists(st.one_of(st.text(max_size=80), PROSE), max_size=60).map(". ".join))
def test_passages_are_exact_spans_that_lose_nothing_and_keep_to_the_limit(text):
    article = Article(id="a", title="t", text=text)
    passages = passages_of(article, word_offsets)
    covered = [False] * len(text)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text != ""
        assert tokens_in(text, passage.start, passage.end) <= TARGET_TOKENS
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    assert all(done or text[at].isspace() for at, done in enumerate(covered))
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))


def test_a_passage_repeats_the_last_short_sentence_of_the_one_before():
    text = " ".join(f"Sentence number {number} has exactly eight words here." for number in range(60))
    spans = passage_spans(text, word_offsets)
    assert len(spans) > 2
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert text[start:end].count(".") == 1


def test_passages_of_one_article_are_of_like_length():
    text = " ".join(f"Sentence number {number} has exactly eight words here." for number in range(45))
    sizes = [tokens_in(text, *span) for span in passage_spans(text, word_offsets)]
    assert min(sizes) > 0.6 * max(sizes)


def test_a_sentence_longer_than_a_passage_is_cut_between_words():
    text = "word " * 1000
    spans = passage_spans(text, word_offsets)
    assert all(text[start:end].startswith("word") and text[start:end].endswith("word") for start, end in spans)
