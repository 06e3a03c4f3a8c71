"""Archive → indexes: writes to both what they lack and takes out what they should not hold.

May be killed at any point and run again: a passage is marked as indexed only after the index took it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag import indexed_text
from rag.archive_writer import ArchiveWriter
from rag.embed import Encoder
from rag.lexical import LexicalIndex, LexicalRow
from rag.schema import Article, Moment
from rag.tables import timestamp
from rag.vectors import VectorIndex, VectorRow

INDEX_BATCH = 2_000
WRITING = "vectors writing"
"""Stands in ``made_with`` while vectors are written: a kill then may have damaged their index."""

Progress = Callable[[str, int], None]
"""Called with the name of an index and how many passages were just written to it."""


class Indexing:
    """Brings both indexes up to the archive."""

    def __init__(self, archive: ArchiveWriter, encoder: Encoder, lexical: LexicalIndex, vectors: VectorIndex) -> None:
        self._archive = archive
        self._encoder = encoder
        self._lexical = lexical
        self._vectors = vectors

    def finish(self, progress: Progress | None = None) -> None:
        """Write and remove all that waits."""
        report = progress or (lambda _index, _count: None)
        self._finish_lexical(report)
        if self._archive.to_remove("vectors", limit=1) or self._archive.unindexed("vectors", limit=1):
            self._archive.describe({WRITING: "yes"})
            self._finish_vectors(report)
            self._archive.describe({WRITING: ""})

    def _finish_lexical(self, report: Progress) -> None:
        while ids := self._archive.to_remove("lexical", limit=INDEX_BATCH):
            self._lexical.write([], remove=ids)
            self._archive.mark_removed("lexical", ids)
        while ids := self._archive.unindexed("lexical", limit=INDEX_BATCH):
            self._lexical.write(self._lexical_rows(ids))
            self._archive.mark_indexed("lexical", ids)
            report("lexical", len(ids))

    def _finish_vectors(self, report: Progress) -> None:
        while ids := self._archive.to_remove("vectors", limit=INDEX_BATCH):
            self._vectors.delete(ids)
            self._archive.mark_removed("vectors", ids)
        while ids := self._archive.unindexed("vectors", limit=INDEX_BATCH):
            self._embed_missing(ids)
            found = self._archive.vectors_of(ids, model_hash=self._encoder.model_hash)
            located = self._archive.locate(found.ids)
            rows = [_vector_row(passage_id, located[passage_id].article) for passage_id in found.ids]
            self._vectors.upsert(rows, found.matrix)
            self._archive.mark_indexed("vectors", ids)
            report("vectors", len(ids))

    def _embed_missing(self, passage_ids: Sequence[str]) -> None:
        """Embed passages that have no vector of this model: after a change of model, or damage."""
        lacking = self._archive.without_vector(passage_ids, model_hash=self._encoder.model_hash)
        if not lacking:
            return
        located = self._archive.locate([passage_id for passage_id, _ in lacking])
        texts = {
            hashed: indexed_text.for_embedding(
                located[passage_id].article, located[passage_id].passage, self._encoder.token_offsets
            )
            for passage_id, hashed in lacking
        }
        matrix = self._encoder.encode(list(texts.values()))
        self._archive.add_vectors(indexed_text.packed(list(texts), matrix), model_hash=self._encoder.model_hash)

    def _lexical_rows(self, passage_ids: Sequence[str]) -> list[LexicalRow]:
        located = self._archive.locate(passage_ids)
        available = self._archive.available(passage_ids)
        return [
            LexicalRow(
                passage_id=passage_id,
                text=indexed_text.for_lexical(item.article, item.passage),
                publisher=item.article.publisher,
                section=item.article.section,
                kind=item.article.kind.value,
                published=_seconds(item.article.published_at),
                available=available[passage_id],
            )
            for passage_id, item in located.items()
        ]


def _vector_row(passage_id: str, article: Article) -> VectorRow:
    return VectorRow(
        passage_id=passage_id,
        article_id=article.id,
        publisher=article.publisher,
        published=_seconds(article.published_at),
    )


def _seconds(moment: Moment | None) -> int | None:
    return None if moment is None else timestamp(moment.value)
