"""The names and groups that a conversation speaks of: what a pronoun of the next question can stand for.

Rules over the surface of English, as in ``rag.spans``, and pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.english import AUXILIARIES, FUNCTION_WORDS, is_content, is_plural, is_verb, words
from rag.spans import names_in


class Kind(StrEnum):
    """What is named: a person, several, or anything else (a company, a film, a law, a place)."""

    PERSON = "person"
    GROUP = "group"
    THING = "thing"


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A name or a group ``text`` as it may be put into a sentence; ``[start, end)`` is where it stands.

    ``named`` says that it has a name of its own: "Disney", "SAG-AFTRA members", not "the writers".
    """

    text: str
    kind: Kind
    start: int
    end: int
    named: bool = True

    @property
    def key(self) -> str:
        """What equal mentions share."""
        return re.sub(r"^(?:the|a|an) ", "", self.text.lower())


_NUMBERED = re.compile(
    r"\+| d[’']\w+|(?<=\b[A-Z]{2}) \d+\b|(?<=\b[A-Z]{3}) \d+\b| (?:\d{1,2}|[IVX]{1,4})\b(?![%,.]?\d| [a-z]*illion)"
)
_MARKERS = re.compile(r" ?\[\d+\]")
_OPENERS = re.compile(r"(?:(?<=[.!?] )|(?<=[.!?]” )|^)([A-Z][\w’'-]*)")
_NOT_NAMES = words("ai a.i. ceo ceos q1 q2 q3 q4 series yes no tv vfx llm okay ok thanks")
# "German voice actors" names no Germans.
_ORIGINS = re.compile(
    r"\b(?:American|Australian|British|Canadian|Chinese|Danish|Dutch|English|European|French|German|Indian|Irish|Italian"
    r"|Japanese|Korean|Mexican|Norwegian|Polish|Russian|Scottish|Spanish|Swedish|Turkish)(?= [a-z])"
)
_LEADING_THE = re.compile(r"\b[Tt]he $")
_TITLES = words(
    """judge justice director actor actress singer rapper governor president senator mr mrs ms dr sir chief executive
    composer writer author star filmmaker producer founder chairman chairwoman register secretary minister ceo boss
    musician comedian host screenwriter attorney lawyer analyst commissioner"""
)
_ORGANISED = words(
    """inc ltd llc corp corporation company studio studios records music group pictures entertainment media films film
    games labs lab technologies technology networks network union guild association academy alliance society council
    commission department court office agency university institute house times post journal press news magazine tv
    television broadcasting productions interactive theatres theaters bank capital partners ventures holdings act law
    bill award awards prize festival oscar oscars grammy grammys administration government congress senate parliament
    tour song album series show game street city island states kingdom zealand york angeles san new war star wars
    national international american general federal united european british south north west east warner disney
    lionsgate universal paramount getty midjourney open electronic epic last lord grand sky cowboy now live squid"""
)
_GIVEN = words(
    """aaron adam al alan alex alexander alice alicia alison amit amy andrea andrew andy angela ann anna anne annie
    anthony antonio ariana ashley austin barbara barry ben benjamin bernard beth betty beverly bill billie billy bob
    bong brad bradley brandon brett brian bruce bryan cameron carl carla carlos carol caroline cate catherine charles
    charlie charlotte chloe chris christian christina christine christopher claire clint colin craig dana daniel dario
    darren dave david deborah demis denis dennis denzel diana diane don donald dorothy doug duncan dwayne ed eddie
    edward elaine eli elizabeth ellen elon elvis emily emma eric erica ethan eva evan florence frances francis frank
    fran fred gareth gary gavin george gina glenn grace greg greta guillermo guy hans harrison harry harvey hayao
    heather helen henry hillary howard hugh ian ilya isabel jack jacob jaime james jamie jane janet jared jason jay
    jeff jeffrey jennifer jensen jeremy jerry jesse jessica jill jim jimmy joan joe joel john johnny jon jonathan
    jordan jose joseph josh joshua joy juan judith judy julia julian julie justin karen karl kate katherine kathleen
    kathryn katie keanu keith kelly ken kenneth kevin kim kimberly kyle larry laura lauren lee leo leonardo lewis liam
    linda lisa liz louis luca lucas lucy luke madonna marc marcus margaret margot maria marie mario marilyn mark marsha
    martin mary matt matthew max megan melissa meredith meryl mia michael michelle mike mira molly morgan nancy naomi
    natalie natasha neil nicholas nick nicolas nicole nina noah nolan olivia oscar owen pamela patricia patrick paul
    paula pedro penelope peter phil philip quentin rachel ralph randy ray rebecca reed richard rick ridley rob robert
    roberta robin roger ron ronald rosie roy russell ruth ryan sam samantha samuel sandra sara sarah satya scarlett
    scott sean sergey seth shane sharon shawn shira sidney simon sofia sophia spencer spike stan stephanie stephen
    steve steven stuart sundar susan sydney tara taylor ted terrence terry thomas tim timothy tina todd tom tony tracy
    tyler van vanessa victor victoria vince vincent viola walter warren wayne wendy wes whitney will william willie
    woody yann zoe"""
)
PEOPLE = words(
    """actor actress author boss chief composer creator director editor executive filmmaker founder host judge lawyer
    man manager minister musician showrunner lead performer person president producer rapper senator singer star woman
    worker writer governor mayor attorney researcher inventor scientist engineer artist user customer employee member
    owner reporter analyst agent lawmaker veteran performer cartoonist speaker plaintiff
    anyone anybody everyone someone somebody"""
)
"""Nouns in the singular for a person."""


def plain(text: str) -> str:
    """Return an answer without its citation markers, in one line."""
    return " ".join(_MARKERS.sub("", text).split())


def lowered_openers(text: str) -> str:
    """Return ``text``, as long as before, with first words of sentences that are no names in lower case."""

    def lowered(match: re.Match[str]) -> str:
        word = match.group(1).lower()
        first = word.split("’")[0].split("'")[0]
        following = text[match.end() : match.end() + 2]
        common = first in FUNCTION_WORDS or (is_verb(word) and not following[1:].isupper()) or word in _NOT_NAMES
        return word if common or (is_plural(word) and following[1:].islower()) else match.group(1)

    return _OPENERS.sub(lowered, text)


def names(text: str) -> list[Mention]:
    """Return the names in ``text`` in order; names joined by commas and "and" are one group."""
    shown = _ORIGINS.sub(lambda match: match.group().lower(), lowered_openers(text))
    spans: list[tuple[int, int]] = []
    for start, end in names_in(shown):
        if shown[start:end].lower() in _NOT_NAMES:
            continue
        parted = re.search(r" for ", shown[start:end])
        pieces = [(start, start + parted.start()), (start + parted.end(), end)] if parted else [(start, end)]
        for first, last in pieces:
            if shown[first:last].lower() in _NOT_NAMES:
                continue
            number = _NUMBERED.match(shown, last)
            last = number.end() if number else last
            if spans and shown[spans[-1][1] : first] == " of the ":
                first = spans.pop()[0]
            spans.append((first, last))
    return [_mention(text, shown, start, end) for start, end in _joined(shown, spans)]


def _joined(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, a list such as "A, B and C" as one."""
    at = 0
    while at < len(spans):
        last = at
        while last + 1 < len(spans) and text[spans[last][1] : spans[last + 1][0]] == ", ":
            last += 1
        ends = " and " in text[slice(*spans[last])]
        if last + 1 < len(spans) and re.fullmatch(r",? and (?:the )?", text[spans[last][1] : spans[last + 1][0]]):
            last, ends = last + 1, True
        if not ends:
            yield spans[at]
            at += 1
            continue
        yield spans[at][0], spans[last][1]
        at = last + 1


def _mention(text: str, shown: str, start: int, end: int) -> Mention:
    article = _LEADING_THE.search(shown[:start])
    if article:
        start = article.start()
    name = shown[start:end]
    return Mention(text=name, kind=kind_of(name, before=shown[:start]), start=start, end=end)


def kind_of(name: str, *, before: str = "") -> Kind:
    """Return what a name names, as far as its words and the word before it tell."""
    bare = re.sub(r"^the ", "", name, flags=re.IGNORECASE)
    parts = bare.replace("-", " ").lower().split()
    if (" and " in bare or ", " in bare) and parts[-1] not in ("act", "law", "bill"):
        return Kind.GROUP
    previous = re.search(r"([\w’']+) $", before)
    if previous and previous.group(1).lower() in _TITLES and name == bare:
        return Kind.PERSON
    if parts[0].rstrip(".") in _TITLES and len(parts) > 1 and parts[-1] not in _ORGANISED:
        return Kind.PERSON
    capitals = all(part[:1].isupper() for part in bare.split())
    if any(part.rstrip(".") in _TITLES for part in parts[:-1]) and name == bare and capitals:
        return Kind.PERSON
    if 2 <= len(parts) <= 4 and parts[0] in _GIVEN and parts[-1] not in _ORGANISED and capitals and name == bare:
        return Kind.PERSON
    return Kind.THING


def may_be_person(name: str) -> bool:
    """Return whether an unknown name could be a person's: no company's word in it, no article, no digit."""
    parts = name.lower().replace("-", " ").split()
    if re.search(r"[A-Z].*[A-Z]", name.split()[0]):
        return False
    return not any(part.rstrip(".") in _ORGANISED or part == "the" or not part[:1].isalpha() for part in parts)


_WORD = re.compile(r"[\w$€£][\w’'.&+-]*[\w+]|\w")


def groups(text: str) -> list[Mention]:
    """Return plural nouns with the nouns and names before them: "visual effects workers", "SAG-AFTRA members"."""
    shown = lowered_openers(text)
    found: list[Mention] = []
    tokens = list(_WORD.finditer(shown))
    for at, token in enumerate(tokens):
        word = token.group()
        if not (word.islower() and is_plural(word) and is_content(word)) or _reads_as_verb(tokens, at):
            continue
        first = at
        while first and at - first < 4 and shown[tokens[first - 1].end() : tokens[first].start()] == " ":
            before = tokens[first - 1].group()
            own = before.split("’")[0].split("'")[0]
            if not (own[:1].isupper() or (is_content(own) and before.isalpha())) or own.lower() in AUXILIARIES:
                break
            first -= 1
        start = tokens[first].start()
        phrase = shown[start : token.end()]
        following = tokens[at + 1].group() if at + 1 < len(tokens) else ""
        if following.islower() and is_plural(following):
            continue  # "sales executives": its head comes
        found.append(
            Mention(text=phrase, kind=Kind.GROUP, start=start, end=token.end(), named=any(map(str.isupper, phrase)))
        )
    return found


def _reads_as_verb(tokens: list[re.Match[str]], at: int) -> bool:
    """Return whether a word in -s is the verb of what stands before it: "Netflix plans", "it says"."""
    word = tokens[at].group()
    if not is_verb(word):
        return False
    before = tokens[at - 1].group() if at else ""
    return before[:1].isupper() or before.lower() in ("it", "he", "she", "who", "which", "that", "what")
