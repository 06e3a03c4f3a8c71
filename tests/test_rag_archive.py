"""The SQL archive: what is available when, in which scope, and what is said of a database that cannot be used."""

import sqlite3
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from archives import NOW, article, found, on, opened, prose, take

from ingest.passages import passages_of
from rag.archive import ArchiveReader, connect
from rag.archive_writer import ArchiveWriter
from rag.config import Settings
from rag.errors import ArchiveDamagedError, ArchiveMissingError, ConfigurationError
from rag.quarantine import QuarantineRow
from rag.schema import Article, DatePrecision, Kind, Moment, Scope, end_of_day
from rag.tables import from_timestamp, timestamp

LATER = datetime(2026, 1, 1, tzinfo=UTC)
JANUARY = Scope(published_from=datetime(2024, 1, 1, tzinfo=UTC), published_until=datetime(2024, 2, 1, tzinfo=UTC))
FULL = Article(
    id="full",
    title="Studio signs – at last",
    text=prose(40, 3),
    url="https://news.example/full",
    publisher="Élan Média",
    authors=("Ann Lee", "Bo Ek"),
    section="Ünions",
    language="en",
    kind=Kind.OPINION,
    entities=("Studio", "Union"),
    published_at=Moment(
        value=datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC), precision=DatePrecision.TIME, origin="article:published"
    ),
    modified_at=on("2024-02-01"),
    source="folder/full.md",
)


@pytest.fixture
def stores(tmp_path):
    with opened(tmp_path, create=True) as held:
        take(
            held,
            [
                FULL,
                article("first", prose(80, 3), published="2024-01-01", publisher="Variety", section="Labour"),
                article("february", prose(120, 3), published="2024-02-01", publisher="VARIETY", section="Courts"),
                article("undated", prose(160, 3), publisher="Variety"),
                article("old", prose(200, 3), published="1931-05-01"),
            ],
        )
        yield held


def within(stores, scope=None, as_of=LATER):
    """The articles inside scope and as-of date, after checking that every way to ask agrees."""
    archive, scope, ids = stores.archive, scope or Scope(), list(stores.archive.passage_ids())
    allowed = archive.allowed(ids, scope, as_of)
    part = archive.vectors_within(scope, as_of, model_hash=stores.encoder.model_hash)
    assert set(part.ids) == allowed
    assert archive.count_within(scope, as_of) == len(allowed)
    inside = {item.article.id for item in archive.locate(sorted(allowed)).values()}
    assert inside == set(found(stores, "day number room long talks", scope=scope, as_of=as_of))
    return inside


def test_an_article_is_read_back_as_it_was_stored(stores):
    stored = stores.archive.article("full")
    assert stored == Article(**{**vars(FULL), "ingested_at": NOW})
    assert stored.credit == "Élan Média"


def test_unknown_dates_stay_unknown(stores):
    stored = stores.archive.article("undated")
    assert (stored.published_at, stored.modified_at, stored.ingested_at) == (None, None, NOW)
    assert stores.archive.article("first").modified_at is None


def test_passages_are_spans_of_the_text_of_their_version(stores):
    located = stores.archive.locate(list(stores.archive.passage_ids()))
    assert {item.article.id for item in located.values()} == {"full", "first", "february", "undated", "old"}
    for passage_id, item in located.items():
        assert passage_id == item.passage.id
        assert item.article.text[item.passage.start : item.passage.end] == item.passage.text != ""
    expected = passages_of(stores.archive.article("full"), stores.encoder.token_offsets)
    assert [item.passage for item in located.values() if item.article.id == "full"] == expected
    assert stores.archive.locate(["nobody/1/0"]) == {}


def test_a_period_is_half_open_and_holds_nothing_undated(stores):
    assert within(stores, JANUARY) == {"full", "first"}
    assert within(stores, Scope(published_until=JANUARY.published_until)) == {"full", "first", "old"}
    assert within(stores, Scope(published_from=JANUARY.published_until)) == {"february"}
    assert within(stores) == {"full", "first", "february", "undated", "old"}


def test_as_of_excludes_what_was_published_at_or_after_it(stores):
    day = datetime(2024, 1, 31, tzinfo=UTC)
    assert within(stores, as_of=day) == {"first", "old"}
    assert within(stores, as_of=end_of_day(day)) == {"full", "first", "old"}
    assert within(stores, as_of=datetime(2024, 1, 1, tzinfo=UTC)) == {"old"}
    assert within(stores, as_of=datetime(1931, 5, 1, tzinfo=UTC)) == set()


def test_an_undated_article_is_available_from_when_it_was_taken_in(stores):
    assert "undated" not in within(stores, as_of=NOW)
    assert "undated" in within(stores, as_of=NOW + timedelta(seconds=1))


def test_a_scope_by_publisher_and_section_ignores_case_in_every_script(stores):
    assert within(stores, Scope(publishers=("variety",))) == {"first", "february", "undated"}
    assert within(stores, Scope(publishers=("ÉLAN MÉDIA", "nobody"))) == {"full"}
    assert within(stores, Scope(sections=("ünions", "COURTS"))) == {"full", "february"}
    assert within(stores, Scope(publishers=("Variety",), sections=("Labour",))) == {"first"}
    assert within(stores, Scope(publishers=("élan média",), published_from=datetime(2024, 2, 1, tzinfo=UTC))) == set()


def test_publishers_and_kinds_are_wanted_or_kept_out(stores):
    release = article("release", prose(240, 3), published="2024-03-01", publisher="Variety", kind=Kind.PRESS_RELEASE)
    take(stores, [release])
    everything = within(stores)
    assert within(stores, Scope(excluded_publishers=("variety",))) == {"full", "old"}
    assert within(stores, Scope(excluded_publishers=("ÉLAN MÉDIA", "nobody"))) == everything - {"full"}
    assert within(stores, Scope(kinds=(Kind.OPINION, Kind.PRESS_RELEASE))) == {"full", "release"}
    assert within(stores, Scope(excluded_kinds=(Kind.OPINION,))) == everything - {"full"}
    assert within(stores, Scope(publishers=("Variety",), excluded_kinds=(Kind.NEWS,))) == {"release"}


def test_the_overview_counts_what_is_searched(stores):
    take(stores, [article("copy", prose(80, 3), published="2024-03-01", publisher="Copycat")])
    overview = stores.archive.overview()
    assert (overview.articles, overview.passages) == (5, stores.archive.count_passages())
    assert (str(overview.oldest), str(overview.newest)) == ("1931-05-01", "2024-02-01")
    assert overview.newest_article == stores.archive.article("february")
    assert overview.publishers == (("Variety", 2), ("VARIETY", 1), ("Élan Média", 1))
    assert dict(overview.sections) == {"Ünions": 1, "Labour": 1, "Courts": 1}


def test_an_article_is_found_by_id_or_address(stores):
    assert stores.archive.find("first") == stores.archive.find("https://news.example/first") == "first"
    assert stores.archive.find("https://news.example/none") is None


def test_vectors_are_unit_length_and_belong_to_their_passages(stores):
    ids = list(stores.archive.passage_ids())
    part = stores.archive.vectors_of([*ids, "nobody/1/0"], model_hash=stores.encoder.model_hash)
    assert sorted(part.ids) == ids
    assert part.matrix.dtype == np.float32
    assert np.allclose(np.linalg.norm(part.matrix, axis=1), 1, atol=2e-3)
    mine = part.matrix[part.ids.index("first/1/0")]
    item = stores.archive.locate(["first/1/0"])["first/1/0"]
    whole = stores.encoder.encode([f"Report. Variety. 1 January 2024\n{item.passage.text}"])[0]
    assert float(mine @ whole) == pytest.approx(1, abs=2e-3)
    assert stores.archive.vectors_of(ids, model_hash="another").ids == []


def test_thousands_of_ids_fit_into_one_question(stores):
    ids = [*stores.archive.passage_ids(), *(f"nobody/1/{number}" for number in range(3000))]
    assert len(stores.archive.locate(ids)) == stores.archive.count_passages()
    assert len(stores.archive.allowed(ids, Scope(), LATER)) == stores.archive.count_passages()


def test_the_quarantine_keeps_one_row_for_each_place_and_reason(stores):
    row = QuarantineRow(location="b.md", field="url", reason="is bad.", remedy="Mend it.", excerpt="…")
    other = QuarantineRow(location="a.md", field=None, reason="is empty.", remedy="Fill it.", excerpt="")
    stores.archive.quarantine([row, row, other], now=NOW)
    stores.archive.quarantine([row], now=NOW)
    assert stores.archive.quarantined() == [other, row]
    stores.archive.release(["b.md", "c.md"])
    assert stores.archive.quarantined() == [other]
    assert stores.archive.forget_quarantine() == 1
    assert stores.archive.quarantined() == []


def test_moments_before_1970_and_between_seconds_round_down():
    assert timestamp(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -1
    assert from_timestamp(-1) == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_reader_asks_while_the_archive_is_being_written(stores):
    reader = ArchiveReader(connect(stores.settings.database_url, create=False))
    before = reader.overview()
    assert before.passages > 0
    with stores.archive.engine.begin() as connection:
        connection.exec_driver_sql("delete from passage")
        assert reader.overview() == before
        connection.rollback()
    reader.engine.dispose()


def test_no_archive_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(ArchiveMissingError, match="python -m ingest files PATH"):
        connect(Settings(data=str(tmp_path / "none")).database_url, create=False)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_said(tmp_path, content):
    (tmp_path / "archive.db").write_bytes(content)
    for create in (False, True):
        with pytest.raises(ArchiveDamagedError, match=r"archive\.db cannot be read.*Restore it"):
            connect(Settings(data=str(tmp_path)).database_url, create=create)


@pytest.mark.parametrize("address", ["nonsense", "mysql+nodriver://host/name", "postgresql+pg8000_absent://host/name"])
def test_an_unusable_database_address_is_a_configuration_error(address):
    with pytest.raises(ConfigurationError, match="NEWSDESK_DATABASE"):
        connect(address, create=True)


def test_a_data_folder_that_is_a_file_is_a_configuration_error(tmp_path):
    (tmp_path / "data").write_text("I am a file")
    with pytest.raises(ConfigurationError, match="NEWSDESK_DATA"):
        connect(Settings(data=str(tmp_path / "data")).database_url, create=True)


def test_writes_reach_the_disk_before_they_count(tmp_path):
    archive = ArchiveWriter(connect(Settings(data=str(tmp_path)).database_url, create=True))
    archive.describe({"name": "value", "other": "thing"})
    archive.describe({"name": "new value"})
    with sqlite3.connect(tmp_path / "archive.db") as other:
        assert dict(other.execute("select name, value from made_with")) == {"name": "new value", "other": "thing"}
        assert other.execute("pragma journal_mode").fetchone() == ("wal",)
    with archive.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
    archive.engine.dispose()
