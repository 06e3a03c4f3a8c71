"""Limits out of the words, as chips; and what removing and editing them asks."""

from datetime import UTC, datetime

from rag.chips import Chip, Filters, chips_of, filters_of, unlimited
from rag.schema import Kind, LimitKind, Question, Scope
from rag.understand import understand

AS_OF = datetime(2024, 4, 11, tzinfo=UTC)


def read(question):
    return understand(question, publishers=("Deadline", "Variety"))


def test_each_limit_out_of_the_words_is_a_chip():
    asked = Question(text="What did Variety report last month, without press releases?", as_of=AS_OF)
    assert chips_of(read(asked), AS_OF) == (
        Chip(kind=LimitKind.PERIOD, label="published 1–31 March 2024"),
        Chip(kind=LimitKind.PUBLISHERS, label="credited to Variety"),
        Chip(kind=LimitKind.EXCLUDED_KINDS, label="without press releases"),
    )
    others = Question(text="Who sued? Only opinion pieces, except Deadline", as_of=AS_OF)
    assert [chip.label for chip in chips_of(read(others), AS_OF)] == ["not credited to Deadline", "only opinion pieces"]


def test_a_filter_is_no_chip():
    scope = Scope(publishers=("Deadline",), kinds=(Kind.NEWS,))
    assert chips_of(read(Question(text="What did Variety report?", scope=scope, as_of=AS_OF)), AS_OF) == ()
    assert chips_of(None, AS_OF) == ()


def test_a_removed_chip_stays_away_when_another_is_removed():
    asked = Question(text="What did Variety report last month?", as_of=AS_OF)
    once = unlimited(asked, LimitKind.PERIOD)
    assert [chip.kind for chip in chips_of(read(once), AS_OF)] == [LimitKind.PUBLISHERS]
    assert chips_of(read(unlimited(once, LimitKind.PUBLISHERS)), AS_OF) == ()
    assert unlimited(once, LimitKind.PERIOD) == once


def test_the_form_holds_the_last_day_of_a_period():
    scope = read(Question(text="What did Variety report last month?", as_of=AS_OF)).scope
    assert filters_of(scope) == Filters(since="2024-03-01", until="2024-03-31", publishers=("Variety",))
    assert filters_of(Scope()) == Filters()
