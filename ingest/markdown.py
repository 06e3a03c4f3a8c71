"""Markdown with YAML front matter → fields, with the body as plain text."""

from __future__ import annotations

import re

from ingest.article import ItemError
from ingest.markup import fragment, text_of
from ingest.records import Parsed, parsed_record
from ingest.text import clean_line, decode_text, without_title

LONGEST_FRONT_MATTER = 64 * 1024
"""In characters; more is not a description of one article."""

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FENCE = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)


def parse_markdown(content: bytes) -> Parsed:
    """Return the fields of the front matter, ``text`` as the body's plain text, and the title.

    Without a title in the front matter it is the first heading, which is then left out of the text.
    Raises ItemError for bytes that are no text and for front matter that cannot be read.
    """
    front_matter, body = _split(decode_text(content).replace("\0", ""))
    parsed = parsed_record(_read(front_matter), {})
    fields = {name: value for name, value in parsed.fields.items() if name != "text"}
    heading, text = plain_text(body)
    title = fields.get("title")
    if title is None and heading:
        fields["title"] = heading
    elif heading:
        text = without_title(f"{heading}\n\n{text}", title)
    return Parsed(fields={**fields, "text": text}, names=parsed.names)


def plain_text(markdown: str) -> tuple[str | None, str]:
    """Return the heading that the text begins with, if it does, and the rest as plain text.

    Paragraphs are parted by a blank line, the items of a list by a line break. Markup is dropped,
    what it marks is kept: a link's text, an emphasised word, a quotation's paragraphs. Images,
    comments and scripts are left out.
    """
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    root = fragment(html)
    if root is None:
        return None, ""
    first = next(iter(root), None)
    heading = None
    if first is not None and first.tag in _HEADINGS and not (root.text or "").strip():
        heading = clean_line(text_of(first)) or None
        first.drop_tree()
    return heading, text_of(root)


def _split(text: str) -> tuple[str, str]:
    """Part front matter and body; a file that does not begin with a line of dashes has no front matter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    opening = _FENCE.match(text)
    if opening is None:
        return "", text
    closing = _FENCE.search(text, opening.end() + 1)
    if closing is None:
        raise ItemError(
            "the front matter that begins on line 1 has no end.",
            field="front matter",
            remedy="Close it with a line of three dashes (---).",
        )
    front_matter = text[opening.end() : closing.start()]
    if len(front_matter) > LONGEST_FRONT_MATTER:
        raise ItemError(
            f"the front matter has {len(front_matter):,} characters, more than {LONGEST_FRONT_MATTER:,}.",
            field="front matter",
            remedy="Keep only the fields of the article in it.",
        )
    return front_matter, text[closing.end() :]


def _read(front_matter: str) -> dict[str, object]:
    """Read YAML with every value as text, so that ``no`` is Norwegian, 1984 a title and a date checked by us."""
    import yaml

    class TextLoader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
        pass

    TextLoader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        found = yaml.load(front_matter, Loader=TextLoader)  # a SafeLoader that knows fewer types
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" on line {mark.line + 1}"
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise ItemError(
            f"the front matter is not valid YAML{where}: {problem}.",
            field="front matter",
            remedy="Mend that line; a value that holds a colon or a quotation mark needs quotes around it.",
        ) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ItemError(
            "the front matter holds no fields.", field="front matter", remedy="Write one `name: value` on each line."
        )
    return {str(name): value for name, value in found.items()}
