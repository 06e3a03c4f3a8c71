"""RealTime QA as it is read: odd files are accounted for, and every article is pooled once."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DIMENSION, RecordingEncoder
from fakes import HashingEncoder
from quizzes import CITIES, asked, encoder, found, repository_in, settings_in, write

from eval.benchmarks.accepted import accepted_answers, holds, plain, words_of
from eval.benchmarks.oddities import Oddity
from eval.benchmarks.pool import PoolError, fill, pool_folder, settings_of, siblings
from eval.benchmarks.realtimeqa import RealTimeQAError, read_quiz, year_folder
from rag.stores import Stores

SHARED = Path(__file__).parent.parent.parent / "shared" / "realtimeqa"
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path):
    return repository_in(tmp_path)


def oddities(quiz):
    return {item.oddity: item.count for item in quiz.oddities}


# --- where the files are --------------------------------------------------------------------------


def test_the_folder_may_be_that_of_the_repository_of_past_or_of_a_year(repository):
    year = repository / "past" / "2022"
    for path in (repository, repository / "past", year):
        assert year_folder(path) == year
        assert year_folder(path, "2022") == year


def test_a_year_that_is_missing_or_has_to_be_chosen_is_said(repository, tmp_path):
    write(repository / "past" / "2023" / "20230106_qa.jsonl", [])
    with pytest.raises(RealTimeQAError, match=r"years 2022, 2023. Choose one with --year"):
        year_folder(repository)
    with pytest.raises(RealTimeQAError, match=r"no year 2021. There are: 2022, 2023"):
        year_folder(repository, "2021")
    with pytest.raises(RealTimeQAError, match="not that of 2022"):
        year_folder(repository / "past" / "2023", "2022")
    with pytest.raises(RealTimeQAError, match="no folder"):
        year_folder(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RealTimeQAError, match="holds no past/YEAR"):
        year_folder(tmp_path / "empty")


def test_weeks_are_chosen_by_the_dates_of_their_files(repository):
    folder = year_folder(repository)
    assert read_quiz(folder).weeks == ("20220702", "20220709")
    assert read_quiz(folder, weeks="20220709").weeks == ("20220709",)
    assert read_quiz(folder, weeks="20220701..20220702").weeks == ("20220702",)
    assert read_quiz(folder, weeks="20220703..").weeks == ("20220709",)
    with pytest.raises(RealTimeQAError, match="holds no question in the weeks 20230101"):
        read_quiz(folder, weeks="20230101")
    with pytest.raises(RealTimeQAError, match="--weeks takes dates"):
        read_quiz(folder, weeks="July")


# --- questions ------------------------------------------------------------------------------------


def test_a_question_is_asked_as_of_its_own_date_whatever_its_form(repository):
    quiz = read_quiz(year_folder(repository))
    dates = {item.id: item.date for item in quiz.questions}
    assert dates["a"] == datetime(2022, 7, 2, tzinfo=UTC)
    assert dates["e"] == datetime(2022, 7, 8, tzinfo=UTC)
    assert [item.id for item in quiz.questions if not item.is_compared] == ["d"]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (["1"], ("Oslo",)), ("1", ("Oslo",)), (1, ("Oslo",)), ([1], ("Oslo",)), (1.0, ("Oslo",)),
        (["0", "2"], ("Lima", "Quito")), (["2", 2], ("Quito",)), ("Riga", ("Riga",)), ("The Hague", ("The Hague",)),
        ("9", ()), ([], ()), (None, ()), (True, ()), ({"0": 1}, ()), ("", ()), (["x"], ()), ("The", ()), (-1, ()),
    ],
)  # fmt: skip
def test_answers_come_as_places_or_words_one_or_several(answer, wanted):
    assert accepted_answers(answer, CITIES) == wanted


def test_choices_may_be_missing_named_or_no_words():
    assert accepted_answers("Oslo", None) == ("Oslo",)
    assert accepted_answers("1", None) == ()
    assert accepted_answers("1", {"A": "Lima", "B": "Oslo"}) == ("Oslo",)
    assert accepted_answers("0", [5, 6]) == ("5",)
    assert accepted_answers("1990", ["1980", "1990"]) == ("1990",)
    assert accepted_answers("0", ["👍", "🔥"]) == ("👍",)
    assert not holds("A thumbs-up in a message", ("👍",))


def test_markup_is_taken_out_and_characters_are_put_in():
    assert (
        plain('After <a href="https://x.example/?a=1">a  ruling</a>, M&amp;S &lt;3 it') == "After a ruling , M&S <3 it"
    )
    assert plain("If 3 < 4 and 5 > 4") == "If 3 < 4 and 5 > 4"


def test_words_are_found_whole_and_without_their_punctuation():
    assert words_of("The “Squid-Game”, an  event") == "squid game event"
    assert holds("They saw ‘Squid Game’ twice.", ("“Squid Game”",))
    assert not holds("It cost $50.", ("$5",))
    assert not holds("A theatre", ("The",))


def test_odd_questions_are_left_out_or_mended_and_all_are_counted(tmp_path):
    week = tmp_path / "2022" / "20220702_qa.jsonl"
    write(
        week,
        [
            asked("ok", "Which city?", CITIES, ["0"]),
            "{broken",
            "[1, 2]",
            "",
            asked("empty", "  ", CITIES, ["0"]),
            asked("no-answer", "Which one?", CITIES, ["7"]),
            asked("ok", "Which city?", CITIES, ["0"]),
            asked("ok", "Which other city?", CITIES, ["1"]),
            asked("", "Which nameless city?", CITIES, ["1"]),
            asked("html", "Which <b>bold</b> city?", CITIES, ["1"]),
            asked("date", "Which undated city?", CITIES, ["1"], date="soon"),
            asked("none", "Which city without a date?", CITIES, ["1"], date=None),
            asked("two", "Which cities?", CITIES, ["1", "2"]),
            {"question_id": "bare"},
        ],
    )
    with week.open("ab") as stream:
        stream.write(b'{"question_id": "\xff"}\n')
    write(tmp_path / "2022" / "20220702_qa_nota.jsonl", [])
    write(tmp_path / "2022" / "20220625_gcs.jsonl", [{"question_id": "date", "search_result": [found("far", "Oslo")]}])
    quiz = read_quiz(tmp_path / "2022", now=NOW)
    ids = [item.id for item in quiz.questions]
    assert ids == ["ok", "ok@20220702_qa.jsonl:8", "20220702_qa.jsonl:9", "html", "date", "none", "two"]
    assert quiz.questions[3].text == "Which bold city?"
    assert quiz.questions[4].date == quiz.questions[5].date == datetime(2022, 7, 2, tzinfo=UTC)
    assert [item.url for item in quiz.questions[4].found] == ["https://news.example/far"]
    assert oddities(quiz) == {
        Oddity.FILE_OTHER: 1,
        Oddity.LINE_UNREADABLE: 3,
        Oddity.WEEK_WITHOUT_SEARCH: 1,
        Oddity.WEEK_WITHOUT_QUESTIONS: 1,
        Oddity.QUESTION_EMPTY: 2,
        Oddity.ANSWER_UNUSABLE: 1,
        Oddity.QUESTION_REPEATED: 1,
        Oddity.ID_REUSED: 1,
        Oddity.ID_MISSING: 1,
        Oddity.DATE_OF_FILE: 2,
        Oddity.MARKUP: 1,
        Oddity.SEVERAL_ANSWERS: 1,
        Oddity.SEARCH_ELSEWHERE: 1,
        Oddity.SEARCH_MISSING: 6,
    }
    assert f"     3  {Oddity.LINE_UNREADABLE} (first: 20220702_qa.jsonl:2)" in quiz.oddities.lines()


def test_an_id_used_for_two_questions_gets_each_weeks_own_search_results(tmp_path):
    for week, city in (("20220702", "Oslo"), ("20220709", "Riga")):
        write(tmp_path / "2022" / f"{week}_qa.jsonl", [asked("q", f"Which city is {week}?", CITIES, [city])])
        write(tmp_path / "2022" / f"{week}_gcs.jsonl", [{"question_id": "q", "search_result": [found(city, city)]}])
    quiz = read_quiz(tmp_path / "2022")
    assert {item.answers[0]: [found.title for found in item.gold_articles()] for item in quiz.questions} == {
        "Oslo": ["Report on Oslo"],
        "Riga": ["Report on Riga"],
    }


@pytest.mark.parametrize("results", [None, [], {}, "nothing", "absent"])
def test_search_results_may_be_missing(tmp_path, results):
    write(tmp_path / "2022" / "20220702_qa.jsonl", [asked("a", "Which city?", CITIES, ["1"])])
    line = {"question_id": "a", "search_result": results} if results != "absent" else {"question_id": "a"}
    write(tmp_path / "2022" / "20220702_gcs.jsonl", [line])
    quiz = read_quiz(tmp_path / "2022")
    assert quiz.questions[0].found == ()
    assert oddities(quiz) == {Oddity.SEARCH_EMPTY: 1}


# --- the pool -------------------------------------------------------------------------------------


def test_articles_are_pooled_once_and_what_is_wrong_with_them_is_counted(tmp_path):
    write(tmp_path / "2022" / "20220702_qa.jsonl", [asked("a", "Which city?", CITIES, ["1"])])
    write(
        tmp_path / "2022" / "20220702_gcs.jsonl",
        [
            {
                "question_id": "a",
                "search_result": [
                    found("one", "Oslo is one."),
                    found("one", "Oslo is another text.", url="https://news.example/one?utm_source=mail"),
                    found("copy", "Oslo is one.", date="2022/07/02"),
                    found("short", text="Oslo."),
                    {"url": "https://news.example/bare", "title": "Only a title"},
                    found("undated", "Oslo has no date.", date=None),
                    found("empty-date", "Oslo has an empty date.", date=""),
                    found("odd-date", "Oslo has an odd date.", date="0001/01/01"),
                    found("dashes", "Oslo has dashes.", date="2022-06-30"),
                    found("untitled", "Oslo has no title.", title=" "),
                    found("authors", "Oslo has odd authors.", authors=[["x"]]),
                    found("no-url", url=None),
                    found("bad-url", url="ftp://news.example/x"),
                    "nothing",
                    None,
                ],
            }
        ],
    )
    quiz = read_quiz(tmp_path / "2022")
    pool = fill(quiz, settings_in(tmp_path), encoder())
    assert (pool.articles, pool.copies, pool.undated) == (8, 1, 3)
    assert oddities(quiz) == {
        Oddity.RESULT_UNUSABLE: 4,
        Oddity.ARTICLE_SHORT: 2,
        Oddity.ARTICLE_REPEATED: 1,
        Oddity.ARTICLE_UNTITLED: 1,
        Oddity.AUTHORS_DROPPED: 1,
        Oddity.DATE_UNREADABLE: 1,
        Oddity.ARTICLE_UNDATED: 3,
    }
    with Stores(settings_in(tmp_path), encoder()) as stores:
        held = {name: stores.archive.article(name) for name in pool.source_of}
    dates = {item.url.rpartition("/")[2]: str(item.published_at) for item in held.values()}
    assert dates == {
        "one": "2022-07-01", "copy": "2022-07-02", "dashes": "2022-06-30", "untitled": "2022-07-01",
        "authors": "2022-07-01", "undated": "None", "empty-date": "None", "odd-date": "None",
    }  # fmt: skip
    titles = {item.url.rpartition("/")[2]: item.title for item in held.values()}
    assert titles["untitled"].startswith("Oslo has no title. Neighbours watched")
    assert all(item.publisher is None for item in held.values())


def test_a_pool_is_reused_and_grows_without_embedding_anything_twice(repository):
    folder = year_folder(repository)
    first = fill(read_quiz(folder, weeks="20220702"), settings_in(repository), encoder())
    again = fill(read_quiz(folder, weeks="20220702"), settings_in(repository), encoder())
    grown = fill(read_quiz(folder), settings_in(repository), encoder())
    assert first.embedded > 0
    assert again.embedded == 0
    assert again.source_of == first.source_of
    assert grown.articles == first.articles + 1
    assert 0 < grown.embedded < first.embedded


def test_a_folder_with_other_articles_is_refused(repository):
    folder = year_folder(repository)
    fill(read_quiz(folder), settings_in(repository), encoder())
    with pytest.raises(PoolError, match=r"holds 2 articles that are not of these weeks.*--pool"):
        fill(read_quiz(folder, weeks="20220709"), settings_in(repository), encoder())


def test_the_pool_has_the_ids_and_the_embedded_texts_of_an_ingest_from_json_lines(repository, tmp_path):
    from ingest.files import read_paths
    from ingest.pipeline import Outcome, Pipeline

    quiz = read_quiz(year_folder(repository))
    lines = tmp_path / "articles.jsonl"
    known = {item.url: item for item in reversed(quiz.articles)}
    write(
        lines,
        [
            {"url": url, "title": item.title, "text": item.text, "authors": item.authors, "published_at": item.date}
            for url, item in reversed(known.items())
        ],
    )
    with Stores(settings_in(tmp_path), encoder(), create=True) as stores:
        account = Pipeline(stores).run(read_paths([str(lines)]))
        assert account.outcomes[Outcome.ADDED] == 4
        passages = set(stores.archive.passage_ids())
    pool = fill(quiz, settings_in(tmp_path), encoder())
    assert pool.embedded == 0
    with Stores(settings_in(tmp_path), encoder()) as stores:
        assert set(stores.archive.passage_ids()) == passages


def test_vectors_of_other_pools_are_borrowed_exactly(repository):
    quiz, settings = read_quiz(year_folder(repository)), settings_in(repository)
    whole = settings_of(settings, pool_folder(settings, quiz, weeks=None))
    fill(quiz, whole, encoder())
    part = read_quiz(year_folder(repository), weeks="20220702")
    folder = pool_folder(settings, part, weeks="20220702")
    assert folder.name == "realtimeqa-2022-20220702-20220702"
    assert siblings(folder) == [whole.folder]
    asked_for = RecordingEncoder()
    pool = fill(part, settings_of(settings, folder), asked_for, vectors_from=siblings(folder))
    assert pool.embedded == 0
    assert asked_for.texts == []
    with Stores(settings_of(settings, folder), encoder()) as mine, Stores(whole, encoder()) as theirs:
        ids = list(mine.archive.passage_ids())
        model = encoder().model_hash
        ours = mine.archive.vectors_of(ids, model_hash=model)
        lent = theirs.archive.vectors_of(ids, model_hash=model)
        assert dict(zip(ours.ids, ours.matrix.tolist(), strict=True)) == dict(
            zip(lent.ids, lent.matrix.tolist(), strict=True)
        )


def test_vectors_of_another_model_are_not_borrowed(repository):
    quiz, settings = read_quiz(year_folder(repository)), settings_in(repository)
    fill(quiz, settings, encoder())
    other = replace(settings, data=str(repository / "other"))
    pool = fill(quiz, other, HashingEncoder(DIMENSION + 1), vectors_from=[settings.folder])
    assert pool.embedded > 0


# --- the public files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "weeks", "expected"),
    [
        ("2022", "20220617..20220826", (329, 189, 2)),
        pytest.param("2022", None, (810, 493, 5), marks=pytest.mark.slow),
        pytest.param("2023", None, (1_419, 662, 10), marks=pytest.mark.slow),
    ],
)
def test_the_public_files_have_the_questions_that_were_counted(year, weeks, expected):
    if not SHARED.is_dir():
        pytest.skip(f"RealTime QA is not at {SHARED}")
    quiz = read_quiz(year_folder(SHARED, year), weeks=weeks)
    answerable = sum(bool(item.gold_articles()) for item in quiz.questions)
    excluded = sum(not item.is_compared for item in quiz.questions)
    assert (len(quiz.questions), answerable, excluded) == expected
