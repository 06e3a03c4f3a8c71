"""Which of several: "Series C", "season two", "the third round". A passage on another one answers something else."""

from __future__ import annotations

import re

_NUMBERS = {
    name: str(number)
    for number, names in enumerate(
        (
            ("one", "first", "i"), ("two", "second", "ii"), ("three", "third", "iii"), ("four", "fourth", "iv"),
            ("five", "fifth", "v"), ("six", "sixth", "vi"), ("seven", "seventh"), ("eight", "eighth"),
            ("nine", "ninth"), ("ten", "tenth"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_THINGS = (
    r"(?P<thing>series|season|round|part|phase|volume|chapter|episode|quarter|version|stage|draft|edition|circuit)s?"
)
_WORDS = "|".join(sorted((name for name in _NUMBERS if len(name) > 2), key=len, reverse=True))
_BEHIND = re.compile(rf"\b{_THINGS} (?P<which>[a-h]|\d{{1,2}}|i{{1,3}}|iv|v|vi|{_WORDS})\b", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?P<which>\d{{1,2}}(?:st|nd|rd|th)|{_WORDS})[- ]{_THINGS}\b", re.IGNORECASE)


def designators_of(text: str) -> frozenset[str]:
    """Return the designated things in ``text`` in one spelling, such as ``series c`` and ``season 2``."""
    found = set()
    for pattern in (_BEHIND, _BEFORE):
        for match in pattern.finditer(text):
            which = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", match["which"].lower())
            found.add(f"{match['thing'].lower()} {_NUMBERS.get(which, which)}")
    return frozenset(found)


def designated(question: str, text: str) -> float:
    """Return the share of the question's designated things that ``text`` has too; 1 when it has none."""
    asked = designators_of(question)
    return len(asked & designators_of(text)) / len(asked) if asked else 1.0
