"""What an edited article said on a day: asked as of before, between and after its edits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from archives import LATER, article, on, opened, prose, sentence, take
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.engine import Engine
from rag.evidence import TermStatistics
from rag.extract import ExtractiveAnswerer
from rag.retrieve import HybridRetriever
from rag.schema import AnswerStatus, Question, end_of_day
from rag.versions import VersionDates, version_as_of
from rag.weights import read_weights

FIRST = "The studio paid ten million dollars for Harbor. Its lawyers signed in March. " + prose(0, 12)
SECOND = "The studio paid twelve million dollars for Harbor. Its lawyers signed in March. " + prose(0, 12)
QUESTION = "What did the studio pay for Harbor?"


def day(text):
    return end_of_day(datetime.fromisoformat(text).replace(tzinfo=UTC))


def asked(stores, as_of, *, text=QUESTION):
    return HybridRetriever(stores)(Question(text=text, as_of=as_of))


def said(found):
    """Whether ten or twelve million stand in what was found."""
    words = " ".join(item.passage.text for item in found)
    return {number for number in ("ten", "twelve") if f"{number} million" in words}


def versions_of(*dates):
    """Versions with (modified, recorded) days."""
    return [
        VersionDates(number=number, modified=None if modified is None else day(modified), recorded=day(recorded))
        for number, (modified, recorded) in enumerate(dates, start=1)
    ]


@pytest.mark.parametrize(
    ("dates", "valid"),
    [
        ([(None, "2024-01-01")], 1),
        ([("2024-09-01", "2024-09-02")], 1),
        ([(None, "2024-01-01"), (None, "2024-05-30")], 2),
        ([(None, "2024-01-01"), (None, "2024-06-02")], 1),
        ([(None, "2024-07-01"), ("2024-05-30", "2024-07-02")], 2),
        ([(None, "2024-07-01"), ("2024-06-02", "2024-07-02")], 1),
        ([("2024-05-01", "2024-07-01"), ("2024-05-01", "2024-07-02")], 1),
        ([("2024-05-01", "2024-05-20"), ("2024-05-01", "2024-05-21")], 2),
        ([(None, "2024-01-01"), (None, "2024-06-02"), ("2024-05-02", "2024-06-03")], 3),
        ([("2024-06-02", "2024-06-03"), ("2024-06-05", "2024-06-06")], 1),
    ],
)
def test_a_version_is_as_old_as_its_publisher_says_or_as_it_is_held(dates, valid):
    assert version_as_of(versions_of(*dates), day("2024-06-01")) == valid


def test_the_moment_of_an_edit_belongs_to_the_edited_text():
    history = versions_of((None, "2024-01-01"), ("2024-03-01", "2024-07-01"))
    assert version_as_of(history, day("2024-03-01")) == 1
    assert version_as_of(history, day("2024-03-01") + timedelta(seconds=1)) == 2


@pytest.fixture(params=["dated by its publisher", "dated by when it was taken in"])
def edited(request, tmp_path):
    """Open stores with an article of 10 January, edited on 10 March."""
    modified = "2024-03-10" if request.param == "dated by its publisher" else None
    taken_in = LATER if modified else datetime(2024, 3, 10, 12, tzinfo=UTC)
    with opened(tmp_path, create=True) as stores:
        first_taken_in = LATER if modified else datetime(2024, 1, 10, 12, tzinfo=UTC)
        take(stores, [article("harbor", FIRST, published="2024-01-10")], now=first_taken_in)
        take(stores, [article("harbor", SECOND, published="2024-01-10", modified=modified)], now=taken_in)
        yield stores


def test_each_day_is_told_the_words_of_that_day(edited):
    assert said(asked(edited, day("2024-01-09"))) == set()
    assert said(asked(edited, day("2024-01-10"))) == {"ten"}
    assert said(asked(edited, day("2024-03-09"))) == {"ten"}
    assert said(asked(edited, day("2024-03-10"))) == {"twelve"}
    assert said(asked(edited, None)) == {"twelve"}


def test_a_quote_stands_in_the_version_that_it_names(edited):
    statistics = TermStatistics(edited.lexical.terms, edited.lexical.document_frequency, edited.lexical.count)
    never_declines = replace(read_weights(), threshold=0.0)
    answerer = ExtractiveAnswerer(edited.encoder, statistics, weights=never_declines)
    for as_of in (day("2024-02-01"), day("2024-04-01")):
        answer = Engine(edited, answerer=answerer).ask(Question(text=QUESTION, as_of=as_of))
        assert answer.status is AnswerStatus.ANSWERED
        for citation in answer.citations:
            held = edited.archive.article("harbor", version=citation.article.version)
            assert held.text == citation.article.text
            assert held.text[citation.start : citation.end] == citation.quote
            assert held.text[citation.passage_start : citation.passage_end].find(citation.quote) >= 0
        assert {citation.article.version for citation in answer.citations} == {1 if as_of < day("2024-03-10") else 2}


def test_what_was_added_later_is_not_found_before(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("harbor", prose(0, 30), published="2024-01-10")])
        later = article("harbor", prose(0, 30) + "\n\n" + prose(300, 30), published="2024-01-10", modified="2024-03-10")
        take(stores, [later])
        before = asked(stores, day("2024-02-01"), text=sentence(310))
        after = asked(stores, day("2024-04-01"), text=sentence(310))
    assert sentence(310) in " ".join(item.passage.text for item in after)
    assert before
    assert all(item.passage.text in prose(0, 30) for item in before)


def test_an_article_rewritten_from_end_to_end_is_not_used_before(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("harbor", prose(0, 20), published="2024-01-10")])
        take(stores, [article("harbor", prose(300, 20), published="2024-01-10", modified="2024-03-10")])
        assert asked(stores, day("2024-02-01")) == []
        assert asked(stores, day("2024-04-01")) != []


def test_a_text_that_may_be_later_than_the_day_is_used_and_marked(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("harbor", FIRST, published="2024-01-10", modified="2024-03-10")])
        found = asked(stores, day("2024-02-01"))
    assert said(found) == {"ten"}
    assert all(item.article.may_be_worded_after(day("2024-02-01")) for item in found)
    assert not any(item.article.may_be_worded_after(day("2024-03-10")) for item in found)


def test_many_edited_articles_cost_no_more_readings_of_the_archive_than_one(tmp_path):
    from sqlalchemy import event

    def statements(count):
        with opened(tmp_path / str(count), create=True) as stores:
            names = [f"article{number}" for number in range(count)]
            for modified, first in ((None, 0), ("2024-03-10", 1)):
                articles = [
                    article(name, f"{FIRST} {prose(20 * number + first, 9)}", published="2024-01-10", modified=modified)
                    for number, name in enumerate(names)
                ]
                take(stores, articles)
            seen = []
            event.listen(stores.archive.engine, "before_cursor_execute", lambda *event: seen.append(event[2]))
            assert len({item.article.id for item in asked(stores, day("2024-02-01"))}) == min(count, 10)
            return len(seen)

    assert statements(1) == statements(12)


SENTENCES = st.lists(st.integers(0, 30), min_size=1, max_size=40)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(SENTENCES, min_size=1, max_size=4), asked_on=st.integers(0, 5), about=st.integers(0, 30))
def test_whatever_is_edited_nothing_is_quoted_that_did_not_stand_on_the_day(texts, asked_on, about, tmp_path_factory):
    """Edits on 2, 3, 4 … March; every passage is a span of the version of its day, and of no other text."""
    written = [" ".join(map(sentence, numbers)) for numbers in texts]
    with opened(tmp_path_factory.mktemp("edited"), create=True) as stores:
        for number, text in enumerate(written, start=1):
            modified = None if number == 1 else f"2024-03-{number:02}"
            take(stores, [article("it", text, published="2024-03-01", modified=modified)])
        as_of = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=asked_on)
        found = asked(stores, as_of, text=sentence(about))
    if asked_on == 0:
        assert found == []
    for item in found:
        # An edit that changes nothing makes no version, so texts that come twice in a row count once.
        assert item.article.text == written[min(asked_on, len(written)) - 1]
        assert item.article.text[item.passage.start : item.passage.end] == item.passage.text


def test_a_date_of_the_publisher_is_told_in_the_words_of_its_version(tmp_path):
    with opened(tmp_path, create=True) as stores:
        take(stores, [article("harbor", FIRST, published="2024-01-10", modified="2024-01-11")])
        take(stores, [article("harbor", SECOND, published="2024-01-10", modified="2024-03-10")])
        (first, *_) = asked(stores, day("2024-02-01"))
    assert first.article.modified_at == on("2024-01-11")
