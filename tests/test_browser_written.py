"""Answers of a language model in a real browser: evidence first, marks while it writes, and leaving ends the call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from archives import DIMENSION, take
from browser_desk import Desk, Reader, chromium, serving
from fakes import HashingEncoder
from scripted_model import NAME, Reply, ScriptedModel, said, scripted
from test_app import free_port
from test_rag_generate import ARTICLES, TEXT, numbers_in

from rag.config import Settings
from rag.engine import Engine
from rag.llm import llm_of
from rag.stores import Stores

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def page(tmp_path: Any) -> Iterator[tuple[Reader, ScriptedModel, Engine]]:
    with scripted(Reply()) as model:
        settings = Settings(port=free_port(), data=str(tmp_path), llm_url=model.url, llm_model=NAME)
        with Stores(settings, HashingEncoder(DIMENSION), create=True) as stores:
            take(stores, ARTICLES)
            engine = Engine(stores, llm=llm_of(settings))
            desk = Desk(
                engine=engine, settings=settings, cases=(), unanswerable="", publisher="", day="", examples=()
            )  # fmt: skip
            with serving(desk) as served, chromium() as browser:
                yield Reader(browser, served), model, engine


def test_sentences_are_marked_and_the_panel_lists_their_verdicts(page: tuple[Reader, ScriptedModel, Engine]) -> None:
    reader, model, engine = page
    number = numbers_in(engine)["may"]
    good = "Disney licensed its film library to Runway for ten million dollars."
    model.replies[:] = [said(f"{good} [{number}] Disney paid ninety trillion euros to Warner. [{number}]")]
    answer = reader.ask(TEXT)
    expect(answer.locator("del.struck")).to_have_text("Disney paid ninety trillion euros to Warner.")
    expect(answer.locator("a.cite").first).to_have_text("Source 1")
    verdicts = reader.page.locator("#evidence .verdicts li:visible")
    expect(verdicts).to_have_count(2)
    expect(verdicts.nth(1)).to_contain_text("not supported")
    expect(answer.locator(".meta")).to_contain_text(f"written by {NAME}")
    assert reader.own_errors == []
    assert reader.hosts == {reader.url.rstrip("/")}


def test_evidence_is_shown_before_the_model_speaks_and_leaving_ends_its_call(
    page: tuple[Reader, ScriptedModel, Engine],
) -> None:
    reader, model, _ = page
    model.replies[:] = [Reply(pieces=("Disney licensed", 600.0))]
    reader.box.fill(TEXT)
    reader.page.get_by_role("button", name="Ask", exact=True).click()
    expect(reader.cards.first).to_be_visible()
    expect(reader.page.locator("#chat .growing")).to_contain_text("Disney licensed")
    assert not model.left.is_set()
    reader.context.close()
    assert model.left.wait(60)
