"""The page in a real browser: asking, following citations, filters, abstention, hostile articles, phones.

The tests of a desk run against every entry of ``DESKS``: an engine with questions whose answers are
known. Those of what must never happen run against an engine that holds a hostile article.
"""

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

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

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


@pytest.fixture(scope="module", params=sorted(DESKS))
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with DESKS[request.param](tmp_path_factory.mktemp("desk")) as desk, serving(desk) as served:
        yield served


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    desk = Desk(
        engine=FakeEngine([HOSTILE, *ARTICLES]),
        settings=Settings(port=free_port(), data=str(tmp_path_factory.mktemp("hostile"))),
        cases=(Case(question="zanzibar ledger opening", title=HOSTILE.title),),
        unanswerable="Zanzibar, or who else directed the moon landing over there?",
        publisher=HOSTILE.publisher or "",
    )
    with serving(desk) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        message = "no Chromium on this machine: install the package chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Reader:
    """Someone at the page, with a log of what the browser said and asked for."""

    def __init__(self, browser: Any, served: Served, **context: Any) -> None:
        self.desk = served.desk
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


@pytest.fixture
def reader(browser: Any, served: Served) -> Iterator[Reader]:
    reader = Reader(browser, served)
    yield reader
    reader.context.close()


def test_three_questions_are_answered_with_citations(reader: Reader) -> None:
    for case in reader.desk.cases:
        answer = reader.ask(case.question)
        expect(answer.locator("a.cite").first).to_be_visible()
        expect(reader.cards.filter(has_text=case.title).first).to_be_visible()
        assert re.search(r"as of \d+ \w+ 20\d\d · .*\d+ sources?, .* · \d+\.\d\d s", answer.inner_text())
    assert reader.own_errors == []


def test_the_archive_tells_its_size(reader: Reader) -> None:
    overview = reader.desk.engine.overview()
    expect(reader.page.locator("#archive-size")).to_contain_text(f"{overview.articles:,} articles")


def test_every_number_leads_to_its_card_and_back(reader: Reader) -> None:
    answer = reader.ask(reader.desk.cases[0].question)
    reader.page.set_viewport_size({"width": 1280, "height": 420})
    address = reader.page.url
    for number in range(answer.locator("a.cite").count()):
        link = answer.locator("a.cite").nth(number)
        link.click()
        card = reader.page.locator(link.get_attribute("href"))
        expect(card).to_be_in_viewport(ratio=0.3)
        expect(card).to_be_focused()
        assert link.inner_text().split()[-1] == card.locator(".badge").inner_text().split()[-1]
        card.locator(".badge").click()
        expect(reader.page.locator("#chat a.cite:focus")).to_have_attribute("href", link.get_attribute("href"))
    assert reader.page.url == address


def test_a_number_can_be_followed_from_the_keyboard(reader: Reader) -> None:
    answer = reader.ask(reader.desk.cases[0].question)
    link = answer.get_by_role("link", name=re.compile("Source 1$")).first
    link.focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator(link.get_attribute("href"))).to_be_focused()


def test_a_number_of_an_earlier_answer_shows_its_cards_again(reader: Reader) -> None:
    first, second = reader.desk.cases[:2]
    answer = reader.ask(first.question)
    link = answer.locator("a.cite").first.get_attribute("href")
    reader.ask(second.question)
    expect(reader.page.locator("#evidence-1")).to_be_hidden()
    reader.page.locator(f'#chat a.cite[href="{link}"]').first.click()
    expect(reader.page.locator(link)).to_be_in_viewport()
    expect(reader.page.locator("#evidence-1")).to_be_visible()
    expect(reader.page.locator("#evidence-2")).to_be_hidden()
    reader.ask(first.question)
    expect(reader.page.locator("#evidence .turn:visible")).to_have_count(1)
    expect(reader.page.locator("#evidence-3")).to_be_visible()


def test_what_the_archive_does_not_say_is_said(reader: Reader) -> None:
    answer = reader.ask(reader.desk.unanswerable)
    expect(answer.locator(".verdict")).to_have_text("The archive does not say.")
    expect(answer.locator("a.cite")).to_have_count(0)
    expect(reader.page.locator("#evidence h3:visible")).to_have_text(
        "Nearest articles (they do not answer the question)"
    )
    assert reader.cards.count() > 0


def test_a_publisher_can_be_chosen(reader: Reader) -> None:
    reader.page.get_by_label("Publishers").click()
    reader.page.get_by_role("option", name=re.compile(re.escape(reader.desk.publisher))).first.click()
    reader.page.keyboard.press("Escape")
    answer = reader.ask(reader.desk.cases[0].question)
    expect(answer.locator(".meta")).to_contain_text(f"only {reader.desk.publisher}")
    assert reader.cards.count() > 0
    for credit in reader.cards.locator(".credit").all_inner_texts():
        assert reader.desk.publisher in credit


def test_a_period_can_be_chosen(reader: Reader) -> None:
    reader.page.get_by_label("From").fill("1980")
    reader.page.get_by_label("Until").fill("1981-06")
    answer = reader.ask(reader.desk.cases[0].question)
    expect(answer.locator(".verdict")).to_be_visible()
    expect(answer.locator(".meta")).to_contain_text("published from 1 Jan 1980 · published until 30 Jun 1981")


def test_a_wrong_date_is_explained_and_the_question_kept(reader: Reader) -> None:
    reader.page.get_by_label("As of").fill("last week")
    reader.box.fill("Who?")
    reader.box.press("Enter")
    expect(reader.page.get_by_role("alert")).to_contain_text("“As of” is not a date")
    expect(reader.box).to_have_value("Who?")
    reader.page.get_by_label("As of").fill("2026-01-31")
    expect(reader.ask("Who?").locator(".meta")).to_contain_text("as of 31 January 2026")
    expect(reader.page.get_by_role("alert")).to_have_count(0)


def test_an_example_is_asked_as_of_its_date(reader: Reader) -> None:
    example = reader.desk.examples[0]
    reader.page.get_by_role("button", name=re.compile(re.escape(example.question))).click()
    expect(reader.page.locator("#chat .meta")).to_be_visible()
    expect(reader.page.locator("#chat .question")).to_have_text(example.question)
    expect(reader.page.get_by_label("As of")).to_have_value(example.as_of)


def test_a_new_conversation_begins_with_nothing(reader: Reader) -> None:
    reader.ask(reader.desk.cases[0].question)
    reader.page.get_by_role("button", name="New conversation").click()
    expect(reader.page.locator("#chat .question")).to_have_count(0)
    expect(reader.page.locator("#evidence .turn")).to_have_count(0)
    reader.turns = 0
    answer = reader.ask(reader.desk.cases[1].question)
    assert answer.locator("a.cite").first.get_attribute("href").startswith("#src-1-")


def test_an_answer_grows(browser: Any, served: Served) -> None:
    reader = Reader(browser, served)
    reader.page.evaluate(
        """() => { window.states = new Set(); new MutationObserver(() => {
            for (const state of ['waiting', 'growing']) {
                if (document.querySelector('#chat .' + state)) window.states.add(state) }
        }).observe(document.querySelector('#chat'), { subtree: true, childList: true }) }"""
    )
    reader.ask(reader.desk.cases[0].question)
    states = set(reader.page.evaluate("[...window.states]"))
    reader.context.close()
    assert "waiting" in states
    assert "growing" in states or not getattr(served.desk.engine, "pause", 0)


def test_screen_readers_hear_no_markup(reader: Reader) -> None:
    reader.ask(reader.desk.cases[0].question)
    labels = reader.page.locator("#chat .message > [aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert labels == ["Question", "Answer"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(browser: Any, served: Served, scheme: str) -> None:
    reader = Reader(browser, served, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    widest = "document.documentElement.scrollWidth"
    assert reader.page.evaluate(widest) <= 390
    answer = reader.ask(reader.desk.cases[0].question)
    answer.locator("a.cite").first.click()
    expect(reader.cards.first).to_be_in_viewport()
    assert reader.page.evaluate(widest) <= 390
    reader.ask(reader.desk.unanswerable)
    assert reader.page.evaluate(widest) <= 390
    evidence, chat = (reader.page.locator(name).bounding_box() for name in ("#side", "#chat"))
    assert evidence["y"] >= chat["y"] + chat["height"]
    dark = reader.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 22)"
    assert dark == (scheme == "dark")
    reader.context.close()


def test_no_other_host_is_asked_for_anything(browser: Any, served: Served, hostile: Served) -> None:
    for one in (served, hostile):
        reader = Reader(browser, one)
        reader.ask(one.desk.cases[0].question)
        reader.ask(one.desk.unanswerable)
        reader.page.wait_for_timeout(500)
        assert reader.hosts == {one.url.rstrip("/")}
        reader.context.close()


def test_the_policy_stops_scripts_and_foreign_pictures(reader: Reader) -> None:
    stopped = reader.page.evaluate(
        """async () => {
            const found = [];
            document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'window.inlined = true';
            document.head.append(script);
            new Image().src = 'http://evil.invalid/pixel.png';
            const button = document.createElement('button');
            button.setAttribute('onclick', 'window.clicked = true');
            document.body.append(button);
            button.click();
            setTimeout('window.evaluated = true', 0);
            await new Promise((done) => setTimeout(done, 300));
            return [Boolean(window.inlined), Boolean(window.clicked), Boolean(window.evaluated), found.sort()];
        }"""
    )
    assert stopped == [False, False, False, ["img-src", "script-src", "script-src-attr", "script-src-elem"]]


def test_a_hostile_article_is_shown_as_text(browser: Any, hostile: Served) -> None:
    reader = Reader(browser, hostile)
    answer = reader.ask(hostile.desk.cases[0].question)
    for place in (answer, reader.cards.first):
        text = place.inner_text()
        for trick in (
            "<script>window.pwned='script'</script>", "onerror=\"window.pwned='img'\"", "[click](javascript:",
            "![pixel](http://evil.example/pixel.png)", "[1]: http://evil.example 'def'", "{{value}} {{{value}}}",
            "${window.pwned='template'}", "`${window.pwned='tick'}`", "$$\\href{javascript:", "&lt;b&gt; &#60;i&#62;",
            "�txt.exe",
        ):  # fmt: skip
            assert trick in text
    reader.ask(hostile.desk.unanswerable)
    made = "#chat, #evidence, #masthead"
    for tag in ("img", "script", "form", "style", "iframe", "svg", "base", "input", "code", "pre"):
        allowed = reader.page.locator(f":is({made}) .md {tag}")
        assert allowed.count() == 0, tag
    links = reader.page.locator(f":is({made}) .md a").evaluate_all("all => all.map(e => e.getAttribute('href'))")
    assert links
    assert all(re.match(r"#(src|cite)-\d+-\d+$|https://\w+\.example/", link) for link in links)
    assert "evil" not in " ".join(links)
    reader.page.get_by_label("Publishers").click()
    reader.page.wait_for_timeout(300)
    assert not reader.has_been_attacked
    assert reader.own_errors == []
    reader.context.close()


def test_a_hostile_question_is_shown_as_text(browser: Any, hostile: Served) -> None:
    reader = Reader(browser, hostile)
    question = "<img src=x onerror=\"window.pwned='q'\"> [x](javascript:window.pwned=1) ${window.pwned=2} **bold**"
    reader.ask(question)
    expect(reader.page.locator("#chat .question")).to_have_text(question)
    assert not reader.has_been_attacked
    reader.context.close()


def test_titles_link_to_the_source_only_over_the_web(browser: Any, hostile: Served) -> None:
    reader = Reader(browser, hostile)
    reader.ask("zanzibar ledger opening")
    expect(reader.cards.first.locator("h4 a")).to_have_count(0)
    reader.ask("What will Harbor pay Lumen Labs?")
    link = reader.cards.first.locator("h4 a")
    expect(link).to_have_attribute("href", ARTICLES[1].url or "")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
    reader.context.close()
