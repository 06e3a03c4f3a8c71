"""Follow-ups in a real browser: how they were read, editing that, and questions to go on with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from browser_desk import DESKS, Reader, Served, chromium, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect = pytest.importorskip("playwright.sync_api").expect

FIRST = "Who sued Midjourney in June 2025?"


LATE = 1.0  # seconds


def late(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` with its result held back, as on a machine that is busy."""

    @wraps(function)
    def held(*arguments: Any) -> Any:
        result = function(*arguments)
        time.sleep(LATE)
        return result

    return held


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with DESKS["corpus"](request, tmp_path_factory.mktemp("desk")) as desk, serving(desk) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(browser: Any, served: Served) -> Iterator[Reader]:
    reader = Reader(browser, served)
    yield reader
    reader.context.close()


def test_a_follow_up_shows_how_it_was_read_and_a_fresh_question_nothing(reader: Reader) -> None:
    reader.ask(FIRST)
    edit = reader.page.locator("#reword")
    expect(reader.page.locator("#chat .reading")).to_have_count(0)
    expect(edit).to_be_hidden()
    reader.ask("and Suno?")
    expect(reader.page.locator("#chat .reading")).to_have_text("read as: Who sued Suno in June 2025?")
    expect(edit).to_be_visible()
    reader.ask("How many AI tracks reach Deezer every day?")
    expect(edit).to_be_hidden()
    expect(reader.page.locator("#chat .reading")).to_have_count(1)
    assert reader.own_errors == []


def test_the_reading_can_be_edited_and_is_then_asked_as_it_stands(reader: Reader) -> None:
    reader.ask(FIRST)
    reader.ask("and Suno?")
    reader.page.locator("#reword").click()
    expect(reader.box).to_have_value("Who sued Suno in June 2025?")
    reader.ask("Who sued it in June 2024?")  # half of it comes from the reading: it is an edit, and no follow-up
    expect(reader.page.locator("#chat .reading")).to_have_count(1)
    reader.ask("why?")
    expect(reader.page.locator("#chat .reading")).to_have_count(2)


def test_a_new_conversation_has_nothing_to_follow(reader: Reader) -> None:
    reader.ask(FIRST)
    reader.ask("and Suno?")
    reader.page.get_by_role("button", name="New conversation").click()
    # Until it has begun, buttons of the old one may be hidden, or shown late, and a question would still belong to it.
    expect(reader.page.locator("#chat .question")).to_have_count(0)
    expect(reader.page.locator("#reword")).to_be_hidden()
    expect(reader.page.locator("#suggestions")).to_be_hidden()
    reader.turns = 0
    reader.ask("and Udio?")
    expect(reader.page.locator("#chat .reading")).to_have_count(0)


def test_what_the_old_conversation_shows_late_is_hidden_again(
    reader: Reader, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for function in [item for item in served.page.fns.values() if item.name == "rewordable"]:
        monkeypatch.setattr(function, "fn", late(function.fn))
    reader.ask(FIRST)
    reader.ask("and Suno?")
    reader.page.get_by_role("button", name="New conversation").click()
    expect(reader.page.locator("#chat .question")).to_have_count(0)
    reader.page.wait_for_timeout(1_000 * 3 * LATE)
    expect(reader.page.locator("#reword")).to_be_hidden()


def test_questions_to_go_on_with_are_offered_and_answered_with_a_citation(reader: Reader) -> None:
    reader.ask("Who is Sam Altman?")
    reader.ask("What did Disney and Universal do about Midjourney?")
    offered = reader.page.locator("#suggestions button:visible")
    expect(offered.first).to_be_visible()
    question = offered.first.inner_text()
    assert question.endswith("?")
    offered.first.click()
    expect(reader.page.locator("#chat .question").last).to_have_text(question)
    answer = reader.page.locator("#chat .bot-row").last
    expect(answer.locator("a.cite").first).to_be_visible()
    expect(reader.page.locator("#suggestions button:visible").filter(has_text=question)).to_have_count(0)
    assert reader.own_errors == []


def test_follow_ups_fit_on_a_phone(browser: Any, served: Served) -> None:
    reader = Reader(browser, served, viewport={"width": 390, "height": 844})
    reader.ask(FIRST)
    reader.ask("and Suno?")
    expect(reader.page.locator("#reword")).to_be_visible()
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390
    reader.context.close()
