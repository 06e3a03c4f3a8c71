"""An answer as plain values for JSON: the same on the command line and over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.schema import Answer, Understanding
from rag.statements import stated


def as_record(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values for JSON."""
    return {
        "question": answer.question.text,
        "status": answer.status.value,
        "limits": stated(answer),
        "as_of": answer.as_of.isoformat(),
        "answer": answer.text,
        "layout": answer.layout.value,
        "confidence": round(answer.confidence, 4),
        "support": answer.support.value if answer.support else None,
        "understanding": None if answer.understanding is None else understanding_record(answer.understanding),
        "notes": [
            {"kind": note.kind.value, "text": note.text, "citations": list(note.citations)} for note in answer.notes
        ],
        "sentences": [
            {
                "lead": item.lead,
                "text": item.text,
                "citations": list(item.citations),
                "highlight": item.highlight,
                "verdict": item.verdict.value if item.verdict else None,
                "reasons": list(item.reasons),
            }
            for item in answer.sentences
        ],
        "citations": [
            {
                "number": item.number,
                "article": item.article.id,
                "version": item.article.version,
                "title": item.article.title,
                "credit": item.article.credit,
                "published_at": None if item.article.published_at is None else str(item.article.published_at),
                "modified_at": None if item.article.modified_at is None else str(item.article.modified_at),
                "may_be_worded_after_as_of": item.article.may_be_worded_after(answer.as_of),
                "url": item.article.url,
                "start": item.start,
                "end": item.end,
                "quote": item.quote,
            }
            for item in answer.citations
        ],
        "passages": [
            {
                "passage": item.passage.id,
                "article": item.article.id,
                "published_at": None if item.article.published_at is None else str(item.article.published_at),
                "scores": {
                    "final": round(item.scores.final, 4),
                    "dense": item.scores.dense,
                    "lexical": item.scores.lexical,
                    "recency": item.scores.recency,
                },
            }
            for item in answer.passages
        ],
        "nearest": [item.article.id for item in answer.nearest],
        "generation": None if answer.generation is None else asdict(answer.generation),
        "seconds": {stage: round(seconds, 4) for stage, seconds in answer.seconds.items()},
    }


def understanding_record(understanding: Understanding) -> dict[str, Any]:
    """Return how a question was read as plain values for JSON; the period is half-open."""
    scope = understanding.scope
    bounds = {"from": scope.published_from, "until": scope.published_until}
    return {
        "text": understanding.text,
        "rewritten": understanding.rewritten,
        "scope": {
            **{name: None if moment is None else moment.isoformat() for name, moment in bounds.items()},
            "publishers": list(scope.publishers),
            "excluded_publishers": list(scope.excluded_publishers),
            "sections": list(scope.sections),
            "kinds": [kind.value for kind in scope.kinds],
            "excluded_kinds": [kind.value for kind in scope.excluded_kinds],
        },
        "limits": [
            {"kind": limit.kind.value, "spans": [list(span) for span in limit.spans]} for limit in understanding.limits
        ],
        "latest": understanding.latest,
        "each": [list(names) for names in understanding.each],
        "unknown_publishers": list(understanding.unknown_publishers),
    }
