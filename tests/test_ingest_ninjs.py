"""ninjs: versions 1 to 3 to one article; what an agency withdraws is not used."""

from datetime import UTC, datetime

import pytest

from ingest.article import ItemError
from ingest.markup import parse_fragment
from ingest.ninjs import is_ninjs, parse_ninjs
from ingest.records import article_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ONE = {
    "uri": "urn:newsml:agency.example:20240315:item-1",
    "type": "text",
    "version": "2",
    "firstcreated": "2024-03-15T08:00:00+01:00",
    "versioncreated": "2024-03-15T11:00:00+01:00",
    "pubstatus": "usable",
    "language": "en-GB",
    "headline": "Studio signs deal",
    "byline": "By Jane Doe",
    "copyrightholder": "Example Agency",
    "person": [{"name": "Jane Roe", "rel": "about"}, {"code": "no name"}],
    "organisation": [{"name": "Example Studio"}],
    "place": [{"name": "Paris"}],
    "subject": [{"name": "Labour", "code": "09000000"}, {"name": "Film"}],
    "body_text": "PARIS The studio signed a deal with the union on Friday. All of it was agreed.",
    "body_html": "<p>PARIS The studio signed a deal with the union on Friday.</p><p>All of it was <b>agreed</b>.</p>",
}
TWO = {
    "uri": "https://agency.example/items/item-2",
    "versioncreated": "2024-03-15T11:00:00Z",
    "infosources": [{"name": "Example Wire"}],
    "headlines": [{"role": "short", "value": "Deal"}, {"role": "main", "value": "Studio signs deal"}],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": "Studio signs deal\nPlain text of the article in full."},
        {
            "role": "html",
            "contenttype": "text/html",
            "value": "<html><head><title>t</title></head><body><h1>Studio signs deal</h1>"
            "<p>Text of the article in full, as it was marked up.</p></body></html>",
        },
    ],
    "by": "Richard Roe",
    "people": [{"name": "Jane Roe"}],
    "subjects": [{"name": "Labour"}],
    "altids": [{"name": "other", "value": "x"}],
}
THREE = {
    "uri": "https://agency.example/items/item-3",
    "contentCreated": "2024-03-14T11:00:00Z",
    "versionCreated": "2024-03-15T11:00:00Z",
    "pubStatus": "usable",
    "headlines": [{"value": "Studio signs deal"}],
    "bodies": [{"contentType": "text/plain", "value": "Plain text of the article, which is here in full."}],
    "infoSources": [{"name": "Example Wire"}],
}


def article(item):
    parsed = parse_ninjs(item, text_of_markup=lambda markup: parse_fragment(markup.encode()).fields["text"], now=NOW)
    return article_of(parsed, location="x", address=None, now=NOW)


def test_version_1_is_read():
    found = article(ONE)
    assert found.id == ONE["uri"]
    assert (found.title, found.authors, found.publisher) == ("Studio signs deal", ("Jane Doe",), "Example Agency")
    assert found.text == "PARIS The studio signed a deal with the union on Friday.\n\nAll of it was agreed."
    assert (str(found.published_at), found.published_at.origin) == ("2024-03-15 07:00 UTC", "firstcreated")
    assert (str(found.modified_at), found.modified_at.origin) == ("2024-03-15 10:00 UTC", "versioncreated")
    assert (found.language, found.section) == ("en", "Labour")
    assert found.entities == ("Jane Roe", "Example Studio", "Paris")
    assert found.url is None


def test_version_2_is_read():
    found = article(TWO)
    assert (found.url, found.title, found.publisher) == (TWO["uri"], "Studio signs deal", "Example Wire")
    assert found.text == "Text of the article in full, as it was marked up."
    assert (found.published_at.origin, found.modified_at) == ("versioncreated", None)
    assert (found.authors, found.section, found.entities) == (("Richard Roe",), "Labour", ("Jane Roe",))


def test_version_3_is_read():
    found = article(THREE)
    assert found.text == "Plain text of the article, which is here in full."
    assert (found.published_at.origin, found.modified_at.origin) == ("contentCreated", "versionCreated")
    assert found.publisher == "Example Wire"


def test_the_same_item_has_one_id_through_its_versions():
    later = {**ONE, "version": "3", "versioncreated": "2024-03-16T11:00:00+01:00"}
    assert article(later).id == article(ONE).id


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"pubstatus": "canceled"}, "pubstatus", "'canceled'"),
        ({"pubstatus": "withheld"}, "pubstatus", "must not be used"),
        ({"pubstatus": ["odd"]}, "pubstatus", "must not be used"),
        ({"embargoed": "2026-12-24T00:00:00Z"}, "embargoed", "under embargo"),
        ({"embargoed": "2026-11-22T06:00:00Z"}, "embargoed", "under embargo"),
        ({"embargoed": "soon"}, "embargoed", "under embargo"),
        ({"type": "picture"}, "type", "'picture'"),
        ({"versioncreated": "2024-02-30T00:00:00Z"}, "versioncreated", "does not exist"),
        ({"headline": None}, "title", "no title"),
        ({"headline": 5}, "headline", "number"),
        ({"body_html": None, "body_text": ""}, "text", "missing"),
        ({"body_html": None, "body_text": 7}, "body_text", "number"),
        ({"language": 5}, "language", "number"),
    ],
)
def test_an_item_that_may_not_or_cannot_be_used_is_a_named_fault(change, field, reason):
    with pytest.raises(ItemError) as caught:
        article({**ONE, **change})
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert caught.value.remedy


def test_an_embargo_that_is_over_is_none():
    assert article({**ONE, "embargoed": "2024-03-15T12:00:00Z"}).title == "Studio signs deal"


def test_a_withdrawn_item_is_told_how_to_be_removed():
    with pytest.raises(ItemError, match=f"ingest remove {ONE['uri']}"):
        article({**ONE, "pubstatus": "canceled"})


def test_ninjs_is_told_from_a_record():
    assert all(map(is_ninjs, (ONE, TWO, THREE)))
    assert not is_ninjs({"title": "A", "text": "B", "url": "https://example.com"})
    assert not is_ninjs({"uri": "https://example.com", "title": "A", "text": "B"})
