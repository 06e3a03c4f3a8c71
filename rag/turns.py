"""A conversation as the page shows it: one turn after another, each growing until it is complete."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from rag import render
from rag.chips import Chip, chips_of
from rag.errors import NewsdeskError
from rag.schema import Answer, Question, Turn, Understanding

if TYPE_CHECKING:
    from rag.engine import Engine

UPDATES_A_SECOND = 12
FAILURE = "Something failed inside Newsdesk; its log says what. Ask again, or ask in other words."
_log = logging.getLogger("newsdesk.page")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One turn as the page shows it; ``turn`` is None while it grows and when it failed.

    ``asked`` is what was asked, ``understanding`` how it was read, and ``chips`` which limits came out of its words.
    ``reading`` is the question that a follow-up was rewritten to, else empty, and ``rewording``
    whether it was put into the box to be edited; ``answered`` is the complete answer. ``conversation`` tells which of
    a session's conversations it belongs to.
    """

    number: int
    question: Markup
    answer: Markup
    evidence: Markup
    turn: Turn | None = None
    growing: bool = False
    asked: Question | None = None
    understanding: Understanding | None = None
    chips: tuple[Chip, ...] = ()
    reading: str = ""
    rewording: bool = False
    answered: Answer | None = None
    conversation: int = 0


def belonging(exchanges: Sequence[Exchange], conversation: int | None) -> tuple[Exchange, ...]:
    """Return the exchanges of ``conversation``; all of them where None has been begun anew.

    A question may be asked before the page's state was emptied by the new conversation that it belongs to.
    """
    return tuple(item for item in exchanges if conversation is None or item.conversation == conversation)


def paced(
    answers: Iterable[Answer], *, rate: float = UPDATES_A_SECOND, clock: Callable[[], float] = time.monotonic
) -> Iterator[Answer]:
    """Yield the first answer, then at most ``rate`` a second, and always the last."""
    due, held = float("-inf"), None
    for answer in answers:
        held = answer
        if answer.complete or clock() >= due:
            yield answer
            due, held = clock() + 1 / rate, None
    if held is not None:
        yield held


def turn_of(answer: Answer) -> Turn:
    """Return what later questions may refer to: how the question was read, what was said, what was put in bold."""
    read = answer.understanding
    return Turn(
        question=answer.question.text,
        answer=answer.text or render.ABSTENTION,
        standalone=read.text if read else "",
        carried=read.carried if read else (),
        named=tuple(sentence.text[slice(*sentence.highlight)] for sentence in answer.sentences if sentence.highlight),
    )


def converse(engine: Engine, conversation: Sequence[Exchange], question: Question) -> Iterator[Exchange]:
    """Yield the turn after ``conversation`` as it grows; an error becomes a turn that says what to do."""
    number = conversation[-1].number + 1 if conversation else 1
    failed = Exchange(
        number=number,
        question=render.render_question(question.text),
        answer=Markup(),
        evidence=Markup(),
        asked=question,
    )
    try:
        count = render.plural(engine.overview().articles, "article")
        yield replace(failed, answer=render.render_waiting(f"Searching {count}…"), growing=True)
        for answer in paced(engine.stream(question)):
            read = answer.understanding
            reading = read.text if read and read.rewritten else ""
            yield replace(
                failed,
                question=render.render_question(question.text, reading=reading),
                answer=render.render_answer(answer, number),
                evidence=render.render_evidence(answer, number),
                turn=turn_of(answer) if answer.complete else None,
                reading=reading,
                answered=answer if answer.complete else None,
                growing=not answer.complete,
                understanding=answer.understanding,
                chips=chips_of(answer.understanding, answer.as_of) if answer.complete else (),
            )
    except NewsdeskError as error:
        yield replace(failed, answer=render.render_notice(str(error)))
    except Exception:
        _log.exception("a question could not be answered")
        yield replace(failed, answer=render.render_notice(FAILURE))
