"""What is embedded and searched for a passage: its text with title, publisher and date in front.

A passage alone often does not name whom it is about; its headline does. The header is for finding
only: quotes are taken from the article's text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.schema import Article, Passage

HEADER_TOKENS = 64
"""A longer header is cut, so that header and passage together stay inside the model's 256 tokens."""

TokenOffsets = Callable[[str], list[tuple[int, int]]]


def header(article: Article) -> str:
    """Return title, publisher and date as far as known, on one line."""
    parts = [article.title.strip().rstrip(".")]
    if article.publisher:
        parts.append(article.publisher)
    if article.published_at is not None:
        moment = article.published_at.value
        parts.append(f"{moment.day} {moment:%B %Y}")
    return ". ".join(part for part in parts if part)


def for_lexical(article: Article, passage: Passage) -> str:
    """Return the text that the lexical index holds."""
    return f"{header(article)}\n{passage.text}"


def for_embedding(article: Article, passage: Passage, token_offsets: TokenOffsets) -> str:
    """Return the text that is embedded, with a header of at most ``HEADER_TOKENS`` tokens."""
    return f"{embedding_header(article, token_offsets)}\n{passage.text}"


def embedding_header(article: Article, token_offsets: TokenOffsets) -> str:
    """Return the header cut to ``HEADER_TOKENS`` tokens."""
    text = header(article)
    offsets = token_offsets(text)
    return text if len(offsets) <= HEADER_TOKENS else text[: offsets[HEADER_TOKENS][0]].rstrip()


def hash_of(text: str) -> str:
    """Return the key of a text's vector in the cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def packed(hashes: Sequence[str], matrix: NDArray[np.float32]) -> Mapping[str, bytes]:
    """Return the vectors as half-precision bytes by hash; row i of ``matrix`` belongs to ``hashes[i]``."""
    half = matrix.astype(np.float16)
    return {hashed: half[row].tobytes() for row, hashed in enumerate(hashes)}
