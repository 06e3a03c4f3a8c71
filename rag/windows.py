"""Search small, read wide: a passage that was found, together with the sentences around it.

Short passages are found more surely, since a vector stands for fewer matters; but the answer often
stands in the sentence after the words that were searched for. So what is handed on is the passage
widened by whole sentences of its article, and what such a window holds is not handed on again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rag.schema import Article, Passage, ScoredPassage
from rag.sentences import sentence_spans

Span = tuple[int, int]

WINDOW_CHARACTERS = 1_100
"""How long a window gets: about 180 words."""


def windows(
    ranked: Iterable[ScoredPassage],
    *,
    characters: int = WINDOW_CHARACTERS,
    sentences: Callable[[Article], list[Span]] | None = None,
) -> Iterator[ScoredPassage]:
    """Yield the passages in their order, widened; what windows before them hold is left out.

    Of a passage that such windows hold in part, the window is made of the sentences that are left. A
    window keeps the passage's id, and ``article.text[start:end] == text`` holds. It does not reach
    into a window before it of the same article. A passage longer than ``characters`` stays as it is.
    """
    split = sentences or _sentences
    known: dict[str, list[Span]] = {}
    taken: dict[str, list[Span]] = {}
    for item in ranked:
        mine = taken.setdefault(item.article.id, [])
        if item.article.id not in known:
            known[item.article.id] = split(item.article)
        span = _left_over((item.passage.start, item.passage.end), known[item.article.id], mine)
        if span is None:
            continue
        start, end = _widened(span, known[item.article.id], mine, characters)
        mine.append((start, end))
        passage: Passage = replace(item.passage, start=start, end=end, text=item.article.text[start:end])
        yield replace(item, passage=passage)


def _left_over(span: Span, sentences: list[Span], taken: list[Span]) -> Span | None:
    """Return what no window before holds of a passage: its longest run of sentences, or None."""
    if not any(_overlap(span, other) for other in taken):
        return span
    runs: list[Span] = []
    for start, end in sentences:
        if not _overlap((start, end), span):
            continue
        start, end = max(start, span[0]), min(end, span[1])
        if any(_overlap((start, end), other) for other in taken):
            continue
        joined = bool(runs) and not any(_overlap((runs[-1][0], end), other) for other in taken)
        runs[-1:] = [(runs[-1][0], end)] if joined else [*runs[-1:], (start, end)]
    return max(runs, key=lambda run: (run[1] - run[0], -run[0]), default=None)


def _widened(span: Span, sentences: list[Span], taken: list[Span], characters: int) -> Span:
    """Take in the next sentence and the one before by turns, while both the length and other windows allow it."""
    start, end = span
    after = [item for item in sentences if item[0] >= end]
    before = [item for item in reversed(sentences) if item[1] <= start]
    while after or before:
        grown = False
        for side in (after, before):
            if not side:
                continue
            sentence = side.pop(0)
            wider = (min(start, sentence[0]), max(end, sentence[1]))
            if wider[1] - wider[0] > characters or any(_overlap(sentence, other) for other in taken):
                side.clear()
                continue
            start, end = wider
            grown = True
        if not grown:
            break
    return start, end


def _overlap(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _sentences(article: Article) -> list[Span]:
    return list(sentence_spans(article.text, article.language))
