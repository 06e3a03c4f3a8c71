"""What a newcomer would search the same articles with: LlamaIndex as its documentation begins.

- ``plain-llamaindex``: ``SentenceSplitter`` and ``VectorStoreIndex`` on Chroma as they come, same embedding model
- ``llamaindex-bm25``: ``BM25Retriever`` over the same chunks
- ``llamaindex-fusion``: ``QueryFusionRetriever`` over both, by reciprocal rank, without further queries

All three know no dates. The ones with ``-dated`` behind their names are asked for more chunks than are
wanted, and those of articles published later than the question are taken out. A chunk is gold by the same
rule as a Newsdesk passage: it belongs to a gold article, and an accepted answer stands in it. As it is about
five times as long, it holds a given answer more often, which favours the baselines. They find and do not
answer, since LlamaIndex answers with a language model only.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.plain_llamaindex import PACKAGES, PlainLlamaIndex, require_packages
from rag.archive_writer import content_hash
from rag.errors import NewsdeskError
from rag.schema import Article, Passage, Question, ScoredPassage, Scores

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import BaseNode, NodeWithScore

TOP = 10
"""How many chunks are asked for, of each retriever."""
MORE = 200
"""How many are asked for where those of later articles are taken out."""
BATCH = 50
"""How many articles are embedded between two notes of what is done."""

NEEDED = {**PACKAGES, "llama_index.retrievers.bm25": "llama-index-retrievers-bm25"}
DESCRIPTIONS: Mapping[str, str] = {
    "plain-llamaindex": "LlamaIndex as its documentation begins: SentenceSplitter, VectorStoreIndex on Chroma",
    "llamaindex-fusion": "LlamaIndex QueryFusionRetriever: the plain index and BM25 by reciprocal rank",
    "llamaindex-bm25": "LlamaIndex BM25Retriever alone",
}
DATED = "-dated"
NAMES = (*DESCRIPTIONS, *(name + DATED for name in DESCRIPTIONS))

_STATE = "taken.json"
_BM25 = "bm25-"

Report = Callable[[int, int], None]
"""Called with how many articles are embedded, and how many there are."""


class BaselineIndexError(NewsdeskError):
    """The baselines' index on disk cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A baseline, ready to be asked; ``made_with`` says with which packages and settings."""

    name: str
    description: str
    made_with: dict[str, str]
    retriever: Callable[[Question], list[ScoredPassage]]


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """What is wholly stored: how many chunks there are, and each article's id with the hash of its content."""

    chunks: int
    articles: Mapping[str, str]


class LlamaIndexPool:
    """The index of the baselines in a folder of its own; kept, and completed where it was left."""

    def __init__(self, model: Path, folder: Path) -> None:
        """Open it; ``model`` is the folder of the embedding model. Raises BaselineMissingError."""
        require_packages(NEEDED)
        self._folder = folder
        self._index = PlainLlamaIndex(model, folder / "chroma")
        self._articles: dict[str, Article] = {}
        self._lexical: Any = None

    def fill(self, articles: Sequence[Article], report: Report) -> int:
        """Take in what is missing of ``articles``, and out what is not among them; return how many were embedded.

        Raises BaselineIndexError when Chroma has lost chunks.
        """
        self._articles = {item.id: item for item in articles}
        self._lexical = None
        wanted = {item.id: content_hash(item) for item in articles}
        before = self._read()
        taken = {name: hashed for name, hashed in before.articles.items() if wanted.get(name) == hashed}
        stale = [name for name in before.articles if name not in taken]
        todo = [item for item in articles if item.id not in taken]
        if stale or self._index.count() != before.chunks:
            # Chunks of articles that were edited or are gone, and of the batch in which a run was killed.
            self._index.remove([*stale, *(item.id for item in todo)])
            if not stale and self._index.count() != before.chunks:
                raise BaselineIndexError(
                    f"The index in {self._folder} should hold {before.chunks} chunks and holds {self._index.count()}. "
                    "Delete that folder."
                )
        for at in range(0, len(todo), BATCH):
            batch = todo[at : at + BATCH]
            self._index.ingest(batch)
            taken.update({item.id: wanted[item.id] for item in batch})
            self._write(_Taken(chunks=self._index.count(), articles=taken))
            report(min(at + BATCH, len(todo)), len(todo))
        self._write(_Taken(chunks=self._index.count(), articles=taken))
        return len(todo)

    def baselines(self, names: Sequence[str]) -> list[Baseline]:
        """Return the baselines with these names, over the articles of the last ``fill``."""
        made_with = {
            "index": self._index.made_with,
            **{package: version(package) for package in ("llama-index-core", *NEEDED.values())},
        }
        found = []
        for name in names:
            kind = name.removesuffix(DATED)
            is_dated = name != kind
            found.append(
                Baseline(
                    name=name,
                    description=DESCRIPTIONS[kind] + (", without articles published later" if is_dated else ""),
                    made_with=made_with,
                    retriever=_Asked(
                        self._retriever(kind, MORE if is_dated else TOP), self._articles, is_dated=is_dated
                    ),
                )
            )
        return found

    def _retriever(self, kind: str, limit: int) -> BaseRetriever:
        if kind == "plain-llamaindex":
            return self._index.retriever(limit)
        lexical = self._bm25(limit)
        if kind == "llamaindex-bm25":
            return lexical
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.retrievers.fusion_retriever import FUSION_MODES

        return QueryFusionRetriever(
            [self._index.retriever(limit), lexical],
            llm=MockLLM(),  # never asked with one query, and demanded all the same
            mode=FUSION_MODES.RECIPROCAL_RANK,
            num_queries=1,
            similarity_top_k=limit,
            use_async=False,
        )

    def _bm25(self, limit: int) -> BaseRetriever:
        from llama_index.retrievers.bm25 import BM25Retriever

        if self._lexical is None:
            self._lexical = BM25Retriever.from_persist_dir(str(self._bm25_folder()), show_progress=False).bm25
        found: BaseRetriever = BM25Retriever(existing_bm25=self._lexical, similarity_top_k=limit)
        return found

    def _bm25_folder(self) -> Path:
        """Return the folder of the BM25 index over the articles, which is made when there is none."""
        from llama_index.retrievers.bm25 import BM25Retriever

        hashes = sorted((item.id, content_hash(item)) for item in self._articles.values())
        folder = self._folder / f"{_BM25}{hashlib.sha256(repr(hashes).encode()).hexdigest()[:16]}"
        if not folder.exists():
            for old in self._folder.glob(f"{_BM25}*"):
                shutil.rmtree(old)
            partial = folder.with_name("partial")
            shutil.rmtree(partial, ignore_errors=True)
            nodes: list[BaseNode] = [*self._index.cut(list(self._articles.values()))]
            BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=1).persist(str(partial), show_progress=False)
            partial.rename(folder)
        return folder

    def _read(self) -> _Taken:
        file = self._folder / _STATE
        if not file.exists():
            return _Taken(chunks=0, articles={})
        held = json.loads(file.read_text(encoding="utf-8"))
        return _Taken(chunks=held["chunks"], articles=held["articles"])

    def _write(self, taken: _Taken) -> None:
        partial = self._folder / f"{_STATE}.partial"
        partial.write_text(json.dumps({"chunks": taken.chunks, "articles": taken.articles}), encoding="utf-8")
        partial.replace(self._folder / _STATE)


class _Asked:
    """A retriever of LlamaIndex, asked in our words."""

    def __init__(self, retriever: BaseRetriever, articles: Mapping[str, Article], *, is_dated: bool) -> None:
        self._retriever = retriever
        self._articles = articles
        self._is_dated = is_dated

    def __call__(self, question: Question) -> list[ScoredPassage]:
        found = [self._passage(item) for item in self._retriever.retrieve(question.text)]
        if self._is_dated and question.as_of is not None:
            found = [
                item
                for item in found
                if item.article.published_at is not None and item.article.published_at.value < question.as_of
            ]
        return found[:TOP]

    def _passage(self, item: NodeWithScore) -> ScoredPassage:
        node = item.node
        article = self._articles[str(node.ref_doc_id)]
        text = item.text
        start = getattr(node, "start_char_idx", None) or 0
        passage = Passage(
            id=f"{article.id}-chunk-{start}",
            article_id=article.id,
            version=article.version,
            ordinal=0,
            start=start,
            end=start + len(text),
            text=text,
        )
        return ScoredPassage(passage=passage, article=article, scores=Scores(final=float(item.score or 0.0)))
