"""Saved pages: main text, what the publisher declares, dates that are never guessed."""

import pytest

from ingest.article import ItemError
from ingest.html import parse_page

PARAGRAPHS = [
    f"Paragraph {number} says that the studio signed a <a href='/x'>deal</a> with the union, two people told us. "
    f'"It is <em>good</em> news," the director said &amp; smiled, adding that {number} films were planned for the year.'
    for number in range(1, 6)
]
LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
  {"@type": "WebSite", "name": "Site", "datePublished": "1999-01-01"},
  {"@type": ["NewsArticle", "OpinionNewsArticle"], "headline": "Linked headline",
   "datePublished": "2024-03-15T09:00:00+01:00", "dateModified": "2024-03-16T09:00:00+01:00",
   "author": [{"@type": "Person", "name": "Jane Doe"}, {"@type": "Person", "name": "Richard Roe"}],
   "publisher": {"@type": "Organization", "name": "Linked Daily"}, "articleSection": ["Labour"],
   "mainEntityOfPage": {"@id": "https://linked.example.com/story"}, "inLanguage": "en-GB"}]}</script>"""


def page(head="", body=None, lang=' lang="en-US"', title="Studio signs a deal with the union"):
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) if body is None else body
    return f"""<!DOCTYPE html><html{lang}><head><meta charset="utf-8">
<title>{title} - Example Daily</title>{head}</head><body><nav><ul>{"<li><a href='/s'>Section</a></li>" * 12}</ul></nav>
<main><article><h1>{title}</h1>{body}</article></main>
<aside><a href="/other">Another story that is not part of this one, from January 5, 2011</a></aside>
<footer>Copyright 2019 Example Daily. Published 2018-07-01. All rights reserved.</footer></body></html>"""


def fields(*args, **kwargs):
    return parse_page(page(*args, **kwargs).encode()).fields


def meta(name, content, attribute="property"):
    return f'<meta {attribute}="{name}" content="{content}">'


def test_the_main_text_is_taken_paragraph_by_paragraph_without_what_surrounds_it():
    text = fields()["text"]
    assert text.startswith("Paragraph 1 says that the studio signed a deal with the union")
    assert text.split("\n\n")[4].endswith("adding that 5 films were planned for the year.")
    assert '"It is good news," the director said & smiled' in text
    assert not any(word in text for word in ("Section", "Another story", "Copyright", "signs a deal"))


def test_open_graph_metadata_is_read():
    found = parse_page(
        page(
            meta("og:title", "The og title | Example Daily")
            + meta("og:site_name", "Example Daily")
            + meta("og:url", "https://news.example.com/2024/story?utm_source=feed")
            + meta("article:published_time", "2024-03-15T10:00:00-05:00")
            + meta("article:modified_time", "2024-03-15T12:00:00-05:00")
            + meta("article:section", "Courts")
            + meta("author", "Jane Doe", "name")
        ).encode()
    )
    assert {name: found.fields[name] for name in found.fields if name != "text"} == {
        "title": "The og title",
        "url": "https://news.example.com/2024/story",
        "publisher": "Example Daily",
        "authors": ["Jane Doe"],
        "section": "Courts",
        "language": "en",
        "published_at": "2024-03-15T10:00:00-05:00",
        "modified_at": "2024-03-15T12:00:00-05:00",
    }
    assert found.names == {"published_at": "article:published_time", "modified_at": "article:modified_time"}


def test_json_ld_is_read_from_a_graph():
    found = parse_page(page(LINKED, lang="").encode())
    assert found.fields["published_at"] == "2024-03-15T09:00:00+01:00"
    assert found.fields["modified_at"] == "2024-03-16T09:00:00+01:00"
    assert found.names["published_at"] == "JSON-LD datePublished"
    assert found.fields["authors"] == ["Jane Doe", " Richard Roe"]
    assert (found.fields["publisher"], found.fields["section"]) == ("Linked Daily", "Labour")
    assert (found.fields["url"], found.fields["language"]) == ("https://linked.example.com/story", "en")
    assert found.fields["kind"] == "opinion"


@pytest.mark.parametrize(
    ("head", "body", "origin"),
    [
        (meta("date", "2024-03-15", "name"), "", "date"),
        (meta("parsely-pub-date", "2024-03-15T00:00:00Z", "name"), "", "parsely-pub-date"),
        ("", '<time itemprop="datePublished" datetime="2024-03-15">Friday</time>', "itemprop datePublished"),
        ("", '<time class="entry-date published" datetime="2024-03-15">Friday</time>', "time element"),
    ],
)
def test_other_declared_dates_are_read_with_their_origin(head, body, origin):
    found = parse_page(page(head, body + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)).encode())
    assert found.fields["published_at"].startswith("2024-03-15")
    assert found.names["published_at"] == origin


def test_a_date_that_only_stands_in_the_text_or_the_address_is_not_passed_off_as_published():
    head = '<link rel="canonical" href="https://news.example.com/2023/05/06/story">'
    dateline = "<p>LOS ANGELES, March 15, 2024 - The studio signed. <time datetime='2024-03-15'>March 15</time></p>"
    found = fields(head, dateline + "".join(f"<p>{text}</p>" for text in PARAGRAPHS))
    assert "published_at" not in found
    assert "modified_at" not in found


def test_a_modified_date_alone_does_not_become_the_date_of_publication():
    found = fields(meta("article:modified_time", "2024-03-15"))
    assert found["modified_at"] == "2024-03-15"
    assert "published_at" not in found


def test_the_first_date_that_can_be_read_counts_and_an_impossible_one_is_handed_on():
    better = meta("article:published_time", "yesterday") + meta("date", "2024-03-15", "name")
    assert fields(better)["published_at"] == "2024-03-15"
    assert fields(meta("article:published_time", "2024-02-30"))["published_at"] == "2024-02-30"


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://news.example.com/a#top">', "https://news.example.com/a"),
        ('<link rel="canonical" href="https://news.example.com/">', None),
        (
            '<link rel="canonical" href="https://news.example.com/">' + meta("og:url", "https://news.example.com/a"),
            "https://news.example.com/a",
        ),
        (meta("og:url", "javascript:alert(1)"), None),
        ("<!-- saved from url=(0026)https://news.example.com/a -->", "https://news.example.com/a"),
    ],
)
def test_the_address_is_that_of_the_article_or_unknown(head, url):
    assert fields(head).get("url") == url


def test_a_short_article_is_found_by_the_lenient_extraction():
    body = "<div>The union ended its strike on Tuesday after 118 days, its president said.</div>"
    assert "ended its strike on Tuesday" in fields(body=body)["text"]


def test_json_ld_that_is_broken_or_hostile_is_passed_over():
    for broken in (
        "{",
        "[" * 100_000,
        '{"@type": "NewsArticle", "publisher": [], "datePublished": 5, "@graph": 1}',
        "null",
    ):
        found = fields(f'<script type="application/ld+json">{broken}</script>')
        assert found["title"] == "Studio signs a deal with the union"
        assert "published_at" not in found


def test_scripts_and_event_handlers_leave_no_trace():
    body = "".join(f"<p onclick='steal()'>{text}<script>steal()</script></p>" for text in PARAGRAPHS)
    assert "steal" not in fields(body=body)["text"]


def test_a_declared_encoding_is_used():
    source = page(body="".join(f"<p>{text} Müller</p>" for text in PARAGRAPHS)).replace("utf-8", "windows-1252")
    assert "Müller" in parse_page(source.encode("windows-1252")).fields["text"]


def test_an_undeclared_encoding_must_be_utf_8():
    source = page().replace('<meta charset="utf-8">', "").replace("Paragraph 1", "Ärger 1")
    assert "Ärger 1" in parse_page(source.encode()).fields["text"]
    content = source.encode("latin-1")
    with pytest.raises(ItemError, match=f"byte {content.index(0xC4)} ") as caught:
        parse_page(content)
    assert "charset" in caught.value.remedy


def test_a_stray_byte_counts_only_when_it_stands_in_the_article():
    content = page().encode()
    assert parse_page(content.replace(b"Copyright", b"\xa9 Copyright")).fields["text"]
    with pytest.raises(ItemError, match=f"byte {content.index(b'Paragraph 2')} "):
        parse_page(content.replace(b"Paragraph 2", b"\xff Paragraph 2"))


@pytest.mark.parametrize("content", [b'{"a": 1}', b"<html><body></body></html>", b"<b>" * 1000, b"\x00" * 500])
def test_what_holds_no_article_is_a_fault_with_a_remedy(content):
    with pytest.raises(ItemError) as caught:
        parse_page(content)
    assert caught.value.remedy
