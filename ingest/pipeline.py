"""Items → archive → indexes, batch by batch, with an account of what happened to each item.

A batch is embedded first and then written in one transaction, so a killed run leaves whole
articles only; running it again skips what is there and finishes the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from ingest.article import Item, Rejected
from ingest.batch import Batch
from ingest.passages import CHUNKING, passages_of
from rag import indexed_text
from rag.archive_writer import EmbeddedPassage, StoredHead, content_hash, text_hash
from rag.quarantine import QuarantineRow
from rag.schema import Article, Moment
from rag.stores import Stores
from rag.tables import timestamp

BATCH_PASSAGES = 256
INDEX_EVERY = 5_000


class Outcome(StrEnum):
    """What became of an item."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    COPY = "copy"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One item and what became of it; ``place`` is where it was read, ``reason`` why it was quarantined."""

    outcome: Outcome
    place: str
    article_id: str | None = None
    reason: str | None = None


@dataclass(kw_only=True)
class Account:
    """What a run has done so far; grows while it runs. Times in seconds."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    passages: int = 0
    embedded: int = 0
    encoding: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def items(self) -> int:
        """How many items were read."""
        return sum(self.outcomes.values())

    @property
    def seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self.started


Report = Callable[[Event, Account], None]


class Pipeline:
    """Takes items into open stores."""

    def __init__(self, stores: Stores, *, now: datetime | None = None, report: Report | None = None) -> None:
        """Raises ArchiveMismatchError when the archive's passages were cut another way."""
        self._stores = stores
        self._archive = stores.archive
        self._now = now or datetime.now(UTC)
        self._report = report or (lambda _event, _account: None)
        self._batch = Batch()
        self._read: dict[str, str] = {}
        self._rejected: set[str] = set()
        self._since_indexed = 0
        self.account = Account()
        stores.require({"chunking": CHUNKING}, remedy="Run `python -m ingest reindex` to cut every article anew.")

    def run(self, items: Iterable[Item]) -> Account:
        """Take in every item; whatever stops the run, what was written stays and is finished by the next.

        Raises ArchiveDamagedError when a change of model was begun and not finished.
        """
        self._stores.require_finished()
        for item in items:
            event = self._reject(item) if isinstance(item, Rejected) else self._take(item)
            self.account.outcomes[event.outcome] += 1
            self._report(event, self.account)
            if self._batch.size >= BATCH_PASSAGES:
                self._flush()
            if self._since_indexed >= INDEX_EVERY:
                self._stores.finish()
                self._since_indexed = 0
        self._flush()
        self._stores.finish()
        return self.account

    def recut(self) -> Account:
        """Cut and embed every searched article again; vectors already in the cache are not computed twice."""
        for article_id in self._archive.article_ids():
            article = self._archive.article(article_id)
            if article is not None:
                self._add(article)
                self.account.outcomes[Outcome.UPDATED] += 1
                self._report(Event(outcome=Outcome.UPDATED, place=article.source, article_id=article_id), self.account)
            if self._batch.size >= BATCH_PASSAGES:
                self._flush()
        self._flush()
        # Not before all are cut: what waits for its turn would be embedded as it was cut before.
        self._stores.finish()
        self._stores.end_adoption()
        return self.account

    def remove(self, article_id: str) -> bool:
        """Delete an article; the earliest of its copies takes its place in the search."""
        held = self._archive.head(article_id, None)
        if held is None:
            return False
        self._leave_group(held)
        self._flush(remove=[article_id])
        self._stores.finish()
        return True

    # --- one item -----------------------------------------------------------------------------

    def _reject(self, item: Rejected) -> Event:
        row = QuarantineRow(
            location=item.location, field=item.field, reason=item.reason, remedy=item.remedy, excerpt=item.excerpt
        )
        self._archive.quarantine([row], now=self._now)
        self._rejected.add(item.location)
        reason = f"{item.field}: {item.reason}" if item.field else item.reason
        return Event(outcome=Outcome.QUARANTINED, place=item.location, reason=f"{reason} {item.remedy}")

    def _take(self, article: Article) -> Event:
        hashed = text_hash(article.text)
        held = self._archive.head(article.id, article.url)
        if self._batch.touches(article, hashed, held):
            self._flush()
            held = self._archive.head(article.id, article.url)
        if held is None:
            others = self._archive.same_text(hashed)
            self._add(self._settled(article, others, searched=False))
            return self._done(Outcome.COPY if others else Outcome.ADDED, article)
        article = replace(article, id=held.id, version=held.version)
        if content_hash(article) == held.content_hash:
            return self._done(Outcome.UNCHANGED, article)
        problem = self._conflict(article, held)
        if problem is None:
            self._edit(article, held, hashed)
            return self._done(Outcome.UPDATED, article)
        if _is_older(article, held) and self._archive.holds_version(article.id, title=article.title, text=article.text):
            # Both versions stand in the files: the second run meets the older one again.
            return self._done(Outcome.UNCHANGED, article)
        return self._reject(problem)

    def _conflict(self, article: Article, held: StoredHead) -> Rejected | None:
        """Say why an item whose id is held with other content cannot count as its newer version."""
        modified = _seconds(article.modified_at)
        later = modified is not None and (held.modified is None or modified > held.modified)
        if article.id in self._read and not later:
            return Rejected(
                location=article.source,
                field="id",
                reason=f"the id or URL of {self._read[article.id]} comes twice in one run with different content.",
                remedy="Give each article an id or URL of its own, or the later version a later modified_at.",
                excerpt=article.text[:200],
            )
        if _is_older(article, held):
            return Rejected(
                location=article.source,
                field="modified_at",
                reason="this version is older than the one in the archive.",
                remedy="Nothing need be done if the newer version is right; otherwise remove it first with "
                f"`python -m ingest remove {article.id}`.",
                excerpt=article.text[:200],
            )
        return None

    def _edit(self, article: Article, held: StoredHead, hashed: str) -> None:
        searched = held.duplicate_of is None
        self._batch.leave(held)
        if hashed != held.text_hash:
            self._leave_group(held)
            searched = False
        others = [other for other in self._archive.same_text(hashed) if other.id != held.id]
        self._add(self._settled(replace(article, version=held.version + 1), others, searched=searched))

    def _done(self, outcome: Outcome, article: Article) -> Event:
        self._read[article.id] = article.source
        self._batch.places.append(article.source)
        return Event(outcome=outcome, place=article.source, article_id=article.id)

    # --- word-for-word copies: the earliest is searched, so that no answer dates a report too late ---

    def _settled(self, article: Article, others: Sequence[StoredHead], *, searched: bool) -> Article:
        """Return the article as the source of its text or as a copy of one of ``others``.

        ``searched`` tells whether it has been the source so far, which decides between equal dates.
        """
        source = min(others, key=_rank, default=None)
        published = _seconds(article.published_at)
        if source is None or (published is None, published or 0, not searched, article.id) < _rank(source):
            self._batch.repeat(others, source=article.id)
            return replace(article, duplicate_of=None)
        self._name_source(source, others)
        return replace(article, duplicate_of=source.id)

    def _leave_group(self, held: StoredHead) -> None:
        """Search the earliest copy of an article in its place, when that was searched: it goes, or its text changes."""
        others = [other for other in self._archive.same_text(held.text_hash) if other.id != held.id]
        if held.duplicate_of is None and others:
            self._name_source(min(others, key=_rank), others)

    def _name_source(self, source: StoredHead, group: Sequence[StoredHead]) -> None:
        self._batch.repeat([other for other in group if other.id != source.id], source=source.id)
        if source.duplicate_of is not None:
            article = self._archive.article(source.id)
            assert article is not None, source.id
            self._add(replace(article, duplicate_of=None))

    # --- batches ------------------------------------------------------------------------------

    def _add(self, article: Article) -> None:
        embedded: list[EmbeddedPassage] = []
        if article.duplicate_of is None:
            encoder = self._stores.encoder
            header = indexed_text.embedding_header(article, encoder.token_offsets)
            for passage in passages_of(article, encoder.token_offsets):
                text = f"{header}\n{passage.text}"
                hashed = indexed_text.hash_of(text)
                self._batch.texts[hashed] = text
                embedded.append(EmbeddedPassage(passage=passage, vector_hash=hashed))
        self._batch.add(article, embedded)

    def _flush(self, *, remove: Sequence[str] = ()) -> None:
        """Embed and write the batch, and take articles out in the same transaction."""
        batch, self._batch = self._batch, Batch()
        if batch.articles or remove:
            encoder = self._stores.encoder
            missing = self._archive.missing_vectors(list(batch.texts), model_hash=encoder.model_hash)
            began = time.monotonic()
            matrix = encoder.encode([batch.texts[hashed] for hashed in missing])
            self.account.encoding += time.monotonic() - began
            self._archive.store(
                batch.articles,
                vectors=indexed_text.packed(missing, matrix),
                model_hash=encoder.model_hash,
                now=self._now,
                copies=batch.copies,
                remove=remove,
            )
            written = sum(len(embedded) for _, embedded in batch.articles)
            self.account.embedded += len(missing)
            self.account.passages += written
            self._since_indexed += written
        self._archive.release(place for place in batch.places if place not in self._rejected)


def _rank(head: StoredHead) -> tuple[bool, int, bool, str]:
    """Order articles with one text: the earliest published, then the one searched so far, then by id."""
    return head.published is None, head.published or 0, head.duplicate_of is not None, head.id


def _is_older(article: Article, held: StoredHead) -> bool:
    modified = _seconds(article.modified_at)
    return modified is not None and held.modified is not None and modified < held.modified


def _seconds(moment: Moment | None) -> int | None:
    return None if moment is None else timestamp(moment.value)
