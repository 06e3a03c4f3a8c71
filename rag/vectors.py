"""The vector index: one Chroma collection, vectors and a few numbers only, never texts.

Dates are not filtered here: a metadata range costs Chroma 1.5 ms per 1,000 rows whatever it selects.
The retriever asks for more than it needs and checks the dates in the archive.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from rag import damage
from rag.archive import make_folder
from rag.errors import ArchiveDamagedError, ConfigurationError, NewsdeskError

WRITE_BATCH = 2_000
DELETE_BATCH = 1_000
PAGE = 5_000
# The index is flushed to disk every so many writes; a kill during a flush can leave it unreadable,
# so it flushes rarely. What a flush has not covered is replayed from Chroma's own log.
SYNC_THRESHOLD = 10_000
# With the defaults (100 and 16) one build in twenty of crowded vectors left one that no other leads to.
HNSW = {
    "space": "cosine",
    "ef_construction": 200,
    "max_neighbors": 24,
    "ef_search": 200,
    "sync_threshold": SYNC_THRESHOLD,
}


@dataclass(frozen=True, kw_only=True)
class VectorRow:
    """One vector to write; ``published`` is in seconds since 1970, None when unknown."""

    passage_id: str
    article_id: str
    publisher: str | None
    published: int | None


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A passage found near a query; ``cosine`` in [-1, 1]."""

    passage_id: str
    cosine: float


class VectorIndex:
    """A Chroma collection in a local folder, or on a server when ``address`` is set.

    Every method raises ArchiveDamagedError when the index cannot be read, and ConfigurationError when
    the server does not answer.
    """

    def __init__(self, *, collection: str, folder: Path | None = None, address: str = "") -> None:
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        import chromadb
        from chromadb.config import Settings

        self._name = collection
        self._address = address
        self._folder = folder
        self._client: Any = None
        settings = Settings(anonymized_telemetry=False)
        try:
            with self._damage():
                if address:
                    parts = urlsplit(address)
                    secure = parts.scheme == "https"
                    port = parts.port or (443 if secure else 80)
                    self._client = chromadb.HttpClient(
                        host=parts.hostname or "", port=port, ssl=secure, settings=settings
                    )
                else:
                    assert folder is not None, "a local index needs a folder"
                    make_folder(folder)
                    self._client = chromadb.PersistentClient(path=str(folder), settings=settings)
                self._collection = self._client.get_or_create_collection(
                    collection, embedding_function=None, configuration={"hnsw": HNSW}
                )
        except BaseException:
            self.close()
            raise

    def _damage(self) -> AbstractContextManager[None]:
        return damage.reported(self._error)

    def _error(self, error: BaseException) -> NewsdeskError:
        if self._address and not self._server_answers():
            return ConfigurationError(
                f"The Chroma server at {self._address} does not answer ({error}). Start it with "
                "`chroma run --path DIR --host 127.0.0.1 --port 8000`, or unset NEWSDESK_CHROMA."
            )
        return ArchiveDamagedError(
            f"The vector index in {self._address or self._folder} cannot be read ({error}). Run `python -m ingest "
            "repair`: it is rebuilt from the archive without embedding again."
        )

    def _server_answers(self) -> bool:
        try:
            return self._client is not None and bool(self._client.heartbeat())
        except Exception:
            return False

    def upsert(self, rows: Sequence[VectorRow], matrix: NDArray[np.float32]) -> None:
        """Write vectors (row i of ``matrix`` for row i of ``rows``); an id already there is replaced."""
        for at in range(0, len(rows), WRITE_BATCH):
            part = rows[at : at + WRITE_BATCH]
            with self._damage():
                self._collection.upsert(
                    ids=[row.passage_id for row in part],
                    embeddings=matrix[at : at + WRITE_BATCH],
                    metadatas=[_metadata(row) for row in part],
                )

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Take passages out; unknown ids are ignored."""
        for at in range(0, len(passage_ids), DELETE_BATCH):
            with self._damage():
                self._collection.delete(ids=list(passage_ids[at : at + DELETE_BATCH]))

    def query(self, vector: NDArray[np.float32], *, limit: int) -> list[Neighbour]:
        """Return the ``limit`` passages nearest to a unit vector, nearest first."""
        limit = min(limit, self.count())
        if limit == 0:
            return []
        with self._damage():
            found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [
            Neighbour(passage_id=passage_id, cosine=1.0 - float(distance))
            for passage_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def nearest_of_each(self, matrix: NDArray[np.float32], *, limit: int = 1) -> list[list[str]]:
        """Return, for every row of ``matrix``, the ids of its nearest passages."""
        found: list[list[str]] = []
        for at in range(0, len(matrix), 200):
            with self._damage():
                part = matrix[at : at + 200]
                answer = self._collection.query(query_embeddings=part, n_results=limit, include=["distances"])
            found.extend(answer["ids"])
        return found

    def count(self) -> int:
        """Return how many vectors the collection says it holds."""
        with self._damage():
            return int(self._collection.count())

    def ids(self) -> Iterator[str]:
        """Yield all ids."""
        at = 0
        while page := self._page(at):
            yield from page
            at += len(page)

    def _page(self, at: int) -> list[str]:
        with self._damage():
            return list(self._collection.get(limit=PAGE, offset=at, include=[])["ids"])

    def drop(self) -> None:
        """Delete the collection and those of earlier generations from a server; local ones go with their folders."""
        former = self._name.rpartition("-")[0] + "-"
        with contextlib.suppress(Exception):
            for collection in self._client.list_collections():
                if collection.name.startswith(former):
                    self._client.delete_collection(collection.name)

    def close(self) -> None:
        """Let go of files and threads; twice is once."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def remove_folder(folder: Path) -> None:
    """Delete a local index that is closed; what cannot be deleted now is left for the next time."""
    shutil.rmtree(folder, ignore_errors=True)


def _metadata(row: VectorRow) -> dict[str, str | int]:
    # Chroma takes no None: an unknown field is left out, never filled with a made-up value.
    found: dict[str, str | int | None] = {
        "article": row.article_id,
        "publisher": row.publisher,
        "published": row.published,
    }
    return {name: value for name, value in found.items() if value is not None}
