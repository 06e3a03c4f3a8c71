"""What a question asks to be told: the amount of which matter, about now or about a time that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rag.claims import Claim
from rag.difference import GENERIC, holds
from rag.latest import asks_for_latest
from rag.quantities import Quantity, Role, doers, is_worth_of_a_deal, per_of, role_of
from rag.scope import Role as TimeRole
from rag.scope import read_time
from rag.spans import Unit, wanted_unit
from rag.stems import FUNCTION, content_stems, stem

_FIRST_AUXILIARY = re.compile(
    r"\b(?P<now>is|are|am|does|do|has|have|can|will|isn't|aren't|doesn't|don't|hasn't|haven't|what's|who's|where's|how's)\b"
    r"|\b(?P<past>was|were|did|had|wasn't|weren't|didn't|hadn't|would|could)\b",
    re.IGNORECASE,
)
_PRESENT_VERB = re.compile(
    r"^(?:who|which|what)\b[^?]*?\b(?:heads?|leads?|owns?|runs?|holds?|stands?|remains?|applies|covers?|says?|costs?)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\b(?:how many|(?:what|which) (?:number|count) of|(?:the )?number of) (?P<rest>[^?]*)", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FORMER = re.compile(
    r"\b(?:earlier|previous(?:ly)?|prior|former(?:ly)?|original(?:ly)?|initial(?:ly)?|at first|when first"
    r"|first announced|used to)\b|\S (?:back )?(?:when|before|at the time)\b"
    r"(?! (?:is|are|will|does|do|did|was|were)\b)",
    re.IGNORECASE,
)
"""Words of a question for how things stood before something else: "the earlier record", "its value when …"."""
_TOTAL = re.compile(
    r"\b(?:altogether|in total|in all|overall|total|to date|so far|since (?:it|they) (?:was|were))\b", re.I
)
_TOTAL_TOLD = re.compile(
    r"\b(?:altogether|in total|in all|overall|total|to date|so far|has now|have now|now (?:comes?|stands?)|brings?"
    r"|since (?:it|they) (?:was|were)|since its)\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"\s*(?:(?:(?:what(?:[’']s| is) )?(?:the )?(?:current |latest )?(?:status|state|fate) of)"
    r"|where (?:is|are|does|do)|where[’']s"
    r"|what(?:[’']s| is) (?:happening|going on|new|up) (?:with|to|in)"
    r"|how (?:is|are|does|do|has|have)\b[^?]*"
    r"\b(?:stand|going|coming (?:along|on)|doing|far(?:ing|ed)|progress\w*|gone)\b"
    r"|(?:is|are|has|have|does|do|can)\b|what has (?:become|happened)"
    r"|[^?]*[:,–—-] ?(?:where|how) (?:is|are|does|do) (?:it|they|this|that|things|the (?:matter|case))\b"
    r"|[^?]*[:,–—-] ?(?:what(?:[’']s| is) (?:the |its |their )?)?(?:status|state of (?:play|things|affairs))\b)",
    re.IGNORECASE,
)
"""Openings, and a few ends, of a question for how a matter stands."""
_MONEY = {Role.VALUE, Role.RAISED, Role.PRICE, Role.LOST, Role.REVENUE}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The amount that a question asks for: its unit, for money its role, what is counted, and of whom.

    ``holders`` are the question's names and ``terms`` the stems of its other words; with ``total``, all that was
    raised is meant and no single round.
    """

    unit: Unit
    role: Role | None
    per: str | None
    counted: frozenset[str]
    holders: frozenset[str]
    terms: frozenset[str]
    total: bool = False

    def answered_by(self, claim: Claim) -> Quantity | None:
        """Return the first amount of ``claim`` that is of the matter asked about, as it stands there and then."""
        for item in claim.quantities:
            past = claim.past or item.former or (item.year and claim.published and item.year < claim.published.year)
            if not past and self._fits(item, claim) and holds(claim, item, self.holders):
                return item
        return None

    def is_of_its_kind(self, claim: Claim) -> bool:
        """Return whether ``claim`` gives an amount of the same unit and role, be it of another holder or time."""
        return any(self._fits(item, claim) for item in claim.quantities)

    def _fits(self, item: Quantity, claim: Claim) -> bool:
        if self.per is not None and item.per != self.per:
            return False
        if self.total and not _TOTAL_TOLD.search(claim.text):
            return False
        if self.unit is Unit.MONEY:
            return item.unit not in ("", "%") and item.role is self.role and (self.per == item.per)
        others = self.terms - self.counted
        known = self.per is not None or len(self.holders) >= 2
        related = not others or known or bool(others & (claim.terms | item.context | item.counted))
        if self.unit is Unit.SHARE:
            return item.unit == "%" and bool(self.terms & item.context)
        return item.unit == "" and bool(self.counted & item.counted) and related


def asked_amount(question: str, names: Iterable[str]) -> Asked | None:
    """Return the amount that ``question`` asks for, None when it asks for none; ``names`` are those known of it."""
    unit = wanted_unit(question)
    role = role_of(question)
    if role is Role.VALUE and is_worth_of_a_deal(question):
        role = Role.PRICE
    if unit is not Unit.SHARE and unit is not Unit.COUNT:
        unit = (
            Unit.MONEY
            if role in _MONEY and re.search(r"\bhow much\b|\bwhat\b|\bat\b|^[^?]{0,40}\??$", question, re.I)
            else None
        )
    holders = frozenset(name for name in names if name not in FUNCTION | GENERIC)
    terms = frozenset(content_stems(question) - {stem(name) for name in holders})
    counting = _HOW_MANY.search(question)
    counts = unit is None and role is None and counting is None and not asks_for_standing(question)
    if counts and len(question.split()) <= 6 and _is_verbless(question):
        unit = Unit.COUNT  # "weekly users of ChatGPT?"
    if unit is None:
        return None
    if unit is Unit.COUNT:
        phrase = counting["rest"] if counting else question
        counted = frozenset(stem(word) for word in _noun_phrase(phrase)) | doers(phrase)
        counted -= {stem(name) for name in holders | GENERIC}
        if not counted:
            return None
    else:
        counted = frozenset()
    if unit is Unit.MONEY and role is None:
        return None
    return Asked(
        unit=unit,
        role=role,
        per=per_of(question),
        counted=counted,
        holders=holders,
        terms=terms,
        total=role is Role.RAISED and _TOTAL.search(question) is not None,
    )


def asks_for_former(question: str) -> bool:
    """Return whether the question asks how things stood before, or at the time of, something else."""
    return _FORMER.search(question) is not None


def asks_for_standing(question: str) -> bool:
    """Return whether the question asks how a matter stands: its status, where it is, whether it is so."""
    return _STANDING.match(question) is not None


def is_about_now(question: str) -> bool:
    """Return whether the question asks how things stand: it says so, is in the present tense or has no verb."""
    if asks_for_latest(question):
        return True
    found = _FIRST_AUXILIARY.search(question.replace("’", "'"))
    if found is not None:
        return found["now"] is not None
    return _PRESENT_VERB.search(question) is not None or _is_verbless(question)


def is_pinned(question: str, as_of: datetime) -> bool:
    """Return whether the question names the time it asks about."""
    reading = read_time(question, as_of)
    return reading.role is not TimeRole.NONE or _YEAR.search(question) is not None


def _is_verbless(question: str) -> bool:
    return re.match(r"\s*(?:who|what|when|where|why|how|which|whose)\b", question, re.IGNORECASE) is None and (
        _FIRST_AUXILIARY.search(question) is None
    )


def _noun_phrase(text: str) -> list[str]:
    words: list[str] = []
    for word in re.findall(r"[^\W\d_][\w’'-]*", text):
        if word.lower() in FUNCTION or len(words) == 4:
            if words:
                break
            continue
        words.append(word)
    return words
