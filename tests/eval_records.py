"""Records, gold questions and a small archive for tests of the evaluation, made by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from archives import article

from eval.gold import Evidence, GoldQuestion
from eval.record import CitationRecord, EvidenceRecord, PassageRecord, Record, SentenceRecord, Verdict
from eval.summarise import summarise
from eval.summary import RunInfo
from rag.schema import Question, end_of_day

INFO = RunInfo(
    name="newsdesk", description="by hand", configuration={}, split="dev", kind=None, limit=None, questions=0, gold={},
    archive={}, fingerprint="f" * 64, started="2026-01-01T00:00:00+00:00",
)  # fmt: skip


def midnight(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


# --- records --------------------------------------------------------------------------------------


def passage(rank, **fields):
    made = {"id": f"p{rank}", "article": "a", "title": "T", "start": 0, "end": 1, "text": "x", "final": 1 / rank}
    return PassageRecord(rank=rank, **{**made, **fields})


def citation(number=1, *, start=0, end=20, **fields):
    made = {"article": "a", "title": "T", "quote": "q" * (end - start), "intact": True}
    return CitationRecord(number=number, start=start, end=end, **{**made, **fields})


def evidence(rank=None, *, start=0, length=20, **fields):
    return EvidenceRecord(**{"article": "a", "quote": "q" * length, "start": start, "rank": rank, **fields})


def sentence(*citations, text="It is so."):
    return SentenceRecord(text=text, citations=citations)


def record(name="q", verdict=Verdict.RIGHT, **fields):
    """The record of an answerable question with nothing retrieved and nothing said, unless ``fields`` say more."""
    made = {"kind": "fact", "split": "dev", "question": "Who?", "standalone": "Who?", "answerable": True}
    return Record(id=name, verdict=verdict, **{**made, **fields})


def ranked(*ranks, length=12):
    """A record with ``length`` passages and one gold quote in the passage at each of ``ranks``, or in none."""
    return record(
        evidence=tuple(evidence(rank) for rank in ranks),
        passages=tuple(passage(rank, gold=rank in ranks) for rank in range(1, length + 1)),
    )


def summary(records):
    return summarise(INFO, records)


# --- gold questions -------------------------------------------------------------------------------


def gold(name="q", *, as_of="2025-12-31", **fields):
    """A gold question about the article ``luma``, answerable unless ``fields`` say otherwise."""
    text = fields.pop("text", "How much did Luma raise?")
    question = fields.pop("question", None) or Question(text=text, as_of=end_of_day(midnight(as_of)))
    made = {
        "standalone": question.text, "answers": (("$900 million", "$900m"),), "kind": "fact", "answerable": True,
        "evidence": (Evidence(article_id="luma", quote="Luma raised $900 million."),), "pair": None, "note": "",
    }  # fmt: skip
    return GoldQuestion(id=name, question=question, **{**made, **fields})


def unanswerable(name="q", **fields):
    return gold(name, **{"answers": (), "evidence": (), "answerable": False, "kind": "unanswerable", **fields})


# --- a small archive of articles that nobody published --------------------------------------------

ARTICLES = (
    article(
        "luma", "Luma raised $900 million from Humain. The video start-up spends it on computers in Riyadh.",
        title="Luma raised $900 million", published="2025-11-20", publisher="Example Wire",
    ),
    article(
        "aria", "The Aria festival bans machine-made films in Oslo. Its jury of seven voted on Monday.",
        title="Aria festival bans machine-made films", published="2025-10-02", publisher="Example Screen",
    ),
    article(
        "deal-old", "Corvid Studios licensed its library to Quill for $40 million. The term is two years.",
        title="Corvid Studios licensed its library to Quill", published="2024-03-01", publisher="Example Wire",
    ),
    article(
        "deal-new", "Corvid Studios licensed its library to Quill for $75 million. The term is five years.",
        title="Corvid Studios licensed its library to Quill again", published="2025-06-01", publisher="Example Wire",
    ),
    article(
        "union", "The sound editors' union struck for nine days in Burbank. Its members won a clause on cloned voices.",
        title="Sound editors' union struck", published="2025-02-14", publisher="Example Screen",
    ),
)  # fmt: skip
"""Each is short enough to be one passage."""

_PRICE = "How much did Quill pay Corvid Studios for the library?"
QUESTIONS = (
    {
        "id": "luma", "question": "How much did Luma raise from Humain?", "kind": "fact", "as_of": "2025-12-31",
        "answers": [["$900 million"]],
        "evidence": [{"article": "luma", "quote": "Luma raised $900 million from Humain."}],
    },
    {
        "id": "aria", "question": "Which festival bans machine-made films in Oslo?", "kind": "fact",
        "as_of": "2025-12-31", "answers": [["Aria"]],
        "evidence": [{"article": "aria", "quote": "The Aria festival bans machine-made films in Oslo."}],
    },
    {
        "id": "deal-2024", "question": _PRICE, "kind": "latest", "as_of": "2024-12-31", "pair": "deal",
        "answers": [["$40 million"]],
        "evidence": [
            {"article": "deal-old", "quote": "Corvid Studios licensed its library to Quill for $40 million."}
        ],
    },
    {
        "id": "deal-2025", "question": _PRICE, "kind": "latest", "as_of": "2025-12-31", "pair": "deal",
        "answers": [["$75 million"]],
        "evidence": [
            {"article": "deal-new", "quote": "Corvid Studios licensed its library to Quill for $75 million."}
        ],
    },
    {
        "id": "stranger", "question": "Who is the mayor of Wellington?", "kind": "unanswerable",
        "as_of": "2025-12-31", "answerable": False,
    },
)  # fmt: skip
"""Gold questions about ``ARTICLES``, as the lines of a gold file."""


def gold_file(path, questions=QUESTIONS):
    path.write_text("".join(json.dumps(item) + "\n" for item in questions), encoding="utf-8")
    return path


def article_file(path, articles=ARTICLES):
    """Write articles as JSON Lines, for ``python -m ingest files`` and its like."""
    lines = [
        {
            "id": item.id, "title": item.title, "text": item.text, "url": item.url, "publisher": item.publisher,
            "published_at": str(item.published_at),
        }
        for item in articles
    ]  # fmt: skip
    path.write_text("".join(json.dumps(item) + "\n" for item in lines), encoding="utf-8")
    return path
