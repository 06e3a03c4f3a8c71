"""What the browser tests share: engines to ask, a served page, and someone who reads it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes_page import ARTICLES, HOSTILE, FakeEngine
from test_app import free_port

import app
from rag.config import Settings
from rag.form import Example

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
# Gradio starts its page with five inline scripts that the policy blocks and that the page does without.
BLOCKED_ON_PURPOSE = "Executing inline script violates the following Content Security Policy directive"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question with the titles of articles of which its answer must cite one."""

    question: str
    titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An engine, and what must come of asking it.

    There are articles of ``publisher``, and one published on ``day`` answers the first of ``cases``.
    """

    engine: Any
    settings: Settings
    cases: tuple[Case, ...]
    unanswerable: str
    publisher: str
    day: str
    examples: tuple[Example, ...]


@contextmanager
def fake_desk(request: pytest.FixtureRequest, folder: Path) -> Iterator[Desk]:
    """Four made-up articles."""
    yield Desk(
        engine=FakeEngine(ARTICLES, pause=0.15),
        settings=Settings(port=free_port(), data=str(folder)),
        cases=(
            Case(question="What will Harbor pay Lumen Labs?", titles=(ARTICLES[1].title,)),
            Case(question="When does the consent rule take effect?", titles=(ARTICLES[2].title,)),
            Case(question="Who barred generated actors from its acting prize?", titles=(ARTICLES[3].title,)),
        ),
        unanswerable="Who directed the moon landing?",
        publisher="Dub Wire",
        day="2025-12-11",
        examples=(Example(question="What will Harbor pay Lumen Labs?", as_of="2025-06-30"),),
    )


@contextmanager
def corpus_desk(request: pytest.FixtureRequest, folder: Path) -> Iterator[Desk]:
    """The bundled corpus with the real engine, asked the first three example questions that are asked as of now."""
    engine = request.getfixturevalue("bundled_engine")
    examples = app.read_examples(app.EXAMPLES)
    expected = {item["question"]: item["cites"] for item in json.loads(app.EXAMPLES.read_text(encoding="utf-8"))}
    asked = [example.question for example in examples if not example.as_of][:3]
    cited = {question: [engine.stores.archive.article(name) for name in expected[question]] for question in asked}
    first = next(iter(cited.values()))[0]
    yield Desk(
        engine=engine,
        settings=Settings(port=free_port(), data=str(folder)),
        cases=tuple(
            Case(question=question, titles=tuple(article.title for article in articles))
            for question, articles in cited.items()
        ),
        unanswerable="What is the capital of France?",
        publisher=first.publisher,
        day=str(first.published_at),
        examples=examples,
    )


DESKS: dict[str, Callable[[pytest.FixtureRequest, Path], Any]] = {"corpus": corpus_desk, "fake": fake_desk}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A desk with its page, and the address of that."""

    desk: Desk
    page: Any
    url: str


@contextmanager
def serving(desk: Desk) -> Iterator[Served]:
    page = app.launch_page(desk.engine, desk.settings, examples=desk.examples)
    try:
        yield Served(desk=desk, page=page, url=page.local_url)
    finally:
        page.close(verbose=False)


@contextmanager
def hostile_desk(folder: Path) -> Iterator[Desk]:
    """The made-up articles and one that attacks whoever shows it."""
    yield Desk(
        engine=FakeEngine([HOSTILE, *ARTICLES]),
        settings=Settings(port=free_port(), data=str(folder)),
        cases=(Case(question="zanzibar ledger opening", titles=(HOSTILE.title,)),),
        unanswerable="Zanzibar, or who else directed the moon landing over there?",
        publisher=HOSTILE.publisher or "",
        day="2024-05-05",
        examples=(),
    )


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's browser; without one the test is skipped, or fails where CI is set to true."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "no Chromium on this machine: install the package chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # a slow machine fails no test
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Reader:
    """Someone at the page, with a log of what the browser said and asked for."""

    def __init__(self, browser: Any, served: Served, **context: Any) -> None:
        self.desk, self.url = served.desk, served.url
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(re.sub(r"^(\w+://[^/]*).*", r"\1", request.url)))
        self.page.goto(served.url)
        self.box = self.page.get_by_role("textbox", name="Question")
        self.box.wait_for()
        self.cards = self.page.locator("#evidence .card:visible")
        self.turns = 0

    def ask(self, text: str) -> Any:
        """Ask and return the complete answer."""
        self.box.fill(text)
        self.page.get_by_role("button", name="Ask", exact=True).click()
        self.turns += 1
        from playwright.sync_api import expect

        expect(self.page.locator("#chat .question")).to_have_count(self.turns)
        answer = self.page.locator("#chat .bot-row").last
        expect(answer.locator(".meta")).to_be_visible(timeout=60_000)
        return answer

    @property
    def own_errors(self) -> list[str]:
        return [error for error in self.errors if BLOCKED_ON_PURPOSE not in error]

    @property
    def has_been_attacked(self) -> bool:
        return bool(self.page.evaluate("'pwned' in window"))
