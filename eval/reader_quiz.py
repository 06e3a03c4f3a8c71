"""Quiz questions for a reader to learn from: RealTime QA's, with the passages that a lexical search finds for them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from eval.benchmarks.accepted import holds
from eval.benchmarks.pool import pooled_articles
from eval.benchmarks.realtimeqa import Quiz
from eval.reader_data import Group, Reading, answer_spans
from ingest.passages import TokenOffsets, passages_of
from rag.indexed_text import for_lexical
from rag.lexical import LexicalIndex, LexicalRow
from rag.schema import Article, Passage, Scope, ScoredPassage, Scores, end_of_day
from rag.sentences import sentence_spans
from rag.tables import timestamp
from rag.windows import windows

SOURCE = "realtimeqa"
FOUND = 40
POSITIVES = 3
NEGATIVES = 5


def quiz_groups(
    quiz: Quiz, token_offsets: TokenOffsets, report: Callable[[str, int, int], None], *, now: datetime | None = None
) -> list[Group]:
    """Return the questions that have a gold article, each with the best found windows that hold its answer and others.

    A passage that holds the answer without being of a gold article teaches nothing and is left out.
    """
    articles = {item.id: item for item in pooled_articles(quiz.articles, quiz.oddities, now=now or datetime.now(UTC))}
    with tempfile.TemporaryDirectory(prefix="newsdesk-reader-", ignore_cleanup_errors=True) as name:
        index = LexicalIndex(Path(name))
        passages: dict[str, tuple[Article, Passage]] = {}
        rows: list[LexicalRow] = []
        for number, article in enumerate(articles.values(), start=1):
            published = None if article.published_at is None else timestamp(article.published_at.value)
            for passage in passages_of(article, token_offsets):
                passages[passage.id] = (article, passage)
                rows.append(
                    LexicalRow(
                        passage_id=passage.id, text=for_lexical(article, passage), publisher=article.publisher,
                        section=article.section, kind=article.kind.value, published=published, available=published or 0,
                    )
                )  # fmt: skip
            report("cutting articles", number, len(articles))
        index.write(rows)
        found = []
        for number, item in enumerate(quiz.questions, start=1):
            report("searching", number, len(quiz.questions))
            gold = {article.id for article in item.gold_articles()}
            if not gold:
                continue
            hits = index.search(item.text, scope=Scope(), as_of=end_of_day(item.date), limit=FOUND)
            ranked = [
                ScoredPassage(passage=passages[hit.passage_id][1], article=passages[hit.passage_id][0],
                              scores=Scores(final=hit.score))
                for hit in hits
            ]  # fmt: skip
            right: list[Reading] = []
            wrong: list[Reading] = []
            for scored in windows(ranked, sentences=lambda article: list(sentence_spans(article.text, "en"))):
                text, title = scored.passage.text, scored.article.title
                if scored.article.id in gold and holds(f"{title}\n{text}", item.answers):
                    right.append(Reading(title=title, text=text, answers=tuple(answer_spans(text, item.answers))))
                elif not holds(f"{title}\n{text}", item.answers):
                    wrong.append(Reading(title=title, text=text))
            readings = (*right[:POSITIVES], *wrong[:NEGATIVES])
            if right:
                found.append(Group(source=SOURCE, question=item.text, readings=readings))
        return found
