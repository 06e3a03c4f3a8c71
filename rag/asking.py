"""A sentence → the question that it answers, put as a person would, by a few patterns over English news prose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from rag.antecedents import says
from rag.english import base_of, is_past, is_plural, words
from rag.mentions import Kind, Mention, names
from rag.question_shape import sentence
from rag.schema import Article
from rag.sentence_parts import ATTRIBUTION, HEDGES, is_surely_a_name

LONGEST_QUESTION = 80
"""Characters: what is longer reads as an article does, not as a reader asks."""
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|then|also|both|such|other|another"
    r"|instead|earlier|later|former|latter|same|first|finally|ago|now|today|yesterday|tomorrow|[A-Z][a-z]+day|last"
    r"|next|the (?:Series|company|studio|suit|deal|union|firm|group|bill|law|agreement|ruling|report|film|judge"
    r"|service|tool|model|two|pair|announcement|case|series|show|song|settlement|contract))\b"
)
_APPOSITION = re.compile(r", ([^,.;:]{1,80}),(?= )")
_VERB = re.compile(r" (?:(has|have|will) )?(?:(?:now|already|so far|since) )?([a-z]+)\b")
_MONEY = re.compile(r"(?:US|A|C)?[$€£¥] ?\d[\d,.]*(?:[- ](?:thousand|million|billion|trillion))?")
_COUNT = re.compile(r"(?:\d[\d,]*|\d[\d.]* (?:thousand|million|billion)) ([a-z]+s|people)\b")
_WHEN = re.compile(r",? (?:on|in) (?:[A-Z][a-z]+day, )?(?:early |late |mid-)?[A-Z][a-z]+ (?:\d{1,2})?,? ?(?:\d{4})?$")
_REASON = re.compile(r" because (?:of )?\S.*$")
_VALUE = re.compile(r"\b(?:valued|values|valuing|valuation)\b[^.]{0,60}[$€£¥]")
_REPORTING = re.compile(
    r" (?:announced|said|says|confirmed|disclosed)(?: (?:on|in) [A-Z][^,]*(?:, [A-Z\d][^,]*)*,?)?"
    r" (?:that )?it (?=[a-z]+ )"
)
_OFFICE = re.compile(
    r"\b(?:chief|executive|director|president|founder|co-founder|officer|chair\w*|actor|actress|writer|producer|judge"
    r"|lawyer|counsel|professor|head|lead\w*|spokes\w+|showrunner|singer|composer|minister|commissioner|partner|manager"
    r"|analyst|negotiator|editor)\b"
)
_TALKING = words("say tell describe argue warn explain believe think call insist")
_PAYING = words("pay raise invest earn spend lose charge offer")
_ASKING = {"want": "want", "plan": "plan to do", "promise": "promise", "demand": "demand", "agree": "agree to do",
           "refuse": "refuse to do", "decide": "decide to do", "ask": "ask for"}  # fmt: skip
_DO = re.compile(r" to [a-z]+ ")
_UNASKED = _TALKING | words(
    "add note report mean have do be get seem take make give put come go set see find expect carry publish run"
)


@dataclass(frozen=True, kw_only=True)
class _Clause:
    """A main clause: subject, auxiliary (empty for a plain past), verb as it stands and in its base, and the rest."""

    subject: Mention
    about: str
    auxiliary: str
    verb: str
    base: str
    after: str

    @property
    def name(self) -> str:
        """The subject without the title before a person's name."""
        text = self.subject.text
        return " ".join(text.split()[-2:]) if self.subject.kind is Kind.PERSON else text

    @property
    def did(self) -> str:
        """The auxiliary of a question, and what follows its subject."""
        return self.auxiliary or "did"

    @property
    def doing(self) -> str:
        """The verb as it stands after that auxiliary."""
        return self.verb if self.auxiliary in ("has", "have") else self.base


def question_of(sentence_text: str, article: Article) -> str | None:
    """Return the question that a sentence of ``article`` answers, as one would ask it; None when no pattern fits.

    The sentence must begin with a name that does something, give a value to the name that the headline begins with,
    or tell a person's office; the question holds nothing that points outside of it.
    """
    article_text = f"{article.title}\n{article.text}"
    if sentence_text[-1] not in ".!" or any(mark in sentence_text for mark in '“”"();:—–'):
        return None
    found: str | None
    clause = _clause(sentence_text, article_text)
    patterns = (partial(_statement, title=article.title), _reason, _amount, _count, _time, _intention, _actor)
    for pattern in patterns:
        found = pattern(clause) if clause else None
        if found is not None and _reads_well(found, article_text):
            return found
    found = _worth(sentence_text, article.title) or _office(sentence_text)
    return found if found and _reads_well(found, article_text) else None


def _worth(text: str, title: str) -> str | None:
    """Ask for the worth of whom the headline begins with, where a sentence tells a valuation."""
    first = next(iter(names(title)), None)
    if first is None or first.start or first.kind is not Kind.THING or not _VALUE.search(text):
        return None
    return sentence(f"what is {first.text} worth")


def _office(text: str) -> str | None:
    """Ask who a person is of whom a sentence tells the office: "Ann Lee, the studio's chief lawyer, …"."""
    for one in names(text):
        told = re.match(r", ([^,.;]{4,60}),", text[one.end :])
        if one.kind is Kind.PERSON and told and _OFFICE.search(told.group(1)) and len(one.text.split()) == 2:
            return sentence(f"who is {one.text}")
    return None


def _clause(text: str, article_text: str) -> _Clause | None:
    said = text.rstrip(" .!")
    first = next(iter(names(said)), None)
    if first is None or first.start != 0 or not _is_name(first.text, article_text):
        return None
    rest = said[first.end :]
    apposition = _APPOSITION.match(rest)
    about = apposition.group(1) if apposition else ""
    rest = rest[apposition.end() :] if apposition else rest
    rest = _REPORTING.sub(" ", ATTRIBUTION.sub("", rest))
    verb = _VERB.match(rest)
    if verb is None:
        return None
    auxiliary, word = verb.group(1) or "", verb.group(2)
    base = word if auxiliary == "will" else base_of(word)
    if base is None or (not auxiliary and base == word) or (auxiliary in ("has", "have") and not is_past(word)):
        base = base if word in ("is", "was") else None
    if base is None and word not in ("is", "was"):
        return None
    if not auxiliary and word.endswith("s") and word not in ("is", "was"):
        auxiliary = "does"
    after = rest[verb.end() :] if word not in ("is", "was") else rest
    return _Clause(subject=first, about=about, auxiliary=auxiliary, verb=word, base=base or "be", after=after)


def _statement(clause: _Clause, *, title: str) -> str | None:
    """What a person with an office said, and about what by name."""
    is_person = clause.subject.kind is Kind.PERSON
    if not is_person or clause.base not in _TALKING or not (clause.about == "" or _OFFICE.search(clause.about)):
        return None
    about = [one for one in names("x" + clause.after) if one.kind is Kind.THING and says(title, one)]
    if not about or clause.auxiliary not in ("", "does"):
        return None
    return sentence(f"what did {clause.name} say about {about[0].text}")


def _reason(clause: _Clause) -> str | None:
    reason = _REASON.search(clause.after)
    if reason is None or clause.base in _UNASKED or len(clause.after[: reason.start()].split()) < 1:
        return None
    return sentence(f"why {clause.did} {clause.name} {clause.doing}{clause.after[: reason.start()]}")


def _amount(clause: _Clause) -> str | None:
    money = _MONEY.search(clause.after)
    if money is None or clause.base not in _PAYING or HEDGES.sub("", clause.after[: money.start()] + "").strip():
        return None
    following = clause.after[money.end() :]
    per = re.match(r" (?:a|per) (day|week|month|year)\b", following)
    following = following[per.end() :] if per else following
    tail = _trimmed(following) if re.match(r" (?:in|for|from|to) ", following) else ""
    return sentence(f"how much {clause.did} {clause.name} {clause.doing}{f' per {per.group(1)}' if per else ''}{tail}")


def _count(clause: _Clause) -> str | None:
    counted = _COUNT.search(clause.after)
    if counted is None or clause.base in _UNASKED or HEDGES.sub("", clause.after[: counted.start()]).strip():
        return None
    noun = counted.group(1)
    if not is_plural(noun) or re.fullmatch(r"(?:year|month|week|day|hour|minute|second|dollar|percent|time)s", noun):
        return None
    tail = _trimmed(clause.after[counted.end() :])
    return sentence(f"how many {noun} {clause.did} {clause.name} {clause.doing}{tail}")


def _time(clause: _Clause) -> str | None:
    if clause.auxiliary not in ("", "will") or clause.base in _UNASKED:
        return None
    moment = _WHEN.search(clause.after)
    before = clause.after[: moment.start()] if moment else ""
    if not before.strip() or re.search(r"[,\d]| and ", before):
        return None
    return sentence(f"when {clause.did} {clause.name} {clause.doing}{before}")


def _intention(clause: _Clause) -> str | None:
    asked = _ASKING.get(clause.base)
    if asked is None or (asked.endswith("to do") and not _DO.match(clause.after)):
        return None
    if clause.auxiliary in ("has", "have"):
        asked = asked.replace(clause.base, clause.verb, 1)
    return sentence(f"what {clause.did} {clause.name} {asked}")


def _actor(clause: _Clause) -> str | None:
    """Who did what has a name in it: "Who sued Midjourney?"."""
    if clause.auxiliary or clause.base in _UNASKED or clause.verb in ("is", "was"):
        return None
    object_ = _trimmed(clause.after)
    named = names("x" + object_)
    if named and re.match(r" (?:in|on|for|over|at)\b", object_[named[0].end - 1 :]):
        object_ = object_[: named[0].end - 1]
    whole = names("x" + clause.after)
    if whole and named and whole[0].text != named[0].text:
        return None  # a comma inside of a name
    if len(object_.split()) < 1 or not names("x" + object_):
        return None
    return sentence(f"who {clause.verb}{object_}")


def _trimmed(text: str) -> str:
    """Return ``text`` up to its first clause: what follows a comma, "which" or "after" only makes a question long."""
    cut = re.split(r",| (?:which|who|whose|where|while|after|before|when|as|and|but|because|saying|including)\b", text)[
        0
    ]
    return _WHEN.sub("", cut)


def _reads_well(question: str, text: str) -> bool:
    bare = question.rstrip("?")
    if len(question) > LONGEST_QUESTION or len(bare.split()) < 3 or _POINTING.search(bare[1:]):
        return False
    if re.search(r" (?:of|in|on|for|to|with|from|by|at|the|a|an|than|over|into|about|between|against)$", bare):
        return bare.endswith(" ask for")
    return any(len(one.text) > 2 and _is_name(one.text, text) for one in names(bare))


def _is_name(name: str, text: str) -> bool:
    bare = re.sub(r"^the ", "", name)
    repeated = len(re.findall(rf"\b{re.escape(bare)}\b", text)) > 1
    return is_surely_a_name(bare, text) or bare[1:] != bare[1:].lower() or repeated
