"""Files, folders and standard input → items, whatever the format; nothing that is wrong with one stops the rest."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ingest.article import Item, ItemError, Rejected
from ingest.jsonlines import read_json, read_lines
from ingest.ninjs import is_ninjs, parse_ninjs
from ingest.records import Parsed, article_of, check_field_map, excerpt_of, parsed_record
from ingest.text import clean_line, decode_text
from ingest.worker import Worker

LARGEST_FILE = 20_000_000
"""The most bytes of a file that is read as a whole; JSON Lines may be of any size."""
LONGEST_FIRST_LINE = 150
"""A first line of at most so many characters, with a blank line after it, is a plain text's title."""

STANDARD_INPUT = "-"
_PARSERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
}
_LINES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = frozenset({*_PARSERS, *_LINES, ".txt", ".text", ".json"})
"""What is read from a folder; letter case does not matter."""

_LISTS = ("articles", "items", "_items", "docs", "data", "results")
_KNOWN = ".md, .txt, .html, .pdf, .jsonl, .ndjson or .json"
_DATE_ORIGINS = {"markdown": "front matter"}

Skipped = Callable[[str], None]


def read_paths(
    paths: Sequence[str],
    *,
    field_map: Mapping[str, str] | None = None,
    stdin: BinaryIO | None = None,
    now: datetime | None = None,
    skipped: Skipped | None = None,
) -> Iterator[Item]:
    """Yield what ``paths`` hold: an Article for each item, or a Rejected for what cannot be one.

    A path is a file, a folder, or ``-`` for JSON Lines on ``stdin`` (standard input when None). Folders
    are read with all below them, in the order of names, without hidden files and without the
    ``…_files`` folders that browsers save beside a page; ``skipped`` is called with each file of
    another format in them. ``field_map`` maps the names of fields in JSON and JSON Lines to ours (see
    ``ingest.records``). ``now`` decides which dates lie in the future.

    Raises ConfigurationError, before anything is read, for a field map that names no field of ours.
    """
    check_field_map(field_map or {})
    reader = _Reader(field_map or {}, now or datetime.now(UTC), skipped or (lambda _path: None))
    return reader.items(paths, stdin)


class _Reader:
    """One run over paths; owns the process that parses untrusted files."""

    def __init__(self, field_map: Mapping[str, str], now: datetime, skipped: Skipped) -> None:
        self._field_map = field_map
        self._now = now
        self._skipped = skipped
        self._worker = Worker()

    def items(self, paths: Sequence[str], stdin: BinaryIO | None) -> Iterator[Item]:
        with self._worker:
            for path in paths:
                if path == STANDARD_INPUT:
                    yield from self._lines(stdin or sys.stdin.buffer, STANDARD_INPUT)
                elif os.path.isdir(path):
                    yield from self._folder(path)
                else:
                    yield from self._file(path)

    def _folder(self, top: str) -> Iterator[Item]:
        failures: list[OSError] = []
        files = 0
        for folder, folders, names in os.walk(top, onerror=failures.append):
            pages = {Path(name).stem for name in names if Path(name).suffix.lower() in {".html", ".htm"}}
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and not (name.endswith("_files") and name.removesuffix("_files") in pages)
            )
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.startswith("."):
                    continue
                if Path(name).suffix.lower() in SUFFIXES:
                    files += 1
                    yield from self._file(path)
                else:
                    self._skipped(_shown(path))
        for failure in failures:
            yield _unreadable(str(failure.filename or top), failure)
        if not files and not failures:
            yield Rejected(
                location=_shown(top),
                reason="the folder holds no file that can be read.",
                remedy=f"Name a folder with files that end in {_KNOWN}.",
            )

    def _file(self, path: str) -> Iterator[Item]:
        suffix = Path(path).suffix.lower()
        try:
            status = os.stat(path)
            if suffix not in SUFFIXES:
                raise ItemError(
                    f"the suffix {suffix!r} is not known.", remedy=f"Give it the one of its format: {_KNOWN}."
                )
            if not stat.S_ISREG(status.st_mode):
                raise ItemError(
                    "it is not a regular file.", remedy="Name a file, or read it through `-` as JSON Lines."
                )
            if status.st_size == 0:
                raise ItemError("the file is empty.", remedy="Fill it, or remove it.")
            if suffix in _LINES:
                with open(path, "rb") as stream:
                    yield from self._lines(stream, path)
            elif suffix == ".json":
                yield from self._json(path)
            else:
                yield self._document(path, suffix)
        except FileNotFoundError:
            yield Rejected(
                location=_shown(path),
                reason="there is no such file or folder.",
                remedy="Check the spelling; a relative path starts at the current folder.",
            )
        except OSError as error:
            yield _unreadable(path, error)
        except ItemError as error:
            yield error.rejected(_shown(path))

    def _document(self, path: str, suffix: str) -> Item:
        """Read a file that is one article."""
        content = _content(path)
        parser = _PARSERS.get(suffix)
        parsed = _parse_plain(content) if parser is None else self._worker.parse(parser, content)
        fields = {"title": Path(_shown(path)).stem, **parsed.fields}
        try:
            return article_of(
                Parsed(fields=fields, names=parsed.names),
                location=_shown(path),
                address=Path(path).resolve().as_uri(),
                now=self._now,
                date_origin=_DATE_ORIGINS.get(parser or ""),
            )
        except ItemError as error:
            return error.rejected(_shown(path), excerpt=excerpt_of(str(fields.get("text") or fields["title"])))

    def _lines(self, stream: BinaryIO, path: str) -> Iterator[Item]:
        empty = True
        for line in read_lines(stream):
            empty = False
            location = f"{_shown(path)}:{line.number}"
            if isinstance(line.found, ItemError):
                yield line.found.rejected(location, excerpt=excerpt_of(line.raw))
            else:
                yield self._record(line.found, location)
        if empty:
            yield Rejected(
                location=_shown(path),
                reason="there are no lines in it.",
                remedy="Write one JSON object on each line.",
            )

    def _json(self, path: str) -> Iterator[Item]:
        """Read a file that is one item or a list of items, under one of the usual names or by itself."""
        found = read_json(decode_text(_content(path)))
        if (
            isinstance(found, dict)
            and not is_ninjs(found)
            and "text" not in parsed_record(found, self._field_map).fields
        ):
            found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), found)
        if isinstance(found, dict):
            yield self._record(found, _shown(path))
            return
        if not isinstance(found, list) or not found:
            raise ItemError(
                "there are no articles in it.", remedy="Write a list of JSON objects, or one object for one article."
            )
        for number, record in enumerate(found, start=1):
            location = f"{_shown(path)}#{number}"
            if isinstance(record, dict):
                yield self._record(record, location)
            else:
                yield Rejected(
                    location=location,
                    reason="this member of the list is not a JSON object.",
                    remedy="Write one object for each article.",
                    excerpt=excerpt_of(json.dumps(record)[:400]),
                )

    def _record(self, record: Mapping[str, object], location: str) -> Item:
        try:
            if is_ninjs(record) and not self._field_map:
                parsed = parse_ninjs(record, text_of_markup=self._text_of_markup, now=self._now)
            else:
                parsed = parsed_record(record, self._field_map)
            return article_of(parsed, location=location, address=None, now=self._now)
        except ItemError as error:
            return error.rejected(location, excerpt=excerpt_of(json.dumps(record, ensure_ascii=False)[:400]))

    def _text_of_markup(self, markup: str) -> str:
        parsed = self._worker.parse("markup", markup.encode("utf-8", "replace"))
        return str(parsed.fields["text"])


def _parse_plain(content: bytes) -> Parsed:
    """Return a plain text and its title, if its first line is one."""
    text = re.sub(r"\r\n?", "\n", decode_text(content)).strip()
    first, _, rest = text.partition("\n")
    if first.strip() and len(first) <= LONGEST_FIRST_LINE and re.match(r"[^\S\n]*\n", rest):
        return Parsed(fields={"title": clean_line(first), "text": rest})
    return Parsed(fields={"text": text})


def _content(path: str) -> bytes:
    """Return a file's bytes; raises ItemError for a file over the limit, without reading it."""
    with open(path, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        content = b"" if size > LARGEST_FILE else stream.read(LARGEST_FILE + 1)
    if size > LARGEST_FILE or len(content) > LARGEST_FILE:
        raise ItemError(
            f"the file has {max(size, len(content)) / 1e6:.0f} MB, more than {LARGEST_FILE // 1_000_000} MB.",
            remedy="Split it into single articles, or write these as JSON Lines, which may be of any size.",
        )
    return content


def _unreadable(path: str, error: OSError) -> Rejected:
    return Rejected(
        location=_shown(path),
        reason=f"it cannot be read: {error.strerror or error}.",
        remedy="Check that it exists and that you may read it.",
    )


def _shown(path: str) -> str:
    """Return a path as valid Unicode: the name of a file may hold bytes that are not, which no store accepts."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
