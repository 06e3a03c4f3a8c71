"""Article → passages: sentence-aware spans of at most 170 tokens with exact offsets.

Lengths count the embedding model's own word pieces, since whatever passes the model's limit is
silently never embedded. An article's sentences are shared out evenly over its passages rather than
filled up one by one, so that no stub is left at the end.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence

from rag.schema import Article, Passage
from rag.sentences import sentence_spans

Span = tuple[int, int]
TokenOffsets = Callable[[str], list[Span]]

TARGET_TOKENS = 170
OVERLAP_TOKENS = 34
CHUNKING = f"sentences-{TARGET_TOKENS}-{OVERLAP_TOKENS}-v1"
"""Name of this way of cutting; the archive refuses passages cut another way."""


def passages_of(article: Article, token_offsets: TokenOffsets) -> list[Passage]:
    """Cut the article's text into passages, in order; an empty text has none.

    Every character that is not white space lies in at least one passage, and
    ``article.text[p.start:p.end] == p.text`` for each. A passage holds at most ``TARGET_TOKENS``
    tokens, and repeats the last sentence of the one before when that has at most ``OVERLAP_TOKENS``
    and still fits.
    """
    return [
        Passage(
            id=f"{article.id}/{article.version}/{ordinal}",
            article_id=article.id,
            version=article.version,
            ordinal=ordinal,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for ordinal, (start, end) in enumerate(passage_spans(article.text, token_offsets, article.language))
    ]


def passage_spans(text: str, token_offsets: TokenOffsets, language: str | None = None) -> list[Span]:
    """Return the spans of the passages of ``text``; see ``passages_of``."""
    tokens = token_offsets(text)
    starts = [start for start, _ in tokens]

    def count(span: Span) -> int:
        return bisect.bisect_left(starts, span[1]) - bisect.bisect_left(starts, span[0])

    units: list[Span] = []
    for span in sentence_spans(text, language):
        units.extend(_split_long(text, span, starts, count))
    lengths = [count(unit) for unit in units]
    return _grouped(units, lengths)


def _split_long(text: str, span: Span, starts: Sequence[int], count: Callable[[Span], int]) -> list[Span]:
    """Cut a sentence longer than the target into near-equal parts at token starts, before white space if possible."""
    total = count(span)
    if total <= TARGET_TOKENS:
        return [span]
    parts = math.ceil(total / (TARGET_TOKENS - 20))
    first = bisect.bisect_left(starts, span[0])
    cuts = [span[0]]
    for part in range(1, parts):
        index = first + round(part * total / parts)
        # Up to 20 tokens back for a place where a word begins; a script without spaces is cut anywhere.
        for candidate in range(index, max(index - 20, first), -1):
            if text[starts[candidate] - 1].isspace():
                index = candidate
                break
        cuts.append(starts[index])
    cuts.append(span[1])
    spans = []
    for start, end in itertools.pairwise(cuts):
        piece = text[start:end]
        if piece.strip():
            spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
    return spans


def _grouped(units: Sequence[Span], lengths: Sequence[int]) -> list[Span]:
    if not units:
        return []
    remaining = sum(lengths)
    even = _even_share(remaining)
    spans: list[Span] = []
    first, size = 0, 0
    for index, length in enumerate(lengths):
        full = size + length > TARGET_TOKENS
        # Stop at the sentence end nearest to the even share, so that passages come out alike.
        even_enough = (size < even < size + length and size + length - even > even - size) or size >= even
        if index > first and (full or even_enough):
            spans.append((units[first][0], units[index - 1][1]))
            remaining -= size
            last = lengths[index - 1]
            overlaps = index - 1 > first and last <= OVERLAP_TOKENS and last + length <= TARGET_TOKENS
            first, size = (index - 1, last) if overlaps else (index, 0)
            remaining += size
            even = _even_share(remaining)
        size += length
    spans.append((units[first][0], units[-1][1]))
    return spans


def _even_share(tokens: int) -> float:
    return tokens / max(1, math.ceil(tokens / TARGET_TOKENS))
