"""What a time in a question belongs to: the news that is asked for, or a thing the question is about.

The convention is that of tests/data/scope_expressions.md. Rules look at the words around an expression, from the
nearest out: the noun behind it, what is compared, the preposition, the clause.
"""

from __future__ import annotations

import re
from datetime import date

from rag.english import (
    AUXILIARIES,
    DETERMINERS,
    DO_SUPPORT,
    FUNCTION_WORDS,
    is_base,
    is_content,
    is_past,
    is_plural,
    is_verb,
    words,
)
from rag.periods import Unit
from rag.time_attachment import (
    ASKED,
    EVENT,
    GATHERED,
    NONE,
    OF_NEWS,
    Attachment,
    Surroundings,
    heads_news,
    is_superlative,
    surroundings,
)
from rag.time_clauses import belongs_to_clause
from rag.time_expressions import Expression, Limit
from rag.time_words import Fate, pattern

_COMPARED = pattern(
    r"\b(?:than|compare[sd]? (?:with|to)|(?:in|by) comparison (?:with|to)|relative to|versus|vs\.?|against|unlike"
    r"|as opposed to|rather than|instead of|(?:up|down) from|except(?: for| in)?|other than|besides|(?:as|like) in)"
    r" (?:(?:it|they|he|she|that|those|there) (?:was|were|did|had|is|are) )?(?:(?:in|during|at|for|on|back in|just) )*$"
)
_MOVED_TO = pattern(
    r"\b(?:dat(?:e|es|ed|ing)|go(?:es|ing)?|went|delayed|postponed|pushed|moved)(?: all the way)?(?: back)? to $"
)
_ABOUT_IT = pattern(
    r"\b(?:sa(?:y|ys|id|ying)|know|knew|known|think|thought|tell|told|talk(?:ed|ing)?|wr(?:ite|ote|itten)|report(?:ed)?|hear"
    r"|heard|concerns?|worr(?:y|ied)|predict(?:ed|ion|ions)?|news|stories|articles|questions?) about $"
)
_PLAYS_IN = pattern(r"\b(?:star(?:s|red|ring)?|set|plays?|appears?) in $")
_WILL = re.compile(
    r"\b(?:will|'ll|won't|going to|must|shall|should|(?:is|are|be) (?:due|set|expected|scheduled|planned|supposed))\b"
)
_EVENTS = words(
    """oscars oscar emmys emmy grammys grammy baftas olympics olympic games election elections primary primaries super
    world golden tony cup festival awards award season strike strikes cannes sundance tribeca venice berlinale ces
    sxsw conference summit expo midterms euros eurovision comic-con gamescom e3 wwdc cinemacon"""
)
_ASKED_OF = words("all every any which what many whose most")
_SOURCES = words("anything something everything items posts pieces quotes statements releases things report")


def attachment(question: str, text: str, expression: Expression, today: date) -> Attachment:
    """Return the role of ``expression`` in ``question``, whose readable form is ``text``, asked on ``today``."""
    phrase = expression.phrase
    if phrase.fate is not Fate.DATED or phrase.days is None:
        return EVENT if expression.possessive else NONE
    around = surroundings(question, text, expression)
    if expression.preposition == "as of" and text[phrase.start : phrase.end] == "today":
        return NONE
    found = _of_the_noun_behind(around)
    if found is None and _is_compared(around):
        found = EVENT
    if phrase.days.first > today or (expression.first and expression.first > today):
        return found if found is EVENT else NONE if phrase.relative else EVENT
    if found is None and _is_expected(around):
        return NONE
    if found is None:
        found = _of_the_preposition(around) or _since_a_record(around)
    return found or belongs_to_clause(around) or _alone(around) or ASKED


def _of_the_noun_behind(around: Surroundings) -> Attachment | None:
    expression, right = around.expression, around.right
    chunk = around.following()
    if re.match(r"-[a-z]", right):
        return EVENT
    if expression.possessive:
        behind = re.sub(r"^'?s?'?", "", right, count=1)
        chunk = Surroundings(**{**vars(around), "right": behind}).following()
        if heads_news(chunk):
            return OF_NEWS
        if chunk and around.gathers(chunk):
            return GATHERED
        return NONE if around.text[expression.phrase.start : expression.phrase.end].startswith("today") else EVENT
    attribute = expression.preposition in DETERMINERS and expression.start == expression.phrase.start
    if not chunk or expression.end > expression.phrase.end:
        return EVENT if attribute and not expression.phrase.relative else None
    if not _is_before_noun(around, chunk):
        return None
    if heads_news(chunk):
        return OF_NEWS
    return GATHERED if around.gathers(chunk) and expression.preposition in DETERMINERS else EVENT


def _is_before_noun(around: Surroundings, chunk: list[str]) -> bool:
    """Whether the expression stands in front of a noun as its attribute: "the 2023 strike", "Q3 2024 earnings"."""
    expression = around.expression
    phrase, word = expression.phrase, expression.preposition
    if word in DETERMINERS:
        return True
    first, named = chunk[0], around.text[phrase.start : phrase.end]
    alone = expression.start == phrase.start
    if (alone and named.startswith("the ") and not phrase.relative) or re.search(r"[a-z]-[a-z]+$", named):
        return True
    if not is_content(first):
        return False
    written = around.question[phrase.end :].lstrip()
    capital = written[:1].isupper() and not around.question.isupper()
    if around.leading and (word or phrase.relative) and expression.start < phrase.start:
        rest = around.right.lstrip()[len(" ".join(chunk)) :]
        return rest.startswith(",") or heads_news(chunk)
    if phrase.relative and not phrase.bare:
        return heads_news(chunk) and len(chunk) == 1 and expression.start == phrase.start
    if capital:
        return first in _EVENTS or (expression.start == phrase.start and not around.leading and not phrase.bare)
    before = around.segment[-1] if around.segment else ""
    is_main_verb = is_verb(first) and expression.start < phrase.start and (is_past(before) or _waits(around))
    return word != "of" and not is_main_verb


def _waits(around: Surroundings) -> bool:
    """Whether "did" or "will" still waits for its verb: "what did the studios in 2023 offer"."""
    waits = False
    for index, word in enumerate(around.segment):
        if word in DO_SUPPORT:
            waits = True
        elif is_base(word) and (around.segment[index - 1] if index else "") not in DETERMINERS:
            waits = False
    return waits


def _is_compared(around: Surroundings) -> bool:
    expression = around.expression
    places = {expression.start}
    if not expression.preposition.endswith(" than"):
        places.add(expression.phrase.start)
    return any(_COMPARED.search(around.text[max(end - 60, 0) : end]) is not None for end in places)


def _is_expected(around: Surroundings) -> bool:
    """Whether a month or weekday without a year lies ahead: "will it open in March"."""
    phrase = around.expression.phrase
    nameless = phrase.in_year is not None or (phrase.bare and phrase.relative)
    return nameless and _WILL.search(" ".join(around.left)) is not None


def _of_the_preposition(around: Surroundings) -> Attachment | None:
    expression = around.expression
    phrase, word = expression.phrase, expression.preposition
    before = around.text[max(phrase.start - 60, 0) : phrase.start]
    last = around.segment[-1] if around.segment else ""
    year = phrase.unit is Unit.YEAR and phrase.bare
    if _ABOUT_IT.search(before) or _MOVED_TO.search(before) or (year and _PLAYS_IN.search(before)):
        return EVENT
    if expression.limit is not Limit.INSIDE:
        return None
    if heads_news([last]) and word in ("of", "from", "for", "in", "on", "dated", "during", ""):
        return OF_NEWS
    if phrase.relative and _is_stranded(around, last):
        return ASKED
    if word == "of":
        return _of_a_noun(around)
    if word == "for":
        return None if phrase.relative and phrase.unit is Unit.SPAN else EVENT
    if word == "from":
        return _from_a_noun(around, last)
    if word in ("with", "like", "per", "to") or (word in ("on", "at") and year):
        return EVENT
    return None


def _is_stranded(around: Surroundings, last: str) -> bool:
    """Whether the preposition belongs to the verb, not to the time: "what did it ask for last week"."""
    if around.expression.preposition in ("with", "to", "like"):
        return True
    if around.text[: around.expression.phrase.end].endswith(("ago", "yesterday", "today", "back")):
        return around.expression.preposition in ("for", "of")
    capital = re.search(r"[A-Z][\w.&'-]*\s+\S+\s+$", around.question[: around.expression.phrase.start]) is not None
    return around.expression.preposition in ("for", "of") and (is_verb(last) or (capital and not is_plural(last)))


def _noun_before(around: Surroundings) -> list[str]:
    """Return the noun phrase that ends right before the preposition, with the words that ask for it."""
    start = len(around.segment)
    while start and (around.segment[start - 1] not in FUNCTION_WORDS or around.segment[start - 1] in DETERMINERS):
        if is_past(around.segment[start - 1]) and start < len(around.segment):
            break
        start -= 1
    while start and around.segment[start - 1] in _ASKED_OF:
        start -= 1
    return around.segment[start:]


def _of_a_noun(around: Surroundings) -> Attachment:
    noun = _noun_before(around)
    if not noun:
        return ASKED
    head, phrase = noun[-1], around.expression.phrase
    if any(is_superlative(word) for word in noun) or head in ("events", "day", "week", "month"):
        return GATHERED
    if is_plural(head) and (
        any(word in _ASKED_OF for word in noun) or (phrase.relative and noun[0] not in DETERMINERS)
    ):
        return GATHERED
    return GATHERED if is_plural(head) and phrase.relative else EVENT


def _from_a_noun(around: Surroundings, last: str) -> Attachment | None:
    noun = _noun_before(around)
    if not noun or last in _SOURCES:
        return OF_NEWS if last in _SOURCES else None
    after_article = len(noun) > 1 and noun[-2] in DETERMINERS
    verb = is_past(last) or (is_verb(last) and any(word in DO_SUPPORT for word in around.segment))
    if verb and not after_article:
        return None
    if noun[0] in DETERMINERS or (not is_plural(last) and is_content(last) and noun[0] in _ASKED_OF):
        return EVENT
    return GATHERED if is_plural(last) else None


def _since_a_record(around: Surroundings) -> Attachment | None:
    """ "The lowest since 1995", "for the first time since 2019": a comparison."""
    if around.expression.limit is not Limit.SINCE:
        return None
    words = around.segment[-4:]
    for index, word in enumerate(words):
        between = words[index + 1 :]
        record = is_superlative(word) and word not in ("most", "top", "main", "major", "leading", "key")
        record = record or word in ("first", "lowest", "highest")
        if word == "most" and between and between[0] not in ("recent", "recently") and not is_past(between[0]):
            record = True
        if not record or any(is_past(other) for other in between):
            continue
        if between and is_plural(between[-1]):
            continue
        return EVENT
    return None


def _alone(around: Surroundings) -> Attachment | None:
    """A date without a preposition: behind a name it is part of the name, behind other words it gathers."""
    expression = around.expression
    phrase = expression.phrase
    if expression.start < phrase.start or phrase.relative or around.leading or expression.limit is not Limit.INSIDE:
        return None
    before = around.question[: phrase.start].rstrip()
    year = phrase.unit is Unit.YEAR and phrase.bare
    last = around.segment[-1] if around.segment else ""
    titled = before.endswith("(") or re.match(r":\s+[A-Z]", around.question[phrase.end :])
    if year and (titled or (last in AUXILIARIES and re.match(r"\s+\w", around.right))):
        return EVENT
    if year and last in ("and", "or"):
        return EVENT  # "Ocean's 8 and 1917"
    if not last or last in FUNCTION_WORDS:
        return None
    named = re.search(r"(?:^|\s)([A-Z][\w.&'-]*)$", before)
    if year and (last in _EVENTS or (named and not around.question.isupper() and len(around.segment) > 0)):
        return EVENT
    return GATHERED if is_content(last) and not is_verb(last) else None
