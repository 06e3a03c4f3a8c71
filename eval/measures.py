"""The measures of one question, and of a run as a whole.

Hits, reciprocal ranks and gains come from ir_measures (MacAvaney, Macdonald and Ounis 2022), over gold
evidence: the ranked list has one entry per retrieved passage, which stands for the gold quote in it that
no passage before it held; where it holds several, they follow one another. Recall counts passages.
Answers are compared as SQuAD does (Rajpurkar et al. 2016). Risk and coverage follow El-Yaniv and Wiener
(2010), the area under their curve Geifman and El-Yaniv (2018).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.record import Record, Verdict
from eval.summary import RiskPoint
from eval.written import WRITTEN, is_struck, written_values
from rag.schema import NoteKind, Support

CONFLICT, LATEST = "conflict", "latest"
"""Kinds of gold questions: publishers differ; how things stand, asked at two dates."""
CUT_OFFS = (1, 5, 10)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’“”")

DEFINITIONS: Mapping[str, str] = {
    **{f"hit@{k}": f"questions with gold evidence among the first {k} passages" for k in CUT_OFFS},
    **{f"recall@{k}": f"share of a question's gold quotes among the first {k} passages" for k in CUT_OFFS},
    "MRR@10": "mean of 1/rank of the first passage with gold evidence, 0 below rank 10",
    "nDCG@10": "discounted gain of the gold quotes in the first ten passages over the highest possible",
    "answer in cited quotes": "answerable questions of which every wanted part stands in a cited quote",
    "exact match": "short answer equal to an accepted one, as SQuAD normalises; questions with one wanted part",
    "token F1": "overlap in tokens of the short answer with the nearest accepted one, as SQuAD counts",
    "evidence cited": "answerable questions with gold evidence in at least one cited quote",
    "citation integrity": "answers whose every marker resolves and every quote stands in its article verbatim",
    "citation precision": "share of an answer's cited quotes that hold gold evidence or an accepted answer",
    "citation recall": "share of an answerable question's gold quotes that are cited",
    "cited inside the period": "share of cited articles published inside the period asked for",
    "coverage": "questions that are answered at all",
    "accuracy when answered": "answered questions that are answered right; the unanswerable never are",
    "well supported": "answered questions whose answer is shown as well supported",
    "right when well supported": "such answers that cite gold evidence or every wanted part; the unanswerable never do",
    "right when partly supported": "the same of the other answers",
    "false refusals": "answerable questions that are declined",
    "unanswerable declined": "unanswerable questions that are declined",
    "false answers": "unanswerable questions that are answered",
    "pairs right at both dates": "latest-wins pairs answered right as of both dates",
    "conflicts shown": "questions on which reports differ, with every wanted part cited and the difference noted",
    "false conflict notes": "other answerable questions with a note that reports differ or, where how things stand is "
    "not what is asked, that they changed",
    "AUROC of the confidence": "chance that an answerable question has more confidence than an unanswerable one",
    "area under risk-coverage": "mean share of wrong answers over all coverages, most confident first; less is better",
    **WRITTEN,
    "failed": "questions that ended in an error",
}
"""What each figure says, in the order of the report."""


def values_of(record: Record) -> dict[str, float]:
    """Return the measures of a judged record by name; a measure that does not apply is left out."""
    right = float(record.verdict is Verdict.RIGHT)
    answered = not record.declined and record.error is None
    values: dict[str, float] = {"coverage": float(answered), "failed": float(record.error is not None)}
    if record.answerable:
        values |= retrieval_values(record)
        values["false refusals"] = float(record.declined)
        values["answer in cited quotes"] = right
        values["evidence cited"] = float(any(item.gold for item in record.citations))
        values["citation recall"] = _cited_share(record)
        values |= conflict_values(record)
        if len(record.answers) == 1:
            said = record.short if answered else ""
            values["exact match"] = max(exact_match(said, alias) for alias in record.answers[0])
            values["token F1"] = max(token_f1(said, alias) for alias in record.answers[0])
    else:
        values["unanswerable declined"] = float(record.declined)
        values["false answers"] = float(answered)
    if answered:
        values["accuracy when answered"] = right
        if record.support is not None:
            is_well = record.support == Support.WELL
            holds = record.verdict is Verdict.RIGHT or any(item.gold for item in record.citations)
            values["well supported"] = float(is_well)
            values[f"right when {record.support}"] = float(record.answerable and holds)
        numbers = {item.number for item in record.citations}
        standing = [item for item in record.sentences if not is_struck(item)]
        resolved = all(item.citations and set(item.citations) <= numbers for item in standing)
        values["citation integrity"] = float(
            bool(record.citations) and resolved and all(item.intact for item in record.citations)
        )
        if record.answerable and record.citations:
            good = [item.gold or item.holds_answer for item in record.citations]
            values["citation precision"] = sum(good) / len(good)
        inside = [item.in_period for item in record.citations if item.in_period is not None]
        if inside:
            values["cited inside the period"] = sum(inside) / len(inside)
    values |= written_values(record)
    return {name: round(value, 6) for name, value in values.items()}


def conflict_values(record: Record) -> dict[str, float]:
    """Return whether a difference between reports is shown, or for another kind of question falsely noted.

    A difference counts as noted by either kind of note: which of the two is right depends on how far apart
    the reports are. That a matter changed may be said of a question of kind ``latest``.
    """
    noted = {item.kind for item in record.notes}
    if record.kind == CONFLICT:
        shown = record.verdict is Verdict.RIGHT and bool(noted & {NoteKind.CONFLICT, NoteKind.CHANGED})
        return {"conflicts shown": float(shown)}
    unwanted = {NoteKind.CONFLICT} if record.kind == LATEST else {NoteKind.CONFLICT, NoteKind.CHANGED}
    return {"false conflict notes": float(bool(noted & unwanted))}


def retrieval_values(record: Record) -> dict[str, float]:
    """Return hit@k, recall@k, MRR@10 and nDCG@10 of one answerable question."""
    import ir_measures
    from ir_measures import RR, Success, nDCG

    asked = "q"
    wanted = [f"evidence {number}" for number in range(len(record.evidence))]
    first: dict[int, list[str]] = {item.rank: [] for item in record.evidence if item.rank is not None}
    for name, item in zip(wanted, record.evidence, strict=True):
        if item.rank is not None:
            first[item.rank].append(name)
    ranking = []
    for passage in record.passages[: max(CUT_OFFS)]:
        # A passage with two gold quotes stands for both: the second follows it at once.
        for at, name in enumerate(first.get(passage.rank, [f"passage {passage.rank}"])):
            ranking.append(ir_measures.ScoredDoc(asked, name, -passage.rank - at / (1 + len(wanted))))
    names = {
        **{Success @ k: f"hit@{k}" for k in CUT_OFFS},
        RR @ 10: "MRR@10",
        nDCG: "nDCG@10",  # over the entries of ten passages, which may be more than ten
    }
    values = dict.fromkeys(names.values(), 0.0)
    for k in CUT_OFFS:
        found = sum(item.rank is not None and item.rank <= k for item in record.evidence)
        values[f"recall@{k}"] = found / max(1, len(wanted))
    if wanted and ranking:
        truth = [ir_measures.Qrel(asked, name, 1) for name in wanted]
        for metric in ir_measures.iter_calc(list(names), truth, ranking):
            values[names[metric.measure]] = float(metric.value)
    return values


def normalised(text: str) -> str:
    """Return ``text`` as SQuAD compares it: lower case, no punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(said: str, wanted: str) -> float:
    """Return 1.0 when both are equal after normalisation, else 0.0."""
    return float(normalised(said) == normalised(wanted))


def token_f1(said: str, wanted: str) -> float:
    """Return the harmonic mean of precision and recall over normalised tokens."""
    mine, theirs = normalised(said).split(), normalised(wanted).split()
    if not mine or not theirs:
        return float(mine == theirs)
    common = sum((Counter(mine) & Counter(theirs)).values())
    return 2 * common / (len(mine) + len(theirs))


def auroc(records: Sequence[Record]) -> float | None:
    """Return the chance that an answerable question has more confidence than an unanswerable one; ties count half."""
    wanted = np.array([item.answerable for item in records], dtype=bool)
    confidence = np.array([item.confidence for item in records])
    if wanted.all() or not wanted.any():
        return None
    from scipy.stats import mannwhitneyu

    higher = mannwhitneyu(confidence[wanted], confidence[~wanted]).statistic
    return float(higher / (wanted.sum() * (~wanted).sum()))


def risk_coverage(records: Sequence[Record]) -> list[RiskPoint]:
    """Return risk at each coverage, answering the most confident first; equal confidences are answered together.

    An answer to an unanswerable question is wrong; a declined one counts as the answer it withheld.
    """
    order = sorted(records, key=lambda item: -item.confidence)
    points: list[RiskPoint] = []
    wrong = 0
    for number, item in enumerate(order, start=1):
        wrong += not item.right_if_answered
        if number == len(order) or order[number].confidence < item.confidence:
            points.append(
                RiskPoint(threshold=item.confidence, coverage=number / len(order), risk=round(wrong / number, 6))
            )
    return points


def area_under_risk_coverage(records: Sequence[Record]) -> float | None:
    """Return the mean risk over all coverages from one question to all, in [0, 1].

    Inside a group of equal confidences every order is as likely: each counts with the group's share of wrong ones.
    """
    if not records:
        return None
    wrong: NDArray[np.float64] = np.array([not item.right_if_answered for item in records], dtype=float)
    _, group, sizes = np.unique([-item.confidence for item in records], return_inverse=True, return_counts=True)
    risks = np.repeat(np.bincount(group, weights=wrong) / sizes, sizes)
    return float((np.cumsum(risks) / np.arange(1, len(records) + 1)).mean())


def pairs_right(records: Sequence[Record]) -> list[float]:
    """Return 1.0 for each complete pair of questions of which both were answered right, else 0.0."""
    pairs: dict[str, list[bool]] = {}
    for item in records:
        if item.pair is not None:
            pairs.setdefault(item.pair, []).append(item.verdict is Verdict.RIGHT)
    return [float(all(both)) for both in pairs.values() if len(both) == 2]


def _cited_share(record: Record) -> float:
    """Share of gold quotes with a citation on them: by half of the shorter of quote and citation."""
    if not record.evidence:
        return 0.0
    cited = 0
    for item in record.evidence:
        if item.start is None:
            continue
        end = item.start + len(item.quote)
        for citation in record.citations:
            overlap = min(end, citation.end) - max(item.start, citation.start)
            needed = min(len(item.quote), citation.end - citation.start) / 2
            if citation.article == item.article and overlap >= needed:
                cited += 1
                break
    return cited / len(record.evidence)
