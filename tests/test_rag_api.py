"""Questions over HTTP: the record of the command line, whole or as it grows."""

import json

import pytest
from fakes_page import ARTICLES, FakeEngine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.api import api_routes

QUESTION = "When does the consent rule take effect?"


@pytest.fixture
def engine():
    return FakeEngine(ARTICLES)


@pytest.fixture
def client(engine):
    return TestClient(Starlette(routes=api_routes(engine)))


def test_an_answer_comes_with_its_verbatim_quotes_and_their_places(client):
    answer = client.get("/api/ask", params={"question": QUESTION}).json()
    assert answer["status"] == "answered"
    assert answer["sentences"][0]["citations"] == [1]
    texts = {article.id: article.text for article in ARTICLES}
    for citation in answer["citations"]:
        assert texts[citation["article"]][citation["start"] : citation["end"]] == citation["quote"]
    numbers = {citation["number"] for citation in answer["citations"]}
    assert all(set(sentence["citations"]) <= numbers for sentence in answer["sentences"])


def test_limits_are_read_from_the_query(client, engine):
    limits = {"from": "2026-03", "until": "2026-06", "as_of": "2026-07-01", "publisher": ["Dub Wire", "Screen Ledger"]}
    client.get("/api/ask", params={"question": QUESTION, **limits})
    (asked,) = engine.asked
    assert asked.scope.publishers == ("Dub Wire", "Screen Ledger")
    assert str(asked.scope.published_from)[:10] == "2026-03-01"
    assert str(asked.scope.published_until)[:10] == "2026-07-01"
    assert str(asked.as_of)[:10] == "2026-07-02"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "The question is empty"),
        ({"question": "Who?", "from": "soon"}, "is not a date"),
        ({"question": "Who?", "limit": "3"}, "There is no parameter 'limit'"),
        ({"question": "a quorum?"}, "cannot be asked for"),
    ],
)
def test_what_cannot_be_asked_is_told_with_a_remedy(client, query, said):
    answer = client.get("/api/ask", params=query)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_a_failure_tells_no_detail(client, caplog):
    answer = client.get("/api/ask", params={"question": "a breakdown?"})
    assert answer.status_code == 503
    assert "secret detail" not in answer.text
    assert "its log says what" in answer.json()["error"]
    assert "secret detail" in caplog.text
    lines = client.get("/api/stream", params={"question": "a breakdown?"}).text.splitlines()
    assert "its log says what" in json.loads(lines[-1])["error"]


def test_a_stream_grows_line_by_line_to_the_same_answer(client):
    whole = client.get("/api/ask", params={"question": QUESTION}).json()
    lines = [json.loads(line) for line in client.get("/api/stream", params={"question": QUESTION}).text.splitlines()]
    assert [line["complete"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert (lines[-1]["answer"], lines[-1]["citations"]) == (whole["answer"], whole["citations"])


def test_the_page_of_another_site_is_refused(client):
    for path in ("/api/ask", "/api/stream"):
        answer = client.get(path, params={"question": QUESTION}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 400
        assert "other sites" in answer.json()["error"]
