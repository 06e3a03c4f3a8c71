"""The measures of answers that a language model wrote; a question that no model was asked for has none."""

from __future__ import annotations

from collections.abc import Mapping

from eval.record import Record, SentenceRecord
from rag.schema import Verdict

STRUCK = frozenset({Verdict.UNSUPPORTED.value, Verdict.UNCITED.value})
_SHARES = {
    "sentences supported": Verdict.SUPPORTED,
    "sentences partly supported": Verdict.PARTLY,
    "sentences not supported": Verdict.UNSUPPORTED,
    "sentences without a source": Verdict.UNCITED,
}
WRITTEN: Mapping[str, str] = {
    "model's answer shown": "questions put to the model whose answer, or finding that there is none, is shown; the "
    "others are quoted",
    "sentences supported": "share of the sentences that the model wrote, shown or not, that the cited passages say, by "
    "our check",
    "sentences partly supported": "share of them of which a part is not found",
    "sentences not supported": "share of them that the cited passages do not say (struck out)",
    "sentences without a source": "share of them that name no passage and for which none was found (struck out)",
    "citations per sentence": "citations of a written answer's sentences that are not struck out, on the average",
    "answer in the words": "answerable questions put to the model of which every wanted part stands in what the answer "
    "says, quoted ones included",
    "tokens per question": "tokens of prompt and answer together, as the server counts them",
    "cost per question": "what these cost at the prices set",
    "seconds to the first token": "from the call to the first word, where there is one",
    "seconds of the model": "from the call to the end of the answer",
}
"""What each figure says, in the order of the report."""


def is_struck(sentence: SentenceRecord) -> bool:
    """Return whether a sentence is shown struck out."""
    return sentence.verdict in STRUCK


def written_values(record: Record) -> dict[str, float]:
    """Return the measures of one question that was put to a model; nothing for another."""
    made = record.generation
    if made is None:
        return {}
    values = {"model's answer shown": float(not made.failure), "seconds of the model": made.total}
    if record.answerable:
        values["answer in the words"] = float(record.stated)
    if made.verdicts:
        for name, verdict in _SHARES.items():
            values[name] = made.verdicts.count(verdict.value) / len(made.verdicts)
    kept = [item for item in record.sentences if item.verdict is not None and not is_struck(item)]
    if kept:
        values["citations per sentence"] = sum(len(item.citations) for item in kept) / len(kept)
    if made.prompt_tokens is not None and made.answer_tokens is not None:
        values["tokens per question"] = float(made.prompt_tokens + made.answer_tokens)
    if made.cost is not None:
        values["cost per question"] = made.cost
    if made.first_token is not None:
        values["seconds to the first token"] = made.first_token
    return values
