"""How much of the articles an embedding model reads: what lies past its limit is dropped without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.schema import Article

Reach = Callable[[str], int]
"""Takes a text that is to be embedded and returns how many of its first characters the model reads."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedText:
    """What was given to the model: ``text[lead:]`` stands in the article from character ``start`` on.

    The first ``lead`` characters are title, date and the like, put in front.
    """

    article_id: str
    start: int
    lead: int
    text: str


def reach_of(folder: Path, max_tokens: int) -> Reach:
    """Return the reach of the model in ``folder``, which reads ``max_tokens`` with the special ones.

    Raises ModelError without a readable tokenizer.
    """
    from rag.encoders import load_tokenizer, token_offsets

    tokenizer = load_tokenizer(folder)
    pieces = max_tokens - tokenizer.num_special_tokens_to_add(False)

    def reach(text: str) -> int:
        offsets = token_offsets(tokenizer, text)
        return len(text) if len(offsets) <= pieces else offsets[pieces - 1][1]

    return reach


def characters_of(articles: Iterable[Article]) -> int:
    """Return how many characters the articles' texts have, white space not counted."""
    return sum(len("".join(article.text.split())) for article in articles)


def characters_read(articles: Iterable[Article], given: Iterable[EmbeddedText], reach: Reach) -> int:
    """Return how many of ``characters_of(articles)`` the model read; one that it read twice counts once."""
    texts = {article.id: article.text for article in articles}
    read = {article_id: bytearray(len(text)) for article_id, text in texts.items()}
    for item in given:
        amount = max(0, reach(item.text) - item.lead)
        marks = read[item.article_id]
        end = min(item.start + amount, len(marks))
        marks[item.start : end] = b"\x01" * (end - item.start)
    return sum(
        1
        for article_id, text in texts.items()
        for character, mark in zip(text, read[article_id], strict=True)
        if mark and not character.isspace()
    )
