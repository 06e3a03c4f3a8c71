"""A gold question and the answer it got → a record: what was found, what was cited, what was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache

from eval.gold import Evidence, GoldQuestion
from eval.measures import values_of
from eval.record import (
    CitationRecord,
    EvidenceRecord,
    GenerationRecord,
    NoteRecord,
    PassageRecord,
    Record,
    SentenceRecord,
    TurnRecord,
    Verdict,
)
from rag.archive import ArchiveReader
from rag.schema import Answer, AnswerStatus, Article, Citation, ScoredPassage

_SAME = str.maketrans({**dict.fromkeys("’‘", "'"), **dict.fromkeys("“”", '"'), **dict.fromkeys("‐‑‒–—―−", "-")})


def judge(archive: ArchiveReader, gold: GoldQuestion, answer: Answer, *, withheld: Answer | None = None) -> Record:
    """Compare an answer with the gold evidence and the accepted answers, and measure it.

    ``withheld`` is what would have been said to a declined question, for the risk at full coverage.
    """
    articles = {item.article_id: archive.article(item.article_id) for item in gold.evidence}
    passages = tuple(_passage(rank, item, gold) for rank, item in enumerate(answer.passages, start=1))
    evidence = tuple(_evidence(item, articles[item.article_id], gold, answer.passages) for item in gold.evidence)
    citations = tuple(_citation(archive, item, gold) for item in answer.citations)
    highlighted = [
        sentence.text[sentence.highlight[0] : sentence.highlight[1]]
        for sentence in answer.sentences
        if sentence.highlight is not None
    ]
    record = _blank(gold).model_copy(
        update={
            "declined": answer.status is AnswerStatus.ABSTAINED,
            "right_if_answered": gold.answerable and is_right((withheld or answer).citations, gold.answers),
            "confidence": answer.confidence,
            "support": answer.support.value if answer.support else None,
            "text": answer.text,
            "short": highlighted[0]
            if highlighted
            else " ".join(item.text for item in answer.sentences if not item.is_struck),
            "sentences": tuple(
                SentenceRecord(
                    text=item.text,
                    citations=item.citations,
                    highlight=item.highlight,
                    lead=item.lead,
                    verdict=item.verdict.value if item.verdict else None,
                    reasons=item.reasons,
                )
                for item in answer.sentences
            ),
            "notes": tuple(
                NoteRecord(kind=item.kind.value, text=item.text, citations=item.citations) for item in answer.notes
            ),
            "evidence": evidence,
            "passages": passages,
            "citations": citations,
            "nearest": tuple(item.article.id for item in answer.nearest),
            "seconds": {stage: round(seconds, 5) for stage, seconds in answer.seconds.items()},
            "generation": GenerationRecord(**asdict(answer.generation)) if answer.generation else None,
            "stated": gold.answerable
            and all(any(says(answer.text, alias) for alias in part) for part in gold.answers)
            and bool(answer.sentences),
        }
    )
    return finished(record)


def failed(gold: GoldQuestion, error: Exception) -> Record:
    """Return the record of a question that ended in an error: it counts, with zero for all that is wanted."""
    return finished(_blank(gold).model_copy(update={"error": f"{type(error).__name__}: {error}"}))


def finished(record: Record) -> Record:
    """Return the record with its verdict and its measures."""
    judged = record.model_copy(update={"verdict": verdict_of(record)})
    return judged.model_copy(update={"values": values_of(judged)})


def verdict_of(record: Record) -> Verdict:
    """Return what became of a question; the first reason on the way from archive to answer counts."""
    if record.error is not None:
        return Verdict.ERROR
    if not record.answerable:
        return Verdict.RIGHT_REFUSAL if record.declined else Verdict.FALSE_ANSWER
    if record.declined:
        return Verdict.WRONG_REFUSAL
    if is_right(record.citations, record.answers):
        return Verdict.RIGHT
    if not any(item.indexed for item in record.evidence):
        return Verdict.NOT_INDEXED
    if all(item.rank is None for item in record.evidence):
        return Verdict.NOT_RETRIEVED
    if not any(item.gold for item in record.citations):
        return Verdict.NOT_CITED
    return Verdict.NOT_SAID


def is_right(citations: Sequence[Citation | CitationRecord], answers: Sequence[Sequence[str]]) -> bool:
    """Return whether every wanted part of the answer stands, in one of its accepted wordings, in a cited quote."""
    quotes = [item.quote for item in citations]
    return bool(answers) and all(any(says(quote, alias) for quote in quotes for alias in part) for part in answers)


def says(text: str, alias: str) -> bool:
    """Return whether ``alias`` stands in ``text`` as whole words and numbers.

    Case, quotation marks and dashes are all one.
    """
    wanted = plain(alias)
    before = r"(?<![\w.])(?<!\d,)" if wanted[:1].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if wanted[-1:].isalnum() else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, plain(text)) is not None


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return ``text`` in lower case with one kind of space, quotation mark and dash."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).casefold().split())


def holds(text: str, start: int, end: int, quote: str, *, share: float = 0.5) -> bool:
    """Return whether the span overlaps ``quote`` in the article's ``text`` by at least this share of the quote."""
    at = text.find(quote)
    overlap = min(end, at + len(quote)) - max(start, at)
    return at >= 0 and overlap >= share * len(quote)


def _blank(gold: GoldQuestion) -> Record:
    question = gold.question
    period = _period(gold)
    return Record(
        id=gold.id,
        kind=gold.kind,
        split=gold.split.value,
        question=question.text,
        standalone=gold.standalone,
        conversation=tuple(TurnRecord(question=turn.question, answer=turn.answer) for turn in question.conversation),
        as_of=_day(question.as_of - timedelta(seconds=1)) if question.as_of else None,
        scope=_scope(gold),
        period=(_day(period[0]), _day(period[1])) if period else None,
        answerable=gold.answerable,
        pair=gold.pair,
        reason=gold.reason,
        note=gold.note,
        answers=gold.answers,
        evidence=tuple(EvidenceRecord(article=item.article_id, quote=item.quote) for item in gold.evidence),
        verdict=Verdict.ERROR,
    )


def _scope(gold: GoldQuestion) -> dict[str, str | list[str]]:
    scope = gold.question.scope
    found: dict[str, str | list[str]] = {}
    if scope.published_from:
        found["from"] = _day(scope.published_from)
    if scope.published_until:
        found["until"] = _day(scope.published_until)
    if scope.publishers:
        found["publishers"] = list(scope.publishers)
    if scope.sections:
        found["sections"] = list(scope.sections)
    return found


def _period(gold: GoldQuestion) -> tuple[datetime, datetime] | None:
    """Return the period asked for in words, else that of the scope."""
    if gold.period is not None:
        return gold.period.start, gold.period.end
    scope = gold.question.scope
    if scope.published_from and scope.published_until:
        return scope.published_from, scope.published_until
    return None


def _passage(rank: int, item: ScoredPassage, gold: GoldQuestion) -> PassageRecord:
    passage, article, scores = item.passage, item.article, item.scores
    return PassageRecord(
        rank=rank,
        id=passage.id,
        article=article.id,
        title=article.title,
        publisher=article.publisher,
        published=str(article.published_at) if article.published_at else None,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        final=scores.final,
        dense=scores.dense,
        lexical=scores.lexical,
        recency=scores.recency,
        gold=any(_in_passage(item, evidence) for evidence in gold.evidence),
        holds_answer=_holds_answer(passage.text, gold.answers),
    )


def _in_passage(item: ScoredPassage, evidence: Evidence) -> bool:
    if item.article.id != evidence.article_id:
        return False
    return holds(item.article.text, item.passage.start, item.passage.end, evidence.quote)


def _evidence(
    item: Evidence, article: Article | None, gold: GoldQuestion, passages: Sequence[ScoredPassage]
) -> EvidenceRecord:
    ranks = (rank for rank, passage in enumerate(passages, start=1) if _in_passage(passage, item))
    if article is None:
        return EvidenceRecord(article=item.article_id, quote=item.quote, indexed=False)
    start = article.text.find(item.quote)
    published = article.published_at
    as_of = gold.question.as_of
    in_time = as_of is None or published is None or published.value < as_of
    return EvidenceRecord(
        article=item.article_id,
        title=article.title,
        published=str(published) if published else None,
        quote=item.quote,
        start=start if start >= 0 else None,
        rank=next(ranks, None),
        indexed=start >= 0 and in_time and article.duplicate_of is None,
    )


def _citation(archive: ArchiveReader, item: Citation, gold: GoldQuestion) -> CitationRecord:
    article = item.article
    held = archive.article(article.id, version=article.version)
    period = _period(gold)
    published = article.published_at
    in_period = None
    if period is not None:
        in_period = published is not None and period[0] <= published.value < period[1]
    return CitationRecord(
        number=item.number,
        article=article.id,
        title=article.title,
        publisher=article.publisher,
        published=str(published) if published else None,
        url=article.url,
        start=item.start,
        end=item.end,
        quote=item.quote,
        intact=held is not None and held.text[item.start : item.end] == item.quote,
        gold=any(_cites(item, evidence) for evidence in gold.evidence),
        holds_answer=_holds_answer(item.quote, gold.answers),
        in_period=in_period,
    )


def _cites(item: Citation, evidence: Evidence) -> bool:
    """Return whether the citation overlaps the gold quote by half of the shorter of the two, in the version cited."""
    if item.article.id != evidence.article_id:
        return False
    length = min(item.end - item.start, len(evidence.quote))
    return holds(
        item.article.text, item.start, item.end, evidence.quote, share=length / (2 * max(1, len(evidence.quote)))
    )


def _holds_answer(text: str, answers: Sequence[Sequence[str]]) -> bool:
    return any(says(text, alias) for part in answers for alias in part)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
