"""Growing archives: real and generated articles, and both sides filled with them. No timing is asserted."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from archives import DIMENSION, article, opened, prose, take
from fakes import HashingEncoder

from eval.benchmarks import growth
from eval.benchmarks.generated import MARK, PASSAGES, YEARS, Generator
from eval.benchmarks.growth import has_articles
from eval.benchmarks.growth_processes import Place
from eval.benchmarks.latency import (
    LIMIT,
)
from eval.benchmarks.newsdesk_side import Filled, TimedEncoder, fill, open_newsdesk
from eval.benchmarks.source import open_source
from eval.gold import Period
from eval.plain_llamaindex import BaselineMissingError, require_packages
from rag.archive import VectorSlice
from rag.config import Settings
from rag.errors import ArchiveMismatchError

ENCODER = HashingEncoder(DIMENSION)
NEWEST = datetime(2024, 5, 20, tzinfo=UTC)
DAY = Period(start=datetime(2023, 1, 31, tzinfo=UTC), end=datetime(2023, 2, 1, tzinfo=UTC))
"""Only the first article was published then."""
TOMORROW = Period(start=NEWEST + timedelta(days=1), end=NEWEST + timedelta(days=2))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The settings of an archive with eight articles of several passages each, the last five of May 2024."""
    folder = tmp_path_factory.mktemp("source")
    days = ["2023-01-31", "2023-06-30", "2024-04-30", *(f"2024-05-0{day}" for day in range(1, 5)), "2024-05-20"]
    with opened(folder, create=True) as stores:
        take(stores, [article(f"a{at}", prose(100 * at, count=20 + at), published=day) for at, day in enumerate(days)])
    return Settings(data=str(folder))


@pytest.fixture
def real(source):
    with open_source(source.database_url, model_hash=ENCODER.model_hash) as held:
        yield list(held.read(held.article_ids()))


# --- real articles --------------------------------------------------------------------------------


def test_a_source_gives_articles_with_the_passages_and_vectors_of_the_archive(source, real):
    with opened(source.folder) as stores:
        expected = list(stores.archive.passage_ids())
        vectors: VectorSlice = stores.archive.vectors_of(expected, model_hash=ENCODER.model_hash)
        texts = {name: item.passage.text for name, item in stores.archive.locate(expected).items()}
    assert [item.article.id for item in real] == [f"a{at}" for at in range(8)]
    given = {found.passage.id: row for item in real for found, row in zip(item.passages, item.matrix(), strict=True)}
    assert sorted(given) == sorted(expected)
    for name, row in zip(vectors.ids, vectors.matrix, strict=True):
        assert (given[name] == row).all()
    assert {found.passage.id: found.passage.text for item in real for found in item.passages} == texts


def test_an_article_is_cut_to_its_first_passages_and_their_vectors(real):
    cut = real[0].cut_to(1)
    assert cut.passages == real[0].passages[:1]
    assert list(cut.vectors) == [real[0].passages[0].vector_hash]


def test_vectors_of_another_model_are_refused(source):
    refused = pytest.raises(ArchiveMismatchError, match="NEWSDESK_EMBEDDING")
    with refused, open_source(source.database_url, model_hash="another"):
        pass


def test_an_archive_that_is_missing_or_empty_has_no_articles(source, tmp_path):
    assert has_articles(source)
    assert not has_articles(Settings(data=str(tmp_path / "absent")))
    with opened(tmp_path / "empty", create=True):
        pass
    assert not has_articles(Settings(data=str(tmp_path / "empty")))


# --- generated ones -------------------------------------------------------------------------------


def first(generator, amount):
    return list(itertools.islice(generator.articles(), amount))


def test_generated_articles_are_marked_dated_and_cut_exactly(real):
    made = first(Generator(real, seed=1), 120)
    assert len({item.article.id for item in made}) == len({item.article.url for item in made}) == len(made)
    for item in made:
        assert item.article.source == MARK
        assert item.article.id.startswith(MARK)
        assert item.article.publisher.lower().startswith(MARK)
        assert len(item.passages) == PASSAGES
        for found in item.passages:
            assert item.article.text[found.passage.start : found.passage.end] == found.passage.text
        age = NEWEST - item.article.published_at.value
        assert timedelta(0) <= age < timedelta(days=365 * YEARS)
    assert len({item.article.published_at.value.year for item in made}) >= YEARS


def test_generated_words_follow_each_other_as_in_the_real_articles(real):
    words = " ".join(item.article.text for item in real).split()
    pairs = set(itertools.pairwise([*words, words[0]]))
    lengths = {len(found.passage.text.split()) for item in real for found in item.passages}
    texts = [found.passage.text for item in first(Generator(real, seed=1), 10) for found in item.passages]
    for text in texts:
        assert set(itertools.pairwise(text.split())) <= pairs
        assert len(text.split()) in lengths
    assert len(set(texts)) == len(texts)


def test_generated_vectors_are_near_real_ones_and_of_length_one(real):
    mixed = Generator(real, seed=1).vectors(200)
    assert np.allclose(np.linalg.norm(mixed, axis=1), 1, atol=1e-5)
    lengths = [np.linalg.norm(item.matrix(), axis=1) for item in first(Generator(real, seed=1), 3)]
    assert np.allclose(lengths, 1, atol=1e-2)  # half precision
    nearest = (mixed @ np.concatenate([item.matrix() for item in real]).T).max(axis=1)
    assert nearest.min() > 0.7
    assert nearest.max() < 0.999


def test_the_same_seed_makes_the_same_articles(real):
    assert first(Generator(real, seed=1), 60) == first(Generator(real, seed=1), 60)
    assert first(Generator(real, seed=1), 1) != first(Generator(real, seed=2), 1)


# --- Newsdesk's side ------------------------------------------------------------------------------


def filled(folder, real, passages):
    settings = Settings(data=str(folder))
    articles = itertools.chain(real, Generator(real, seed=1).articles())
    return settings, fill(settings, ENCODER, articles, passages=passages)


def test_an_archive_is_filled_with_exactly_so_many_passages_real_ones_first(tmp_path, real):
    amount = sum(len(item.passages) for item in real)
    settings, few = filled(tmp_path / "few", real, amount - 1)
    assert (few.articles, few.passages, few.generated) == (8, amount - 1, 0)
    assert few.size > 0
    settings, many = filled(tmp_path / "many", real, amount + PASSAGES + 5)
    assert (many.articles, many.passages, many.generated) == (10, amount + PASSAGES + 5, PASSAGES + 5)
    encoded = ENCODER.encoded
    with opened(settings.folder, ENCODER) as stores:
        assert stores.verify().is_sound
        held = stores.archive.locate(list(stores.archive.passage_ids())).values()
        assert sum(item.article.source == MARK for item in held) == PASSAGES + 5
    assert ENCODER.encoded == encoded


def test_many_passages_are_written_and_indexed_in_parts(tmp_path, real, monkeypatch):
    monkeypatch.setattr("eval.benchmarks.newsdesk_side.WRITTEN_AT_ONCE", 20)
    monkeypatch.setattr("eval.benchmarks.newsdesk_side.INDEXED_AT_ONCE", 50)
    settings, found = filled(tmp_path, real, 157)
    assert found.passages == 157
    with opened(settings.folder, ENCODER) as stores:
        assert stores.verify().is_sound


def test_a_question_of_newsdesk_keeps_to_its_period(tmp_path, real):
    settings, _ = filled(tmp_path, real, 60)
    encoder = TimedEncoder(ENCODER)
    with open_newsdesk(settings, encoder) as side:
        everywhere = side.ask("On which day was a contract signed?", None)
        dated = side.ask("On which day was a contract signed?", DAY)
        nothing = side.ask("contract", TOMORROW)
    assert (everywhere.passages, dated.passages, nothing.passages) == (LIMIT, len(real[0].passages), 0)
    for timing in (everywhere, dated):
        assert 0 < timing.seconds_encoding < timing.seconds


def test_an_article_is_embedded_each_time_that_it_is_added_and_leaves_nothing(tmp_path, real):
    settings, _ = filled(tmp_path, real, 60)
    inner = HashingEncoder(DIMENSION)
    new = article("new", prose(900, count=30), published="2024-05-05")
    with open_newsdesk(settings, TimedEncoder(inner)) as side:
        amounts = []
        for _ in range(2):
            before = inner.encoded
            timing = side.add(new)
            amounts.append(inner.encoded - before)
            assert side.count() == 60
        assert amounts == [timing.passages] * 2
        assert timing.passages > 1
    with opened(settings.folder, ENCODER) as stores:
        assert stores.verify().is_sound


# --- plain LlamaIndex's side ----------------------------------------------------------------------


@pytest.fixture
def plain_side():
    """The module of the side, with an embedding that needs no model; skips where LlamaIndex's packages lack."""
    try:
        require_packages()
    except BaselineMissingError as error:
        pytest.skip(str(error))
    from eval.benchmarks import plain_side
    from rag.llamaindex_embedding import NewsdeskEmbedding

    return plain_side, plain_side.TimedEmbedding(NewsdeskEmbedding(ENCODER))


def test_plain_llamaindex_holds_the_same_passages_and_keeps_to_the_period(tmp_path, real, plain_side):
    module, embedding = plain_side
    settings, _ = filled(tmp_path / "ours", real, 60)
    found = module.fill_from(settings.database_url, tmp_path / "plain", embedding, model_hash=ENCODER.model_hash)
    assert found.passages == 60
    assert embedding.seconds == 0
    side = module.PlainSide(tmp_path / "plain", embedding)
    assert side.count() == 60
    everywhere = side.ask("On which day was a contract signed?", None)
    assert everywhere.passages == LIMIT
    assert 0 < everywhere.seconds_encoding < everywhere.seconds
    assert side.ask("contract", DAY).passages == len(real[0].passages)
    assert side.ask("contract", TOMORROW).passages == 0
    assert "Report" in side.titles("On which day was a contract signed?")


def test_a_document_added_to_plain_llamaindex_leaves_nothing(tmp_path, plain_side):
    module, embedding = plain_side
    side = module.PlainSide(tmp_path, embedding)
    for _ in range(2):
        timing = side.add(article("new", prose(900, count=60), published="2024-05-05"))
        assert timing.passages > 1
        assert 0 < timing.seconds_encoding < timing.seconds
        assert side.count() == 0


# --- kept archives --------------------------------------------------------------------------------


def test_archives_are_filled_once_for_the_same_source(tmp_path, monkeypatch):
    fillings = []

    def filling(function, place, *_arguments):
        fillings.append(function.__name__)
        place.folder.mkdir(exist_ok=True)
        (place.folder / "written").touch()
        return Filled(articles=1, passages=len(fillings), generated=0, seconds=1.0, size=1)

    monkeypatch.setattr(growth, "in_child", filling)
    place = Place(folder=tmp_path / "1000", settings=Settings())
    first_time = growth._filled(place, Settings(), 1_000, "these", fillings.append)
    del fillings[:]
    assert growth._filled(place, Settings(), 1_000, "these", fillings.append) == first_time
    assert fillings == []
    growth._filled(place, Settings(), 1_000, "others", fillings.append)
    assert [item for item in fillings if item.startswith("fill_")] == ["fill_newsdesk", "fill_plain"]
