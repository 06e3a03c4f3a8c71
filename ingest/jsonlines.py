"""JSON Lines → records: read line by line, so that a file may be of any size and a bad line costs only itself."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ingest.article import ItemError

LONGEST_LINE = 20_000_000
"""The most bytes of one line, which is one article."""
BAD_LINES_IN_A_ROW = 1_000
"""After so many, the file is taken for something else and left."""

_BLOCK = 1 << 16
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line that is not blank: its number from 1, and its record or what is wrong with it.

    ``raw`` is the line's text as far as it could be read.
    """

    number: int
    found: dict[str, object] | ItemError
    raw: str = ""


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Yield the records of ``stream``: UTF-8, with or without a byte order mark, or UTF-16 or UTF-32 with one."""
    bad = 0
    for number, content in enumerate(_lines(stream), start=1):
        line = _read(number, content)
        if line is None:
            continue
        yield line
        bad = bad + 1 if isinstance(line.found, ItemError) else 0
        if bad >= BAD_LINES_IN_A_ROW:
            yield Line(
                number=number + 1,
                found=ItemError(
                    f"{bad:,} lines in a row could not be used, so the rest was not read.",
                    remedy="Check that it is JSON Lines: one JSON object on each line.",
                ),
            )
            return


def _read(number: int, content: str | bytes | ItemError) -> Line | None:
    if isinstance(content, ItemError):
        return Line(number=number, found=content)
    if isinstance(content, str):
        text = content
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            fault = ItemError(
                f"the line is not UTF-8: its byte {error.start} cannot be decoded.",
                remedy="Save it as UTF-8 (for example `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`).",
            )
            return Line(number=number, found=fault, raw=content[:400].decode("utf-8", "replace"))
    text = text.rstrip("\r\n")
    if not text.strip():
        return None
    return Line(number=number, found=_record(text), raw=text[:400])


def _record(content: str) -> dict[str, object] | ItemError:
    try:
        found = read_json(content)
    except ItemError as error:
        return error
    if isinstance(found, dict):
        return found
    remedy = "Write one JSON object on each line"
    if isinstance(found, list):
        remedy += ", or give the file, when it is one list, the suffix .json"
    return ItemError("the line is not a JSON object.", remedy=f"{remedy}.")


def read_json(content: str) -> object:
    """Return the value that ``content`` is; raises ItemError naming line and column of a fault."""
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise ItemError(
            f"this is not JSON: {error.msg.removesuffix(' at')} at {where}.", remedy="Mend it there, or remove it."
        ) from error
    except RecursionError as error:
        raise ItemError("the JSON is nested too deeply.", remedy="Keep only the fields of an article.") from error
    except ValueError as error:  # a number of thousands of digits
        raise ItemError(f"the JSON cannot be read: {error}.", remedy="Mend or remove that value.") from error


def _lines(stream: BinaryIO) -> Iterator[str | bytes | ItemError]:
    """Yield each line, or what is wrong with it; a line over the limit is passed over without keeping it."""
    first = stream.readline(LONGEST_LINE + 1)
    for mark, encoding in _WIDE_MARKS:
        if first.startswith(mark):
            yield from _wide_lines(stream, first[len(mark) :], encoding)
            return
    line = first.removeprefix(codecs.BOM_UTF8)
    while line:
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = stream.readline(_BLOCK)
            yield _too_long()
        else:
            yield line
        line = stream.readline(LONGEST_LINE + 1)


def _wide_lines(stream: BinaryIO, begun: bytes, encoding: str) -> Iterator[str | ItemError]:
    """Yield the lines of UTF-16 or UTF-32, where a line break is not one byte; stops at a byte it cannot decode."""
    decoder = codecs.getincrementaldecoder(encoding)()
    block, kept, too_long = begun, "", False
    while True:
        try:
            kept += decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            yield ItemError(
                f"the file is not {encoding.upper()} from here on; the rest was not read.",
                remedy="Save it as UTF-8, which can be read past a fault.",
            )
            return
        *whole, kept = kept.split("\n")
        for line in whole:
            yield _too_long() if too_long else line
            too_long = False
        if len(kept) > LONGEST_LINE:
            kept, too_long = "", True
        if not block:
            yield _too_long() if too_long else kept
            return
        block = stream.read(_BLOCK)


def _too_long() -> ItemError:
    return ItemError(
        f"the line has more than {LONGEST_LINE // 1_000_000} MB: more than an article can have.",
        remedy="Check that each article stands on a line of its own.",
    )
