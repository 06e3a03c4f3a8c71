"""Articles in the versions that are held of them, and when each version came into being."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select, tuple_

from rag import tables
from rag.schema import Article, DatePrecision, Kind, Moment
from rag.tables import chunks, from_timestamp


@dataclass(frozen=True, kw_only=True)
class VersionDates:
    """What is known of a version's age: its publisher's date of change, if any, and when it was taken in."""

    number: int
    modified: datetime | None
    recorded: datetime


class VersionReader:
    """Read access to articles by id and version; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def article(self, article_id: str, *, version: int | None = None) -> Article | None:
        """Return an article in ``version`` (the newest by default), or None when it is not held."""
        number = tables.articles.c.version if version is None else version
        with self.engine.connect() as connection:
            row = connection.execute(
                _VERSIONS.where(tables.articles.c.id == article_id, tables.versions.c.number == number)
            ).first()
        return None if row is None else article_of(row, version=row.number)

    def articles_in(self, versions: Mapping[str, int]) -> dict[str, Article]:
        """Return articles by id, each in the version named for it; those not held are left out."""
        of_version = tuple_(tables.versions.c.article_id, tables.versions.c.number)
        found: dict[str, Article] = {}
        with self.engine.connect() as connection:
            for part in chunks(versions):
                wanted = of_version.in_([(name, versions[name]) for name in part])
                for row in connection.execute(_VERSIONS.where(wanted)):
                    found[row.id] = article_of(row, version=row.number)
        return found

    def histories(self, article_ids: Iterable[str]) -> dict[str, list[VersionDates]]:
        """Return the dates of every version of these articles by id, the oldest version first."""
        version = tables.versions.c
        query = select(version.article_id, version.number, version.modified, version.recorded)
        found: dict[str, list[VersionDates]] = {}
        with self.engine.connect() as connection:
            for part in chunks(article_ids):
                for row in connection.execute(query.where(version.article_id.in_(part)).order_by(version.number)):
                    found.setdefault(row.article_id, []).append(
                        VersionDates(
                            number=row.number,
                            modified=None if row.modified is None else from_timestamp(row.modified),
                            recorded=from_timestamp(row.recorded),
                        )
                    )
        return found


def version_as_of(history: Sequence[VersionDates], as_of: datetime) -> int:
    """Return the number of the version that was valid just before ``as_of``; the oldest held when none is known to be.

    A version came into being when its publisher says that it was modified, else when it was taken in; the
    first, without such a date, with the article. A date that the version before carries too tells nothing.
    """
    valid = history[0].number
    before: datetime | None = None
    for place, version in enumerate(history):
        is_told = version.modified is not None and (before is None or version.modified > before)
        born = version.modified if is_told else None if place == 0 else version.recorded
        if born is None or born < as_of:
            valid = version.number
        before = version.modified or before
    return valid


OF_VERSION = (
    tables.versions.c.title.label("version_title"),
    tables.versions.c.text,
    tables.versions.c.modified.label("version_modified"),
    tables.versions.c.modified_precision.label("version_modified_precision"),
    tables.versions.c.modified_origin.label("version_modified_origin"),
)
"""What may differ between the versions of an article."""
_VERSIONS = select(tables.articles, tables.versions.c.number, *OF_VERSION).join(
    tables.versions, tables.versions.c.article_id == tables.articles.c.id
)


def article_of(row: Row[Any], *, version: int) -> Article:
    """Return the article of a row with the columns of ``tables.articles`` and ``OF_VERSION``."""
    return Article(
        id=row.id,
        title=row.version_title,
        text=row.text,
        url=row.url,
        publisher=row.publisher,
        authors=tuple(row.authors),
        section=row.section,
        language=row.language,
        kind=Kind(row.kind),
        entities=tuple(row.entities),
        published_at=moment_of(row.published, row.published_precision, row.published_origin),
        modified_at=moment_of(row.version_modified, row.version_modified_precision, row.version_modified_origin),
        ingested_at=from_timestamp(row.ingested),
        source=row.source,
        version=version,
        duplicate_of=row.duplicate_of,
    )


def moment_of(seconds: int | None, precision: str | None, origin: str | None) -> Moment | None:
    """Return a moment from its columns, None when it is unknown."""
    if seconds is None:
        return None
    return Moment(value=from_timestamp(seconds), precision=DatePrecision(precision or "time"), origin=origin or "")
