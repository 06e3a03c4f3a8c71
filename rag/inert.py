"""Untrusted text as markup that shows it and does nothing else, and which addresses may be linked to."""

from __future__ import annotations

import re
import string
from urllib.parse import urlsplit

from markupsafe import Markup

# Embeddings, overrides and isolates can show a text in another order than it is stored.
_REORDERING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_SURROGATES = range(0xD800, 0xE000)
_INERT: dict[int, str] = {
    **dict.fromkeys([*_REORDERING, *_CONTROLS, *_SURROGATES], "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"), " "),
    **{ord(character): f"&#{ord(character)};" for character in string.punctuation},
}
_UNFIT_FOR_ADDRESS = re.compile(r"[\s\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\\<>\"`{}|^]")


def inert(text: str) -> Markup:
    """Return markup that shows ``text`` and nothing else, in HTML, in an attribute and in Markdown.

    All ASCII punctuation becomes character references, line breaks become spaces, and characters that
    control or reorder the text (or that are no characters) become U+FFFD, so that they can be seen.
    """
    return Markup(text.translate(_INERT))


def web_address(url: str | None) -> str | None:
    """Return ``url`` when it is a plain http(s) address that may be linked to, else None.

    Refused are other schemes, characters that browsers drop or rewrite, and user names, which serve to
    show one host and lead to another.
    """
    if url is None or _UNFIT_FOR_ADDRESS.search(url):
        return None
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return url if is_plain else None
