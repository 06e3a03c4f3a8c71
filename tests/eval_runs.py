"""Finished runs made by hand: records with the fields that matter, and a folder as a run leaves it."""

from __future__ import annotations

from eval.record import CitationRecord, EvidenceRecord, PassageRecord, Record, SentenceRecord, TurnRecord, Verdict
from eval.summary import Figure, Latency, RiskPoint, RunInfo, Summary

TEXT = "Harbor 🎬 pays Lumen Labs $20 million. The deal closes in May. A union objects."
QUOTE = "The deal closes in May."
START = TEXT.index(QUOTE)
HOSTILE = (
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 2</script>",
    '<img src="https://evil.example/x.png" onerror="window.pwned = 3">',
    '" onmouseover="window.pwned = 4" x="',
    "<!--<script>",
    "]]></style></title><svg onload=window.pwned=5>",
    "{{ 7 * 7 }} {% raw %} $\\frac{1}{$",
)


def passage(rank=1, **fields):
    made = {
        "rank": rank, "id": f"deal#{rank}", "article": "deal", "title": "Harbor buys Lumen", "publisher": "Dub Wire",
        "published": "2025-05-01", "start": 0, "end": len(TEXT), "text": TEXT, "final": 1 / rank, "dense": 0.5,
        "gold": rank == 1, "holds_answer": rank == 1,
    }  # fmt: skip
    return PassageRecord(**{**made, **fields})


def citation(number=1, **fields):
    made = {
        "number": number, "article": "deal", "title": "Harbor buys Lumen", "publisher": "Dub Wire",
        "published": "2025-05-01", "url": "https://news.example/deal", "start": START, "end": START + len(QUOTE),
        "quote": QUOTE, "intact": True, "gold": True, "holds_answer": True,
    }  # fmt: skip
    return CitationRecord(**{**made, **fields})


def record(name, verdict=Verdict.RIGHT, **fields):
    """An answerable question, unless the verdict is one of the unanswerable, answered with one citation."""
    answerable = verdict not in {Verdict.RIGHT_REFUSAL, Verdict.FALSE_ANSWER}
    held = answerable and verdict not in {Verdict.NOT_RETRIEVED, Verdict.NOT_INDEXED}
    declined = verdict in {Verdict.RIGHT_REFUSAL, Verdict.WRONG_REFUSAL}
    failed = verdict is Verdict.ERROR
    question = f"When does deal {name} close?"
    made = {
        "id": name, "kind": "fact" if answerable else "unanswerable", "split": "dev", "question": question,
        "standalone": question, "as_of": "2025-06-30", "answerable": answerable, "verdict": verdict,
        "declined": declined, "confidence": 0.0 if failed else 0.75, "error": "ValueError: no" if failed else None,
        "values": {"coverage": float(not declined and not failed)},
    }  # fmt: skip
    if answerable:
        rank = 1 if held else None
        gold = EvidenceRecord(
            article="deal", title="Harbor buys Lumen", published="2025-05-01", quote=QUOTE, start=START, rank=rank,
            indexed=verdict is not Verdict.NOT_INDEXED,
        )  # fmt: skip
        made |= {"answers": (("in May", "May 2025"),), "evidence": (gold,)}
        made["values"]["hit@1"] = float(rank == 1 and not failed)
    if not failed:
        found = (passage(1, gold=held), passage(2, title="A union objects"))
        made |= {"passages": found, "seconds": {"total": 0.25}}
    if not failed and not declined:
        sentence = SentenceRecord(text=QUOTE, citations=(1,), highlight=(16, 22))
        made |= {"text": f"{QUOTE} [1]", "short": "in May", "sentences": (sentence,), "citations": (citation(),)}
    return Record(**{**made, **fields})


def follow_up(name, **fields):
    turn = TurnRecord(question="Who buys Lumen?", answer="Harbor does.")
    return record(name, kind="followup", question="and when?", conversation=(turn,), **fields)


def summary(records, *, name="newsdesk", **info):
    kinds = sorted({item.kind for item in records})
    counts = {kind: {} for kind in kinds}
    for item in records:
        counts[item.kind][item.verdict.value] = counts[item.kind].get(item.verdict.value, 0) + 1
    figures = {
        "hit@1": Figure(value=0.75, low=0.5, high=0.9375, count=16),
        "hit@5": Figure(value=1.0, low=1.0, high=1.0, count=16),
        "accuracy when answered": Figure(value=0.625, low=0.4, high=0.8, count=16),
        "citation integrity": Figure(value=1.0, low=1.0, high=1.0, count=16),
        "coverage": Figure(value=0.8, low=0.6, high=0.9, count=20),
    }
    known = {
        "name": name, "description": "made by hand", "configuration": {"retrieval": {"method": "scores"}},
        "split": "dev", "kind": None, "limit": None, "questions": len(records), "gold": {"deals.jsonl": "3f" * 32},
        "archive": {"articles": "2"}, "fingerprint": "ab" * 32, "started": "2026-11-22T09:14:03+00:00",
    }  # fmt: skip
    return Summary(
        info=RunInfo(**{**known, **info}),
        finished="2026-11-22T09:15:10+00:00",
        figures=figures,
        by_kind={kind: {"hit@1": figures["hit@1"]} for kind in kinds},
        by_month={"2025-05": {"hit@1": figures["hit@1"]}},
        verdicts={verdict: sum(found.get(verdict, 0) for found in counts.values()) for verdict in Verdict},
        verdicts_by_kind=counts,
        risk_coverage=[
            RiskPoint(threshold=0.9, coverage=0.5, risk=0.25), RiskPoint(threshold=0.1, coverage=1.0, risk=0.5)
        ],
        latency={"total": Latency(p50=0.25, p95=0.5, maximum=2.0)},
        peak_memory=412_000_000,
    )  # fmt: skip


def finished_run(folder, records, **info):
    """Write a run's folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(summary(records, **info).model_dump_json(), encoding="utf-8")
    lines = "".join(item.model_dump_json() + "\n" for item in records)
    (folder / "results.jsonl").write_text(lines, encoding="utf-8")
    return folder


def hostile_run(folder):
    """A run in which every text is an attack, one after the other."""
    attacked = [
        record(
            f"q{number}{text}", kind=text, question=text, standalone=text, note=text, answers=((text,),), text=text,
            passages=(passage(1, title=text, text=text, publisher=text, published=text),), pair=text,
            citations=(citation(title=text, quote=text, url="javascript:window.pwned=6", start=0, end=len(text)),),
        )
        for number, text in enumerate(HOSTILE)
    ]  # fmt: skip
    odd = {"name": HOSTILE[1], "description": HOSTILE[2], "configuration": {HOSTILE[3]: HOSTILE[4]}}
    return finished_run(folder, attacked, **odd)
