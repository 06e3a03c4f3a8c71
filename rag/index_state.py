"""What each index holds and lacks, as the archive knows it.

A passage or a removal is marked only after the index has taken it, so that a killed process leaves
work to be done again and never work that is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, func, or_, select, update

from rag import tables
from rag.archive import ArchiveReader
from rag.tables import chunks


class IndexState(ArchiveReader):
    """The archive with its account of the indexes; ``index`` is ``lexical`` or ``vectors``."""

    def unindexed(self, index: str, *, limit: int) -> list[str]:
        """Return ids of passages that ``index`` (``lexical`` or ``vectors``) still lacks."""
        column = tables.passages.c[f"in_{index}"]
        query = select(tables.passages.c.id).where(column.is_(False)).order_by(tables.passages.c.id).limit(limit)
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def indexed(self, index: str, *, limit: int) -> list[str]:
        """Return ids of passages that ``index`` holds."""
        query = select(tables.passages.c.id).where(tables.passages.c[f"in_{index}"].is_(True))
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(tables.passages.c.id).limit(limit)))

    def mark_indexed(self, index: str, passage_ids: Sequence[str]) -> None:
        """Record that ``index`` now holds these passages."""
        with self.engine.begin() as connection:
            for part in chunks(passage_ids):
                statement = update(tables.passages).where(tables.passages.c.id.in_(part))
                connection.execute(statement.values({f"in_{index}": True}))

    def mark_unindexed(self, index: str, passage_ids: Sequence[str]) -> None:
        """Record that ``index`` lacks these passages."""
        with self.engine.begin() as connection:
            for part in chunks(passage_ids):
                statement = update(tables.passages).where(tables.passages.c.id.in_(part))
                connection.execute(statement.values({f"in_{index}": False}))

    def without_vector(self, passage_ids: Sequence[str], *, model_hash: str) -> list[tuple[str, str]]:
        """Return (passage id, hash) of those of ``passage_ids`` whose vector is not in the cache."""
        passage, vector = tables.passages, tables.vectors
        same = (vector.c.hash == passage.c.vector_hash) & (vector.c.model_hash == model_hash)
        query = select(passage.c.id, passage.c.vector_hash).select_from(passage.outerjoin(vector, same))
        lacking: list[tuple[str, str]] = []
        with self.engine.connect() as connection:
            for part in chunks(passage_ids):
                rows = connection.execute(query.where(passage.c.id.in_(part), vector.c.hash.is_(None)))
                lacking.extend((row[0], row[1]) for row in rows)
        return lacking

    def available(self, passage_ids: Sequence[str]) -> dict[str, int]:
        """Return from when on each passage may be used, in seconds since 1970, by id."""
        found: dict[str, int] = {}
        with self.engine.connect() as connection:
            for part in chunks(passage_ids):
                query = select(tables.passages.c.id, tables.passages.c.available)
                rows = connection.execute(query.where(tables.passages.c.id.in_(part)))
                found.update((row[0], row[1]) for row in rows)
        return found

    def mark_all_unindexed(self, index: str) -> None:
        """Record that ``index`` is empty, so that everything is written to it again."""
        with self.engine.begin() as connection:
            connection.execute(update(tables.passages).values({f"in_{index}": False}))
            connection.execute(update(tables.removals).values({f"in_{index}": False}))
            self._drop_done_removals(connection)

    def to_remove(self, index: str, *, limit: int) -> list[str]:
        """Return ids of passages that ``index`` must still drop."""
        query = select(tables.removals.c.passage_id).where(tables.removals.c[f"in_{index}"].is_(True))
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(tables.removals.c.passage_id).limit(limit)))

    def mark_removed(self, index: str, passage_ids: Sequence[str]) -> None:
        """Record that ``index`` no longer holds these passages."""
        with self.engine.begin() as connection:
            for part in chunks(passage_ids):
                statement = update(tables.removals).where(tables.removals.c.passage_id.in_(part))
                connection.execute(statement.values({f"in_{index}": False}))
            self._drop_done_removals(connection)

    def _drop_done_removals(self, connection: Connection) -> None:
        held = or_(tables.removals.c.in_lexical, tables.removals.c.in_vectors)
        connection.execute(delete(tables.removals).where(~held))

    def pending(self) -> int:
        """Return how many passages wait to be written to or removed from an index."""
        passage = tables.passages.c
        lacking = select(func.count()).where(or_(passage.in_lexical.is_(False), passage.in_vectors.is_(False)))
        with self.engine.connect() as connection:
            removals = connection.scalar(select(func.count()).select_from(tables.removals)) or 0
            return (connection.scalar(lacking) or 0) + removals

    def count_passages(self) -> int:
        """Return how many passages are searched."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(tables.passages)) or 0

    def passage_ids(self) -> Iterator[str]:
        """Yield the ids of all searched passages, in order."""
        with self.engine.connect() as connection:
            yield from connection.scalars(select(tables.passages.c.id).order_by(tables.passages.c.id))
