"""The report of a run in a browser, opened from the disk: found, filtered, opened, and never taken in by an article."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from browser_desk import chromium
from eval_runs import HOSTILE, QUOTE, citation, finished_run, follow_up, hostile_run, passage, record

from eval.record import Verdict
from eval.report import write_report

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVERY = [record(f"q{number}", verdict) for number, verdict in enumerate(Verdict)]


class Reading:
    """A report opened from the disk, with what the browser asked for and complained about."""

    def __init__(self, browser: Any, file: Any, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.address = file.as_uri()
        self.page.goto(self.address)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    @property
    def rows(self) -> Any:
        return self.page.locator("tr.row:visible")

    def ids(self) -> list[str]:
        return [row.get_attribute("id") for row in self.rows.all()]

    def row(self, name: str) -> Any:
        return self.page.locator(f'tr.row[id="q-{name}"]')

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"select[data-filter={name}]").select_option(value)

    def open(self, name: str) -> Any:
        self.row(name).locator("button.toggle").click()
        return self.page.locator("tr.detail:visible").first


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api")
    with chromium() as browser:
        yield browser


@pytest.fixture
def reading(browser, tmp_path) -> Iterator[Reading]:
    astray = citation(gold=False, holds_answer=False, intact=False, in_period=False)
    more = [
        follow_up("then", split="test", seconds={"total": 3.0}),
        record("astray", Verdict.NOT_CITED, citations=(astray,)),
    ]
    reading = Reading(browser, write_report(finished_run(tmp_path, [*EVERY, *more])))
    yield reading
    assert reading.errors == []
    assert {address.split("#")[0] for address in reading.requests} - {"data:,"} == {reading.address}
    reading.context.close()


def test_questions_are_searched_and_filtered(reading):
    total = reading.rows.count()
    reading.locator("#search").fill("AND WHEN")
    assert reading.ids() == ["q-then"]
    reading.get_by_role("button", name="Clear", exact=True).click()
    reading.row("q0").wait_for()
    assert reading.rows.count() == total
    reading.choose("verdict", "wrong")
    assert reading.rows.count() == total - 3
    reading.choose("answerable", "no")
    assert reading.ids() == ["q-q7"]
    reading.choose("answerable", "")
    reading.choose("verdict", "")
    reading.choose("split", "test")
    assert reading.ids() == ["q-then"]
    reading.locator("#search").fill("nothing has this word")
    assert reading.locator("#shown").inner_text() == f"0 of {total} questions"
    reading.get_by_role("button", name="Clear the filters").click()
    reading.locator("#none").wait_for(state="hidden")


def test_a_number_in_the_table_of_failures_chooses_its_questions(reading):
    reading.get_by_role("button", name="1 of kind unanswerable: answered the unanswerable").click()
    assert reading.ids() == ["q-q7"]
    assert reading.locator("select[data-filter=kind]").input_value() == "unanswerable"
    reading.get_by_role("button", name="in all: evidence retrieved, but not cited").click()
    assert reading.ids() == ["q-astray", "q-q3"]


def test_questions_are_put_in_order_by_what_is_chosen(reading):
    reading.get_by_role("button", name="Seconds").click()
    assert reading.ids()[0] == "q-then"
    assert reading.get_by_role("columnheader", name="Seconds").get_attribute("aria-sort") == "descending"
    assert reading.ids()[-1] == "q-q8"  # it has no time, and stays last in either direction
    reading.get_by_role("button", name="Seconds").click()
    assert reading.ids()[-2:] == ["q-then", "q-q8"]
    reading.get_by_role("button", name="Rank").click()
    assert set(reading.ids()[:3]) == {"q-q4", "q-q5", "q-q8"}  # none retrieved, which counts as the lowest rank
    reading.locator("#order").select_option("order")
    assert reading.ids()[0] == "q-q8"


def test_a_question_opens_to_all_that_is_known_of_it(reading):
    assert reading.locator("tr.detail").count() == 0
    detail = reading.open("then")
    words = detail.inner_text()
    for told in ("Who buys Lumen?", "Harbor does.", "asked as", "as of 2025-06-30", "in May or May 2025", "rank 1",
                 "Dub Wire · 2025-05-01", "confidence 0.750", "holds gold evidence", "total 3.00 s"):  # fmt: skip
        assert told in words
    assert detail.locator("mark.direct").inner_text() == "in May"
    detail.locator(".passages summary").first.click()
    gold = detail.locator(".passage mark.gold")
    assert "".join(gold.all_inner_texts()) == QUOTE  # although a character outside the basic plane stands before it
    assert detail.locator(".passage mark.answer").inner_text() == "in May"
    detail.get_by_role("link", name="Citation 1").click()
    assert detail.locator("[data-number='1']").evaluate("card => card === document.activeElement")
    reading.row("then").locator("button.toggle").click()
    assert detail.is_hidden()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("q4", ["not retrieved"]),
        ("q5", ["not in the archive"]),
        ("q1", ["The archive does not say."]),
        ("q8", ["ValueError: no"]),
        ("astray", ["not intact", "out of the asked period", "neither evidence nor answer"]),
    ],
)
def test_what_went_wrong_is_said(reading, name, told):
    words = reading.open(name).inner_text()
    assert [item for item in told if item not in words] == []


def test_a_question_has_an_address_that_shows_it_through_any_filter(reading):
    reading.locator("#search").fill("and when")
    reading.evaluate("location.hash = 'q-q4'")
    reading.locator("tr.detail:visible").wait_for()
    assert reading.row("q4").locator("button.toggle").get_attribute("aria-expanded") == "true"
    reading.goto("about:blank")
    reading.goto(f"{reading.address}#q-then")
    assert "Who buys Lumen?" in reading.locator("tr.detail:visible").inner_text()


def test_the_keyboard_is_enough(reading):
    press = reading.keyboard.press
    press("/")
    assert reading.evaluate("document.activeElement.id") == "search"
    press("Tab")
    reading.evaluate("document.activeElement.blur()")
    press("j")
    press("j")
    press("k")
    press("j")
    press("Enter")
    second = reading.rows.nth(1).locator("button.toggle")
    assert second.get_attribute("aria-expanded") == "true"
    press("Escape")
    assert second.get_attribute("aria-expanded") == "false"
    assert second.evaluate("button => button === document.activeElement")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(browser, tmp_path, width, colours):
    long = record("long", Verdict.NOT_SAID, question="unbreakable" * 30, passages=(passage(1, title="word" * 90),))
    file = write_report(finished_run(tmp_path, [*EVERY, long]))
    reading = Reading(browser, file, viewport={"width": width, "height": 800}, color_scheme=colours)
    reading.open("long")
    assert reading.evaluate("document.documentElement.scrollWidth") <= width
    assert reading.errors == []
    reading.context.close()


def test_hostile_words_stay_words(browser, tmp_path):
    file = write_report(hostile_run(tmp_path))
    reading = Reading(browser, file)
    for row in reading.rows.all():
        row.locator("button.toggle").click()
    for summary in reading.locator("tr.detail summary").all():
        summary.click()
    reading.mouse.move(600, 600)
    assert not reading.evaluate("'pwned' in window")
    assert reading.locator("a[href^='javascript']").count() == 0
    shown = set(reading.locator(".passages .headline").all_text_contents())
    assert shown == set(HOSTILE)
    reading.evaluate(f"location.hash = {json.dumps('q-q0' + quote(HOSTILE[0]))}")
    reading.locator("#search").fill("onerror=")
    assert reading.rows.count() == 1
    assert reading.errors == []
    assert {address.split("#")[0] for address in reading.requests} - {"data:,"} == {reading.address}
    reading.context.close()
