"""Markdown: front matter as text fields, body as prose."""

import lxml.html
import pytest

from ingest.article import ItemError
from ingest.markdown import parse_markdown, plain_text
from ingest.markup import parse_fragment, text_of

BRIEF = b"""---
id: 2024-11-27-studio-talks
title: "The pitch to studios has produced no deals"
published_at: 2024-11-27
publisher: Example Daily
url: https://news.example.com/a
section: Studios
entities: [OpenAI, "Walt Disney Company"]
language: en
kind: brief
chain: disney-openai
---

First paragraph,
on two lines.

Second *paragraph* with a [link](https://example.com).
"""


def test_a_brief_gives_its_fields_and_prose():
    parsed = parse_markdown(BRIEF)
    assert parsed.fields == {
        "id": "2024-11-27-studio-talks",
        "title": "The pitch to studios has produced no deals",
        "published_at": "2024-11-27",
        "publisher": "Example Daily",
        "url": "https://news.example.com/a",
        "section": "Studios",
        "entities": ["OpenAI", "Walt Disney Company"],
        "language": "en",
        "kind": "brief",
        "text": "First paragraph, on two lines.\n\nSecond paragraph with a link.",
    }


def test_yaml_values_stay_text_whatever_they_look_like():
    front_matter = (
        b"---\ntitle: 1984\nlanguage: no\npublished_at: 2024-02-30\nid: 0123\nsection:\nauthor: ~\n---\nBody."
    )
    fields = parse_markdown(front_matter).fields
    assert (fields["title"], fields["language"], fields["published_at"], fields["id"]) == (
        "1984",
        "no",
        "2024-02-30",
        "0123",
    )
    assert "section" not in fields
    assert "authors" not in fields


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(newline, mark):
    assert parse_markdown(mark + BRIEF.replace(b"\n", newline)).fields == parse_markdown(BRIEF).fields


def test_the_title_falls_back_to_the_first_heading_which_then_is_no_text():
    assert parse_markdown(b"# The *title*\n\nBody.\n\n## Part\n\nMore.").fields == {
        "title": "The title",
        "text": "Body.\n\nPart\n\nMore.",
    }


def test_a_heading_is_kept_as_text_unless_it_repeats_the_title():
    assert parse_markdown(b"---\ntitle: T\n---\n# T\n\nBody.").fields["text"].strip() == "Body."
    assert parse_markdown(b"---\ntitle: T\n---\n# Other\n\nBody.").fields["text"] == "Other\n\nBody."
    assert "title" not in parse_markdown(b"Body without a title.").fields


def test_dashes_inside_the_front_matter_or_the_body_do_not_end_it():
    parsed = parse_markdown(b"---\ntitle: a --- b ---\n---\nBody.\n\n---\n\nMore.")
    assert parsed.fields == {"title": "a --- b ---", "text": "Body.\n\nMore."}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"---\ntitle: a: b\n---\nBody.", "line 2"),
        (b"---\ntitle: 'x\n---\nBody.", "YAML"),
        (b"---\ntitle: x\nBody.", "no end"),
        (b"---\n- a\n- b\n---\nBody.", "no fields"),
        (b"---\na: " + b"[" * 5000 + b"\n---\nBody.", "YAML"),
        (b'---\na: !!python/object/apply:os.system ["true"]\n---\nBody.', "constructor"),
        (b"---\na: !!timestamp 2024-02-30\n---\nBody.", "YAML"),
        (b"---\na: " + b"x" * 70_000 + b"\n---\nBody.", "70,0"),
    ],
)
def test_front_matter_that_cannot_be_read_is_a_named_fault(content, reason):
    with pytest.raises(ItemError, match=reason) as caught:
        parse_markdown(content)
    assert caught.value.field == "front matter"
    assert caught.value.remedy


MARKDOWN = """\
He said "it's *done* & **dusted**" in `code`,
she ~~laughed~~ agreed.\x20\x20
A hard break. ![a picture](x.png)

> A quotation
> of two lines.

1. one
2. two

   still two

- a
- b
  - inner

2024. It was a year.

| Film | Gross |
|------|-------|
| A    | 1     |
| B    | 2     |

<div onclick="x()">raw <b>markup</b><script>alert(1)</script></div>

```
a fence
```
<!-- a comment -->
An autolink <https://example.com> &amp; 5 < 6.
"""


def test_markup_becomes_prose():
    assert plain_text(MARKDOWN) == (
        None,
        """\
He said "it's done & dusted" in code, she laughed agreed.
A hard break.

A quotation of two lines.

1. one
2. two
still two

a
b
inner

2024. It was a year.

Film | Gross
A | 1
B | 2

raw markup

a fence

An autolink https://example.com & 5 < 6.""",
    )


def test_an_empty_body_has_no_text():
    assert plain_text(" \n\n<!-- nothing -->\n") == (None, "")


def test_html_becomes_paragraphs_and_rows():
    root = lxml.html.fromstring(
        "<div>Loose <b>text</b><p>One<br>two</p><ul><li><p>a</p></li><li>b</li></ul>"
        "<figure><figcaption>caption</figcaption></figure><ol start=3><li>c</li></ol>"
        "<table><tr><th>x</th><td>y</td></tr><tr><td>z</td></tr></table>tail<style>p {}</style></div>"
    )
    assert text_of(root) == "Loose text\n\nOne\ntwo\n\na\nb\n\n3. c\n\nx | y\nz\n\ntail"


def test_a_fragment_may_be_broken_or_empty():
    assert parse_fragment(b"<p>One<p>Two</div> <b>three").fields["text"].split() == ["One", "Two", "three"]
    assert parse_fragment(b"  ").fields == {"text": ""}
    assert parse_fragment(b"\x00\xff<p>x").fields["text"].endswith("x")
