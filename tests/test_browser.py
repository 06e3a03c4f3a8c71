"""The page in a real browser: asking, following citations, filters, abstention, phones.

What readers come for is tested on the bundled corpus with the real engine; how the page behaves, on made-up
articles whose answers grow slowly. Every test could run on either of the ``DESKS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser_desk import DESKS, Reader, Served, chromium, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect = pytest.importorskip("playwright.sync_api").expect


on_the_corpus = pytest.mark.parametrize("served", ["corpus"], indirect=True)


@pytest.fixture(scope="module", params=["fake"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with DESKS[request.param](request, tmp_path_factory.mktemp("desk")) as desk, serving(desk) as served:
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


@on_the_corpus
def test_three_questions_are_answered_with_citations(reader: Reader) -> None:
    for case in reader.desk.cases:
        answer = reader.ask(case.question)
        expect(answer.locator("a.cite").first).to_be_visible()
        cited = re.compile("|".join(map(re.escape, case.titles)))
        expect(reader.cards.filter(has_text=cited).first).to_be_visible()
        assert re.search(r"as of \d+ \w+ 20\d\d · .*\d+ sources?, .* · \d+\.\d\d\ss", answer.inner_text())
    assert reader.own_errors == []


@on_the_corpus
def test_the_archive_tells_its_size_and_its_newest_article(reader: Reader) -> None:
    overview = reader.desk.engine.overview()
    size = reader.page.locator("#archive-size")
    expect(size).to_contain_text(f"{overview.articles:,} articles")
    expect(size).to_contain_text(f"newest: {overview.newest_article.title}, ")
    expect(size.locator(".title")).to_have_attribute("title", re.compile(re.escape(overview.newest_article.credit)))


def test_the_page_begins_with_the_box_above_the_examples(reader: Reader) -> None:
    expect(reader.box).to_be_focused()
    examples = reader.page.locator("#chat .example")
    expect(examples).to_have_count(len(reader.desk.examples))
    expect(examples.first).to_be_in_viewport()
    assert reader.box.bounding_box()["y"] < examples.first.bounding_box()["y"]
    expect(reader.page.locator("#side")).to_be_hidden()
    reader.ask(reader.desk.cases[0].question)
    expect(reader.page.locator("#welcome")).to_be_hidden()
    expect(reader.page.locator("#side")).to_be_visible()


def test_the_box_stays_below_the_conversation_and_in_view(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 1280, "height": 620})
    for case in (*reader.desk.cases, *reader.desk.cases):
        reader.ask(case.question)
        expect(reader.page.locator("#filters")).to_be_in_viewport(ratio=1)
        chat, box = (reader.page.locator(name).bounding_box() for name in ("#chat", "#question"))
        assert (box["x"], box["width"]) == (chat["x"], chat["width"])
        assert chat["height"] > 0
        assert box["y"] >= chat["y"] + chat["height"]
    expect(reader.page.locator("#chat .meta").last).to_be_in_viewport()


@on_the_corpus
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


@on_the_corpus
def test_what_the_archive_does_not_say_is_said(reader: Reader) -> None:
    answer = reader.ask(reader.desk.unanswerable)
    expect(answer.locator(".verdict")).to_have_text("The archive does not say.")
    expect(answer.locator("a.cite")).to_have_count(0)
    expect(reader.page.locator("#evidence h3:visible")).to_have_text(
        "Nearest articles (they do not answer the question)"
    )
    assert reader.cards.count() > 0


@on_the_corpus
def test_a_publisher_can_be_chosen(reader: Reader) -> None:
    reader.page.get_by_label("Publishers").click()
    reader.page.get_by_role("option", name=re.compile(re.escape(reader.desk.publisher))).first.click()
    reader.page.keyboard.press("Escape")
    answer = reader.ask(reader.desk.cases[0].question)
    expect(answer.locator(".stated")).to_have_text(f"In articles credited to {reader.desk.publisher}:")
    assert reader.cards.count() > 0
    for credit in reader.cards.locator(".credit").all_inner_texts():
        assert reader.desk.publisher in credit


@on_the_corpus
def test_a_period_can_be_chosen(reader: Reader) -> None:
    day = reader.desk.day
    reader.page.get_by_label("From").fill(day)
    reader.page.get_by_label("Until").fill(day)
    answer = reader.ask(reader.desk.cases[0].question)
    expect(answer.locator("a.cite").first).to_be_visible()
    dates = reader.cards.locator("time").evaluate_all("all => all.map(time => time.dateTime.slice(0, 10))")
    assert day in dates


def test_a_period_that_holds_nothing_answers_nothing(reader: Reader) -> None:
    reader.page.get_by_label("From").fill("1980")
    reader.page.get_by_label("Until").fill("1981-06")
    answer = reader.ask(reader.desk.cases[0].question)
    expect(answer.locator(".verdict")).to_be_visible()
    expect(answer.locator(".stated")).to_have_text("In articles published 1 January 1980 – 30 June 1981:")


LIMITED = "According to Dub Wire reports from March 2026, when does the consent rule take effect?"
PERIOD, PUBLISHER = "published 1–31 March 2026", "credited to Dub Wire"


def test_limits_in_the_words_are_stated_and_can_be_removed(reader: Reader) -> None:
    answer = reader.ask(LIMITED)
    expect(answer.locator(".stated")).to_have_text(f"In articles {PERIOD}, {PUBLISHER}:")
    chips = reader.page.locator("#understood .chip:visible")
    expect(chips).to_have_text([re.compile(PERIOD), re.compile(PUBLISHER)])
    reader.page.get_by_role("button", name=f"Remove the limit: {PERIOD}").click()
    expect(reader.page.locator("#chat .question")).to_have_text([LIMITED, LIMITED])
    expect(reader.page.locator("#chat .stated").last).to_have_text(f"In articles {PUBLISHER}:")
    expect(chips).to_have_text([re.compile(PUBLISHER)])
    reader.box.fill("typed meanwhile")
    reader.page.get_by_role("button", name=f"Remove the limit: {PUBLISHER}").press("Enter")
    expect(reader.page.locator("#chat .question")).to_have_count(3)
    expect(reader.page.locator("#chat .meta")).to_have_count(3)
    expect(reader.page.locator("#chat .stated")).to_have_count(2)
    expect(reader.page.locator("#understood")).to_be_hidden()
    expect(reader.box).to_have_value("typed meanwhile")
    assert reader.own_errors == []


def test_limits_in_the_words_move_into_the_form(reader: Reader) -> None:
    reader.ask(LIMITED)
    reader.page.get_by_role("button", name=re.compile(f"^{PERIOD}.*edit")).click()
    expect(reader.page.get_by_label("From")).to_have_value("2026-03-01")
    expect(reader.page.get_by_label("Until")).to_have_value("2026-03-31")
    expect(reader.box).to_have_value(LIMITED)
    reader.page.get_by_role("button", name=re.compile(f"^{PUBLISHER}.*edit")).click()
    expect(reader.page.locator("#filters .token")).to_have_text(re.compile("Dub Wire"))
    reader.page.get_by_label("Until").fill("2026-06-30")
    answer = reader.ask(LIMITED)
    expect(answer.locator(".stated")).to_have_text(f"In articles published 1 March – 30 June 2026, {PUBLISHER}:")
    expect(reader.page.locator("#understood")).to_be_hidden()


def test_chips_are_those_of_the_last_question(reader: Reader) -> None:
    reader.ask(LIMITED)
    expect(reader.page.locator("#understood")).to_be_visible()
    reader.ask(reader.desk.cases[0].question)
    expect(reader.page.locator("#understood")).to_be_hidden()
    reader.ask("Without press releases and except Dub Wire, what will Harbor pay Lumen Labs?")
    expect(reader.page.locator("#understood .chip:visible")).to_have_count(2)
    reader.page.get_by_role("button", name=re.compile("^without press releases.*remove")).click()
    expect(reader.page.locator("#understood .chip:visible")).to_have_count(1)
    reader.page.get_by_role("button", name="New conversation").click()
    expect(reader.page.locator("#understood")).to_be_hidden()


def test_chips_fit_a_phone(browser: Any, served: Served) -> None:
    reader = Reader(browser, served, viewport={"width": 390, "height": 844})
    reader.ask(
        "According to Dub Wire, Screen Ledger or Reel Report, in articles from March 2026 without press releases, "
        "when does the consent rule take effect?"
    )
    chips = reader.page.locator("#understood .chip:visible")
    expect(chips).to_have_count(3)
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390
    for box in (chips.nth(number).bounding_box() for number in range(3)):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 32
    reader.context.close()


def test_a_wrong_date_is_explained_and_the_question_kept(reader: Reader) -> None:
    reader.page.get_by_role("textbox", name="As of").fill("last week")
    reader.box.fill("Who?")
    reader.box.press("Enter")
    expect(reader.page.get_by_role("alert")).to_contain_text("“As of” is not a date")
    expect(reader.box).to_have_value("Who?")
    reader.page.get_by_role("textbox", name="As of").fill("2026-01-31")
    expect(reader.ask("Who?").locator(".meta")).to_contain_text("as of 31 January 2026")
    expect(reader.page.get_by_role("alert")).to_have_count(0)


@on_the_corpus
def test_an_example_is_asked_as_of_its_date(reader: Reader) -> None:
    example = next(example for example in reader.desk.examples if example.as_of)
    reader.page.get_by_role("button", name=re.compile(re.escape(example.question))).click()
    expect(reader.page.locator("#chat .meta")).to_be_visible()
    expect(reader.page.locator("#chat .question")).to_have_text(example.question)
    expect(reader.page.get_by_role("textbox", name="As of")).to_have_value(example.as_of)


def test_a_new_conversation_begins_with_nothing(reader: Reader) -> None:
    reader.ask(reader.desk.cases[0].question)
    reader.page.get_by_role("button", name="New conversation").click()
    expect(reader.page.locator("#chat .question")).to_have_count(0)
    expect(reader.page.locator("#evidence .turn")).to_have_count(0)
    reader.turns = 0
    answer = reader.ask(reader.desk.cases[1].question)
    assert answer.locator("a.cite").first.get_attribute("href").startswith("#src-1-")


def test_a_conversation_begun_while_an_answer_grows_holds_only_its_own_questions(reader: Reader) -> None:
    first, second = reader.desk.cases[:2]
    reader.box.fill(first.question)
    reader.box.press("Enter")
    expect(reader.page.locator("#chat .question")).to_have_count(1)
    reader.page.get_by_role("button", name="New conversation").click()
    reader.box.fill(second.question)
    reader.box.press("Enter")
    asked = reader.page.locator("#chat .question")
    expect(asked).to_have_text([second.question])
    expect(reader.page.locator("#chat .meta")).to_have_count(1)
    reader.page.wait_for_timeout(1_500)  # what was left of the first answer would have come by then
    expect(asked).to_have_text([second.question])
    assert reader.own_errors == []


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


@on_the_corpus
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


@on_the_corpus
def test_no_other_host_is_asked_for_anything(reader: Reader, served: Served) -> None:
    reader.ask(reader.desk.cases[0].question)
    reader.ask(reader.desk.unanswerable)
    reader.page.wait_for_timeout(500)
    assert reader.hosts == {served.url.rstrip("/")}


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
