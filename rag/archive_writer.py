"""Writing to the archive: articles with their versions, passages and vectors.

Each call is one transaction. A process killed between two calls leaves a consistent archive whose
pending passages and removals the next run finishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from rag import tables
from rag.index_state import IndexState
from rag.quarantine import Quarantine
from rag.schema import Article, Moment, Passage
from rag.tables import chunks, timestamp


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


class ArchiveWriter(IndexState, Quarantine):
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

    def same_text(self, hashed: str) -> list[StoredHead]:
        """Return the articles with this text hash by id: one of them is searched, the others are copies."""
        query = select(tables.articles).where(tables.articles.c.text_hash == hashed)
        with self.engine.connect() as connection:
            return [_head(row) for row in connection.execute(query.order_by(tables.articles.c.id))]

    def holds_version(self, article_id: str, *, title: str, text: str) -> bool:
        """Return whether some version of this article has these very words."""
        version = tables.versions.c
        query = select(func.count()).where(
            version.article_id == article_id, version.title == title, version.text == text
        )
        with self.engine.connect() as connection:
            return bool(connection.scalar(query))

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
        copies: Mapping[str, str] | None = None,
        remove: Sequence[str] = (),
    ) -> None:
        """Write articles with their passages and new vectors in one transaction; the indexes follow later.

        An article already held gets the version it carries, and its former passages are marked for
        removal from the indexes. One with ``duplicate_of`` is kept without passages. ``copies`` maps
        the ids of articles already held to those whose text they repeat, so that they are no longer
        searched. The articles in ``remove`` are deleted with all versions; none may have copies left.
        """
        with self.engine.begin() as connection:
            self._add_vectors(connection, vectors, model_hash)
            for article, embedded in articles:
                self._put_article(connection, article, now)
                self._replace_passages(connection, article, embedded)
            for article_id, source in (copies or {}).items():
                mine = tables.articles.c.id == article_id
                connection.execute(update(tables.articles).where(mine).values(duplicate_of=source))
                self._retire(connection, article_id)
            for article_id in remove:
                self._retire(connection, article_id)
                connection.execute(delete(tables.versions).where(tables.versions.c.article_id == article_id))
                connection.execute(delete(tables.articles).where(tables.articles.c.id == article_id))

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
        if connection.scalar(select(func.count()).where(same)):
            return  # cut anew, or searched in place of its source: the words are those already held
        modified = article.modified_at
        connection.execute(
            insert(tables.versions).values(
                article_id=article.id,
                number=article.version,
                title=article.title,
                text=article.text,
                modified=_seconds(modified),
                modified_precision=modified.precision.value if modified else None,
                modified_origin=modified.origin if modified else None,
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
