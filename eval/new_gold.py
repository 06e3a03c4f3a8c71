"""Draft gold questions from articles of one's own, for a person to correct and approve.

A draft asks for what a sentence names; a near miss asks the same of another year or another name, so that
the articles should not answer it. All are written with status draft, which is never counted.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, TypeVar

from eval.articles import Articles, Listed
from eval.drafting import Draft, drafts_of
from eval.gold import GoldError
from eval.gold_form import Status
from eval.judge import plain, says
from rag.schema import Article
from rag.sentence_parts import is_surely_a_name
from rag.sentences import sentence_spans
from rag.spans import AnswerType, names_in

Item = TypeVar("Item")

NEAR_MISSES = 5
"""Every so many drafts, one is a near miss."""
ASKED_FOR = (AnswerType.AMOUNT, AnswerType.TIME, AnswerType.PERSON, AnswerType.PLACE)
_DOING = re.compile(r" (?:has|had|is|was|will|said|says|won|sold|told|made|did|[a-z]{2,}ed)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

NOTE = (
    "Drafted from the quote. Reword the question as a reader would ask it, without the article's own words; check "
    "the answer, and add other accepted wordings and further articles that say it; then set status to approved."
)
NEAR_MISS_NOTE = (
    "Drafted as a near miss of {draft}, with {new} in the place of {old}. Make sure that no article answers it; "
    "reword it as a reader would ask; then set status to approved."
)


@dataclass(frozen=True, kw_only=True)
class NearMiss:
    """A draft's question with ``new`` in the place of ``old``, which its article does not speak of."""

    draft: Draft
    question: str
    old: str
    new: str


def new_gold(articles: Articles, *, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return at most ``count`` gold lines as JSON objects, all drafts; the same seed gives the same ones.

    They are spread over publishers and months, one per article as long as there are articles, and take turns in
    what they ask for. Their as-of date is the day of the newest article. An article without a date of publication
    is used only when all are without. Raises GoldError when the articles yield no draft at all.
    """
    chance = random.Random(seed)
    listed = articles.listed()
    dated = [item for item in listed if item.published is not None]
    newest = max((item.published for item in dated if item.published is not None), default=None)
    drafts = _choose(articles, _spread(dated or listed, chance), chance, count=count)
    if not drafts:
        raise GoldError(
            f"None of the {len(listed)} articles has a sentence from which a question could be drafted. "
            "Name articles in English that speak of amounts, days, persons or places."
        )
    few = count // NEAR_MISSES
    latest_year = newest.year if newest else None
    # Further drafts take the place of near misses that could not be made.
    misses = _near_misses(articles, drafts[: count - few], chance, latest_year=latest_year, count=few)
    kept = drafts[: count - len(misses)]
    return [_line(draft, newest) for draft in kept] + [_near_miss_line(miss, newest) for miss in misses]


def write_new(lines: Sequence[dict[str, Any]], file: Path) -> None:
    """Write gold lines to a new file; raises GoldError when it exists, or cannot be made."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise GoldError(f"{file} exists, and may hold corrections. Name another file with --out.") from error
    except OSError as error:
        raise GoldError(f"{file} cannot be written ({error.strerror}). Name a file in a folder that exists.") from error


def require_absent(file: Path) -> None:
    """Raise GoldError when ``file`` exists, before any work is done for it."""
    if file.exists():
        raise GoldError(f"{file} exists, and may hold corrections. Name another file with --out.")


def _spread(listed: Sequence[Listed], chance: random.Random) -> list[str]:
    """Return the articles' ids so that publishers, and months within a publisher, take turns."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in listed:
        month = item.published.strftime("%Y-%m") if item.published else ""
        groups[item.publisher or ""][month].append(item.id)
    publishers = []
    for _, months in sorted(groups.items()):
        shuffled = [chance.sample(ids, len(ids)) for _, ids in sorted(months.items())]
        chance.shuffle(shuffled)
        publishers.append(_in_turn(shuffled))
    chance.shuffle(publishers)
    return _in_turn(publishers)


def _in_turn(lists: Sequence[Sequence[Item]]) -> list[Item]:
    """Return the first item of each list, then the second of each, and so on."""
    rows = zip_longest(*([(item,) for item in members] for members in lists), fillvalue=())
    return [item for row in rows for cell in row for item in cell]


def _choose(articles: Articles, ids: Sequence[str], chance: random.Random, *, count: int) -> list[Draft]:
    """Take one draft of each article in turn, and further ones in further rounds, until there are ``count``."""
    chosen: list[Draft] = []
    asked: set[str] = set()
    quoted: set[tuple[str, str]] = set()
    waiting = list(ids)
    while waiting and len(chosen) < count:
        again = []
        for article_id in waiting:
            if len(chosen) == count:
                break
            article = articles.article(article_id)
            left = [
                item
                for item in (drafts_of(article) if article is not None else [])
                if plain(item.question) not in asked and (item.article_id, item.quote) not in quoted
            ]
            if not left:
                continue
            again.append(article_id)
            turn = [*ASKED_FOR[len(chosen) % len(ASKED_FOR) :], *ASKED_FOR[: len(chosen) % len(ASKED_FOR)]]
            kind = next(kind for kind in turn if any(item.asks_for is kind for item in left))
            draft = chance.choice([item for item in left if item.asks_for is kind])
            chosen.append(draft)
            asked.add(plain(draft.question))
            quoted.add((draft.article_id, draft.quote))
        waiting = again
    return chosen


def _near_misses(
    articles: Articles, drafts: Sequence[Draft], chance: random.Random, *, latest_year: int | None, count: int
) -> list[NearMiss]:
    """Ask drafts of another year, or else of a name that another draft's article speaks of."""
    texts = {draft.article_id: articles.article(draft.article_id) for draft in drafts}
    held = {name: article for name, article in texts.items() if article is not None}
    actors = {name: _actors(article) for name, article in held.items()}
    found: list[NearMiss] = []
    asked = {plain(draft.question) for draft in drafts}
    for draft in chance.sample(drafts, len(drafts)):
        if len(found) == count:
            break
        article = held[draft.article_id]
        own = actors[draft.article_id]
        others = list(
            dict.fromkeys(name for names in chance.sample(list(actors.values()), len(actors)) for name in names)
        )
        for old, new in chain(_other_years(draft, article, latest_year), _other_names(draft, article, own, others)):
            question = _swapped(draft.question, old, new)
            if plain(question) not in asked:
                asked.add(plain(question))
                found.append(NearMiss(draft=draft, question=question, old=old, new=new))
                break
    return found


def _swapped(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)


def _other_years(draft: Draft, article: Article, latest: int | None) -> Iterator[tuple[str, str]]:
    for year in dict.fromkeys(_YEAR.findall(draft.question)):
        for other in (int(year) + 1, int(year) - 1):
            if str(other) not in article.text and (latest is None or other <= latest):
                yield year, str(other)


def _other_names(draft: Draft, article: Article, own: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Yield actors of the article that are whole names in the question, with others of as many words."""
    names = [draft.question[start:end] for start, end in names_in(draft.question)]
    for old in own:
        if sum(says(name, old) for name in names) == names.count(old) > 0:
            for new in others:
                if len(old.split()) == len(new.split()) and not says(article.text, new):
                    yield old, new


def _actors(article: Article) -> list[str]:
    """Return the names, mostly of companies, of which the article says twice or more what they do; no surnames."""
    found: dict[str, None] = {}
    for start, end in sentence_spans(article.text, "en"):
        sentence = article.text[start:end]
        name = next((sentence[first:last] for first, last in names_in(sentence) if first == 0), "")
        if len(name) > 2 and " and " not in name and _DOING.match(sentence[len(name) :]):
            found[name] = None
    return [
        name
        for name in found
        if len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", article.text)) > 1
        and is_surely_a_name(name, article.text)
        and not re.search(rf"[A-Z][\w’'.-]+ {re.escape(name)}(?!\w)", article.text)
    ]


def _id(question: str, newest: datetime | None) -> str:
    asked = f"{newest} {question}"
    return "own-" + hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _line(draft: Draft, newest: datetime | None) -> dict[str, Any]:
    return {
        "id": _id(draft.question, newest),
        "question": draft.question,
        **_as_of(newest),
        "kind": "fact",
        "answers": [list(draft.answers)],
        "evidence": [{"article": draft.article_id, "quote": draft.quote}],
        "status": Status.DRAFT.value,
        "note": NOTE,
    }


def _near_miss_line(miss: NearMiss, newest: datetime | None) -> dict[str, Any]:
    return {
        "id": _id(miss.question, newest),
        "question": miss.question,
        **_as_of(newest),
        "kind": "unanswerable",
        "answerable": False,
        "reason": "wrong year" if miss.new.isdecimal() else "wrong name",
        "status": Status.DRAFT.value,
        "note": NEAR_MISS_NOTE.format(draft=_id(miss.draft.question, newest), old=miss.old, new=miss.new),
    }


def _as_of(newest: datetime | None) -> dict[str, str]:
    return {} if newest is None else {"as_of": newest.date().isoformat()}
