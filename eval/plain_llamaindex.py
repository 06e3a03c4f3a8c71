"""The baseline: an index as LlamaIndex's documentation starts a newcomer, with our embedding model.

One ``Document`` per article with title, publisher and date as metadata, ``SentenceSplitter`` as it
comes, ``HuggingFaceEmbedding`` as it comes, ``VectorStoreIndex.from_documents`` into a
``ChromaVectorStore`` on a local folder. Needs the packages of the extra ``benchmark``.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.truncation import EmbeddedText
from rag.errors import NewsdeskError
from rag.schema import Article

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import Document, TextNode

PACKAGES = {
    "llama_index.embeddings.huggingface": "llama-index-embeddings-huggingface",
    "llama_index.vector_stores.chroma": "llama-index-vector-stores-chroma",
}
"""What is imported here beyond Newsdesk's own dependencies, with the package that holds it."""
_IDS_AT_ONCE = 200


class BaselineMissingError(NewsdeskError):
    """The packages of the baseline are not installed."""


def require_packages(packages: Mapping[str, str] | None = None) -> None:
    """Raise BaselineMissingError when one of ``packages`` (by module) is not installed; imports none of them."""
    missing = [package for module, package in (packages or PACKAGES).items() if not _is_installed(module)]
    if missing:
        raise BaselineMissingError(
            "The comparison with plain LlamaIndex needs packages that are not installed. "
            f"Run: pip install {' '.join(missing)}"
        )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package around it is missing
        return False


class PlainLlamaIndex:
    """The baseline's index in a folder, empty at first."""

    def __init__(self, model: Path, folder: Path) -> None:
        """Load the sentence-transformers model in ``model``; raises BaselineMissingError.

        The folder belongs to one process at a time, as Chroma demands.
        """
        require_packages()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.vector_stores.chroma import ChromaVectorStore
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # its lines would break our own
        self._embedding = _timed_embedding(model)
        self._splitter = SentenceSplitter()
        self._collection = chromadb.PersistentClient(path=str(folder)).get_or_create_collection("articles")
        self._store = ChromaVectorStore(chroma_collection=self._collection)

    @property
    def seconds_encoding(self) -> float:
        """How long the embedding model has run so far."""
        return float(self._embedding.seconds)

    @property
    def max_tokens(self) -> int:
        """Word pieces the model reads, special tokens included."""
        return int(self._embedding.max_length)

    @property
    def made_with(self) -> str:
        """The settings that LlamaIndex chose, in words."""
        return (
            f"chunks of {self._splitter.chunk_size} tokens with {self._splitter.chunk_overlap} of overlap, "
            f"HuggingFaceEmbedding on {self._embedding.device} in batches of {self._embedding.embed_batch_size}"
        )

    def warm_up(self, text: str) -> None:
        """Embed ``text`` for nothing, so that the first article does not pay for what is loaded late."""
        self._embedding.get_text_embedding(text)

    def ingest(self, articles: Sequence[Article]) -> None:
        """Cut, embed and store the articles."""
        from llama_index.core import StorageContext, VectorStoreIndex

        VectorStoreIndex.from_documents(
            [_document(article) for article in articles],
            storage_context=StorageContext.from_defaults(vector_store=self._store),
            embed_model=self._embedding,
            transformations=[self._splitter],
        )

    def remove(self, articles: Sequence[str]) -> None:
        """Delete the chunks of the articles with these ids."""
        for at in range(0, len(articles), _IDS_AT_ONCE):
            where: Any = {"ref_doc_id": {"$in": list(articles[at : at + _IDS_AT_ONCE])}}
            self._collection.delete(where=where)

    def count(self) -> int:
        """Return how many chunks are stored."""
        return int(self._collection.count())

    def retriever(self, limit: int) -> BaseRetriever:
        """Return LlamaIndex's own retriever over what is stored, for the ``limit`` nearest chunks."""
        from llama_index.core import VectorStoreIndex

        index = VectorStoreIndex.from_vector_store(self._store, embed_model=self._embedding)
        return index.as_retriever(similarity_top_k=limit)

    def cut(self, articles: Sequence[Article]) -> list[TextNode]:
        """Return the chunks that ``ingest(articles)`` stores, with other ids."""
        from llama_index.core.schema import TextNode

        nodes = self._splitter.get_nodes_from_documents([_document(article) for article in articles])
        return [node for node in nodes if isinstance(node, TextNode)]

    def embedded_texts(self, articles: Sequence[Article]) -> list[EmbeddedText]:
        """Return what ``ingest(articles)`` gives to the model, by cutting the articles once more."""
        from llama_index.core.schema import MetadataMode

        found: list[EmbeddedText] = []
        for node in self.cut(articles):
            assert node.start_char_idx is not None, node
            assert node.ref_doc_id is not None, node
            text = node.get_content(metadata_mode=MetadataMode.EMBED)
            found.append(
                EmbeddedText(
                    article_id=node.ref_doc_id,
                    start=node.start_char_idx,
                    lead=len(text) - len(node.text),
                    text=text,
                )
            )
        return found


def _document(article: Article) -> Document:
    from llama_index.core import Document

    metadata = {"title": article.title, "publisher": article.publisher, "date": article.published_at}
    return Document(
        id_=article.id,
        text=article.text,
        metadata={name: str(value) for name, value in metadata.items() if value},
    )


def _timed_embedding(model: Path) -> Any:
    """Return LlamaIndex's own embedding on ``model``, which counts in ``seconds`` how long it runs."""
    from llama_index.core.bridge.pydantic import PrivateAttr
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    class TimedEmbedding(HuggingFaceEmbedding):  # type: ignore[misc, unused-ignore]  # Any when not installed
        _seconds: float = PrivateAttr(default=0.0)

        @property
        def seconds(self) -> float:
            return self._seconds

        @property
        def device(self) -> str:
            return str(self._device)

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            began = time.perf_counter()
            try:
                vectors: list[list[float]] = super()._get_text_embeddings(texts)
                return vectors
            finally:
                self._seconds += time.perf_counter() - began

    return TimedEmbedding(model_name=str(model))
