"""Question → passages: dense and lexical candidates, fused by score and date, ranked, and widened.

Fusion is a weighted sum of min–max normalised scores times a recency prior. On a news archive it
beats reciprocal rank fusion, which throws away how far ahead a candidate is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.archive import Located
from rag.latest import without_now
from rag.schema import Article, Question, Scope, ScoredPassage, Scores
from rag.stores import Stores
from rag.windows import WINDOW_CHARACTERS, windows
from rag.wording import as_worded

CANDIDATES = 100
"""How many passages each of the two searches contributes."""
EXACT_LIMIT = 5_000
"""A scope of at most so many passages is compared exactly instead of through the vector index."""
FIRST_PAGE = 10
PER_ARTICLE = 3


@dataclass(frozen=True, kw_only=True)
class Fusion:
    """How the scores of a candidate become one; ``dense`` is the share of the dense score in [0, 1]."""

    dense: float = 0.5
    half_constant: float = 0.5
    tau_days: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A passage before fusion; ``age_days`` at the as-of date, None when its date is unknown."""

    passage_id: str
    dense: float
    lexical: float
    age_days: float | None


Fuse = Callable[[Sequence[Candidate]], dict[str, Scores]]
"""Gives every candidate its scores by id, best first."""


Rank = Callable[[str, Sequence[ScoredPassage]], list[ScoredPassage]]
"""Puts passages for a question's text in a new order; their final scores must fall along it."""


def recency(age_days: float | None, fusion: Fusion) -> float:
    """Return the prior weight of a passage by its age, in (0, 1]; an unknown age counts as very old."""
    if age_days is None:
        return fusion.half_constant
    return fusion.half_constant + (1 - fusion.half_constant) * math.exp(-max(age_days, 0.0) / fusion.tau_days)


def fuse_scores(candidates: Sequence[Candidate], fusion: Fusion) -> dict[str, Scores]:
    """Return the scores of every candidate by id, best first; ties are put in the order of the ids.

    Dense scores are stretched over the candidates' own range, lexical ones from 0 (no term matched)
    to the best.
    """
    if not candidates:
        return {}
    lowest = min(candidate.dense for candidate in candidates)
    width = max(candidate.dense for candidate in candidates) - lowest or 1.0
    best_lexical = max(candidate.lexical for candidate in candidates) or 1.0
    scored: list[tuple[str, Scores]] = []
    for candidate in candidates:
        prior = recency(candidate.age_days, fusion)
        match = fusion.dense * (candidate.dense - lowest) / width
        match += (1 - fusion.dense) * candidate.lexical / best_lexical
        scores = Scores(final=match * prior, dense=candidate.dense, lexical=candidate.lexical, recency=prior)
        scored.append((candidate.passage_id, scores))
    return dict(sorted(scored, key=lambda item: (-item[1].final, item[0])))


def diversify(
    ranked: Sequence[ScoredPassage], *, limit: int, is_about: Callable[[Article], bool]
) -> list[ScoredPassage]:
    """Return the first ``limit`` passages without repeats and with at most three of an article on the first page.

    Passages with the same words are kept once, the best placed. Those of an article held back follow
    after the first page. An article for which ``is_about`` holds is not held back.
    """
    kept: list[ScoredPassage] = []
    held_back: list[ScoredPassage] = []
    seen: set[str] = set()
    per_article: dict[str, int] = {}
    for item in ranked:
        words = " ".join(item.passage.text.lower().split())
        if words in seen:
            continue
        seen.add(words)
        count = per_article.get(item.article.id, 0)
        if len(kept) < FIRST_PAGE and count >= PER_ARTICLE and not is_about(item.article):
            held_back.append(item)
            continue
        per_article[item.article.id] = count + 1
        kept.append(item)
    page, rest = kept[:FIRST_PAGE], kept[FIRST_PAGE:] + held_back
    if len(page) == FIRST_PAGE:
        rest.sort(key=lambda item: (-item.scores.final, item.passage.id))
        page += rest
    return page[:limit]


class HybridRetriever:
    """Searches open stores; safe to call from several threads."""

    def __init__(
        self,
        stores: Stores,
        *,
        fuse: Fuse | None = None,
        rank: Rank | None = None,
        window: int = WINDOW_CHARACTERS,
    ) -> None:
        """Search ``stores``; ``fuse`` makes one order out of both searches, by default that of ``Fusion()``.

        ``rank`` puts the fused passages in a new order; by default they keep theirs. What is found is
        widened to ``window`` characters; see ``rag.windows``.
        """
        self._stores = stores
        self._fuse = fuse or partial(fuse_scores, fusion=Fusion())
        self._rank = rank
        self._window = window

    def __call__(self, question: Question, *, limit: int = 10) -> list[ScoredPassage]:
        """Return at most ``limit`` passages inside the question's scope and as-of date, best first."""
        ranked = self.candidates(question)
        if self._rank is not None:
            ranked = self._rank(question.text, ranked)
        # More than are wanted, since some go for being repeats or of an article that has its share.
        wide = list(islice(windows(ranked, characters=self._window), 5 * max(limit, FIRST_PAGE)))
        return diversify(wide, limit=limit, is_about=self._about(question.text))

    def candidates(self, question: Question) -> list[ScoredPassage]:
        """Return all that either search found inside the question's scope and as-of date, in fused order.

        An article edited at or after the as-of date comes in the wording it had then; see ``rag.wording``.
        """
        as_of = question.as_of or datetime.now(UTC)
        text = without_now(question.text)
        vector = self._stores.encoder.encode([text])[0]
        dense = self._nearest(vector, question.scope, as_of)
        hits = self._stores.lexical.search(text, scope=question.scope, as_of=as_of, limit=CANDIDATES)
        lexical = {hit.passage_id: hit.score for hit in hits}
        self._complete(dense, vector, list(lexical))
        archive = self._stores.archive
        located = as_worded(archive, archive.locate(list(dense)), as_of)
        candidates = [
            Candidate(
                passage_id=passage_id,
                dense=dense[passage_id],
                lexical=lexical.get(passage_id, 0.0),
                age_days=_age(item, as_of),
            )
            for passage_id, item in located.items()
        ]
        return [
            ScoredPassage(passage=located[passage_id].passage, article=located[passage_id].article, scores=scores)
            for passage_id, scores in self._fuse(candidates).items()
        ]

    def _nearest(self, vector: NDArray[np.float32], scope: Scope, as_of: datetime) -> dict[str, float]:
        """Return the cosines of the passages nearest to ``vector`` inside scope and as-of date."""
        archive = self._stores.archive
        inside = archive.count_within(scope, as_of)
        everything = archive.count_passages()
        if inside == 0:
            return {}
        if inside < everything and inside <= EXACT_LIMIT:
            part = archive.vectors_within(scope, as_of, model_hash=self._stores.encoder.model_hash)
            return _best(dict(zip(part.ids, (part.matrix @ vector).tolist(), strict=True)))
        wanted = min(CANDIDATES, inside)
        # Ask for as many as should hold enough allowed ones if they were spread evenly, then for more.
        amount = min(everything, max(3 * wanted, math.ceil(2 * wanted * everything / inside)))
        while True:
            found = self._stores.vectors.query(vector, limit=amount)
            allowed = archive.allowed([item.passage_id for item in found], scope, as_of)
            if len(allowed) >= wanted or amount >= everything or amount >= 20 * EXACT_LIMIT:
                return _best({item.passage_id: item.cosine for item in found if item.passage_id in allowed})
            amount = min(everything, amount * 4)

    def _complete(self, dense: dict[str, float], vector: NDArray[np.float32], found: Sequence[str]) -> None:
        """Add the cosines of passages that only the lexical search found."""
        lacking = [passage_id for passage_id in found if passage_id not in dense]
        part = self._stores.archive.vectors_of(lacking, model_hash=self._stores.encoder.model_hash)
        if part.ids:
            dense.update(zip(part.ids, (part.matrix @ vector).tolist(), strict=True))

    def _about(self, text: str) -> Callable[[Article], bool]:
        """Return whether a question is about one article: it names its address or most of its headline."""
        terms = set(self._stores.lexical.terms(text))

        def is_about(article: Article) -> bool:
            if article.url is not None and article.url in text:
                return True
            title = set(self._stores.lexical.terms(article.title))
            return len(title) >= 4 and len(title & terms) >= 0.8 * len(title)

        return is_about


def _best(cosines: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(cosines.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES])


def _age(item: Located, as_of: datetime) -> float | None:
    published = item.article.published_at
    return None if published is None else (as_of - published.value).total_seconds() / 86_400
