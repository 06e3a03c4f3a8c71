"""The retriever for users of LlamaIndex: take only this part, and bring an index, engine or model of your own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.engine import Engine
from rag.schema import Question, Scope, ScoredPassage


class NewsdeskRetriever(BaseRetriever):
    """Newsdesk's retrieval as a LlamaIndex ``BaseRetriever``.

    A node's id is the passage's id, its text the passage as it stands in the article, its score the
    fused score; its metadata name article, title, publisher, date (ISO, or None when unknown), URL
    and the character span.
    """

    def __init__(
        self, engine: Engine, *, limit: int = 10, scope: Scope | None = None, as_of: datetime | None = None
    ) -> None:
        super().__init__()
        self._engine = engine
        self._limit = limit
        self._scope = scope or Scope()
        self._as_of = as_of

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = Question(text=query_bundle.query_str, scope=self._scope, as_of=self._as_of)
        return [as_node(item) for item in self._engine.retrieve(question, limit=self._limit)]


def as_node(item: ScoredPassage) -> NodeWithScore:
    """Return a passage as a LlamaIndex node with its score."""
    article, passage = item.article, item.passage
    published = None if article.published_at is None else article.published_at.value.date().isoformat()
    metadata: dict[str, Any] = {
        "article_id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "credit": article.credit,
        "published_at": published,
        "url": article.url,
        "start": passage.start,
        "end": passage.end,
    }
    hidden = ["article_id", "url", "start", "end", "publisher"]
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata,
        excluded_embed_metadata_keys=hidden,
        excluded_llm_metadata_keys=hidden,
    )
    return NodeWithScore(node=node, score=item.scores.final)
