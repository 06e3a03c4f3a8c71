"""Ask gold questions and count: was the evidence found, cited, and the unanswerable declined?

Every question counts, also one that fails with an error. Follow-ups are asked in their standalone form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from eval.gold import GoldQuestion
from rag.engine import Engine
from rag.schema import Answer, AnswerStatus, ScoredPassage


@dataclass(frozen=True, kw_only=True)
class Result:
    """One question's outcome; ``rank`` is the place of the first passage that overlaps gold evidence, from 1."""

    gold: GoldQuestion
    answer: Answer | None
    rank: int | None
    cited: bool
    contained: bool
    intact: bool
    error: str | None = None

    @property
    def declined(self) -> bool:
        """True when the archive was said not to say."""
        return self.answer is not None and self.answer.status is AnswerStatus.ABSTAINED


def run(engine: Engine, questions: Sequence[GoldQuestion], report: Callable[[int], None]) -> list[Result]:
    """Ask every question as of its date and inside its scope."""
    results = []
    for gold in questions:
        try:
            results.append(judge(engine, gold, engine.ask(replace(gold.question, text=gold.standalone))))
        except Exception as error:  # a failure of one question is counted, and the rest is still asked
            failed = Result(
                gold=gold, answer=None, rank=None, cited=False, contained=False, intact=False, error=repr(error)
            )
            results.append(failed)
        report(len(results))
    return results


def judge(engine: Engine, gold: GoldQuestion, answer: Answer) -> Result:
    """Compare an answer with the gold evidence and the accepted answers."""
    rank = next((place for place, item in enumerate(answer.passages, start=1) if holds_evidence(item, gold)), None)
    quotes = {(item.article.id, item.start, item.end) for item in answer.citations}
    said = answer.text.lower()
    return Result(
        gold=gold,
        answer=answer,
        rank=rank,
        cited=any(_overlaps(engine, quote, gold) for quote in quotes),
        contained=bool(gold.answers) and all(any(alias.lower() in said for alias in part) for part in gold.answers),
        intact=is_intact(engine, answer),
    )


def is_intact(engine: Engine, answer: Answer) -> bool:
    """Return whether every marker resolves and every quote is an exact substring of its article's version."""
    numbers = {citation.number for citation in answer.citations}
    if any(not sentence.citations or not set(sentence.citations) <= numbers for sentence in answer.sentences):
        return False
    for citation in answer.citations:
        held = engine.stores.archive.article(citation.article.id, version=citation.article.version)
        if held is None or held.text[citation.start : citation.end] != citation.quote:
            return False
    return True


def holds_evidence(item: ScoredPassage, gold: GoldQuestion) -> bool:
    """Return whether a passage overlaps a gold quote of its article by at least half of the quote."""
    for evidence in gold.evidence:
        if evidence.article_id != item.article.id:
            continue
        at = item.article.text.find(evidence.quote)
        overlap = min(item.passage.end, at + len(evidence.quote)) - max(item.passage.start, at)
        if at >= 0 and overlap >= len(evidence.quote) / 2:
            return True
    return False


def _overlaps(engine: Engine, quote: tuple[str, int, int], gold: GoldQuestion) -> bool:
    article_id, start, end = quote
    for evidence in gold.evidence:
        if evidence.article_id != article_id:
            continue
        held = engine.stores.archive.article(article_id)
        at = -1 if held is None else held.text.find(evidence.quote)
        overlap = min(end, at + len(evidence.quote)) - max(start, at)
        if at >= 0 and overlap >= min(end - start, len(evidence.quote)) / 2:
            return True
    return False


def figures(results: Sequence[Result]) -> dict[str, float]:
    """Return the shares that tell most; a share over no question is left out."""
    answerable = [item for item in results if item.gold.answerable]
    unanswerable = [item for item in results if not item.gold.answerable]
    answered = [item for item in results if item.answer is not None and not item.declined]
    found = {
        "citation integrity": _share([item.intact for item in answered]),
        **{f"hit@{k}": _share([item.rank is not None and item.rank <= k for item in answerable]) for k in (1, 5, 10)},
        "MRR@10": _mean([1 / item.rank if item.rank and item.rank <= 10 else 0.0 for item in answerable]),
        "gold evidence cited": _share([item.cited and not item.declined for item in answerable]),
        "accepted answer in the answer": _share([item.contained and not item.declined for item in answerable]),
        "false refusals": _share([item.declined for item in answerable]),
        "unanswerable declined": _share([item.declined for item in unanswerable]),
        "failed with an error": _share([item.error is not None for item in results]),
    }
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
