"""HTML elements → plain text: one paragraph per block, inline markup dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.records import Parsed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The names of HTML, and those that trafilatura gives to what it takes from a page.
_BLOCKS = frozenset({
    "ab", "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "list", "main", "nav", "ol",
    "p", "pre", "quote", "section", "summary", "table", "ul",
})  # fmt: skip
_LINES = frozenset({"li", "item", "tr", "row", "br", "lb", "tbody", "thead", "tfoot"})
_ITEMS = frozenset({"li", "item"})
_CELLS = frozenset({"td", "th", "cell"})
_SKIPPED = frozenset({
    "audio", "button", "figure", "graphic", "iframe", "img", "link", "math", "meta", "noscript", "object", "script",
    "select", "style", "svg", "template", "title", "video",
})  # fmt: skip
_WHITE_SPACE = re.compile(r"\s+")


def text_of(element: HtmlElement) -> str:
    """Return the text below ``element``: blocks parted by a blank line, list items and table rows by a line break.

    The cells of a row are parted by `` | ``; items of an ordered list keep their numbers, since these
    may be part of a sentence. Scripts, figures with their captions and the like are left out.
    """
    writer = _Writer()
    _write(element, writer)
    return "".join(writer.pieces).strip()


def parse_fragment(content: bytes) -> Parsed:
    """Return the text of a piece of HTML (UTF-8) as the field ``text``."""
    root = fragment(content.decode("utf-8", "replace"))
    return Parsed(fields={"text": "" if root is None else text_of(root)})


def fragment(source: str) -> HtmlElement | None:
    """Return the ``body`` around a piece of HTML, or None when there is nothing in it."""
    import lxml.html

    if not source.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    page = lxml.html.document_fromstring(f"<body>{source}</body>".replace("\0", "").encode(), parser=parser)
    return page.find("body")


class _Writer:
    """Collects text; of several breaks between two texts the greatest counts."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._breaks = 0
        self._after_number = False

    def part(self, breaks: int) -> None:
        """Put at least ``breaks`` line breaks before the next text, unless a list's number stands there."""
        if not self._after_number:
            self._breaks = max(self._breaks, breaks)

    def add(self, text: str) -> None:
        """Add text, its white space as single spaces."""
        text = _WHITE_SPACE.sub(" ", text)
        begins_line = self._breaks > 0 or not self.pieces
        if begins_line or self.pieces[-1].endswith(" "):
            text = text.lstrip(" ")
        if not text:
            return
        if begins_line and self.pieces:
            self.pieces[-1] = self.pieces[-1].rstrip(" ")
            self.pieces.append("\n" * self._breaks)
        self.pieces.append(text)
        self._breaks = 0
        self._after_number = False

    def number(self, number: int) -> None:
        """Begin an item of an ordered list."""
        self.add(f"{number}. ")
        self._after_number = True


def _write(element: HtmlElement, writer: _Writer, *, number: int | None = None) -> None:
    """Write an element; ``number`` is that of an item of an ordered list."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _SKIPPED:
        return
    breaks = 2 if tag in _BLOCKS else 1 if tag in _LINES else 0
    parent = element.getparent()
    if parent is not None and parent.tag in _ITEMS:
        breaks = min(breaks, 1)
    writer.part(breaks)
    if number is not None:
        writer.number(number)
    elif tag in _CELLS and element.getprevious() is not None:
        writer.add(" | ")
    writer.add(element.text or "")
    next_number = _first_number(element) if tag == "ol" else None
    for child in element:
        if next_number is not None and child.tag == "li":
            _write(child, writer, number=next_number)
            next_number += 1
        else:
            _write(child, writer)
        writer.add(child.tail or "")
    writer.part(breaks)


def _first_number(ordered_list: HtmlElement) -> int:
    start = ordered_list.get("start", "1")
    return int(start) if start.isascii() and start.isdecimal() and len(start) < 10 else 1
