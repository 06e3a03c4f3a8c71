"""Items → archive → indexes, batch by batch, with an account of what happened to each item.

A batch is embedded first and then written in one transaction, so a killed run leaves whole
articles only; running it again skips what is there and finishes the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from ingest.article import Item, Rejected
from ingest.passages import CHUNKING, passages_of
from rag import indexed_text
from rag.archive_writer import EmbeddedPassage, QuarantineRow, StoredHead, content_hash, text_hash
from rag.schema import Article
from rag.stores import Stores

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
        self._batch: list[tuple[Article, list[EmbeddedPassage]]] = []
        self._texts: dict[str, str] = {}
        self._batch_ids: set[str] = set()
        self._batch_text_hashes: set[str] = set()
        self._read: dict[str, str] = {}
        self._since_indexed = 0
        self.account = Account()
        stores.require({"chunking": CHUNKING}, remedy="Run `python -m ingest reindex` to cut every article anew.")

    def run(self, items: Iterable[Item]) -> Account:
        """Take in every item; whatever stops the run, what was written stays and is finished by the next."""
        for item in items:
            event = self._reject(item) if isinstance(item, Rejected) else self._take(item)
            self.account.outcomes[event.outcome] += 1
            self._report(event, self.account)
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
        self._flush()
        self._stores.finish()
        return self.account

    def remove(self, article_id: str) -> bool:
        """Delete an article; the earliest of its copies takes its place in the search."""
        heir = next(iter(self._archive.copies_of(article_id)), None)
        if heir is not None:
            self._promote(heir, former=article_id)
        removed = self._archive.remove(article_id)
        self._stores.finish()
        return removed

    # --- one item -----------------------------------------------------------------------------

    def _reject(self, item: Rejected) -> Event:
        row = QuarantineRow(
            location=item.location, field=item.field, reason=item.reason, remedy=item.remedy, excerpt=item.excerpt
        )
        self._archive.quarantine([row], now=self._now)
        reason = f"{item.field}: {item.reason}" if item.field else item.reason
        return Event(outcome=Outcome.QUARANTINED, place=item.location, reason=f"{reason} {item.remedy}")

    def _take(self, article: Article) -> Event:
        hashed = text_hash(article.text)
        if article.id in self._batch_ids or hashed in self._batch_text_hashes or self._url_in_batch(article):
            self._flush()
        held = self._archive.head(article.id, article.url)
        if held is None:
            return self._take_new(article, hashed)
        article = replace(article, id=held.id, version=held.version, duplicate_of=held.duplicate_of)
        if content_hash(article) == held.content_hash:
            self._read.setdefault(article.id, article.source)
            self._archive.release(article.source)
            return Event(outcome=Outcome.UNCHANGED, place=article.source, article_id=article.id)
        problem = self._conflict(article, held)
        if problem is not None:
            return self._reject(problem)
        return self._take_edited(article, held, hashed)

    def _url_in_batch(self, article: Article) -> bool:
        return article.url is not None and any(article.url == other.url for other, _ in self._batch)

    def _conflict(self, article: Article, held: StoredHead) -> Rejected | None:
        """Say why an item whose id is held with other content cannot count as its newer version."""
        modified = None if article.modified_at is None else int(article.modified_at.value.timestamp())
        later = modified is not None and (held.modified is None or modified > held.modified)
        if article.id in self._read and not later:
            return Rejected(
                location=article.source,
                field="id",
                reason=f"the id or URL of {self._read[article.id]} comes twice in one run with different content.",
                remedy="Give each article an id or URL of its own, or the later version a later modified_at.",
                excerpt=article.text[:200],
            )
        if modified is not None and held.modified is not None and modified < held.modified:
            return Rejected(
                location=article.source,
                field="modified_at",
                reason="this version is older than the one in the archive.",
                remedy="Nothing need be done if the newer version is right; otherwise remove it first with "
                f"`python -m ingest remove {article.id}`.",
                excerpt=article.text[:200],
            )
        return None

    def _take_new(self, article: Article, hashed: str) -> Event:
        source = self._archive.source_of_text(hashed)
        if source is None:
            self._add(article)
            return self._done(Outcome.ADDED, article)
        published = None if article.published_at is None else int(article.published_at.value.timestamp())
        # Of word-for-word copies the earliest is searched, so that no answer dates a report too late.
        if published is not None and (source.published is None or published < source.published):
            self._add(article)
            self._flush()
            self._archive.demote(source.id, duplicate_of=article.id)
        else:
            self._archive.store(
                [(replace(article, duplicate_of=source.id), [])],
                vectors={}, model_hash=self._stores.encoder.model_hash, now=self._now,
            )  # fmt: skip
        return self._done(Outcome.COPY, article)

    def _take_edited(self, article: Article, held: StoredHead, hashed: str) -> Event:
        article = replace(article, version=held.version + 1)
        if hashed != held.text_hash:
            article = replace(article, duplicate_of=None)
            heir = next(iter(self._archive.copies_of(article.id)), None)
            if heir is not None:
                self._promote(heir, former=article.id)
            source = self._archive.source_of_text(hashed)
            if source is not None and source.id != article.id:
                article = replace(article, duplicate_of=source.id)
        self._add(article)
        return self._done(Outcome.UPDATED, article)

    def _done(self, outcome: Outcome, article: Article) -> Event:
        self._read[article.id] = article.source
        self._archive.release(article.source)
        return Event(outcome=outcome, place=article.source, article_id=article.id)

    def _promote(self, heir: str, *, former: str) -> None:
        """Search a copy from now on in place of the article whose text it repeated."""
        article = self._archive.article(heir)
        assert article is not None, heir
        for copy in self._archive.copies_of(former):
            self._archive.reassign(copy, duplicate_of=None if copy == heir else heir)
        self._add(replace(article, duplicate_of=None))
        self._flush()

    # --- batches ------------------------------------------------------------------------------

    def _add(self, article: Article) -> None:
        embedded: list[EmbeddedPassage] = []
        if article.duplicate_of is None:
            encoder = self._stores.encoder
            header = indexed_text.embedding_header(article, encoder.token_offsets)
            for passage in passages_of(article, encoder.token_offsets):
                text = f"{header}\n{passage.text}"
                hashed = indexed_text.hash_of(text)
                self._texts[hashed] = text
                embedded.append(EmbeddedPassage(passage=passage, vector_hash=hashed))
        self._batch.append((article, embedded))
        self._batch_ids.add(article.id)
        self._batch_text_hashes.add(text_hash(article.text))
        if len(self._texts) >= BATCH_PASSAGES:
            self._flush()

    def _flush(self) -> None:
        """Embed and write the batch."""
        if not self._batch:
            return
        encoder = self._stores.encoder
        missing = self._archive.missing_vectors(list(self._texts), model_hash=encoder.model_hash)
        began = time.monotonic()
        matrix = encoder.encode([self._texts[hashed] for hashed in missing])
        self.account.encoding += time.monotonic() - began
        self._archive.store(
            self._batch,
            vectors=indexed_text.packed(missing, matrix),
            model_hash=encoder.model_hash,
            now=self._now,
        )
        written = sum(len(embedded) for _, embedded in self._batch)
        self.account.embedded += len(missing)
        self.account.passages += written
        self._since_indexed += written
        self._batch.clear()
        self._texts.clear()
        self._batch_ids.clear()
        self._batch_text_hashes.clear()
        if self._since_indexed >= INDEX_EVERY:
            self._stores.finish()
            self._since_indexed = 0
