"""Bytes → clean text: decoding without guessing, one form of white space, and the language."""

from __future__ import annotations

import codecs
import functools
import re
import unicodedata
from typing import Any

from ingest.article import ItemError

LANGUAGE_CHARACTERS = 2_000
"""How much of a text its language is told from."""
LANGUAGE_CERTAINTY = 0.8
"""A language told with less certainty stays unknown; short texts full of names fall under it."""

# A byte order mark names the encoding; UTF-32 first, since its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # soft hyphen, zero-width characters, word joiner
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks that turn the direction of writing around
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags, which hide text
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # halves of surrogate pairs and noncharacters
)
# Between other letters, as in Persian, Hindi or composed emoji, a joiner belongs to the spelling.
_JOINER_IN_ASCII = re.compile(r"(?<![^\x00-\x7f\s])[\u200c\u200d]+(?![^\x00-\x7f\s])")
_SPACE_BEFORE_BREAK = re.compile(r"[^\S\n]+(?=\n)")
_MANY_BREAKS = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Return ``text`` in the one form that is stored and quoted; cleaning twice changes nothing.

    Line breaks of every kind become ``\\n`` (a paragraph separator two), a tab a space. Removed are
    control characters, zero-width characters, soft hyphens, marks of writing direction, invisible
    tags, halves of surrogate pairs, white space at the ends of lines and of the text, and all but one
    of several blank lines. Letters are composed (Unicode NFC). Nothing visible changes.
    """
    text = _LINE_BREAK.sub("\n", text).replace("\u2029", "\n\n").replace("\t", " ")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _JOINER_IN_ASCII.sub("", text)
    return _MANY_BREAKS.sub("\n\n", _SPACE_BEFORE_BREAK.sub("", text)).strip()


def clean_line(text: str) -> str:
    """Return ``text`` cleaned and on one line, with single spaces: for titles, names and the like."""
    return " ".join(clean_text(text).split())


def without_title(text: str, title: object) -> str:
    """Return ``text`` without its first line where that only repeats the title."""
    first, _, rest = text.lstrip().partition("\n")
    return rest.lstrip() if isinstance(title, str) and title and clean_line(first) == clean_line(title) else text


def decode_text(content: bytes) -> str:
    """Decode UTF-8, or UTF-16 and UTF-32 with a byte order mark; nothing else, since it would be a guess.

    Raises ItemError naming the offset of the first byte at fault.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8"))
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise ItemError(
            f"the text is not {encoding.upper()}: byte {len(mark) + error.start} cannot be decoded.",
            remedy="Save it as UTF-8 (for example `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`).",
        ) from error


def detect_language(text: str) -> str | None:
    """Return the two- or three-letter code of the language of ``text``, or None when it cannot be told."""
    code, certainty = _identifier().classify(text[:LANGUAGE_CHARACTERS])
    return str(code) if certainty >= LANGUAGE_CERTAINTY and code != "zxx" else None


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
