"""Content words brought to a common stem by their endings: enough to see that "valued" and "valuation" are kin."""

from __future__ import annotations

import re

from rag.english import FUNCTION_WORDS, words

FUNCTION = FUNCTION_WORDS | words(
    """such own other others mr ms mrs hundred thousand million billion trillion percent cent dollar dollars about
    around roughly nearly almost approximately january february march april june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday year years month months week weeks day days
    ago said says say reported reports according told"""
)
_ENDINGS = (
    "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ies", "ied", "ers", "er", "ed", "es", "ly",
    "al", "s", "e",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w’'-]*[^\W_]|[^\W\d_]")
LEAST = 3


def stem(word: str) -> str:
    """Return ``word``, in lower case, without its ending and possessive; never shorter than three letters."""
    word = re.sub(r"[’']s?$", "", word.lower())
    if word in ("user", "users"):
        return "user"  # else it would be one with "us"
    for _ in range(2):  # "covered" and "covers" meet only at the second ending
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= LEAST:
                word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
                break
    if len(word) > LEAST and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word


def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of ``text`` that carry meaning; numbers are none."""
    return frozenset(stem(word) for word in _WORD.findall(text) if word.lower() not in FUNCTION)
