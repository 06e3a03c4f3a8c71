"""A page as saved from the web → fields: main text by trafilatura, the rest from what the publisher declares.

Dates come only from the publisher's metadata. One guessed from the text or the address would be passed
off as the publisher's, so a page without declared dates has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.article import ItemError, canonical_url
from ingest.dates import parse_moment
from ingest.markup import text_of
from ingest.records import LONGEST_LINE, SHORTEST_TEXT, Parsed, language_code
from ingest.text import clean_line, clean_text, decode_text, without_title

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SHORT_TEXT = 250
"""Below so many characters the precise extraction has likely missed the article, and a lenient one is tried."""

# Names of meta elements, the most reliable first.
PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
    "dc.date.issued", "dcterms.issued", "citation_publication_date", "publication_date", "publish-date", "publish_date",
    "publishdate", "pubdate", "article.published", "dc.date", "date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:article:modified_time", "datemodified", "og:updated_time", "dcterms.modified",
    "dc.date.modified", "article.updated", "last-modified",
)  # fmt: skip

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_ARTICLE_TYPES = re.compile(r"(?:.*Article|BlogPosting|LiveBlogPosting|Report|Review)$")

Candidates = Sequence[tuple[str, str]]
"""Values for one field with the names of the places they stand in, the best first."""


def parse_page(content: bytes) -> Parsed:
    """Return the fields of a saved page; title and dates only when the page declares them.

    Raises ItemError for a page whose encoding is not declared and not UTF-8, or that has no article.
    """
    import trafilatura
    from trafilatura.utils import load_html

    source, fault = _decoded(content)
    tree = load_html(source)
    if tree is None:
        raise ItemError(
            "it cannot be read as a page.",
            remedy="Save the page again; if it is none, give the file the suffix of what it is.",
        )
    declared = _Declared(tree, source)
    known = trafilatura.extract_metadata(tree, extensive=False)
    publisher = declared.publisher or known.sitename
    title = _without_publisher(clean_line(known.title or ""), publisher)
    text = _main_text(tree, title)
    if len(clean_text(text)) < SHORTEST_TEXT:
        raise ItemError(
            "no article can be found on the page.",
            field="text",
            remedy="Save the page when it is fully loaded and shows the article, or save its text alone.",
        )
    if fault is not None and "\ufffd" in title + text:
        raise ItemError(
            f"byte {fault} and perhaps more cannot be decoded in the encoding that the page declares.",
            remedy="Save the page again as UTF-8.",
        )
    fields: dict[str, object] = {
        "title": title,
        "text": text,
        "url": declared.url,
        "publisher": publisher,
        "authors": [name for name in (known.author or "").split(";") if 0 < len(name.strip()) <= LONGEST_LINE],
        "section": declared.section,
        "language": declared.language,
        "kind": "opinion" if declared.is_opinion else None,
    }
    names: dict[str, str] = {}
    for field, candidates in (("published_at", declared.published), ("modified_at", declared.modified)):
        best = _best_date(candidates)
        if best is not None:
            fields[field], names[field] = best
    return Parsed(fields={name: value for name, value in fields.items() if value}, names=names)


def _decoded(content: bytes) -> tuple[str, int | None]:
    """Return the page as text and the offset of the first byte that could not be decoded, if any.

    Without a declared encoding only UTF-8 will do; with one, what is broken becomes U+FFFD, since
    a stray byte in some advertisement is no harm.
    """
    from w3lib.encoding import html_body_declared_encoding

    declared = html_body_declared_encoding(content)
    if declared is None or declared.startswith("utf-16"):
        try:
            return decode_text(content), None
        except ItemError as error:
            raise ItemError(
                error.reason, remedy='Save the page as UTF-8, or declare its encoding with <meta charset="…">.'
            ) from error
    try:
        return content.decode(declared), None
    except UnicodeDecodeError as error:
        return content.decode(declared, errors="replace"), error.start


def _main_text(tree: HtmlElement, title: str) -> str:
    """Return the article's text, found precisely, or else leniently when that finds more."""
    import trafilatura

    texts = [""]
    for lenient in (False, True):
        found = trafilatura.bare_extraction(
            tree, favor_precision=not lenient, favor_recall=lenient, include_comments=False
        )
        body = getattr(found, "body", None)
        if body is not None:
            texts.append(without_title(text_of(body), title))
        if len(texts[-1]) >= SHORT_TEXT:
            break
    return max(texts, key=len)


def _without_publisher(title: str, publisher: str | None) -> str:
    """Cut `` - Publisher`` off a title."""
    if not publisher:
        return title
    return re.sub(rf"\s+[-–—|·:]\s+{re.escape(clean_line(publisher))}$", "", title, flags=re.IGNORECASE)


def _best_date(candidates: Candidates) -> tuple[str, str] | None:
    """Return the first date that can be read; when none can, the first, so that it is reported."""
    now = datetime.now(UTC)
    for value, name in candidates:
        try:
            parse_moment(value, origin=name, now=now)
        except ValueError:
            continue
        return value, name
    return next(iter(candidates), None)


class _Declared:
    """What a page's head, its JSON-LD and its microdata say, apart from title and authors."""

    def __init__(self, tree: HtmlElement, source: str) -> None:
        self._tree = tree
        self._source = source
        self._metas = _metas(tree)
        self._article = _linked_article(tree)

    @property
    def published(self) -> Candidates:
        return self._dates(PUBLISHED, "datePublished") + [
            (value, "time element")
            for value in self._tree.xpath(
                "//time[@pubdate or contains(concat(' ', @class, ' '), ' published ')]/@datetime"
            )
        ]

    @property
    def modified(self) -> Candidates:
        return self._dates(MODIFIED, "dateModified")

    @property
    def publisher(self) -> str | None:
        return self._metas.get("og:site_name") or _name_of(self._article.get("publisher"))

    @property
    def section(self) -> str | None:
        return self._metas.get("article:section") or _name_of(self._article.get("articleSection"))

    @property
    def is_opinion(self) -> bool:
        return "OpinionNewsArticle" in _types(self._article)

    @property
    def language(self) -> str | None:
        declared = [
            *self._tree.xpath("/html/@lang"),
            self._metas.get("og:locale", ""),
            _name_of(self._article.get("inLanguage")) or "",
        ]
        return next((code for code in map(language_code, declared) if code), None)

    @property
    def url(self) -> str | None:
        """The page's address; one that leads to a site's front page is not that of an article."""
        page = self._article.get("mainEntityOfPage")
        saved = _SAVED_FROM.search(self._source[:4096])
        declared = [
            *self._tree.xpath("//link[@rel='canonical']/@href"),
            self._metas.get("og:url", ""),
            str(self._article.get("url", "")),
            str(page.get("@id", "") if isinstance(page, dict) else page or ""),
            saved[1] if saved else "",
        ]
        for url in map(canonical_url, declared):
            if url is not None and (urlsplit(url).path.strip("/") or urlsplit(url).query):
                return url
        return None

    def _dates(self, names: Iterable[str], linked: str) -> list[tuple[str, str]]:
        metas = [(self._metas[name], name) for name in names if name in self._metas]
        found = self._article.get(linked)
        in_data = [(found, f"JSON-LD {linked}")] if isinstance(found, str) and found.strip() else []
        in_text = [
            (value, f"itemprop {linked}")
            for attribute in ("content", "datetime")
            for value in self._tree.xpath(f"//*[@itemprop='{linked}']/@{attribute}")
            if value.strip()
        ]
        # The first two names are those of Open Graph, which are as good as JSON-LD and more often right than the rest.
        first = [pair for pair in metas if pair[1].startswith(("article:", "og:article:"))]
        return [*first, *in_data, *in_text, *(pair for pair in metas if pair not in first)]


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Return the content of meta elements by their lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = (meta.get("content") or "").strip()
        if name and content and len(content) <= LONGEST_LINE:
            found.setdefault(name.strip().lower(), content)
    return found


def _linked_article(tree: HtmlElement) -> Mapping[str, Any]:
    """Return the first article that the page's JSON-LD describes, or nothing."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            if any(_ARTICLE_TYPES.match(name) for name in _types(node)):
                return node
    return {}


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects at the top of JSON-LD; what is nested deeper belongs to other pages."""
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            yield from (inner for inner in (graph if isinstance(graph, list) else []) if isinstance(inner, dict))


def _types(node: Mapping[str, Any]) -> list[str]:
    found = node.get("@type")
    return [name for name in (found if isinstance(found, list) else [found]) if isinstance(name, str)]


def _name_of(value: object) -> str | None:
    """Return the name in a JSON-LD value: text, an object with a name, or the first of a list of these."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return value.strip() or None if isinstance(value, str) and len(value) <= LONGEST_LINE else None
