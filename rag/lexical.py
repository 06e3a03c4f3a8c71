"""The lexical index: BM25 over passages in Tantivy, with dates and sources as filters.

Only ids and numbers are stored; the texts stay in the archive.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag import damage
from rag.archive import make_folder
from rag.errors import ArchiveDamagedError
from rag.schema import Scope
from rag.tables import timestamp

ANALYZER = "newsdesk_en"
HEAP_BYTES = 64_000_000
# A question is a handful of terms; a pasted page must not become a query of thousands.
MAX_QUERY_TERMS = 64


@dataclass(frozen=True, kw_only=True)
class LexicalRow:
    """One passage to write; ``text`` is the passage with its header. Moments in seconds since 1970."""

    passage_id: str
    text: str
    publisher: str | None
    section: str | None
    kind: str
    published: int | None
    available: int


@dataclass(frozen=True, kw_only=True)
class LexicalHit:
    """A passage that shares terms with the query; ``score`` is BM25, above 0."""

    passage_id: str
    score: float


def analyzer() -> Any:
    """Return the analysis used for indexing and for queries: words, lower case, no accents, English stems."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    filters = (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    )
    for item in filters:
        builder = builder.filter(item)
    return builder.build()


class LexicalIndex:
    """A Tantivy index in ``folder``; one writer at a time, any number of readers.

    Every method raises ArchiveDamagedError when the index cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._folder = folder

        self._tantivy = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
        builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("section", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("published", indexed=True, fast=True)
        builder.add_integer_field("available", indexed=True, fast=True)
        self._schema = builder.build()
        make_folder(folder)
        with self._damage():
            self._index = tantivy.Index(self._schema, path=str(folder))
        self._analyzer = analyzer()
        self._index.register_tokenizer(ANALYZER, self._analyzer)

    def _damage(self) -> AbstractContextManager[None]:
        return damage.reported(
            lambda error: ArchiveDamagedError(
                f"The lexical index in {self._folder} cannot be read ({error}). Run `python -m ingest repair`: it is "
                "rebuilt from the archive without embedding again."
            )
        )

    def write(self, rows: Sequence[LexicalRow], *, remove: Sequence[str] = ()) -> None:
        """Replace or add ``rows`` and take out the ids in ``remove``, in one commit."""
        with self._damage():
            writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
            try:
                for passage_id in remove:
                    writer.delete_documents_by_term("id", passage_id)
                for row in rows:
                    writer.delete_documents_by_term("id", row.passage_id)
                    writer.add_document(self._document(row))
                writer.commit()
            finally:
                # Gives the writer's lock back; without it the next writer of this process is refused.
                writer.wait_merging_threads()
            self._index.reload()

    def _document(self, row: LexicalRow) -> Any:
        document = self._tantivy.Document(id=row.passage_id, text=row.text, kind=row.kind, available=row.available)
        if row.published is not None:
            document.add_integer("published", row.published)
        for name, value in (("publisher", row.publisher), ("section", row.section)):
            if value is not None:
                document.add_text(name, value.lower())
        return document

    def search(self, text: str, *, scope: Scope, as_of: datetime, limit: int) -> list[LexicalHit]:
        """Return the best passages inside the scope and available before ``as_of``, best first.

        A text without a term of its own (only stop words, say) finds nothing.
        """
        terms = list(dict.fromkeys(self._analyzer.analyze(text)))[:MAX_QUERY_TERMS]
        if not terms:
            return []
        query, occur = self._tantivy.Query, self._tantivy.Occur
        limits = [(occur.Must, query.const_score_query(item, 0.0)) for item in self._limits(scope, as_of)]
        limits += [(occur.MustNot, item) for item in self._exclusions(scope)]
        with self._damage():
            self._index.reload()
            searcher = self._index.searcher()
            whole = query.boolean_query([(occur.Must, self._any_of(terms)), *limits])
            hits = searcher.search(whole, limit=limit, count=False).hits
            found = [LexicalHit(passage_id=searcher.doc(place)["id"][0], score=float(score)) for score, place in hits]
        # Equal scores are put in the order of their ids, so that two runs agree.
        return sorted(found, key=lambda hit: (-hit.score, hit.passage_id))

    def finds(self, passage_id: str, text: str) -> bool:
        """Return whether the index holds this passage and a term of ``text`` leads to it."""
        query, occur = self._tantivy.Query, self._tantivy.Occur
        terms = list(dict.fromkeys(self._analyzer.analyze(text)))[:MAX_QUERY_TERMS]
        wanted = [(occur.Must, query.term_query(self._schema, "id", passage_id))]
        if terms:
            wanted.append((occur.Must, self._any_of(terms)))
        with self._damage():
            searcher = self._index.searcher()
            hits = searcher.search(query.boolean_query(wanted), limit=1, count=False).hits
            return any(searcher.doc(place)["id"][0] == passage_id for _, place in hits)

    def _any_of(self, terms: Sequence[str]) -> Any:
        query, occur = self._tantivy.Query, self._tantivy.Occur
        return query.boolean_query([(occur.Should, query.term_query(self._schema, "text", term)) for term in terms])

    def _limits(self, scope: Scope, as_of: datetime) -> list[Any]:
        query, integer = self._tantivy.Query, self._tantivy.FieldType.Integer
        limits = [query.range_query(self._schema, "available", integer, None, timestamp(as_of), True, False)]
        if scope.published_from is not None:
            lower = timestamp(scope.published_from)
            limits.append(query.range_query(self._schema, "published", integer, lower, None))
        if scope.published_until is not None:
            upper = timestamp(scope.published_until)
            limits.append(query.range_query(self._schema, "published", integer, None, upper, True, False))
        wanted = {"publisher": scope.publishers, "section": scope.sections, "kind": scope.kinds}
        return [*limits, *(self._one_of(name, values) for name, values in wanted.items() if values)]

    def _exclusions(self, scope: Scope) -> list[Any]:
        excluded = {"publisher": scope.excluded_publishers, "kind": scope.excluded_kinds}
        return [self._one_of(name, values) for name, values in excluded.items() if values]

    def _one_of(self, name: str, values: Sequence[str]) -> Any:
        return self._tantivy.Query.term_set_query(self._schema, name, [value.lower() for value in values])

    def terms(self, text: str) -> list[str]:
        """Return the terms of ``text`` as they are indexed, in order, with repeats."""
        return list(self._analyzer.analyze(text))

    def document_frequency(self, term: str) -> int:
        """Return in how many passages an indexed term stands."""
        with self._damage():
            return int(self._index.searcher().doc_freq("text", term))

    def count(self) -> int:
        """Return how many passages the index holds."""
        with self._damage():
            self._index.reload()
            return int(self._index.searcher().num_docs)

    def ids(self) -> set[str]:
        """Return the ids of all passages."""
        with self._damage():
            self._index.reload()
            searcher = self._index.searcher()
            if searcher.num_docs == 0:
                return set()
            everything = self._tantivy.Query.all_query()
            hits = searcher.search(everything, limit=searcher.num_docs, count=False).hits
            return {searcher.doc(place)["id"][0] for _, place in hits}
