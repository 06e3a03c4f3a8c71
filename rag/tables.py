"""The tables of the archive. Moments are whole seconds since 1970 in UTC, so that every database sorts them alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

CHUNK = 500
"""How many values go into one SQL ``IN``: safely below every database's limit."""

metadata = MetaData()

made_with = Table(
    "made_with",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""How the archive was made: embedding model and hash, dimension, chunking, schema version."""

articles = Table(
    "article",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("url", Text, unique=True),
    Column("title", Text, nullable=False),
    Column("publisher", Text),
    Column("authors", JSON, nullable=False),
    Column("section", Text),
    Column("language", String(16)),
    Column("kind", String(32), nullable=False),
    Column("entities", JSON, nullable=False),
    Column("published", BigInteger, index=True),
    Column("published_precision", String(8)),
    Column("published_origin", Text),
    Column("modified", BigInteger),
    Column("modified_precision", String(8)),
    Column("modified_origin", Text),
    Column("ingested", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("text_hash", String(64), nullable=False, index=True),
    Column("content_hash", String(64), nullable=False),
    Column("duplicate_of", String(128), ForeignKey("article.id"), index=True),
)
"""Every article in its newest version; ``duplicate_of`` marks word-for-word copies, which are not searched."""

versions = Table(
    "version",
    metadata,
    Column("article_id", String(128), ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("modified", BigInteger),
    Column("modified_precision", String(8)),
    Column("modified_origin", Text),
    Column("recorded", BigInteger, nullable=False),
)
"""The text of every version ever seen; old ones stay readable."""

passages = Table(
    "passage",
    metadata,
    Column("id", String(160), primary_key=True),
    Column("article_id", String(128), ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("vector_hash", String(64), nullable=False, index=True),
    Column("published", BigInteger),
    Column("available", BigInteger, nullable=False),
    Column("in_lexical", Boolean, nullable=False, default=False),
    Column("in_vectors", Boolean, nullable=False, default=False),
    Index("passage_available", "available"),
    Index("passage_pending", "in_lexical", "in_vectors"),
)
"""The passages that are searched, all of newest versions.

``available`` is the moment from which an article may be used for an answer: when it was published,
or when it was ingested where that is unknown. The text is not stored again: it is a span of its version.
"""

vectors = Table(
    "vector",
    metadata,
    Column("model_hash", String(64), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Vectors in half precision by model and hash of the embedded text: a cache that both indexes are rebuilt from."""

removals = Table(
    "removal",
    metadata,
    Column("passage_id", String(160), primary_key=True),
    Column("in_lexical", Boolean, nullable=False, default=True),
    Column("in_vectors", Boolean, nullable=False, default=True),
)
"""Passages still to be taken out of the indexes."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("location", Text, nullable=False),
    Column("field", Text),
    Column("reason", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
)
"""Items that could not become articles, one row per place and reason."""


def timestamp(moment: datetime) -> int:
    """Return whole seconds since 1970 (UTC), rounded down."""
    return int(moment.timestamp() // 1)


def from_timestamp(seconds: int) -> datetime:
    """Return the moment of ``seconds`` since 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Yield ``values`` in lists short enough for one statement."""
    listed = list(values)
    for at in range(0, len(listed), CHUNK):
        yield listed[at : at + CHUNK]
