"""The reader: input, logits → reading, and the network that comes with Newsdesk."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.encoders import load_tokenizer
from rag.errors import ModelError
from rag.model_files import BUNDLED_NAME, find_model
from rag.reader import Reading, Text, reading_of
from rag.reader_graph import load_reader
from rag.reader_model import MAX_TOKENS, Pair, encode_pair

PASSAGE = (
    "Pika raised $80 million in a Series B round. Spark Capital led it, and the company is valued at $470 million."
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return find_model(BUNDLED_NAME, memory=tmp_path_factory.mktemp("hashes"))


@pytest.fixture(scope="module")
def tokenizer(files):
    return load_tokenizer(files.folder)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return load_reader(tmp_path_factory.mktemp("models"))


def test_question_comes_first_then_title_and_passage_with_their_places(tokenizer):
    pair = encode_pair(tokenizer, "Who led it?", "A round", "Spark led it.")
    words = [tokenizer.id_to_token(number) for number in pair.ids]
    assert words == [
        "[CLS]",
        "who",
        "led",
        "it",
        "?",
        "[SEP]",
        "a",
        "round",
        "[SEP]",
        "spark",
        "led",
        "it",
        ".",
        "[SEP]",
    ]
    assert pair.kinds == [0] * 6 + [1] * 8
    assert pair.places == {9: (0, 5), 10: (6, 9), 11: (10, 12), 12: (12, 13)}


@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=3_000))
def test_input_fits_the_model_and_places_are_inside_the_passage(tokenizer, question, title, text):
    pair = encode_pair(tokenizer, question, title, text)
    assert len(pair.ids) == len(pair.kinds) <= MAX_TOKENS
    assert all(0 <= start <= end <= len(text) for start, end in pair.places.values())


def read(starts, ends, places):
    pair = Pair(ids=[0] * len(starts), kinds=[0] * len(starts), places=places)
    return reading_of(pair, 0.0, np.array(starts, dtype=np.float32), np.array(ends, dtype=np.float32))


def test_span_is_the_likeliest_that_does_not_run_backwards():
    places = {2: (0, 4), 3: (5, 9), 4: (10, 14)}
    found = read([0, 0, 1, 9, 0], [0, 0, 9, 5, 0], places)
    assert found.span == (5, 9)
    assert 0 < found.share < found.answered < 1


def test_tokens_outside_the_passage_are_no_answer():
    found = read([0, 50, 1, 3], [0, 50, 1, 3], {2: (0, 4), 3: (5, 9)})
    assert found.span == (5, 9)


def test_no_answer_takes_the_probability_when_the_first_token_wins():
    found = read([12, 0, 0], [12, 0, 0], {1: (0, 3), 2: (4, 8)})
    assert found.answered < 0.001
    assert found.within(0, 8) < 0.001


def test_probability_of_a_stretch_is_that_of_the_tokens_that_begin_in_it():
    found = read([0, 1, 2], [0, 0, 0], {1: (0, 3), 2: (4, 8)})
    weights = np.exp([0.0, 1.0, 2.0])
    assert found.within(4, 8) == pytest.approx(weights[2] / weights.sum())
    assert found.within(0, 8) == pytest.approx(weights[1:].sum() / weights.sum())


def test_an_empty_passage_answers_nothing():
    found = read([1.0], [1.0], {})
    assert (found.span, found.answered, found.within(0, 10)) == (None, 0.0, 0.0)


@given(st.floats(-100, 100))
def test_relevance_is_scaled_into_its_ranges(relevance):
    found = Reading(
        relevance=relevance,
        answered=0,
        span=None,
        share=0,
        places=np.zeros(0, np.int32),
        starts=np.zeros(0, np.float32),
    )
    assert 0 <= found.probability <= 1
    assert -1 <= found.scaled <= 1


def test_the_words_that_answer_are_found(reader):
    (found,) = reader.read("Who led Pika's Series B?", [Text(title="Pika raises $80 million", text=PASSAGE)])
    assert PASSAGE[slice(*found.span)] == "Spark Capital"


def test_a_passage_that_answers_is_more_relevant_than_one_on_another_matter(reader):
    other = "The union's members vote on the contract in June. Its president called the offer an insult to writers."
    found = reader.read(
        "At how much is Pika valued?",
        [Text(title="Union rejects the offer", text=other), Text(title="Pika raises $80 million", text=PASSAGE)],
    )
    assert found[1].relevance > found[0].relevance + 1


def test_readings_do_not_depend_on_what_is_read_with_them(reader):
    texts = [Text(title="", text=PASSAGE[:length]) for length in (len(PASSAGE), 44, 3, 0)]
    together = reader.read("What did Pika raise?", texts)
    fresh = [reader.read("What did Pika raise? ", [item])[0] for item in texts]
    assert [item.relevance for item in together] == pytest.approx([item.relevance for item in fresh], abs=1e-3)
    assert together[0].relevance == reader.read("What did Pika raise?", [texts[0]])[0].relevance


def test_damaged_weights_are_told_with_a_remedy(tmp_path):
    (tmp_path / "reader.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="NEWSDESK_READER=off"):
        load_reader(tmp_path / "models", weights=tmp_path / "reader.safetensors")


def test_missing_weights_are_told_with_a_remedy(tmp_path):
    with pytest.raises(ModelError, match="Reinstall"):
        load_reader(tmp_path / "models", weights=tmp_path / "reader.safetensors")


def test_weights_say_how_they_were_made():
    from safetensors import safe_open

    from rag.reader import WEIGHTS

    with safe_open(str(WEIGHTS), framework="np") as file:
        made_by = file.metadata()["made_by"]
    assert "train-reader" in made_by
    assert str(datetime.now(UTC).year)[:2] in made_by
