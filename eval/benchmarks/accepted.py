"""The accepted answers of a quiz question, and whether one stands in a text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from eval.measures import normalised

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_NOT_A_WORD = re.compile(r"[^\w\s]")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def words_of(text: str) -> str:
    """Return ``text`` for a search of words in it: lower case, spaces for punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", _NOT_A_WORD.sub(" ", text.lower())).split())


def holds(text: str, answers: tuple[str, ...]) -> bool:
    """Return whether one of ``answers`` stands in ``text``, as whole words and as ``words_of`` sees both."""
    around = f" {words_of(text)} "
    return any(wanted and f" {wanted} " in around for wanted in map(words_of, answers))


def accepted_answers(answer: object, choices: object) -> tuple[str, ...]:
    """Return the accepted answers: places in ``choices`` (a number, or digits as text) or words, one or a list.

    Words count as they are, digits that are no place only where a choice is these digits. Nothing usable: empty.
    """
    if isinstance(choices, Mapping):
        choices = list(choices.values())
    texts = [plain(str(item)) for item in choices] if isinstance(choices, list | tuple) else []
    found: list[str] = []
    for item in answer if isinstance(answer, list | tuple) else [answer]:
        if isinstance(item, bool) or not isinstance(item, int | float | str):
            continue
        said = plain(str(int(item) if isinstance(item, float) and item.is_integer() else item))
        if said.isdecimal() and int(said) < len(texts):
            found.append(texts[int(said)])
        elif said in texts or (isinstance(item, str) and len(said) > 1 and not said.isdecimal()):
            found.append(said)
    # An answer of which nothing is left to compare would be met by saying nothing.
    return tuple(item for item in dict.fromkeys(found) if normalised(item))


def plain(text: str) -> str:
    """Return ``text`` on one line without tags, and with characters for its entities."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
