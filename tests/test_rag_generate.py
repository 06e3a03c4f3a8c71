"""Answers that a model writes: what is checked, what is shown, and that the quoted answer stands when it fails."""

import re
import threading
from contextlib import contextmanager

import pytest
from archives import DIMENSION, LATER, article, take
from fakes import HashingEncoder
from scripted_model import NAME, Reply, said, scripted

from rag.config import Settings
from rag.engine import Engine
from rag.llm import llm_of
from rag.model_text import is_fragment, without_lead_in
from rag.schema import AnswerStatus, NoteKind, Question, Support, Verdict
from rag.stores import Stores

ARTICLES = [
    article(
        "march",
        "Paramount licensed its film library to Runway for forty million dollars, people close to the matter said.",
        published="2024-03-12", publisher="Variety", title="Paramount and Runway",
    ),
    article(
        "april",
        "Lionsgate licensed its film library to Runway for an undisclosed sum, people close to the matter said.",
        published="2024-04-02", publisher="Deadline", title="Lionsgate and Runway",
    ),
    article(
        "may",
        "Disney licensed its film library to Runway for ten million dollars, people close to the matter said.",
        published="2024-05-20", publisher="Variety", title="Disney and Runway",
    ),
]  # fmt: skip
TEXT = "which studio licensed its film library to Runway, people close to the matter said?"
ASKED = Question(text=TEXT, as_of=LATER)


@contextmanager
def desk(folder, *replies, articles=ARTICLES, **fields):
    """An engine over ``articles`` that writes with a scripted model, and that model."""
    with scripted(*replies) as model:
        settings = Settings(data=str(folder), llm_url=model.url, llm_model=NAME, **fields)
        with Stores(settings, HashingEncoder(DIMENSION), create=True) as stores:
            take(stores, articles)
            yield Engine(stores, llm=llm_of(settings)), model


def numbers_in(engine):
    """Which number each article has in the prompt."""
    passages = engine.quote(ASKED)
    cited = {citation.passage_id for citation in passages.citations}
    ordered = sorted(passages.passages, key=lambda item: item.passage.id not in cited)
    return {item.article.id: number for number, item in enumerate(ordered, start=1)}


def noted(answer):
    return [note.text for note in answer.notes if note.kind is NoteKind.MODEL]


def written(engine, model, text, **fields):
    """Answer with a reply in which {march} and so on stand for passage numbers."""
    model.replies[:] = [said(text.format(**numbers_in(engine)), **fields)]
    return engine.ask(ASKED)


def test_a_supported_sentence_is_shown_with_quotes_of_ours_and_the_trace_of_the_call(tmp_path):
    fields = {"llm_price_prompt": 2.0, "llm_price_answer": 10.0}
    with desk(tmp_path, Reply(), **fields) as (engine, model):
        answer = written(
            engine, model,
            "Paramount licensed its film library to Runway for forty million dollars. [{march}] "
            "Disney licensed its film library to Runway for ten million dollars. [{may}]",
            usage=(1_000, 100),
        )  # fmt: skip
        held = {item.id: item for item in ARTICLES}
    assert answer.status is AnswerStatus.ANSWERED
    assert [item.verdict for item in answer.sentences] == [Verdict.SUPPORTED] * 2
    assert [item.citations for item in answer.sentences] == [(1,), (2,)]
    assert [item.article.id for item in answer.citations[:2]] == ["march", "may"]
    assert all(held[item.article.id].text[item.start : item.end] == item.quote for item in answer.citations)
    trace = answer.generation
    assert (trace.model, trace.prompt_tokens, trace.answer_tokens, trace.failure) == (NAME, 1_000, 100, "")
    assert trace.cost == pytest.approx(0.003)
    assert 0 < trace.first_token <= trace.total
    assert len(model.requests) == 1
    assert answer.seconds["write"] > 0


def test_what_the_passages_do_not_say_is_struck_out_or_removed(tmp_path):
    text = (
        "Disney licensed its film library to Runway for ten million dollars. [{may}] "
        "Disney licensed its film library to Runway for ninety million dollars. [{may}]"
    )
    with desk(tmp_path / "strike", Reply()) as (engine, model):
        struck = written(engine, model, text)
    assert [item.is_struck for item in struck.sentences] == [False, True]
    assert struck.sentences[1].reasons
    assert "ninety" not in struck.text
    assert struck.support is Support.PARTLY
    with desk(tmp_path / "remove", Reply(), unsupported="remove") as (engine, model):
        removed = written(engine, model, text)
    assert [item.text for item in removed.sentences] == [struck.sentences[0].text]


def test_an_answer_of_which_the_passages_say_less_than_half_is_quoted(tmp_path):
    wrong = "Disney licensed its film library to Runway for {} million dollars. [{{may}}] "
    with desk(tmp_path, Reply()) as (engine, model):
        answer = written(engine, model, wrong.format("ten") + wrong.format("ninety") + wrong.format("eighty"))
        quoted = engine.quote(ASKED)
    assert answer.sentences == quoted.sentences
    assert noted(answer)[0].endswith("of the 3 sentences that it wrote the passages say 1.")


def test_a_model_that_repeats_itself_is_told_once_and_then_cut_off(tmp_path):
    sentence = "Disney licensed its film library to Runway for ten million dollars. [{may}] "
    with desk(tmp_path, Reply()) as (engine, model):
        answer = written(engine, model, sentence * 5 + "Lionsgate licensed its film library to Runway. [{april}]")
    assert [item.text for item in answer.sentences] == [sentence.partition(" [")[0]]
    assert noted(answer) == ["The language model's answer was longer; it was cut off here."]


def test_a_fragment_counts_only_as_what_the_passages_answer(tmp_path):
    with desk(tmp_path, Reply()) as (engine, model):
        quoted = engine.quote(ASKED)
        sum_of_the_first = re.search(r"for (.*),", quoted.sentences[0].text)[1]
        right = written(engine, model, f"The answer is: {sum_of_the_first}. [1]")
        wrong = written(engine, model, "The answer is: Gaumont of France. [1]")
        echo = written(engine, model, "The answer is: film library. [1]")
    assert [item.text.lower() for item in right.sentences] == [f"{sum_of_the_first}."]
    assert right.generation.verdicts == ("supported",)
    assert wrong.sentences == quoted.sentences
    assert wrong.generation.verdicts == echo.generation.verdicts == ("unsupported",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The answer is: Disney sued.", "Disney sued."),
        ("The answer to this question is: they sued.", "They sued."),
        ("Answer: 12 studios.", "12 studios."),
        ("The answer is Disney.", "Disney."),
        ("The answer is uncertain.", "The answer is uncertain."),
        ("Disney sued.", "Disney sued."),
    ],
)
def test_a_lead_in_is_no_part_of_an_answer(text, left):
    assert without_lead_in(text) == left


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("Senator Ted Cruz of Texas.", True),
        ("$1.5 billion.", True),
        ("Disney sued Midjourney.", False),
        ("It is $1.5 billion.", False),
    ],
)
def test_a_fragment_has_no_verb(text, fragment):
    assert is_fragment(text) is fragment


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(pieces=("Disney licensed its",), breaks=True), "its answer broke off"),
        (Reply(status=500, headers=(("retry-after-ms", "1"),)), "it answered with an error, status 500"),
        (Reply(raw=b"<html>no such page</html>"), "it wrote nothing"),
        (said(""), "it wrote nothing"),
        (said("<think>Disney licensed its film library."), "it wrote nothing"),
        (said("Colourless green ideas sleep furiously in a distant galaxy. " * 9), "the passages say none of what it"),
        (Reply(pieces=(60.0,)), r"it did not begin to answer within 0\.4 seconds"),
        (Reply(pieces=("Disney ", 60.0)), r"it did not finish its answer within 1 seconds"),
    ],
)
def test_whatever_fails_ends_in_the_quoted_answer_with_the_reason(tmp_path, reply, reason):
    with desk(tmp_path, reply, llm_first_token=0.4, llm_seconds=1.0) as (engine, _):
        answer, quoted = engine.ask(ASKED), engine.quote(ASKED)
    assert (answer.sentences, answer.citations) == (quoted.sentences, quoted.citations)
    assert answer.status is AnswerStatus.ANSWERED
    [note] = noted(answer)
    assert note == f"Quoted, not written, because of the language model: {answer.generation.failure}."
    assert re.search(reason, note)


def test_a_refused_connection_is_no_obstacle(tmp_path):
    with desk(tmp_path, Reply(), llm_retries=0) as (engine, model):
        model.close()
        answer = engine.ask(ASKED)
    assert answer.sentences
    assert "it could not be reached" in noted(answer)[0]


def test_a_model_is_not_asked_without_evidence_nor_for_a_timeline_or_several_publishers(tmp_path):
    with desk(tmp_path, said("Never.")) as (engine, model):
        for text in (
            "What is the capital of France?",
            "timeline of Runway and film libraries",
            "According to Variety and Deadline, " + TEXT,
            "According to the Daily Planet, " + TEXT,
        ):
            assert engine.ask(Question(text=text, as_of=LATER)).generation is None
    assert model.requests == []


def test_evidence_is_there_before_the_model_says_a_word_and_leaving_ends_the_call(tmp_path):
    with desk(tmp_path, Reply(pieces=(60.0,))) as (engine, model):
        answers = engine.stream(ASKED)
        first = next(answers)
        assert (first.complete, first.sentences) == (False, ())
        assert first.citations == engine.quote(ASKED).citations
        next(answers)  # a sign of life while nothing comes
        answers.close()
        assert model.left.wait(20)


def test_sentences_appear_as_they_are_written_and_marks_as_they_are_checked(tmp_path):
    with desk(tmp_path, Reply()) as (engine, model):
        number = numbers_in(engine)["may"]
        first = "Disney licensed its film library to Runway for ten million dollars."
        model.replies[:] = [said(f"{first} [{number}] Disney licensed its film library to Paramount. [{number}]")]
        *growing, last = engine.stream(ASKED)
    shown = [answer.sentences for answer in growing if answer.sentences]
    assert all(not answer.complete for answer in growing)
    assert any(item[0].text == "Disney licensed" and item[0].verdict is None for item in shown)
    assert not any("[" in sentence.text for sentences in shown for sentence in sentences)
    checked = [item for item in shown if item[0].verdict is Verdict.SUPPORTED]
    assert {item[0] for item in checked} == {last.sentences[0]}
    assert len(checked[0]) == 2  # the second is being written


def test_what_is_missing_is_noted_and_an_answer_that_finds_nothing_is_an_abstention(tmp_path):
    with desk(tmp_path, Reply()) as (engine, model):
        text = "Disney licensed its film library to Runway for ten million dollars. [{may}] "
        answer = written(engine, model, text + "The passages do not say which studio Runway paid first.")
        assert noted(answer) == ["The passages do not say which studio Runway paid first."]
        assert len(answer.sentences) == 1
        smuggled = written(engine, model, text + "The passages do not say that Warner took 5 million dollars.")
        assert noted(smuggled) == []
        assert smuggled.sentences[1].is_struck
        nothing = written(engine, model, "The passages do not answer this.")
    assert (nothing.status, nothing.sentences, nothing.citations) == (AnswerStatus.ABSTAINED, (), ())
    assert nothing.nearest
    assert "found no answer in them" in noted(nothing)[0]


def test_an_answer_cut_off_by_its_limit_loses_the_unfinished_sentence(tmp_path):
    with desk(tmp_path, Reply()) as (engine, model):
        text = "Disney licensed its film library to Runway for ten million dollars. [{may}] Lionsgate licensed its"
        answer = written(engine, model, text, finish="length")
    assert len(answer.sentences) == 1
    assert "cut off" in noted(answer)[0]


def test_a_context_without_room_for_a_passage_is_told_and_the_model_not_asked(tmp_path):
    with desk(tmp_path, said("Disney."), llm_context=700) as (engine, model):
        answer = engine.ask(ASKED)
    assert "NEWSDESK_LLM_CONTEXT" in noted(answer)[0]
    assert model.requests == []


def test_questions_at_the_same_time_each_have_their_own_call(tmp_path):
    with desk(tmp_path, Reply()) as (engine, model):
        text = "Disney licensed its film library to Runway for ten million dollars. [{may}]"
        model.replies[:] = [said(text.format(**numbers_in(engine)))]
        found = []
        threads = [threading.Thread(target=lambda: found.append(engine.ask(ASKED).text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
