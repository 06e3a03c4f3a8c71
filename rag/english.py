"""Word classes that tell the parts of an English question apart without a tagger: closed classes and news verbs."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """Return the words of ``text`` as a set."""
    return frozenset(text.split())


DETERMINERS = words("the a an its his her their our my your this that these those each every")
AUXILIARIES = words(
    """do does did is are was were be been being am has have had will would can could shall should might must may get
    gets got isn't aren't wasn't weren't doesn't don't didn't hasn't haven't hadn't won't wouldn't can't couldn't"""
)
DO_SUPPORT = words(
    """do does did will would can could shall should might must may doesn't don't didn't won't wouldn't can't
    couldn't"""
)
QUESTION_WORDS = words("who what which whose whom when where why how whats what's who's whos how's where's")
PREPOSITIONS = words(
    """about above across after against along amid amidst among amongst around as at because before behind below
    beneath beside besides between beyond by concerning despite due during except following for from in including
    inside into like near of off on onto out outside over past per re regarding since than thanks through throughout
    till to toward towards under until up upon versus via vs w w/ with within without"""
)
_OTHER_FUNCTION_WORDS = words(
    """and or but nor so yet if whether while although though unless that there here it he she they we you i them him
    us me anyone anybody someone somebody everyone everybody anything something nothing everything one not no also
    only even just again ever never already still now then too very much more most less least many few some any all
    both either neither else instead together abroad worldwide globally overseas online alone anyway however
    meanwhile today please off away back down ago elsewhere exactly rather quite almost nearly likewise otherwise
    afterwards afterward later earlier & + plus"""
)
FUNCTION_WORDS = DETERMINERS | AUXILIARIES | QUESTION_WORDS | PREPOSITIONS | _OTHER_FUNCTION_WORDS

_REGULAR = words(
    """accept accuse acquire act add adopt advise affect agree air allow announce answer appeal appear apply appoint
    approve argue arrest ask attack attend authorise authorize avoid back ban bar block boycott call cancel cap
    cause challenge change charge cite claim clear clone close comment compare complain complete concern conclude
    condemn confirm consider contain contribute cover create criticise criticize cross cease debate decide declare
    decline defend delay deliver demand denounce deny deploy describe design develop direct disclose discuss dismiss
    drop dub earn employ enact end endorse enter establish exceed expand expect explain extend face fail fear file
    finance finish fire fold follow force found fund gain grant halt handle happen help hire host impose improve
    include increase introduce invest investigate invite involve issue join judge jump launch leak learn license
    licence like list live lobby look lower manage mean mention merge move name need negotiate offer open oppose
    order oust own partner pass patent pause perform permit pick plan play pledge post predict prepare present press
    produce promise promote propose protect protest prove publish pull push qualify question quit raise ratify reach
    react receive recommend record reduce refuse reject release rely remain remove rename replace reply report
    request require resign resolve respond restore restrict resume retire return reveal review rule scan scrap seem
    select settle ship show sign slash spark stage start state stay stop stream submit succeed sue suggest support
    summarise summarize suspend tag talk target test testify threaten trace train trigger try unveil update upload
    urge use veto view voice
    vote wait walk want warn watch welcome work worry worsen"""
)
_IRREGULAR = {
    "become": "became", "begin": "began begun", "bet": "bet", "bid": "bid", "break": "broke broken",
    "bring": "brought", "build": "built", "buy": "bought", "cast": "cast", "catch": "caught",
    "choose": "chose chosen", "come": "came", "cost": "cost", "cut": "cut", "deal": "dealt", "do": "done",
    "draw": "drew drawn", "drive": "drove driven", "fall": "fell fallen", "feel": "felt", "fight": "fought",
    "find": "found", "fly": "flew flown", "forbid": "forbade forbidden", "get": "gotten", "give": "gave given",
    "go": "went gone", "grow": "grew grown", "hear": "heard", "hit": "hit", "hold": "held", "hurt": "hurt",
    "keep": "kept", "know": "knew known", "lay": "laid", "lead": "led", "leave": "left", "lend": "lent",
    "lose": "lost", "make": "made", "meet": "met", "overtake": "overtook overtaken", "pay": "paid", "put": "put",
    "read": "read", "rise": "rose risen", "run": "ran", "say": "said", "see": "saw seen", "seek": "sought",
    "sell": "sold", "send": "sent", "set": "set", "shoot": "shot", "shut": "shut", "sing": "sang sung",
    "speak": "spoke spoken", "spend": "spent", "split": "split", "stand": "stood", "steal": "stole stolen",
    "strike": "struck", "swear": "swore sworn", "take": "took taken", "teach": "taught", "tell": "told",
    "think": "thought", "throw": "threw thrown", "understand": "understood", "uphold": "upheld",
    "wear": "wore worn", "win": "won", "withdraw": "withdrew withdrawn", "write": "wrote written",
    "bear": "born", "show": "shown", "overturn": "overturned",
}  # fmt: skip
BASE_VERBS = _REGULAR | frozenset(_IRREGULAR) | {"be", "have"}
PAST_VERBS = frozenset(word for forms in _IRREGULAR.values() for word in forms.split())
_NOT_PAST = words(
    """need indeed speed feed seed breed exceed proceed succeed hundred red bed shed embed unlimited united"""
)
# A word after which "that" opens what is said, not a clause about a noun.
SPEECH = re.compile(
    r"\b(?:sa(?:y|ys|id)|claim(?:s|ed)?|report(?:s|ed)?|announc(?:e|es|ed)|argu(?:e|es|ed)|stat(?:e|es|ed)"
    r"|reveal(?:s|ed)?|believ(?:e|es|ed)|th(?:ink|inks|ought)|confirm(?:s|ed)?|den(?:y|ies|ied)|warn(?:s|ed)?"
    r"|promis(?:e|es|ed)|admit(?:s|ted)?|suggest(?:s|ed)?|kn(?:ow|ows|ew|own)|insist(?:s|ed)?|complain(?:s|ed)?"
    r"|alleg(?:e|es|ed)|note[sd]?|t(?:ell|ells|old)(?: \w+)?|true|sure|certain|likely|possible|clear|rule[sd]?|found"
    r"|agree[ds]?|hear|heard|convinced|persuaded|satisfied|confident|worried|afraid)$"
)


def is_past(word: str) -> bool:
    """Whether ``word`` may be a past tense or a past participle."""
    return word in PAST_VERBS or (word.endswith("ed") and len(word) > 3 and word not in _NOT_PAST)


def is_base(word: str) -> bool:
    """Whether ``word`` is a common verb as it stands after "did"; many of these are nouns too."""
    return word in BASE_VERBS


def is_verb(word: str) -> bool:
    """Whether ``word`` may be a finite form of a common verb."""
    if word in BASE_VERBS or word in AUXILIARIES or is_past(word):
        return True
    return word.endswith("s") and (
        word[:-1] in BASE_VERBS or word[:-2] in BASE_VERBS or (word.endswith("ies") and word[:-3] + "y" in BASE_VERBS)
    )


def is_plural(word: str) -> bool:
    """Whether a noun looks like a plural."""
    if word in ("series", "species", "news", "genius"):
        return False
    return (word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))) or word in ("people", "men", "women")


def is_content(word: str) -> bool:
    """Whether ``word`` may be a noun or an adjective: no function word, no form in -ly, -ing or of the past."""
    return word[:1].isalpha() and word not in FUNCTION_WORDS and not word.endswith(("ly", "ing")) and not is_past(word)


_BASES = {form: base for base, forms in _IRREGULAR.items() for form in forms.split()}
_DOUBLED = re.compile(r"([bdgklmnprtv])\1$")


def base_of(word: str) -> str | None:
    """Return the form after "did" of a past tense or of a third person; None when no rule knows it.

    A base form is returned as it is.
    """
    if word in _BASES:
        return _BASES[word]
    if word in BASE_VERBS:
        return word
    stems = []
    if word.endswith("ied"):
        stems.append(word[:-3] + "y")
    if word.endswith("ed"):
        stems += [word[:-2], word[:-1], _DOUBLED.sub(r"\1", word[:-2])]
    if word.endswith("ies"):
        stems.append(word[:-3] + "y")
    if word.endswith("s"):
        stems += [word[:-1], word[:-2]]
    known = next((stem for stem in stems if stem in BASE_VERBS), None)
    if known is None and word.endswith("ied"):
        return word[:-3] + "y"
    if known is None and word.endswith("ed") and is_past(word):
        return word[:-1] if re.search(r"(?:[^aeiou][aeiou]?[cgsvzu]|at|ir|in)ed$", word) else word[:-2]
    return known


def past_of(word: str) -> str:
    """Return the past tense of a base form."""
    if word in _IRREGULAR:
        return _IRREGULAR[word].split()[0]
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ied"
    doubles = re.search(r"^[^aeiou]*[aeiou][bdgmnprt]$", word) is not None
    return word + (word[-1] if doubles else "") + "ed"
