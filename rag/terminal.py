"""An answer in a terminal while it grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.model_text import visible
from rag.schema import Answer

if TYPE_CHECKING:
    from rich.console import Console

UPDATES_A_SECOND = 8


def follow(answers: Iterable[Answer], console: Console) -> Answer:
    """Show what has been written so far, take it away at the end, and return the complete answer.

    Nothing is shown where the console is no terminal.
    """
    from rich.live import Live
    from rich.text import Text

    last: Answer | None = None
    with Live(console=console, transient=True, refresh_per_second=UPDATES_A_SECOND) as live:
        for last in answers:
            if console.is_terminal and not last.complete:
                live.update(Text(_so_far(last)))
    if last is None:
        raise ValueError("an answer has at least one state")
    return last


def _so_far(answer: Answer) -> str:
    """Return the sentences so far, and before the first what is being done and the quotes that were found."""
    if answer.text or answer.generation is None:
        return visible(answer.text)
    quotes = "\n".join(f"[{item.number}] “{visible(item.quote)}”" for item in answer.citations)
    return f"Writing from {answer.generation.passages} passages…\n\n{quotes}"
