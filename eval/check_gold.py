"""Prove that gold questions can be answered from the articles as they say; find every line that cannot.

All lines are checked, drafts too, and every problem names its file, line, field and remedy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from eval.gold import Evidence, GoldLine, GoldLines, GoldQuestion, Problem
from eval.gold_form import Status
from eval.judge import plain, says
from rag.schema import Article, end_of_day

ArticleOf = Callable[[str], Article | None]
"""Returns an article by its id, or None when there is none."""
CLOCK_LEEWAY = timedelta(days=1)
"""An as-of date may be a day ahead: it is tomorrow already where the person sits."""


def check_gold(gold: GoldLines, article_of: ArticleOf, *, now: datetime | None = None) -> list[Problem]:
    """Return all problems and warnings, in the order of files and lines.

    Beyond the form of each line: quotes stand word for word in articles that are there, searched, published
    before the as-of date and inside scope and period; accepted answers stand in them; no as-of date lies after
    ``now``; pairs are two questions with different dates and answers; no question is asked twice.
    """
    latest = end_of_day(now or datetime.now(UTC)) + CLOCK_LEEWAY
    found = list(gold.problems)
    for line in gold.lines:
        found.extend(_dates(line, latest))
        for number, evidence in enumerate(line.question.evidence):
            found.extend(_evidence(line, number, evidence, article_of(evidence.article_id)))
        found.extend(_answers(line, article_of))
    found.extend(_pairs(gold.lines))
    found.extend(_repetitions(gold.lines))
    files = {file: place for place, file in enumerate(dict.fromkeys(gold.files))}
    return sorted(found, key=lambda item: (files.get(item.file, 0), item.line))


def _dates(line: GoldLine, latest: datetime) -> Iterator[Problem]:
    as_of = line.question.question.as_of
    if as_of is not None and as_of > latest:
        text = f"{_day(as_of - timedelta(days=1))} lies in the future."
        yield line.problem("as_of", text, "Write a day up to today: nobody knows what will be said by then.")


def _evidence(line: GoldLine, number: int, evidence: Evidence, article: Article | None) -> Iterator[Problem]:
    if article is None:
        text = f"there is no article {evidence.article_id!r}."
        remedy = "Write the id as `python -m rag ask --json` shows it, or add the article to those searched."
        yield line.problem(f"evidence.{number}.article", text, remedy)
        return
    if article.duplicate_of is not None:
        text = f"{article.id!r} repeats {article.duplicate_of!r} word for word and is not searched."
        yield line.problem(f"evidence.{number}.article", text, f"Write {article.duplicate_of!r}.")
    if evidence.quote not in article.text:
        nearly = plain(evidence.quote) in plain(article.text)
        text = f"the quote does not stand in {article.id!r}: {_shortened(evidence.quote)!r}."
        remedy = (
            "It does with other spaces, quotation marks, dashes or capitals: copy it character by character."
            if nearly
            else "Copy it from the article, character by character; from an edited one, from its newest version."
        )
        yield line.problem(f"evidence.{number}.quote", text, remedy)
    elif article.text.count(evidence.quote) > 1:
        text = f"the quote stands more than once in {article.id!r}, and only the first place counts."
        yield line.problem(f"evidence.{number}.quote", text, "Quote more of the words around it.", warning=True)
    yield from _evidence_dates(line, number, article)
    yield from _evidence_source(line, number, article)


def _evidence_dates(line: GoldLine, number: int, article: Article) -> Iterator[Problem]:
    question = line.question.question
    scope, period = question.scope, line.question.period
    limits = [("scope", scope.published_from, scope.published_until)]
    if period is not None:
        limits.append(("period", period.start, period.end))
    if article.published_at is None:
        for name, start, end in limits:
            if start is not None or end is not None:
                text = f"nobody knows whether evidence.{number} lies in it: {article.id!r} has no date of publication."
                yield line.problem(name, text, "Take other evidence, or take the days out.")
        if question.as_of is not None:
            text = f"{article.id!r} has no date of publication, and may be used only from when it was ingested."
            remedy = "Look whether the as-of date is late enough, or leave as_of out."
            yield line.problem(f"evidence.{number}.article", text, remedy, warning=True)
        return
    published = article.published_at.value
    if question.as_of is not None and published >= question.as_of:
        text = f"evidence.{number} is from {_day(published)}, after the as-of date."
        yield line.problem("as_of", text, f"Write {_day(published)} or a later day, or take earlier evidence.")
    for name, start, end in limits:
        if (start is not None and published < start) or (end is not None and published >= end):
            text = f"evidence.{number} is from {_day(published)}, outside of it."
            yield line.problem(name, text, "Change the days, or take the evidence out.")


def _evidence_source(line: GoldLine, number: int, article: Article) -> Iterator[Problem]:
    scope = line.question.question.scope
    limits = (
        ("publishers", scope.publishers, article.publisher),
        ("sections", scope.sections, article.section),
    )
    for name, wanted, actual in limits:
        if wanted and (actual or "").lower() not in {item.lower() for item in wanted}:
            text = f"evidence.{number} is of {actual!r}, which is not among them."
            yield line.problem(f"scope.{name}", text, f"Add {actual!r}, or take the evidence out.")


def _answers(line: GoldLine, article_of: ArticleOf) -> Iterator[Problem]:
    if not line.question.evidence:
        return
    articles = [article_of(item.article_id) for item in line.question.evidence]
    texts = [item.text for item in articles if item is not None]
    for number, part in enumerate(line.question.answers):
        if texts and not any(says(text, alias) for text in texts for alias in part):
            text = f"no accepted wording ({_shortened(', '.join(part))!r}) stands in the articles of the evidence."
            remedy = "Add the article's own wording: an answer is found right when it stands in a cited quote."
            yield line.problem(f"answers.{number}", text, remedy, warning=True)


def _pairs(lines: Sequence[GoldLine]) -> Iterator[Problem]:
    pairs: dict[str, list[GoldLine]] = defaultdict(list)
    for line in lines:
        if line.question.pair is not None:
            pairs[line.question.pair].append(line)
    for name, members in pairs.items():
        first, last = members[0], members[-1]
        if len(members) != 2:
            text = f"{name!r} has {len(members)} member{'' if len(members) == 1 else 's'}; a pair has two."
            remedy = "Give exactly two questions this pair, or leave it out."
            yield last.problem("pair", text, remedy)
            continue
        other = f"the other half of {name!r} at {first.file}:{first.number}"
        if first.question.question.as_of == last.question.question.as_of:
            yield last.problem("as_of", f"it is that of {other} too.", "Write different days: a pair asks twice.")
        if _same_answers(first.question, last.question):
            text = f"they are those of {other} too."
            yield last.problem("answers", text, "Write what differs between the dates, or take both out of the pair.")
        if first.question.status is not last.question.status:
            text = f"{other} is {'a draft' if first.question.status is Status.DRAFT else 'approved'}, this one is not."
            yield last.problem("status", text, "Approve both: half a pair measures nothing.", warning=True)


def _same_answers(one: GoldQuestion, other: GoldQuestion) -> bool:
    """Return whether every part of one shares a wording with a part of the other."""
    if len(one.answers) != len(other.answers):
        return False
    parts = [{plain(alias) for alias in part} for part in other.answers]
    return all(any(part & {plain(alias) for alias in wanted} for part in parts) for wanted in one.answers)


def _repetitions(lines: Sequence[GoldLine]) -> Iterator[Problem]:
    places: dict[object, str] = {}
    for line in lines:
        question = line.question.question
        key = (plain(line.question.standalone), question.as_of, question.scope)
        if key in places:
            text = f"the same is asked as of the same day, in the same scope, at {places[key]}."
            yield line.problem("question", text, "Take one of them out.")
        places.setdefault(key, f"{line.file}:{line.number}")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _shortened(text: str, *, longest: int = 80) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
