"""The clauses of a sentence, as far as its joints tell."""

from __future__ import annotations

import re

from rag.english import FUNCTION_WORDS, is_verb

LEAST = 2
"""A clause with fewer words that carry meaning joins the one before."""
_JOINT = re.compile(
    r"[;:] |, (?:and|but|while|which|who|whose|where|after|before|with|as|including|though|although|because|so|then"
    r"|saying|making|leaving|giving|adding)\b"
    r"| (?:and|but|while|because|after|although|though) (?=(?P<verb>[a-z]+) )|[–—]|, (?=having |without |giving )"
)
_WORD = re.compile(r"\w[\w’'-]*")


def clauses_of(sentence: str) -> list[str]:
    """Return the clauses of ``sentence`` in their order; at least one."""
    clauses: list[str] = []
    reached = 0
    joints = [match for match in _JOINT.finditer(sentence) if match["verb"] is None or is_verb(match["verb"])]
    for match in [*joints, None]:
        piece = sentence[reached : match.start() if match else len(sentence)].strip()
        reached = match.end() if match else len(sentence)
        content = [word for word in _WORD.findall(piece) if word.lower() not in FUNCTION_WORDS]
        if clauses and len(content) < LEAST:
            clauses[-1] = f"{clauses[-1]}, {piece}"
        elif piece:
            clauses.append(piece)
    return clauses or [sentence]
