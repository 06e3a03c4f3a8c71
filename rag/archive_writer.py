"""Writing to the archive: articles, versions, passages, vectors, and what the indexes still lack.

Each call is one transaction. A process killed between two calls leaves a consistent archive whose
pending passages and removals the next run finishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from rag import tables
from rag.archive import ArchiveReader, chunks, timestamp
from rag.schema import Article, Moment, Passage


@dataclass(frozen=True, kw_only=True)
class EmbeddedPassage:
    """A passage with the hash of the text that was embedded for it."""

    passage: Passage
    vector_hash: str


@dataclass(frozen=True, kw_only=True)
class StoredHead:
    """What deciding about an incoming item needs to know of the article already held."""

    id: str
    version: int
    content_hash: str
    text_hash: str
    published: int | None
    modified: int | None
    duplicate_of: str | None


@dataclass(frozen=True, kw_only=True)
class QuarantineRow:
    """An item kept out of the archive, and why."""

    location: str
    field: str | None
    reason: str
    remedy: str
    excerpt: str


def text_hash(text: str) -> str:
    """Return the hash under which word-for-word copies meet: case and white space do not count."""
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "surrogatepass")).hexdigest()


def content_hash(article: Article) -> str:
    """Return the hash of everything a publisher may edit; an equal hash means that nothing changed."""
    fields = (
        article.title, article.text, article.url, article.publisher, article.authors, article.section,
        article.language, article.kind.value, article.entities, str(article.published_at), str(article.modified_at),
    )  # fmt: skip
    return hashlib.sha256(repr(fields).encode("utf-8", "surrogatepass")).hexdigest()


class ArchiveWriter(ArchiveReader):
    """The archive with the right to change it; one at a time."""

    def describe(self, values: Mapping[str, str]) -> None:
        """Record how the archive was made; a name given again is overwritten."""
        with self.engine.begin() as connection:
            for name, value in values.items():
                connection.execute(delete(tables.made_with).where(tables.made_with.c.name == name))
                connection.execute(insert(tables.made_with).values(name=name, value=value))

    def head(self, article_id: str, url: str | None) -> StoredHead | None:
        """Return what is held under this URL or, failing that, this id."""
        with self.engine.connect() as connection:
            if url is not None:
                row = connection.execute(select(tables.articles).where(tables.articles.c.url == url)).first()
                if row is not None:
                    return _head(row)
            row = connection.execute(select(tables.articles).where(tables.articles.c.id == article_id)).first()
            return None if row is None else _head(row)

    def source_of_text(self, hashed: str) -> StoredHead | None:
        """Return the searched article with this text hash, or None."""
        article = tables.articles.c
        query = select(tables.articles).where(article.text_hash == hashed, article.duplicate_of.is_(None))
        with self.engine.connect() as connection:
            row = connection.execute(query.order_by(article.id).limit(1)).first()
        return None if row is None else _head(row)

    def missing_vectors(self, hashes: Sequence[str], *, model_hash: str) -> list[str]:
        """Return those of ``hashes`` that are not in the vector cache, in order, each once."""
        known: set[str] = set()
        with self.engine.connect() as connection:
            for part in chunks(hashes):
                query = select(tables.vectors.c.hash).where(
                    tables.vectors.c.model_hash == model_hash, tables.vectors.c.hash.in_(part)
                )
                known.update(connection.scalars(query))
        return [hashed for hashed in dict.fromkeys(hashes) if hashed not in known]

    def store(
        self,
        articles: Sequence[tuple[Article, Sequence[EmbeddedPassage]]],
        *,
        vectors: Mapping[str, bytes],
        model_hash: str,
        now: datetime,
    ) -> None:
        """Write articles with their passages and new vectors in one transaction; the indexes follow later.

        An article already held gets the version it carries, and its former passages are marked for
        removal from the indexes. One with ``duplicate_of`` is kept without passages.
        """
        with self.engine.begin() as connection:
            self._add_vectors(connection, vectors, model_hash)
            for article, embedded in articles:
                self._put_article(connection, article, now)
                self._replace_passages(connection, article, embedded)

    def add_vectors(self, vectors: Mapping[str, bytes], *, model_hash: str) -> None:
        """Write vectors (half precision, by hash of the embedded text) that are not there yet."""
        with self.engine.begin() as connection:
            self._add_vectors(connection, vectors, model_hash)

    def _add_vectors(self, connection: Connection, vectors: Mapping[str, bytes], model_hash: str) -> None:
        new = dict(vectors)
        for part in chunks(list(new)):
            held = select(tables.vectors.c.hash).where(
                tables.vectors.c.model_hash == model_hash, tables.vectors.c.hash.in_(part)
            )
            for hashed in connection.scalars(held).all():
                del new[hashed]
        if new:
            rows = [{"model_hash": model_hash, "hash": hashed, "data": data} for hashed, data in new.items()]
            connection.execute(insert(tables.vectors), rows)

    def _put_article(self, connection: Connection, article: Article, now: datetime) -> None:
        held = connection.execute(select(tables.articles).where(tables.articles.c.id == article.id)).first()
        values = _article_values(article, now if held is None else None)
        if held is None:
            connection.execute(insert(tables.articles).values(id=article.id, **values))
        else:
            connection.execute(update(tables.articles).where(tables.articles.c.id == article.id).values(**values))
        same = (tables.versions.c.article_id == article.id) & (tables.versions.c.number == article.version)
        connection.execute(delete(tables.versions).where(same))
        connection.execute(
            insert(tables.versions).values(
                article_id=article.id,
                number=article.version,
                title=article.title,
                text=article.text,
                modified=_seconds(article.modified_at),
                recorded=timestamp(now),
            )
        )

    def _replace_passages(self, connection: Connection, article: Article, embedded: Sequence[EmbeddedPassage]) -> None:
        self._retire(connection, article.id)
        if article.duplicate_of is not None or not embedded:
            return
        published = _seconds(article.published_at)
        ingested = connection.scalar(select(tables.articles.c.ingested).where(tables.articles.c.id == article.id))
        rows = [
            {
                "id": item.passage.id,
                "article_id": article.id,
                "version": item.passage.version,
                "ordinal": item.passage.ordinal,
                "start": item.passage.start,
                "stop": item.passage.end,
                "vector_hash": item.vector_hash,
                "published": published,
                "available": ingested if published is None else published,
                "in_lexical": False,
                "in_vectors": False,
            }
            for item in embedded
        ]
        # An id that comes back (an article removed and added again) must not be removed afterwards.
        for part in chunks([str(row["id"]) for row in rows]):
            connection.execute(delete(tables.removals).where(tables.removals.c.passage_id.in_(part)))
        connection.execute(insert(tables.passages), rows)

    def _retire(self, connection: Connection, article_id: str) -> None:
        mine = tables.passages.c.article_id == article_id
        ids = list(connection.scalars(select(tables.passages.c.id).where(mine)))
        connection.execute(delete(tables.passages).where(mine))
        for part in chunks(ids):
            connection.execute(delete(tables.removals).where(tables.removals.c.passage_id.in_(part)))
            connection.execute(insert(tables.removals), [{"passage_id": passage_id} for passage_id in part])

    def demote(self, article_id: str, *, duplicate_of: str) -> None:
        """Keep an article as a copy of another, and stop searching it; its own copies follow it."""
        with self.engine.begin() as connection:
            copies = (tables.articles.c.id == article_id) | (tables.articles.c.duplicate_of == article_id)
            others = tables.articles.c.id != duplicate_of
            connection.execute(update(tables.articles).where(copies, others).values(duplicate_of=duplicate_of))
            self._retire(connection, article_id)

    def reassign(self, article_id: str, *, duplicate_of: str | None) -> None:
        """Record which article a copy repeats; None when it stands for itself."""
        with self.engine.begin() as connection:
            mine = tables.articles.c.id == article_id
            connection.execute(update(tables.articles).where(mine).values(duplicate_of=duplicate_of))

    def remove(self, article_id: str) -> bool:
        """Delete an article with all versions; return False when it is not held.

        A copy of its text, when there is one, must be promoted by the caller first: see ``copies_of``.
        """
        with self.engine.begin() as connection:
            self._retire(connection, article_id)
            connection.execute(delete(tables.versions).where(tables.versions.c.article_id == article_id))
            return connection.execute(delete(tables.articles).where(tables.articles.c.id == article_id)).rowcount > 0

    def copies_of(self, article_id: str) -> list[str]:
        """Return the ids of the word-for-word copies of an article, earliest published first."""
        article = tables.articles.c
        query = select(article.id).where(article.duplicate_of == article_id)
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(article.published.is_(None), article.published, article.id)))

    def unindexed(self, index: str, *, limit: int) -> list[str]:
        """Return ids of passages that ``index`` (``lexical`` or ``vectors``) still lacks."""
        column = tables.passages.c[f"in_{index}"]
        query = select(tables.passages.c.id).where(column.is_(False)).order_by(tables.passages.c.id).limit(limit)
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

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

    def count_copies(self) -> int:
        """Return how many word-for-word copies are kept beside the articles that are searched."""
        query = select(func.count()).select_from(tables.articles).where(tables.articles.c.duplicate_of.is_not(None))
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def article_ids(self) -> list[str]:
        """Return the ids of all articles that are searched, in order."""
        query = select(tables.articles.c.id).where(tables.articles.c.duplicate_of.is_(None))
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(tables.articles.c.id)))

    def passage_ids(self) -> Iterator[str]:
        """Yield the ids of all searched passages, in order."""
        with self.engine.connect() as connection:
            yield from connection.scalars(select(tables.passages.c.id).order_by(tables.passages.c.id))

    def quarantine(self, rows: Sequence[QuarantineRow], *, now: datetime) -> None:
        """Keep items out of the archive, with the reason; the same item at the same place is kept once."""
        with self.engine.begin() as connection:
            for row in rows:
                basis = repr((row.location, row.field, row.reason))
                key = hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()
                connection.execute(delete(tables.quarantine).where(tables.quarantine.c.fingerprint == key))
                connection.execute(
                    insert(tables.quarantine).values(
                        fingerprint=key,
                        location=row.location,
                        field=row.field,
                        reason=row.reason,
                        remedy=row.remedy,
                        excerpt=row.excerpt,
                        seen=timestamp(now),
                    )
                )

    def release(self, location: str) -> None:
        """Forget what was quarantined at ``location``: it has been read well since."""
        with self.engine.begin() as connection:
            connection.execute(delete(tables.quarantine).where(tables.quarantine.c.location == location))

    def quarantined(self) -> list[QuarantineRow]:
        """Return what is in quarantine, by place."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.quarantine).order_by(tables.quarantine.c.location))
            return [
                QuarantineRow(
                    location=row.location, field=row.field, reason=row.reason, remedy=row.remedy, excerpt=row.excerpt
                )
                for row in rows
            ]

    def forget_quarantine(self) -> int:
        """Empty the quarantine and return how many items it held."""
        with self.engine.begin() as connection:
            return connection.execute(delete(tables.quarantine)).rowcount


def _seconds(moment: Moment | None) -> int | None:
    return None if moment is None else timestamp(moment.value)


def _head(row: Any) -> StoredHead:
    return StoredHead(
        id=row.id,
        version=row.version,
        content_hash=row.content_hash,
        text_hash=row.text_hash,
        published=row.published,
        modified=row.modified,
        duplicate_of=row.duplicate_of,
    )


def _article_values(article: Article, ingested: datetime | None) -> dict[str, Any]:
    published, modified = article.published_at, article.modified_at
    values: dict[str, Any] = {
        "url": article.url,
        "title": article.title,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "section": article.section,
        "language": article.language,
        "kind": article.kind.value,
        "entities": list(article.entities),
        "published": _seconds(published),
        "published_precision": published.precision.value if published else None,
        "published_origin": published.origin if published else None,
        "modified": _seconds(modified),
        "modified_precision": modified.precision.value if modified else None,
        "modified_origin": modified.origin if modified else None,
        "source": article.source,
        "version": article.version,
        "text_hash": text_hash(article.text),
        "content_hash": content_hash(article),
        "duplicate_of": article.duplicate_of,
    }
    if ingested is not None:
        values["ingested"] = timestamp(ingested)
    return values
