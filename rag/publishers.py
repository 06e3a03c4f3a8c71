"""The names under which people write of a publisher: short forms, initials, addresses, and slips of spelling.

Only names in the archive are ever returned as they stand there; what else looks like a publisher is told apart from
companies and people, so that a question for a paper the archive lacks can be answered as such.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rag.english import words
from rag.time_words import is_title_case

ALIKE = 0.85
SHORTEST_FUZZY = 5
LONGEST_NAME = 7

# Short forms that no rule makes from the name. Both sides are written as `squashed` gives them.
_SHORT_FORMS = {
    "newyorktimes": "nyt nytimes nytimes.com",
    "wallstreetjournal": "wsj wsj.com wallstjournal",
    "washingtonpost": "wapo washpost",
    "hollywoodreporter": "thr",
    "associatedpress": "ap apnews apnews.com",
    "agencefrancepresse": "afp",
    "losangelestimes": "latimes lat",
    "financialtimes": "ft ft.com",
    "bbc": "bbcnews britishbroadcastingcorporation",
    "bbcnews": "bbc",
    "deutschewelle": "dw dw.com",
    "unitedpressinternational": "upi",
    "upi": "unitedpressinternational",
    "musicbusinessworldwide": "mbw",
    "southchinamorningpost": "scmp",
    "entertainmentweekly": "ew",
    "businessinsider": "insider bi",
    "newyorkmagazine": "nymag",
    "arstechnica": "ars",
    "frankfurterallgemeinezeitung": "faz",
    "sueddeutschezeitung": "sz",
    "thewrap": "wrap",
    "cnn": "cablenewsnetwork",
    "npr": "nationalpublicradio",
    "usatoday": "usat",
}
_SUFFIXES = ("news", "magazine", "online", "newspaper", "website")
_DOMAIN = re.compile(r"\.(?:com|org|net|co\.uk|de|ai|io|tv|fr|in|pk|law|news|eu|us)$")
# Publishers of their own news who are mostly written about: "OpenAI said" asks what they said, not where it stands.
_NEWSMAKERS = words(
    """openai google meta microsoft anthropic netflix nvidia apple amazon disney adobe stabilityai runway midjourney
    suno udio elevenlabs spotify deezer sony universalmusic universalmusicgroup warnermusic warnermusicgroup
    lionsgate paramount comcast warnerbrosdiscovery riaa mpa motionpictureassociation sagaftra wga
    writersguildofamerica deepmind xai mistral perplexity bytedance tiktok kuaishou minimax luma pika ibm intel
    amd samsung tesla"""
)
_INSTITUTIONS = words(
    """office governor senator association department ministry commission union guild inc corp ltd llc court council
    board university institute foundation committee agency federation society bureau alliance academy government
    parliament congress senate house authority secretary"""
)
_PRESS_WORDS = words(
    """times post journal herald tribune gazette guardian telegraph daily weekly news press magazine review reporter
    observer chronicle globe star sun mirror mail express independent standard courier examiner inquirer bulletin
    dispatch register ledger monitor insider today wire radio tv broadcasting zeitung monde figaro newsletter
    evening morning planet bugle online outlook spectator statesman digest advocate citizen argus echo echoes
    sentinel clarion gleaner record recorder argos"""
)
_KNOWN_MEDIA = words(
    """bbc npr pbs cnn cnbc msnbc abcnews cbsnews nbcnews foxnews skynews aljazeera reuters bloomberg variety
    deadline indiewire thewrap hollywoodreporter billboard rollingstone pitchfork vulture vanityfair newyorker
    theatlantic atlantic economist politico axios vox slate salon fortune forbes time newsweek wired techcrunch
    theverge verge engadget gizmodo arstechnica mashable cnet zdnet venturebeat theinformation semafor quartz
    buzzfeed huffpost polygon kotaku ign collider screenrant empire nme stereogum consequence lemonde lefigaro
    liberation derspiegel spiegel diezeit zeit faz handelsblatt elpais elmundo corriere repubblica nikkei asahi
    yomiuri xinhua scmp afp dpa ansa tass theregister nyt wsj wapo latimes ft thr ap upi usatoday dw playbill
    broadcast nature science propublica theintercept restofworld protocol platformer stratechery puck theankler
    ankler cartoonbrew musicweek completemusicupdate digitalmusicnews musically"""
)
_ORDINARY = words(
    """variety deadline wired playback vulture polygon time fortune people verge decoder insider billboard quartz
    slate nature science empire wrap star sun mirror ft bi sz lat ew ars broadcast protocol consequence
    independent guardian observer economist atlantic spectator us record platform capacity orrick decrypt"""
)


# Words so common that in lower case they are never a publisher.
_COMMON = words(
    "people time us nature science fortune record star sun platform capacity independent information empire"
)


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A publisher named in a question at ``[start, end)``; ``names`` as they stand in the archive, or none.

    ``written`` is the name as typed. ``capital`` says it begins with a capital letter, ``ordinary`` that it is a word
    of everyday English too, ``newsmaker`` that it is mostly written about, ``exact`` that it is no guess.
    """

    start: int
    end: int
    names: tuple[str, ...]
    written: str
    capital: bool
    ordinary: bool
    newsmaker: bool
    exact: bool = True


def squashed(name: str) -> str:
    """Return a name in lower case without "the", spaces and marks, but with the dot of an address."""
    plain = re.sub(r"^the[\s-]+", "", name.strip().lower().replace("’", "'"))
    plain = re.sub(r"^(?:https?://)?www\.", "", plain)
    domain = _DOMAIN.search(plain)
    return re.sub(r"[^\w]", "", plain[: domain.start()] if domain else plain) + (domain.group() if domain else "")


class Directory:
    """Looks names up among the publishers of an archive."""

    def __init__(self, publishers: Sequence[str], newsmakers: Collection[str] = ()) -> None:
        """Take the publishers of an archive, and names of those that are mostly written about."""
        self._primary: dict[str, list[str]] = {}
        self._secondary: dict[str, list[str]] = {}
        self._initials: dict[str, list[str]] = {}
        self._newsmakers = {squashed(name) for name in newsmakers}
        for publisher in dict.fromkeys(publishers):
            for form in _forms(publisher):
                self._primary.setdefault(form, []).append(publisher)
            for form in _short_forms(publisher):
                self._secondary.setdefault(form, []).append(publisher)
            for form in _initials(publisher):
                self._initials.setdefault(form, []).append(publisher)

    def find(self, name: str) -> tuple[str, ...]:
        """Return the publishers that ``name`` names, in the archive's order, or none."""
        form = squashed(name)
        address = _DOMAIN.sub("", form)
        for key in dict.fromkeys((form, address, address.removeprefix("the"))):
            if found := self._primary.get(key) or self._secondary.get(key):
                return tuple(found)
        plain = re.sub(r"^[Tt]he\s+|\.", "", name)
        return tuple(self._initials.get(plain, ())) if plain.isupper() else ()

    def guess(self, name: str) -> tuple[str, ...]:
        """Return the publisher whose name is closest to a misspelt ``name``, or none."""
        form = squashed(name)
        if len(form) < SHORTEST_FUZZY:
            return ()
        scored = [
            (SequenceMatcher(None, form, key, autojunk=False).ratio(), key)
            for key in self._primary
            if key[:1] == form[:1] and abs(len(key) - len(form)) <= 3 and len(key) >= SHORTEST_FUZZY
        ]
        best, key = max(scored, default=(0.0, ""))
        return tuple(self._primary[key]) if best >= ALIKE else ()

    def is_newsmaker(self, name: str) -> bool:
        """Whether what ``name`` says is mostly told by others: companies, offices, associations."""
        form = squashed(name)
        parts = re.findall(r"[a-z]+", name.lower())
        return form in _NEWSMAKERS or form in self._newsmakers or bool(_INSTITUTIONS.intersection(parts))

    def mentions(self, question: str) -> Iterator[Mention]:
        """Yield the archive's publishers that ``question`` names exactly, longest first and none inside another."""
        tokens = list(_NAME_TOKEN.finditer(question))
        index = 0
        while index < len(tokens):
            mention, used = self._at(question, tokens, index)
            if mention and self._stands_alone(question, mention):
                yield mention
            index += used

    def _stands_alone(self, question: str, mention: Mention) -> bool:
        """Whether the name is no common word and no part of a longer one ("Thomson Reuters", "Time Warner")."""
        if not mention.capital:
            return squashed(mention.written) not in _COMMON
        if is_title_case(question):
            return True
        behind = re.match(r"\s+([A-Z]\w+)", question[mention.end :])
        before = re.search(r"(?:^|[\s(])([A-Z]\w*)\s+$", question[: mention.start])
        inside = before is not None and re.search(r"[.?!:,;—–-]\s*$|^$", question[: before.start(1)].rstrip()) is None
        return not inside and (behind is None or self.find(behind[1]) != ())

    def _at(self, question: str, tokens: list[re.Match[str]], index: int) -> tuple[Mention | None, int]:
        if tokens[index].group().lower() == "the" and index + 1 < len(tokens):
            found, used = self._at(question, tokens, index + 1)
            adjacent = found and not question[tokens[index].end() : found.start].strip()
            if found and adjacent and not found.written.lower().startswith("the "):
                return _moved(found, tokens[index].start()), used + 1
        for last in range(min(index + LONGEST_NAME, len(tokens)) - 1, index - 1, -1):
            written = question[tokens[index].start() : tokens[last].end()]
            if _BREAK.search(written):
                continue
            bare = re.sub(r"['’]s?$", "", written)
            for name in dict.fromkeys((bare, written)):
                if names := self.find(name):
                    return self._mention(question, tokens[index].start(), name, names), last - index + 1
        return None, 1

    def _mention(self, question: str, start: int, written: str, names: tuple[str, ...]) -> Mention:
        form = squashed(written)
        return Mention(
            start=start,
            end=start + len(written),
            names=names,
            written=written,
            capital=any(char.isupper() for char in written),
            ordinary=form in _ORDINARY,
            newsmaker=any(self.is_newsmaker(name) for name in names),
        )


_NAME_TOKEN = re.compile(r"[\w&][\w&.'’-]*[\w&]['’]?|[\w&]")
_BREAK = re.compile(r"[,;:?!()\"“”]|\.\s")


def _moved(mention: Mention, start: int) -> Mention:
    return Mention(**{**vars(mention), "start": start})


def _forms(publisher: str) -> list[str]:
    form = squashed(publisher)
    domain = _DOMAIN.search(form)
    return [form, form[: domain.start()]] if domain else [form]


def _short_forms(publisher: str) -> list[str]:
    form = squashed(publisher)
    forms = [*_SHORT_FORMS.get(form, "").split(), *(form + suffix for suffix in _SUFFIXES)]
    if publisher.startswith("The") and publisher[3:4].isupper():
        forms.append(squashed(publisher[3:]))  # "TheWrap" is written "the Wrap" too.
    if german := re.match(r"(?:Der|Die|Das) (?=\w)", publisher):
        forms.append(squashed(publisher[german.end() :]))
    first, _, suffix = publisher.removeprefix("The ").rpartition(" ")
    if suffix.lower() in _SUFFIXES and " " not in first:
        forms.append(squashed(first))
    return [short for short in dict.fromkeys(forms) if short != form]


def _initials(publisher: str) -> list[str]:
    capitals = "".join(word[0] for word in re.findall(r"[A-Z]\w+", publisher))
    found = (capitals, capitals[1:] if publisher.startswith("The ") else "")
    return [initials for initials in dict.fromkeys(found) if len(initials) >= 3]


@lru_cache(maxsize=16)
def directory(publishers: tuple[str, ...], newsmakers: tuple[str, ...]) -> Directory:
    """Return the directory of an archive's publishers, made once."""
    return Directory(publishers, newsmakers)


def looks_like_press(name: str) -> bool:
    """Whether a name is that of a known medium or ends like a paper's: "the Daily Planet", not "Ted Sarandos"."""
    form = squashed(name)
    if form in _KNOWN_MEDIA or _DOMAIN.search(form):
        return True
    parts = re.findall(r"[a-z]+", name.lower())
    named = [part for part in parts if part != "the"]
    if _INSTITUTIONS.intersection(named):
        return False
    strong = bool(named) and (named[-1] in _PRESS_WORDS or named[0] in ("daily", "radio", "evening", "morning"))
    return strong and (len(named) > 1 or parts[0] == "the")
