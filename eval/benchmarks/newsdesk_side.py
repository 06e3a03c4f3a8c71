"""Newsdesk's archive as a side of the comparison: filled with given passages and vectors, asked, and added to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select

from eval.benchmarks.generated import MARK
from eval.benchmarks.latency import LIMIT, Timing
from eval.benchmarks.source import VectoredArticle
from eval.gold import Period
from rag import tables
from rag.config import Settings
from rag.embed import Encoder
from rag.encoders import Vectors
from rag.engine import Engine
from rag.schema import Article, Question, Scope
from rag.stores import Stores

WRITTEN_AT_ONCE = 4_000
"""Passages in one transaction while an archive is filled."""
INDEXED_AT_ONCE = 20_000


class TimedEncoder:
    """The encoder ``inner``; ``seconds`` counts how long it has run."""

    def __init__(self, inner: Encoder) -> None:
        self.name = inner.name
        self.model_hash = inner.model_hash
        self.dimension = inner.dimension
        self.max_tokens = inner.max_tokens
        self.seconds = 0.0
        self._inner = inner

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        began = time.perf_counter()
        try:
            return self._inner.encode(texts)
        finally:
            self.seconds += time.perf_counter() - began

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""
        return self._inner.token_offsets(text)


class NewsdeskSide:
    """Open stores, asked through the retriever of the answers and added to through the pipeline of the ingest."""

    def __init__(self, stores: Stores, encoder: TimedEncoder) -> None:
        """Time ``stores``, which must have been opened with ``encoder``."""
        self._stores = stores
        self._encoder = encoder
        self._retriever = Engine(stores).retriever

    def ask(self, text: str, period: Period | None) -> Timing:
        """Retrieve passages for a question as of now."""
        scope = Scope() if period is None else Scope(published_from=period.start, published_until=period.end)
        before, began = self._encoder.seconds, time.perf_counter()
        found = self._retriever(Question(text=text, scope=scope), limit=LIMIT)
        seconds = time.perf_counter() - began
        return Timing(seconds=seconds, seconds_encoding=self._encoder.seconds - before, passages=len(found))

    def add(self, article: Article) -> Timing:
        """Take the article in, and out again untimed with its vectors, which would spare the next run the embedding."""
        from ingest.pipeline import Pipeline

        before, began = self._encoder.seconds, time.perf_counter()
        account = Pipeline(self._stores).run([article])
        seconds = time.perf_counter() - began
        passage, vector = tables.passages.c, tables.vectors.c
        with self._stores.archive.engine.connect() as connection:
            mine = list(connection.scalars(select(passage.vector_hash).where(passage.article_id == article.id)))
        Pipeline(self._stores).remove(article.id)
        with self._stores.archive.engine.begin() as connection:
            unused = vector.hash.in_(mine) & vector.hash.not_in(select(passage.vector_hash))
            connection.execute(delete(tables.vectors).where(unused))
        return Timing(seconds=seconds, seconds_encoding=self._encoder.seconds - before, passages=account.passages)

    def count(self) -> int:
        """Return how many passages are searched."""
        return self._stores.archive.count_passages()


@contextmanager
def open_newsdesk(settings: Settings, encoder: TimedEncoder) -> Iterator[NewsdeskSide]:
    """Open the archive of ``settings`` as a side."""
    with Stores(settings, encoder) as stores:
        yield NewsdeskSide(stores, encoder)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What an archive was filled with: ``generated`` counts the passages of generated articles.

    ``seconds`` is the wall time for archive and indexes; nothing is embedded. ``size`` is in bytes on disk.
    """

    articles: int
    passages: int
    generated: int
    seconds: float
    size: int


def fill(settings: Settings, encoder: Encoder, articles: Iterable[VectoredArticle], *, passages: int) -> Filled:
    """Fill the new archive of ``settings`` with exactly so many passages; ``articles`` must have enough.

    The last article may lack its last passages.
    """
    from ingest.passages import CHUNKING

    count = written = generated = since = 0
    began = time.perf_counter()
    with Stores(settings, encoder, create=True) as stores:
        stores.require({"chunking": CHUNKING}, remedy="Fill an empty folder.")
        for batch in _batches(articles, passages):
            stores.archive.store(
                [(item.article, item.passages) for item in batch],
                vectors={hashed: data for item in batch for hashed, data in item.vectors.items()},
                model_hash=encoder.model_hash,
                now=datetime.now(UTC),
            )
            amount = sum(len(item.passages) for item in batch)
            count += len(batch)
            written += amount
            generated += sum(len(item.passages) for item in batch if item.article.source == MARK)
            since += amount
            if since >= INDEXED_AT_ONCE:  # what waits for the indexes is sorted anew for each of their batches
                stores.finish()
                since = 0
        stores.finish()
        assert stores.archive.count_passages() == written == passages, (written, passages)
    seconds = time.perf_counter() - began
    return Filled(articles=count, passages=written, generated=generated, seconds=seconds, size=size_of(settings.folder))


def _batches(articles: Iterable[VectoredArticle], passages: int) -> Iterator[list[VectoredArticle]]:
    """Yield articles in batches of some thousand passages, until there are ``passages``."""
    batch: list[VectoredArticle] = []
    held, lacking = 0, passages
    for item in articles:
        taken = item.cut_to(lacking)
        batch.append(taken)
        held += len(taken.passages)
        lacking -= len(taken.passages)
        if held >= WRITTEN_AT_ONCE or not lacking:
            yield batch
            batch, held = [], 0
        if not lacking:
            return


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder and below."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
