"""The text that a language model writes → sentences with the numbers of the passages that it names for them.

A marker is a number, or several, in square brackets: ``[1]``, ``[1, 2]``, ``[1][3]``, ``[2-4]``, ``[source 2]``.
It belongs to the sentence that it stands in or directly behind, before the full stop or after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import sentence_spans

LONGEST = 2_000
"""Characters after which a text without any end of a sentence is cut at the next white space."""
LONGEST_QUOTATION = 600
"""A quotation mark that so many characters have not closed no longer holds a sentence together."""
WIDEST_RANGE = 20
_NUMBERS = r"(?:(?:sources?|passages?|articles?|documents?|quotes?|refs?\.?)\s*)?[#^]?\d+"
_MARKER = re.compile(rf"[\[［【]\s*{_NUMBERS}(?:\s*(?:[,;&–—-]|\band\b)\s*{_NUMBERS})*\s*[\]］】]", re.IGNORECASE)
_OPEN = re.compile(r"[\[［【][^\]］】\n]{0,60}$")
_RANGE = re.compile(r"(\d+)\s*(?:[–—-]\s*[^\d\s]*(\d+))?")
_SET_OFF = re.compile(r"^[ \t]*(?:[-•>]|#{1,6}|\(?\d{1,2}[.)])[ \t]+|\*+|`+|(?<!\w)__|__(?!\w)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class MarkedSentence:
    """A sentence without its markers, on one line and never empty, and the numbers that they named, each once."""

    text: str
    markers: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A sentence and where, in the text as it was written, its first word or marker begins."""

    sentence: MarkedSentence
    start: int
    open: bool


class SentenceSplitter:
    """Takes a text in pieces as they arrive and gives its sentences as soon as each is surely over.

    A sentence is over when the first word behind it and its markers is complete. However the text is cut into
    pieces, the sentences are the same.
    """

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, chunk: str) -> list[MarkedSentence]:
        """Return the sentences that ``chunk`` has finished, in their order."""
        return [sentence for character in chunk for sentence in self._take(character)]

    @property
    def rest(self) -> str:
        """What has been taken and not been given out, as it was written."""
        return self._waiting

    def finish(self) -> list[MarkedSentence]:
        """Return what is left: the text is over."""
        left, self._waiting = self._waiting, ""
        return [item.sentence for item in _parsed(left)]

    def _take(self, character: str) -> Iterator[MarkedSentence]:
        self._waiting += character
        if not character.isspace() or _OPEN.search(self._waiting):
            return
        placed = _parsed(self._waiting)
        over = placed[:-1]
        while over and over[-1].open and len(self._waiting) - over[-1].start < LONGEST_QUOTATION:
            over.pop()
        if over:
            self._waiting = self._waiting[placed[len(over)].start :]
        elif len(self._waiting) > LONGEST:
            over, self._waiting = placed, ""
        yield from (item.sentence for item in over)


def split_marked(text: str) -> list[MarkedSentence]:
    """Return the sentences of a whole text."""
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.finish()]


def _parsed(written: str) -> list[_Placed]:
    """Return the sentences of ``written``, with what sets off lists, headings and bold type left out."""
    left_out = [match.span() for match in _MARKER.finditer(written)]
    markers = list(left_out)
    left_out += [span for match in _SET_OFF.finditer(written) if not _inside(span := match.span(), markers)]
    clean, places = _without(written, sorted(left_out))
    spans = [span for span in sentence_spans(clean) if re.search(r"\w", clean[slice(*span)])]
    owned: list[list[tuple[int, int]]] = [[] for _ in spans]
    for start, end in markers:
        owner = _owner(clean, spans, sum(place < start for place in places))
        if owner is not None:
            owned[owner].append((start, end))
    return [
        _Placed(
            sentence=MarkedSentence(
                text=_tidy(clean[start:end]),
                markers=tuple(dict.fromkeys(number for one in mine for number in _numbers(written[slice(*one)]))),
            ),
            start=min([places[start], *(one[0] for one in mine)]),
            open=_is_open(clean[start:end]),
        )
        for (start, end), mine in zip(spans, owned, strict=True)
    ]


def _without(written: str, spans: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the text without ``spans``, and for each of its characters the place in ``written``."""
    kept: list[int] = []
    reached = 0
    for start, end in spans:
        kept.extend(range(reached, start))
        reached = max(reached, end)
    kept.extend(range(reached, len(written)))
    return "".join(written[place] for place in kept), kept


def _owner(clean: str, spans: list[tuple[int, int]], place: int) -> int | None:
    """Return which sentence a marker at ``place`` belongs to: one that opens a line belongs to what follows there."""
    before = max((at for at, (start, _) in enumerate(spans) if start < place), default=None)
    after = 0 if before is None else before + 1
    if after < len(spans) and (before is None or "\n" in clean[spans[before][1] : place]):
        line_end = clean.find("\n", place)
        if before is None or line_end < 0 or spans[after][0] < line_end:
            return after
    return before


def _numbers(marker: str) -> Iterator[int]:
    for match in _RANGE.finditer(marker):
        first = int(match[1][:9])
        last = int(match[2][:9]) if match[2] else first
        yield from range(first, last + 1) if first <= last <= first + WIDEST_RANGE else (first, last)


def _tidy(text: str) -> str:
    return re.sub(r" +([.,;:!?](?!\d))", r"\1", " ".join(text.split()))


def _is_open(text: str) -> bool:
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1


def _inside(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
