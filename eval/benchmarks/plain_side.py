"""Plain LlamaIndex as a side of the comparison: filled with Newsdesk's passages and vectors, asked, and added to.

``VectorStoreIndex`` over ``ChromaVectorStore`` on a local folder, as in ``eval.plain_llamaindex``, but one node
per Newsdesk passage with the vector that Newsdesk has of it: both sides search the same rows, and none is
embedded. A node carries the article's metadata, among them its date in seconds, so that a period can be
asked for with LlamaIndex's own metadata filters. What is added later is cut by ``SentenceSplitter`` as it comes.

Imports LlamaIndex with packages of the extra ``benchmark``, which takes seconds: import it only where it is used.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.chroma import ChromaVectorStore

from eval.benchmarks.latency import LIMIT, Timing
from eval.benchmarks.newsdesk_side import Filled, size_of
from eval.benchmarks.source import VectoredArticle, open_source
from eval.gold import Period
from rag.schema import Article
from rag.tables import timestamp

FILLED_AT_ONCE = 100
"""Articles that are stored with one call."""
PUBLISHED = "published"


class TimedEmbedding(BaseEmbedding):  # type: ignore[misc, unused-ignore]  # Any when not installed
    """The LlamaIndex embedding ``inner``; ``seconds`` counts how long it has run."""

    _inner: BaseEmbedding = PrivateAttr()
    _seconds: float = PrivateAttr(default=0.0)

    def __init__(self, inner: BaseEmbedding) -> None:
        super().__init__(model_name=inner.model_name, embed_batch_size=inner.embed_batch_size)
        self._inner = inner

    @property
    def seconds(self) -> float:
        """How long the embedding has run so far."""
        return self._seconds

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        began = time.perf_counter()
        vectors: list[list[float]] = self._inner._get_text_embeddings(texts)
        self._seconds += time.perf_counter() - began
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        began = time.perf_counter()
        vector: list[float] = self._inner._get_query_embedding(query)
        self._seconds += time.perf_counter() - began
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def load_embedding(model: Path, *, warm: bool = True) -> TimedEmbedding:
    """Return LlamaIndex's own embedding on the sentence-transformers model in ``model``; ``warm`` runs it once."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # its lines would break our own
    embedding = TimedEmbedding(HuggingFaceEmbedding(model_name=str(model)))
    if warm:
        embedding.get_query_embedding("news")  # the first run is slower
    return embedding


class PlainSide:
    """LlamaIndex's index in a folder, empty at first."""

    def __init__(self, folder: Path, embedding: TimedEmbedding) -> None:
        """Open it; the folder belongs to one process at a time."""
        self._embedding = embedding
        self._collection = chromadb.PersistentClient(
            path=str(folder), settings=chromadb.config.Settings(anonymized_telemetry=False)
        ).get_or_create_collection("articles")
        self._store = ChromaVectorStore(chroma_collection=self._collection)
        self._index = VectorStoreIndex.from_vector_store(
            self._store, embed_model=embedding, transformations=[SentenceSplitter()]
        )

    def fill(self, articles: Sequence[VectoredArticle]) -> None:
        """Store passages with their vectors, as ``VectorStoreIndex`` stores nodes that have theirs already."""
        self._store.add([node for item in articles for node in _nodes(item)])

    def ask(self, text: str, period: Period | None) -> Timing:
        """Retrieve nodes for a question."""
        before, began = self._embedding.seconds, time.perf_counter()
        found = self._found(text, period)
        seconds = time.perf_counter() - began
        return Timing(seconds=seconds, seconds_encoding=self._embedding.seconds - before, passages=len(found))

    def titles(self, text: str) -> list[str]:
        """Return the titles of what is found for a question."""
        return [str(item.metadata["title"]) for item in self._found(text, None)]

    def _found(self, text: str, period: Period | None) -> list[NodeWithScore]:
        filters = None if period is None else _published_in(period)
        found: list[NodeWithScore] = self._index.as_retriever(similarity_top_k=LIMIT, filters=filters).retrieve(text)
        return found

    def add(self, article: Article) -> Timing:
        """Insert the article as a document, and delete it again untimed."""
        held, before, began = self.count(), self._embedding.seconds, time.perf_counter()
        self._index.insert(
            Document(
                id_=article.id,
                text=article.text,
                metadata=_metadata(article),
                excluded_embed_metadata_keys=[PUBLISHED],
                excluded_llm_metadata_keys=[PUBLISHED],
            )
        )
        seconds = time.perf_counter() - began
        added = self.count() - held
        self._store.delete(article.id)
        return Timing(seconds=seconds, seconds_encoding=self._embedding.seconds - before, passages=added)

    def count(self) -> int:
        """Return how many nodes are stored."""
        return int(self._collection.count())


@contextmanager
def open_plain(folder: Path, embedding: TimedEmbedding) -> Iterator[PlainSide]:
    """Open LlamaIndex's index in ``folder`` as a side; the end of the process closes it."""
    yield PlainSide(folder, embedding)


def fill_from(database_url: str, folder: Path, embedding: TimedEmbedding, *, model_hash: str) -> Filled:
    """Fill a new index in ``folder`` with all passages of the archive in the database, and their vectors."""
    side = PlainSide(folder, embedding)
    count = passages = 0
    seconds = 0.0
    with open_source(database_url, model_hash=model_hash) as source:
        ids = source.article_ids()
        for at in range(0, len(ids), FILLED_AT_ONCE):
            articles = list(source.read(ids[at : at + FILLED_AT_ONCE]))
            count += len(articles)
            passages += sum(len(item.passages) for item in articles)
            began = time.perf_counter()
            side.fill(articles)
            seconds += time.perf_counter() - began
    assert side.count() == passages, (side.count(), passages)
    return Filled(articles=count, passages=passages, generated=0, seconds=seconds, size=size_of(folder))


def _published_in(period: Period) -> MetadataFilters:
    return MetadataFilters(
        filters=[
            MetadataFilter(key=PUBLISHED, value=timestamp(period.start), operator=FilterOperator.GTE),
            MetadataFilter(key=PUBLISHED, value=timestamp(period.end), operator=FilterOperator.LT),
        ]
    )


def _metadata(article: Article) -> dict[str, Any]:
    moment = article.published_at
    metadata = {
        "title": article.title,
        "publisher": article.publisher,
        "date": None if moment is None else str(moment),
        PUBLISHED: None if moment is None else timestamp(moment.value),
    }
    return {name: value for name, value in metadata.items() if value}


def _nodes(item: VectoredArticle) -> list[TextNode]:
    metadata = _metadata(item.article)
    return [
        TextNode(
            id_=found.passage.id,
            text=found.passage.text,
            metadata=metadata,
            excluded_embed_metadata_keys=[PUBLISHED],
            excluded_llm_metadata_keys=[PUBLISHED],
            start_char_idx=found.passage.start,
            end_char_idx=found.passage.end,
            embedding=vector,
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=item.article.id)},
        )
        for found, vector in zip(item.passages, item.matrix().tolist(), strict=True)
    ]
