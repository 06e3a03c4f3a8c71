"""How an archive was made: recorded when it is made, compared whenever it is opened."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from rag.archive import SCHEMA_VERSION
from rag.archive_writer import ArchiveWriter
from rag.embed import Encoder
from rag.errors import ArchiveDamagedError, ArchiveMismatchError

NAME = "name"
"""Tells archives apart that share a Chroma server; given by chance when an archive is made."""
ADOPTING = "reindex"
"""Stands in ``made_with`` while an archive is being taken over for another model."""


def check(archive: ArchiveWriter, encoder: Encoder, folder: Path, *, create: bool, adopt: bool) -> None:
    """Record what a new archive is made with, or compare it with what was recorded.

    With ``adopt`` an archive of another model is marked as taken over for this one, with an empty vector
    index. Raises ArchiveMismatchError when it was made otherwise, ArchiveDamagedError when it was
    never finished and ``create`` is False.
    """
    held = archive.made_with()
    wanted = {
        "schema": SCHEMA_VERSION,
        "embedding": encoder.name,
        "embedding hash": encoder.model_hash,
        "dimension": str(encoder.dimension),
    }
    if "schema" not in held:
        if not create:
            raise ArchiveDamagedError(
                f"The archive in {folder} was never finished. Run `python -m ingest files PATH` again."
            )
        archive.describe({**wanted, NAME: uuid.uuid4().hex})
        return
    if held["schema"] != SCHEMA_VERSION:
        raise ArchiveMismatchError(
            what="schema", built_with=held["schema"], asked_for=SCHEMA_VERSION,
            remedy="Ingest the articles again into a new folder (NEWSDESK_DATA).",
        )  # fmt: skip
    if adopt:
        archive.describe({ADOPTING: "unfinished"})
    if held["embedding hash"] == encoder.model_hash:
        return
    if adopt:
        generation = str(int(held.get("vectors generation", "1")) + 1)
        archive.describe({**wanted, "vectors generation": generation})
        archive.mark_all_unindexed("vectors")
        return
    raise ArchiveMismatchError(
        what="embedding model",
        built_with=f"{held['embedding']} ({held['embedding hash'][:12]})",
        asked_for=f"{encoder.name} ({encoder.model_hash[:12]})",
        remedy=f"Set NEWSDESK_EMBEDDING={held['embedding']}, or run `python -m ingest reindex` "
        "to embed every passage with the other model.",
    )


def require(archive: ArchiveWriter, expected: Mapping[str, str], *, remedy: str) -> None:
    """Record further values, or compare them; raises ArchiveMismatchError when a recorded one differs."""
    held = archive.made_with()
    for name, value in expected.items():
        if name in held and held[name] != value:
            raise ArchiveMismatchError(what=name, built_with=held[name], asked_for=value, remedy=remedy)
    archive.describe({name: value for name, value in expected.items() if name not in held})


def require_finished(archive: ArchiveWriter, folder: Path) -> None:
    """Raise ArchiveDamagedError when an archive was taken over for another model and not yet cut anew."""
    if archive.made_with().get(ADOPTING):
        raise ArchiveDamagedError(
            f"A reindex of the archive in {folder} was stopped half-way. Run `python -m ingest reindex` "
            "again: what it has embedded is kept."
        )
