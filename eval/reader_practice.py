"""Practice questions for a reader to learn from: hand-written, about the bundled briefs, half of them near misses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from eval.gold import GoldQuestion, read_gold
from eval.reader_data import Group, Reading, answer_spans
from rag.retrieve import HybridRetriever
from rag.schema import ScoredPassage

FOLDER = Path(__file__).parent / "practice"
SOURCE = "practice"
WINDOWS = 6


def read_practice(purpose: str) -> list[GoldQuestion]:
    """Return the bundled practice questions for the ``reader`` or for the ``confidence``.

    None of them is ever counted in an evaluation, and the two share no brief. Raises GoldError.
    """
    return list(read_gold(sorted(FOLDER.glob(f"{purpose}*.jsonl"))))


def practice_groups(
    questions: Iterable[GoldQuestion], retriever: HybridRetriever, report: Callable[[str, int, int], None]
) -> list[Group]:
    """Return each question with the best windows that are found for it; those that hold its evidence answer it."""
    found = []
    asked = list(questions)
    for number, gold in enumerate(asked, start=1):
        report("finding windows", number, len(asked))
        passages = retriever(replace(gold.question, text=gold.standalone), limit=WINDOWS)
        readings = tuple(_reading(item, gold) for item in passages)
        if readings and (not gold.answerable or any(item.answers for item in readings)):
            found.append(Group(source=SOURCE, question=gold.standalone, readings=readings))
    return found


def _reading(item: ScoredPassage, gold: GoldQuestion) -> Reading:
    """Return the window with the accepted answers inside the quotes of the evidence, or else the quotes themselves."""
    text, title = item.passage.text, item.article.title
    aliases = [alias for part in gold.answers for alias in part]
    spans: list[tuple[int, int]] = []
    for evidence in gold.evidence:
        at = text.find(evidence.quote) if evidence.article_id == item.article.id else -1
        if at >= 0:
            inside = [(at + start, at + end) for start, end in answer_spans(evidence.quote, aliases)]
            spans += inside or [(at, at + len(evidence.quote))]
    return Reading(title=title, text=text, answers=tuple(spans))
