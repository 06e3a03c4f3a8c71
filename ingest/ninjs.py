"""ninjs, the news agencies' JSON (IPTC; versions 1 to 3) → fields.

Version 2 gives headlines and bodies as lists, version 3 spells its names in camel case; both are told by
what is there, not by a version number, since agencies mix them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.article import ItemError, canonical_url
from ingest.dates import parse_moment
from ingest.records import Parsed
from ingest.text import without_title

USABLE = "usable"

_MARKS = frozenset({
    "headline", "headlines", "body_text", "body_html", "body_xhtml", "bodies", "versioncreated", "pubstatus", "byline",
})  # fmt: skip
_ENTITIES = ("person", "people", "organisation", "organisations", "place", "places", "object", "objects")
# The first that is there was published first; versioncreated is that too, for an item that names no other.
_PUBLISHED = ("firstpublished", "firstcreated", "contentcreated", "versioncreated")
_PUBLISHERS = ("provider", "source", "infosource", "infosources", "copyrightholder")

TextOfMarkup = Callable[[str], str]


def is_ninjs(record: Mapping[str, object]) -> bool:
    """Tell whether a JSON object is a ninjs item rather than a record with our own fields."""
    names = {name.lower() for name in record}
    return bool(names & {"uri", "guid"}) and bool(names & _MARKS)


def parse_ninjs(record: Mapping[str, object], *, text_of_markup: TextOfMarkup, now: datetime) -> Parsed:
    """Return the fields of an item; ``text_of_markup`` turns a body in HTML into plain text.

    The ``uri`` is the id, and the URL too when it is a web address. ``published_at`` is the first of
    firstpublished, firstcreated, contentcreated and versioncreated that is there; ``modified_at`` is
    versioncreated when that is another. Raises ItemError for an item that may not be used: canceled,
    withheld, under embargo, or not text.
    """
    item = {name.lower(): (name, value) for name, value in record.items()}
    _check_usable(item, now)
    fields: dict[str, object] = {}
    names: dict[str, str] = {}

    def keep(ours: str, theirs: str, value: object) -> None:
        if value and ours not in fields:
            fields[ours] = value
            names[ours] = item[theirs][0]

    for theirs in ("uri", "guid"):
        keep("id", theirs, _value(item, theirs))
    address = _value(item, "uri")
    if isinstance(address, str) and canonical_url(address):
        keep("url", "uri", address)
    keep("title", "headline", _value(item, "headline"))
    keep("title", "headlines", _chosen(_value(item, "headlines"), role="main").get("value"))
    keep("title", "title", _value(item, "title"))
    keep("title", "name", _value(item, "name"))
    theirs, text = _body(item, text_of_markup)
    keep("text", theirs, without_title(text, fields.get("title")) if isinstance(text, str) else text)
    for theirs in _PUBLISHED:
        keep("published_at", theirs, _value(item, theirs))
    if _value(item, "versioncreated") != fields.get("published_at"):
        keep("modified_at", "versioncreated", _value(item, "versioncreated"))
    for theirs in _PUBLISHERS:
        value = _value(item, theirs)
        keep("publisher", theirs, next(iter(_named(value)), None) if isinstance(value, list | dict) else value)
    for theirs in ("byline", "by", "authors"):
        keep("authors", theirs, _value(item, theirs))
    for theirs in ("subject", "subjects"):
        keep("section", theirs, next(iter(_named(_value(item, theirs))), None))
    entities = [name for theirs in _ENTITIES for name in _named(_value(item, theirs))]
    if entities:
        fields["entities"] = entities
    keep("language", "language", _value(item, "language"))
    return Parsed(fields=fields, names=names)


def _check_usable(item: Mapping[str, tuple[str, object]], now: datetime) -> None:
    status = _value(item, "pubstatus")
    if status and str(status).lower() != USABLE:
        raise ItemError(
            f"the agency has marked the item as {str(status)[:40]!r}: it must not be used.",
            field=item["pubstatus"][0],
            remedy="Nothing need be done; if an earlier version is in the archive, remove it with "
            f"`python -m ingest remove {str(_value(item, 'uri') or 'ID')[:200]}`.",
        )
    embargo = _value(item, "embargoed")
    if embargo:
        name = item["embargoed"][0]
        try:
            over = parse_moment(embargo, origin=name, now=now).value <= now
        except ValueError:  # more than a day ahead, or unreadable: to be on the safe side
            over = False
        if not over:
            raise ItemError(
                f"the item is under embargo: {str(embargo)[:40]!r}.",
                field=name,
                remedy="Read the file again when the embargo is over.",
            )
    kind = _value(item, "type")
    if kind and str(kind).lower() not in {"text", "composite", "component"}:
        raise ItemError(
            f"the item is of type {str(kind)[:40]!r}: there is no article in it.",
            field=item["type"][0],
            remedy="Nothing need be done; only items of type text are read.",
        )


def _body(item: Mapping[str, tuple[str, object]], text_of_markup: TextOfMarkup) -> tuple[str, object]:
    """Return the body and the name of its field, a marked up one before a plain one: it has paragraphs."""
    bodies = [{name.lower(): value for name, value in body.items()} for body in _objects(_value(item, "bodies"))]
    marked_up = [("bodies", body.get("value")) for body in bodies if "html" in _content_type(body)]
    marked_up += [(name, _value(item, name)) for name in ("body_html", "body_xhtml")]
    for name, value in marked_up:
        if isinstance(value, str) and value.strip():
            return name, text_of_markup(value)
    plain = [("bodies", body.get("value")) for body in bodies if "plain" in _content_type(body)]
    plain.append(("body_text", _value(item, "body_text")))
    return next((found for found in plain if found[1]), ("body_text", None))


def _content_type(body: Mapping[str, Any]) -> str:
    return str(body.get("contenttype") or f"text/{body.get('role') or 'plain'}").lower()


def _value(item: Mapping[str, tuple[str, object]], name: str) -> object:
    return item.get(name, (name, None))[1]


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _chosen(value: object, *, role: str) -> Mapping[str, Any]:
    """Return the entry with this role, else the first."""
    entries = _objects(value)
    return next((entry for entry in entries if entry.get("role") == role), entries[0] if entries else {})


def _named(value: object) -> list[str]:
    """Return the names in a list of objects, or in one object."""
    entries = [value] if isinstance(value, dict) else _objects(value)
    return [entry["name"] for entry in entries if isinstance(entry.get("name"), str) and entry["name"].strip()]
