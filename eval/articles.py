"""The articles that gold questions are checked against and drafted from: an archive's, or those of files.

Reading an archive needs neither its lock nor a model, so it may be open elsewhere meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from rag.config import Settings
from rag.errors import ArchiveDamagedError, ArchiveMismatchError, NewsdeskError
from rag.schema import Article

if TYPE_CHECKING:
    from rag.archive import ArchiveReader


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What is known of an article before its text is read."""

    id: str
    publisher: str | None
    published: datetime | None
    language: str | None


class Articles(Protocol):
    """Articles by id."""

    def article(self, article_id: str) -> Article | None:
        """Return the newest version of an article, or None when it is not there."""

    def listed(self) -> list[Listed]:
        """Return all articles that are searched, by id; word-for-word copies are not."""


class ArticlesOfFiles:
    """Articles held in memory; where an id comes twice, the last one counts."""

    def __init__(self, articles: Sequence[Article]) -> None:
        from rag.archive_writer import text_hash

        self._held = {item.id: item for item in articles}
        sources: dict[str, str] = {}
        # As in an archive, the earliest of the articles with the same words counts as their source.
        for item in sorted(self._held.values(), key=_earliest):
            source = sources.setdefault(text_hash(item.text), item.id)
            if source != item.id:
                self._held[item.id] = replace(item, duplicate_of=source)

    def article(self, article_id: str) -> Article | None:
        """Return the article with this id, or None."""
        return self._held.get(article_id)

    def listed(self) -> list[Listed]:
        """Return all articles but copies, by id."""
        return [
            Listed(
                id=item.id,
                publisher=item.publisher,
                published=item.published_at.value if item.published_at else None,
                language=item.language,
            )
            for _, item in sorted(self._held.items())
            if item.duplicate_of is None
        ]


class ArticlesOfArchive:
    """Articles of an archive's database."""

    def __init__(self, archive: ArchiveReader) -> None:
        self._archive = archive

    def article(self, article_id: str) -> Article | None:
        """Return the newest version of the article with this id, or None."""
        return self._archive.article(article_id)

    def listed(self) -> list[Listed]:
        """Return all articles but copies, by id, without reading their texts."""
        from sqlalchemy import select

        from rag.tables import articles, from_timestamp

        columns = articles.c
        query = select(columns.id, columns.publisher, columns.published, columns.language)
        with self._archive.engine.connect() as connection:
            rows = connection.execute(query.where(columns.duplicate_of.is_(None)).order_by(columns.id)).all()
        return [
            Listed(
                id=row.id,
                publisher=row.publisher,
                published=None if row.published is None else from_timestamp(row.published),
                language=row.language,
            )
            for row in rows
        ]


@dataclass(frozen=True, kw_only=True)
class FilesRead:
    """Articles of files, and a line for each item that could not be read, with its place and a remedy."""

    articles: ArticlesOfFiles
    rejected: tuple[str, ...]


def read_articles(paths: Sequence[str]) -> FilesRead:
    """Read files and folders as ``python -m ingest files`` does; raises NewsdeskError when they hold no article."""
    from ingest.files import read_paths

    articles: list[Article] = []
    rejected: list[str] = []
    for item in read_paths(paths):
        if isinstance(item, Article):
            articles.append(item)
        else:
            field = f"field {item.field}: " if item.field else ""
            rejected.append(f"{item.location}: {field}{item.reason} {item.remedy}")
    if not articles:
        why = f" ({rejected[0]})" if rejected else ""
        raise NewsdeskError(
            f"There is no article in {', '.join(paths)}{why}. Name files that `python -m ingest files` reads."
        )
    return FilesRead(articles=ArticlesOfFiles(articles), rejected=tuple(rejected))


@contextmanager
def open_archive(settings: Settings) -> Iterator[ArticlesOfArchive]:
    """Open the archive's database for reading.

    Raises ArchiveMissingError, ArchiveMismatchError for another schema, ArchiveDamagedError or ConfigurationError.
    """
    from rag.archive import SCHEMA_VERSION, ArchiveReader, connect

    engine = connect(settings.database_url, create=False)
    try:
        archive = ArchiveReader(engine)
        schema = archive.made_with().get("schema")
        if schema is None:
            raise ArchiveDamagedError(
                f"The archive in {settings.folder} was never finished. Run `python -m ingest files PATH` again."
            )
        if schema != SCHEMA_VERSION:
            raise ArchiveMismatchError(
                what="schema",
                built_with=schema,
                asked_for=SCHEMA_VERSION,
                remedy="Ingest the articles again into a new folder (NEWSDESK_DATA).",
            )
        yield ArticlesOfArchive(archive)
    finally:
        engine.dispose()


def _earliest(item: Article) -> tuple[datetime, str]:
    return item.published_at.value if item.published_at else datetime.max.replace(tzinfo=UTC), item.id
