"""The retriever as LlamaIndex users take it."""

from datetime import UTC, datetime

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.query_engine import CustomQueryEngine

from rag.llamaindex import NewsdeskRetriever
from rag.schema import Scope


def test_nodes_carry_the_passage_its_score_and_its_dated_source(bundled_engine):
    nodes = NewsdeskRetriever(bundled_engine, limit=5).retrieve("Who sued Midjourney?")
    assert len(nodes) == 5
    scores = [node.score for node in nodes]
    assert scores == sorted(scores, reverse=True)
    first = nodes[0]
    held = bundled_engine.stores.archive.article(first.metadata["article_id"])
    assert held.text[first.metadata["start"] : first.metadata["end"]] == first.text
    assert first.metadata["published_at"] == held.published_at.value.date().isoformat()
    assert first.metadata["credit"].startswith("brief, after a report by")


def test_scope_and_date_hold(bundled_engine):
    retriever = NewsdeskRetriever(
        bundled_engine, scope=Scope(sections=("Courts",)), as_of=datetime(2025, 7, 1, tzinfo=UTC)
    )
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("Midjourney")
    assert found
    assert all(node.metadata["published_at"] < "2025-07-01" for node in found)


def test_words_limit_a_query_as_they_do_a_question(bundled_engine):
    found = NewsdeskRetriever(bundled_engine).retrieve("What did Bloomberg report in 2023 about Runway?")
    assert found
    assert all(node.metadata["publisher"] == "Bloomberg" for node in found)
    assert all(node.metadata["published_at"].startswith("2023") for node in found)


def test_a_query_engine_of_llamaindex_can_stand_on_it(bundled_engine):
    class Titles(CustomQueryEngine):
        retriever: BaseRetriever

        def custom_query(self, query_str):
            return "; ".join(node.metadata["title"] for node in self.retriever.retrieve(query_str))

    engine = Titles(retriever=NewsdeskRetriever(bundled_engine, limit=2))
    assert "Midjourney" in str(engine.query("Who sued Midjourney?"))
