"""What the page shows of answers: the right words in the right places, and nothing but text from articles."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fakes_page import ARTICLES, HOSTILE, MARKUP, FakeEngine, bound, on_day, passage_of
from hypothesis import given
from hypothesis import strategies as st

from rag import render
from rag.schema import (
    Answer,
    AnswerStatus,
    Article,
    Citation,
    DatePrecision,
    Kind,
    Layout,
    Moment,
    Note,
    NoteKind,
    Question,
    Scope,
    ScoredPassage,
    Scores,
    Sentence,
    Understanding,
)

ALLOWED_TAGS = re.compile("a|article|aside|bdi|blockquote|div|h2|h3|h4|li|ol|p|section|span|strong|sup|time")
ALLOWED_ATTRIBUTES = re.compile("class|datetime|dir|hidden|href|id|lang|rel|role|tabindex|target|title")


class Page(HTMLParser):
    """Reads markup as a browser would: its tags with attributes, its links, its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]

    def having(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.elements if name in (attributes.get("class") or "").split()]


def cite(article: Article, quote: str, number: int = 1) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number=number, article=article, passage_id="p", passage_start=0, passage_end=len(article.text),
        start=start, end=start + len(quote), quote=quote,
    )  # fmt: skip


def answer_with(*citations: Citation, **changes: object) -> Answer:
    answer = Answer(
        question=Question(text="Who pays?"), status=AnswerStatus.ANSWERED, as_of=bound("2026-11-23"),
        sentences=tuple(Sentence(text=one.quote, citations=(one.number,)) for one in citations),
        citations=citations, seconds={"retrieve": 0.15, "answer": 0.06},
    )  # fmt: skip
    return replace(answer, **changes)


PILOT, DEAL, DUBBING, UNDATED = ARTICLES
TERMS = cite(PILOT, "The studio did not disclose terms.")
PRICE = cite(DEAL, "Performers must consent before their likeness is used, both companies said.", 2)


@given(st.text())
def test_inert_text_reads_as_itself(text: str) -> None:
    markup = render.inert(text)
    page = Page(markup)
    assert page.elements == []
    assert len(page.text) == len(text)
    assert all(shown in {character, " ", "�"} for shown, character in zip(page.text, text, strict=True))
    assert re.fullmatch(r"(?:&#\d+;|[A-Za-z0-9 ]|[^\x00-\x7f])*", markup)


def test_inert_text_keeps_every_visible_ascii_character() -> None:
    text = "".join(map(chr, range(0x20, 0x7F)))
    assert Page(render.inert(text)).text == text


def test_characters_that_reorder_text_become_visible() -> None:
    assert Page(render.inert("invoice\u202etxt.exe\u2066\u2069\x00\ud800")).text == "invoice�txt.exe����"


@pytest.mark.parametrize(
    "url",
    [
        "https://variety.example/a?b=1&c=2#d",
        "http://news.example:8080/x",
        "https://[::1]/x",
        "https://bücher.example/é",
    ],
)
def test_web_addresses_are_linked(url: str) -> None:
    assert render.web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "//evil.example", "/relative", "https:///x",
        "https://variety.example@evil.example/", "https://user:word@evil.example/", "https://a.example/\\evil",
        "https://a.example/ x", "https://a.example/\u202e", 'https://a.example/"onclick=', "https://[broken/", "http:",
    ],
)  # fmt: skip
def test_other_addresses_are_not_linked(url: str | None) -> None:
    assert render.web_address(url) is None


@given(st.text(alphabet="ab \n.", max_size=400), st.data(), st.integers(5, 60))
def test_an_excerpt_holds_the_quote_and_its_neighbourhood(text: str, data: st.DataObject, reach: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = render.excerpt(text, start, end, reach=reach)
    assert found.quote == text[start:end]
    before, after = found.before.removeprefix("… "), found.after.removesuffix(" …")
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= reach


def test_an_excerpt_stays_in_its_paragraph() -> None:
    text = "First one.\n\nBefore. The quote. After.\n \nLast one."
    start = text.index("The quote.")
    found = render.excerpt(text, start, start + len("The quote."))
    assert (found.before, found.quote, found.after) == ("Before. ", "The quote.", " After.")


def test_an_excerpt_of_a_text_without_blank_lines_stays_in_its_line() -> None:
    found = render.excerpt("One.\nTwo. Three.\nFour.", 5, 9)
    assert (found.before, found.quote, found.after) == ("", "Two.", " Three.")


def test_a_long_paragraph_is_cut_between_words() -> None:
    text = "alpha beta gamma " * 40 + "QUOTE" + " delta epsilon" * 40
    start = text.index("QUOTE")
    found = render.excerpt(text, start, start + 5, reach=50)
    assert found.before.startswith("… ")
    assert found.before.split()[1] in {"alpha", "beta", "gamma"}
    assert found.after.endswith(" …")
    assert found.after.split()[-2] in {"delta", "epsilon"}


def test_every_citation_number_leads_to_the_card_of_its_turn() -> None:
    answer = answer_with(TERMS, PRICE)
    shown = Page(render.render_answer(answer, 7))
    cards = Page(render.render_evidence(answer, 7))
    assert shown.links == ["#src-7-1", "#src-7-2"]
    assert [card["id"] for card in cards.having("card")] == ["src-7-1", "src-7-2"]
    assert "Source 1" in shown.text


def test_a_sentence_is_verbatim_with_its_highlight_bold() -> None:
    sentence = Sentence(text="It costs <$40 million> & more.", citations=(), highlight=(9, 22))
    shown = render.render_answer(answer_with(sentences=(sentence,)), 1)
    assert Page(shown).text.startswith(sentence.text)
    assert Page(re.findall("<strong>(.*)</strong>", shown)[0]).text == "<$40 million>"


def test_the_line_below_an_answer_tells_date_sources_and_time() -> None:
    shown = Page(render.render_answer(answer_with(TERMS, PRICE), 1)).text
    assert shown.endswith("as of 22 November 2026 · 2 sources, 14 Jan 2025 – 11 Dec 2025 · 0.21\N{NO-BREAK SPACE}s")
    again = answer_with(
        TERMS, cite(PILOT, "Shares of Harbor closed little changed.", 2), seconds={"total": 1.5, "a": 1}
    )
    assert Page(render.render_answer(again, 1)).text.endswith("· 1 source, 14 Jan 2025 · 1.50\N{NO-BREAK SPACE}s")
    undated = answer_with(cite(UNDATED, "A festival jury barred generated actors from its acting prize."), seconds={})
    assert Page(render.render_answer(undated, 1)).text.endswith("· 1 source, date unknown")


def test_what_a_search_was_limited_to_is_stated_before_the_answer() -> None:
    scope = Scope(published_from=bound("2025-01-01"), published_until=bound("2026-01-01"), publishers=("Dub <Wire>",))
    answer = answer_with(TERMS, question=Question(text="x", scope=scope))
    stated = "In articles published 1 January – 31 December 2025, credited to Dub <Wire>:"
    assert Page(render.render_answer(answer, 1)).text.startswith(stated)
    abstained = replace(answer, status=AnswerStatus.ABSTAINED, sentences=(), citations=())
    assert Page(render.render_answer(abstained, 1)).text.startswith(f"{stated}The archive does not say.")
    searched = replace(answer, understanding=Understanding(text="x", scope=Scope(kinds=(Kind.NEWS,))))
    assert Page(render.render_answer(searched, 1)).text.startswith("In news:")


def test_notes_are_shown_with_the_citations_they_are_about() -> None:
    notes = (
        Note(kind=NoteKind.CONFLICT, text="Reports differ.", citations=(1,)),
        Note(kind=NoteKind.STALE, text="The archive is <old>."),
    )
    markup = render.render_answer(answer_with(TERMS, notes=notes), 3)
    assert "Reports differ.Source 1The archive is <old>." in Page(markup).text
    assert '<p class="note conflict">' in markup
    assert markup.count('href="#src-3-1"') == 2


def test_a_lead_stands_before_the_quoted_words() -> None:
    answer = answer_with(TERMS)
    led = replace(
        answer, sentences=tuple(replace(item, lead="Earlier, <Variety> reported:") for item in answer.sentences)
    )
    markup = render.render_answer(led, 1)
    assert f"Earlier, <Variety> reported: {answer.sentences[0].text}" in Page(markup).text
    assert "reported" not in markup.split("<bdi>")[1].split("</bdi>")[0]
    assert led.text.startswith(f"Earlier, <Variety> reported: {answer.sentences[0].text} [1]")


def test_a_timeline_is_a_list_with_its_days_in_front() -> None:
    article = ARTICLES[0]
    citation = cite(article, article.text.split(". ")[0])
    sentence = Sentence(text=citation.quote, citations=(1,), lead="3 May 2024:")
    answer = answer_with(citation, sentences=(sentence, sentence), layout=Layout.TIMELINE)
    page = Page(render.render_answer(answer, 1))
    assert page.having("timeline")
    assert sum(tag == "li" for tag, _ in page.elements) == page.text.count("3 May 2024:") == 2


def test_a_growing_answer_has_no_closing_line() -> None:
    shown = Page(render.render_answer(answer_with(TERMS, complete=False), 1))
    assert shown.having("growing")
    assert "as of" not in shown.text
    assert Page(render.render_answer(answer_with(complete=False), 1)).having("waiting")


def test_an_abstention_says_so_and_offers_the_nearest_articles() -> None:
    near = ScoredPassage(passage=passage_of(DUBBING), article=DUBBING, scores=Scores(final=0.1))
    answer = answer_with(status=AnswerStatus.ABSTAINED, nearest=(near,))
    shown, cards = Page(render.render_answer(answer, 1)), Page(render.render_evidence(answer, 1))
    assert shown.text.startswith("The archive does not say.")
    assert cards.text.startswith("Nearest articles (they do not answer the question)")
    assert DUBBING.title in cards.text
    assert not cards.having("badge")
    assert render.render_evidence(replace(answer, nearest=()), 1) == ""


def test_a_nearest_passage_from_within_an_article_begins_with_an_ellipsis() -> None:
    passage = passage_of(DUBBING)
    inside = replace(passage, start=5, text=DUBBING.text[5:])
    for found, beginning in ((passage, "Dubbing"), (inside, "… ")):
        near = ScoredPassage(passage=found, article=DUBBING, scores=Scores(final=0.1))
        cards = render.render_evidence(answer_with(status=AnswerStatus.ABSTAINED, nearest=(near,)), 1)
        assert Page(cards.split("<blockquote")[1].split(">", 1)[1]).text.startswith(beginning)


def test_a_card_tells_who_stands_behind_the_text_and_when() -> None:
    card = Page(render.render_evidence(answer_with(TERMS), 1))
    assert "brief, after a report by Screen Ledger · 14 January 2025 · updated 16 January 2025" in card.text
    assert card.links == ["#cite-1-1", PILOT.url]
    (link,) = [attributes for tag, attributes in card.elements if tag == "a" and attributes["href"] == PILOT.url]
    assert (link["target"], link["rel"]) == ("_blank", "noopener noreferrer nofollow")
    undated = Page(render.render_evidence(answer_with(cite(UNDATED, "A festival jury")), 1))
    assert "Screen Ledger · date unknown" in undated.text
    assert undated.links == ["#cite-1-1"]


def test_a_card_tells_when_its_words_may_be_later_than_the_question() -> None:
    edited = cite(replace(PILOT, modified_at=on_day("2025-01-16")), TERMS.quote)
    before, after = (answer_with(edited, as_of=bound(day)) for day in ("2025-01-16", "2025-01-17"))
    told = "updated 16 January 2025, after the as-of date: its earlier wording is not held"
    assert told in Page(render.render_evidence(before, 1)).text
    assert "after the as-of date" not in Page(render.render_evidence(after, 1)).text
    found = ScoredPassage(passage=passage_of(edited.article), article=edited.article, scores=Scores(final=1.0))
    declined = replace(before, status=AnswerStatus.ABSTAINED, citations=(), sentences=(), nearest=(found,))
    assert told in Page(render.render_evidence(declined, 1)).text


def test_a_card_shows_the_quote_in_bold_within_its_paragraph() -> None:
    card = render.render_evidence(answer_with(TERMS), 1)
    assert Page(re.findall("<strong>(.*)</strong>", card)[0]).text == TERMS.quote
    assert "to test generated video in previsualization. The studio did not disclose terms." in Page(card).text
    assert "Shares of Harbor" not in Page(card).text


def test_a_time_of_day_is_kept_in_the_title_of_the_date() -> None:
    moment = Moment(value=bound("2025-01-14").replace(hour=9), precision=DatePrecision.TIME, origin="test")
    card = Page(render.render_evidence(answer_with(replace(TERMS, article=replace(PILOT, published_at=moment))), 1))
    assert next(attributes["title"] for tag, attributes in card.elements if tag == "time") == "2025-01-14 09:00 UTC"


def masthead_of(*articles: Article) -> Page:
    return Page(render.render_masthead(FakeEngine(articles).overview()))


def test_the_masthead_tells_the_size_of_the_archive_and_its_newest_article() -> None:
    header = masthead_of(*ARTICLES)
    newest = ARTICLES[2]
    assert f"4 articles, 4 passages; newest: {newest.title}, 2 Mar 2026" in header.text
    assert ("a", newest.url) in [(tag, attributes.get("href")) for tag, attributes in header.elements]
    assert [item["title"] for item in header.having("title")] == [f"{newest.title} (Dub Wire)"]
    brief = masthead_of(ARTICLES[0])
    assert "1 article, 1 passage" in brief.text
    assert brief.having("title")[0]["title"].endswith("(brief, after a report by Screen Ledger)")


def test_the_masthead_claims_no_newest_article_without_a_date() -> None:
    assert masthead_of(ARTICLES[3]).text.endswith("1 article, 1 passage")
    assert "python -m ingest files PATH" in masthead_of().text


def test_the_panel_shows_one_turn_and_keeps_the_others() -> None:
    first, second = (render.render_evidence(answer_with(TERMS), turn) for turn in (1, 2))
    panel = Page(render.render_panel({1: first, 2: second}, shown=2))
    assert [("hidden" in turn, turn["id"]) for turn in panel.having("turn")] == [
        (True, "evidence-1"), (False, "evidence-2"),
    ]  # fmt: skip
    assert not panel.having("empty")
    failed = Page(render.render_panel({1: first, 2: render.render_notice("")}, shown=2))
    assert failed.having("empty")
    assert [turn["id"] for turn in failed.having("turn")] == ["evidence-1"]


text = st.text(max_size=60) | st.sampled_from(
    [MARKUP, "", "\n\n# x", "</strong><img src=x onerror=y>", "${1}", "{{{x}}}"]
)


@given(title=text, body=text, publisher=text, url=text, language=text, note=text, asked=text)
def test_no_field_of_an_article_becomes_markup(
    title: str, body: str, publisher: str, url: str, language: str, note: str, asked: str
) -> None:
    article = Article(
        id="x",
        title=title,
        text=body,
        publisher=publisher,
        url=url,
        language=language,
        published_at=on_day("2024-01-01"),
    )
    citation = Citation(
        number=1, article=article, passage_id="p", passage_start=0, passage_end=len(body),
        start=0, end=len(body) // 2, quote=body[: len(body) // 2],
    )  # fmt: skip
    near = ScoredPassage(passage=passage_of(article), article=article, scores=Scores(final=0.1))
    question = Question(text=asked, scope=Scope(publishers=(publisher,)))
    answered = answer_with(citation, notes=(Note(kind=NoteKind.MODEL, text=note),), question=question)
    abstained = replace(answered, status=AnswerStatus.ABSTAINED, nearest=(near,), citations=(), sentences=())
    evidence = {turn: render.render_evidence(answer, turn) for turn, answer in enumerate((answered, abstained), 1)}
    for markup in (
        render.render_question(asked), render.render_notice(note), render.render_answer(answered, 1),
        render.render_answer(abstained, 1), render.render_panel(evidence, shown=1),
    ):  # fmt: skip
        page = Page(markup)
        assert all(ALLOWED_TAGS.fullmatch(tag) for tag, _ in page.elements)
        assert all(ALLOWED_ATTRIBUTES.fullmatch(name) for _, attributes in page.elements for name in attributes)
        assert all(re.match("#(src|cite)-|https?://", link or "") for link in page.links)
        assert "\n" not in markup
        assert not set("`{}$[]*_") & set(markup)


def test_the_hostile_article_is_shown_as_it_is_written() -> None:
    card = Page(render.render_evidence(answer_with(cite(HOSTILE, HOSTILE.text[:40])), 1))
    assert "<script>window.pwned='script'</script>" in card.text
    assert "${window.pwned='template'}" in card.text
    assert card.links == ["#cite-1-1"]
