"""Dates: what is read, what is refused, and that nothing is guessed."""

import email.utils
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import parse_moment
from rag.schema import DatePrecision

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY, TIME = DatePrecision.DAY, DatePrecision.TIME
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(1601, 1, 1), max_value=datetime(2026, 11, 20), timezones=OFFSETS | st.just(UTC)
)
DAYS = st.dates(min_value=date(1600, 1, 1), max_value=date(2026, 11, 22))


def read(value):
    return parse_moment(value, origin="test", now=NOW)


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2024-03-15", "2024-03-15T00:00", DAY),
        (" 2024-03-15 ", "2024-03-15T00:00", DAY),
        ("2024-3-5", "2024-03-05T00:00", DAY),
        ("20240315", "2024-03-15T00:00", DAY),
        ("2024-W11-5", "2024-03-15T00:00", DAY),
        ("2024/03/15", "2024-03-15T00:00", DAY),
        ("2024.03.15", "2024-03-15T00:00", DAY),
        ("2024-03-15T10:30", "2024-03-15T10:30", TIME),
        ("2024-03-15 10:30:00", "2024-03-15T10:30", TIME),
        ("2024/03/15 10:30", "2024-03-15T10:30", TIME),
        ("2024-03-15T10:30:00Z", "2024-03-15T10:30", TIME),
        ("2024-03-15T10:30:00.123456789Z", "2024-03-15T10:30:00.123456", TIME),
        ("2024-03-15 10:30:00 UTC", "2024-03-15T10:30", TIME),
        ("2024-03-15T10:30:00+02:00", "2024-03-15T08:30", TIME),
        ("2024-03-15T10:30:00.000+0200", "2024-03-15T08:30", TIME),
        ("2024-03-15 10:30:00 -0500", "2024-03-15T15:30", TIME),
        ("2024-03-15T23:30:00-05:00", "2024-03-16T04:30", TIME),
        ("20240315T103000Z", "2024-03-15T10:30", TIME),
        ("Fri, 15 Mar 2024 10:30:00 GMT", "2024-03-15T10:30", TIME),
        ("Fri, 15 Mar 2024 10:30:00 +0100", "2024-03-15T09:30", TIME),
        ("15 Mar 2024 10:30 EST", "2024-03-15T15:30", TIME),
        ("15 Jul 2024 10:30:00 EDT", "2024-07-15T14:30", TIME),
        ("March 15, 2024", "2024-03-15T00:00", DAY),
        ("Friday, March 15, 2024", "2024-03-15T00:00", DAY),
        ("Sept. 5, 2024", "2024-09-05T00:00", DAY),
        ("15 March 2024", "2024-03-15T00:00", DAY),
        ("Fri, 15 Mar 2024", "2024-03-15T00:00", DAY),
        ("March 15, 2024, 3:05 p.m. UTC", "2024-03-15T15:05", TIME),
        ("March 15, 2024 at 12:05 AM", "2024-03-15T00:05", TIME),
        (20240315, "2024-03-15T00:00", DAY),
        (1710498600, "2024-03-15T10:30", TIME),
        (1710498600000, "2024-03-15T10:30", TIME),
        (date(2024, 3, 15), "2024-03-15T00:00", DAY),
        (datetime(2024, 3, 15, 10, 30), "2024-03-15T10:30", TIME),
        ("2024-02-29", "2024-02-29T00:00", DAY),
        ("1665-11-07", "1665-11-07T00:00", DAY),
    ],
)
def test_dates_that_mean_one_thing_are_read(text, expected, precision):
    moment = read(text)
    assert moment.value == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert (moment.precision, moment.origin) == (precision, "test")


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ("2024-02-30", "does not exist"),
        ("2023-02-29", "does not exist"),
        ("2024-13-01", "does not exist"),
        ("20240230", "without guessing"),
        ("Mon, 30 Feb 2024 10:00:00 GMT", "does not exist"),
        ("February 30, 2024", "does not exist"),
        ("2024-03-15T25:00:00", "without guessing"),
        ("03/04/2024", "day and month"),
        ("3.4.24", "day and month"),
        ("Q3 2025", "without guessing"),
        ("March 2024", "without guessing"),
        ("2024-03", "without guessing"),
        ("2024", "number"),
        ("1710498600", "number"),
        ("yesterday", "without guessing"),
        ("15 Mars 2024", "without guessing"),
        ("Fri, 15 Mar 2024 10:30:00 CEST", "abbreviation"),
        ("2024-03-15 10:30 EST", "without guessing"),
        ("15 Mar 24 10:30:00 GMT", "without guessing"),
        ("", "without guessing"),
        ("0001-01-01T00:00:00Z", "before the year"),
        ("0001-01-01T00:00:00+10:00", "calendar"),
        ("1599-12-31", "before the year"),
        ("9999-12-31", "future"),
        ("2026-11-24", "future"),
        (1, "neither"),
        (float("nan"), "neither"),
        (float("inf"), "neither"),
        (10**400, "neither"),
        (True, "must be text"),
        (["2024-03-15"], "must be text"),
        (None, "must be text"),
        ("\ud800", "without guessing"),
        ("9" * 5000, "number"),
    ],
)
def test_dates_that_are_impossible_or_need_guessing_are_refused(value, because):
    with pytest.raises(ValueError, match=because) as caught:
        read(value)
    assert len(str(caught.value)) < 250


def test_a_day_ahead_is_allowed_for_time_zones_but_no_more():
    assert read("2026-11-23T12:00:00Z").value == NOW + timedelta(days=1)
    with pytest.raises(ValueError, match="future"):
        read("2026-11-23T12:00:01Z")


@given(MOMENTS)
def test_an_iso_time_comes_back_as_the_same_instant(moment):
    assert read(moment.isoformat()).value == moment
    assert read(moment.isoformat()).value.tzinfo is UTC


@given(MOMENTS.map(lambda moment: moment.replace(microsecond=0)))
def test_a_mail_date_comes_back_as_the_same_instant(moment):
    assert read(email.utils.format_datetime(moment)).value == moment


@given(DAYS)
def test_a_day_comes_back_as_the_same_day_in_every_spelling(day):
    shapes = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day.day} {day:%B} {day.year:04d}"]
    shapes = [shape.replace(f"{day:%Y}", f"{day.year:04d}", 1) for shape in shapes]
    for shape in shapes:
        moment = read(shape)
        assert (str(moment), moment.precision) == (day.isoformat(), DAY)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.none(), st.lists(st.text(max_size=3))))
def test_whatever_is_given_is_read_within_bounds_or_refused_with_value_error(value):
    try:
        moment = read(value)
    except ValueError:
        return
    assert moment.value.year >= 1600
    assert moment.value <= NOW + timedelta(days=1)
