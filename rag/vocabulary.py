"""The names of the archive's publishers, for reading them out of questions; the archive may change meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from rag.archive_writer import ArchiveWriter
from rag.publishers import squashed

SECONDS = 10.0
"""How long names that were read are used without looking whether the archive changed."""
LONGEST = 600.0
"""How long they are used at most: a publisher may be renamed without a passage more or less."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """``publishers`` as they stand in the archive; ``newsmakers`` are those that its articles are about too."""

    publishers: tuple[str, ...] = ()
    newsmakers: tuple[str, ...] = ()


class VocabularyReader:
    """Reads the vocabulary of an archive and keeps it while that stays the same; safe to call from several threads."""

    def __init__(self, archive: ArchiveWriter, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive = archive
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = Vocabulary()
        self._passages = -1
        self._looked = self._read = float("-inf")

    def __call__(self) -> Vocabulary:
        """Return the vocabulary, at most ``SECONDS`` behind an archive that grew or shrank."""
        with self._lock:
            now = self._clock()
            if now >= self._looked + SECONDS:
                passages = self._archive.count_passages()
                self._looked = now
                if passages != self._passages or now >= self._read + LONGEST:
                    self._kept, self._passages, self._read = read_vocabulary(self._archive), passages, now
            return self._kept


def read_vocabulary(archive: ArchiveWriter) -> Vocabulary:
    """Read the publishers of all searched articles, and which of them are entities of some article."""
    publishers = archive.publishers()
    known = {squashed(name) for name in archive.entities()}
    return Vocabulary(publishers=publishers, newsmakers=tuple(name for name in publishers if squashed(name) in known))
