"""Our encoder as a LlamaIndex embedding model, and any LlamaIndex embedding model as our encoder.

Imports llama-index-core, which takes about two seconds: import this module only where LlamaIndex is used.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from rag.embed import Encoder
from rag.encoders import Vectors, normalised, well_formed


class NewsdeskEmbedding(BaseEmbedding):
    """A LlamaIndex embedding model that computes with an ``Encoder``; questions and texts are embedded alike."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, encoder: Encoder, *, embed_batch_size: int = 256, **options: Any) -> None:
        """Wrap ``encoder``; large batches are cut up by the encoder itself. ``options`` go to BaseEmbedding."""
        super().__init__(model_name=encoder.name, embed_batch_size=embed_batch_size, **options)
        self._encoder = encoder

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex stores this component under."""
        return "NewsdeskEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._encoder.encode(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)


class LlamaIndexEncoder:
    """Any LlamaIndex embedding model as an ``Encoder``.

    LlamaIndex shows no weights, so ``model_hash`` covers the model's class, name and dimension: give
    a model that changes a new name. Texts are embedded as texts, never with a prefix for questions.
    """

    def __init__(
        self,
        embedding: BaseEmbedding,
        *,
        max_tokens: int,
        token_offsets: Callable[[str], list[tuple[int, int]]],
    ) -> None:
        """Wrap ``embedding``, which reads ``max_tokens`` tokens as ``token_offsets`` finds them in a text.

        Embeds one word to learn the dimension, and raises what ``embedding`` raises.
        """
        self._embedding = embedding
        self._token_offsets = token_offsets
        self._lock = threading.Lock()
        self.name = str(embedding.model_name)
        self.max_tokens = max_tokens
        self.dimension = len(embedding.get_text_embedding("news"))
        identity = f"{type(embedding).__module__}.{type(embedding).__qualname__} {self.name} {self.dimension}"
        self.model_hash = hashlib.sha256(identity.encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:  # LlamaIndex does not promise that its models may be shared by threads
            vectors = self._embedding.get_text_embedding_batch([well_formed(text) for text in texts])
        return normalised(np.asarray(vectors, dtype=np.float32))

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each token of ``text``, without special tokens, not cut off."""
        return self._token_offsets(text)
