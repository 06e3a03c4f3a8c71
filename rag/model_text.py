"""Text on its way to a language model and back, freed of what serves to deceive or to call out.

Articles are untrusted, and so is what a model makes of them: neither may bring hidden characters, markup, or an
address that a reader could be led to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.english import AUXILIARIES, is_past, is_verb

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of characters that are not seen: controls, format and zero-width ones, tags, private and unassigned."""
_NUMBERED = re.compile(r"[\[［【]([^\[\]［］【】\n]{0,60})[\]］】]")
_LINKED = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,2000}\)?|!?\[([^\[\]\n]{0,300})\]\[[^\[\]\n]{0,100}\]")
_TAG = re.compile(r"<[/!?a-zA-Z][^<>\n]{0,2000}(?:>|$)")
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:javascript|data|mailto):)[^\s<>\"”\]]*", re.IGNORECASE
)
_OF_THE_WEB = ("http://", "https://", "www.")
_THOUGHT = re.compile(r"\s*<(think|thinking|reasoning)>")
_LONGEST_TAG = len("<reasoning>")
SHORTEST_REPETITION = 16
"""Words of a sentence that may be a repetition."""
DISTINCT = 0.3
"""A sentence of which fewer words than this share are different ones is a repetition."""
_LEAD_IN = re.compile(
    r"(?:(?:sure|certainly)[,!.]? )?(?:the |my )?(?:final |short )?answer(?: to (?:this|the|your) question)? is"
    r"(?: that)?\s*(?::|,|(?=(?-i:[A-Z])|[\d\"“$€£]))\s*|answer:\s*",
    re.IGNORECASE,
)
LEFT_OUT = "(address left out)"


def visible(text: str) -> str:
    """Return ``text`` without characters that are not seen; line breaks stay, other controls become spaces."""
    kept = (
        character if character == "\n" or unicodedata.category(character) not in _HIDDEN
        else " " * (unicodedata.category(character) == "Cc")
        for character in text
    )  # fmt: skip
    return "".join(kept)


def for_prompt(text: str) -> str:
    """Return an article's text as a model is given it: nothing hidden, and nothing that looks like a passage's number.

    Square brackets become round ones, since ``[2]`` is how the model cites.
    """
    return _NUMBERED.sub(r"(\1)", visible(text))


def without_markup(text: str, sources: Sequence[str] = ()) -> str:
    """Return a model's sentence as plain text: no tags, no links, no address but of the web and out of ``sources``."""
    text = _TAG.sub("", _LINKED.sub(lambda match: match[1] or match[2] or "", visible(text)))

    def kept(match: re.Match[str]) -> str:
        address = match[0].rstrip(".,;:!?")
        if address.lower().startswith(_OF_THE_WEB) and any(address in source for source in sources):
            return match[0]
        return LEFT_OUT + match[0][len(address) :]

    return " ".join(_ADDRESS.sub(kept, text).split())


def without_lead_in(text: str) -> str:
    """Return a sentence without "The answer is:", which says nothing and would pass with whatever follows."""
    rest = text[match.end() :] if (match := _LEAD_IN.match(text)) else text
    return rest[:1].upper() + rest[1:] if rest != text else text


def is_fragment(text: str) -> bool:
    """Return whether an English text has no verb and so states nothing by itself: "Senator Ted Cruz of Texas."."""
    words = re.findall(r"[^\W\d_][\w’'-]*", text)
    return not any(
        word.lower() in AUXILIARIES or (word.islower() and (is_verb(word) or is_past(word))) for word in words
    )


def is_repetition(text: str) -> bool:
    """Return whether a text says the same few words again and again, as a model does that has lost its way."""
    words = text.lower().split()
    return len(words) >= SHORTEST_REPETITION and len(set(words)) < DISTINCT * len(words)


def spoken(written: str) -> str:
    """Return what a model has said so far without the thoughts that it wrote in front; nothing while these go on."""
    begun = _THOUGHT.match(written)
    if begun is None:
        start = written.lstrip()
        undecided = len(start) < _LONGEST_TAG and any(
            f"<{name}>".startswith(start) for name in ("think", "thinking", "reasoning")
        )
        return "" if undecided else written
    _, end, rest = written.partition(f"</{begun[1]}>")
    return rest if end else ""
