"""Gold question–answer pairs: JSON Lines, one question a line, checked before they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path

from eval.gold_form import Fault, GoldFormError, LineForm, ScopeForm, Status, parse_line
from rag.errors import NewsdeskError
from rag.schema import Question, Scope, Turn, end_of_day

FOLDER = Path(__file__).parent / "gold"
DEV_SHARE = 0.6


class GoldError(NewsdeskError):
    """A gold file, or a line of one, that cannot be used."""


class Split(StrEnum):
    """Thresholds and weights may be tuned on DEV only; TEST is for reporting."""

    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A quote that supports an answer: an exact substring of the article's text."""

    article_id: str
    quote: str


@dataclass(frozen=True, kw_only=True)
class Period:
    """Moments from ``start`` up to but without ``end``."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class GoldQuestion:
    """One gold question; ``answers`` holds the wanted parts, each with its accepted aliases.

    ``standalone`` is the question a person would ask without the conversation before it. ``period`` is
    when the articles asked for in the question's words were published; unlike the question's scope it
    filters nothing, and serves only to measure whether the cited articles lie in it. ``reason`` is why the
    articles do not answer an unanswerable question, where that is told.
    """

    id: str
    question: Question
    standalone: str
    answers: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]
    kind: str
    answerable: bool
    pair: str | None
    note: str
    period: Period | None = None
    reason: str | None = None
    status: Status = Status.APPROVED

    @property
    def split(self) -> Split:
        """DEV or TEST, by a hash of the id, or of the pair so that both halves fall together."""
        return Split.DEV if hash_share(self.pair or self.id) < DEV_SHARE else Split.TEST


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What must be mended in a gold file, or with ``warning`` only be looked at.

    ``line`` counts from 1; it is 0, and ``field`` is empty, where the whole file or line is meant.
    """

    file: str
    line: int
    field: str
    text: str
    remedy: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        field = f"field {self.field}: " if self.field else ""
        return f"{place}: {'warning: ' if self.warning else ''}{field}{self.text} {self.remedy}"


@dataclass(frozen=True, kw_only=True)
class GoldLine:
    """A question and where it stands; ``number`` counts the lines of the file from 1."""

    file: str
    number: int
    question: GoldQuestion

    def problem(self, field: str, text: str, remedy: str, *, warning: bool = False) -> Problem:
        """Return a problem of this line."""
        return Problem(file=self.file, line=self.number, field=field, text=text, remedy=remedy, warning=warning)


@dataclass(frozen=True, kw_only=True)
class GoldLines:
    """What gold ``files`` hold: the lines that can be read, drafts too, and the problems of all others."""

    files: tuple[str, ...]
    lines: tuple[GoldLine, ...]
    problems: tuple[Problem, ...]


def hash_share(key: str) -> float:
    """Return where the hash of a key falls in [0, 1): the same on every machine, and evenly spread over many keys."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:8]) / 2**64


def gold_files(paths: Iterable[Path] = ()) -> list[Path]:
    """Return ``paths``, or the bundled gold files when there is none."""
    return list(paths) or sorted(FOLDER.glob("*.jsonl"))


def read_gold(paths: Iterable[Path] = (), *, drafts: bool = False) -> list[GoldQuestion]:
    """Read gold files, the bundled ones by default, in order; drafts are left out unless ``drafts``.

    Raises GoldError naming file, line and field for the first line that cannot be used, be it a draft.
    """
    found = read_lines(paths)
    if found.problems:
        raise GoldError(str(found.problems[0]))
    return [item.question for item in found.lines if drafts or item.question.status is not Status.DRAFT]


def count_drafts(paths: Iterable[Path] = ()) -> int:
    """Return how many lines of the gold files are drafts; raises GoldError as ``read_gold`` does."""
    return sum(item.status is Status.DRAFT for item in read_gold(paths, drafts=True))


def read_lines(paths: Iterable[Path] = ()) -> GoldLines:
    """Read every line of the gold files, the bundled ones by default, and note what is wrong with each."""
    lines: list[GoldLine] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    files = gold_files(paths)
    for file in files:
        try:
            texts = numbered_lines(file)
        except GoldFormError as error:
            problems.extend(problems_of(error, file, 0))
            continue
        for number, text in texts:
            try:
                form = parse_line(text)
                if form.id in places:
                    raise GoldFormError([_repeated(form.id, places[form.id])])
            except GoldFormError as error:
                problems.extend(problems_of(error, file, number))
                continue
            places[form.id] = f"{file}:{number}"
            lines.append(GoldLine(file=str(file), number=number, question=_question(form)))
    return GoldLines(files=tuple(map(str, files)), lines=tuple(lines), problems=tuple(problems))


def numbered_lines(file: Path) -> list[tuple[int, str]]:
    """Return the lines of a JSON Lines file that are not blank, each with its number, counted from 1.

    Raises GoldFormError when the file cannot be read.
    """
    try:
        # Not splitlines: JSON may hold other line separators of Unicode inside a text.
        texts = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        text, remedy = f"it cannot be read ({error}).", "Name a UTF-8 file with one JSON object a line."
        raise GoldFormError([Fault(field="", text=text, remedy=remedy)]) from error
    return [(number, text) for number, text in enumerate(texts, start=1) if text.strip()]


def problems_of(error: GoldFormError, file: Path, line: int) -> list[Problem]:
    """Return the faults of a line, or with ``line`` 0 of a file, with their place."""
    return [
        Problem(file=str(file), line=line, field=item.field, text=item.text, remedy=item.remedy)
        for item in error.faults
    ]


def _repeated(name: str, place: str) -> Fault:
    return Fault(field="id", text=f"{name!r} stands at {place} too.", remedy="Give each question an id of its own.")


def _question(form: LineForm) -> GoldQuestion:
    return GoldQuestion(
        id=form.id,
        question=Question(
            text=form.question,
            scope=_scope(form.scope),
            as_of=end_of_day(_midnight(form.as_of)) if form.as_of else None,
            conversation=tuple(Turn(question=turn.question, answer=turn.answer) for turn in form.conversation),
        ),
        standalone=form.standalone or form.question,
        answers=form.answers,
        evidence=tuple(Evidence(article_id=item.article, quote=item.quote) for item in form.evidence),
        kind=form.kind,
        answerable=form.answerable,
        pair=form.pair,
        note=form.note,
        period=Period(start=_midnight(form.period.start), end=_midnight(form.period.end)) if form.period else None,
        reason=form.reason,
        status=form.status,
    )


def _scope(form: ScopeForm | None) -> Scope:
    if form is None:
        return Scope()
    return Scope(
        published_from=_midnight(form.start) if form.start else None,
        published_until=_midnight(form.end) if form.end else None,
        publishers=form.publishers,
        sections=form.sections,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
