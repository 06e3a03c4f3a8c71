"""The extractive answerer: verbatim sentences with citations that hold, or an abstention."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from fakes import HashingEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evidence import TermStatistics
from rag.extract import ExtractiveAnswerer, describe, rank
from rag.reader import Reading
from rag.schema import AnswerStatus, Article, DatePrecision, Moment, Passage, Question, ScoredPassage, Scores, Support
from rag.sentence_reading import LOOKED_AT
from rag.sentences import sentence_spans
from rag.weights import AnswerWeights, read_weights

STATISTICS = TermStatistics(
    lambda text: text.lower().replace("?", "").replace(".", "").split(), lambda _: 1, lambda: 50
)
EAGER = AnswerWeights(
    sentence={"cosine": 3.0, "coverage": 3.0, "context": 1.0, "typed": 1.0},
    evidence={"cosine": 10.0},
    bias=-2.0,
    threshold=0.5,
    well=0.75,
    made_by={},
)

NEVER_DECLINES = AnswerWeights(sentence=EAGER.sentence, evidence={}, bias=0.0, threshold=0.0, well=0.0, made_by={})


def scored(article, *, final=1.0, start=0, end=None):
    end = len(article.text) if end is None else end
    passage = Passage(
        id=f"{article.id}/1/0", article_id=article.id, version=1, ordinal=0, start=start, end=end,
        text=article.text[start:end],
    )  # fmt: skip
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=final, dense=0.5, lexical=5.0))


def article(name, text, day=1):
    moment = Moment(value=datetime(2025, 3, day, tzinfo=UTC), precision=DatePrecision.DAY, origin="test")
    return Article(id=name, title=f"About {name}", text=text, published_at=moment)


def stream(question, *passages, weights=EAGER):
    return list(ExtractiveAnswerer(HashingEncoder(), STATISTICS, weights=weights)(Question(text=question), passages))


STRIKE = article(
    "strike",
    "The actors' strike began in July. It ended on November 9, 2023. The weather was fine.\n\nStudios paid more.",
)


def test_the_answer_grows_and_only_its_last_item_is_complete():
    items = stream("Who began the actors' strike and when did the strike end?", scored(STRIKE))
    assert [item.complete for item in items] == [False] * (len(items) - 1) + [True]
    assert [len(item.sentences) for item in items] == list(range(1, len(items) + 1))


def test_what_was_asked_for_is_bold_when_the_sentence_leaves_no_choice():
    answer = stream("When did the strike end, on what day was it ended?", scored(STRIKE))[-1]
    sentence = next(item for item in answer.sentences if "November" in item.text)
    assert sentence.highlight is not None
    assert sentence.text[slice(*sentence.highlight)] == "November 9, 2023"


def test_a_sentence_that_points_back_brings_the_one_before_it_along():
    answer = stream("When was it ended on November 9?", scored(STRIKE))[-1]
    texts = [item.text for item in answer.sentences]
    assert texts[:2] == ["The actors' strike began in July.", "It ended on November 9, 2023."]


def test_a_sentence_that_only_repeats_the_question_is_no_answer():
    quiz = article("quiz", "What does PSL stand for? PSL does stand for pumpkin spice latte.")
    (*_, answer) = stream("What does PSL stand for?", scored(quiz))
    assert [item.text for item in answer.sentences] == ["PSL does stand for pumpkin spice latte."]


def test_a_question_for_yes_or_no_may_be_answered_in_its_own_words():
    told = article("told", "Disney sued Midjourney. The weather was fine.")
    (*_, answer) = stream("Has Disney sued Midjourney", scored(told))
    assert answer.sentences[0].text == "Disney sued Midjourney."


def test_near_repeats_are_said_once():
    one = article("one", "Disney sued the image generator Midjourney in June.")
    two = article("two", "Disney sued the image generator Midjourney in June!", day=2)
    answer = stream("Who sued Midjourney?", scored(one), scored(two, final=0.9))[-1]
    assert len(answer.sentences) == 1


def test_weak_evidence_is_declined_with_the_nearest_articles_one_each():
    first, second = article("first", "Milk is white."), article("second", "Grass is green.")
    answer = stream("Quantum chromodynamics lattice results", scored(first), scored(first), scored(second))[-1]
    assert answer.status is AnswerStatus.ABSTAINED
    assert [item.article.id for item in answer.nearest] == ["first", "second"]
    assert not answer.sentences
    assert not answer.citations


def test_a_sentence_longer_than_its_passage_is_quoted_as_far_as_the_passage_goes():
    long = article("long", "Disney sued Midjourney over " + "and ".join(f"film{number} " for number in range(90)))
    answer = stream("Who sued Midjourney over film1?", scored(long, end=200), weights=NEVER_DECLINES)[-1]
    assert answer.citations[0].quote == long.text[:200].rstrip()


def test_no_passages_no_answer():
    answers = stream("Anything?")
    assert [item.status for item in answers] == [AnswerStatus.ABSTAINED]
    assert answers[0].complete


@settings(max_examples=40)
@given(
    st.lists(st.text("abc ABC.!?\n“”é漢😀’,1", min_size=1, max_size=120), min_size=1, max_size=4),
    st.text("abcABC ?1", min_size=1, max_size=40),
)
def test_every_sentence_is_verbatim_and_every_marker_resolves(texts, question):
    passages = [scored(article(f"a{number}", text)) for number, text in enumerate(texts)]
    for answer in stream(question, *passages, weights=NEVER_DECLINES):
        numbers = [citation.number for citation in answer.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(answer.sentences) <= 4
        for sentence in answer.sentences:
            (number,) = sentence.citations
            citation = answer.citations[number - 1]
            assert sentence.text == citation.quote == citation.article.text[citation.start : citation.end]
            spans = sentence_spans(citation.article.text)
            assert (citation.start, citation.end) in spans
            assert citation.passage_start <= citation.start < citation.end <= citation.passage_end


def test_the_shipped_weights_say_how_they_were_made():
    weights = read_weights()
    assert weights.made_by["command"].startswith("python -m eval calibrate")
    assert "dev split" in weights.made_by["data"]
    assert 0 < weights.threshold < 1


def test_weights_that_cannot_be_read_are_named(tmp_path):
    from rag.errors import ConfigurationError

    file = tmp_path / "weights.json"
    file.write_text('{"sentence": {}}')
    with pytest.raises(ConfigurationError, match=r"weights\.json.*calibrate"):
        read_weights(file)


def test_an_answer_says_how_well_it_is_supported_and_an_abstention_does_not():
    question = "When did the actors' strike begin?"
    sure, unsure = replace(EAGER, well=0.0), replace(EAGER, well=1.0)
    assert stream(question, scored(STRIKE), weights=sure)[-1].support is Support.WELL
    assert stream(question, scored(STRIKE), weights=unsure)[-1].support is Support.PARTLY
    assert stream("Who won at chess?", scored(STRIKE), weights=sure)[-1].support is None


class FixedReader:
    """Reads the same words out of every passage, as surely as it is told."""

    def __init__(self, words, *, relevance=5.0, share=0.9):
        self.words, self.relevance, self.share = words, relevance, share

    def read(self, question, texts):
        found = []
        for item in texts:
            at = item.text.find(self.words)
            span = (at, at + len(self.words)) if at >= 0 else None
            places = np.array([max(at, 0)], dtype=np.int32)
            starts = np.array([self.share if span else 0.0], dtype=np.float32)
            reading = Reading(
                relevance=self.relevance, answered=self.share, span=span, share=self.share, places=places, starts=starts
            )
            found.append(reading)
        return found


def read_with(reader, weights=EAGER):
    question = Question(text="When did the actors' strike begin?")
    answerer = ExtractiveAnswerer(HashingEncoder(), STATISTICS, weights=weights, reader=reader)
    return list(answerer(question, [scored(STRIKE)]))[-1]


def test_the_words_that_the_reader_is_sure_of_are_bold():
    answer = read_with(FixedReader("in July"))
    bold = [item.text[slice(*item.highlight)] for item in answer.sentences if item.highlight]
    assert "in July" in bold


def test_words_that_the_reader_is_unsure_of_are_not_bold():
    for reader in (FixedReader("strike began", share=0.1), FixedReader("strike began", relevance=-3.0)):
        answer = read_with(reader)
        bold = [item.text[slice(*item.highlight)] for item in answer.sentences if item.highlight]
        assert "strike began" not in bold


def test_the_sentence_in_which_the_reader_finds_the_answer_comes_before_others():
    only_reader = replace(EAGER, sentence={"read": 5.0}, evidence={}, threshold=0.0)
    for words in ("Studios paid more", "weather was fine"):
        assert words in read_with(FixedReader(words), only_reader).sentences[0].text


class Picky(FixedReader):
    """Takes for relevant only what holds its words."""

    def read(self, question, texts):
        found = super().read(question, texts)
        return [item if item.span else replace(item, relevance=-5.0, answered=0.0) for item in found]


def test_the_sentence_that_the_reader_takes_for_the_answer_by_itself_comes_first():
    only_alone = replace(EAGER, sentence={"alone": 5.0}, evidence={}, threshold=0.0)
    for words in ("Studios paid more", "weather was fine"):
        assert words in read_with(Picky(words), only_alone).sentences[0].text


def test_only_the_likeliest_sentences_are_read_by_themselves_and_the_others_count_as_not_relevant():
    long = article("long", " ".join(f"Film {number} opened early." for number in range(30)))
    reader = FixedReader("opened")
    evidence = describe(
        "When did Film 7 open?", [scored(long)], encoder=HashingEncoder(), statistics=STATISTICS, reader=reader,
        weights=EAGER,
    )  # fmt: skip
    first = [item.sentence for item in rank(evidence, EAGER)]
    alone = [item.features.alone for item in first]
    assert alone == [0.5] * LOOKED_AT + [-1.0] * (30 - LOOKED_AT)
    assert [item.start for item in evidence.sentences] == sorted(item.start for item in first)
