"""Timelines: which questions ask for one, of what and since when, and the dated entries they get."""

from datetime import UTC, date, datetime

import pytest
from fakes import HashingEncoder
from hypothesis import given
from hypothesis import strategies as st

from rag.entries import Timeline
from rag.evidence import TermStatistics
from rag.schema import (
    AnswerStatus,
    Article,
    DatePrecision,
    Layout,
    Moment,
    NoteKind,
    Passage,
    Question,
    ScoredPassage,
    Scores,
)
from rag.timeline import read_timeline
from rag.weights import AnswerWeights

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATISTICS = TermStatistics(
    lambda text: text.lower().replace("?", "").replace(".", "").split(), lambda _: 1, lambda: 50
)


def weights(threshold=0.0):
    return AnswerWeights(sentence={}, evidence={"cosine": 1.0}, bias=0.0, threshold=threshold, well=0.75, made_by={})


# --- what is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Timeline of the Anthropic settlement", "the Anthropic settlement"),
        ("Can you give me a timeline of OpenAI's valuation?", "OpenAI's valuation"),
        ("Sora timeline", "Sora"),
        ("Chronology of events in the Getty case", "the Getty case"),
        ("How did the video game actors' strike develop?", "the video game actors' strike"),
        ("How has Deezer's count changed over time?", "Deezer's count"),
        ("What is the history of the NO FAKES Act?", "the NO FAKES Act"),
        ("Trace the course of SB 1047", "SB 1047"),
    ],
)
def test_a_timeline_is_asked_for_in_many_ways(question, subject):
    request = read_timeline(question, NOW)
    assert (request.subject, request.period, request.event) == (subject, None, None)


@pytest.mark.parametrize(
    ("question", "first", "until"),
    [
        ("What has changed with Sora since March 2025?", date(2025, 3, 1), None),
        ("Since March 2025, what has happened with Sora?", date(2025, 3, 1), None),
        ("What happened with Sora between June 2024 and December 2025?", date(2024, 6, 1), date(2026, 1, 1)),
        ("Timeline of Sora in 2024", date(2024, 1, 1), date(2025, 1, 1)),
    ],
)
def test_days_in_the_question_bound_it_and_are_not_searched_for(question, first, until):
    request = read_timeline(question, NOW)
    assert (request.subject, request.period.start.date(), request.event) == ("Sora", first, None)
    assert until is None or request.period.end.date() == until


def test_an_event_to_begin_with_is_kept_in_its_words():
    request = read_timeline("What has happened to Sora since it was launched?", NOW)
    assert (request.subject, request.event, request.period) == ("Sora", "it was launched", None)
    alone = read_timeline("What has changed since the settlement was announced?", NOW)
    assert alone.subject == alone.event == "the settlement was announced"


@pytest.mark.parametrize(
    "question",
    [
        "Who sued Midjourney?",
        "What has changed since March?",
        "How did submissions change between its first edition and 2026?",
        "Trace the leaders of Runway's rounds: who headed the Series C?",
        "What is the deadline for the list?",
        "How many AI tracks reach Deezer every day?",
    ],
)
def test_other_questions_ask_for_none(question):
    assert read_timeline(question, NOW) is None


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    read_timeline(text, NOW)


# --- what is answered -----------------------------------------------------------------------------


def told(name, day, text, *, title="Suno and the labels"):
    published = None
    if day is not None:
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        published = Moment(value=moment, precision=DatePrecision.DAY, origin="test")
    article = Article(id=name, title=title, text=text, published_at=published)
    passage = Passage(id=f"{name}/0", article_id=name, version=1, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=1.0, dense=0.5, lexical=5.0))


def draw(question, *passages, threshold=0.0):
    """Ask with a retriever that finds the same passages whatever is searched for."""
    request = read_timeline(question, NOW)
    timeline = Timeline(HashingEncoder(), STATISTICS, weights=weights(threshold))
    return list(
        timeline(Question(text=question, as_of=NOW), request, lambda _question, *, limit: list(passages)[:limit])
    )


SUED = told("sued", "2024-06-24", "The labels sued Suno over its songs.")
MADE_PEACE = told("peace", "2025-11-26", "Warner made peace with Suno and became its partner.")
RAISED = told("raised", "2026-06-04", "Suno raised money at a price of $5.4 billion.")


def test_entries_stand_oldest_first_each_with_its_day_and_its_citation():
    (*_, answer) = draw("Timeline of Suno and the labels", RAISED, SUED, MADE_PEACE)
    assert answer.layout is Layout.TIMELINE
    assert [item.lead for item in answer.sentences] == ["24 June 2024:", "26 November 2025:", "4 June 2026:"]
    assert [item.article.id for item in answer.citations] == ["sued", "peace", "raised"]
    assert all(item.article.text[item.start : item.end] == item.quote for item in answer.citations)
    assert [item.citations for item in answer.sentences] == [(1,), (2,), (3,)]


def test_it_grows_and_only_the_last_is_complete():
    answers = draw("Timeline of Suno and the labels", RAISED, SUED, MADE_PEACE)
    assert [len(item.sentences) for item in answers] == [1, 2, 3]
    assert [item.complete for item in answers] == [False, False, True]


def test_what_only_repeats_an_entry_adds_none_but_a_new_number_does():
    again = told("again", "2026-06-09", "Suno raised money at a price of $5.4 billion.")
    more = told("more", "2026-06-30", "Suno raised money at a price of $9.9 billion.")
    (*_, answer) = draw("Timeline of Suno and the labels", again, RAISED, more)
    assert [item.article.id for item in answer.citations] == ["raised", "more"]


def test_an_article_without_a_date_has_no_place_in_it():
    undated = told("undated", None, "The labels and Suno met in court.")
    (*_, answer) = draw("Timeline of Suno and the labels", undated, SUED)
    assert [item.article.id for item in answer.citations] == ["sued"]


def test_only_what_was_published_in_the_period_is_told():
    (*_, answer) = draw("What has happened with Suno since 2025?", RAISED, SUED, MADE_PEACE)
    assert [item.article.id for item in answer.citations] == ["peace", "raised"]


def test_with_an_event_it_begins_at_the_report_of_that_and_says_so():
    (*_, answer) = draw("What has happened with Suno since Warner made peace?", RAISED, SUED, MADE_PEACE)
    assert [item.article.id for item in answer.citations] == ["peace", "raised"]
    (note,) = answer.notes
    assert note.kind is NoteKind.LIMITS
    assert "26 November 2025" in note.text


def test_at_most_ten_articles_are_told():
    many = [told(f"n{day:02}", f"2025-01-{day:02}", f"Suno did thing {'x' * day} today.") for day in range(1, 25)]
    (*_, answer) = draw("Timeline of Suno", *many)
    assert len(answer.sentences) == 10


def test_it_abstains_when_nothing_is_near_and_when_nothing_is_found():
    (far,) = draw("Timeline of Suno and the labels", told("far", "2025-01-01", "Grass is green."), threshold=0.9)
    assert (far.status, [item.article.id for item in far.nearest]) == (AnswerStatus.ABSTAINED, ["far"])
    (none,) = draw("Timeline of Suno and the labels")
    assert (none.status, none.complete) == (AnswerStatus.ABSTAINED, True)
