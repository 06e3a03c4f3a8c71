"""Named fields → Article: the one place where what a source says of an item is checked.

Every reader brings its source to the fields of ``FIELDS``; whatever is wrong with one of them is an
ItemError that names the field as it is called in the source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.article import ItemError, article_id, canonical_url
from ingest.dates import DATE_REMEDY, parse_moment
from ingest.text import clean_line, clean_text, detect_language
from rag.errors import ConfigurationError
from rag.schema import Article, Kind, Moment

FIELDS = (
    "id", "title", "text", "published_at", "modified_at", "publisher", "url", "authors", "section",
    "entities", "language", "kind",
)  # fmt: skip
"""The fields of an item; any other field is passed over."""

ALTERNATIVES: Mapping[str, tuple[str, ...]] = {"text": ("text", "body", "content"), "authors": ("authors", "author")}
"""Fields with more than one name; the first that is filled counts."""

SHORTEST_TEXT = 40
"""Fewer characters than this are a teaser or an error message, not an article."""
LONGEST_LINE = 1_000
"""The most characters that a title, a name or another one-line field may have."""

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]+)?")
_NO_LANGUAGE = frozenset({"und", "zxx", "mul", "mis"})
_BYLINE = re.compile(r"\Aby\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What a reader found: fields by our names, and the name that the source itself gives to each.

    Values are as JSON has them (text, numbers, lists, objects). A field without an entry in ``names``
    is called in the source as it is here.
    """

    fields: Mapping[str, object]
    names: Mapping[str, str] = field(default_factory=dict)


def check_field_map(field_map: Mapping[str, str]) -> None:
    """Raise ConfigurationError when the map's values are not all names of our fields."""
    for theirs, ours in field_map.items():
        if ours not in FIELDS:
            raise ConfigurationError(
                f"The field map turns {theirs!r} into {ours!r}, which is not a field. Fields: {', '.join(FIELDS)}."
            )


def parsed_record(record: Mapping[str, object], field_map: Mapping[str, str]) -> Parsed:
    """Bring a record to our fields; ``field_map`` maps a source's name, or a dotted path, to ours.

    A mapped field counts only under the name it is mapped to, and before one that has this name
    already. A number in a path counts the members of a list from 0 (``authors.0.name``).
    """
    fields: dict[str, object] = {}
    names: dict[str, str] = {}
    for theirs, ours in field_map.items():
        value = _at(record, theirs)
        if not _is_empty(value) and ours not in fields:
            fields[ours], names[ours] = value, theirs
    for ours in FIELDS:
        for theirs in ALTERNATIVES.get(ours, (ours,)):
            if ours not in fields and theirs not in field_map and not _is_empty(record.get(theirs)):
                fields[ours], names[ours] = record[theirs], theirs
    return Parsed(fields=fields, names=names)


def article_of(
    parsed: Parsed, *, location: str, address: str | None, now: datetime, date_origin: str | None = None
) -> Article:
    """Return the article that the fields describe.

    ``location`` becomes its source. Without an id and a URL it is known by ``address``, and without
    that by its title and text. ``date_origin`` tells where its dates were read; None: their fields'
    names. Raises ItemError naming the field at fault.
    """
    fields = _Fields(parsed)
    title = fields.line("title")
    text = fields.text()
    if title is None:
        raise ItemError(
            "the item has no title.",
            field=fields.name("title"),
            remedy="Add one, or name the field that holds it with --field THEIRS=title.",
        )
    url = fields.url()
    address = address or "record:" + hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    return Article(
        id=article_id(explicit=fields.id(), url=url, source=address),
        title=title,
        text=text,
        url=url,
        publisher=fields.line("publisher"),
        authors=tuple(dict.fromkeys(_BYLINE.sub("", name) for name in fields.lines("authors"))),
        section=fields.line("section"),
        language=fields.language() or detect_language(text),
        kind=fields.kind(),
        entities=fields.lines("entities"),
        published_at=fields.moment("published_at", now=now, origin=date_origin),
        modified_at=fields.moment("modified_at", now=now, origin=date_origin),
        source=location,
    )


def language_code(value: str) -> str | None:
    """Return the language of a tag such as ``en-US`` as its first part in lower case, None when it is no tag."""
    match = _LANGUAGE.fullmatch(value.strip())
    code = match[1].lower() if match else None
    return None if code in _NO_LANGUAGE else code


def excerpt_of(raw: str) -> str:
    """Return the first characters of an item, by which a reader may know it again."""
    return clean_line(raw[:400])[:200]


class _Fields:
    """Checked access to the fields of one item; every method raises ItemError."""

    def __init__(self, parsed: Parsed) -> None:
        self._fields = parsed.fields
        self._names = parsed.names

    def name(self, ours: str) -> str:
        """Return what the source calls a field."""
        return self._names.get(ours, ours)

    def line(self, ours: str) -> str | None:
        value = self._fields.get(ours)
        return None if _is_empty(value) else self._one_line(ours, value)

    def lines(self, ours: str) -> tuple[str, ...]:
        """Return a list of names, given as a list of texts or of objects with ``name``, or split at semicolons."""
        value = self._fields.get(ours)
        if _is_empty(value):
            return ()
        if isinstance(value, str):
            value = value.split(";")
        if not isinstance(value, list | tuple):
            value = [value]
        found = [item.get("name") if isinstance(item, Mapping) else item for item in value]
        cleaned = [self._one_line(ours, item) for item in found if not _is_empty(item)]
        return tuple(dict.fromkeys(item for item in cleaned if item))

    def id(self) -> str | None:
        value = self._fields.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.line("id")

    def text(self) -> str:
        value = self._fields.get("text", "")
        if not isinstance(value, str):
            raise self._wrong("text", f"must be text, not {_kind_of(value)}.")
        text = clean_text(value)
        if len(text) < SHORTEST_TEXT:
            raise self._wrong(
                "text",
                f"has {len(text)} characters: there is no article in it." if text else "is missing: there is no body.",
                remedy="Give the item its full text, or remove it.",
            )
        return text

    def url(self) -> str | None:
        value = self.line("url")
        if value is None:
            return None
        url = canonical_url(value)
        if url is None:
            raise self._wrong(
                "url", f"is not a web address: {value[:80]!r}.", remedy="Give one with http:// or https://, or none."
            )
        return url

    def language(self) -> str | None:
        value = self.line("language")
        if value is None or value.lower() in _NO_LANGUAGE:
            return None
        code = language_code(value)
        if code is None:
            raise self._wrong(
                "language", f"is not a language code: {value[:80]!r}.", remedy="Write a code such as en or pt-BR."
            )
        return code

    def kind(self) -> Kind:
        value = self.line("kind")
        if value is None:
            return Kind.NEWS
        try:
            return Kind(value.lower().replace("_", " ").replace("-", " "))
        except ValueError:
            known = ", ".join(kind.value for kind in Kind)
            raise self._wrong("kind", f"is unknown: {value[:80]!r}.", remedy=f"Use one of: {known}.") from None

    def moment(self, ours: str, *, now: datetime, origin: str | None) -> Moment | None:
        value = self._fields.get(ours)
        if _is_empty(value):
            return None
        try:
            return parse_moment(value, origin=origin or self.name(ours), now=now)
        except ValueError as error:
            raise self._wrong(ours, f"holds no date that can be used: {error}", remedy=DATE_REMEDY) from error

    def _one_line(self, ours: str, value: object) -> str | None:
        if not isinstance(value, str):
            raise self._wrong(ours, f"must be text, not {_kind_of(value)}.")
        if len(value) > LONGEST_LINE:
            raise self._wrong(
                ours,
                f"has {len(value):,} characters, more than {LONGEST_LINE:,}.",
                remedy="Shorten it, or leave it out.",
            )
        return clean_line(value) or None

    def _wrong(self, ours: str, reason: str, remedy: str = "Put it in quotes as text, or leave it out.") -> ItemError:
        return ItemError(reason, remedy=remedy, field=self.name(ours))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def _at(record: Mapping[str, object], path: str) -> object:
    """Return what stands at a dotted path, or None; a field whose name is the whole path comes first."""
    if path in record:
        return record[path]
    found: object = record
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _kind_of(value: object) -> str:
    """Name the type of a JSON value as JSON does."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else type(value).__name__
