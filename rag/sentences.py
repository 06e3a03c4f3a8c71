"""Sentence spans of a text, with exact character offsets."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\n]+")
_DEFAULT_LANGUAGE = "en"
_HOUR = re.compile(r"\d ?[ap]\.m\.$")
_ZONE = re.compile(
    r"(?:Pacific|Mountain|Central|Eastern|Atlantic|Greenwich|British|Central European)\b|[A-Z]{1,3}T\b|UTC\b"
)


def sentence_spans(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the sentences of ``text``, in order and without overlap.

    A sentence never crosses a line break, carries no white space at its ends and is never empty.
    Everything but white space lies inside exactly one span. Boundaries are found by ``sentencex``
    (Wikimedia), with the rules of ``language`` (a two-letter code) or of English.
    """
    import sentencex

    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        for boundary in sentencex.get_sentence_boundaries(language or _DEFAULT_LANGUAGE, line.group()):
            span = _trimmed(text, line.start() + boundary["start_index"], line.start() + boundary["end_index"])
            if span is None:
                continue
            same_line = bool(spans) and spans[-1][0] >= line.start()
            if same_line and _HOUR.search(text[slice(*spans[-1])]) and _ZONE.match(text, span[0]):
                span = (spans.pop()[0], span[1])  # "at 12:01 a.m. Pacific time"
            spans.append(span)
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)
