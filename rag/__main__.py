"""Ask on the command line: ``python -m rag ask "…"``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rag.config import describe_settings, read_settings
from rag.errors import NewsdeskError, QuestionError
from rag.generation import Generation
from rag.record import as_record
from rag.schema import (
    Answer,
    AnswerStatus,
    Layout,
    LimitKind,
    Question,
    Scope,
    Sentence,
    Turn,
    end_of_day,
)
from rag.statements import stated

if TYPE_CHECKING:
    from rag.engine import Engine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for an error, 4 when the archive does not say."""
    parser = argparse.ArgumentParser(
        prog="python -m rag",
        description="Ask the archive.",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", help="folder of the archive (NEWSDESK_DATA)")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    ask = commands.add_parser("ask", help="answer a question from the archive")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="JSON on standard output")
    chat = commands.add_parser("chat", help="answer one question a line, follow-ups too, until the input ends")
    chat.set_defaults(question=None, json=False)
    for command in (ask, chat):
        _add_limits(command)
    parsed = parser.parse_args(arguments)
    try:
        question = Question(
            text=parsed.question or "",
            as_of=None if parsed.as_of is None else end_of_day(day(parsed.as_of, "--as-of")),
            scope=Scope(
                published_from=None if parsed.since is None else day(parsed.since, "--from"),
                published_until=None if parsed.until is None else end_of_day(day(parsed.until, "--to")),
                publishers=tuple(parsed.publisher),
                sections=tuple(parsed.section),
            ),
            unread=tuple(LimitKind) if parsed.literal else (),
        )
        from rag.engine import open_engine

        with open_engine(read_settings(data=parsed.data), writer=False) as engine:
            if parsed.question is None:
                return _chat(engine, question, sys.stdin)
            answer = engine.ask(question) if parsed.json else _followed(engine, question)
    except NewsdeskError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(as_record(answer), ensure_ascii=False, indent=2) if parsed.json else as_text(answer))
    return 0 if answer.status is AnswerStatus.ANSWERED else 4


def _add_limits(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as-of", metavar="DATE", help="use nothing published after this day (YYYY-MM-DD)")
    command.add_argument("--from", dest="since", metavar="DATE", help="only articles published on or after this day")
    command.add_argument("--to", dest="until", metavar="DATE", help="only articles published on or before this day")
    command.add_argument("--publisher", action="append", default=[], help="only this publisher; repeatable")
    command.add_argument("--section", action="append", default=[], help="only this section; repeatable")
    command.add_argument(
        "--literal",
        action="store_true",
        help="read no period, publisher or kind of article out of the question's words",
    )


def _chat(engine: Engine, limits: Question, lines: Iterable[str]) -> int:
    """Answer every line after those before it; return 0. A question that cannot be asked ends nothing."""
    from rag.turns import turn_of

    turns: list[Turn] = []
    for line in lines:
        if not line.strip():
            continue
        try:
            answer = _followed(engine, replace(limits, text=line.strip(), conversation=tuple(turns)))
        except QuestionError as error:
            print(f"error: {error}\n", file=sys.stderr)
            continue
        if answer.understanding and answer.understanding.rewritten:
            print(f"(read as: {answer.understanding.text})")
        print(as_text(answer), end="\n\n", flush=True)
        turns.append(turn_of(answer))
    return 0


def _followed(engine: Engine, question: Question) -> Answer:
    """Return the complete answer, which a terminal shows while it grows."""
    if not sys.stdout.isatty():
        return engine.ask(question)
    from rich.console import Console

    from rag.terminal import follow

    return follow(engine.stream(question), Console())


def day(text: str, name: str) -> datetime:
    """Read an ISO date as midnight UTC; raises QuestionError naming the option."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise QuestionError(f"{name} takes a date such as 2025-12-11, not {text!r}.") from None


def as_text(answer: Answer) -> str:
    """Return an answer for reading in a terminal."""
    lines: list[str] = []
    limits = stated(answer)
    if answer.status is AnswerStatus.ANSWERED:
        lines += [f"{limits}:"] * bool(limits) + [_body(answer), ""]
        lines += [f"Note: {note.text}" for note in answer.notes] + [""] * bool(answer.notes)
        for citation in answer.citations:
            article = citation.article
            lines.append(
                f"[{citation.number}] {article.title} ({article.credit}, {article.published_at or 'date unknown'})"
            )
            if article.may_be_worded_after(answer.as_of):
                lines.append(
                    f"    updated {article.modified_at}, after the as-of date: its earlier wording is not held"
                )
            lines.append(f"    “{citation.quote}”")
            lines.append(f"    {article.url or article.source}")
    else:
        lines.append(f"{limits}, the archive does not say." if limits else "The archive does not say.")
        lines += [f"Note: {note.text}" for note in answer.notes]
        if answer.nearest:
            lines += ["", "Nearest articles (they do not answer the question):"]
        for item in answer.nearest:
            lines.append(
                f"  - {item.article.title} ({item.article.credit}, {item.article.published_at or 'date unknown'})"
            )
    lines += ["", _footer(answer)]
    return "\n".join(lines)


def _body(answer: Answer) -> str:
    """Return the answer's text, a timeline with an entry on each line."""
    if answer.layout is Layout.PROSE:
        return " ".join(
            f"~~{item.text}~~ ({'; '.join(item.reasons)})"
            if item.is_struck
            else replace(answer, sentences=(item,)).text
            for item in answer.sentences
        )
    return "\n".join(f"- {_alone(answer, sentence)}" for sentence in answer.sentences)


def _alone(answer: Answer, sentence: Sentence) -> str:
    return replace(answer, sentences=(sentence,)).text


def _footer(answer: Answer) -> str:
    as_of = (answer.as_of - timedelta(microseconds=1)).date().isoformat()
    times = ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in answer.seconds.items())
    support = f" ({answer.support.value})" if answer.support else ""
    written = f" · {_written_by(answer.generation)}" if answer.generation else ""
    return f"as of {as_of} · confidence {answer.confidence:.2f}{support} · {times}{written}"


def _written_by(generation: Generation) -> str:
    """Return which model took part, what it used, and what that cost."""
    verb = "not written by" if generation.failure else "written by"
    counts = (generation.prompt_tokens, generation.answer_tokens)
    tokens = "" if None in counts else f", {counts[0]:,} + {counts[1]:,} tokens"
    cost = "" if generation.cost is None else f", cost {generation.cost:.6f}"
    return f"{verb} {generation.model} from {generation.passages} passages{tokens}{cost}"


if __name__ == "__main__":
    sys.exit(main())
