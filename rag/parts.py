"""A question with several parts → one question for each part, by rules of English and without a model.

"Who led the Series C, and who the Series E?" and "Pika against Runway, valuations?" ask for two facts that seldom
stand in one sentence; each is searched and answered by itself. What no rule takes apart stays one question.
"""

from __future__ import annotations

import itertools
import re

from rag.english import AUXILIARIES, QUESTION_WORDS, is_plural, is_verb
from rag.mentions import Mention, groups, names
from rag.question_shape import sentence, shape_of

MOST_PARTS = 3
SHORTEST = 3
"""Words that a clause needs to be a part; "… and when?" asks for what the same sentence tells."""
LONGEST_PLACE = 6
"""Words of what a preposition names, where two such are parts."""
MOST_CARRIED = 3
"""Names that are set beside a clause for what it takes from the one before."""
_QUESTION = r"(?:what|which|who|whom|whose|when|where|why|how)"
_CLAUSE = re.compile(
    rf"(?:\s*[,;]\s*|\s+)(?:and|but)\s+(?=(?:(?:by|on|in|to|for|at|from|with|of)\s+)?{_QUESTION}\b)", re.IGNORECASE
)
_TERSE = re.compile(r"\s*[,;]\s*and\s+(?=(?:the|its|their|his|her)\s)", re.IGNORECASE)
_FRAME = re.compile(r"^([^:?]{2,80}):\s+(?=\S)")
_SET_AGAINST = re.compile(
    r"\s*,?\s+(?:against|versus|vs\.?|as against|compared (?:with|to)|as opposed to)\s+(?:the )?", re.IGNORECASE
)
_SIDE_BY_SIDE = re.compile(r"\b(?:respectively|side by side|differ\w*|compar\w+|alike|in common)\b", re.IGNORECASE)
_NOUNS = re.compile(r"\b([a-z]{4,}) (?:or|against|versus|vs\.?) ([a-z]{4,})\b")
_EITHER = re.compile(r"\s*,?\s+or\s+(?:the )?", re.IGNORECASE)
_THAN = re.compile(r"\s+than\s+", re.IGNORECASE)
_AGAINST = re.compile(r"\s+(?:as against|as opposed to)\s+", re.IGNORECASE)
_VERSUS = re.compile(r"\s+(?:as against|as opposed to|versus|vs\.?)\s+", re.IGNORECASE)
_BACK = re.compile(r"\b(?:it|its|they|them|their|he|him|his|she|her|that|those|this|these)\b", re.IGNORECASE)
_TWICE = re.compile(r"\b(for|in|of|to|by|with|on|from|at) ([^,;:?]+?) and \1 ([^,;:?]+)", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween ([^,;:?]+?) and ([^,;:?]+)", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(?:early|mid|late|in|the end of) )?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?"
    r"|spring|summer|autumn|fall|winter|Q\d|\d{4})(?: \d{1,2})?(?:,? \d{4})?",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\b(?:chang\w+|differ\w*|compar\w+|grow|grew|growth|rise|rose|fall|fell|gap)\b", re.IGNORECASE)
_REACTS = re.compile(r"\b(?:respond|react|reply|replied|answer|comment|object|follow|happen)(?:ed|s)?\b", re.IGNORECASE)
_WORD = re.compile(r"[\w’'$€£.-]*\w")


def parts_of(question: str) -> tuple[str, ...]:
    """Return two or three questions, each with what it needs to stand alone, or none where ``question`` is one."""
    text = question.strip().rstrip("?. ")
    if not text:
        return ()
    framed = _FRAME.match(text)
    if framed is None:
        return _finished(_taken_apart(text))
    frame, body = framed.group(1), text[framed.end() :]
    # "Plus versus Pro: what do the tiers cost?" sets its two before the colon.
    parts = [f"{part}: {body}" for part in _compared(frame)]
    return _finished(parts or [_within(frame, part) for part in _taken_apart(body, framed=True)])


def _taken_apart(text: str, *, framed: bool = False) -> list[str]:
    return _clauses(text) or _terse(text, framed=framed) or _compared(text) or _placed(text)


def _finished(parts: list[str]) -> tuple[str, ...]:
    shown = tuple(dict.fromkeys(sentence(part) for part in parts))
    return shown if 2 <= len(shown) <= MOST_PARTS else ()


def _within(frame: str, part: str) -> str:
    """Set what stands before a colon beside a part, or where it names something the names that the part lacks."""
    named = names(f"{frame} ")
    if not named:
        return f"{frame}: {part}"
    lacking = [item.text for item in named if item.text.lower() not in part.lower()]
    return f"{sentence(part)[:-1]} ({', '.join(lacking)})" if lacking else part


def _clauses(text: str) -> list[str]:
    """Return clauses joined by "and" that each have a question word of their own and a verb."""
    first, *others = _CLAUSE.split(text)
    if len(_WORD.findall(first)) < SHORTEST:
        return []
    parts = [first]
    for other in others:
        if len(_WORD.findall(other)) < SHORTEST:
            return []
        whole = other if _has_verb(other) else _gapped(first, other)
        if whole is None:
            return []
        parts.append(_beside(whole, first) if whole == other else whole)
    return parts if len(parts) > 1 else []


def _has_verb(text: str) -> bool:
    found = [word.lower().strip(",") for word in text.split()]
    return any(is_verb(word) or word in AUXILIARIES for word in found)


def _gapped(first: str, other: str) -> str | None:
    """Return "who headed the Series E" for "who the Series E" after "who headed the Series C"."""
    shape = shape_of(sentence(first))
    question_word, *rest = other.split()
    if shape is None or question_word.lower() != shape.lead.split()[0].lower():
        return None
    return f"{shape.lead} {shape.verb} {' '.join(rest)}"


def _beside(part: str, first: str) -> str:
    """Set what ``first`` names beside a part that points back to it, or names nothing itself."""
    if names(sentence(part)) and not (_BACK.search(part) or _REACTS.search(part)):
        return part
    named = names(sentence(first)) or groups(first)
    lacking = [item.text for item in named if item.text.lower() not in part.lower()][:MOST_CARRIED]
    return f"{part} ({', '.join(lacking)})" if lacking else part


def _terse(text: str, *, framed: bool) -> list[str]:
    """Return the things asked for without a question word: "date of the launch, and the date of the return"."""
    first, *others = _TERSE.split(text)
    if not others or any(len(_WORD.findall(piece)) < SHORTEST for piece in (first, *others)):
        return []
    if first.split()[0].lower() in QUESTION_WORDS | AUXILIARIES:
        return []
    return [first, *(piece if framed or names(piece) else _beside(piece, first) for piece in others)]


def _compared(text: str) -> list[str]:
    """Return the question for each of two or three that are set against each other."""
    mentions = [one for mention in names(text) for one in _members(mention)]
    group = _listed(text, mentions)
    if group and (_SIDE_BY_SIDE.search(text) or re.match(r" each\b", text[group[-1].end :])):
        return _each(text, group)
    for one, other in itertools.pairwise(mentions):
        between, after = text[one.end : other.start], text[other.end :]
        # "the Cruise versus Pitt brawl" is one thing.
        alone = not after or after[0] in ",:;?" or not one.start
        if _EITHER.fullmatch(between) or (_SET_AGAINST.fullmatch(between) and alone):
            return _each(text, [one, other])
    nouns = _NOUNS.search(text)
    if nouns and is_plural(nouns.group(1)) and is_plural(nouns.group(2)):
        before, after = text[: nouns.start()], text[nouns.end() :]
        return [f"{before}{nouns.group(at)}{after}" for at in (1, 2)]
    return _more_than(text, mentions) or _against(text)


def _listed(text: str, mentions: list[Mention]) -> list[Mention]:
    """Return the first two or more names that are joined by "and"."""
    for at, first in enumerate(mentions):
        group = [first]
        for following in mentions[at + 1 :]:
            if not re.fullmatch(r",? and (?:the )?|, ", text[group[-1].end : following.start]):
                break
            group.append(following)
        if len(group) > 1:
            return group
    return []


def _each(text: str, group: list[Mention]) -> list[str]:
    before, after = text[: group[0].start], text[group[-1].end :]
    return [f"{before}{one.text}{re.sub('^ each', '', after)}" for one in group]


def _members(mention: Mention) -> list[Mention]:
    """Return the names of a list of names, each at its place in the text."""
    found = []
    at = mention.end - len(mention.text)
    for piece in re.split(r"(, and | and |, )", mention.text):
        if piece.strip(" ,") not in ("", "and"):
            found.append(Mention(text=piece, kind=mention.kind, start=at, end=at + len(piece), named=mention.named))
        at += len(piece)
    return found


def _more_than(text: str, mentions: list[Mention]) -> list[str]:
    """Return "did A get more" and "did B get more" for "did A get more than B"."""
    than = _THAN.search(text)
    if than is None or len(mentions) < 2 or text.split()[0].lower() not in AUXILIARIES:
        return []
    first, last = mentions[0], mentions[-1]
    if not (first.end < than.start() and last.start == than.end() and last.end == len(text)):
        return []
    stem = text[: than.start()]
    return [stem, stem[: first.start] + last.text + stem[first.end :]]


def _against(text: str) -> list[str]:
    """Return both sides of "what counts as harm in the one as against the danger in the other"."""
    asks = text.split()[0].lower() in QUESTION_WORDS | AUXILIARIES
    found = (_AGAINST if asks else _VERSUS).search(text)
    if found is None or len(_WORD.findall(text[found.end() :])) < SHORTEST:
        return []
    return [text[: found.start()], _beside(text[found.end() :], text[: found.start()])]


def _placed(text: str) -> list[str]:
    """Return the question for each of two phrases: "for Disney's money and for the makers of Critterz"."""
    twice = _TWICE.search(text)
    if twice and all(len(_WORD.findall(twice.group(at))) <= LONGEST_PLACE for at in (2, 3)):
        before, after = text[: twice.start()], text[twice.end() :]
        return [f"{before}{twice.group(1)} {twice.group(at)}{after}" for at in (2, 3)]
    between = _BETWEEN.search(text)
    if between and _CHANGE.search(text) and not all(_TIME.fullmatch(between.group(at)) for at in (1, 2)):
        before, after = text[: between.start()], text[between.end() :]
        return [f"{before}at {between.group(at)}{after}" for at in (1, 2)]
    return []
