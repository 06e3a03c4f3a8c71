"""Generated articles that load the indexes as news would, for sizes that the real articles do not reach.

Nobody wrote them and nothing in them is true. Their words are a walk over the word pairs of real articles, so
that words are as frequent, and as often together, as they are there; no word is new. A vector is a noisy
mixture of two real ones: vectors by chance alone are all equally far from each other, which makes a graph of
nearest neighbours useless. Vector and words of a passage have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.source import VectoredArticle
from rag.archive_writer import EmbeddedPassage
from rag.indexed_text import hash_of, packed
from rag.schema import Article, DatePrecision, Moment, Passage

MARK = "generated"
"""What ``source`` of a generated article says, and what its id and address begin with."""
PASSAGES = 12
"""How many passages a generated article has."""
PUBLISHERS = 40
YEARS = 10
"""Over how many years, up to the newest real article, the generated ones are spread."""
TITLE_WORDS = 9
OWN_SHARE = (0.6, 0.9)
"""Range of the larger real vector's share of a mixture."""
NOISE = 0.3
"""Length of the noise added to a mixture of length one. With these two, the nearest neighbours of 30,000 generated
vectors are as near (median cosine .79, tenth .59) as those of as many passages of real news (.80, .56)."""
AT_ONCE = 50


class Generator:
    """Makes articles after real ones; the same real ones and ``seed`` make the same articles."""

    def __init__(self, real: Sequence[VectoredArticle], *, seed: int) -> None:
        """Learn from ``real``, which must hold at least one passage."""
        texts = [found.passage.text for item in real for found in item.passages]
        words = " ".join(item.article.text for item in real).split()
        names = {word: number for number, word in enumerate(dict.fromkeys(words))}
        self._words = np.array(list(names), dtype=object)
        self._walked = np.array([names[word] for word in words])
        # Where each word occurs, word by word; what follows one of these places is a possible next word.
        self._places = np.argsort(self._walked, kind="stable")
        self._counts = np.bincount(self._walked, minlength=len(names))
        self._starts = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._lengths = np.array([max(1, len(text.split())) for text in texts])
        self._vectors = np.concatenate([item.matrix() for item in real])
        dates = [item.article.published_at.value for item in real if item.article.published_at is not None]
        self._newest = max(dates, default=datetime(2025, 1, 1, tzinfo=UTC))
        self._random = np.random.default_rng(seed)

    def articles(self) -> Iterator[VectoredArticle]:
        """Yield articles without end."""
        number = 0
        while True:
            amount = AT_ONCE * PASSAGES
            texts = self.texts(self._random.choice(self._lengths, amount))
            titles = self.texts(np.full(AT_ONCE, TITLE_WORDS))
            vectors = self.vectors(amount)
            days = self._random.integers(0, YEARS * 365, AT_ONCE)
            for at in range(AT_ONCE):
                part = slice(at * PASSAGES, (at + 1) * PASSAGES)
                published = self._newest - timedelta(days=int(days[at]))
                yield _article(number, titles[at], texts[part], vectors[part], published)
                number += 1

    def texts(self, lengths: NDArray[np.int64]) -> list[str]:
        """Return one text for each of ``lengths``, in words: walks from word to word as the real ones do."""
        walks = np.empty((len(lengths), int(lengths.max())), dtype=np.int64)
        walks[:, 0] = self._random.choice(self._walked, len(lengths))
        for step in range(1, walks.shape[1]):
            before = walks[:, step - 1]
            chosen = (self._random.random(len(before)) * self._counts[before]).astype(np.int64)
            followed = self._places[self._starts[before] + chosen] + 1
            walks[:, step] = self._walked[followed % len(self._walked)]
        return [" ".join(self._words[walk[:length]]) for walk, length in zip(walks, lengths, strict=True)]

    def vectors(self, amount: int) -> NDArray[np.float32]:
        """Return unit vectors (amount, dimension): noisy mixtures of two real ones each."""
        own, other = self._random.integers(len(self._vectors), size=(2, amount))
        share = self._random.uniform(*OWN_SHARE, size=(amount, 1))
        mixed = _unit(share * self._vectors[own] + (1 - share) * self._vectors[other])
        return _unit(mixed + _unit(self._random.standard_normal(mixed.shape)) * NOISE).astype(np.float32)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-9)


def _article(
    number: int, title: str, texts: Sequence[str], vectors: NDArray[np.float32], published: datetime
) -> VectoredArticle:
    name = f"{MARK}-{number:07}"
    article = Article(
        id=name,
        title=title,
        text="\n\n".join(texts),
        url=f"https://{MARK}.invalid/{number}",
        publisher=f"{MARK.capitalize()} {number % PUBLISHERS + 1}",
        language="en",
        source=MARK,
        published_at=Moment(value=published, precision=DatePrecision.TIME, origin=MARK),
    )
    embedded, start = [], 0
    for ordinal, text in enumerate(texts):
        passage = Passage(
            id=f"{name}/1/{ordinal}", article_id=name, version=1, ordinal=ordinal,
            start=start, end=start + len(text), text=text,
        )  # fmt: skip
        embedded.append(EmbeddedPassage(passage=passage, vector_hash=hash_of(passage.id)))
        start += len(text) + 2
    return VectoredArticle(
        article=article,
        passages=tuple(embedded),
        vectors=packed([item.vector_hash for item in embedded], vectors),
    )
