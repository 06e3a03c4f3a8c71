"""RealTime QA as its public repository has it (Kasai et al., NeurIPS 2023): weekly quizzes and what a search found.

``past/YEAR/DATE_qa.jsonl`` holds a week's questions with choices and answer, ``DATE_gcs.jsonl`` for each
question the news articles that a web search found. The files were made over years by changing programs, so
the reader takes what it can use and accounts for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.benchmarks.accepted import accepted_answers, holds, plain, words_of
from eval.benchmarks.oddities import Oddities, Oddity
from rag.errors import NewsdeskError

SHORTEST_TEXT = 300
"""An article with fewer characters is a teaser or what a page says to a program; it is not pooled."""

_FILE = re.compile(r"(\d{8})_(qa|gcs)\.jsonl")
_YEAR = re.compile(r"\d{4}")


class RealTimeQAError(NewsdeskError):
    """A folder that holds no RealTime QA, or none of what was asked for."""


@dataclass(frozen=True, kw_only=True)
class FoundArticle:
    """A search result as its file has it; ``id`` is that of the article it becomes, by its canonical address.

    ``title`` and ``text`` are empty where they are missing, ``authors`` and ``date`` what JSON held.
    ``place`` names file and line.
    """

    id: str
    url: str
    title: str
    text: str
    authors: object
    date: object
    place: str


@dataclass(frozen=True, kw_only=True)
class QuizQuestion:
    """A question of a week's quiz, asked as of the end of the day ``date`` (midnight, UTC).

    ``answers`` are the accepted ones, ``found`` what the search found for it.
    """

    id: str
    week: str
    text: str
    date: datetime
    source: str
    answers: tuple[str, ...]
    found: tuple[FoundArticle, ...]

    @property
    def is_compared(self) -> bool:
        """False for "… all of these except": its answer names what is not in the news, so upstream leaves it out."""
        return words_of(self.text).split()[-1:] != ["except"]

    def gold_articles(self) -> list[FoundArticle]:
        """Return the found articles with an accepted answer in title or text, each address once."""
        held: dict[str, FoundArticle] = {}
        for item in self.found:
            if item.id not in held and (holds(item.text, self.answers) or holds(item.title, self.answers)):
                held[item.id] = item
        return list(held.values())


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """The chosen weeks of a year; ``articles`` are all search results in the order of the files, repeats included."""

    year: str
    weeks: tuple[str, ...]
    files: tuple[Path, ...]
    questions: tuple[QuizQuestion, ...]
    articles: tuple[FoundArticle, ...]
    oddities: Oddities


def year_folder(path: Path, year: str | None = None) -> Path:
    """Return the folder of a year: below the repository's folder ``path``, below its ``past``, or ``path`` itself.

    Raises RealTimeQAError when there is none, or several and no ``year`` is named.
    """
    if not path.is_dir():
        raise RealTimeQAError(
            f"{path} is no folder. Clone github.com/realtimeqa/realtimeqa_public and name its folder."
        )
    if any(_FILE.fullmatch(item.name) for item in path.iterdir()):
        name = path.resolve().name
        if year is not None and name != year:
            raise RealTimeQAError(f"{path} is a year's folder, and not that of {year}. Name the folder above it.")
        return path
    top = path / "past" if (path / "past").is_dir() else path
    years = sorted(item.name for item in top.iterdir() if item.is_dir() and _YEAR.fullmatch(item.name))
    if year is None and len(years) != 1:
        raise RealTimeQAError(
            f"{path} holds the years {', '.join(years)}. Choose one with --year."
            if years
            else f"{path} holds no past/YEAR/DATE_qa.jsonl. Name a copy of github.com/realtimeqa/realtimeqa_public."
        )
    if year is not None and year not in years:
        raise RealTimeQAError(f"{path} has no year {year}. There are: {', '.join(years) or 'none'}.")
    return top / (year or years[0])


def read_quiz(folder: Path, *, weeks: str | None = None, now: datetime | None = None) -> Quiz:
    """Read a year's folder; ``weeks`` is a date of the file names or two, ``20220617..20220826``, both included.

    Raises RealTimeQAError when no question is left.
    """
    first, last = _range(weeks)
    oddities = Oddities()
    files: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        match = _FILE.fullmatch(path.name)
        if match is None:
            oddities.add(Oddity.FILE_OTHER, path.name)
        elif first <= match[1] <= last:
            files.setdefault(match[1], {})[match[2]] = path
    searches = _Searches(oddities)
    for week, pair in files.items():
        if "gcs" in pair:
            searches.read(week, pair["gcs"])
        else:
            oddities.add(Oddity.WEEK_WITHOUT_SEARCH, week)
        if "qa" not in pair:
            oddities.add(Oddity.WEEK_WITHOUT_QUESTIONS, week)
    questions = _Questions(searches, oddities, now or datetime.now(UTC))
    for week, pair in files.items():
        if "qa" in pair:
            questions.read(week, pair["qa"])
    if not questions.kept:
        chosen = f" in the weeks {weeks}" if weeks else ""
        raise RealTimeQAError(f"{folder} holds no question{chosen}. Files are named like 20220617_qa.jsonl.")
    return Quiz(
        year=next(iter(files))[:4],
        weeks=tuple(files),
        files=tuple(path for pair in files.values() for path in pair.values()),
        questions=tuple(questions.kept.values()),
        articles=tuple(searches.articles),
        oddities=oddities,
    )


class _Searches:
    """What the searches found, by week and question."""

    def __init__(self, oddities: Oddities) -> None:
        self._oddities = oddities
        self._found: dict[tuple[str, str], list[FoundArticle]] = {}
        self.articles: list[FoundArticle] = []

    def read(self, week: str, file: Path) -> None:
        for place, record in _records(file, self._oddities):
            results = record.get("search_result")
            held = self._found.setdefault((week, str(record.get("question_id") or "")), [])
            for item in results if isinstance(results, list) else []:
                article = _found_article(item, place)
                if article is None:
                    self._oddities.add(Oddity.RESULT_UNUSABLE, place)
                    continue
                held.append(article)
                self.articles.append(article)

    def of(self, week: str, question: str, *, id_is_unique: bool) -> tuple[FoundArticle, ...]:
        """Return what was found for a question; another week's file counts where the id cannot mean two questions."""
        found = self._found.get((week, question))
        if found is None and id_is_unique:
            found = next((item for (_, name), item in self._found.items() if name == question), None)
            if found is not None:
                self._oddities.add(Oddity.SEARCH_ELSEWHERE, question)
        if not found:
            self._oddities.add(Oddity.SEARCH_MISSING if found is None else Oddity.SEARCH_EMPTY, question)
        return tuple(found or ())


class _Questions:
    """The questions of the quizzes, by their ids."""

    def __init__(self, searches: _Searches, oddities: Oddities, now: datetime) -> None:
        self._searches = searches
        self._oddities = oddities
        self._now = now
        self._asked: set[tuple[str, str]] = set()
        self.kept: dict[str, QuizQuestion] = {}

    def read(self, week: str, file: Path) -> None:
        for place, record in _records(file, self._oddities):
            self._take(week, record, place)

    def _take(self, week: str, record: Mapping[str, object], place: str) -> None:
        raw = record.get("question_sentence") or record.get("question")
        text = plain(raw) if isinstance(raw, str) else ""
        if not text:
            self._oddities.add(Oddity.QUESTION_EMPTY, place)
            return
        answers = accepted_answers(record.get("answer"), record.get("choices"))
        if not answers:
            self._oddities.add(Oddity.ANSWER_UNUSABLE, place)
            return
        given = str(record.get("question_id") or "")
        name = given or place
        if not given:
            self._oddities.add(Oddity.ID_MISSING, place)
        if (name, words_of(text)) in self._asked:
            self._oddities.add(Oddity.QUESTION_REPEATED, place)
            return
        self._asked.add((name, words_of(text)))
        is_reused = name in self.kept
        if is_reused:
            self._oddities.add(Oddity.ID_REUSED, place)
            name = f"{name}@{place}"
        if text != " ".join(str(raw).split()):
            self._oddities.add(Oddity.MARKUP, place)
        if len(answers) > 1:
            self._oddities.add(Oddity.SEVERAL_ANSWERS, place)
        self.kept[name] = QuizQuestion(
            id=name,
            week=week,
            text=text,
            date=self._date(record.get("question_date"), week, place),
            source=plain(str(record.get("question_source") or "")) or "unknown",
            answers=answers,
            found=self._searches.of(week, given, id_is_unique=not is_reused),
        )

    def _date(self, value: object, week: str, place: str) -> datetime:
        from ingest.dates import parse_moment

        try:
            return parse_moment(value, origin="question_date", now=self._now).value
        except ValueError:
            self._oddities.add(Oddity.DATE_OF_FILE, place)
            return datetime.strptime(week, "%Y%m%d").replace(tzinfo=UTC)


def _records(file: Path, oddities: Oddities) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield place and object of each usable line."""
    from ingest.article import ItemError
    from ingest.jsonlines import read_lines

    try:
        with file.open("rb") as stream:
            for line in read_lines(stream):
                place = f"{file.name}:{line.number}"
                if isinstance(line.found, ItemError):
                    oddities.add(Oddity.LINE_UNREADABLE, place)
                else:
                    yield place, line.found
    except OSError:
        oddities.add(Oddity.FILE_UNREADABLE, file.name)


def _found_article(item: object, place: str) -> FoundArticle | None:
    from ingest.article import article_id, canonical_url

    if not isinstance(item, dict) or not isinstance(item.get("url"), str):
        return None
    url = canonical_url(item["url"])
    if url is None:
        return None
    title, text = item.get("title"), item.get("text")
    return FoundArticle(
        id=article_id(explicit=None, url=url, source=""),
        url=item["url"],
        title=title if isinstance(title, str) else "",
        text=text if isinstance(text, str) else "",
        authors=item.get("authors"),
        date=item.get("publish_date"),
        place=place,
    )


def _range(weeks: str | None) -> tuple[str, str]:
    if weeks is None:
        return "", "99999999"
    first, dots, last = weeks.partition("..")
    if not all(part == "" or re.fullmatch(r"\d{8}", part) for part in (first, last)) or not (first or last):
        raise RealTimeQAError(f"--weeks takes dates such as 20220617 or 20220617..20220826, not {weeks!r}.")
    return first, (last or "99999999") if dots else first
