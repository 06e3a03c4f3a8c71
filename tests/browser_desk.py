"""What the browser tests share: engines to ask, a served page, and someone who reads it."""

from __future__ import annotations

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
    """A question with an article that its answer must cite."""

    question: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An engine, and what must come of asking it; ``publisher`` is one that ``unpublished`` is not answered from."""

    engine: Any
    settings: Settings
    cases: tuple[Case, ...]
    unanswerable: str
    publisher: str
    examples: tuple[Example, ...] = ()


@contextmanager
def fake_desk(folder: Path) -> Iterator[Desk]:
    """Four made-up articles."""
    yield Desk(
        engine=FakeEngine(ARTICLES, pause=0.15),
        settings=Settings(port=free_port(), data=str(folder)),
        cases=(
            Case(question="What will Harbor pay Lumen Labs?", title=ARTICLES[1].title),
            Case(question="When does the consent rule take effect?", title=ARTICLES[2].title),
            Case(question="Who barred generated actors from its acting prize?", title=ARTICLES[3].title),
        ),
        unanswerable="Who directed the moon landing?",
        publisher="Dub Wire",
        examples=(Example(question="What will Harbor pay Lumen Labs?", as_of="2025-06-30"),),
    )


DESKS: dict[str, Callable[[Path], Any]] = {"fake": fake_desk}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A desk with the address of its page."""

    desk: Desk
    url: str


@contextmanager
def serving(desk: Desk) -> Iterator[Served]:
    page = app.launch_page(desk.engine, desk.settings, examples=desk.examples)
    try:
        yield Served(desk=desk, url=page.local_url)
    finally:
        page.close(verbose=False)


@contextmanager
def hostile_desk(folder: Path) -> Iterator[Desk]:
    """The made-up articles and one that attacks whoever shows it."""
    yield Desk(
        engine=FakeEngine([HOSTILE, *ARTICLES]),
        settings=Settings(port=free_port(), data=str(folder)),
        cases=(Case(question="zanzibar ledger opening", title=HOSTILE.title),),
        unanswerable="Zanzibar, or who else directed the moon landing over there?",
        publisher=HOSTILE.publisher or "",
    )


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's browser; without one the test is skipped, or fails where CI is set to true."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "no Chromium on this machine: install the package chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    from playwright.sync_api import sync_playwright

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
        self.page.set_default_timeout(20_000)
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
        expect(answer.locator(".meta")).to_be_visible(timeout=30_000)
        return answer

    @property
    def own_errors(self) -> list[str]:
        return [error for error in self.errors if BLOCKED_ON_PURPOSE not in error]

    @property
    def has_been_attacked(self) -> bool:
        return bool(self.page.evaluate("'pwned' in window"))
