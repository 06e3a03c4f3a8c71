"""Taking items in: what is new, edited, copied, rejected or unchanged, and what is embedded for it."""

from datetime import timedelta

import pytest
from archives import NOW, RecordingEncoder, article, found, on, opened, outcomes, prose, searched, take

from ingest import pipeline
from ingest.article import Rejected
from ingest.pipeline import Outcome, Pipeline
from rag.errors import ArchiveMismatchError

LONG = prose(0)
BROKEN = Rejected(location="news.jsonl:2", field="text", reason="is missing.", remedy="Give it one.", excerpt="{}")


@pytest.fixture
def encoder():
    return RecordingEncoder()


@pytest.fixture
def stores(tmp_path, encoder):
    with opened(tmp_path, encoder, create=True) as held:
        yield held


def test_unchanged_articles_are_skipped_and_nothing_is_embedded_twice(stores, encoder):
    items = [article("a", LONG, published="2024-01-05"), article("b", prose(100))]
    account, _ = take(stores, items)
    assert account.outcomes[Outcome.ADDED] == 2
    assert account.passages == account.embedded == len(encoder.texts) > 4
    encoder.texts.clear()
    account, _ = take(stores, items, now=NOW + timedelta(days=1))
    assert (account.outcomes[Outcome.UNCHANGED], account.passages, encoder.texts) == (2, 0, [])
    assert stores.archive.article("a").ingested_at == NOW


def test_of_an_edited_article_only_the_changed_passages_are_embedded_again(stores, encoder):
    take(stores, [article("a", LONG)])
    whole = len(encoder.texts)
    encoder.texts.clear()
    edited = LONG.replace("number39", "number99")
    account, events = take(stores, [article("a", edited)])
    assert outcomes(events) == ["updated"]
    assert whole > 2
    assert len(encoder.texts) == 1
    assert "number99" in encoder.texts[0]
    assert account.embedded == 1
    assert account.passages == whole


def test_the_old_version_stays_readable_and_only_the_new_one_is_searched(stores):
    take(stores, [article("a", LONG, title="First", modified="2024-01-05")])
    edited = LONG.replace("number39", "zebra")
    take(stores, [article("a", edited, title="Second", modified="2024-02-06")], now=NOW + timedelta(days=1))
    old, new = stores.archive.article("a", version=1), stores.archive.article("a")
    assert (old.text, old.title, old.version, old.modified_at) == (LONG, "First", 1, on("2024-01-05"))
    assert (new.text, new.title, new.version, new.modified_at) == (edited, "Second", 2, on("2024-02-06"))
    assert stores.archive.article("a", version=3) is None
    assert searched(stores) == {"a": edited}
    assert found(stores, "number39") == []
    assert found(stores, "zebra") == ["a"]
    assert new.ingested_at == NOW


def test_a_new_date_or_publisher_alone_is_an_edit_too(stores, encoder):
    take(stores, [article("a", LONG, published="2024-01-05")])
    _, events = take(stores, [article("a", LONG, published="2024-01-06", publisher="Élan")])
    assert outcomes(events) == ["updated"]
    assert "Élan. 6 January 2024" in encoder.texts[-1]
    assert found(stores, "January Élan") == ["a"]


def test_the_same_text_elsewhere_is_kept_as_a_copy_and_not_searched(stores, encoder):
    take(stores, [article("a", LONG, published="2024-01-05")])
    encoder.texts.clear()
    _, events = take(stores, [article("b", LONG.upper().replace(" ", "\n"), published="2024-01-06")])
    assert outcomes(events) == ["copy"]
    assert stores.archive.article("b").duplicate_of == "a"
    assert stores.archive.count_copies() == 1
    assert (list(searched(stores)), encoder.texts) == (["a"], [])


@pytest.mark.parametrize("together", [True, False])
def test_of_copies_the_earliest_published_is_the_source(stores, together):
    items = [
        article("undated", LONG),
        article("late", LONG, published="2024-01-09"),
        article("early", LONG, published="2024-01-05"),
        article("middle", LONG, published="2024-01-07"),
    ]
    for run in [items] if together else [[item] for item in items]:
        take(stores, run)
    assert list(searched(stores)) == ["early"]
    assert {name: stores.archive.article(name).duplicate_of for name in ("undated", "late", "middle")} == {
        "undated": "early",
        "late": "early",
        "middle": "early",
    }
    assert stores.verify().is_sound


def test_a_corrected_date_chooses_the_source_again(stores):
    take(stores, [article("a", LONG, published="2024-01-05"), article("b", LONG, published="2024-01-06")])
    take(stores, [article("a", LONG, published="2024-01-08")])
    assert list(searched(stores)) == ["b"]
    take(stores, [article("a", LONG, published="2024-01-01")])
    assert list(searched(stores)) == ["a"]
    assert stores.archive.article("b").duplicate_of == "a"


def test_removing_the_source_promotes_the_earliest_copy_with_its_own_date(stores, encoder):
    dates = {"a": "2024-01-05", "b": "2024-01-07", "c": "2024-01-06"}
    take(stores, [article(name, LONG, published=day) for name, day in dates.items()])
    assert Pipeline(stores).remove("a")
    encoded = {text.split("\n")[0] for text in encoder.texts}
    assert list(searched(stores)) == ["c"]
    assert stores.archive.article("a") is None
    assert stores.archive.article("b").duplicate_of == "c"
    assert encoded == {"Report. 5 January 2024", "Report. 6 January 2024"}
    assert not Pipeline(stores).remove("a")
    assert Pipeline(stores).remove("c")
    assert Pipeline(stores).remove("b")
    assert searched(stores) == {}
    assert stores.verify().is_sound


def test_an_edited_source_leaves_its_old_text_to_its_copy(stores):
    take(stores, [article("a", LONG), article("b", LONG)])
    take(stores, [article("a", prose(200))])
    assert searched(stores) == {"a": prose(200), "b": LONG}
    assert stores.archive.article("b").duplicate_of is None


def test_a_text_given_up_and_taken_up_within_one_batch_is_no_copy(stores):
    take(stores, [article("a", LONG)])
    take(stores, [article("a", prose(200)), article("c", LONG), article("d", prose(200))])
    assert searched(stores) == {"a": prose(200), "c": LONG}
    assert stores.archive.article("d").duplicate_of == "a"


def test_an_address_that_moves_to_another_article_within_one_batch_keeps_both(stores):
    one, two = "https://news.example/1", "https://news.example/2"
    take(stores, [article("a", LONG, url=one)])
    take(stores, [article("a", LONG, url=two), article("b", prose(200), url=one)])
    assert searched(stores) == {"a": LONG, "b": prose(200)}
    assert [stores.archive.article(name).url for name in "ab"] == [two, one]


def test_an_id_that_comes_twice_with_different_content_is_quarantined_with_both_places(stores):
    items = [article("a", LONG, source="one.jsonl:3"), article("a", prose(100), source="two.jsonl:812")]
    account, events = take(stores, items)
    assert outcomes(events) == ["added", "quarantined"]
    assert account.outcomes[Outcome.QUARANTINED] == 1
    (row,) = stores.archive.quarantined()
    assert (row.location, row.field) == ("two.jsonl:812", "id")
    assert "one.jsonl:3" in row.reason
    assert "one.jsonl:3" in events[1].reason
    assert searched(stores) == {"a": LONG}


def test_a_later_version_in_the_same_run_is_no_conflict_and_reading_both_again_changes_nothing(stores):
    items = [article("a", LONG, modified="2024-01-05"), article("a", prose(100), modified="2024-01-06")]
    assert outcomes(take(stores, items)[1]) == ["added", "updated"]
    assert outcomes(take(stores, items)[1]) == ["unchanged", "unchanged"]
    assert searched(stores) == {"a": prose(100)}
    assert stores.archive.article("a").version == 2


def test_a_version_older_than_the_one_held_is_quarantined(stores):
    take(stores, [article("a", LONG, modified="2024-01-06")])
    _, events = take(stores, [article("a", prose(100), modified="2024-01-05")])
    assert outcomes(events) == ["quarantined"]
    (row,) = stores.archive.quarantined()
    assert row.field == "modified_at"
    assert "python -m ingest remove a" in row.remedy
    assert searched(stores) == {"a": LONG}


def test_a_rejected_item_stays_in_quarantine_until_it_is_read_well(stores):
    account, events = take(stores, [BROKEN, article("a", LONG, source="news.jsonl:1")])
    assert outcomes(events) == ["quarantined", "added"]
    assert events[0].reason == "text: is missing. Give it one."
    take(stores, [BROKEN])
    assert [row.location for row in stores.archive.quarantined()] == ["news.jsonl:2"]
    take(stores, [article("b", prose(100), source="news.jsonl:2")])
    assert stores.archive.quarantined() == []
    assert account.items == 2


def test_a_place_where_one_item_is_rejected_and_another_read_well_stays_in_quarantine(stores):
    for items in ([BROKEN, article("a", LONG, source=BROKEN.location)],) * 2:
        take(stores, items)
        assert [row.location for row in stores.archive.quarantined()] == [BROKEN.location]


def test_a_run_that_breaks_off_keeps_what_was_written_and_the_next_one_finishes(stores, monkeypatch):
    monkeypatch.setattr(pipeline, "BATCH_PASSAGES", 4)
    items = [article(f"a{number}", prose(number * 40)) for number in range(5)]

    def stopped():
        yield from items[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(stores, stopped())
    assert 0 < len(stores.archive.article_ids()) <= 3
    _, events = take(stores, items)
    assert "unchanged" in outcomes(events)
    assert len(searched(stores)) == 5
    assert stores.verify().is_sound


def test_recut_keeps_versions_and_their_moments_and_embeds_nothing_that_is_cached(stores, encoder):
    take(stores, [article("a", LONG), article("b", LONG), article("c", prose(100))])
    take(stores, [article("c", prose(120))])
    before = sorted(stores.archive.passage_ids())
    encoder.texts.clear()
    account = Pipeline(stores, now=NOW + timedelta(days=9)).recut()
    assert (account.outcomes[Outcome.UPDATED], account.embedded, encoder.texts) == (2, 0, [])
    assert sorted(stores.archive.passage_ids()) == before
    assert stores.archive.article("c").version == 2
    assert stores.archive.article("c", version=1).text == prose(100)
    assert stores.verify().is_sound


def test_an_archive_cut_another_way_is_refused_with_the_remedy(stores):
    stores.archive.describe({"chunking": "sentences-90-0-v0"})
    with pytest.raises(ArchiveMismatchError, match=r"sentences-90-0-v0.*python -m ingest reindex"):
        Pipeline(stores)
