"""The archive: the SQL truth that both indexes are derived from. This file opens and reads it.

SQLite in write-ahead mode by default; any database of SQLAlchemy by its URL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from rag import tables
from rag.errors import ArchiveDamagedError, ArchiveMissingError, ConfigurationError
from rag.schema import Article, Moment, Passage, Scope
from rag.tables import chunks, timestamp
from rag.versions import OF_VERSION, VersionReader, article_of, moment_of

SCHEMA_VERSION = "2"


@dataclass(frozen=True, kw_only=True)
class Located:
    """A passage with the article it stands in."""

    passage: Passage
    article: Article


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the archive holds; ``publishers`` and ``sections`` are (name, articles), most first."""

    articles: int
    passages: int
    oldest: Moment | None
    newest_article: Article | None
    publishers: tuple[tuple[str, int], ...]
    sections: tuple[tuple[str, int], ...]

    @property
    def newest(self) -> Moment | None:
        """When the newest article was published; None when no date is known."""
        return self.newest_article.published_at if self.newest_article else None


@dataclass(frozen=True, kw_only=True)
class VectorSlice:
    """Passage ids and their unit vectors: ``matrix[i]`` (float32, one row each) belongs to ``ids[i]``."""

    ids: list[str]
    matrix: NDArray[np.float32]


def connect(url: str, *, create: bool) -> Engine:
    """Open the database, making its tables when ``create``.

    Raises ArchiveMissingError when a SQLite file does not exist and ``create`` is False,
    ArchiveDamagedError when the database cannot be read, and ConfigurationError for an unusable address.
    """
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        engine = create_engine(parsed, connect_args={"timeout": 60} if sqlite else {})
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigurationError(
            f"NEWSDESK_DATABASE is no database address that can be used ({error}). Leave it empty for SQLite in the "
            "data folder, or write for example postgresql+psycopg://user:password@host/name and install its driver."
        ) from error
    if sqlite and parsed.database and parsed.database != ":memory:":
        path = Path(parsed.database)
        if not create and not path.exists():
            raise ArchiveMissingError(
                f"There is no archive at {path}. Make one with `python -m ingest files PATH`, or set NEWSDESK_DATA."
            )
        make_folder(path.parent)
    if sqlite:
        event.listen(engine, "connect", _configure_sqlite)
    try:
        if create:
            tables.metadata.create_all(engine)
        else:
            with engine.connect() as connection:
                connection.execute(select(tables.made_with).limit(1))
    except SQLAlchemyError as error:
        engine.dispose()
        raise ArchiveDamagedError(
            f"The archive's database at {parsed.render_as_string()} cannot be read "
            f"({error.__class__.__name__}: {getattr(error, 'orig', error)}). "
            "Restore it from a copy, or move it away and ingest again."
        ) from error
    return engine


def make_folder(folder: Path) -> None:
    """Make a folder of the archive when it is absent; raises ConfigurationError when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be made ({error.strerror}). Set NEWSDESK_DATA to one that can be written."
        ) from error


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # SQLite's own lower() leaves all letters but A to Z as they are; a publisher may be called Élan.
    connection.create_function("lower", 1, lambda text: None if text is None else text.lower(), deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


class ArchiveReader(VersionReader):
    """Read access to the archive; safe to use from several threads."""

    def made_with(self) -> dict[str, str]:
        """Return how the archive was made, by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.made_with.c.name, tables.made_with.c.value))
            return {row.name: row.value for row in rows}

    def overview(self) -> Overview:
        """Count what is searched; copies and old versions are not counted."""
        article = tables.articles.c
        current = article.duplicate_of.is_(None)
        with self.engine.connect() as connection:

            def first(order: ColumnElement[Any]) -> Article | None:
                # The dates are sorted without the texts, which may be many: only that of one article is read.
                dated = select(article.id).where(current, article.published.is_not(None))
                found = connection.scalar(dated.order_by(order, article.id).limit(1))
                return None if found is None else self.article(found)

            def counted(column: ColumnElement[Any]) -> tuple[tuple[str, int], ...]:
                amount = func.count()
                query = select(column, amount).where(current, column.is_not(None)).group_by(column)
                return tuple((row[0], row[1]) for row in connection.execute(query.order_by(amount.desc(), column)))

            oldest = first(article.published.asc())
            return Overview(
                articles=connection.scalar(select(func.count()).select_from(tables.articles).where(current)) or 0,
                passages=connection.scalar(select(func.count()).select_from(tables.passages)) or 0,
                oldest=oldest.published_at if oldest else None,
                newest_article=first(article.published.desc()),
                publishers=counted(article.publisher),
                sections=counted(article.section),
            )

    def publishers(self) -> tuple[str, ...]:
        """Return the publishers of what is searched, sorted."""
        article = tables.articles.c
        query = select(article.publisher).where(article.duplicate_of.is_(None), article.publisher.is_not(None))
        with self.engine.connect() as connection:
            return tuple(sorted(connection.scalars(query.distinct())))

    def newest_before(self, as_of: datetime) -> Moment | None:
        """Return when the newest of the searched articles that were available before ``as_of`` was published."""
        passage, article = tables.passages.c, tables.articles.c
        query = (
            select(article.published, article.published_precision, article.published_origin)
            .join(tables.passages, passage.article_id == article.id)
            .where(passage.available < timestamp(as_of), passage.published.is_not(None))
            .order_by(passage.available.desc())
            .limit(1)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else moment_of(row.published, row.published_precision, row.published_origin)

    def entities(self) -> frozenset[str]:
        """Return what the searched articles are said to be about."""
        article = tables.articles.c
        query = select(article.entities).where(article.duplicate_of.is_(None))
        with self.engine.connect() as connection:
            return frozenset(name for names in connection.scalars(query) for name in names)

    def find(self, id_or_url: str) -> str | None:
        """Return the id of the article with this id or canonical URL, or None."""
        with self.engine.connect() as connection:
            condition = (tables.articles.c.id == id_or_url) | (tables.articles.c.url == id_or_url)
            return connection.scalar(select(tables.articles.c.id).where(condition))

    def locate(self, passage_ids: Sequence[str]) -> dict[str, Located]:
        """Return the searched passages with these ids and their articles, by id; unknown ids are left out."""
        found: dict[str, Located] = {}
        known: dict[str, Article] = {}
        query = (
            select(
                tables.passages.c.id.label("passage_id"),
                tables.passages.c.ordinal,
                tables.passages.c.start,
                tables.passages.c.stop,
                tables.articles,
                *OF_VERSION,
            )
            .join(tables.articles, tables.articles.c.id == tables.passages.c.article_id)
            .join(
                tables.versions,
                (tables.versions.c.article_id == tables.passages.c.article_id)
                & (tables.versions.c.number == tables.passages.c.version),
            )
        )
        with self.engine.connect() as connection:
            for part in chunks(passage_ids):
                for row in connection.execute(query.where(tables.passages.c.id.in_(part))):
                    article = known.get(row.id) or known.setdefault(row.id, article_of(row, version=row.version))
                    passage = Passage(
                        id=row.passage_id,
                        article_id=row.id,
                        version=row.version,
                        ordinal=row.ordinal,
                        start=row.start,
                        end=row.stop,
                        text=article.text[row.start : row.stop],
                    )
                    found[row.passage_id] = Located(passage=passage, article=article)
        return found

    def allowed(self, passage_ids: Sequence[str], scope: Scope, as_of: datetime) -> set[str]:
        """Return those of ``passage_ids`` inside the scope and available before ``as_of``."""
        allowed: set[str] = set()
        with self.engine.connect() as connection:
            for part in chunks(passage_ids):
                query = _within(select(tables.passages.c.id).where(tables.passages.c.id.in_(part)), scope, as_of)
                allowed.update(connection.scalars(query))
        return allowed

    def count_within(self, scope: Scope, as_of: datetime) -> int:
        """Return how many searched passages lie inside the scope and were available before ``as_of``."""
        with self.engine.connect() as connection:
            return connection.scalar(_within(select(func.count()).select_from(tables.passages), scope, as_of)) or 0

    def vectors_within(self, scope: Scope, as_of: datetime, *, model_hash: str) -> VectorSlice:
        """Return the vectors of all searched passages inside the scope and available before ``as_of``."""
        query = _within(select(tables.passages.c.id, tables.passages.c.vector_hash), scope, as_of)
        with self.engine.connect() as connection:
            hash_of = {row.id: row.vector_hash for row in connection.execute(query)}
            return _slice(connection, hash_of, model_hash)

    def vectors_of(self, passage_ids: Sequence[str], *, model_hash: str) -> VectorSlice:
        """Return the vectors of these passages, in no particular order; unknown ids are left out."""
        passages = tables.passages.c
        hash_of: dict[str, str] = {}
        with self.engine.connect() as connection:
            for part in chunks(passage_ids):
                query = select(passages.id, passages.vector_hash).where(passages.id.in_(part))
                hash_of.update((row.id, row.vector_hash) for row in connection.execute(query))
            return _slice(connection, hash_of, model_hash)


def _within(query: Any, scope: Scope, as_of: datetime) -> Any:
    passage = tables.passages.c
    query = query.where(passage.available < timestamp(as_of))
    if scope.published_from is not None:
        query = query.where(passage.published >= timestamp(scope.published_from))
    if scope.published_until is not None:
        query = query.where(passage.published < timestamp(scope.published_until))
    article = tables.articles.c
    wanted: list[ColumnElement[bool]] = []
    if scope.publishers:
        wanted.append(func.lower(article.publisher).in_([name.lower() for name in scope.publishers]))
    if scope.excluded_publishers:
        names = [name.lower() for name in scope.excluded_publishers]
        wanted.append(article.publisher.is_(None) | func.lower(article.publisher).not_in(names))
    if scope.sections:
        wanted.append(func.lower(article.section).in_([name.lower() for name in scope.sections]))
    if scope.kinds:
        wanted.append(article.kind.in_([kind.value for kind in scope.kinds]))
    if scope.excluded_kinds:
        wanted.append(article.kind.not_in([kind.value for kind in scope.excluded_kinds]))
    if wanted:
        query = query.where(passage.article_id.in_(select(article.id).where(*wanted)))
    return query


def _slice(connection: Connection, hash_of: Mapping[str, str], model_hash: str) -> VectorSlice:
    """Return the vectors by the hashes of what was embedded; passages whose vector is not held are left out."""
    # Not in one join with the passages: SQLite would go through the whole table of vectors for a handful.
    vectors = tables.vectors.c
    data: dict[str, bytes] = {}
    for part in chunks(set(hash_of.values())):
        query = select(vectors.hash, vectors.data).where(vectors.model_hash == model_hash, vectors.hash.in_(part))
        data.update((row.hash, row.data) for row in connection.execute(query))
    ids = [passage_id for passage_id, hashed in hash_of.items() if hashed in data]
    if not ids:
        return VectorSlice(ids=[], matrix=np.zeros((0, 0), dtype=np.float32))
    matrix = np.frombuffer(b"".join(data[hash_of[name]] for name in ids), dtype=np.float16).reshape(len(ids), -1)
    return VectorSlice(ids=ids, matrix=matrix.astype(np.float32))
