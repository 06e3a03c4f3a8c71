"""The pool: every article that the searches of the chosen weeks found, in one archive that is kept and reused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from eval.benchmarks.oddities import Oddities, Oddity
from eval.benchmarks.realtimeqa import SHORTEST_TEXT, FoundArticle, Quiz
from eval.benchmarks.vectors import borrowing
from rag.config import Settings
from rag.embed import Encoder
from rag.errors import NewsdeskError
from rag.schema import Article
from rag.stores import Stores

if TYPE_CHECKING:
    from ingest.pipeline import Report

LONGEST_TITLE = 150
"""Of the first line of a text that stands in for its missing title."""


class PoolError(NewsdeskError):
    """A folder that cannot serve as the pool of these weeks."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What the archive in ``folder`` holds of the chosen weeks.

    ``source_of`` maps every article's id to the one that is searched in its place: itself, or the
    article whose text it repeats word for word. ``embedded`` counts passages embedded in this run.
    """

    folder: Path
    source_of: Mapping[str, str]
    undated: int
    embedded: int

    @property
    def articles(self) -> int:
        """How many articles the pool has, copies included."""
        return len(self.source_of)

    @property
    def copies(self) -> int:
        """How many of them repeat another's text."""
        return sum(name != source for name, source in self.source_of.items())


def pool_folder(settings: Settings, quiz: Quiz, *, weeks: str | None) -> Path:
    """Return where the pool of these weeks is kept: beside the archive of ``settings``, by year and weeks."""
    name = f"realtimeqa-{quiz.year}"
    return settings.folder / (f"{name}-{quiz.weeks[0]}-{quiz.weeks[-1]}" if weeks else name)


def siblings(folder: Path) -> list[Path]:
    """Return the other pools beside this one, whose vectors may serve here too."""
    return [item.parent for item in sorted(folder.parent.glob("realtimeqa-*/archive.db")) if item.parent != folder]


def settings_of(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the archive in ``folder``, whatever database or server they name."""
    return replace(settings, data=str(folder), database="", chroma="")


def fill(
    quiz: Quiz,
    settings: Settings,
    encoder: Encoder,
    *,
    vectors_from: Sequence[Path] = (),
    report: Report | None = None,
    now: datetime | None = None,
) -> Pool:
    """Take the quiz's articles into the archive of ``settings``; what is there is not embedded again.

    May be interrupted anywhere and called again. A passage whose vector is in the archives of
    ``vectors_from`` is not embedded. Raises PoolError when the archive holds other articles, and what
    ``Stores`` raises.
    """
    from ingest.pipeline import Pipeline

    items = pooled_articles(quiz.articles, quiz.oddities, now=now or datetime.now(UTC))
    wanted: dict[str, Article] = {item.id: item for item in items}
    if not wanted:
        raise PoolError("The chosen weeks hold no article that can be pooled. Choose weeks with search results.")
    with borrowing(encoder, vectors_from) as lender, Stores(settings, lender, create=True) as stores:
        foreign = len(_sources(stores).keys() - wanted.keys())
        if foreign:
            raise PoolError(
                f"The archive in {settings.folder} holds {foreign} articles that are not of these weeks. "
                "Name a folder of their own with --pool, or delete that one."
            )
        Pipeline(stores, now=now, report=report).run(wanted.values())
        source_of = _sources(stores)
    return Pool(
        folder=settings.folder,
        source_of=source_of,
        undated=sum(item.published_at is None for item in wanted.values()),
        embedded=lender.embedded,
    )


def pooled_articles(found: Iterable[FoundArticle], oddities: Oddities, *, now: datetime) -> Iterator[Article]:
    """Yield the first usable article of every address, in order, and account for the others."""
    seen: set[str] = set()
    for item in found:
        if item.id in seen:
            oddities.add(Oddity.ARTICLE_REPEATED, item.place)
            continue
        if len(item.text) < SHORTEST_TEXT:
            oddities.add(Oddity.ARTICLE_SHORT, item.place)
            continue
        article = _article(item, oddities, now)
        if article is None:
            continue
        seen.add(article.id)
        if article.published_at is None:
            oddities.add(Oddity.ARTICLE_UNDATED, item.place)
        yield article


def _article(item: FoundArticle, oddities: Oddities, now: datetime) -> Article | None:
    """Return what ``python -m ingest`` makes of the article; a title, authors or date that it refuses is mended."""
    from ingest.article import ItemError
    from ingest.records import Parsed, article_of

    fields: dict[str, object] = {
        "url": item.url, "title": item.title, "text": item.text, "authors": item.authors, "published_at": item.date,
    }  # fmt: skip
    mended: list[Oddity] = []
    while True:
        try:
            article = article_of(
                Parsed(fields=fields), location=item.place, address=None, now=now, date_origin="publish_date"
            )
        except ItemError as error:
            if error.field == "published_at" and fields.pop("published_at", None) is not None:
                mended.append(Oddity.DATE_UNREADABLE)
            elif error.field == "authors" and fields.pop("authors", None) is not None:
                mended.append(Oddity.AUTHORS_DROPPED)
            elif error.field == "title" and Oddity.ARTICLE_UNTITLED not in mended:
                fields["title"] = item.text.strip().partition("\n")[0][:LONGEST_TITLE]
                mended.append(Oddity.ARTICLE_UNTITLED)
            else:
                oddities.add(Oddity.ARTICLE_REFUSED, item.place)
                return None
            continue
        for oddity in mended:
            oddities.add(oddity, item.place)
        return article


def _sources(stores: Stores) -> dict[str, str]:
    from sqlalchemy import select

    from rag import tables

    article = tables.articles.c
    with stores.archive.engine.connect() as connection:
        return {
            row.id: row.duplicate_of or row.id for row in connection.execute(select(article.id, article.duplicate_of))
        }
