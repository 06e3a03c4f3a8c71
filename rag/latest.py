"""Whether a question asks for the newest state of things: now, still, the latest, to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.time_words import QUOTED, Pattern, is_title_case, pattern, readable


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Words for the newest state, except inside of ``other``, where they mean something else."""

    words: Pattern
    other: Pattern | None = None


_END = (
    r"(?= ?(?:[,;:?.!)]|$)| (?:from|of|in|on|at|by|with|that|which|who|is|was|were|are|and|or|to|used|taken|shown)\b)"
)
_ARTICLE = r"(?:an?|the|this|that|each|every|one|any|which|whose|film|movie|first|single|famous)"
_PICTURE = r"(?:images?|photos?|photograph(?:s|y)?|life|lifes|frames?|pictures?|shots?|waters?|cameras?)\b"
_ADVERB = re.compile(
    r"now|right now|as of (?:now|today)|still|yet|currently|presently|nowadays|these days|at .*|thus far|so far|to date"
    r"|up to now|until now",
    re.IGNORECASE,
)
_SIGNS = (
    Sign(
        words=pattern(
            r"\b(?:most recent(?:ly)?|newest|currently|presently|nowadays|these days|right now|as of (?:now|today)"
            r"|at (?:present|this (?:point|moment|time)|the present (?:time|moment))|thus far|up to now|until now"
            r"|at the moment|(?:year|month|quarter|week)[\s-]+to[\s-]+date|[ymq]td)\b"
        ),
        other=pattern(r"at the moment (?:of|when|that) |at this (?:point|moment|time) (?:last|in)\b"),
    ),
    Sign(words=pattern(r"\blatest\b"), other=pattern(r"\bat (?:the|its|their) (?:very )?latest\b")),
    Sign(
        words=pattern(r"\bcurrent\b"),
        other=pattern(
            r"\b(?:electric(?:al)?|alternating|direct|ocean|eddy) current\b"
            r"|\bcurrent (?:affairs|events programme|account|of)\b"
        ),
    ),
    Sign(words=pattern(r"\bso far\b"), other=pattern(r"\bso far (?:away|as|from|off|ahead|behind|apart|removed)\b")),
    Sign(
        words=pattern(r"\bto date\b"),
        other=pattern(
            r"\b(?:up|want(?:s|ed)?|start(?:s|ed)?|begin|began|hard|how|used|try|tries|tried|able) to date\b"
            r"|\bto date (?:back|from|the|an?|him|her|them|someone|it|its|old|photographs?|pictures?)\b"
        ),
    ),
    Sign(
        words=pattern(r"\bnow\b"),
        other=pattern(
            r"\bfrom now\b|-now\b|\bnow-|\bnow and (?:then|again)\b|\bnow,? that's what\b|\bnow you see me\b"
        ),
    ),
    Sign(
        words=pattern(r"\bstill\b"),
        other=pattern(
            rf"\b{_ARTICLE} still{_END}|-still\b|\bstill-|\bstill {_PICTURE}|\bstill from (?:the|an?|his|her|its) "
            r"|\b(?:stands?|stood|sits?|sat|keeps?|kept|holds?|held|lies?|lay) still\b"
        ),
    ),
    Sign(
        words=pattern(r"\byet\b"),
        other=pattern(r"\band yet\b|[a-z], yet\b(?! ?[?.!])|\byet (?:another|again|more|further)\b"),
    ),
    Sign(words=pattern(r"\btoday'?s\b"), other=pattern(r"\b(?:usa|india|business|psychology|history) today'?s\b")),
)


def asks_for_latest(question: str) -> bool:
    """Return whether words of ``question`` ask for the newest state, titles and quotations left aside."""
    return next(_found(question), None) is not None


def without_now(question: str) -> str:
    """Return ``question`` without "still", "now", "so far" and the like, which ask for the newest state only.

    An old report that something is "still" so repeats them, and would be found and read as the answer.
    """
    aside = {place for span in _found(question) if _ADVERB.fullmatch(question[slice(*span)]) for place in range(*span)}
    text = "".join(letter for place, letter in enumerate(question) if place not in aside)
    text = re.sub(r",(?:\s*,)+", ",", re.sub(r"\s+(?=[,?.!]|$)", "", " ".join(text.split())))
    return text if re.search(r"\w", text) else question


def _found(question: str) -> Iterator[tuple[int, int]]:
    text = readable(question)
    quoted = [match.span() for match in QUOTED.finditer(question)]
    for sign in _SIGNS:
        other = [match.span() for match in sign.other.finditer(text)] if sign.other else []
        for match in sign.words.finditer(text):
            place = match.start()
            aside = any(start <= place < end for start, end in (*other, *quoted))
            if not aside and not _in_title(question, place):
                yield match.span()


def _in_title(question: str, start: int) -> bool:
    """Return whether the words are written as part of a name: "Apocalypse Now", "Now and Then"."""
    if not question[start].isupper() or is_title_case(question):
        return False
    before = re.search(r"(\S+)\s+$", question[:start])
    return before is not None and before[1][-1] not in ".?!:;,-—"
