"""Whether a publisher named in a question is wanted as its source, kept out as one, or the subject.

Only constructions of reporting make a source: "according to Bloomberg", "what did Variety and Deadline report",
"Deadline's story", "except Variety". "Who sued The New York Times" names none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.publishers import Mention
from rag.time_words import MONTHS, Pattern, pattern


class Use(StrEnum):
    """What a question does with the publishers it names."""

    WANTED = "wanted"
    EXCLUDED = "excluded"
    SUBJECT = "subject"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Publishers named together: "Variety, Deadline and the Daily Planet". ``alternative`` says that "or" joins them.

    ``others`` says that something that is no publisher is joined to them ("OpenAI and the trackers").
    """

    mentions: tuple[Mention, ...]
    alternative: bool
    others: bool

    @property
    def start(self) -> int:
        """Where the first name begins."""
        return self.mentions[0].start

    @property
    def end(self) -> int:
        """Where the last name ends."""
        return self.mentions[-1].end

    @property
    def sure(self) -> bool:
        """Whether every name is one of the archive's, rightly spelt, and no everyday word in lower case."""
        return all(one.exact and one.names and (one.capital or not one.ordinary) for one in self.mentions)


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """How a group is used, and the span of the construction that says so."""

    use: Use
    start: int
    end: int


_NEWS = (
    r"(?:reports?|reporting|stor(?:y|ies)|articles?|pieces?|coverage|interviews?|write-?ups?|reviews?|scoops?|exclusives?"
    r"|headlines?|columns?|op-?eds?|editorials?|newsletters?|dispatch(?:es)?|investigations?|profiles?|news|briefs?|posts?)"
)
_FIGURES = (
    r"(?:figures?|numbers?|estimates?|count|tally|versions?|accounts?|totals?|take|reading|view|sources?|analysis)"
)
_STRONG = r"(?:report(?:s|ed|ing)?|writ(?:e|es|ing|ten)|wrote|publish(?:es|ed)?|cover(?:s|ed|ing)?|broke the|ran an?)"
_WEAK = (
    r"(?:sa(?:y|ys|id|ying)|claim(?:s|ed|ing)?|not(?:e|es|ed)|mention(?:s|ed)?|quot(?:e|es|ed|ing)|estimat(?:e|es|ed)"
    r"|cit(?:e|es|ed|ing)|count(?:s|ed)?|puts?|gives?|gave|call(?:s|ed)?|nam(?:e|es|ed)|tells?|told"
    r"|explain(?:s|ed)?|think(?:s)?|list(?:s|ed)?|add(?:s|ed)?|reveal(?:s|ed)?|f(?:ind|inds|ound)|conclud(?:e|es|ed)"
    r"|suggest(?:s|ed)?|predict(?:s|ed)?|describ(?:e|es|ed)|fram(?:e|es|ed)|summari[sz](?:e|es|ed)|learn(?:s|ed|t)?"
    r"|characteri[sz](?:e|es|ed)|headlin(?:e|ed)|state[sd]?|attribut(?:e|es|ed)|reckons?|hear[sd]?|argue[sd]?)"
)
_ASKED_BY = pattern(
    r"\b(?:did|does|do|has|have|had|can|could|would|will|didn't|doesn't|is|are|was|were)(?: both| each of)? $"
)
_IS_DONE = pattern(r"\b(?:is|are|was|were) $")
_VERB_BEHIND = pattern(
    r"^,? (?:(?:has|have|had|is|are|was|were|also|first|recently|now|originally|just|all|both|each|ever|already"
    rf"|actually|it|that|who|which|exclusively) )*(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))\b"
)
_ATTRIBUTED = pattern(
    rf"\b(?:according to|as per|per|going by|(?:as )?(?:first )?(?:reported|quoted|cited|published|covered"
    rf"|described|told|written|run|carried|broken|stated|reviewed|reckoned|estimated) (?:by|in|on|to|for)"
    rf"|{_NEWS} (?:\S+ )?(?:by|from|in)|(?:wrote|op-?ed|column|piece) for|appear(?:s|ed|ing)? in|ran in|via|credited to"
    r"|(?P<told>tell|tells|told|telling|spoke to|speaking to|spoke with|speaking with|talked to|talking to"
    r"|(?:say|says|said|saying|speak|comment(?:ed)?|confirm(?:ed)?|explain(?:ed)?|statement) to)"
    r"|(?:an )?interviews? with|interviewed by|quoting|citing|in the (?:words|view|eyes) of)"
    r" (?:(?:both|only|either|each of|just|what|an?|reports? (?:in|by|from|of)) )*$"
)
_ORDINARY_TOO = pattern(
    r"\b(?:according to|as per|going by|(?:reported|quoted|cited|published|covered|told|written) (?:by|in|to|for)"
    rf"|{_NEWS} (?:by|from|in|at)) (?:both |either |only )?$"
)
_ONLY = pattern(
    r"(?:\b(?:only|just|solely|exclusively) (?:(?:use|using|from|in|by|what|with|cite|citing|consult|search|want) )*"
    r"|\b(?:stick(?:ing)? to|limit(?:ed|ing)?(?: \S+)? to|restrict(?:ed|ing)?(?: \S+)? to|based on|rel(?:y|ies|ying) on"
    r"|drawing on) (?:(?:only|just) )?"
    rf"|^(?:please )?(?:use|search|cite|consult|check) (?:only )?)(?:{_NEWS} (?:by|from|in|of) )?$"
)
_UNLIKE = pattern(r"\b(?:differs? from|different from|compared? (?:with|to)|that of|than|versus|vs\.?|match) $")
_FROM = pattern(
    rf"\b(?:{_NEWS}(?: (?:on|about)(?: \S+){{1,3}}?)?|only|just|anything|something|everything|all|new|quotes?"
    r"|headlines?) from (?:both |either )?$"
)
_REPORT_BEHIND = pattern(
    r"^(?:['’]s?)? (?:(?:own|recent|latest|exclusive|original|first|new|big|long|front-page|main|cover|\d{4}"
    rf"|{MONTHS}(?: \d{{4}})?) )*{_NEWS}\b"
)
_FIGURE_BEHIND = pattern(rf"^['’]s? (?:own |latest )?{_FIGURES}\b")
_IN = pattern(r"\b(?P<word>[\w'-]+)? ?\b(?P<place>in|on) $")
_WORKS_IN = pattern(
    r"\b(?:invest\w*|stakes?|interest(?:ed)?|shares?|jobs?|cuts?|lay-?offs|strikes?|work\w*|staff|editors?|reporters?"
    r"|journalists?|employees|writers|ads?|adverts?|faith|trust|confidence|believe|union|unions|managers?|roles?|money"
    r"|power|control|layoff|changes?|changed|involved|buyouts?|ownership) in $"
)
_APPEARED_ON = pattern(
    r"\b(?:seen|read|appear\w*|shown|aired|published|posted|said|broadcast|heard|saw|featured|interviewed) on $"
)
_ENDS = pattern(
    r"^ ?(?:[?.!,;:)\]]|$|(?:about|on|that|by|who|what|how|this|last|yesterday|today|recently|in|and|or)\b)"
)
_LABEL = pattern(r"^(?: ?:(?= )| on (?=[^:?]*:)|['’]s?:)")
_TOPIC = pattern(r"^ on (?:the|its|whether|how|why|what|who|\w+'s)\b")
_SOURCE_LABEL = pattern(r"(?:[(\[|–—-] ?(?:via |per |from |in |by )?)$")
_LAST = pattern(r"^ ?[)\]]? ?[?.!]*$")
_COMPARED = re.compile(r"\b(?:compar\w+|differ\w*|disagree\w*|agree\w*|contradict\w*|conflict\w*|versus|vs)\b")
_COMPARED_BEHIND = pattern(
    rf"^ ?(?:(?:differ|disagree|agree|contradict|conflict|compare|on|about|each|with)\b|{_NEWS}\b|{_FIGURES}\b"
    r"|[?.,]|$)"
)
_EXCEPT_MILD = (
    r"(?:other than|apart from|besides?|aside from|except(?: for)?|without(?: using)?|rather than|but not|outside of)"
)
_EXCEPT_PLAIN = (
    r"(?:exclud(?:e|es|ing)|not(?: in| by| using| citing| the ones? from)?|no|ignor(?:e|ing)"
    r"|leav(?:e|ing) (?:out|aside)|skip(?:ping)?|omit(?:ting)?|minus|(?:don't|do not) (?:use|cite|include|want)"
    r"|avoid(?:ing)?|(?:any(?:thing|one)|all|every(?:one|thing)|nothing|nobody) but)"
)
_FROM_SUCH = rf"(?:(?:from|in|by|of|anything|articles|stories|what|{_NEWS}|the|any) )*"
_EXCEPT = pattern(rf"\b(?:(?P<mild>{_EXCEPT_MILD})|(?P<plain>{_EXCEPT_PLAIN})|(?P<notfrom>not from)) {_FROM_SUCH}$")
_PARTY = re.compile(
    r"\b(?:su(?:e|es|ed|ing)|lawsuits?|complaint|licen[cs]\w*|deals?|settle\w*|signed|struck|joined|bought|owns?|paid"
    r"|block\w*|banned|partner\w*|agreement|plaintiffs?)\b"
)
_WHO_ELSE = pattern(
    r"(?:\b(?:who|whom|anyone|anybody|else|others?|newspapers?|papers?|publishers?|publications|organi[sz]ations|companies"
    r"|plaintiffs?|outlets?|media|groups?|parties|firms?|titles?) |^)$"
)
_TAKEN = re.compile(
    r"\b(?:train\w*|cop(?:y|ied|ies|ying)|scrap\w*|licen[cs]\w*|reproduc\w*|regurgitat\w*|infring\w*|crawl\w*"
    r"|ingest\w*|datasets?|outputs?|verbatim|paywall\w*|su(?:e|es|ed|ing)|copyright\w*|memori[sz]\w*)\b"
)
_RESULTS = r"(?:profits?|loss(?:es)?|revenues?|earnings|results|income|sales|subscribers|layoffs|lay-offs)"
_OWN_RESULTS = pattern(
    rf"^ (?:has |have )?report(?:s|ed|ing)? (?:an? |its |their |record |quarterly |higher |lower |net )*{_RESULTS}\b"
)
_RESULTS_ASKED = pattern(rf"\b{_RESULTS} (?:did|does|has|have|had) $")
_OWN_CASE = re.compile(
    r"\b(?:its|their)(?: own)? (?:complaint|lawsuit|suit|filing|case|deal|agreement|contract|staff|union|journalists"
    r"|reporters|editors|owner|audience|subscribers|paywall|archive|content|policy|ai policy|articles|stories"
    r"|journalism|work)\b"
    r"|\bbefore (?:it |they )?su(?:ed|ing)\b"
)
_ACCUSES = re.compile(r"\b(?:infring\w*|cop(?:ied|ying)|stole|stolen|ow(?:e|es|ed)|damages)\b")
_OWN_PAGES = pattern(
    r"^['’]s? (?:own )?(?:blog(?: posts?)?|press releases?|announcements?|newsletters?|(?:web)?site|statements?|page)\b"
)


def attribution(question: str, text: str, group: Group) -> Attribution:
    """Return how ``question``, whose readable form is ``text``, uses the publishers of ``group``."""
    before, behind = text[: group.start], text[group.end :]
    if found := _EXCEPT.search(before):
        if not _is_party(text, found):
            return Attribution(use=Use.EXCLUDED, start=found.start(), end=group.end)
        return _subject(group)
    if all(one.newsmaker for one in group.mentions):
        return _wanted(group, group.start, group.end) if _OWN_PAGES.match(behind) else _subject(group)
    start = _attributed(text, before, group)
    if start is not None:
        return _wanted(group, start, group.end)
    end = _reports_behind(text, before, behind, group)
    if end is not None:
        return _wanted(group, group.start, group.end + end)
    if (_in_place(text, before, behind, group) or _as_label(before, behind, group)) and group.sure:
        return _wanted(group, group.start, group.end)
    return _subject(group)


def _wanted(group: Group, start: int, end: int) -> Attribution:
    return Attribution(use=Use.WANTED, start=start, end=end)


def _subject(group: Group) -> Attribution:
    return Attribution(use=Use.SUBJECT, start=group.start, end=group.end)


def _is_party(text: str, found: re.Match[str]) -> bool:
    """Whether the publisher is kept out of those who act, not of the sources: "who else but the Times sued"."""
    if found["mild"] is None:
        return found["plain"] in ("not", "no") and _PARTY.search(text) is not None
    return _PARTY.search(text) is not None and _WHO_ELSE.search(text[: found.start()]) is not None


def _attributed(text: str, before: str, group: Group) -> int | None:
    """Return where "according to" or its like begins before the names."""
    patterns: tuple[Pattern, ...] = (_ATTRIBUTED, _ONLY, _FROM) if _is_clear(group) else (_ORDINARY_TOO, _ONLY)
    for wanted in patterns:
        if found := wanted.search(before):
            if found.groupdict().get("told") and _PARTY.search(text):
                continue
            return found.start() + (len(found.group()) - len(found.group().lstrip()))
    if re.match(r"['’]s\b", text[group.end :]) and (found := _UNLIKE.search(before)):
        return found.start()
    return None


def _is_clear(group: Group) -> bool:
    return all(one.capital or not one.ordinary for one in group.mentions)


def _reports_behind(text: str, before: str, behind: str, group: Group) -> int | None:
    """Return how far behind the names a report or a verb of reporting reaches, or ``None``."""
    asked = _ASKED_BY.search(before) is not None and not re.match(r"['’]", behind)
    found = None if asked else _REPORT_BEHIND.match(behind) or _FIGURE_BEHIND.match(behind)
    if found:
        many = re.search(r"(?:articles|stories|pieces|news|columns|posts|reporting)$", found.group()) is not None
        return None if many and _TAKEN.search(text) else found.end()
    if _COMPARED.search(text) and len(group.mentions) > 1 and _COMPARED_BEHIND.match(behind):
        return 0
    found = _VERB_BEHIND.match(behind)
    if found is None or (_IS_DONE.search(before) and not (found["strong"] or found["weak"]).endswith("ing")):
        return None
    if found["strong"]:
        if found["strong"] in ("cover", "write", "publish") and not asked and len(group.mentions) == 1:
            return None  # "the Variety cover"
        return None if _OWN_RESULTS.match(behind) or _RESULTS_ASKED.search(before) else 0
    if group.others or _OWN_CASE.search(text) or _ACCUSES.search(text):
        return None
    # A misspelt name, or one that is an everyday word, needs the plain "what does it say".
    plain = asked and re.match(r"\s+(?:say|said|tell)\b", behind) is not None
    return 0 if group.sure or plain else None


def _in_place(text: str, before: str, behind: str, group: Group) -> bool:
    """Whether the names stand behind "in" or "on" as the place of something said: "quoted in Variety"."""
    found = _IN.search(before)
    if found is None or not _ENDS.match(behind):
        return False
    if found["place"] == "on":
        return _APPEARED_ON.search(before) is not None or not before[: found.start("place")].strip()
    return _WORKS_IN.search(before) is None


def _as_label(before: str, behind: str, group: Group) -> bool:
    """Whether the names head the question or close it: "Reuters: who sued", "who sued? (Reuters)"."""
    ordinary = any(one.ordinary for one in group.mentions)
    if re.match(r"\s+only\b", behind) and re.search(r"(?:^|[,;:(—–-]|\b(?:using|use|from|in|by|with|on))\s*$", before):
        return True
    if before.strip() in ("from", "in", "on", "by") and re.match(r"\s*[:,]", behind):
        return True
    if not before.strip():
        return _LABEL.match(behind) is not None or (not ordinary and _TOPIC.match(behind) is not None)
    if re.search(r"\bsources?:\s*$", before):
        return True
    return _SOURCE_LABEL.search(before) is not None and _LAST.match(behind) is not None
