"""Sentences with cited passages, labelled true or altered: what a citation checker is measured on, as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from eval.gold import Problem, hash_share, numbered_lines, problems_of
from eval.gold_form import Day, Fault, GoldFormError, StrictForm, Text, read_form
from rag.errors import NewsdeskError

PAIRS = Path(__file__).parent / "checks" / "pairs.jsonl"
TUNING_SHARE = 0.5


class PairError(NewsdeskError):
    """A file of pairs, or a line of one, that cannot be used."""


class Label(StrEnum):
    """Whether the cited passages say what the sentence says."""

    TRUE = "true"
    ALTERED = "altered"


class PairSplit(StrEnum):
    """Rules and thresholds may be tuned on TUNING only; TEST is for reporting."""

    TUNING = "tuning"
    TEST = "test"


KINDS: Mapping[Label, tuple[str, ...]] = {
    Label.TRUE: (
        "paraphrase", "compression", "date_reworded", "number_reworded", "short_name", "negation_kept",
        "modality_kept", "combination", "quoted_words", "voice_turned", "attribution",
    ),
    Label.ALTERED: (
        "number", "date", "name", "direction", "negation", "invented_detail", "wrong_passage", "role_swap",
        "modality", "overreach",
    ),
}  # fmt: skip
"""What was done to the passage's words, or what is wrong with the sentence; README.md in the folder explains them."""


@dataclass(frozen=True, kw_only=True)
class Citing:
    """A cited passage: an exact substring of the article's text, of one to four whole sentences."""

    article_id: str
    quote: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A sentence of an answer and the passages that it cites.

    ``label`` tells whether the passages, with title, publisher and date of their articles, support the sentence.
    ``of`` is the id of the true pair that an altered one was made from. ``as_of`` is the day on which the sentence
    is written, where words such as "last month" depend on it.
    """

    id: str
    sentence: str
    passages: tuple[Citing, ...]
    label: Label
    kind: str
    of: str | None = None
    as_of: date | None = None
    note: str = ""

    @property
    def split(self) -> PairSplit:
        """TUNING or TEST, by a hash of the id; an altered pair falls together with the one it was made from."""
        return PairSplit.TUNING if hash_share(self.of or self.id) < TUNING_SHARE else PairSplit.TEST


class _PairForm(StrictForm):
    """All fields of a line."""

    id: Text
    sentence: Text
    articles: Annotated[tuple[Text, ...], Field(min_length=1)]
    quotes: Annotated[tuple[Text, ...], Field(min_length=1)]
    label: Label
    kind: Text
    of: Text | None = None
    as_of: Day | None = None
    note: str = ""


_REMEDIES = {
    "id": 'Write a text that no other pair has, such as "c-0017".',
    "sentence": "Write the sentence as a text.",
    "articles": 'Write a list of article ids, one for each cited passage: ["2025-11-20-luma-ai-900-million"].',
    "quotes": "Write a list of passages, word for word, one for each of the articles.",
    "label": 'Write "true" or "altered".',
    "kind": "Write one of the kinds that eval/checks/README.md lists for the label.",
    "of": "Write the id of the true pair that this one was made from, or leave it out.",
    "as_of": 'Write a day as "YYYY-MM-DD", or leave it out.',
    "note": "Write a text, or leave it out.",
}
"""What to write into each field."""


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """Read a file of pairs, the bundled one by default, in its order.

    Raises PairError naming file, line and field for the first line that cannot be used.
    """
    places: dict[str, int] = {}
    pairs: list[Pair] = []
    number = 0
    try:
        for number, text in numbered_lines(path):
            form = read_form(text, _PairForm, _REMEDIES)
            faults = list(_contradictions(form))
            if form.id in places:
                found, remedy = f"{form.id!r} stands at line {places[form.id]} too.", "Give each pair an id of its own."
                faults.insert(0, Fault(field="id", text=found, remedy=remedy))
            if faults:
                raise GoldFormError(faults)
            places[form.id] = number
            pairs.append(_pair(form))
    except GoldFormError as error:
        raise PairError(str(problems_of(error, path, number)[0])) from error
    true = {item.id for item in pairs if item.label is Label.TRUE}
    for item in pairs:
        if item.of is not None and item.of not in true:
            text = f"{item.of!r} is no true pair of this file."
            raise PairError(
                str(Problem(file=str(path), line=places[item.id], field="of", text=text, remedy=_REMEDIES["of"]))
            )
    return pairs


def _contradictions(form: _PairForm) -> Iterator[Fault]:
    if len(form.articles) != len(form.quotes):
        text = f"{len(form.quotes)} of them for {len(form.articles)} of the articles."
        yield Fault(field="quotes", text=text, remedy=_REMEDIES["quotes"])
    kinds = KINDS[form.label]
    if form.kind not in kinds:
        text = f"{form.kind!r} is no kind of a pair that is labelled {form.label}."
        yield Fault(field="kind", text=text, remedy=f"Write one of {', '.join(kinds)}, or mend the label.")
    if form.label is Label.TRUE and form.of is not None:
        text, remedy = "a true pair is made from no other.", "Take it out, or mend the label."
        yield Fault(field="of", text=text, remedy=remedy)


def _pair(form: _PairForm) -> Pair:
    return Pair(
        id=form.id,
        sentence=form.sentence,
        passages=tuple(
            Citing(article_id=article, quote=quote) for article, quote in zip(form.articles, form.quotes, strict=True)
        ),
        label=form.label,
        kind=form.kind,
        of=form.of,
        as_of=form.as_of,
        note=form.note,
    )
