"""A quiz question and what was found or said to it → a record, as any run has it.

Gold are the articles that the benchmark's own search found for the question and that hold an accepted
answer in title or text; a passage of such an article is gold when it holds one too, the title above it
included, since that is embedded, searched and shown with it. A question without such an article counts
as unanswerable, though the pool may answer it by chance.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from eval.benchmarks.accepted import holds
from eval.benchmarks.baselines import Baseline
from eval.benchmarks.figures import BUDGETS
from eval.benchmarks.realtimeqa import FoundArticle, QuizQuestion
from eval.gold import GoldQuestion, Split
from eval.judge import failed, finished, judge, says
from eval.measures import exact_match, retrieval_values, token_f1
from eval.record import EvidenceRecord, PassageRecord, Record
from eval.variants import Outspoken
from rag.archive import ArchiveReader
from rag.engine import Engine
from rag.schema import Answer, AnswerStatus, Question, end_of_day

TUNED_ON = "2023"
"""The year that weights and thresholds may have been fitted on."""
LONGEST_TEXT = 900
"""Characters of a baseline's chunk that a record keeps: those around an accepted answer, else the first."""


def split_of(year: str) -> Split:
    """Return the split that a year's questions belong to."""
    return Split.DEV if year == TUNED_ON else Split.TEST


class QuizJudge:
    """Turns quiz questions into gold questions, and makes their records."""

    def __init__(self, archive: ArchiveReader, source_of: Mapping[str, str], questions: Sequence[QuizQuestion]) -> None:
        """``source_of`` maps the id of every pooled article to that of the one searched in its place."""
        self._archive = archive
        self._source_of = source_of
        self._questions = {item.id: item for item in questions}
        self._gold = {item.id: self._gold_of(item) for item in questions}

    @property
    def gold_questions(self) -> list[GoldQuestion]:
        """The questions in order, as other runs ask them."""
        return [
            GoldQuestion(
                id=item.id,
                question=Question(text=item.text, as_of=end_of_day(item.date)),
                standalone=item.text,
                answers=(item.answers,),
                evidence=(),  # what counts is a whole article: see ``judged``
                kind=item.source,
                answerable=bool(self._gold[item.id]),
                pair=None,
                note="" if item.is_compared else "not compared with the accepted answer, as upstream",
            )
            for item in self._questions.values()
        ]

    def judged(self, gold: GoldQuestion, answer: Answer, *, withheld: Answer | None = None) -> Record:
        """Return the record of an answer, with its measures."""
        return self._measured(self._completed(judge(self._archive, gold, answer, withheld=withheld)))

    def found(self, gold: GoldQuestion, answer: Answer) -> Record:
        """Return the record of a search alone: its only measures are those of retrieval.

        It says nothing, which counts as declined where nothing was to be said.
        """
        status = AnswerStatus.ANSWERED if gold.answerable else AnswerStatus.ABSTAINED
        silent = Answer(
            question=answer.question,
            status=status,
            as_of=answer.as_of,
            passages=answer.passages,
            seconds=answer.seconds,
        )
        record = self._completed(judge(self._archive, gold, silent))
        values = self._retrieval(record)
        short = [item.model_copy(update={"text": _shortened(item, gold.answers[0])}) for item in record.passages]
        return record.model_copy(update={"values": values, "passages": tuple(short)})

    def failed(self, gold: GoldQuestion, error: Exception) -> Record:
        """Return the record of a question that ended in an error."""
        return self._measured(self._completed(failed(gold, error)))

    def failed_to_find(self, gold: GoldQuestion, error: Exception) -> Record:
        """Return the record of a search that ended in an error."""
        record = self._completed(failed(gold, error))
        return record.model_copy(update={"values": self._retrieval(record)})

    def _gold_of(self, question: QuizQuestion) -> dict[str, FoundArticle]:
        """Return the gold articles by the id under which they are searched."""
        return {self._source_of.get(item.id, item.id): item for item in question.gold_articles()}

    def _completed(self, record: Record) -> Record:
        """Put the gold articles into the record, and mark what belongs to them."""
        question = self._questions[record.id]
        gold = self._gold[record.id]

        def is_gold(article: str, text: str) -> bool:
            return self._source_of.get(article, article) in gold and holds(text, question.answers)

        passages = tuple(
            item.model_copy(update={"gold": is_gold(item.article, _shown(item))}) for item in record.passages
        )
        citations = tuple(
            item.model_copy(update={"gold": is_gold(item.article, item.quote)}) for item in record.citations
        )
        ranks: dict[str, int] = {}
        for item in passages:
            if item.gold:
                ranks.setdefault(self._source_of.get(item.article, item.article), item.rank)
        return finished(
            record.model_copy(
                update={
                    "split": split_of(question.week[:4]).value,
                    "evidence": tuple(
                        self._evidence(name, item, question, rank=ranks.get(name)) for name, item in gold.items()
                    ),
                    "passages": passages,
                    "citations": citations,
                }
            )
        )

    def _evidence(self, name: str, item: FoundArticle, question: QuizQuestion, *, rank: int | None) -> EvidenceRecord:
        article = self._archive.article(name)
        if article is None:
            return EvidenceRecord(article=name, title=item.title or None, indexed=False)
        published = article.published_at
        return EvidenceRecord(
            article=name,
            title=article.title,
            published=str(published) if published else None,
            rank=rank,
            indexed=published is not None
            and published.value < end_of_day(question.date)
            and holds(f"{article.title}\n{article.text}", question.answers),
        )

    def _measured(self, record: Record) -> Record:
        """Compare every answer with the accepted ones, also where no gold article is known, but for "except"."""
        question = self._questions[record.id]
        values = {name: value for name, value in record.values.items() if name not in {"exact match", "token F1"}}
        if question.is_compared:
            said = "" if record.declined or record.error is not None else record.short
            values["exact match"] = max(exact_match(said, item) for item in question.answers)
            values["token F1"] = round(max(token_f1(said, item) for item in question.answers), 6)
        values |= self._budgets(record)
        if record.evidence:
            cited = {self._source_of.get(item.article, item.article) for item in record.citations if item.gold}
            values["citation recall"] = round(len(cited) / len(record.evidence), 6)
        return record.model_copy(update={"values": values})

    def _retrieval(self, record: Record) -> dict[str, float]:
        values = retrieval_values(record) | self._budgets(record) if record.answerable else {}
        failed = float(record.error is not None)
        return {**{name: round(value, 6) for name, value in values.items()}, "failed": failed}

    def _budgets(self, record: Record) -> dict[str, float]:
        """Return for each budget whether a gold passage shows the answer before so many characters are read."""
        if not record.answerable:
            return {}
        answers = self._questions[record.id].answers
        values: dict[str, float] = {}
        for name, left in BUDGETS.items():
            values[name] = 0.0
            for item in record.passages:
                shown = _shown(item)
                if item.gold and holds(shown[: max(0, left)], answers):
                    values[name] = 1.0
                left -= len(shown)
        return values


def answers_of(engine: Engine, outspoken: Outspoken, judge: QuizJudge) -> Callable[[GoldQuestion], Record]:
    """Return what asks Newsdesk a question as of its date."""

    def ask(gold: GoldQuestion) -> Record:
        try:
            answer = engine.ask(gold.question)
            withheld = None if answer.sentences else outspoken(answer.question, answer.passages)
            return judge.judged(gold, answer, withheld=withheld)
        except Exception as error:  # it is counted, and the rest is still asked
            return judge.failed(gold, error)

    return ask


def finds_of(baseline: Baseline, judge: QuizJudge) -> Callable[[GoldQuestion], Record]:
    """Return what asks a baseline a question."""

    def ask(gold: GoldQuestion) -> Record:
        try:
            began = time.perf_counter()
            passages = baseline.retriever(gold.question)
            seconds = {"retrieve": time.perf_counter() - began}
            return judge.found(
                gold,
                Answer(
                    question=gold.question,
                    status=AnswerStatus.ABSTAINED,
                    as_of=gold.question.as_of or datetime.now(UTC),
                    passages=tuple(passages),
                    seconds=seconds,
                ),
            )
        except Exception as error:  # it is counted, and the rest is still asked
            return judge.failed_to_find(gold, error)

    return ask


def _shown(passage: PassageRecord) -> str:
    return f"{passage.title}\n{passage.text}"


def _shortened(passage: PassageRecord, answers: Sequence[str]) -> str:
    text = passage.text
    if len(text) <= LONGEST_TEXT:
        return text
    lowered = text.lower()
    places = [lowered.find(item.lower()) for item in answers if says(text, item)]
    start = max(0, min((place for place in places if place >= 0), default=0) - LONGEST_TEXT // 2)
    end = start + LONGEST_TEXT
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
