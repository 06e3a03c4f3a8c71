"""The page's example questions: asked of the bundled corpus with the real model, the cited article must be right."""

import json
from pathlib import Path

import pytest

from rag.form import read_examples
from rag.schema import AnswerStatus, Question, Scope

CORPUS = Path(__file__).parent.parent / "corpus"
EXAMPLES = json.loads((CORPUS / "examples.json").read_text(encoding="utf-8"))


def asked(example):
    from rag.__main__ import day
    from rag.schema import end_of_day

    as_of = end_of_day(day(example["as_of"], "as_of")) if "as_of" in example else None
    return Question(text=example["question"], as_of=as_of)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: item["question"])
def test_an_example_question_is_answered_from_the_right_article(example, bundled_engine):
    answer = bundled_engine.ask(asked(example))
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].article.id in example["cites"], [item.article.id for item in answer.citations]
    for citation in answer.citations:
        held = bundled_engine.stores.archive.article(citation.article.id, version=citation.article.version)
        assert held.text[citation.start : citation.end] == citation.quote
        assert held.credit.startswith("brief, after a report by ")


def test_the_page_shows_the_same_examples():
    assert [item.question for item in read_examples(CORPUS / "examples.json")] == [
        item["question"] for item in EXAMPLES
    ]


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Who won the Champions League?", "How is rye bread baked?"]
)
def test_what_the_corpus_is_not_about_is_declined(question, bundled_engine):
    answer = bundled_engine.ask(Question(text=question))
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.nearest


def test_the_same_question_has_another_answer_at_an_earlier_date(bundled_engine):
    from rag.__main__ import day
    from rag.schema import end_of_day

    question = "What is Runway valued at?"
    early = bundled_engine.ask(Question(text=question, as_of=end_of_day(day("2023-12-31", "as_of"))))
    late = bundled_engine.ask(Question(text=question, as_of=end_of_day(day("2026-12-31", "as_of"))))
    assert "$1.5 billion" in early.text
    assert "$5.3 billion" in late.text
    bound = end_of_day(day("2023-12-31", "as_of"))
    assert all(item.article.published_at.value < bound for item in early.passages)


def test_a_publisher_filter_holds_in_every_passage(bundled_engine):
    scope = Scope(publishers=("bloomberg",))
    answer = bundled_engine.ask(Question(text="What did OpenAI and the studios talk about?", scope=scope))
    assert answer.passages
    assert {item.article.publisher for item in answer.passages} == {"Bloomberg"}
