"""An encoder that remembers the vectors of texts it has just seen.

The sentences of an article come up again with every question near it, and computing them takes most
of an answer's time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.embed import Encoder
from rag.encoders import Vectors

CAPACITY = 20_000
"""How many vectors are kept: 31 MB with 384 dimensions. The longest unused go first."""


class RememberingEncoder:
    """The encoder ``inner`` with a memory; safe to call from several threads."""

    def __init__(self, inner: Encoder, *, capacity: int = CAPACITY) -> None:
        self._inner = inner
        self._capacity = capacity
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What people call the model."""
        return self._inner.name

    @property
    def model_hash(self) -> str:
        """SHA-256 in hexadecimal."""
        return self._inner.model_hash

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._inner.dimension

    @property
    def max_tokens(self) -> int:
        """Word pieces the model reads, special tokens included."""
        return self._inner.max_tokens

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``."""
        return self._inner.token_offsets(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        rows: dict[str, list[int]] = {}
        with self._lock:
            for row, text in enumerate(texts):
                known = self._known.get(text)
                if known is None:
                    rows.setdefault(text, []).append(row)
                else:
                    self._known.move_to_end(text)
                    vectors[row] = known
        if rows:
            computed = self._inner.encode(list(rows))
            with self._lock:
                for text, vector in zip(rows, computed, strict=True):
                    vectors[rows[text]] = vector
                    self._known[text] = vector.copy()
                while len(self._known) > self._capacity:
                    self._known.popitem(last=False)
        return vectors
