"""Parts of an English news sentence that can be taken off it, and whether a capitalised word is a name."""

from __future__ import annotations

import re

# "…, Bloomberg reported on Friday" tells who said it, not what was said.
ATTRIBUTION = re.compile(
    r", (?:[A-Z][\w’'&.-]*(?: [A-Z][\w’'&.-]*){0,3}|(?:the|a|an|according|he|she|they|it)\b[^,]{0,60}?)"
    r"(?: (?:reported|said|says|wrote|noted|announced)| to )\b.*$"
)
APPOSITION = re.compile(r", [^,.;:]{1,80},(?= [a-z])")
HEDGES = re.compile(
    r"(?:(?:more|less|fewer) than|about|around|roughly|nearly|almost|over|up to|at least|as much as|as many as) \Z"
)


def is_surely_a_name(name: str, text: str) -> bool:
    """Return whether a name has several words, or is capitalised inside a sentence too."""
    return " " in name or re.search(rf"[a-z,] {re.escape(name)}\b", text) is not None
