"""Vectors borrowed from other archives, so that what one of them has embedded is not embedded again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, select

from rag import tables
from rag.archive import connect
from rag.embed import Encoder
from rag.encoders import Vectors
from rag.indexed_text import hash_of
from rag.tables import chunks


class BorrowingEncoder:
    """An encoder that looks a text up in other archives before it embeds it; ``embedded`` counts what it did embed."""

    def __init__(self, encoder: Encoder, lenders: Sequence[Engine]) -> None:
        self.name = encoder.name
        self.model_hash = encoder.model_hash
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.embedded = 0
        self._encoder = encoder
        self._lenders = lenders

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension) in the order of ``texts``; borrowed ones as exact as archived."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        hashes = [hash_of(text) for text in texts]
        lent = self._lent(hashes)
        missing = [at for at, hashed in enumerate(hashes) if hashed not in lent]
        for at, hashed in enumerate(hashes):
            if hashed in lent:
                rows[at] = np.frombuffer(lent[hashed], dtype=np.float16)
        if missing:
            rows[missing] = self._encoder.encode([texts[at] for at in missing])
            self.embedded += len(missing)
        return rows

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""
        return self._encoder.token_offsets(text)

    def _lent(self, hashes: Sequence[str]) -> dict[str, bytes]:
        vector = tables.vectors.c
        found: dict[str, bytes] = {}
        for lender in self._lenders:
            lacking = [hashed for hashed in hashes if hashed not in found]
            with lender.connect() as connection:
                for part in chunks(lacking):
                    query = select(vector.hash, vector.data)
                    query = query.where(vector.model_hash == self.model_hash, vector.hash.in_(part))
                    found.update((row.hash, row.data) for row in connection.execute(query))
        return found


@contextmanager
def borrowing(encoder: Encoder, folders: Sequence[Path]) -> Iterator[BorrowingEncoder]:
    """Open the archives in ``folders`` as lenders; only their databases are read, so that they may be in use.

    Raises ArchiveMissingError when a folder holds no archive.
    """
    with ExitStack() as stack:
        lenders = []
        for folder in folders:
            engine = connect(f"sqlite:///{folder / 'archive.db'}", create=False)
            stack.callback(engine.dispose)
            lenders.append(engine)
        yield BorrowingEncoder(encoder, lenders)
