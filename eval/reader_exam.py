"""How well the reader finds the words that answer: exact match and token F1 on a file of SQuAD's format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.measures import exact_match, token_f1
from eval.reader_data import squad_questions
from rag.reader import Reader, Text


@dataclass(frozen=True, kw_only=True)
class Exam:
    """Over ``questions``: the mean exact match and the mean token F1 of the best span, in [0, 1], as SQuAD counts."""

    questions: int
    exact: float
    f1: float


def examine(
    file: Path, reader: Reader, *, limit: int | None, seed: int = 0, report: Callable[[str, int, int], None]
) -> Exam:
    """Let ``reader`` read the whole text of each question of ``file``, or of ``limit`` of them drawn with ``seed``.

    Of several accepted answers the one that fits best counts. Raises NewsdeskError for another format or no question.
    """
    asked = squad_questions(file, seed=seed)[:limit]
    exact = f1 = 0.0
    for number, item in enumerate(asked, start=1):
        (reading,) = reader.read(item.question, [Text(title="", text=item.text)])
        said = item.text[slice(*reading.span)] if reading.span else ""
        wanted = [item.text[start:end] for start, end in item.answers]
        exact += max(exact_match(said, one) for one in wanted)
        f1 += max(token_f1(said, one) for one in wanted)
        report("reading", number, len(asked))
    return Exam(questions=len(asked), exact=exact / len(asked), f1=f1 / len(asked))
