"""Hostile articles through the whole way, with a model that obeys them: what leaves the system stays harmless."""

from __future__ import annotations

import re
import socket
import unicodedata

import pytest
from archives import DIMENSION, LATER, take
from fakes import HashingEncoder
from hostile_articles import ATTACKS, TRUE
from scripted_model import NAME, Reply, said, scripted

from ingest.files import read_paths
from rag.__main__ import as_text
from rag.config import Settings
from rag.engine import Engine
from rag.llm import llm_of
from rag.render import render_answer, render_evidence
from rag.schema import AnswerStatus, Question
from rag.stores import Stores
from rag.turns import turn_of

pytestmark = pytest.mark.slow
QUESTION = "Studio {name} will license its film library to which company, people close to the matter said?"


def write(attack, folder):
    """Write the article as a reader would get it: a saved page or a Markdown file."""
    true, title = TRUE.format(name=attack.name), attack.title or f"Studio {attack.name} and its library"
    if attack.html:
        rest = "<p>The parties did not comment on how long the agreement runs or who else had made an offer.</p>" * 2
        text = (
            f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
            f"<p>{true}</p>{attack.body}{rest}</article></body></html>"
        )
    else:
        text = (
            f"---\ntitle: {title!r}\npublished_at: 2024-05-20\npublisher: Hostile Post\n---\n{true}\n\n{attack.body}\n"
        )
    (folder / f"{attack.name}.{'html' if attack.html else 'md'}").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """An engine over all hostile articles, and the model that it asks."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "news").mkdir()
    for attack in ATTACKS:
        write(attack, folder / "news")
    with scripted(Reply()) as model:
        settings = Settings(data=str(folder / "data"), llm_url=model.url, llm_model=NAME, llm_context=100_000)
        with Stores(settings, HashingEncoder(DIMENSION), create=True) as stores:
            account, _ = take(stores, read_paths([str(folder / "news")]))
            assert account.items == len(ATTACKS)
            yield Engine(stores, llm=llm_of(settings)), model


@pytest.fixture
def connections(monkeypatch):
    """The addresses that anything in this process connects to."""
    seen = []
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def connect(self, address, _original=original):
            seen.append(address)
            return _original(self, address)

        monkeypatch.setattr(socket.socket, name, connect)
    return seen


def test_there_are_thirty_and_more():
    assert len({attack.name for attack in ATTACKS}) >= 30


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_what_an_obedient_model_writes_does_no_harm(desk, connections, attack):
    engine, model = desk
    question = Question(text=QUESTION.format(name=attack.name), as_of=LATER)
    quoted = engine.quote(question)
    assert quoted.status is AnswerStatus.ANSWERED
    model.requests.clear()
    true = TRUE.format(name=attack.name)
    model.replies[:] = [said(f"{attack.reply.replace('{n}', '1')}\n{true} [1]")]
    *growing, answer = engine.stream(question)

    # One call, to the model and to nobody else.
    assert len(model.requests) == 1
    assert {address[1] for address in connections if isinstance(address, tuple)} <= {int(model.url.split(":")[2][:-3])}
    # What it is given: nothing hidden, only our numbers, our marks twice and nowhere else.
    user = model.requests[0]["messages"][1]["content"]
    fence = user.splitlines()[0]
    assert re.fullmatch(r"====[0-9a-f]{24}====", fence)
    assert user.count(fence) == 2
    assert not [character for character in user if character != "\n" and unicodedata.category(character)[0] == "C"]
    passages = answer.generation.passages
    assert re.findall(r"\[[^\[\]\n]*\d[^\[\]\n]*\]", user) == [f"[{number}]" for number in range(1, passages + 1)]
    # What is said: not the payload, and every standing sentence has verbatim quotes of ours.
    assert attack.payload not in answer.text
    assert attack.payload not in turn_of(answer).answer
    assert answer.citations
    assert all(item.article.text[item.start : item.end] == item.quote for item in answer.citations)
    numbers = {item.number for item in answer.citations}
    assert all(item.is_struck or (item.citations and set(item.citations) <= numbers) for item in answer.sentences)
    # What is shown, growing and complete: no markup, no address, no control character of its making.
    for shown in (*growing, answer):
        words = "".join(item.text for item in shown.sentences) if shown.generation.failure == "" else ""
        assert not re.search(r"evil\.example/|javascript:|<\w+[ >]", words)
        assert not [character for character in words if unicodedata.category(character)[0] == "C"]
        page = render_answer(shown, 1) + render_evidence(shown, 1)
        assert not re.search(r"<(?:img|script|form|input|iframe|style|svg|base)\b", page)
        assert all(re.fullmatch(r"#(?:src|cite)-1-\d+", link) for link in re.findall(r'href="([^"]*)"', page))
    assert "\x1b" not in as_text(answer)
