"""Articles that themselves say how reports differ: "outside estimates have been lower", "others say …"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.difference import DifferenceKind
from rag.english import words
from rag.evidence import EvidenceSentence
from rag.matter import READ, Change, Matter, Statement, certainty, in_order
from rag.quantities import Quantity
from rag.spans import AnswerType
from rag.stems import content_stems, stem

BEST = 5
"""So many of the best sentences are looked at for what an answer's own articles say."""
_SAYING = frozenset(map(stem, words("say put call give speak report count name estimate announce tell")))
ASIDE = 40
"""Characters behind the reader's words within which an aside on what earlier reports said is about them."""
OTHERS_SAY = re.compile(
    r"\b(?:other|outside|earlier|press|some|independent) (?:reports?|estimates?|accounts?|outlets|sources)\b"
    r"[^.]{0,40}\b(?:lower|higher|differ|give|gives|put|speak|say|of|vary)\b"
    r"|\bestimates? (?:of [^.]*)?(?:vary|differ)\b|\b(?:calls?|gave|gives?|puts?|counts?|speaks? of)\b[^.;]*;"
    r"[^.]*\b(?:calls?|named?|gave|put|counts?|says?|speaks?)\b"
    r"|\bothers? (?:say|put|speak|give|report)\b",
    re.IGNORECASE,
)

_BEFORE_THEM_SAID = re.compile(
    r"\b(?:last (?:year|month|week)[’']s|earlier|previous|prior) (?:reports?|accounts?|estimates?)(?: had)?"
    r" (?:said|called|named|gave|given|put|spoke of|spoken of)\b",
    re.IGNORECASE,
)
_OTHERS_ARE = re.compile(
    r"\b(?:other|outside|independent|press|some) (?:reports?|estimates?|accounts?|counts?|figures?)"
    r" (?:are|is|were|have been|has been|came in|come in|run|ran)(?: \w+)? (?P<way>lower|higher)\b",
    re.IGNORECASE,
)


def told(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    """Return a chosen sentence that itself says how reports differ, or one beside it among the best five."""
    articles = {item.source.article.id for item in chosen}
    for item in matter.statements[:BEST]:
        text = item.sentence.text
        tells = OTHERS_SAY.search(text) and _shares_a_word(item, matter)
        # What earlier reports said is mostly an aside: it counts where the answer stands right before it.
        aside = _BEFORE_THEM_SAID.search(text)
        tells = tells or (aside is not None and _is_of_what_is_read(item, aside.start()))
        if item.article.id in articles and tells:
            return Change(later=item, earlier=item, kind=DifferenceKind.NAME, conflict=True, told=True)
    return None


def told_elsewhere(matter: Matter, chosen: Sequence[EvidenceSentence]) -> Change | None:
    """Return the amount of the chosen statement and that of an article which says that others give less, or more.

    "Outside estimates have been lower: Appfigures put installs at 627,000" knows the chosen amount; its own is the
    nearest before it in that article of the same unit that is higher.
    """
    top = next((item for item in matter.statements if chosen and item.sentence is chosen[0]), None)
    if top is None or matter.kind is not AnswerType.AMOUNT:
        return None
    for item in matter.statements:
        tells = _OTHERS_ARE.search(item.sentence.text)
        known = next((one for one in item.claim.quantities for mine in top.claim.quantities if one.equals(mine)), None)
        if tells is None or known is None or item.article.id == top.article.id:
            continue
        own = [
            other
            for other in matter.statements
            if other.article.id == item.article.id
            and other.sentence.start < item.sentence.start
            and any(_is_beyond(one, known, tells["way"]) for one in other.claim.quantities)
        ]
        if own:
            nearest = max(own, key=lambda other: other.sentence.start)
            return in_order(top, nearest, DifferenceKind.NUMBER, conflict=True)
    return None


def _is_beyond(own: Quantity, others: Quantity, way: str) -> bool:
    """Return whether ``others`` is ``way``, lower or higher, than an amount of the same unit."""
    if own.unit != others.unit or own.per != others.per:
        return False
    return others.high < own.low if way.lower() == "lower" else others.low > own.high


def _is_of_what_is_read(statement: Statement, place: int) -> bool:
    """Return whether an aside at ``place`` of a statement follows the reader's answer to the question."""
    read = statement.sentence.read
    return read is not None and 0 <= place - read[1] <= ASIDE and certainty(statement) >= READ


def _shares_a_word(statement: Statement, matter: Matter) -> bool:
    """Return whether a statement has one of the question's words, other than a name or a word for saying or putting."""
    return bool((content_stems(matter.question) - _SAYING - set(matter.names)) & statement.claim.terms)
