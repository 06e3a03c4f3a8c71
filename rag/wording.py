"""Passages in the wording of a day: an article edited later is quoted as it stood then.

Only the newest version of an article is searched, under its date of publication. Asked as of a day
before an edit, what was found is looked up in the version that was valid on that day, sentence by
sentence; words that did not stand there are not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher

from rag.archive import Located
from rag.schema import Article
from rag.sentences import sentence_spans
from rag.versions import VersionReader, version_as_of

Span = tuple[int, int]


def as_worded(reader: VersionReader, located: Mapping[str, Located], as_of: datetime) -> dict[str, Located]:
    """Return passages of newest versions in the wording valid just before ``as_of``, by id and in their order.

    A passage whose words did not stand in its article then is left out. One that is put into an older
    version keeps its id, and its span counts in that version's text. Reads the archive twice at most.
    """
    newest = {item.article.id: item.article for item in located.values() if item.article.version > 1}
    histories = reader.histories(newest) if newest else {}
    valid = {name: version_as_of(history, as_of) for name, history in histories.items()}
    earlier = {name: number for name, number in valid.items() if number != newest[name].version}
    if not earlier:
        return dict(located)
    texts = {name: _Wording(newest[name], article) for name, article in reader.articles_in(earlier).items()}
    worded: dict[str, Located] = {}
    for passage_id, item in located.items():
        if item.article.id not in earlier:
            worded[passage_id] = item
            continue
        wording = texts[item.article.id]
        span = wording.span(item.passage.start, item.passage.end)
        if span is not None:
            article = wording.earlier
            passage = replace(
                item.passage, version=article.version, start=span[0], end=span[1], text=article.text[span[0] : span[1]]
            )
            worded[passage_id] = Located(passage=passage, article=article)
    return worded


class _Wording:
    """Where the sentences of an article's newest version stand in an earlier one."""

    def __init__(self, newest: Article, earlier: Article) -> None:
        self.earlier = earlier
        new, old = (list(sentence_spans(item.text, item.language)) for item in (newest, earlier))
        matcher = SequenceMatcher(
            None,
            [newest.text[start:end] for start, end in new],
            [earlier.text[start:end] for start, end in old],
        )
        self._runs = [
            list(zip(new[a : a + size], old[b : b + size], strict=True)) for a, b, size in matcher.get_matching_blocks()
        ]

    def span(self, start: int, end: int) -> Span | None:
        """Return where the longest run of words of ``newest.text[start:end]`` stands in the earlier version, or None.

        A run is of whole sentences in one order without others between them, but for those that the span itself cuts.
        """
        best: Span | None = None
        for run in self._runs:
            # The sentences are the same on both sides, so what the span leaves of one it leaves of the other.
            within = [
                (old[0] + max(start - new[0], 0), old[1] - max(new[1] - end, 0))
                for new, old in run
                if new[0] < end and start < new[1]
            ]
            if within and (best is None or within[-1][1] - within[0][0] > best[1] - best[0]):
                best = within[0][0], within[-1][1]
        return best
