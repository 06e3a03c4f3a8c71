"""A sentence that names an amount, a day, a person or a place → the draft of a question about it.

The draft is the sentence itself with a question word in the place of what it names. That is no good gold
question yet, since it repeats the article's words, but it is quickly turned into one by a person.
Rules over English news prose, no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.aliases import aliases
from eval.judge import says
from rag.schema import Article
from rag.sentence_parts import APPOSITION, ATTRIBUTION, HEDGES, is_surely_a_name
from rag.sentences import sentence_spans
from rag.spans import AnswerType, Span, names_in, spans_of

SHORTEST, LONGEST = 40, 240
"""Characters of a sentence that is asked about."""

_PRONOUNS = frozenset({
    "he", "she", "it", "they", "his", "her", "their", "its", "this", "that", "these", "those", "both", "all", "some",
    "such", "so", "but", "and", "or", "there", "then", "here", "we", "i", "you",
})  # fmt: skip
_DETERMINERS = re.compile(r"\b(?:a|an|the|its|his|her|their|this|that|another)(?: [a-z]+)? \Z")
_OTHER_AMOUNT = re.compile(r"(?:\d|illion|two|three|four|five|six|seven|eight|nine|ten) (?:or|to|and) \Z")
_TIME_WORDS = re.compile(r"\b(?:on|in|during) \Z")
_BARE_YEAR = re.compile(r"\d{4}")
_PLACE_WORDS = re.compile(r"\b(?:in|near|outside) (?:the )?\Z")
_OFFICES = re.compile(r" (?:and|(?:co-?)?(?:founder|chief|president|director|boss|executive|star|chair\w*|head)s?)\b")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A drafted question; ``quote`` is its sentence, ``answers`` are the accepted wordings of the one wanted part."""

    article_id: str
    asks_for: AnswerType
    question: str
    answers: tuple[str, ...]
    quote: str


def drafts_of(article: Article) -> list[Draft]:
    """Return every draft that the rules make of an article, in the order of its text; none for other languages."""
    if article.language is not None and not article.language.startswith("en"):
        return []
    found: list[Draft] = []
    for start, end in sentence_spans(article.text, "en"):
        sentence = article.text[start:end]
        if SHORTEST <= len(sentence) <= LONGEST and article.text.count(sentence) == 1 and _stands_alone(sentence):
            found.extend(_drafts(article, sentence))
    return found


def _drafts(article: Article, sentence: str) -> Iterator[Draft]:
    said = ATTRIBUTION.sub("", sentence).rstrip(" .;:,")
    for kind in (AnswerType.AMOUNT, AnswerType.TIME, AnswerType.PERSON, AnswerType.PLACE):
        for span in spans_of(kind, said):
            answer = said[span[0] : span[1]]
            question = _ASKED[kind](said, span, article.text)
            if question is None or says(question, answer) or not _names_something(question, article.text):
                continue
            accepted = _with_surname(answer, article.text) if kind is AnswerType.PERSON else aliases(answer)
            yield Draft(
                article_id=article.id,
                asks_for=kind,
                question=question[0].upper() + question[1:] + "?",
                answers=accepted,
                quote=sentence,
            )


def _stands_alone(sentence: str) -> bool:
    """Return whether a sentence can be understood without the one before it, as far as its first word tells."""
    first = re.match(r"[A-Z$€£]?[\w’'-]*", sentence)
    word = first.group().lower() if first else ""
    return bool(word) and word not in _PRONOUNS and sentence.count('"') % 2 == 0 and sentence[-1] in ".!"


def _asked_for_amount(said: str, span: Span, _text: str) -> str | None:
    before, answer, after = said[: span[0]], said[span[0] : span[1]], said[span[1] :]
    hedge = HEDGES.search(before)
    before = before[: hedge.start()] if hedge else before
    if not before or "-" in answer or after[:1] == "-" or _DETERMINERS.search(before) or _OTHER_AMOUNT.search(before):
        return None
    if answer[0] in "$€£¥":
        return f"{before}how much{after}"
    if answer.endswith(("%", "percent", "per cent")):
        return f"{before}what percentage{after}"
    counted = re.fullmatch(r"\S+(?: (?:thousand|million|billion|trillion))? ([a-z]+s|people)", answer)
    if counted:
        return f"{before}how many {counted[1]}{after}"
    if _DIGIT.match(answer) and re.match(r" [a-z]+s\b", after) and not before.endswith(("in ", "of ")):
        return f"{before}how many{after}"
    return None


def _asked_for_time(said: str, span: Span, _text: str) -> str | None:
    before, answer, after = said[: span[0]], said[span[0] : span[1]], said[span[1] :]
    preposition = _TIME_WORDS.search(before)
    if (
        not before
        or before.startswith("When ")
        or not _DIGIT.search(answer)
        or (preposition is None and _BARE_YEAR.fullmatch(answer))
    ):
        return None
    if preposition is None and not re.search(r"\b(?:for|until|since|by|from) \Z", before):
        return None
    kept = before[: preposition.start()] if preposition else before
    if "," in answer and re.match(r", (?:that|[a-z]+ed)\b", after):
        after = after[1:]  # the comma of ", 2024,"
    return f"{kept}when{after}" if kept.strip() else None


def _asked_for_name(said: str, span: Span, text: str) -> str | None:
    name, after = said[span[0] : span[1]], said[span[1] :]
    if span[0] != 0 or len(name) < 3 or " and " in name or not is_surely_a_name(name, text):
        return None
    after = APPOSITION.sub("", after, count=1) if after.startswith(",") else after
    return f"who or what{after}" if re.match(r" [a-z]", after) and not _OFFICES.match(after) else None


def _asked_for_place(said: str, span: Span, _text: str) -> str | None:
    before, after = said[: span[0]], said[span[1] :]
    preposition = _PLACE_WORDS.search(before)
    # Without a plain word before it and the end of a phrase after it, the place is likely part of another name.
    if preposition is None or not re.search(r"\b[a-z]+ \Z", before[: preposition.start()]):
        return None
    if after and not re.match(r"[,;:]| (?:and|or|but|when|where|while|after|before|on)\b", after):
        return None
    region = re.match(r", [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?(?=,|\Z)", after)
    after = after[region.end() :] if region else after
    return None if re.match(r", (?:and )?[A-Z]", after) else f"{before[: preposition.start()]}where{after}"


_ASKED = {
    AnswerType.AMOUNT: _asked_for_amount,
    AnswerType.TIME: _asked_for_time,
    AnswerType.PERSON: _asked_for_name,
    AnswerType.PLACE: _asked_for_place,
}
"""How a sentence is asked: given what it says, the span in question and the article's text; None when it cannot."""


def _names_something(question: str, text: str) -> bool:
    """Return whether a question has a name left, by which its article can be found."""
    return any(start > 0 or is_surely_a_name(question[start:end], text) for start, end in names_in(question))


def _with_surname(name: str, text: str) -> tuple[str, ...]:
    """Return a name, with its last word where the article goes on to use that alone."""
    last = name.split(" ")[-1]
    alone = rf"(?:^|[.!?\n] ?|\b(?!of\b|the\b)[a-z]+,? ){re.escape(last)}(?: [a-z]|[’'.,])"
    return (name, last) if last != name and re.search(alone, text) else (name,)
