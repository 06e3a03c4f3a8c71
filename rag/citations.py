"""The citations of sentences that a language model wrote: resolved, checked, and quoted from the articles by us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from rag.amounts import told_amounts
from rag.backing import Backing, backing
from rag.citation_weights import CitationWeights, read_citation_weights
from rag.embed import Encoder
from rag.evidence import TermStatistics, share
from rag.indexed_text import header
from rag.marked import MarkedSentence
from rag.mismatch import Mismatch, Source, mismatches, told_elsewhere
from rag.schema import Article, Citation, ScoredPassage, Sentence, Verdict
from rag.sentences import sentence_spans
from rag.statements import last_day
from rag.stems import content_stems
from rag.told_dates import told_dates
from rag.told_names import NameBook, name_book

SEARCHED = 3
"""So many passages with most of a sentence's terms are looked at for a citation that is missing."""
_DOUBTS = {
    "swapped": "in the passage it is the other way round",
    "another": "the passage names another for it",
    "denied": "only one of the sentence and the passage denies it",
    "opposed": "only one of the sentence and the passage denies it",
    "pending": "the passage tells it as planned or alleged",
    "sweeping": "the passage does not say it of all",
    "partial": "the passage says it of some only",
}
LEAST_SHARED = 2
"""So many words that carry meaning must stand in sentence and passages alike."""
MANY = 2
"""So many details of a sentence that its nearest lines do not have are as bad as more."""
CLOSE = 2
"""Characters between two sentences of an article that are quoted as one."""


class Unsupported(StrEnum):
    """What becomes of a sentence that its passages do not say."""

    STRIKE = "strike"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A sentence of a model with what its passages say to it.

    ``citations`` are numbered as the passages were, from 1, and several may quote one passage: the sentences of it
    that say what the sentence says. They are empty unless it is supported, at least partly. ``added`` holds the
    numbers of passages that the model did not name.
    """

    text: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    added: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What passages together say to a sentence: what speaks against it, and the probability that they say it."""

    verdict: Verdict
    probability: float
    mismatches: tuple[Mismatch, ...]
    backing: Backing


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The sentences and citations of an answer; without any, none is supported and the answer is an abstention."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()


def check(
    sentence: MarkedSentence,
    passages: Sequence[ScoredPassage],
    *,
    encoder: Encoder,
    statistics: TermStatistics,
    as_of: datetime,
    weights: CitationWeights | None = None,
) -> Checked:
    """Return whether the passages that ``sentence`` names say it; ``passages`` are numbered from 1 in their order.

    Where it names none, or those do not say it, a passage is cited that passes the same check, and more surely, if
    there is one: a model that does not say where it has something from is less to be believed.
    ``as_of`` is the exclusive bound of what is known: "today" is the last day before it.
    """
    weights = weights or read_citation_weights()
    named = [number for number in sentence.markers if 1 <= number <= len(passages)]
    reasons = [f"there is no passage {number}" for number in sentence.markers if number not in named]
    names = name_book(item.article.text for item in passages)

    def judged(numbers: Sequence[int]) -> Judgement:
        chosen = [passages[number - 1] for number in numbers]
        return judge(
            sentence.text, chosen, names=names, encoder=encoder, statistics=statistics, as_of=as_of, weights=weights
        )

    found = judged(named) if named else None
    if found is not None and found.verdict is Verdict.SUPPORTED:
        return _checked(sentence, found, named, passages, reasons)
    for number in _likely(sentence.text, passages, statistics, without=named):
        other = judged([number])
        if other.verdict is Verdict.SUPPORTED and other.probability >= weights.added:
            if found is not None:
                reasons.append(f"the passage cited does not say it, passage {number} does")
            return replace(_checked(sentence, other, [number], passages, reasons), added=(number,))
    if found is None:
        verdict = Verdict.UNSUPPORTED if sentence.markers else Verdict.UNCITED
        return Checked(text=sentence.text, verdict=verdict, reasons=(*reasons, "no passage was found that says it"))
    return _checked(sentence, found, named, passages, [*reasons, *_reasons(found)])


def judge(
    text: str,
    passages: Sequence[ScoredPassage],
    *,
    names: NameBook,
    encoder: Encoder,
    statistics: TermStatistics,
    as_of: datetime,
    weights: CitationWeights,
) -> Judgement:
    """Return what ``passages`` together say to ``text``. A mismatch is decisive, whatever the probability."""
    today = last_day(as_of)
    blank = [(told.start, told.end) for told in told_dates(text, today)]
    blank += [(amount.start, amount.end) for amount in told_amounts(text)]
    backed = backing(text, passages, encoder=encoder, statistics=statistics, blank=blank)
    sources = [_source(item, backed, place) for place, item in enumerate(passages)]
    against = mismatches(text, sources, names=names, today=today)
    elsewhere = 0 if against else told_elsewhere(text, sources, names=names, today=today)
    backed = replace(backed, features=replace(backed.features, elsewhere=min(1.0, elsewhere / MANY)))
    probability = weights.probability(backed.features)
    verdict = Verdict.UNSUPPORTED
    # One word in common is an echo: "OWNED by joiners" of an article that says "write OWNED".
    shared = content_stems(text) & content_stems(
        " ".join(f"{item.article.title} {item.passage.text}" for item in passages)
    )
    if not against and backed.lines and len(shared) >= LEAST_SHARED and not weights.is_far(backed.features):
        if probability >= weights.supported:
            verdict = Verdict.SUPPORTED
        elif probability >= weights.partly and not backed.features.doubts:
            verdict = Verdict.PARTLY
    return Judgement(verdict=verdict, probability=probability, mismatches=against, backing=backed)


def settle(checked: Sequence[Checked], *, unsupported: Unsupported) -> Settled:
    """Return the sentences to show, and their citations numbered from 1 in the order of the answer.

    What is unsupported or uncited is kept without citations, to be struck out, or left out. Without any supported
    sentence nothing is left: the answer is to be an abstention.
    """
    if not any(item.verdict is Verdict.SUPPORTED for item in checked):
        return Settled()
    sentences: list[Sentence] = []
    citations: dict[tuple[str, int, int], Citation] = {}
    for item in checked:
        if unsupported is Unsupported.REMOVE and not item.citations:
            continue
        numbers = []
        for citation in item.citations:
            key = (citation.article.id, citation.start, citation.end)
            numbered = citations.setdefault(key, replace(citation, number=len(citations) + 1))
            numbers.append(numbered.number)
        sentences.append(
            Sentence(
                text=item.text, citations=tuple(dict.fromkeys(numbers)), verdict=item.verdict, reasons=item.reasons
            )
        )
    return Settled(sentences=tuple(sentences), citations=tuple(citations.values()))


def _checked(
    sentence: MarkedSentence,
    found: Judgement,
    numbers: Sequence[int],
    passages: Sequence[ScoredPassage],
    reasons: Sequence[str],
) -> Checked:
    citations: list[Citation] = []
    if found.verdict is not Verdict.UNSUPPORTED:
        citations = [
            citation
            for place, number in enumerate(numbers)
            for citation in _quotes(
                passages[number - 1],
                number,
                [(line.start, line.end) for line in found.backing.lines if line.place == place],
            )
        ]
    return Checked(
        text=sentence.text, verdict=found.verdict, reasons=tuple(dict.fromkeys(reasons)), citations=tuple(citations)
    )


def _quotes(item: ScoredPassage, number: int, spans: Sequence[tuple[int, int]]) -> list[Citation]:
    """Return a citation for each run of sentences that stand next to each other."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if runs and start - runs[-1][1] <= CLOSE:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return [
        Citation(
            number=number,
            article=item.article,
            passage_id=item.passage.id,
            passage_start=item.passage.start,
            passage_end=item.passage.end,
            start=start,
            end=end,
            quote=item.article.text[start:end],
        )
        for start, end in runs
    ]


def _reasons(found: Judgement) -> list[str]:
    if found.mismatches:
        return [item.reason for item in found.mismatches]
    if found.verdict is Verdict.PARTLY:
        return ["a part of it is not found in the passage"]
    doubts = dict.fromkeys(_DOUBTS[name] for name in found.backing.features.doubts)
    return list(doubts) or ["the passage says too little of it"]


def _source(item: ScoredPassage, backed: Backing, place: int) -> Source:
    return Source(
        near=tuple(line.text for line in backed.lines if line.place == place),
        text=item.passage.text,
        title=item.article.title,
        before=_before(item),
        heading=header(item.article),
        article=item.article.text,
        published=_day(item.article),
    )


def _before(item: ScoredPassage) -> str:
    """Return the sentence before a passage, whose names its pronouns may mean."""
    text = item.article.text[: item.passage.start]
    spans = sentence_spans(text, item.article.language)
    return text[slice(*spans[-1])] if spans else ""


def _day(article: Article) -> date | None:
    return article.published_at.value.date() if article.published_at else None


def _likely(
    text: str, passages: Sequence[ScoredPassage], statistics: TermStatistics, *, without: Sequence[int]
) -> list[int]:
    """Return the numbers of the passages that have most of the sentence's terms, best first."""
    weights = statistics.weights(text)
    numbers = [number for number in range(1, len(passages) + 1) if number not in without]
    covered = {
        number: share(weights, statistics.terms(f"{header(item.article)}\n{item.passage.text}"))
        for number, item in enumerate(passages, start=1)
        if number in numbers
    }
    return sorted(numbers, key=lambda number: (-covered[number], number))[:SEARCHED]
