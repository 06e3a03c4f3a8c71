"""What a question is searched for: limits out of its words, and filters that win over them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Kind, LimitKind, Question, Scope, Understanding
from rag.understand import asked_of, searched_words, understand, without

PUBLISHERS = ("Bloomberg", "Deadline", "OpenAI", "Reuters", "The Hollywood Reporter", "Variety")


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MARCH = Scope(published_from=day("2024-03-01"), published_until=day("2024-04-01"))
AS_OF = day("2024-04-11")


def read(text, *, scope=None, unread=(), newsmakers=()):
    question = Question(text=text, scope=scope or Scope(), as_of=AS_OF, unread=unread)
    return understand(question, publishers=PUBLISHERS, newsmakers=newsmakers)


def words(understanding):
    """The kinds of the limits, with the words that they were read from."""
    return {limit.kind: [understanding.text[start:end] for start, end in limit.spans] for limit in understanding.limits}


def test_a_question_without_limits_is_searched_as_it_stands():
    text = "Who sued Midjourney?"
    assert read(text) == Understanding(text=text)


@pytest.mark.parametrize(
    "text",
    [
        "Disney sued Midjourney last month. Who represents it?",
        "Suno said this week that it raised $400 million. How old is the company?",
        "Last month, the actors' union ratified a contract. How many members voted?",
    ],
)
def test_a_period_in_a_statement_before_the_question_limits_nothing(text):
    assert not {LimitKind.PERIOD} & set(words(read(text)))


@pytest.mark.parametrize(
    ("text", "limiting"),
    [
        ("Tell me about Disney. What did it announce last month?", "last month"),
        ("Disney sued Midjourney this week. What did it announce last month?", "last month"),
        ("What did Disney announce last month? I need it for a story.", "last month"),
        ("Show me what Disney announced last month, please. Thanks!", "last month"),
        ("Disney announcements from last month", "from last month"),
    ],
)
def test_the_period_of_the_sentence_that_asks_limits_the_search(text, limiting):
    assert words(read(text))[LimitKind.PERIOD] == [limiting]
    assert read(text).scope == MARCH


def test_a_period_in_the_words_limits_the_search():
    found = read("What did the studios announce last month?")
    assert found.scope == MARCH
    assert words(found) == {LimitKind.PERIOD: ["last month"]}


@pytest.mark.parametrize("text", ["Who won the 2023 strike?", "Which studios licensed a library in 2023?"])
def test_a_year_in_which_something_happened_limits_no_articles(text):
    assert read(text) == Understanding(text=text)


@pytest.mark.parametrize(
    ("text", "first", "until"),
    [
        ("Which lawsuits were filed last year?", "2023-01-01", "2024-01-01"),
        ("What has changed this year?", "2024-01-01", "2024-04-11"),
        ("What did Variety report in 2023?", "2023-01-01", "2024-01-01"),
        ("In March 2024, which bills were signed?", "2024-03-01", "2024-04-01"),
        ("What happened in March 2024?", "2024-03-01", "2024-04-01"),
        ("What did Disney say in March 2024?", "2024-03-01", "2024-04-01"),
        ("Who has sued since 2023?", "2023-01-01", "2024-04-11"),
    ],
)
def test_a_time_that_is_asked_for_as_news_limits_the_articles(text, first, until):
    scope = read(text).scope
    assert (scope.published_from, scope.published_until) == (day(first), day(until))


@pytest.mark.parametrize(
    "text", ["Who was sued in March 2024?", "What did Disney say on March 5, 2024?", "Who had been sued by March 2024?"]
)
def test_a_time_at_which_something_happened_limits_no_articles(text):
    assert read(text).scope == Scope()


def test_a_publisher_in_the_words_limits_the_search():
    found = read("What is Runway worth, according to Bloomburg?")
    assert found.scope == Scope(publishers=("Bloomberg",))
    assert words(found) == {LimitKind.PUBLISHERS: ["according to Bloomburg"]}


def test_publishers_and_kinds_are_kept_out():
    found = read("What is Runway worth, without press releases and except Variety?")
    assert found.scope == Scope(excluded_publishers=("Variety",), excluded_kinds=(Kind.PRESS_RELEASE,))
    assert set(words(found)) == {LimitKind.EXCLUDED_PUBLISHERS, LimitKind.EXCLUDED_KINDS}


def test_briefs_count_as_news_and_not_as_opinion():
    assert read("Who sued Suno? News articles only").scope.kinds == (Kind.NEWS, Kind.BRIEF)
    assert read("Who sued Suno? Op-eds only").scope.kinds == (Kind.OPINION,)


def test_several_publishers_should_each_be_heard():
    found = read("What did Variety and THR report about Tilly Norwood?")
    assert found.each == (("Variety",), ("The Hollywood Reporter",))
    assert set(found.scope.publishers) == {"Variety", "The Hollywood Reporter"}
    assert read("What did Variety or Deadline report about Tilly Norwood?").each == ()


def test_an_unknown_publisher_is_told_and_limits_nothing():
    found = read("According to the Daily Planet, who sued Suno?")
    assert (found.scope, found.limits, found.unknown_publishers) == (Scope(), (), ("the Daily Planet",))


def test_what_a_newsmaker_said_is_asked_of_any_source():
    question = "What did OpenAI say about Sora?"
    assert read(question, newsmakers=("OpenAI",)).scope == Scope()


@pytest.mark.parametrize(
    "given_period",
    [Scope(published_from=day("2023-01-01")), Scope(published_until=day("2023-01-01")), MARCH],
)
def test_a_period_that_was_given_wins_over_the_words(given_period):
    found = read("What did Variety report this week?", scope=given_period)
    assert found.scope == Scope(
        published_from=given_period.published_from,
        published_until=given_period.published_until,
        publishers=("Variety",),
    )
    assert set(words(found)) == {LimitKind.PUBLISHERS}


def test_publishers_that_were_given_win_over_the_words():
    given_publishers = Scope(publishers=("Reuters",))
    for text in (
        "What did Variety and Deadline report?",
        "Who sued, except Variety?",
        "What did the Daily Planet say?",
    ):
        found = read(text, scope=given_publishers)
        assert (found.scope, found.limits, found.each, found.unknown_publishers) == (given_publishers, (), (), ())


def test_kinds_that_were_given_win_over_the_words():
    given_kinds = Scope(excluded_kinds=(Kind.NEWS,))
    assert read("Who sued Suno? News articles only", scope=given_kinds).scope == given_kinds


def test_sections_are_kept():
    scope = Scope(sections=("Courts",))
    assert read("What did Variety report?", scope=scope).scope == Scope(sections=("Courts",), publishers=("Variety",))


def test_kinds_of_limits_that_are_unread_come_from_no_word():
    text = "What did Variety and Deadline report last month?"
    without_period = read(text, unread=(LimitKind.PERIOD,))
    assert without_period.scope == Scope(publishers=("Variety", "Deadline"))
    without_publishers = read(text, unread=(LimitKind.PUBLISHERS,))
    assert (without_publishers.scope, without_publishers.each) == (MARCH, ())
    assert read(text, unread=tuple(LimitKind)) == Understanding(text=text)


def test_a_question_for_the_newest_state_is_known():
    assert read("Is the strike still going on?").latest
    assert not read("Who went on strike?").latest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who sued Suno last month?", "Who sued Suno?"),
        ("In March 2024, which bills were signed?", "which bills were signed?"),
        ("Who sued in the 2023 strike?", "Who sued in the 2023 strike?"),
        ("According to Variety, who sued last month?", "According to Variety, who sued?"),
        ("last month?", "last month?"),
    ],
)
def test_words_of_a_period_that_limits_the_search_are_not_searched_for(text, words):
    assert searched_words(read(text)) == words


def test_one_of_several_publishers_is_asked_in_its_own_name():
    found = read("What did Variety and THR report last month about Tilly Norwood?")
    assert asked_of("Variety", found) == "What did Variety report last month about Tilly Norwood?"
    assert searched_words(found) == "What did Variety and THR report about Tilly Norwood?"


def test_limits_are_taken_away_by_kind():
    scope = Scope(published_from=AS_OF, publishers=("Variety",), sections=("Courts",))
    assert without(scope, [LimitKind.PERIOD, LimitKind.PUBLISHERS]) == Scope(sections=("Courts",))
    assert without(scope, []) == scope


@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ["according to", "Variety", "Deadline", "and", "last week", "in 2023", "news only", "except"]
            ),
            max_size=8,
        ).map(" ".join),
    ),
    unread=st.sets(st.sampled_from(LimitKind)),
)
def test_no_text_fails_and_unread_kinds_stay_open(text, unread):
    found = read(text, unread=tuple(unread))
    assert without(found.scope, tuple(unread)) == found.scope
    assert bool(searched_words(found)) == bool(asked_of("Variety", found)) == bool(text)
    assert without(found.scope, tuple(LimitKind)) == Scope()
    assert not {limit.kind for limit in found.limits} & unread
    for limit in found.limits:
        assert all(0 <= start < end <= len(text) for start, end in limit.spans)
        assert without(found.scope, [limit.kind]) != found.scope
