"""Records: our fields, their names in a source, and what is said of a wrong one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.article import ItemError
from ingest.records import FIELDS, article_of, check_field_map, language_code, parsed_record
from rag.errors import ConfigurationError
from rag.schema import DatePrecision, Kind

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = "The studio and the union reached a tentative agreement on Tuesday."
RECORD = {"title": "A deal", "text": TEXT}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def article(record, field_map=None, **changes):
    parsed = parsed_record({**RECORD, **record}, field_map or {})
    return article_of(parsed, location="news.jsonl:7", address=None, now=NOW, **changes)


def fault(record, field_map=None):
    with pytest.raises(ItemError) as caught:
        article(record, field_map)
    return caught.value


def test_every_field_is_taken_over():
    found = article(
        {
            "id": "a-1",
            "published_at": "2024-03-15",
            "modified_at": "2024-03-16T10:00:00+02:00",
            "publisher": " Example  Daily ",
            "url": "HTTPS://News.example.com:443/a?utm_source=x&b=2&a=1#top",
            "authors": ["By Jane Doe", {"name": "Richard Roe"}, "Jane Doe"],
            "section": "Labour",
            "entities": "SAG-AFTRA; Disney",
            "language": "en-US",
            "kind": "press_release",
            "chain": "passed over",
        }
    )
    assert (found.id, found.title, found.text, found.source) == ("a-1", "A deal", TEXT, "news.jsonl:7")
    assert (str(found.published_at), found.published_at.origin) == ("2024-03-15", "published_at")
    assert (str(found.modified_at), found.modified_at.precision) == ("2024-03-16 08:00 UTC", DatePrecision.TIME)
    assert found.url == "https://news.example.com/a?a=1&b=2"
    assert (found.publisher, found.section, found.language) == ("Example Daily", "Labour", "en")
    assert found.authors == ("Jane Doe", "Richard Roe")
    assert found.entities == ("SAG-AFTRA", "Disney")
    assert (found.kind, found.ingested_at, found.version) == (Kind.PRESS_RELEASE, None, 1)


def test_what_is_absent_or_empty_stays_unknown():
    found = article({"published_at": "", "modified_at": None, "authors": [], "publisher": "  ", "kind": None})
    assert (found.published_at, found.modified_at, found.publisher, found.url) == (None, None, None, None)
    assert (found.authors, found.entities, found.section, found.kind) == ((), (), None, Kind.NEWS)
    assert found.language == "en"


@pytest.mark.parametrize("name", ["text", "body", "content"])
def test_the_text_may_have_one_of_three_names(name):
    parsed = parsed_record({"title": "A deal", name: TEXT, "author": "Jane Doe"}, {})
    found = article_of(parsed, location="x", address=None, now=NOW)
    assert (found.text, found.authors) == (TEXT, ("Jane Doe",))


def test_a_field_map_brings_other_names_and_dotted_paths_to_ours():
    record = {
        "headline": "Mapped title", "title": "Other title", "publish_date": "2024-03-15", "source": {"name": "Example"},
        "writers": [{"name": "Jane Doe"}], "dotted.name": "Courts", "id": "not ours",
    }  # fmt: skip
    field_map = {
        "headline": "title", "publish_date": "published_at", "source.name": "publisher", "writers.0.name": "authors",
        "dotted.name": "section", "id": "entities", "missing.path": "url",
    }  # fmt: skip
    found = article(record, field_map)
    assert (found.title, found.publisher, found.authors) == ("Mapped title", "Example", ("Jane Doe",))
    assert (found.section, found.entities, found.url) == ("Courts", ("not ours",), None)
    assert found.published_at.origin == "publish_date"
    assert found.id != "not ours"


def test_a_field_map_to_an_unknown_field_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"'when'.*published_at"):
        check_field_map({"publish_date": "when"})


def test_a_fault_names_the_field_as_the_source_calls_it():
    error = fault({"publish_date": "2024-02-30"}, {"publish_date": "published_at"})
    assert error.field == "publish_date"
    assert "2024-02-30" in error.reason
    assert "leave it out" in error.remedy


@pytest.mark.parametrize(
    ("record", "field", "reason"),
    [
        ({"title": None}, "title", "no title"),
        ({"title": "\u200b"}, "title", "no title"),
        ({"title": 12}, "title", "not a number"),
        ({"title": "x" * 1001}, "title", "1,001 characters"),
        ({"text": ""}, "text", "missing"),
        ({"text": "\x00" * 100}, "text", "missing"),
        ({"text": "Too short."}, "text", "10 characters"),
        ({"text": ["a", "b"]}, "text", "not a list"),
        ({"body": 5, "text": None}, "body", "not a number"),
        ({"published_at": "2024-02-30"}, "published_at", "does not exist"),
        ({"published_at": "2026-11-24"}, "published_at", "future"),
        ({"modified_at": "Q3 2025"}, "modified_at", "without guessing"),
        ({"modified_at": {"date": "2024-01-01"}}, "modified_at", "must be text"),
        ({"publisher": True}, "publisher", "not true or false"),
        ({"publisher": {"name": "x"}}, "publisher", "not an object"),
        ({"url": "www.example.com/a"}, "url", "not a web address"),
        ({"url": "javascript:alert(1)"}, "url", "not a web address"),
        ({"authors": ["Jane Doe", 5]}, "authors", "not a number"),
        ({"author": 5}, "author", "not a number"),
        ({"entities": [["x"]]}, "entities", "not a list"),
        ({"language": "English please"}, "language", "not a language code"),
        ({"kind": "gossip"}, "kind", "'gossip'"),
        ({"id": 1.5}, "id", "not a number"),
    ],
)
def test_a_wrong_field_is_named_with_reason_and_remedy(record, field, reason):
    error = fault(record)
    assert error.field == field
    assert reason in error.reason
    assert error.remedy.endswith(".")


def test_an_unknown_kind_is_answered_with_the_known_ones():
    assert "news, opinion, press release, brief" in fault({"kind": "gossip"}).remedy


def test_a_record_without_id_and_url_is_known_by_what_it_says_wherever_it_stands():
    first, again = article({}), article({"publisher": "Example"})
    other = article({"text": TEXT + " More."})
    assert first.id == again.id != other.id


def test_an_id_may_be_a_number_and_a_long_one_is_hashed():
    assert article({"id": 815}).id == "815"
    assert len(article({"id": "a b" * 200}).id) == 16


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("ger", "ger"),
        ("und", None),
        ("English", None),
    ],
)
def test_a_language_tag_is_cut_to_its_first_part(tag, code):
    assert language_code(tag) == code


@given(st.dictionaries(st.sampled_from([*FIELDS, "body", "content", "author"]), JSON))
def test_any_record_is_an_article_that_can_be_stored_or_has_a_named_fault(record):
    try:
        found = article(record)
    except ItemError as error:
        found = error
    if isinstance(found, ItemError):
        assert found.reason.endswith(".")
        assert found.remedy.endswith(".")
        assert found.field in {*FIELDS, "body", "content", "author"}
        return
    strings = [found.id, found.title, found.text, found.publisher or "", *found.authors, *found.entities]
    assert all(string.encode() is not None and "\x00" not in string for string in strings)
    assert found.title
    assert len(found.text) >= 40
