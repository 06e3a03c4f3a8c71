"""The form of one line in a gold file: its fields, and whatever is wrong with them, all at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError

KINDS = (
    "fact", "explain", "multi", "compare", "time", "latest", "publisher", "conflict", "followup", "unanswerable",
)  # fmt: skip
"""The kinds of the bundled questions; a file may use others."""


REASONS = ("false premise", "wrong year", "wrong name", "not told", "not yet", "outside scope", "off topic")
"""Why the bundled articles do not answer a question; a file may give others."""


class Status(StrEnum):
    """Whether a person has approved a question; a draft is never counted."""

    APPROVED = "approved"
    DRAFT = "draft"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a ``field`` (empty: with the line as a whole), and what to do about it."""

    field: str
    text: str
    remedy: str


class GoldFormError(Exception):
    """A line that cannot be read; ``faults`` are all that were found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.text}" for fault in faults))
        self.faults = tuple(faults)


def _filled(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("no text")
    return value


def _day(value: object) -> date:
    # date.fromisoformat also reads week dates and dates without hyphens.
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("no date")
    found = date.fromisoformat(value)
    if found == date.max:
        raise ValueError("no day follows it")
    return found


Text = Annotated[str, BeforeValidator(_filled)]
Day = Annotated[date, BeforeValidator(_day)]


class StrictForm(BaseModel):
    """A JSON object that may have no other fields than those it declares."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class TurnForm(StrictForm):
    """An exchange before the question."""

    question: Text
    answer: Text


class EvidenceForm(StrictForm):
    """A quote from an article."""

    article: Text
    quote: Text


class PeriodForm(StrictForm):
    """Days, half-open: ``until`` is the first day after the period."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="until")


class ScopeForm(StrictForm):
    """A filter; what is not given is not limited."""

    start: Day | None = Field(None, alias="from")
    end: Day | None = Field(None, alias="until")
    publishers: tuple[Text, ...] = ()
    sections: tuple[Text, ...] = ()


class LineForm(StrictForm):
    """All fields of a line."""

    id: Text
    question: Text
    kind: Text
    answerable: StrictBool = True
    as_of: Day | None = None
    scope: ScopeForm | None = None
    period: PeriodForm | None = None
    conversation: tuple[TurnForm, ...] = ()
    standalone: Text | None = None
    answers: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    evidence: tuple[EvidenceForm, ...] = ()
    pair: Text | None = None
    reason: Text | None = None
    status: Status = Status.APPROVED
    note: str = ""


_FORMS = {
    "id": 'Write a text that no other question has, such as "law-017".',
    "question": "Write the question as a text.",
    "kind": f"Write a text such as {', '.join(KINDS)}, or a kind of your own.",
    "answerable": "Write true or false, without quotation marks.",
    "as_of": 'Write a day as "YYYY-MM-DD", or leave it out.',
    "scope": 'Write {"from": "YYYY-MM-DD", "until": "YYYY-MM-DD", "publishers": ["…"], "sections": ["…"]}, or parts of '
    "it.",
    "period": 'Write {"from": "YYYY-MM-DD", "until": "YYYY-MM-DD"}, the second day being the first after the period.',
    "conversation": 'Write a list of {"question": "…", "answer": "…"}, the oldest first.',
    "standalone": "Write the question as it would be asked without the conversation, or leave it out.",
    "answers": 'Write a list with one list of accepted wordings for each wanted part: [["$3 billion", "$3bn"]].',
    "evidence": 'Write a list of {"article": "the article\'s id", "quote": "its words"}.',
    "pair": "Write a text that exactly two questions have, or leave it out.",
    "reason": f"Write why the articles do not say, such as {', '.join(REASONS)}, or leave it out.",
    "status": 'Write "approved" or "draft".',
    "note": "Write a text, or leave it out.",
}
"""What to write into each field, for the remedies."""


def parse_line(line: str) -> LineForm:
    """Read one line.

    Raises GoldFormError with everything that is wrong with its fields, or with what they say together.
    """
    form = read_form(line, LineForm, _FORMS)
    faults = list(_contradictions(form))
    if faults:
        raise GoldFormError(faults)
    return form


Form = TypeVar("Form", bound=StrictForm)


def read_form(line: str, form: type[Form], remedies: Mapping[str, str]) -> Form:
    """Read a line with one JSON object of a ``form``; ``remedies`` tell for each field what to write into it.

    Raises GoldFormError with everything that is wrong with the fields.
    """
    try:
        record = json.loads(line, object_pairs_hook=_without_repetition)
        # JSON allows half a surrogate pair (\ud800), but nothing can print or hash it.
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        text, remedy = "a text holds half a character.", "Take the \\ud800-like code out, or write both halves."
        raise GoldFormError([Fault(field="", text=text, remedy=remedy)]) from error
    except ValueError as error:
        raise GoldFormError(
            [Fault(field="", text=f"not JSON ({error}).", remedy="Write one object a line.")]
        ) from error
    except RecursionError as error:
        raise GoldFormError([Fault(field="", text="nested too deep.", remedy="Write one object a line.")]) from error
    if not isinstance(record, dict):
        raise GoldFormError([Fault(field="", text="not a JSON object.", remedy="Write one object a line.")])
    try:
        return form.model_validate(record)
    except ValidationError as error:
        raise GoldFormError([_fault(item, form, remedies) for item in error.errors(include_url=False)]) from error


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            remedy = "Take one of them out."
            raise GoldFormError(
                [Fault(field=ascii(name)[1:-1] or '""', text="the field comes twice in one object.", remedy=remedy)]
            )
        found[name] = value
    return found


def _fault(error: Any, whole: type[StrictForm], remedies: Mapping[str, str]) -> Fault:
    """Put one of pydantic's errors into our words: it names the field in full, the remedy is the field's own."""
    location = error["loc"]
    field = ".".join(str(part) or '""' for part in location)
    if error["type"] == "extra_forbidden":
        form = _form_at(location[:-1]) if location[:-1] else whole
        known = ", ".join(item.alias or name for name, item in form.model_fields.items())
        return Fault(field=field, text="is not a known field.", remedy=f"Mend its name or take it out. Known: {known}.")
    remedy = remedies[str(location[0])]
    if error["type"] == "missing":
        return Fault(field=field, text="is missing.", remedy=remedy)
    return Fault(field=field, text=f"{_shown(error['input'])} is not of the right form.", remedy=remedy)


def _form_at(location: Sequence[str | int]) -> type[BaseModel]:
    forms: dict[str, type[BaseModel]] = {
        "scope": ScopeForm,
        "period": PeriodForm,
        "conversation": TurnForm,
        "evidence": EvidenceForm,
    }
    return forms[str(location[0])]


def _shown(value: object, *, longest: int = 60) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _contradictions(form: LineForm) -> Iterator[Fault]:
    if form.answerable:
        for name, value in (("answers", form.answers), ("evidence", form.evidence)):
            if not value:
                remedy = f"{_FORMS[name]} Or set answerable to false."
                yield Fault(field=name, text="an answerable question needs some.", remedy=remedy)
        if form.kind == "unanswerable":
            remedy = "Set answerable to false, or change the kind."
            yield Fault(field="kind", text="the kind is unanswerable, the question is answerable.", remedy=remedy)
        if form.reason:
            remedy = "Take it out, or set answerable to false."
            yield Fault(field="reason", text="it tells why the articles do not say, yet they do.", remedy=remedy)
    else:
        for name, value in (("answers", form.answers), ("evidence", form.evidence)):
            if value:
                remedy = "Take them out, or set answerable to true."
                yield Fault(field=name, text="an unanswerable question has none.", remedy=remedy)
    for name, period in (("scope", form.scope), ("period", form.period)):
        if period is not None and period.start and period.end and not period.start < period.end:
            text = f"it begins on {period.start} and ends before {period.end}."
            remedy = "until is the first day after the period: write a later one."
            yield Fault(field=f"{name}.until", text=text, remedy=remedy)
        if period is not None and form.as_of and period.start and period.start > form.as_of:
            text = f"it begins on {period.start}, after the as-of date {form.as_of}."
            yield Fault(field=f"{name}.from", text=text, remedy="Write an earlier day, or a later as_of.")
    if form.conversation and (form.standalone is None or form.standalone.strip() == form.question.strip()):
        text = "a question with a conversation needs its wording without one."
        yield Fault(field="standalone", text=text, remedy=_FORMS["standalone"])
    if form.kind == "followup" and not form.conversation:
        text = "a question of kind followup needs what was said before it."
        yield Fault(field="conversation", text=text, remedy=_FORMS["conversation"])
