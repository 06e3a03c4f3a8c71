"""Configurations as TOML files, and what they make of the candidates."""

from itertools import pairwise

import pytest
from archives import opened, take
from eval_records import ARTICLES, midnight
from fakes import HashingEncoder
from hypothesis import given
from hypothesis import strategies as st

from eval.variants import (
    DEFAULT,
    FOLDER,
    Answering,
    Configuration,
    Outspoken,
    Retrieval,
    engine_of,
    read_configuration,
    reciprocal_ranks,
)
from rag.engine import PASSAGES, Engine
from rag.errors import ConfigurationError
from rag.indexed_text import for_embedding
from rag.retrieve import Candidate, Fusion
from rag.schema import Question

AS_OF = midnight("2026-01-01")
QUESTION = Question(text="Which studios licensed a library after the strike over cloned voices?", as_of=AS_OF)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        passage_id=st.text("abcdef", min_size=1, max_size=4),
        dense=st.sampled_from([-0.5, 0.1, 0.2, 0.9]),
        lexical=st.sampled_from([0.0, 0.5, 3.0, 8.0]),
        age_days=st.one_of(st.none(), st.floats(0, 5000)),
    ),
    unique_by=lambda item: item.passage_id,
    max_size=10,
)


def candidate(name, *, dense, lexical=0.0):
    return Candidate(passage_id=name, dense=dense, lexical=lexical, age_days=1.0)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    # Many dimensions, so that two words seldom share one, and no two articles are equally near.
    with opened(tmp_path_factory.mktemp("variants") / "data", HashingEncoder(512), create=True) as stores:
        take(stores, ARTICLES)
        yield stores


def retrieved(stores, question=QUESTION, **retrieval):
    configuration = Configuration(name="variant", retrieval=Retrieval(**retrieval))
    return engine_of(configuration, stores, stores.encoder).ask(question).passages


# --- reading --------------------------------------------------------------------------------------


def test_the_bundled_configurations_can_be_read_by_name_or_path():
    names = {item.stem for item in FOLDER.glob("*.toml")}
    assert {"newsdesk", "dense", "bm25", "rank-fusion", "undated"} <= names
    for name in names:
        found = read_configuration(name)
        assert found == read_configuration(str(FOLDER / f"{name}.toml"))
        assert found.name == name
        assert found.description


def test_the_default_is_newsdesk_as_it_comes():
    found = read_configuration(DEFAULT)
    assert found.retrieval == Retrieval()
    assert found.answer == Answering(answerer="as set", passages=PASSAGES, threshold=None)
    fusion = Fusion()
    assert (found.retrieval.method, found.retrieval.dense) == ("scores", fusion.dense)
    assert (found.retrieval.half_constant, found.retrieval.tau_days) == (fusion.half_constant, fusion.tau_days)


def test_words_may_be_taken_literally(stores):
    asked = Question(text="What did the studios announce last month?", as_of=AS_OF)
    read, literal = (engine_of(read_configuration(name), stores, stores.encoder) for name in ("newsdesk", "literal"))
    assert read.understand(asked).limits
    assert not literal.understand(asked).limits


def test_a_file_of_ones_own_says_what_is_different(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n[retrieval]\ndense = 0.7\n[answer]\npassages = 5\nthreshold = 0.25\n')
    found = read_configuration(str(file))
    assert found == Configuration(
        name="mine", retrieval=Retrieval(dense=0.7), answer=Answering(passages=5, threshold=0.25)
    )


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("", "name"),
        ('name = ""', "name"),
        ('name = "x"\nspeed = 3', "speed"),
        ('name = "x"\nretrieval = 3', "retrieval"),
        ('name = "x"\n[retrieval]\ndense = 1.5', "retrieval.dense"),
        ('name = "x"\n[retrieval]\ndense = "half"', "retrieval.dense"),
        ('name = "x"\n[retrieval]\ntau_days = 0', "retrieval.tau_days"),
        ('name = "x"\n[retrieval]\nk = -1', "retrieval.k"),
        ('name = "x"\n[retrieval]\ntau = 3', "retrieval.tau"),
        ('name = "x"\n[retrieval]\nmethod = "magic"', "retrieval.method"),
        ('name = "x"\n[retrieval]\nhalf_constant = nan', "retrieval.half_constant"),
        ('name = "x"\n[retrieval]\nranker = "perhaps"', "retrieval.ranker"),
        ('name = "x"\n[answer]\npassages = 0', "answer.passages"),
        ('name = "x"\n[answer]\npassages = 2.5', "answer.passages"),
        ('name = "x"\n[answer]\nthreshold = 2', "answer.threshold"),
        ('name = "x"\n[answer]\nanswerer = "oracle"', "answer.answerer"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_with_its_file_and_the_fields_there_are(tmp_path, content, field):
    file = tmp_path / "mine.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(str(file))
    message = str(caught.value)
    assert message.startswith(f"{file}: field {field}: ")
    assert "Fields: name, description, follow_ups, reading.words, retrieval.method, retrieval.dense, " in message
    assert "answer.threshold" in message


@pytest.mark.parametrize("content", [b"name = newsdesk", b"[retrieval", b'name = "\xff"'])
def test_what_is_no_toml_is_named_with_its_file(tmp_path, content):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"mine\.toml cannot be read as TOML \(.+\)\. Mend it\.") as caught:
        read_configuration(str(file))
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("name", ["nothing", "nothing.toml", "", "a/b"])
def test_what_is_not_there_is_answered_with_what_is(name):
    with pytest.raises(ConfigurationError, match=r"no configuration '.*'\. Name one of bm25, dense, .*newsdesk, "):
        read_configuration(name)


def test_a_folder_is_no_configuration(tmp_path):
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"mine\.toml cannot be read"):
        read_configuration(str(tmp_path / "mine.toml"))


# --- reciprocal rank fusion -----------------------------------------------------------------------


def test_reciprocal_ranks_agree_with_an_example_worked_by_hand():
    candidates = [
        candidate("a", dense=0.9, lexical=1.0),  # first and third
        candidate("b", dense=0.5, lexical=9.0),  # second and first
        candidate("c", dense=0.1, lexical=4.0),  # fourth and second
        candidate("d", dense=0.3),  # third, and no term matched
    ]
    found = reciprocal_ranks(candidates, k=60)
    assert list(found) == ["b", "a", "c", "d"]
    assert {name: scores.final for name, scores in found.items()} == pytest.approx(
        {"b": 1 / 62 + 1 / 61, "a": 1 / 61 + 1 / 63, "c": 1 / 64 + 1 / 62, "d": 1 / 63}
    )
    assert (found["b"].dense, found["b"].lexical, found["b"].recency) == (0.5, 9.0, None)


def test_a_smaller_constant_favours_the_first_places():
    # One is first and last of four, the other third in both orders.
    candidates = [
        candidate("first", dense=0.9, lexical=1.0),
        candidate("x", dense=0.5, lexical=9.0),
        candidate("third", dense=0.3, lexical=2.0),
        candidate("y", dense=0.1, lexical=5.0),
    ]
    few, many = (list(reciprocal_ranks(candidates, k=k)) for k in (0, 1000))
    assert few.index("first") < few.index("third")  # 1 + 1/4 against 2/3
    assert reciprocal_ranks(candidates, k=0)["first"].final == 1.25
    assert many[0] == "x"


def test_equal_ranks_are_put_in_the_order_of_the_ids():
    # Each is first in one order and second in the other.
    found = reciprocal_ranks([candidate("b", dense=0.9, lexical=1), candidate("a", dense=0.1, lexical=2)], k=60)
    assert list(found) == ["a", "b"]
    assert found["a"].final == found["b"].final == pytest.approx(1 / 61 + 1 / 62)
    assert reciprocal_ranks([], k=60) == {}


@given(CANDIDATES, st.floats(0, 100), st.randoms())
def test_reciprocal_ranks_keep_their_laws(candidates, k, random):
    found = reciprocal_ranks(candidates, k=k)
    assert set(found) == {item.passage_id for item in candidates}
    finals = [scores.final for scores in found.values()]
    assert finals == sorted(finals, reverse=True)
    assert all(0 < value <= 2 / (k + 1) for value in finals)
    assert list(reciprocal_ranks(random.sample(candidates, len(candidates)), k=k).items()) == list(found.items())
    for one in candidates:
        for other in candidates:
            if one.dense > other.dense and one.lexical > other.lexical:
                assert found[one.passage_id].final > found[other.passage_id].final


# --- variants over an archive ---------------------------------------------------------------------


def test_dense_search_alone_is_the_order_of_the_cosines(stores):
    encoder = stores.encoder
    asked = Question(
        text="Which studios licensed a library in 2025 like the union in Burbank that struck over its members' cloned "
        "voices, films and computers?",
        as_of=AS_OF,
    )
    (vector,) = encoder.encode([asked.text])
    cosines = {}
    for item in stores.archive.locate(list(stores.archive.passage_ids())).values():
        (row,) = encoder.encode([for_embedding(item.article, item.passage, encoder.token_offsets)])
        cosines[item.passage.article_id] = float(vector @ row)
    wanted = sorted(cosines, key=lambda name: -cosines[name])
    gaps = [cosines[one] - cosines[other] for one, other in pairwise(wanted)]
    assert len(wanted) == 5
    assert min(gaps) > 0.002  # more than half precision can blur
    dense = read_configuration("dense").retrieval
    passages = retrieved(stores, asked, **dense.model_dump())
    assert [item.article.id for item in passages] == wanted
    assert [item.scores.dense for item in passages] == pytest.approx([cosines[name] for name in wanted], abs=1e-3)
    assert {item.scores.recency for item in passages} == {1.0}
    lexical = read_configuration("bm25").retrieval
    assert [item.article.id for item in retrieved(stores, asked, **lexical.model_dump())] != wanted


def test_lexical_search_alone_is_the_order_of_its_scores(stores):
    passages = retrieved(stores, **read_configuration("bm25").retrieval.model_dump())
    scores = [item.scores.lexical for item in passages]
    assert scores == sorted(scores, reverse=True)
    hits = stores.lexical.search(QUESTION.text, scope=QUESTION.scope, as_of=AS_OF, limit=10)
    assert [item.passage.id for item in passages][: len(hits)] == [item.passage_id for item in hits]
    assert len(hits) >= 2


def test_rank_fusion_is_made_of_the_places_in_both_orders(stores):
    passages = retrieved(stores, **read_configuration("rank-fusion").retrieval.model_dump())
    by_dense = sorted(passages, key=lambda item: -item.scores.dense)
    by_lexical = sorted((item for item in passages if item.scores.lexical > 0), key=lambda item: -item.scores.lexical)
    assert 0 < len(by_lexical) < len(by_dense) == 5
    for item in passages:
        wanted = 1 / (61 + by_dense.index(item))
        if item in by_lexical:
            wanted += 1 / (61 + by_lexical.index(item))
        assert item.scores.final == pytest.approx(wanted)


def test_without_the_ranker_the_fused_scores_stand(stores):
    passages = retrieved(stores, ranker=False, dense=0.5, half_constant=1.0)
    lowest, highest = (pick(item.scores.dense for item in passages) for pick in (min, max))
    best = max(item.scores.lexical for item in passages)
    for item in passages:
        dense = (item.scores.dense - lowest) / (highest - lowest)
        assert item.scores.final == pytest.approx(0.5 * dense + 0.5 * item.scores.lexical / best)
    ranked = retrieved(stores, ranker=True, dense=0.5, half_constant=1.0)
    assert {item.passage.id for item in ranked} == {item.passage.id for item in passages}
    assert [item.scores.final for item in ranked] != pytest.approx([item.scores.final for item in passages])


def test_newsdesk_prefers_the_newer_of_two_alike_and_undated_does_not(stores):
    asked = Question(text="Corvid Studios licensed its library to Quill", as_of=AS_OF)
    priors = {item.article.id: item.scores.recency for item in retrieved(stores, asked)}
    assert 0.5 < priors["deal-old"] < priors["deal-new"] < priors["luma"] < 1
    undated = retrieved(stores, asked, **read_configuration("undated").retrieval.model_dump())
    assert {item.scores.recency for item in undated} == {1.0}


def test_the_default_configuration_answers_as_the_engine_does(stores):
    configuration = read_configuration(DEFAULT)
    asked = Question(text="How much did Luma raise from Humain?", as_of=AS_OF)
    mine, engines = engine_of(configuration, stores, stores.encoder).ask(asked), Engine(stores).ask(asked)
    assert mine.passages == engines.passages
    assert (mine.text, mine.confidence, mine.status) == (engines.text, engines.confidence, engines.status)


def test_the_number_of_passages_and_the_threshold_are_kept(stores):
    two = Configuration(name="two", answer=Answering(passages=2, threshold=1.0))
    answer = engine_of(two, stores, stores.encoder).ask(QUESTION)
    assert len(answer.passages) == 2
    assert answer.sentences == ()
    said = Outspoken(two, stores, stores.encoder)(answer.question, answer.passages)
    assert said.sentences
    assert said.complete
    assert said.confidence == answer.confidence
    open_minded = Configuration(name="open", answer=Answering(passages=2, threshold=0.0))
    assert engine_of(open_minded, stores, stores.encoder).ask(QUESTION).text == said.text
