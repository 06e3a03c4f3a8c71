"""The amounts in a sentence, normalised: value, unit, what they count, and whether they tell of the past.

Rules over the surface of English news prose, as in ``rag.spans``. "$1.5bn", "1.5 billion dollars" and
"$1,500 million" are one amount; "more than 30,000 tracks a day" counts tracks by the day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.english import words
from rag.spans import AnswerType, spans_of
from rag.stems import FUNCTION, content_stems, stem

EXACT = 0.02
ROUGH = 0.05
"""Two values are one when they lie within this share of the larger; the second where one is qualified and round."""
ROUND_DIGITS = 2


class Role(StrEnum):
    """What a sum of money, or a share, is said to be."""

    VALUE = "value"
    RAISED = "raised"
    PRICE = "price"
    LOST = "lost"
    REVENUE = "revenue"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """An amount at ``sentence[start:end]``, from ``low`` to ``high`` (equal unless a range is given).

    ``unit`` is a currency's code, ``%`` or empty for a count; ``per`` is the time it is counted by (``day``);
    ``counted`` holds the stems of what is counted, ``context`` those of the words around. ``rough`` tells that
    it is qualified ("about", "more than"), ``former`` that the sentence gives it as overtaken or of an earlier
    time, and ``year`` the year that its clause names.
    """

    low: float
    high: float
    unit: str
    start: int
    end: int
    role: Role | None = None
    per: str | None = None
    counted: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    rough: bool = False
    former: bool = False
    year: int | None = None

    @property
    def _is_round(self) -> bool:
        """Whether it is qualified and has few digits: "about 500,000", but not "about 465,000"."""
        return self.rough and len(f"{self.low:.6g}".replace(".", "").partition("e")[0].strip("0")) <= ROUND_DIGITS

    @property
    def is_state(self) -> bool:
        """Whether it tells how things stand, and may change; a sum raised or lost once does not."""
        return self.unit in ("", "%") or self.role is Role.VALUE or self.per is not None

    def equals(self, other: Quantity) -> bool:
        """Return whether both are one amount, allowing for rounding and for words such as "about"."""
        if self.unit != other.unit:
            return False
        gap = max(self.low, other.low) - min(self.high, other.high)
        share = ROUGH if self._is_round or other._is_round else EXACT
        return gap <= share * max(abs(self.high), abs(other.high))

    def same_matter(self, other: Quantity) -> bool:
        """Return whether both say how much of the same: unit, time, and role or what is counted agree."""
        if self.unit != other.unit or self.per != other.per:
            return False
        if self.unit == "":
            return bool(self.counted & other.counted)
        if self.unit == "%":
            return len(self.context & other.context) >= 2
        return self.role is not None and self.role is other.role


_TO_NINETEEN = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
_BY_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = {word: value for value, word in enumerate(_TO_NINETEEN.split(), start=1)}
_TENS = {word: 10 * value for value, word in enumerate(_BY_TENS.split(), start=2)}
_SPELLED = rf"(?:(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_ONES)}))?|{'|'.join(sorted(_ONES, key=len, reverse=True))})"
_TIMES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
    "b": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "dollar": "USD", "€": "EUR", "euro": "EUR", "£": "GBP", "pound": "GBP",
    "¥": "JPY", "yen": "JPY", "a$": "AUD", "c$": "CAD", "yuan": "CNY",
}  # fmt: skip
_VALUE = rf"(?:\d[\d,]*(?:\.\d+)?|half an?|an?(?= (?:hundred|thousand|million|billion|trillion)\b)|{_SPELLED})"
_SCALE = r"(?:[- ]?(?P<{0}>hundred|thousand|million|billion|trillion|bn|mn|tn|[kmb])\b)?"
_AMOUNT = re.compile(
    rf"(?P<sign>(?:US|A|C)?[$€£¥] ?)?(?<![\w.,])(?P<low>{_VALUE}){_SCALE.format('low_scale')}"
    rf"(?:(?: to | and |[-–])(?:(?:US|A|C)?[$€£¥] ?)?(?P<high>\d[\d,]*(?:\.\d+)?){_SCALE.format('high_scale')}"
    r"(?!\w))?(?![\d\w]|[.,]\d)"
    r"(?: ?(?P<percent>%|percent\b|per cent\b|percentage points?\b)"
    r"|[- ](?P<money>dollars?|euros?|pounds?|yen|yuan)\b)?",
    re.IGNORECASE,
)
_ROUGH = re.compile(
    r"\b(?:more than|over|above|at least|upwards of|less than|under|below|fewer than|up to|as (?:much|many|few) as"
    r"|at most|about|around|roughly|some|nearly|almost|close to|approximately|an estimated|estimated|between) ?$",
    re.IGNORECASE,
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.LOST,
        re.compile(
            r"\b(?:los(?:e|es|t|s|ses|ing)|shed(?:s|ding)?|wip(?:e|es|ed|ing)|vanish\w*|eras\w*|shr[aiu]nk\w*"
            r"|slump\w*|plung\w*|evaporat\w*)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Role.VALUE,
        re.compile(
            r"\b(?:valu(?:e[sd]?|ing|ations?)|worth|pric(?:e|es|ed) (?:it|the company) at|price\b[^.?]* put on)\b", re.I
        ),
    ),
    (
        Role.RAISED,
        re.compile(
            r"\b(?:rais(?:e|es|ed|ing)|rounds?|funding|financing|took in|taken in|invest(?:s|ed|ing|ments?)?|put in"
            r"|closed)\b",
            re.IGNORECASE,
        ),
    ),
    (Role.REVENUE, re.compile(r"\b(?:revenues?|sales|earn(?:s|ed|ings)?|income|gross(?:es|ed)?)\b", re.IGNORECASE)),
    (
        Role.PRICE,
        re.compile(
            r"\b(?:cost(?:s|ing)?|pric(?:e|es|ed)|pa(?:y|ys|id|ying|yout)|spen[dt](?:s|ing)?|fees?|bu(?:y|ys|ying)"
            r"|bought|acquir\w+|settle\w*|fin(?:e|es|ed)|damages|burn(?:s|ed|ing)?|budget\w*)\b",
            re.IGNORECASE,
        ),
    ),
)
_DEAL_WORTH = re.compile(
    r"\b(?:pact|contract|agreement|licen[cs]e|partnership|accord)\b.*\b(?:worth|value[sd]?)\b|\bdeal\b.*\bworth\b",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\b(?:(?:an?|per|each|every) (?P<period>day|week|month|year)"
    r"|(?P<adverb>daily|weekly|monthly|yearly|annual(?:ly)?))\b",
    re.IGNORECASE,
)
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_FORMER = re.compile(
    r"\b(?:(?:up|down) from|compared with|(?:rather|more|less|fewer|lower|higher) than the|instead of the|from|versus"
    r"|times the|a fraction of the|(?:below|above|beyond|short of) the|twice the|half the"
    r"|double the|(?:two|three)fold the)"
    r"(?: (?:about|around|roughly|some|nearly|almost|more than|the|its|an?|just))*(?: previous| earlier| former)? ?$",
    re.IGNORECASE,
)
_FORMER_CLAUSE = re.compile(
    r"\b(?:ago|previous(?:ly)?|earlier (?:this|last|in|counts?|figures?|rounds?)|had (?:put|spoken|been|estimated|said"
    r"|mentioned|cited)|last (?:financing|round|year|december|november|october|september|august|july|june|may|april"
    r"|march|february|january)|was put at|originally|at first|mentioned when|at the start of)\b",
    re.IGNORECASE,
)
_EARLIER_COUNTS = re.compile(r"\b(?:earlier|previous|former) (?:counts?|figures?|estimates?|totals?)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d$€£¥.,-])(?:19|20)\d\d\b(?![\d,.]*\d)")
_CLAUSE = re.compile(r"[,;:] (?!\d)|[–—]| but | while | whereas ")
_NOUN_BEFORE = re.compile(
    r"([^\W\d_]{3,}) (?:at|of|to|is|was|reached)(?: (?:about|around|roughly|some|nearly|almost|over|more than))? ?$"
)
_IN_NAME = re.compile(r"(?:[A-Z][\w’'.&-]*|\bNo\.|#)[ -]$")
_ASIDE = re.compile(r"^(?:in|last|on|by|early|late|during|since)\b(?:\s\S+){0,3}$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BEFORE_NOUN = words("such other more new of the these those its their all daily weekly monthly yearly annual")


def quantities(sentence: str) -> tuple[Quantity, ...]:
    """Return the amounts of ``sentence`` in their order; days, years and numbers inside of names are none."""
    times = spans_of(AnswerType.TIME, sentence)
    found: list[Quantity] = []
    for match in _AMOUNT.finditer(sentence):
        start, end = match.span()
        if any(start < last and first < end for first, last in times):
            continue
        if not (match["sign"] or match["low_scale"] or match["percent"]) and _is_no_amount(sentence, match):
            continue
        found.append(_quantity(sentence, match, former_role=found[-1].role if found else None))
    return tuple(found)


def _is_no_amount(sentence: str, match: re.Match[str]) -> bool:
    before, after = sentence[: match.start()], sentence[match.end() :]
    if match["low"].lower() in ("one", "a", "an"):
        return True
    if re.match(r":\d|(?:st|nd|rd|th)\b| ?(?:a\.m\.|p\.m\.)", after) or re.search(r"[:/-]$", before):
        return True
    named = _IN_NAME.search(before)  # a first word is capitalised anyway, unless it is an abbreviation
    is_name = named is not None and (named.start() > 0 or named.group()[:-1].isupper())
    return is_name and match["low"][0].isdigit() and "," not in match["low"]


def _quantity(sentence: str, match: re.Match[str], *, former_role: Role | None) -> Quantity:
    start, end = match.span()
    high_text, high_scale = match["high"], match["high_scale"]
    low_scale = match["low_scale"] or (high_scale if high_text else None)
    low = _number(match["low"]) * _TIMES.get((low_scale or "").lower(), 1.0)
    high = _number(high_text) * _TIMES.get((high_scale or low_scale or "").lower(), 1.0) if high_text else low
    unit = "%" if match["percent"] else ""
    if match["sign"]:
        unit = _CURRENCIES[match["sign"].strip().lower()]
    elif match["money"]:
        unit = _CURRENCIES[match["money"].lower().removesuffix("s")]
    first, last = _clause(sentence, start, end)
    clause, before, after = sentence[first:last], sentence[first:start], sentence[end:last]
    overtaken = _FORMER.search(before) is not None
    counted = _counted(before, after) if unit == "" else frozenset()
    role = role_of(before, after) or (former_role if overtaken else None) if unit not in ("", "%") else None
    if role is None and unit not in ("", "%"):
        role = role_of(sentence[:start], "")
    if role is Role.VALUE and is_worth_of_a_deal(sentence[:start]):
        role = Role.PRICE
    years = [int(found.group()) for found in _YEAR.finditer(clause)]
    return Quantity(
        low=min(low, high),
        high=max(low, high),
        unit=unit,
        start=start,
        end=end,
        role=role,
        per=per_of(before, after),
        counted=counted,
        context=content_stems(" ".join(_WORD.findall(before)[-7:] + _WORD.findall(after)[:7])),
        rough=_ROUGH.search(sentence[:start].rstrip() + " ") is not None or match["low"].lower().startswith("half"),
        former=overtaken or any(found.search(part) for found, part in _past_parts(clause, sentence[:start])),
        year=years[0] if years else None,
    )


def _past_parts(clause: str, before: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the words that tell of the past, each with the part of the sentence that they reach over."""
    return (_FORMER_CLAUSE, clause), (_EARLIER_COUNTS, before)


def _number(text: str) -> float:
    text = text.lower()
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if text.startswith("half"):
        return 0.5
    if text in ("a", "an"):
        return 1.0
    return float(sum(_TENS.get(part, 0) + _ONES.get(part, 0) for part in text.split("-")))


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    first = max((found.end() for found in _CLAUSE.finditer(sentence, 0, start) if found.end() <= start), default=0)
    breaks = [found.span() for found in _CLAUSE.finditer(sentence, 0, max(0, first - 1))]
    aside_from = breaks[-1][1] if breaks else 0
    if first and _ASIDE.match(sentence[aside_from:first].rstrip(" ,;:")):
        # "Its last round, in June 2023, priced it at …" is one clause around an aside.
        first = breaks[-2][1] if len(breaks) > 1 else 0
    found = _CLAUSE.search(sentence, end)
    return first, found.start() if found else len(sentence)


def role_of(before: str, after: str = "") -> Role | None:
    """Return the role that the nearest word gives an amount between ``before`` and ``after``."""
    nearest: list[tuple[int, Role]] = []
    behind = " ".join(re.split(r"[$€£¥\d]", after)[0].split()[:5])
    fate = " ".join(after.split()[:10])
    for role, pattern in _ROLES:
        nearest += [(len(before) - found.end(), role) for found in pattern.finditer(before)]
        nearest += [(found.start() + 12, role) for found in pattern.finditer(behind)]
    # Of "market value shrank by", the loss is what the amount tells; "a price that values it" is a value.
    if any(role is Role.LOST for _, role in nearest) or _ROLES[0][1].search(fate):
        return Role.LOST
    return min(nearest, key=lambda item: item[0])[1] if nearest else None


def is_worth_of_a_deal(text: str) -> bool:
    """Return whether ``text`` speaks of what a deal or contract is worth, which is a price and no company's value."""
    return _DEAL_WORTH.search(text) is not None


def per_of(before: str, after: str = "") -> str | None:
    """Return the time by which an amount between ``before`` and ``after`` is counted: ``day``, ``week`` …"""
    found = _PER.search(" ".join(after.split()[:8])) or _PER.search(
        before if not after else " ".join(before.split()[-4:])
    )
    if found is None:
        return None
    return found["period"].lower() if found["period"] else _ADVERBS[found["adverb"].lower()]


def doers(phrase: str) -> frozenset[str]:
    """Return the stem of the noun for the people that open a phrase with what they do: people who use it are users."""
    doing = re.match(r" ?(?:people|persons|viewers) (?:who )?(?P<verb>[a-z]+)", phrase)
    return frozenset({stem(doing["verb"].removesuffix("e") + "er")}) if doing else frozenset()


def _counted(before: str, after: str) -> frozenset[str]:
    """Return the stems of the noun phrase behind a number, else of the noun before "at" or "to"."""
    counted: list[str] = []
    for found in re.finditer(r"[^\W\d_][\w’'-]*|[^\w\s]", after):
        word = found.group().lower()
        if not counted and word in _BEFORE_NOUN:
            continue
        if not counted and word.endswith("ly"):
            continue
        if not word[0].isalpha() or word in FUNCTION or word.endswith("ly") or len(counted) == 4:
            break
        counted.append(stem(word))
    counted += doers(after)
    if not counted and (noun := _NOUN_BEFORE.search(before)):
        counted.append(stem(noun[1].lower()))
    return frozenset(counted)
