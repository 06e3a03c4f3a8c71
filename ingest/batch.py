"""Articles that are decided on and not yet written.

What is decided about an item depends on what the archive holds, so a batch must be written before
an item that meets one of its articles: by id, by URL or by text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.archive_writer import EmbeddedPassage, StoredHead, text_hash
from rag.schema import Article


@dataclass(kw_only=True)
class Batch:
    """What one transaction will write; grows while items are read.

    ``texts`` holds what is to be embedded by its hash, ``copies`` the articles already held that
    become copies with the id of their source, ``places`` where the items were read.
    """

    articles: list[tuple[Article, list[EmbeddedPassage]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    _touched: set[tuple[str, str]] = field(default_factory=set)

    @property
    def size(self) -> int:
        """How much has gathered: texts to embed or items read, whichever are more."""
        return max(len(self.texts), len(self.places))

    def add(self, article: Article, embedded: list[EmbeddedPassage]) -> None:
        """Write this article with the batch."""
        self.articles.append((article, embedded))
        self._touched |= {("id", article.id), ("text", text_hash(article.text))}
        if article.url is not None:
            self._touched.add(("url", article.url))

    def leave(self, held: StoredHead) -> None:
        """Remember what an article of the batch was until now."""
        self._touched |= {("id", held.id), ("text", held.text_hash)}

    def repeat(self, others: Sequence[StoredHead], *, source: str) -> None:
        """Make ``others`` copies of ``source`` with the batch."""
        for other in others:
            if other.duplicate_of != source:
                self.copies[other.id] = source
                self._touched |= {("id", other.id), ("text", other.text_hash)}

    def touches(self, article: Article, hashed: str, held: StoredHead | None) -> bool:
        """Return whether this item, or the article held in its place, meets one of the batch."""
        keys = {("id", article.id), ("text", hashed)}
        if article.url is not None:
            keys.add(("url", article.url))
        if held is not None:
            keys |= {("id", held.id), ("text", held.text_hash)}
        return not keys.isdisjoint(self._touched)
