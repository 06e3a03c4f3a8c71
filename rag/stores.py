"""The three stores together: the archive, and the lexical and vector index derived from it.

Opening them takes hold of a local archive, checks that it was made with the same model, mends what
a killed process left, and finishes the indexing that it had begun.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rag import indexed_text, making
from rag.archive import connect
from rag.archive_writer import ArchiveWriter
from rag.config import Settings
from rag.embed import Encoder
from rag.errors import ArchiveDamagedError
from rag.indexing import WRITING, Indexing, Progress
from rag.lexical import LexicalIndex
from rag.ownership import Ownership
from rag.vectors import VectorIndex, remove_folder
from rag.verification import Verification, compare, lost_vectors

SAMPLE = 500
"""How many vectors are looked for after a process was stopped while it wrote some."""
QUESTIONS = 20
"""How many are looked for at every opening."""
OPENING = "vectors opening"
DOUBTFUL = "vectors in doubt"
_INDEX_FOLDER = re.compile(r"(lexical|vectors)-\d+")
_log = logging.getLogger("newsdesk.stores")


class Stores:
    """An open archive with its indexes; close it, or use it in a ``with`` statement."""

    def __init__(
        self, settings: Settings, encoder: Encoder, *, create: bool = False, writer: bool = True, adopt: bool = False
    ) -> None:
        """Open, or with ``create`` make, the archive of ``settings``.

        With ``adopt``, an archive made with another embedding model is taken over for this one: its
        vector index starts empty, and the caller cuts and embeds every article again, then calls
        ``end_adoption``. Until then the indexes are not finished, since that would embed what is
        still cut the old way.

        A local archive is held alone, whatever it is opened for. With a Chroma server any number of
        processes may read, and one at a time be a ``writer``. Raises ArchiveBusyError,
        ArchiveMissingError, ArchiveMismatchError, ArchiveDamagedError or ConfigurationError.
        """
        self.settings = settings
        self.encoder = encoder
        self.folder = settings.folder
        self.remote = bool(settings.chroma)
        self.archive = ArchiveWriter(connect(settings.database_url, create=create))
        self._ownership: Ownership | None = None
        try:
            if writer or not self.remote:
                self._ownership = Ownership(self.folder, shared=self.remote)
            making.check(self.archive, self.encoder, self.folder, create=create, adopt=adopt)
            self.lexical, self.vectors = self._open_indexes(mend=self._ownership is not None)
        except BaseException:
            self._let_go()
            raise
        if self._ownership is not None:
            try:
                self._sweep()
                if adopt:
                    self._note_doubt()
                else:
                    self._recover()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Stores:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the indexes and let go of the archive."""
        self.vectors.close()
        self._let_go()

    def _let_go(self) -> None:
        self.archive.engine.dispose()
        if self._ownership is not None:
            self._ownership.release()

    def require(self, expected: Mapping[str, str], *, remedy: str) -> None:
        """Record what the archive must be made with, or compare it with what was recorded.

        Raises ArchiveMismatchError when a recorded value differs.
        """
        making.require(self.archive, expected, remedy=remedy)

    def require_finished(self) -> None:
        """Raise ArchiveDamagedError when an archive was taken over for another model and not yet cut anew."""
        making.require_finished(self.archive, self.folder)

    def end_adoption(self) -> None:
        """Record that every article is cut and embedded for this model."""
        self.archive.describe({making.ADOPTING: ""})

    # --- opening the indexes ------------------------------------------------------------------

    def _generation(self, index: str) -> int:
        return int(self.archive.made_with().get(f"{index} generation", "1"))

    def _index_folder(self, index: str) -> Path:
        return self.folder / f"{index}-{self._generation(index)}"

    def _open_lexical(self) -> LexicalIndex:
        return LexicalIndex(self._index_folder("lexical"))

    def _open_vectors(self) -> VectorIndex:
        # Several archives may have their vectors on one server.
        name = self.archive.made_with().get(making.NAME, "unnamed")[:16]
        collection = f"newsdesk-{name}-{self.encoder.model_hash[:12]}-{self._generation('vectors')}"
        if self.remote:
            return VectorIndex(collection=collection, address=self.settings.chroma)
        return VectorIndex(collection=collection, folder=self._index_folder("vectors"))

    def _open_indexes(self, *, mend: bool) -> tuple[LexicalIndex, VectorIndex]:
        """Open both and put a question to each, since damage may show only then; ``mend`` replaces what is damaged."""
        try:
            lexical = self._open_lexical()
            self._question_lexical(lexical)
        except ArchiveDamagedError as error:
            if not mend:
                raise
            _log.warning("%s Doing so now.", error)
            lexical = self._fresh_lexical()
        return lexical, self._open_living_vectors(mend=mend)

    def _open_living_vectors(self, *, mend: bool) -> VectorIndex:
        vectors: VectorIndex | None = None
        marks = mend and not self.remote
        try:
            if marks:
                self._note_opening()
            vectors = self._open_vectors()
            if mend:
                vectors = self._settled(vectors)
            self._question_vectors(vectors)
        except ArchiveDamagedError as error:
            if not mend:
                raise
            _log.warning("%s Doing so now.", error)
            vectors = self._fresh_vectors(vectors)
        finally:
            if marks:
                self.archive.describe({OPENING: ""})
        return vectors

    def _note_opening(self) -> None:
        """Record that the vectors are being opened; raise when the last process died while it opened them.

        A file that a kill left half written can end the whole process, and would do so each time.
        """
        if self.archive.made_with().get(OPENING):
            folder = self._index_folder("vectors")
            raise ArchiveDamagedError(f"The last process died while it opened {folder}. Run `python -m ingest repair`.")
        self.archive.describe({OPENING: "yes"})

    def _settled(self, vectors: VectorIndex) -> VectorIndex:
        """Return the vectors, or a fresh index when they were elsewhere until now: on another server, or on none."""
        place = self.settings.chroma or "local"
        held = self.archive.made_with().get("vectors at")
        if held not in (None, place):
            # What lies there from an earlier stay is not written over: a graph of replaced vectors loses some.
            _log.warning("The vectors move from %s to %s.", held, place)
            vectors = self._fresh_vectors(vectors)
        if held != place:
            self.archive.describe({"vectors at": place})
        return vectors

    def _question_lexical(self, lexical: LexicalIndex) -> None:
        for passage_id, item in self.archive.locate(self.archive.indexed("lexical", limit=1)).items():
            lexical.finds(passage_id, indexed_text.for_lexical(item.article, item.passage))

    def _question_vectors(self, vectors: VectorIndex) -> None:
        known = self.archive.indexed("vectors", limit=QUESTIONS)
        lost = lost_vectors(self.archive, vectors, known, model_hash=self.encoder.model_hash)
        if lost * 4 > len(known):
            raise ArchiveDamagedError(f"Of {len(known)} vectors {lost} cannot be found. Run `python -m ingest repair`.")
        if not known:  # some may be there all the same, written and not yet marked
            vectors.query(np.full(self.encoder.dimension, self.encoder.dimension**-0.5, dtype=np.float32), limit=1)

    def _fresh_lexical(self) -> LexicalIndex:
        """Start an empty lexical index in a new folder; everything is written to it by ``finish``."""
        old = self._index_folder("lexical")
        self.archive.describe({"lexical generation": str(self._generation("lexical") + 1)})
        self.archive.mark_all_unindexed("lexical")
        remove_folder(old)
        return self._open_lexical()

    def _fresh_vectors(self, current: VectorIndex | None) -> VectorIndex:
        """Start an empty vector index; a new folder, since an open or damaged one cannot be reused."""
        old = self._index_folder("vectors")
        if current is not None:
            if self.remote:
                current.drop()
            current.close()
        self.archive.describe({"vectors generation": str(self._generation("vectors") + 1), WRITING: ""})
        self.archive.mark_all_unindexed("vectors")
        if not self.remote:
            remove_folder(old)
        return self._open_vectors()

    def _sweep(self) -> None:
        """Delete the folders of indexes that were replaced, where that was not done."""
        current = {self._index_folder(index).name for index in ("lexical", "vectors")}
        for folder in self.folder.iterdir():
            if _INDEX_FOLDER.fullmatch(folder.name) and folder.name not in current:
                remove_folder(folder)

    # --- recovery, verification, repair -------------------------------------------------------

    def _recover(self) -> None:
        """Mend what a killed process left, and finish its indexing."""
        doubtful = self._note_doubt()
        begun = self.archive.unindexed("vectors", limit=SAMPLE)
        try:
            self.finish()
            sound = not doubtful or self._vectors_answer(begun)
            if sound:
                self._align()
        except ArchiveDamagedError as error:
            _log.warning("%s Doing so now.", error)
            sound = False
        if not sound:
            self.repair()
        if doubtful:
            self.archive.describe({WRITING: "", DOUBTFUL: ""})

    def _note_doubt(self) -> bool:
        """Return whether a process was stopped while it wrote vectors and nobody has checked them since."""
        held = self.archive.made_with()
        if not held.get(WRITING) and not held.get(DOUBTFUL):
            return False
        _log.warning("The last process was stopped while it wrote vectors; they are checked.")
        # The next writing takes its own mark away when it is done; this one stays until the check.
        self.archive.describe({DOUBTFUL: "yes"})
        return True

    def _vectors_answer(self, begun: Sequence[str]) -> bool:
        """Return whether all but a hundredth of a sample, and of the passages ``begun``, find themselves."""
        written = list(self.archive.passage_ids())
        sample = list(dict.fromkeys([*begun, *written[:: max(1, len(written) // SAMPLE)]]))
        lost = lost_vectors(self.archive, self.vectors, sample, model_hash=self.encoder.model_hash)
        if lost:
            _log.warning("Of %d vectors looked for, %d were not found.", len(sample), lost)
        return lost * 100 <= len(sample)

    def _align(self) -> None:
        """Write what an index lacks and take out what it should not have."""
        amount = self.archive.count_passages()
        if self.lexical.count() == amount and self.vectors.count() == amount:
            return
        expected = set(self.archive.passage_ids())
        for index, held in (("lexical", self.lexical.ids()), ("vectors", set(self.vectors.ids()))):
            lacking, extra = expected - held, held - expected
            if lacking or extra:
                _log.warning(
                    "The %s index lacks %d passages and has %d too many; mending.", index, len(lacking), len(extra)
                )
            self.archive.mark_unindexed(index, sorted(lacking))
            if index == "lexical" and extra:
                self.lexical.write([], remove=sorted(extra))
            elif extra:
                self.vectors.delete(sorted(extra))
        self.finish()

    def verify(self) -> Verification:
        """Compare the three stores passage by passage, and let every passage find itself."""
        return compare(self.archive, self.lexical, self.vectors, model_hash=self.encoder.model_hash)

    def repair(self, *, progress: Progress | None = None) -> None:
        """Rebuild both indexes from the archive; nothing is embedded that has a vector."""
        self.lexical = self._fresh_lexical()
        self.vectors = self._fresh_vectors(self.vectors)
        self.finish(progress=progress)

    def finish(self, *, progress: Progress | None = None) -> None:
        """Bring both indexes up to the archive. May be killed at any point and run again."""
        Indexing(self.archive, self.encoder, self.lexical, self.vectors).finish(progress)
