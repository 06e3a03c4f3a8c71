"""What was unusual in a benchmark's files: counted by kind, so that nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Oddity(StrEnum):
    """Something in the files that is not as most of it is, and what was done about it."""

    FILE_OTHER = "file that is neither questions nor search results of one week: not read"
    FILE_UNREADABLE = "file that cannot be read: left out"
    LINE_UNREADABLE = "line that is no JSON object: left out"
    WEEK_WITHOUT_SEARCH = "week without a file of search results: its questions have no gold article"
    WEEK_WITHOUT_QUESTIONS = "week with search results and no questions: its articles are pooled"
    QUESTION_EMPTY = "question without words: left out"
    ANSWER_UNUSABLE = "question whose answer names no choice: left out"
    QUESTION_REPEATED = "question that comes again under its id: left out"
    ID_REUSED = "id that another question has already: kept, under a longer id"
    ID_MISSING = "question without an id: kept, named after its line"
    DATE_OF_FILE = "question without a readable date: asked as of its file's date"
    MARKUP = "question with markup in it: asked without"
    SEVERAL_ANSWERS = "question with several accepted answers"
    SEARCH_MISSING = "question without a line of search results: no gold article"
    SEARCH_EMPTY = "question whose search found nothing: no gold article"
    SEARCH_ELSEWHERE = "question whose search results stand in another week's file: taken from there"
    RESULT_UNUSABLE = "search result that is no article with a web address: left out"
    ARTICLE_SHORT = "article with too little text: not pooled"
    ARTICLE_REPEATED = "search result whose address is pooled already: the first one counts"
    ARTICLE_REFUSED = "article that the ingest refuses: not pooled"
    ARTICLE_UNTITLED = "article without a title: its first words stand in"
    AUTHORS_DROPPED = "article whose authors cannot be used: pooled without them"
    DATE_UNREADABLE = "article whose date cannot be read: pooled without a date"
    ARTICLE_UNDATED = "pooled article without a date: never found, since nobody knows when it was there"


@dataclass(frozen=True, kw_only=True)
class Noted:
    """How often an oddity was met, and where first."""

    oddity: Oddity
    count: int
    first: str


class Oddities:
    """A growing account of what was unusual."""

    def __init__(self) -> None:
        self._counts: dict[Oddity, int] = {}
        self._first: dict[Oddity, str] = {}

    def add(self, oddity: Oddity, place: str) -> None:
        """Count one; ``place`` names file and line, or what else leads there."""
        self._counts[oddity] = self._counts.get(oddity, 0) + 1
        self._first.setdefault(oddity, place)

    def __getitem__(self, oddity: Oddity) -> int:
        return self._counts.get(oddity, 0)

    def __iter__(self) -> Iterator[Noted]:
        """Yield what was met, in the order of ``Oddity``."""
        for oddity in Oddity:
            if oddity in self._counts:
                yield Noted(oddity=oddity, count=self._counts[oddity], first=self._first[oddity])

    def lines(self) -> list[str]:
        """Return the account in words, one line for each oddity that was met."""
        return [f"{item.count:>6}  {item.oddity} (first: {item.first})" for item in self]
