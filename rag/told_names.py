"""The names in a sentence that its passages do not have, whatever short form either uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.english import FUNCTION_WORDS, is_verb, words
from rag.mentions import names

_WORD = re.compile(r"[^\W_]+(?:[’'&.-][^\W_]+)*")
_CAPITALS = re.compile(r"\b[A-Z][\w’'&.-]*(?: (?:of |the |and |for |& )*[A-Z][\w’'&.-]*)+")
_SMALL = words("of the and for in on de la van von & to")
_ORDINARY = words(
    """mr mrs ms dr sir judge justice president senator governor chief executive officer ceo cfo cto director actor
    actress singer professor minister secretary attorney general chairman chair founder cofounder co-founder vice
    representative congressman congresswoman king queen prince lord inc corp ltd llc co company group ai a.i.
    artificial intelligence tv internet web english monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december jr sr district federal court
    q1 q2 q3 q4 studio studios act bill law section article"""
)
_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|his|her|its|their|him|them)\b|\b[Tt]he (?:company|studio|union|start-?up|firm|court|judge"
    r"|group|app|service|office|guild|academy|label|singer|actor|actress|director|newspaper|paper|platform)\b",
    re.IGNORECASE,
)
_OPENING_NOUNS = words(
    """none half last yesterday today tomorrow certain nine ten eight seven six five four three two nobody everybody
    whoever whatever whichever unlike once further such signatory text texts
    revenue income music work demand pay funding production copyright technology software video audio footage art
    artwork content data money news research research congress government management access approval training
    advertising traffic attendance support criticism opposition trade public public's interest growth output progress
    evidence testimony parliament ownership membership subscription consent critics overall total word speech
    language voice dialogue sound film cinema television animation industry labor labour unionised unionized counsel"""
)
_ABSTRACT = re.compile(
    r"(?:tion|sion|ment|ness|ance|ence|ship|ism|ity|ing|ed|ly|ers|ists?|al|ive|able|ible|ous|age|ary)$"
)
_PLACES = tuple(
    words(line)
    for line in (
        "us u.s usa u.s.a america american americans",
        "uk u.k britain british briton britons england english",
        "eu e.u european europe",
        "un u.n",
        "france french",
        "germany german germans",
        "italy italian italians",
        "spain spanish",
        "china chinese",
        "japan japanese",
        "india indian indians",
        "korea korean koreans",
        "canada canadian canadians",
        "australia australian australians",
        "ireland irish",
        "sweden swedish",
        "norway norwegian",
        "denmark danish danes",
        "netherlands dutch",
        "russia russian",
        "mexico mexican",
        "brazil brazilian",
        "israel israeli",
        "poland polish",
        "california californian",
        "tv television",
        "ny york",
        "la angeles",
    )
)


@dataclass(frozen=True, kw_only=True)
class NameBook:
    """Which words are written with a capital, and which in small letters, inside the sentences of many passages."""

    capital: frozenset[str]
    small: frozenset[str]


def name_book(texts: Iterable[str]) -> NameBook:
    """Read the words of ``texts``; the first word of a sentence tells nothing."""
    capital: set[str] = set()
    small: set[str] = set()
    for text in texts:
        for match in re.finditer(r"(?<=[\w,;:’'-] )[^\W\d_][\w’'-]*", text):
            (capital if match.group()[0].isupper() else small).add(_plain(match.group()))
    return NameBook(capital=frozenset(capital), small=frozenset(small))


def unknown_names(sentence: str, evidence: str, articles: str, before: str, book: NameBook) -> Iterator[str]:
    """Yield the names of ``sentence`` that ``evidence`` does not have.

    A further word of a name, such as a first name, may stand elsewhere in ``articles``, and whom "he" or "the company"
    means in what stands ``before`` the evidence. Short forms in capitals stand
    for names whose words begin with them, and the other way round.
    """
    known = _known(evidence)
    wider = known | _known(articles)
    pointed = known | _known(before) if before and _POINTS_BACK.search(evidence) else frozenset()
    squashed = re.sub(r"\W", "", _folded(evidence))
    for mention in names(sentence):
        for start, name in _parts(mention.text, mention.start):
            parts = [word for word in _WORD.findall(name) if word[0].isupper() or word[0].isdigit()]
            if start == _first_letter(sentence) and len(parts) > 1 and _is_ordinary(_plain(parts[0])):
                parts = parts[1:]  # "Running the Sora app"
            if not parts or re.sub(r"\W", "", _folded(name)) in squashed or _shortened(name) in known:
                continue
            missing = [word for word in parts if not _is_known(word, known)]
            if not missing or (len(missing) < len(parts) and all(_is_known(word, wider) for word in missing)):
                continue
            if pointed and all(_is_known(word, pointed) for word in missing):
                continue  # "he", "the company": who that is stands just before the passage
            if start == _first_letter(sentence) and len(parts) == 1 and not _names_something(parts[0], sentence, book):
                continue
            yield name


def quoted_words(text: str) -> list[str]:
    """Return the words of ``text`` as quotations are compared: folded, without marks."""
    return re.findall(r"[^\W_]+", _folded(text).replace("’", "").replace("'", ""))


def _parts(name: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the single names of a group such as "A, B and C"."""
    reached = 0
    for piece in re.split(r"(, and |, | and )", name):
        if piece and not re.fullmatch(r", and |, | and ", piece):
            yield start + reached, re.sub(r"^[Tt]he ", "", piece)
        reached += len(piece)


def _known(text: str) -> frozenset[str]:
    found = {_plain(word) for word in _WORD.findall(text)}
    found |= {part for word in found for part in re.split(r"[-&.’']", word) if len(part) > 1}
    for match in _CAPITALS.finditer(text):
        initials = [word[0] for word in re.findall(r"[^\W\d_][\w’'.-]*", match.group()) if word[0].isupper()]
        for first in range(len(initials)):
            found |= {"".join(initials[first:last]).lower() for last in range(first + 2, len(initials) + 1)}
    for group in _PLACES:
        if found & group:
            found |= group
    if {"united", "states"} <= found:
        found |= _PLACES[0]
    if {"united", "kingdom"} <= found:
        found |= _PLACES[1]
    if found & _PLACES[0]:
        found |= {"united", "states"}
    if found & _PLACES[1]:
        found |= {"united", "kingdom"}
    if found & _PLACES[2]:
        found |= {"union"}
    return frozenset(found)


def _is_known(word: str, known: frozenset[str]) -> bool:
    plain = _plain(word)
    if plain in known or plain in _ORDINARY or plain.replace(".", "") in known:
        return True
    parts = [part for part in re.split(r"[-&.’']", plain) if part]
    # What follows a hyphen in small letters is no name: "AI-made".
    small = {part.lower() for part in re.findall(r"(?<=-)[a-z]+\b", word)}
    if len(parts) > 1 and all(
        part in known or part in _ORDINARY or part in small or not part[0].isalnum() for part in parts
    ):
        return True
    return (plain.endswith("s") and plain[:-1] in known) or plain + "s" in known


def _shortened(name: str) -> str:
    capitals = [word[0] for word in re.findall(r"[^\W\d_][\w’'.-]*", name) if word[0].isupper()]
    return "".join(capitals).lower() if len(capitals) > 1 else name.lower()


def _names_something(word: str, sentence: str, book: NameBook) -> bool:
    """Return whether the first word of a sentence is a name, which its capital alone does not tell."""
    plain = _plain(word)
    if plain in book.small and plain not in book.capital:
        return False
    if plain in book.capital or re.search(r"[A-Z\d]", word[1:]) or re.match(r"\W*\w+[’']s\b", sentence):
        return True
    if _is_ordinary(plain):
        return False
    # Nothing tells but what follows: a verb, as in "Disney sued", or a second name.
    following = re.match(r"\W*[\w.&’'-]+ ([\w’'-]+)", sentence)
    return following is not None and not plain.endswith("s") and is_verb(following[1].lower())


def _is_ordinary(plain: str) -> bool:
    words_of_ours = plain in FUNCTION_WORDS or plain in _OPENING_NOUNS
    return words_of_ours or is_verb(plain) or _ABSTRACT.search(plain) is not None


def _plain(word: str) -> str:
    return re.sub(r"[’']s?$", "", _folded(word)).strip(".-")


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()


def _first_letter(text: str) -> int:
    return next((at for at, character in enumerate(text) if character.isalnum()), 0)
