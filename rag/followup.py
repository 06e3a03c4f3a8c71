"""A follow-up question → the question as it would be asked without the conversation, by rules and without a model.

First it is decided whether a question stands alone: it does unless one of a closed class of signs says otherwise
(``rag.dangling``, ``rag.ellipsis``), and then not a letter of it is changed. What a sign points to is taken from the
question before in its standalone wording, what answered it, and the turns before that back to the last fresh question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.antecedents import Antecedent, Spoken, answering, antecedents, fits, says
from rag.binding import Role
from rag.dangling import Pointer, Sign, signs_in
from rag.ellipsis import completed
from rag.english import FUNCTION_WORDS, PREPOSITIONS, is_verb, words
from rag.mentions import Kind, Mention, groups, names, plain
from rag.question_shape import sentence
from rag.schema import Turn
from rag.shifted_time import date_in, since

LONGEST_CARRIED = 3
"""Names that are set beside a question for what it leaves out."""
LONGEST_REWRITTEN = 400
"""Characters of a question that may be a follow-up; a longer one explains itself."""
LATEST_TURNS = 8
MOST_BESIDES = 4  # content words besides a bare "the company" from which on a question stands alone
LONGEST_ANSWER = 600
"""Characters of an answer that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """``text`` is the question to ask; ``carried`` are the names it took over from the conversation.

    Unless ``rewritten``, ``text`` is the question as it was put.
    """

    text: str
    rewritten: bool = False
    carried: tuple[str, ...] = ()


def rewrite(text: str, conversation: Sequence[Turn]) -> Rewrite:
    """Return ``text`` as it would be asked without ``conversation``, whose last turn is the latest."""
    return _rewrite(text, _spoken(conversation[-LATEST_TURNS:]))


def _spoken(conversation: Sequence[Turn]) -> list[Spoken]:
    """Return the turns since the last fresh question, that one included."""
    found: list[Spoken] = []
    for turn in conversation:
        if turn.standalone:
            read = Rewrite(text=turn.standalone, rewritten=turn.standalone != turn.question, carried=turn.carried)
        else:
            read = _rewrite(turn.question, found)
        if not read.rewritten:
            found = []
        answer = plain(turn.answer)[:LONGEST_ANSWER]
        found.append(
            Spoken(question=read.text[:LONGEST_REWRITTEN], answer=answer, carried=read.carried, named=turn.named)
        )
    return found


def _rewrite(text: str, turns: Sequence[Spoken]) -> Rewrite:
    if not turns or len(text) > LONGEST_REWRITTEN:
        return Rewrite(text=text)
    whole = completed(text, turns)
    if whole is not None:
        return _finished(text, whole, turns)
    signs = signs_in(text)
    known = antecedents(turns)
    said = " ".join(f"{turn.question} {turn.answer}" for turn in turns)
    strange = [one for one in names(text) if not says(said, one)]
    pointing = [sign for sign in signs if sign.pointer in (Pointer.PRONOUN, Pointer.EVENT, Pointer.TIME, Pointer.PLACE)]
    loose = [sign for sign in signs if sign.pointer in (Pointer.NOUN, Pointer.GAP)]
    if strange:
        loose = [sign for sign in loose if text[sign.start : sign.start + 3].lower() != "the" and sign.end > sign.start]
    if not pointing:
        loose = [sign for sign in loose if not _says_enough(text, sign)]
    if not (pointing or loose):
        return Rewrite(text=text)
    return _resolved(text, [*pointing, *loose], known, turns)


def _says_enough(text: str, sign: Sign) -> bool:
    """Return whether a question has so much besides "the agreement" that it hardly means the one just spoken of."""
    if sign.pointer is not Pointer.NOUN or not text[sign.start :].lower().startswith("the "):
        return False
    if names(text):
        return True  # "Has the court approved Anthropic's deal with the authors?"
    besides = re.findall(r"[\w’'-]+", text[: sign.start] + text[sign.end :])
    return sum(word.lower() not in FUNCTION_WORDS for word in besides) > MOST_BESIDES


def _resolved(text: str, signs: Sequence[Sign], known: Sequence[Antecedent], turns: Sequence[Spoken]) -> Rewrite:
    """Put what they point to in the place of the signs, and beside the question what it still lacks."""
    used: dict[str, Mention] = {}
    changes: list[tuple[int, int, str]] = []
    for sign in sorted(signs, key=lambda one: (one.pointer is not Pointer.PRONOUN, one.start)):
        change = _change(text, sign, known, turns, used)
        if change is not None and not any(start < sign.end and sign.start < end for start, end, _ in changes):
            changes.append((sign.start, sign.end, change))
    shown = text
    for start, end, new in sorted(changes, reverse=True):
        shown = shown[:start] + new + shown[end:]
    shown = _agreeing(shown, used)
    shown = re.sub(r"^(?:(?:and|but|so|ok|okay|well|then),? )+", "", shown, flags=re.IGNORECASE)
    shown = sentence(shown)
    ends = [
        sign
        for sign in signs
        if sign.pointer is Pointer.NOUN
        and text[sign.start :].lower().startswith("the ")
        and not text[sign.end :].strip(" ?.!")
    ]
    topics = _lacking(shown, known, turns, is_relation=bool(ends))
    has_own = any(one.key not in {mention.key for mention in used.values()} for one in names(text))
    if has_own and not changes and all(sign.pointer is Pointer.PRONOUN for sign in signs):
        return Rewrite(text=text)  # "How did they restore Lennon's voice?" means whoever did
    if topics and not (has_own and used):
        shown = _beside(shown, topics, signs, text)
    elif not changes:
        return Rewrite(text=text)
    return _finished(text, shown, turns)


def _finished(text: str, shown: str, turns: Sequence[Spoken]) -> Rewrite:
    said = " ".join(f"{turn.question} {turn.answer}" for turn in turns)
    own = [one.key for one in names(text)]
    carried = [one.text for one in names(shown) if one.key not in own and says(said, one)]
    return Rewrite(text=shown, rewritten=shown != text, carried=tuple(dict.fromkeys(carried)))


def _change(
    text: str, sign: Sign, known: Sequence[Antecedent], turns: Sequence[Spoken], used: dict[str, Mention]
) -> str | None:
    turn = turns[-1]
    if sign.pointer is Pointer.PRONOUN:
        mention = _antecedent(text, sign, known, used)
        if mention is None:
            return None
        used[sign.word] = mention
        return (
            _owning(mention.text) if sign.role is Role.POSSESSIVE or sign.word in ("theirs", "hers") else mention.text
        )
    if sign.pointer is Pointer.TIME:
        base = date_in(turn.question, turn.answer)
        if not base:
            return None
        before = text[: sign.start].rstrip().split(" ")[-1].lower()
        return base if before in PREPOSITIONS else since(base)
    if sign.pointer is Pointer.PLACE:
        place = next((one.mention for one in known if one.mention.kind is Kind.THING), None)
        return None if place is None else f"at {place.text}"
    if sign.pointer is Pointer.NOUN:
        return _named(text, sign, known, turns)
    if sign.word in ("one", "ones", "each", "both", "all", "neither", "how many"):
        return _counted(text, sign, known)
    return None


def _antecedent(text: str, sign: Sign, known: Sequence[Antecedent], used: dict[str, Mention]) -> Mention | None:
    if sign.word in used:
        return used[sign.word]
    same = {"him": "he", "his": "he", "her": "she", "hers": "she", "its": "it", "them": "they", "their": "they"}
    first = same.get(sign.word, sign.word)
    for word, mention in used.items():
        if same.get(word, word) == first:
            return mention
    strange = [one for one in names(text) if all(not says(one.text, other.mention) for other in known)]
    taken = {mention.key for mention in used.values()}
    best: tuple[float, Mention] | None = None
    for one in known:
        fit = fits(sign.word, one.mention)
        if not fit or one.mention.key in taken or says(text, one.mention):
            continue
        if strange and sign.word == "they" and one.mention.kind is not Kind.GROUP:
            continue  # "How did they restore Lennon's voice?" means whoever did
        score = one.salience
        score += 0.4 if (sign.role is Role.SUBJECT and one.is_subject) else 0.0
        score += 0.3 if (sign.role is Role.OBJECT and one.is_object) else 0.0
        score *= fit
        if sign.word == "it" and _IS_MADE.search(text[sign.end :]) and _BODIES.search(one.mention.text):
            score *= BODY_MADE  # "When was it introduced?" after "Has Congress passed …?" means the bill
        if best is None or score > best[0]:
            best = (score, one.mention)
    return None if best is None else best[1]


def _owning(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _agreeing(text: str, used: dict[str, Mention]) -> str:
    """Mend "do Disney", where a company has taken the place of "they"."""
    singular = {"do": "does", "are": "is", "have": "has", "were": "was"}
    for word, mention in used.items():
        if word == "they" and mention.kind is not Kind.GROUP:
            pattern = rf"\b({'|'.join(singular)})(?= {re.escape(mention.text)}\b)"
            text = re.sub(pattern, lambda match: singular[match.group().lower()], text, flags=re.IGNORECASE)
    return text


BODY_MADE = 0.3
"""What is left of the odds that a body which makes laws or decisions is the thing that was made."""
_IS_MADE = re.compile(
    r"^ (?:\w+ly )?(?:(?:been|be|first) )*(?:introduced|reintroduced|passed|enacted|signed|vetoed|drafted|ratified"
    r"|adopted|repealed|approved|amended|proposed|tabled|filed|written|released|published)\b"
)
_BODIES = re.compile(
    r"\b(?:Congress|Senate|House|Parliament|Court|Commission|Council|Assembly|Legislature|Office|Bundestag|Cabinet)\b"
)
_PAPERS = words("paper newspaper magazine")
_COMPANIES = _PAPERS | words(
    """company firm studio startup start-up label service platform network publisher streamer union guild group festival
    app tool model product software"""
)
_PRESS = re.compile(r"\b(?:Times|Post|Journal|News|Herald|Tribune|Guardian|Standard|Telegraph|Magazine|Reporter)\b")
_WORKS = words("film movie series show game song album track book tour")
_LAWS = words("law act bill rule")


def _named(text: str, sign: Sign, known: Sequence[Antecedent], turns: Sequence[Spoken]) -> str | None:
    """Return what "the company" or "that survey" stands for: a name, or the noun with what stood before it."""
    noun = sign.word
    things = [one.mention for one in known if one.mention.kind is Kind.THING and not says(text, one.mention)]
    if noun in _COMPANIES | _WORKS | _LAWS:
        # "the film" after "the Eras Tour film": the name that the noun stood beside.
        for turn in reversed(turns):
            beside = _beside_noun(f"{turn.question} {turn.answer}", noun)
            match = next((one for one in things if beside and says(beside, one)), None)
            if match:
                return match.text
        if noun in _WORKS | _LAWS:
            asked = [
                one for turn in reversed(turns) for one in answering(turn) if re.search(rf"\b{noun}s?\b", turn.question)
            ]
            things = [one for one in asked if one.kind is Kind.THING] or things
        if noun in _PAPERS:
            things = [one for one in things if _PRESS.search(one.text)] or things
        return things[0].text if things else None
    if len(text[sign.start : sign.end].split()) > 2:
        return None  # "the trademark claims" says enough
    for turn in reversed(turns):
        phrase = _beside_noun(f"{turn.answer} {turn.question}", noun)
        if phrase:
            return phrase
    return None


def _beside_noun(text: str, noun: str) -> str:
    """Return "the Ipsos survey" for "survey" where the text has "an Ipsos survey"; empty without anything before it."""
    found = re.search(
        rf"(?:\b(?:an?|the|its|his|her|their|this) )?(\b(?:(?!(?:an?|the|its|his|her|their|this|of|in|on|for|to|and|or"
        rf"|by|with|from|at|as|did|does|is|was|has|had)\b)[\w’'&.-]+ ){{1,3}}){noun}\b",
        text,
    )
    if found is None or any(is_verb(word) for word in found.group(1).split()):
        return ""
    return f"the {found.group(1)}{noun}"


def _counted(text: str, sign: Sign, known: Sequence[Antecedent]) -> str | None:
    """Return a group for "how many voted", "which ones", "each"."""
    found = [one.mention for one in known if one.mention.kind is Kind.GROUP and not says(text, one.mention)]
    if sign.word in ("each", "both", "all", "neither"):
        named = [one for one in found if one.named]
        return named[0].text if named else None
    if sign.word == "how many":
        return None
    return found[0].text if found else None


def _lacking(shown: str, known: Sequence[Antecedent], turns: Sequence[Spoken], *, is_relation: bool) -> list[str]:
    """Return the names that say what a question is about, when it holds none of those of the conversation."""
    turn = turns[-1]
    topics = [one.mention for one in known if one.mention.named and one.mention.kind is not Kind.GROUP]
    in_question = [one for one in topics if says(turn.question, one)]
    answered = [one for one in answering(turn)[:1] if one.kind is not Kind.GROUP or not in_question]
    # Of what a conversation stays with, its latest question's other names are no part.
    kept = [one for one in in_question if any(says(text, one) for text in turn.carried)]
    wanted = (kept or in_question or answered) if is_relation else [*in_question, *answered]
    chosen = [one.text for one in wanted or topics[:1] if not says(shown, one)]
    if not in_question:
        chosen += [text for text in _matters(turn.question) if text.lower() not in shown.lower()]
    distinct = [one for one in dict.fromkeys(chosen) if not any(one != other and one in other for other in chosen)]
    return distinct[:LONGEST_CARRIED]


_MATTER = re.compile(
    r"\b(?:the|this) ((?:[\w’'-]+ ){0,2}?[\w’'-]+)(?=$|[?.,!]| (?:of|in|on|for|to|with|and|by|from|at)\b)"
)


def _matters(question: str) -> list[str]:
    """Return what a question without names is about: "the 2026 contract", or its first group."""
    found = [f"the {match.group(1)}" for match in _MATTER.finditer(question)]
    return found or [one.text for one in groups(question)[:1]]


def _beside(shown: str, topics: Sequence[str], signs: Sequence[Sign], text: str) -> str:
    """Set names beside a question: "the director of Squid Game", or in brackets."""
    body = shown.rstrip("?")
    joined = " and ".join([", ".join(topics[:-1]), topics[-1]]) if len(topics) > 1 else topics[0]
    ending = [sign for sign in signs if sign.pointer is Pointer.NOUN and not text[sign.end :].strip(" ?.!")]
    if ending and body.lower().endswith(ending[-1].word):
        return f"{body} of {joined}?"
    return f"{body} ({', '.join(topics)})?"
