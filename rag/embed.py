"""The embedding model as one seam: texts to vectors, and a text to its word pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.config import Settings
from rag.encoders import SentenceTransformersEncoder, Vectors
from rag.errors import ModelError
from rag.model_files import find_model


class Encoder(Protocol):
    """An embedding model, ready to run; safe to call from several threads.

    ``model_hash`` is a SHA-256 over weights, tokenizer and pooling configuration: vectors of equal
    hashes may be mixed, whatever engine computed them. ``max_tokens`` counts special tokens.
    """

    @property
    def name(self) -> str:
        """What people call the model."""

    @property
    def model_hash(self) -> str:
        """SHA-256 in hexadecimal."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Word pieces the model reads, special tokens included; the rest of a text is cut off."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder of ``settings.embedding``; raises ModelError when it cannot be had."""
    if settings.encoder not in {"auto", "fp32"}:
        raise ModelError(
            f"There is no way {settings.encoder!r} to run the model. Set NEWSDESK_ENCODER to auto or fp32."
        )
    return SentenceTransformersEncoder(find_model(settings.embedding, memory=settings.folder / "models"))
