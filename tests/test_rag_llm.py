"""The model's endpoint: how it is asked, and what becomes of everything that can go wrong with it."""

import time

import pytest
from llama_index.core.llms import ChatMessage, MockLLM
from scripted_model import NAME, Reply, said, scripted

from rag.config import Settings
from rag.errors import ConfigurationError
from rag.llm import llm_of
from rag.llm_stream import ModelFailedError, ModelStream

ASKED = [ChatMessage(role="system", content="Answer."), ChatMessage(role="user", content="Who?")]


def settings_for(url, **fields):
    return Settings(llm_url=url, llm_model=NAME, **fields)


def ask(url, *, first_token=20.0, seconds=60.0, **fields):
    stream = ModelStream(llm_of(settings_for(url, **fields)), first_token=first_token, seconds=seconds)
    try:
        return list(stream(ASKED))
    finally:
        stream.close()


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def test_without_an_address_there_is_no_model():
    assert llm_of(Settings()) is None


def test_an_answer_streams_piece_by_piece_with_its_token_counts():
    with scripted(said("Runway was paid. [1]", usage=(812, 6))) as model:
        pieces = ask(model.url, llm_key="secret", llm_output=77)
    assert [piece.text for piece in pieces if piece.text] == ["Runway ", "was ", "paid. ", "[1]"]
    assert (pieces[-1].prompt_tokens, pieces[-1].answer_tokens) == (812, 6)
    request = model.requests[0]
    assert (request["model"], request["temperature"], request["max_tokens"]) == (NAME, 0.0, 77)
    assert (request["stream"], request["stream_options"]) == (True, {"include_usage": True})
    assert [message["content"] for message in request["messages"]] == ["Answer.", "Who?"]
    assert (model.paths, model.headers[0]["authorization"]) == (["/v1/chat/completions"], "Bearer secret")


def test_a_key_meant_for_another_address_is_not_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "meant-for-another")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    with scripted(said("Yes.")) as model:
        assert text_of(ask(model.url)) == "Yes."
    assert "meant-for-another" not in str(model.headers)


def test_the_key_is_not_in_what_settings_print():
    assert "hunter2" not in repr(Settings(llm_key="hunter2"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_or_failing_model_is_asked_again(status):
    busy = Reply(status=status, headers=(("retry-after-ms", "10"),))
    with scripted(busy, busy, said("Yes.")) as model:
        assert text_of(ask(model.url)) == "Yes."
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "it is busy, status 429"), (500, "it answered with an error, status 500"),
     (401, "it refused the key, status 401"), (404, "its address or name is not known there, status 404"),
     (302, "it answered with an error, status 302")],
)  # fmt: skip
def test_an_error_status_is_told(status, reason):
    elsewhere = (("retry-after-ms", "10"), ("location", "http://192.0.2.1/v1/chat/completions"))
    with scripted(Reply(status=status, headers=elsewhere)) as model, pytest.raises(ModelFailedError, match=reason):
        ask(model.url, llm_retries=1)


def test_a_refused_connection_is_told():
    with scripted(Reply()) as model:
        url = model.url
    with pytest.raises(ModelFailedError, match="it could not be reached"):
        ask(url, llm_retries=0)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(pieces=("Runway ", "was "), breaks=True), "its answer broke off"),
        (Reply(pieces=("Runway ", "was "), finish=None), "its answer broke off"),
        (Reply(pieces=("Runway ",), finish="content_filter"), "its filter stopped the answer"),
        (Reply(raw=b"data: {not json\n\n"), "its answer could not be read"),
        (Reply(raw=b'data: {"error": {"message": "out of memory"}}\n\n'), "its answer could not be read"),
    ],
)
def test_a_stream_that_is_no_answer_is_told(reply, reason):
    with scripted(reply) as model, pytest.raises(ModelFailedError, match=reason):
        ask(model.url)


def test_an_answer_that_ends_at_its_limit_says_so():
    with scripted(said("Runway was", finish="length")) as model:
        assert any(piece.cut for piece in ask(model.url))


def test_a_model_that_does_not_begin_or_does_not_end_is_not_waited_for():
    with scripted(Reply(pieces=(60.0, "late"))) as model:
        with pytest.raises(ModelFailedError, match=r"did not begin to answer within 0\.3 seconds"):
            ask(model.url, first_token=0.3)
        assert model.left.wait(20)
    with scripted(Reply(pieces=("Runway ", 60.0, "late"))) as model:
        with pytest.raises(ModelFailedError, match=r"did not finish its answer within 0\.6 seconds"):
            ask(model.url, seconds=0.6)
        assert model.left.wait(20)


def test_a_slow_stream_hands_on_empty_pieces_and_is_dropped_when_nobody_reads():
    with scripted(Reply(pieces=("Runway ", 60.0, "late"))) as model:
        stream = ModelStream(llm_of(settings_for(model.url)), first_token=20, seconds=60)
        pieces = stream(ASKED)
        while next(pieces).text != "Runway ":
            pass
        assert next(pieces).text == ""
        pieces.close()
        assert model.left.wait(20)
        stream.close()


class Stuck(MockLLM):
    """A model of another kind, which blocks whoever waits for it."""

    def stream_chat(self, messages, **fields):
        time.sleep(3)
        yield from super().stream_chat(messages, **fields)


def test_any_model_of_llamaindex_streams_and_one_that_blocks_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("rag.llm_stream.GRACE", 0.0)
    stream = ModelStream(MockLLM(max_tokens=3), first_token=20, seconds=60)
    assert text_of(stream(ASKED)) != ""
    stream.close()
    stream = ModelStream(Stuck(), first_token=0.2, seconds=0.4)
    with pytest.raises(ModelFailedError, match="did not"):
        list(stream(ASKED))
    stream.close()


def test_a_model_that_the_client_refuses_is_a_mistake_in_the_settings():
    with pytest.raises(ConfigurationError, match="Name another model"):
        llm_of(Settings(llm_url="http://127.0.0.1:9/v1", llm_model="gpt-5.4-pro"))
