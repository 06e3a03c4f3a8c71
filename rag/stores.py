"""The three stores together: the archive, and the lexical and vector index derived from it.

Opening them takes hold of a local archive, checks that it was made with the same model, mends what
a killed process left, and finishes the indexing that it had begun.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import indexed_text
from rag.archive import SCHEMA_VERSION, connect
from rag.archive_writer import ArchiveWriter
from rag.config import Settings
from rag.embed import Encoder
from rag.errors import ArchiveDamagedError, ArchiveMismatchError, ConfigurationError
from rag.lexical import LexicalIndex, LexicalRow
from rag.ownership import Ownership
from rag.schema import Article
from rag.vectors import VectorIndex, VectorRow, remove_folder

INDEX_BATCH = 2_000
SAMPLE = 500
_log = logging.getLogger("newsdesk.stores")

Progress = Callable[[str, int], None]
"""Called with the name of an index and how many passages were just written to it."""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How the three stores compare; ``is_sound`` when nothing is to be mended.

    ``lost`` counts vectors that do not find themselves although the index lists them.
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
        """True when archive and both indexes hold the same passages and each vector finds itself."""
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


class Stores:
    """An open archive with its indexes; close it, or use it in a ``with`` statement."""

    def __init__(
        self, settings: Settings, encoder: Encoder, *, create: bool = False, writer: bool = True, adopt: bool = False
    ) -> None:
        """Open, or with ``create`` make, the archive of ``settings``.

        With ``adopt``, an archive made with another embedding model is taken over for this one: its
        vector index starts empty, and the caller cuts and embeds every article again.

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
                name = "writer" if self.remote else "archive"
                self._ownership = Ownership(self.folder, name=name)
            self._check_how_made(create=create, adopt=adopt)
            self.lexical, self.vectors = self._open_indexes(mend=self._ownership is not None)
        except BaseException:
            self._let_go()
            raise
        if self._ownership is not None:
            try:
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

    # --- how the archive was made -------------------------------------------------------------

    def _check_how_made(self, *, create: bool, adopt: bool) -> None:
        held = self.archive.made_with()
        wanted = {
            "schema": SCHEMA_VERSION,
            "embedding": self.encoder.name,
            "embedding hash": self.encoder.model_hash,
            "dimension": str(self.encoder.dimension),
        }
        if "schema" not in held:
            if not create:
                raise ArchiveDamagedError(
                    f"The archive in {self.folder} was never finished. Run `python -m ingest files PATH` again."
                )
            self.archive.describe(wanted)
            return
        if held["schema"] != SCHEMA_VERSION:
            raise ArchiveMismatchError(
                what="schema", built_with=held["schema"], asked_for=SCHEMA_VERSION,
                remedy="Ingest the articles again into a new folder (NEWSDESK_DATA).",
            )  # fmt: skip
        if held["embedding hash"] != self.encoder.model_hash:
            if adopt:
                generation = str(int(held.get("vectors generation", "1")) + 1)
                self.archive.describe({**wanted, "vectors generation": generation})
                self.archive.mark_all_unindexed("vectors")
                return
            raise ArchiveMismatchError(
                what="embedding model",
                built_with=f"{held['embedding']} ({held['embedding hash'][:12]})",
                asked_for=f"{self.encoder.name} ({self.encoder.model_hash[:12]})",
                remedy=f"Set NEWSDESK_EMBEDDING={held['embedding']}, or run `python -m ingest reindex` "
                "to embed every passage with the other model.",
            )

    def require(self, expected: Mapping[str, str], *, remedy: str) -> None:
        """Record what the archive must be made with, or compare it with what was recorded.

        Raises ArchiveMismatchError when a recorded value differs.
        """
        held = self.archive.made_with()
        for name, value in expected.items():
            if name in held and held[name] != value:
                raise ArchiveMismatchError(what=name, built_with=held[name], asked_for=value, remedy=remedy)
        self.archive.describe({name: value for name, value in expected.items() if name not in held})

    # --- opening the indexes ------------------------------------------------------------------

    def _generation(self, index: str) -> int:
        return int(self.archive.made_with().get(f"{index} generation", "1"))

    def _index_folder(self, index: str) -> Path:
        return self.folder / f"{index}-{self._generation(index)}"

    def _open_lexical(self) -> LexicalIndex:
        return LexicalIndex(self._index_folder("lexical"))

    def _open_vectors(self) -> VectorIndex:
        collection = f"newsdesk-{self.encoder.model_hash[:12]}-{self._generation('vectors')}"
        if self.remote:
            return VectorIndex(collection=collection, address=self.settings.chroma)
        return VectorIndex(collection=collection, folder=self._index_folder("vectors"))

    def _open_indexes(self, *, mend: bool) -> tuple[LexicalIndex, VectorIndex]:
        place = self.settings.chroma or "local"
        if self._ownership is not None:
            held = self.archive.made_with().get("vectors at")
            if held is not None and held != place:
                # The vectors live elsewhere now (another server, or none): they are written there from the archive.
                _log.warning("The vectors move from %s to %s.", held, place)
                self.archive.mark_all_unindexed("vectors")
            self.archive.describe({"vectors at": place})
        try:
            lexical = self._open_lexical()
        except ArchiveDamagedError:
            if not mend:
                raise
            lexical = self._fresh_lexical()
        try:
            vectors = self._open_vectors()
            vectors.count()
        except ConfigurationError:
            raise
        except Exception as error:
            if not mend:
                raise
            _log.warning("The vector index is rebuilt from the archive: %s", error)
            vectors = self._fresh_vectors(None)
        return lexical, vectors

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
        self.archive.describe({"vectors generation": str(self._generation("vectors") + 1), "vectors writing": ""})
        self.archive.mark_all_unindexed("vectors")
        if not self.remote:
            remove_folder(old)
        return self._open_vectors()

    # --- recovery, verification, repair -------------------------------------------------------

    def _recover(self) -> None:
        """Mend what a killed process left, and finish its indexing."""
        if self.archive.made_with().get("vectors writing"):
            _log.warning("The last process was stopped while it wrote vectors; checking them.")
            if not self._vectors_answer():
                self.vectors = self._fresh_vectors(self.vectors)
            self.archive.describe({"vectors writing": ""})
        self.finish()
        expected = self.archive.count_passages()
        if self.lexical.count() != expected or self.vectors.count() != expected:
            self._align()

    def _vectors_answer(self) -> bool:
        """Return whether a sample of the vectors that the archive counts as written find themselves."""
        try:
            listed = set(self.vectors.ids())
            written = [passage_id for passage_id in self.archive.passage_ids() if passage_id in listed]
            step = max(1, len(written) // SAMPLE)
            return self._lost(written[::step]) == 0
        except Exception as error:
            _log.warning("The vector index does not answer: %s", error)
            return False

    def _lost(self, passage_ids: Sequence[str]) -> int:
        """Count passages whose own vector does not lead back to it, or to one with an equal vector."""
        lost = 0
        for at in range(0, len(passage_ids), INDEX_BATCH):
            part = self.archive.vectors_of(passage_ids[at : at + INDEX_BATCH], model_hash=self.encoder.model_hash)
            if not part.ids:
                continue
            nearest = self.vectors.nearest_of_each(part.matrix)
            doubtful = [
                row for row, (mine, found) in enumerate(zip(part.ids, nearest, strict=True)) if mine not in found
            ]
            for row in doubtful:
                near = self.vectors.query(part.matrix[row], limit=1)
                # Word-for-word equal passages share one vector: another id at cosine 1 is no loss.
                if not near or near[0].cosine < 0.999:
                    lost += 1
        return lost

    def _align(self) -> None:
        """Write what an index lacks and take out what it should not have."""
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
        """Compare the three stores passage by passage, and let every vector find itself."""
        expected = list(self.archive.passage_ids())
        wanted, lexical, vectors = set(expected), self.lexical.ids(), set(self.vectors.ids())
        embedded = 0
        for at in range(0, len(expected), INDEX_BATCH):
            part = expected[at : at + INDEX_BATCH]
            embedded += len(self.archive.vectors_of(part, model_hash=self.encoder.model_hash).ids)
        return Verification(
            passages=len(expected),
            pending=self.archive.pending(),
            missing_lexical=len(wanted - lexical),
            extra_lexical=len(lexical - wanted),
            missing_vectors=len(wanted - vectors),
            extra_vectors=len(vectors - wanted),
            without_vector=len(expected) - embedded,
            lost=self._lost([passage_id for passage_id in expected if passage_id in vectors]),
        )

    def repair(self, *, progress: Progress | None = None) -> None:
        """Rebuild both indexes from the archive; nothing is embedded that has a vector."""
        self.lexical = self._fresh_lexical()
        self.vectors = self._fresh_vectors(self.vectors)
        self.finish(progress=progress)

    # --- indexing -----------------------------------------------------------------------------

    def finish(self, *, progress: Progress | None = None) -> None:
        """Bring both indexes up to the archive. May be killed at any point and run again."""
        report = progress or (lambda _index, _count: None)
        while ids := self.archive.to_remove("lexical", limit=INDEX_BATCH):
            self.lexical.write([], remove=ids)
            self.archive.mark_removed("lexical", ids)
        while ids := self.archive.unindexed("lexical", limit=INDEX_BATCH):
            self.lexical.write(self._lexical_rows(ids))
            self.archive.mark_indexed("lexical", ids)
            report("lexical", len(ids))
        if self.archive.to_remove("vectors", limit=1) or self.archive.unindexed("vectors", limit=1):
            self.archive.describe({"vectors writing": "yes"})
            self._finish_vectors(report)
            self.archive.describe({"vectors writing": ""})

    def _finish_vectors(self, report: Progress) -> None:
        while ids := self.archive.to_remove("vectors", limit=INDEX_BATCH):
            self.vectors.delete(ids)
            self.archive.mark_removed("vectors", ids)
        while ids := self.archive.unindexed("vectors", limit=INDEX_BATCH):
            self._embed_missing(ids)
            found = self.archive.vectors_of(ids, model_hash=self.encoder.model_hash)
            located = self.archive.locate(found.ids)
            rows = [_vector_row(passage_id, located[passage_id].article) for passage_id in found.ids]
            self.vectors.upsert(rows, found.matrix)
            self.archive.mark_indexed("vectors", ids)
            report("vectors", len(ids))

    def _embed_missing(self, passage_ids: Sequence[str]) -> None:
        """Embed passages that have no vector of this model: after a change of model, or damage."""
        lacking = self.archive.without_vector(passage_ids, model_hash=self.encoder.model_hash)
        if not lacking:
            return
        located = self.archive.locate([passage_id for passage_id, _ in lacking])
        texts = {
            hashed: indexed_text.for_embedding(
                located[passage_id].article, located[passage_id].passage, self.encoder.token_offsets
            )
            for passage_id, hashed in lacking
        }
        matrix = self.encoder.encode(list(texts.values()))
        self.archive.add_vectors(indexed_text.packed(list(texts), matrix), model_hash=self.encoder.model_hash)

    def _lexical_rows(self, passage_ids: Sequence[str]) -> list[LexicalRow]:
        located = self.archive.locate(passage_ids)
        available = self.archive.available(passage_ids)
        return [
            LexicalRow(
                passage_id=passage_id,
                text=indexed_text.for_lexical(item.article, item.passage),
                publisher=item.article.publisher,
                section=item.article.section,
                published=None
                if item.article.published_at is None
                else int(item.article.published_at.value.timestamp()),
                available=available[passage_id],
            )
            for passage_id, item in located.items()
        ]


def _vector_row(passage_id: str, article: Article) -> VectorRow:
    published = article.published_at
    return VectorRow(
        passage_id=passage_id,
        article_id=article.id,
        publisher=article.publisher,
        published=None if published is None else int(published.value.timestamp()),
    )
