"""Whether archive, lexical index and vectors hold the same, passage by passage."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from rag import indexed_text
from rag.archive_writer import ArchiveWriter
from rag.errors import ArchiveDamagedError
from rag.lexical import LexicalIndex
from rag.vectors import VectorIndex

BATCH = 2_000
SAME = 0.999
"""From this cosine on two vectors count as those of one text."""
_log = logging.getLogger("newsdesk.verification")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How the three stores compare; ``is_sound`` when nothing is to be mended.

    ``missing_lexical`` counts passages that the lexical index does not list or that their own words do
    not find, ``lost`` vectors that do not find themselves although the index lists them. An index
    that cannot answer at all misses everything.
    """

    passages: int
    pending: int
    missing_lexical: int
    extra_lexical: int
    missing_vectors: int
    extra_vectors: int
    without_vector: int
    lost: int

    @property
    def is_sound(self) -> bool:
        """True when archive and both indexes hold the same passages and each can be found."""
        return not any(
            (
                self.pending,
                self.missing_lexical,
                self.extra_lexical,
                self.missing_vectors,
                self.extra_vectors,
                self.without_vector,
                self.lost,
            )
        )


def compare(archive: ArchiveWriter, lexical: LexicalIndex, vectors: VectorIndex, *, model_hash: str) -> Verification:
    """Compare the three stores passage by passage, and let every passage find itself in both indexes."""
    expected = list(archive.passage_ids())
    wanted = set(expected)
    words, extra_words = _in_lexical(archive, lexical, wanted)
    try:
        held = set(vectors.ids())
        lost = lost_vectors(archive, vectors, [item for item in expected if item in held], model_hash=model_hash)
    except ArchiveDamagedError as error:
        _log.warning("%s", error)
        held, lost = set(), 0
    embedded = sum(len(archive.vectors_of(part, model_hash=model_hash).ids) for part in _parts(expected))
    return Verification(
        passages=len(expected),
        pending=archive.pending(),
        missing_lexical=len(wanted - words),
        extra_lexical=extra_words,
        missing_vectors=len(wanted - held),
        extra_vectors=len(held - wanted),
        without_vector=len(expected) - embedded,
        lost=lost,
    )


def _in_lexical(archive: ArchiveWriter, lexical: LexicalIndex, wanted: set[str]) -> tuple[set[str], int]:
    """Return the passages that are listed and found by their own words, and how many should not be listed."""
    try:
        listed = lexical.ids()
        found = set()
        for part in _parts(sorted(listed & wanted)):
            for passage_id, item in archive.locate(part).items():
                if lexical.finds(passage_id, indexed_text.for_lexical(item.article, item.passage)):
                    found.add(passage_id)
    except ArchiveDamagedError as error:
        _log.warning("%s", error)
        return set(), 0
    return found, len(listed - wanted)


def lost_vectors(archive: ArchiveWriter, vectors: VectorIndex, passage_ids: Sequence[str], *, model_hash: str) -> int:
    """Count passages whose own vector does not lead back to them, or to one with an equal vector."""
    lost = 0
    for ids in _parts(passage_ids):
        part = archive.vectors_of(ids, model_hash=model_hash)
        if not part.ids:
            continue
        nearest = vectors.nearest_of_each(part.matrix)
        doubtful = [row for row, (mine, found) in enumerate(zip(part.ids, nearest, strict=True)) if mine not in found]
        for row in doubtful:
            near = vectors.query(part.matrix[row], limit=1)
            # Word-for-word equal passages share one vector: another id at cosine 1 is no loss.
            if not near or near[0].cosine < SAME:
                lost += 1
    return lost


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + BATCH] for at in range(0, len(ids), BATCH)]
