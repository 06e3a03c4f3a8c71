"""What a time in a question may belong to, and the words around it that tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from rag.english import FUNCTION_WORDS, is_plural, words
from rag.time_expressions import Expression


class Role(StrEnum):
    """What a time does: limit the articles, name a thing or happening, or nothing that can be resolved."""

    PUBLICATION = "publication"
    EVENT = "event"
    NONE = "none"


class Strength(IntEnum):
    """How surely a time is that of publication, so that the surest of several counts."""

    NOT = 0
    GATHERING = 1
    VERB = 2
    NEWS = 3


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """The role of one expression and how sure it is."""

    role: Role
    strength: Strength = Strength.NOT


EVENT, NONE = Attachment(role=Role.EVENT), Attachment(role=Role.NONE)
GATHERED = Attachment(role=Role.PUBLICATION, strength=Strength.GATHERING)
ASKED = Attachment(role=Role.PUBLICATION, strength=Strength.VERB)
OF_NEWS = Attachment(role=Role.PUBLICATION, strength=Strength.NEWS)

NEWS_WORDS = words(
    """news headline headlines story stories article articles reports coverage reporting updates developments
    happenings newsletters dispatches briefs stuff"""
)
_NO_NEWS = words(
    """annual quarterly yearly financial earnings transparency safety research inspection police government jobs labor
    labour economic sustainability audit expert expense crash impact progress love bedtime toy"""
)
_SUPERLATIVES = words("best worst top main major leading key most biggest-ever all-time notable important")
_NOT_SUPERLATIVE = words(
    """latest newest interest request protest invest contest arrest west test rest guest quest forest harvest suggest
    honest modest chest digest manifest vest nest pest conquest bequest interest self-interest midwest everest
    budapest bucharest pinterest"""
)
_TOKEN = re.compile(r"[a-z0-9$€£]+(?:['.&/+-]*[a-z0-9+]+)*'?|[^\s\w]")
_BOUNDARY = frozenset(',;:?!()—"“”')


def is_superlative(word: str) -> bool:
    """Whether ``word`` gathers the first of its kind: biggest, top, worst."""
    return word in _SUPERLATIVES or (word.endswith("est") and len(word) > 4 and word not in _NOT_SUPERLATIVE)


def heads_news(chunk: list[str]) -> bool:
    """Whether a noun chunk is about the news itself: "AI headlines", but not "annual reports"."""
    return bool(chunk) and chunk[-1] in NEWS_WORDS and not _NO_NEWS.intersection(chunk[:-1])


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The words around an expression, in lower case; ``left`` ends before what governs it.

    ``segment`` is the part of ``left`` behind the last comma or other mark, ``before_segment`` what lies before it.
    ``leading`` says that nothing but a greeting or a conjunction stands before the expression in its sentence.
    """

    question: str
    text: str
    expression: Expression
    left: list[str]
    segment: list[str]
    before_segment: list[str]
    right: str

    @property
    def leading(self) -> bool:
        """Whether the expression opens its sentence."""
        return all(word in _OPENINGS for word in self.segment) and (
            not self.before_segment or all(word in _OPENINGS or word in _BOUNDARY for word in self.sentence_before)
        )

    @property
    def sentence_before(self) -> list[str]:
        """The words of ``before_segment`` that belong to the same sentence."""
        ends = [index for index, word in enumerate(self.before_segment) if word in ("?", "!", ";", ":", ".")]
        return self.before_segment[ends[-1] + 1 :] if ends else self.before_segment

    def following(self) -> list[str]:
        """Return the noun chunk right behind the phrase: content words up to a function word or a mark."""
        chunk: list[str] = []
        for found in re.finditer(r"\s+([a-z$€£][\w'&/+.-]*)|(\S)", self.right):
            word = (found[1] or "").rstrip(".'")
            if not word or word in FUNCTION_WORDS or (found.start() != (chunk_end := found.start()) and chunk_end):
                break
            chunk.append(word.removesuffix("'s"))
            if re.match(r"[,;:?!.]", self.right[found.end() :]) or found[1].endswith("."):
                break
        return chunk

    def gathers(self, chunk: list[str]) -> bool:
        """Whether a noun chunk asks for many things of a period: "the biggest deals", "top lawsuits"."""
        return any(is_superlative(word) for word in chunk) and is_plural(chunk[-1])


_OPENINGS = words("and but so also hi hey hello ok okay please well then again now or specifically")


def surroundings(question: str, text: str, expression: Expression) -> Surroundings:
    """Return the words around ``expression`` in ``question``, whose readable form is ``text``."""
    left = [word.group() for word in _TOKEN.finditer(text[: expression.start])]
    cut = 0
    for index, word in enumerate(left):
        ends_sentence = word == "." and index and len(left[index - 1]) > 3
        if word in _BOUNDARY or ends_sentence:
            cut = index + 1
    return Surroundings(
        question=question,
        text=text,
        expression=expression,
        left=left,
        segment=left[cut:],
        before_segment=left[:cut],
        right=text[expression.phrase.end :],
    )
