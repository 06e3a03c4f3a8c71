"""What the measured processes of ``eval.benchmarks.growth`` do, each one thing with one archive and then end."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from eval.benchmarks.generated import Generator
from eval.benchmarks.latency import AddingRun, Asking, RetrievalRun, time_adding, time_retrieval
from eval.benchmarks.newsdesk_side import Filled, TimedEncoder, fill, open_newsdesk
from eval.benchmarks.source import SourceArchive, VectoredArticle, open_source
from eval.speed import model_folder
from rag.config import Settings
from rag.embed import load_encoder
from rag.model_files import find_model
from rag.schema import Article
from rag.stores import Stores

HELD_OUT = 6
"""Articles that are left out of all archives, to be added to each; the first is added for nothing."""
TAKEN_AT_ONCE = 50
"""Articles that are taken in between two looks at whether there are enough."""
LEARNT_FROM = 1_000
"""Generated articles are made after so many real ones."""
SEED = 0


def settings_in(folder: Path, settings: Settings) -> Settings:
    """Return ``settings`` for a local archive in ``folder``."""
    return replace(settings, data=str(folder), database="", chroma="")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the two archives of one size lie; ``settings`` name the model, and where its engine is remembered."""

    folder: Path
    settings: Settings

    @property
    def newsdesk(self) -> Settings:
        """The settings of Newsdesk's archive."""
        return settings_in(self.folder / "newsdesk", self.settings)

    @property
    def plain(self) -> Path:
        """The folder of plain LlamaIndex's index."""
        return self.folder / "plain"


def take_in(settings: Settings, source: Settings, paths: Sequence[str], passages: int) -> None:
    """Take articles into the archive of ``source`` until it holds so many passages, and then some articles more.

    What the archive of ``settings`` has embedded is not embedded again.
    """
    from eval.benchmarks.vectors import borrowing
    from eval.speed import read_articles
    from ingest.pipeline import Pipeline

    lenders = [settings.folder] if (settings.folder / "archive.db").is_file() else []
    articles = read_articles(paths).articles
    with (
        borrowing(load_encoder(settings), lenders) as encoder,
        Stores(source, encoder, create=True) as stores,
    ):
        for at in range(0, len(articles), TAKEN_AT_ONCE):
            enough = stores.archive.count_passages() >= passages
            Pipeline(stores).run(articles[at : at + TAKEN_AT_ONCE])
            if enough:
                break


def fill_newsdesk(place: Place, source: Settings, passages: int) -> Filled:
    """Fill Newsdesk's archive with the real articles that are not held out, and with generated ones after them."""
    encoder = load_encoder(place.settings)
    with open_source(source.database_url, model_hash=encoder.model_hash) as held:
        ids = held.article_ids()[:-HELD_OUT]
        return fill(place.newsdesk, encoder, chain(held.read(ids), _generated(held, ids)), passages=passages)


def _generated(held: SourceArchive, ids: Sequence[str]) -> Iterator[VectoredArticle]:
    chosen = random.Random(SEED).sample(ids, min(LEARNT_FROM, len(ids)))
    yield from Generator(list(held.read(sorted(chosen))), seed=SEED).articles()


def fill_plain(place: Place) -> Filled:
    """Fill plain LlamaIndex's index with what Newsdesk's archive of the same size holds."""
    from eval.benchmarks.plain_side import fill_from, load_embedding

    embedding = load_embedding(model_folder(place.settings))
    return fill_from(place.newsdesk.database_url, place.plain, embedding, model_hash=_model_hash(place))


def ask_newsdesk(place: Place, asking: Asking) -> RetrievalRun:
    """Time questions to Newsdesk."""
    encoder = _warm_encoder(place)
    return time_retrieval(lambda: open_newsdesk(place.newsdesk, encoder), asking)


def ask_plain(place: Place, asking: Asking) -> RetrievalRun:
    """Time questions to plain LlamaIndex."""
    from eval.benchmarks.plain_side import load_embedding, open_plain

    embedding = load_embedding(model_folder(place.settings))
    return time_retrieval(lambda: open_plain(place.plain, embedding), asking)


def add_to_newsdesk(place: Place, source: Settings, question: str) -> AddingRun:
    """Time the ingest of articles into Newsdesk."""
    encoder = _warm_encoder(place)
    return time_adding(lambda: open_newsdesk(place.newsdesk, encoder), _held_out(place, source), warm_up=question)


def add_to_plain(place: Place, source: Settings, question: str) -> AddingRun:
    """Time the insertion of documents into plain LlamaIndex."""
    from eval.benchmarks.plain_side import load_embedding, open_plain

    embedding = load_embedding(model_folder(place.settings))
    return time_adding(lambda: open_plain(place.plain, embedding), _held_out(place, source), warm_up=question)


def _warm_encoder(place: Place) -> TimedEncoder:
    """Load what the clock shall not see: the model, and the libraries that an archive imports when it is opened."""
    for name in ("chromadb", "tantivy", "ingest.pipeline"):
        importlib.import_module(name)
    encoder = TimedEncoder(load_encoder(place.settings))
    encoder.encode(["news"])
    return encoder


def _held_out(place: Place, source: Settings) -> list[Article]:
    with open_source(source.database_url, model_hash=_model_hash(place)) as held:
        return [replace(item.article, version=1) for item in held.read(held.article_ids()[-HELD_OUT:])]


def _model_hash(place: Place) -> str:
    return find_model(place.settings.embedding, memory=place.settings.folder / "models").sha256
