"""A question taken apart into question word, auxiliary and the rest, and put together again with other ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.english import AUXILIARIES, PREPOSITIONS, base_of, is_base, is_plural, is_verb, past_of, words


class Form(StrEnum):
    """How a question is built: with an auxiliary after the question word, about its subject, or for yes or no."""

    AUXILIARY = "auxiliary"
    SUBJECT = "subject"
    POLAR = "polar"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """``lead`` ``verb`` ``rest``: "Which songs" "did" "Spotify remove", "Who" "sued" "Suno", or "" "Did" "it rain"."""

    form: Form
    lead: str
    verb: str
    rest: str

    def __str__(self) -> str:
        return sentence(" ".join(filter(None, (self.lead, self.verb, self.rest))))

    @property
    def noun(self) -> str:
        """What the lead counts or chooses from: "songs" of "How many songs"; empty without one."""
        found = re.match(r"(?:\w+ )??(?:which|what|how many|how much|whose) (?!else\b)(.+)", self.lead, re.IGNORECASE)
        return found.group(1) if found else ""


_LEADS = words("who what which whose whom when where why how")
_ADJUNCTS = re.compile(r"(?:\w+ )?(?:when|where|why|how(?! (?:much|many)\b)|what (?:year|day|date|month|time))\b", re.I)
_NEGATED = {"will": "won't", "can": "can't", "shall": "shan't", "may": "may not", "am": "am not"}
_PAST = {"does": "did", "do": "did", "is": "was", "are": "were", "has": "had", "have": "had"}


def sentence(text: str) -> str:
    """Return ``text`` as a question: first letter large, one question mark at its end."""
    text = re.sub(r"\s+([,?.!])", r"\1", " ".join(text.split())).rstrip(" ?.!,")
    return text[:1].upper() + text[1:] + "?"


def shape_of(question: str) -> Shape | None:
    """Take a question apart; None when it is built in another way."""
    parts = question.rstrip(" ?.!").split()
    lowered = [part.lower().strip(",") for part in parts]
    if len(parts) < 3:
        return None
    if lowered[0] in AUXILIARIES:
        return Shape(form=Form.POLAR, lead="", verb=parts[0], rest=" ".join(parts[1:]))
    begins = 1 if lowered[0] in PREPOSITIONS else 0
    if lowered[begins] not in _LEADS:
        return None
    takes_noun = lowered[begins] in ("which", "what", "whose") or lowered[begins : begins + 2] == ["how", "many"]
    for at in range(begins + 1, len(parts)):
        word = lowered[at]
        if word in AUXILIARIES:
            form = Form.AUXILIARY
        elif is_verb(word) and not (takes_noun and at == begins + 1) and word != "many":
            form = Form.SUBJECT
        else:
            continue
        lead, verb, rest = " ".join(parts[:at]), parts[at], " ".join(parts[at + 1 :])
        return Shape(form=form, lead=lead, verb=verb, rest=rest) if rest else None
    return None


def asked_with(shape: Shape, lead: str, *, subject: str, object_: str) -> str | None:
    """Return the question of ``shape`` with another question word or phrase.

    ``subject`` stands in for what a question about its subject asked for, ``object_`` (may be empty) for what any
    other did. None when no rule knows how.
    """
    if re.fullmatch(r"why not", lead, re.IGNORECASE):
        return _asked_why_not(shape)
    if lead.lower().endswith(" else"):
        return _asked_else(shape, lead)
    if re.fullmatch(r"(?:which|what)(?: ones?)?|how many", lead, re.IGNORECASE):
        noun = shape.noun or ("" if lead.lower().startswith(("which", "what")) else object_)
        if not noun or shape.form is Form.POLAR:
            return None
        first = " ".join(lead.split()[: 2 if lead.lower() == "how many" else 1])
        return str(replace(shape, lead=f"{first} {noun}"))
    if shape.form is Form.SUBJECT:
        base = base_of(shape.verb.lower())
        if base is None:
            return None
        if base == shape.verb.lower() and past_of(base) != base:
            auxiliary = "do" if is_plural(subject.split()[-1]) or " and " in subject else "does"
        else:
            auxiliary = "does" if shape.verb.lower().endswith("s") and base != shape.verb.lower() else "did"
        return sentence(f"{lead} {auxiliary} {subject} {base} {shape.rest}")
    rest = shape.rest
    if shape.form is Form.AUXILIARY and object_ and not _ADJUNCTS.match(shape.lead):
        rest = _with_object(rest, object_)
    return sentence(f"{lead} {shape.verb.lower()} {rest}")


def in_the_past(shape: Shape) -> Shape:
    """Return the shape with a present auxiliary in the past."""
    other = _PAST.get(shape.verb.lower())
    if other is None or (shape.verb.lower() in ("has", "have") and re.search(r"\w(?:ed|en|n|t)\b", shape.rest)):
        return shape
    return replace(shape, verb=other.capitalize() if shape.form is Form.POLAR else other)


def _with_object(rest: str, object_: str) -> str:
    parts = rest.split()
    for at in range(1, len(parts)):
        if is_base(parts[at].lower()):
            return " ".join([*parts[: at + 1], object_, *parts[at + 1 :]])
    return rest


def _asked_why_not(shape: Shape) -> str | None:
    if shape.form is not Form.POLAR:
        return None
    verb = shape.verb.lower()
    return sentence(f"why {_NEGATED.get(verb, verb + 'n’t')} {shape.rest}")


def _asked_else(shape: Shape, lead: str) -> str | None:
    if shape.form is not Form.POLAR:
        return str(replace(shape, lead=lead))
    parts = shape.rest.split()
    if not lead.lower().startswith("who"):
        return sentence(f"{lead} {shape.verb.lower()} {shape.rest}")
    at = next((at for at in range(1, len(parts)) if is_base(parts[at].lower())), None)
    if at is None or shape.verb.lower() != "did":
        return None
    return sentence(" ".join([lead, past_of(parts[at].lower()), *parts[at + 1 :]]))
