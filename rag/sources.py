"""What a question says about its sources: publishers wanted or kept out, and kinds of articles.

No language model takes part. A publisher that is only the subject of a question is not a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.attribution import Group, Use, attribution
from rag.publishers import Directory, Mention, directory, looks_like_press
from rag.schema import Kind, Limit, LimitKind
from rag.time_words import Pattern, pattern, readable

LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class SourceReading:
    """What a question says about its sources; empty tuples limit nothing.

    ``publishers`` are wanted and ``excluded`` must not be used, both as they stand in the archive. ``each`` is True
    when several are wanted side by side, so that each should be heard; ``asked`` are the wanted ones, each with
    all names that it has in the archive. ``unknown`` are publishers named as a source that the archive does not
    have, as typed. ``limits`` tell where in the question the expressions stand, those of unknown publishers too.
    """

    publishers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    each: bool = False
    kinds: tuple[Kind, ...] = ()
    excluded_kinds: tuple[Kind, ...] = ()
    asked: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of all expressions, in the order of the question."""
        return tuple(sorted({span for limit in self.limits for span in limit.spans}))


def read_sources(question: str, publishers: Sequence[str], *, newsmakers: Sequence[str] = ()) -> SourceReading:
    """Return what ``question`` says about its sources, among the ``publishers`` of the archive.

    ``newsmakers`` are names that articles of the archive are about; what such a one "said" is asked of any source.
    Only the first 2,000 characters are read. Deterministic, and never raises for a text.
    """
    shown = question[:LONGEST]
    text = readable(shown)
    names = directory(tuple(publishers), tuple(newsmakers))
    used = [(group, attribution(shown, text, group)) for group in _groups(shown, text, names)]
    wanted = [group for group, one in used if one.use is Use.WANTED]
    excluded = _names([group for group, one in used if one.use is Use.EXCLUDED], newsmakers=True)
    found = tuple(name for name in _names(wanted) if name not in excluded)
    named = dict.fromkeys(
        tuple(name for name in one.names if name in found) for group in wanted for one in group.mentions
    )
    asked = tuple(names for names in named if names)
    kinds = _kinds(text)
    spans = {
        LimitKind.PUBLISHERS: [(one.start, one.end) for _, one in used if one.use is Use.WANTED],
        LimitKind.EXCLUDED_PUBLISHERS: [(one.start, one.end) for _, one in used if one.use is Use.EXCLUDED],
        LimitKind.KINDS: [span for _, use, span in kinds if use is Use.WANTED],
        LimitKind.EXCLUDED_KINDS: [span for _, use, span in kinds if use is Use.EXCLUDED],
    }
    return SourceReading(
        publishers=found,
        excluded=excluded,
        each=len(asked) > 1 and not any(group.alternative for group in wanted),
        kinds=tuple(dict.fromkeys(kind for kind, use, _ in kinds if use is Use.WANTED)),
        excluded_kinds=tuple(dict.fromkeys(kind for kind, use, _ in kinds if use is Use.EXCLUDED)),
        asked=asked,
        unknown=tuple(dict.fromkeys(one.written for group in wanted for one in group.mentions if not one.names)),
        limits=tuple(Limit(kind=kind, spans=tuple(sorted(set(places)))) for kind, places in spans.items() if places),
    )


def _names(groups: Sequence[Group], *, newsmakers: bool = False) -> tuple[str, ...]:
    """Return the archive's names in ``groups``; a newsmaker beside others speaks of itself and is left out."""
    found: dict[str, None] = {}
    for group in groups:
        for one in group.mentions:
            if newsmakers or not one.newsmaker or len(group.mentions) == 1:
                found.update(dict.fromkeys(one.names))
    return tuple(found)


_CONNECTED = pattern(
    r"^(?:['’]s)?(?:,? (?P<or>or|nor) | ?, (?:and |&)?|,? (?:and|&|plus|as well as|versus|vs\.?) | ?/ ?| ?& ?)"
    r"(?:(?:the|in|by|from|that of|what|of|both|also) )*$"
)
_OTHER_BEHIND = pattern(r"^,? (?:and|or|&|plus) (?!(?:what|who|when|where|why|how|which|did|does|is|was|were|are)\b)\w")
_OTHER_BEFORE = pattern(r"[\w'’] (?:and|or|&) $")


def _groups(question: str, text: str, names: Directory) -> list[Group]:
    """Return the publishers named in ``question``, those that stand together as one group."""
    mentions = sorted(_mentions(question, text, names), key=lambda one: one.start)
    groups: list[list[Mention]] = []
    alternatives: list[bool] = []
    for mention in mentions:
        gap = _CONNECTED.search(text[groups[-1][-1].end : mention.start]) if groups else None
        if gap:
            groups[-1].append(mention)
            alternatives[-1] |= gap["or"] is not None
        else:
            groups.append([mention])
            alternatives.append(False)
    return [
        Group(
            mentions=tuple(group),
            alternative=alternative,
            others=_OTHER_BEHIND.search(text[group[-1].end :]) is not None
            or _OTHER_BEFORE.search(text[: group[0].start]) is not None,
        )
        for group, alternative in zip(groups, alternatives, strict=True)
    ]


_CAPITALISED = re.compile(r"(?:[Tt]he\s+)?[A-Z][\w&'’.-]*(?:\s+(?:of\s+|&\s+)?[A-Z][\w&'’-]*)*")
_LOWER_SOURCE = pattern(
    r"\b(?:according to|as per|reported by|reporting by|published by|published in|quoted in)"
    r" (?P<name>(?:the )?[\w.-]+(?: (?!and\b|or\b|in\b|on\b|how\b|what\b|who\b)[\w.-]+)?)"
    r"|\b(?:did|does|has|have) (?P<asked>(?:the )?[\w.-]+(?: [\w.-]+)??)"
    r" (?:say|report|reported|write|written|cover|publish)\b"
)


def _mentions(question: str, text: str, names: Directory) -> Iterator[Mention]:
    """Yield the archive's publishers, then elsewhere misspelt ones and others that look like the press."""
    exact = list(names.mentions(question))
    yield from exact
    taken = [(one.start, one.end) for one in exact]
    runs = [match.span() for match in _CAPITALISED.finditer(question)]
    runs += [match.span(name) for match in _LOWER_SOURCE.finditer(text) for name in ("name", "asked") if match[name]]
    for start, end in runs:
        written = re.sub(r"['’]s?$|[.]$", "", question[start:end])
        end = start + len(written)
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        if mention := _guessed(written, start, names):
            taken.append((mention.start, mention.end))
            yield mention


def _guessed(written: str, start: int, names: Directory) -> Mention | None:
    """Return the mention of a misspelt or unknown publisher among the words of a run, the longest first."""
    parts = [(match.start(), match.end()) for match in re.finditer(r"\S+", written)]
    for count in range(len(parts), 0, -1):
        for first in range(len(parts) - count + 1):
            left, right = parts[first][0], parts[first + count - 1][1]
            name = written[left:right]
            guess = names.guess(name)
            capital = any(char.isupper() for char in name)
            if guess or (capital and looks_like_press(name)):
                return Mention(
                    start=start + left,
                    end=start + right,
                    names=guess,
                    written=name,
                    capital=capital,
                    ordinary=False,
                    newsmaker=any(names.is_newsmaker(one) for one in guess),
                    exact=False,
                )
    return None


_KIND_NAMES = {
    Kind.PRESS_RELEASE: r"(?:(?:press|news|media|pr) release)",
    Kind.OPINION: r"(?:op-?ed|opinion (?:piece|column|article|essay)|editorial|commentary|opinion)",
    Kind.NEWS: r"(?:(?:straight |hard )?news(?: (?:article|stor(?=ies)|report|item|coverage))?)",
    Kind.BRIEF: r"(?:brief)",
}
_ANY_KIND = rf"(?:{'|'.join(_KIND_NAMES.values())})(?:s|ies)?"
_MORE_KINDS = rf"(?:(?:and|or|nor|any|the|all|of|in|from|using) |{_ANY_KIND},? )*"
_KEPT_OUT = (
    r"(?:exclud(?:e|ing)|except(?: for)?|other than|apart from|aside from|besides|ignor(?:e|ing)"
    r"|leav(?:e|ing) (?:out|aside)"
    r"|skip(?:ping)?|omit(?:ting)?|minus|rather than|don't (?:use|include|cite)|avoid(?:ing)?|filter(?:ing)? out)"
)
_KEPT_OUT_TOO = r"(?:without|no|not(?: in| from| using| counting)?|outside(?: of)?)"
_SAID_IN = r"(?:say|says|said|on|about|argue[sd]?|claim|published|written|think|call)"


def _kind_patterns(kind: Kind) -> tuple[Pattern, Pattern]:
    """Return the patterns that keep ``kind`` out and that ask for it."""
    name = _KIND_NAMES[kind]
    several = rf"{name}(?:s|ies)"
    if kind in (Kind.NEWS, Kind.BRIEF):
        out = rf"\b{_KEPT_OUT} {_MORE_KINDS}{several if kind is Kind.BRIEF else name + '(?:s|ies)?'}\b"
        # "No news" says that there is none.
        wanted = (
            rf"(?<!the\s)\b(?:only|just) (?:the )?{name}(?:s|ies)?\b(?! (?:that|from|is|of|deals?|anchors?|sites?))"
        )
        return pattern(out), pattern(rf"{wanted}|\b{name}(?:s|ies)? only\b")
    out = rf"\b(?:{_KEPT_OUT}|{_KEPT_OUT_TOO}) {_MORE_KINDS}{name}(?:s|ies)?\b(?! (?:of|on|about) (?!the))"
    wanted = (
        rf"\b(?:only|just|solely) {_MORE_KINDS}{several}\b|\b{several} only\b|\b{several} {_SAID_IN}\b"
        rf"|\b(?:in|from|according to|search|read) (?:the |recent |any |all )?{several}\b"
    )
    return pattern(out), pattern(wanted)


_PATTERNS = {kind: _kind_patterns(kind) for kind in Kind}


def _kinds(text: str) -> list[tuple[Kind, Use, tuple[int, int]]]:
    """Return the kinds of articles that a question asks for or keeps out, with their spans."""
    found: list[tuple[Kind, Use, tuple[int, int]]] = []
    for kind, (out, wanted) in _PATTERNS.items():
        kept_out = [(kind, Use.EXCLUDED, match.span()) for match in out.finditer(text)]
        found += kept_out or [(kind, Use.WANTED, match.span()) for match in wanted.finditer(text)]
    return found
