"""Items that could not become articles, kept with the reason and the remedy until they are read well."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from rag import tables
from rag.archive import ArchiveReader
from rag.tables import chunks, timestamp


@dataclass(frozen=True, kw_only=True)
class QuarantineRow:
    """An item kept out of the archive, and why."""

    location: str
    field: str | None
    reason: str
    remedy: str
    excerpt: str


class Quarantine(ArchiveReader):
    """The archive with the list of what was kept out of it."""

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

    def release(self, locations: Iterable[str]) -> None:
        """Forget what was quarantined at these places: it has been read well since."""
        with self.engine.begin() as connection:
            for part in chunks(locations):
                connection.execute(delete(tables.quarantine).where(tables.quarantine.c.location.in_(part)))

    def quarantined(self) -> list[QuarantineRow]:
        """Return what is in quarantine, by place."""
        order = (tables.quarantine.c.location, tables.quarantine.c.reason)
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.quarantine).order_by(*order))
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
