"""An article that attacks its readers is shown in a real browser, as text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser_desk import Reader, Served, chromium, hostile_desk, serving
from fakes_page import ARTICLES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with hostile_desk(tmp_path_factory.mktemp("hostile")) as desk, serving(desk) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(browser: Any, hostile: Served) -> Iterator[Reader]:
    reader = Reader(browser, hostile)
    yield reader
    reader.context.close()


def test_a_hostile_article_is_shown_as_text(reader: Reader) -> None:
    answer = reader.ask(reader.desk.cases[0].question)
    for place in (answer, reader.cards.first):
        text = place.inner_text()
        for trick in (
            "<script>window.pwned='script'</script>", "onerror=\"window.pwned='img'\"", "[click](javascript:",
            "![pixel](http://evil.example/pixel.png)", "[1]: http://evil.example 'def'", "{{value}} {{{value}}}",
            "${window.pwned='template'}", "`${window.pwned='tick'}`", "$$\\href{javascript:", "&lt;b&gt; &#60;i&#62;",
            "�txt.exe",
        ):  # fmt: skip
            assert trick in text
    reader.ask(reader.desk.unanswerable)
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
    assert reader.hosts == {reader.url.rstrip("/")}


def test_a_hostile_question_is_shown_as_text(reader: Reader) -> None:
    question = "<img src=x onerror=\"window.pwned='q'\"> [x](javascript:window.pwned=1) ${window.pwned=2} **bold**"
    reader.ask(question)
    expect(reader.page.locator("#chat .question")).to_have_text(question)
    assert not reader.has_been_attacked


def test_titles_link_to_the_source_only_over_the_web(reader: Reader) -> None:
    reader.ask("zanzibar ledger opening")
    expect(reader.cards.first.locator("h4 a")).to_have_count(0)
    reader.ask("What will Harbor pay Lumen Labs?")
    link = reader.cards.first.locator("h4 a")
    expect(link).to_have_attribute("href", ARTICLES[1].url or "")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener noreferrer"))
