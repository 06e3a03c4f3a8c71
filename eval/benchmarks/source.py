"""Real articles with the passages and vectors that an archive holds of them: material that need not be embedded.

Only the archive's database is read, so that the archive may be in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from sqlalchemy import select

from rag import tables
from rag.archive import ArchiveReader, connect
from rag.archive_writer import EmbeddedPassage
from rag.encoders import Vectors
from rag.errors import ArchiveMismatchError
from rag.schema import Article
from rag.tables import chunks

AT_ONCE = 100
"""How many articles are read with one query."""


@dataclass(frozen=True, kw_only=True)
class VectoredArticle:
    """An article with its passages and their vectors: half-precision bytes by the passages' ``vector_hash``."""

    article: Article
    passages: tuple[EmbeddedPassage, ...]
    vectors: Mapping[str, bytes]

    def matrix(self) -> Vectors:
        """Return the vectors of the passages as float32 rows, in their order."""
        data = b"".join(self.vectors[item.vector_hash] for item in self.passages)
        return np.frombuffer(data, dtype=np.float16).reshape(len(self.passages), -1).astype(np.float32)

    def cut_to(self, amount: int) -> VectoredArticle:
        """Return the article with its first ``amount`` passages only."""
        kept = self.passages[:amount]
        return replace(self, passages=kept, vectors={item.vector_hash: self.vectors[item.vector_hash] for item in kept})


class SourceArchive:
    """What an archive holds of the articles that are searched, by id in a stable order."""

    def __init__(self, archive: ArchiveReader, *, model_hash: str) -> None:
        self._archive = archive
        self._model_hash = model_hash

    def article_ids(self) -> list[str]:
        """Return the ids of all articles that have passages, in order."""
        query = select(tables.passages.c.article_id).distinct().order_by(tables.passages.c.article_id)
        with self._archive.engine.connect() as connection:
            return list(connection.scalars(query))

    def read(self, article_ids: Sequence[str]) -> Iterator[VectoredArticle]:
        """Yield these articles in order; passages without a vector are left out, and so are articles with none."""
        passage = tables.passages.c
        query = select(passage.id, passage.article_id, passage.vector_hash)
        for at in range(0, len(article_ids), AT_ONCE):
            wanted = query.where(passage.article_id.in_(article_ids[at : at + AT_ONCE]))
            with self._archive.engine.connect() as connection:
                rows = connection.execute(wanted.order_by(passage.article_id, passage.ordinal)).all()
            vectors = self._vectors([row.vector_hash for row in rows])
            located = self._archive.locate([row.id for row in rows])
            held = [row for row in rows if row.vector_hash in vectors]
            for _, group in groupby(held, key=lambda row: row.article_id):
                mine = list(group)
                yield VectoredArticle(
                    article=located[mine[0].id].article,
                    passages=tuple(
                        EmbeddedPassage(passage=located[row.id].passage, vector_hash=row.vector_hash) for row in mine
                    ),
                    vectors={row.vector_hash: vectors[row.vector_hash] for row in mine},
                )

    def _vectors(self, hashes: Sequence[str]) -> dict[str, bytes]:
        vector = tables.vectors.c
        found: dict[str, bytes] = {}
        with self._archive.engine.connect() as connection:
            for part in chunks(hashes):
                query = select(vector.hash, vector.data).where(vector.model_hash == self._model_hash)
                found.update((row.hash, row.data) for row in connection.execute(query.where(vector.hash.in_(part))))
        return found


@contextmanager
def open_source(database_url: str, *, model_hash: str) -> Iterator[SourceArchive]:
    """Open the archive in a database as a source; raises ArchiveMissingError or ArchiveMismatchError."""
    engine = connect(database_url, create=False)
    try:
        archive = ArchiveReader(engine)
        held = archive.made_with()
        if held.get("embedding hash") != model_hash:
            raise ArchiveMismatchError(
                what="embedding model",
                built_with=f"{held.get('embedding')} ({held.get('embedding hash', '')[:12]})",
                asked_for=model_hash[:12],
                remedy="Name the archive's model with NEWSDESK_EMBEDDING, or another archive with --data.",
            )
        yield SourceArchive(archive, model_hash=model_hash)
    finally:
        engine.dispose()
