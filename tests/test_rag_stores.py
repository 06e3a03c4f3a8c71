"""The three stores together: how they are opened, recovered, compared, repaired and taken over."""

import logging
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from archives import DIMENSION, RecordingEncoder, article, found, opened, prose, searched, take
from fakes import HashingEncoder

from ingest.pipeline import Pipeline
from rag import indexing, stores, vectors
from rag.archive_writer import ArchiveWriter
from rag.errors import ArchiveBusyError, ArchiveDamagedError, ArchiveMismatchError, ArchiveMissingError
from rag.indexing import WRITING

ITEMS = [article(f"a{number}", prose(40 * number), published="2024-01-05") for number in range(6)]
TEXTS = {item.id: item.text for item in ITEMS}


@pytest.fixture
def folder(tmp_path):
    with opened(tmp_path, create=True) as held:
        take(held, ITEMS)
        assert held.verify().is_sound
    return tmp_path


def sound(folder, encoder=None):
    """Open, check that all is there and can be found, and return the encoder that was used."""
    encoder = encoder or RecordingEncoder()
    with opened(folder, encoder) as held:
        assert held.verify().is_sound
        assert searched(held) == TEXTS
        assert found(held, "number85") == ["a2"]
    return encoder


def test_what_was_written_is_there_after_reopening(folder):
    assert sound(folder).texts == []


def test_a_missing_archive_is_not_made_unless_asked(tmp_path):
    with pytest.raises(ArchiveMissingError, match="python -m ingest files"), opened(tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("pattern", ["vectors-*", "lexical-*", "*-[0-9]"])
def test_deleted_indexes_are_rebuilt_without_embedding(folder, pattern):
    for path in folder.glob(pattern):
        shutil.rmtree(path)
    assert sound(folder).texts == []


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("vectors-1/chroma.sqlite3", "garbage"),
        ("vectors-1/chroma.sqlite3", "cut"),
        ("vectors-1/chroma.sqlite3", "empty"),
        ("vectors-1/*/*.bin", "garbage"),
        ("lexical-1/meta.json", "garbage"),
        ("lexical-1/meta.json", "delete"),
        ("lexical-1/*.term", "garbage"),
        ("lexical-1/*.store", "delete"),
        ("lexical-1/*.idx", "cut"),
    ],
)
def test_damaged_indexes_are_rebuilt_when_they_are_opened(folder, pattern, damage):
    files = list(folder.glob(pattern))
    assert files
    for file in files:
        size = file.stat().st_size
        if damage == "delete":
            file.unlink()
        else:
            content = {"garbage": random.Random(2).randbytes(size), "empty": b""}.get(damage)
            file.write_bytes(file.read_bytes()[: size // 2] if content is None else content)
    assert sound(folder).texts == []


@pytest.fixture
def flushed(tmp_path, monkeypatch):
    """An archive whose vectors have all been flushed to disk."""
    monkeypatch.setitem(vectors.HNSW, "sync_threshold", 5)
    monkeypatch.setattr(indexing, "INDEX_BATCH", 5)
    with opened(tmp_path, create=True) as held:
        take(held, ITEMS)
    return tmp_path


def test_a_damaged_graph_on_disk_is_rebuilt_when_it_is_opened(flushed):
    files = [file for file in flushed.glob("vectors-1/*/*.bin") if file.stat().st_size]
    assert files
    for file in files:
        file.write_bytes(b"\xff" * file.stat().st_size)
    assert sound(flushed).texts == []


def test_vectors_that_cannot_be_found_though_they_are_counted_are_rebuilt(flushed):
    (listing,) = flushed.glob("vectors-1/*/index_metadata.pickle")
    listing.unlink()
    assert sound(flushed).texts == []


@pytest.mark.slow
def test_a_file_that_ends_the_process_ends_only_one(flushed):
    (graph,) = flushed.glob("vectors-1/*/data_level0.bin")
    graph.write_bytes(b"\xff" * graph.stat().st_size)
    command = [
        sys.executable,
        str(Path(__file__).with_name("ingest_driver.py")),
        "{}",
        "--data",
        str(flushed),
        "verify",
    ]
    first = subprocess.run(command, capture_output=True)
    assert first.returncode in (-signal.SIGSEGV, -signal.SIGABRT, 0)
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    assert "The three stores agree." in second.stdout
    assert sound(flushed).texts == []


@pytest.mark.parametrize("suffix", ["idx", "store"])
def test_damage_inside_the_lexical_files_is_seen_by_verify_and_mended_by_repair(folder, suffix):
    with opened(folder) as held:
        for path in folder.glob(f"lexical-1/*.{suffix}"):
            with path.open("r+b") as file:  # in place: the index has it mapped into memory
                file.write(b"\xff" * (path.stat().st_size - 150))
        before = held.verify()
        assert not before.is_sound
        assert before.missing_lexical > 0
        assert before.missing_vectors == before.lost == 0
        held.repair()
        assert held.verify().is_sound
    assert sound(folder).texts == []


def test_damage_inside_the_lexical_files_is_mended_when_it_is_met_at_opening(folder):
    for path in folder.glob("lexical-1/*.idx"):
        content = path.read_bytes()
        path.write_bytes(b"\xff" * (len(content) - 150) + content[-150:])
    with opened(folder) as held:
        assert held.archive.made_with()["lexical generation"] == "2"
    assert sound(folder).texts == []


def test_verify_tells_what_is_missing_and_what_is_too_much(folder):
    with opened(folder) as held:
        ids = list(held.archive.passage_ids())
        held.lexical.write([], remove=ids[:3])
        held.vectors.delete(ids[:2])
        row = vectors.VectorRow(passage_id="ghost/1/0", article_id="ghost", publisher=None, published=None)
        held.vectors.upsert([row], held.encoder.encode(["nothing of the kind"]))
        with held.archive.engine.begin() as connection:
            connection.exec_driver_sql("delete from vector where hash = (select min(hash) from vector)")
        seen = held.verify()
        assert (seen.missing_lexical, seen.extra_lexical, seen.missing_vectors, seen.extra_vectors) == (3, 0, 2, 1)
        assert (seen.without_vector, seen.passages, seen.is_sound) == (1, len(ids), False)
        held.repair()
        assert held.verify().is_sound


def test_verify_counts_vectors_that_do_not_find_themselves(folder):
    with opened(folder) as held:
        ids = list(held.archive.passage_ids())[:4]
        rows = [vectors.VectorRow(passage_id=name, article_id="a", publisher=None, published=None) for name in ids]
        held.vectors.upsert(rows, -held.archive.vectors_of(ids, model_hash=held.encoder.model_hash).matrix)
        assert held.verify().lost == 4


def test_what_an_index_lost_or_has_too_much_is_mended_when_it_is_opened(folder):
    with opened(folder) as held:
        ids = list(held.archive.passage_ids())
        held.lexical.write([], remove=ids[:3])
        held.vectors.delete(ids[-2:])
    assert sound(folder).texts == []


def test_repair_embeds_only_what_has_no_vector(folder):
    with opened(folder) as held, held.archive.engine.begin() as connection:
        connection.exec_driver_sql("delete from vector where hash = (select min(hash) from vector)")
    encoder = RecordingEncoder()
    with opened(folder, encoder) as held:
        written = []
        held.repair(progress=lambda index, count: written.append((index, count)))
        amount = held.archive.count_passages()
    assert written == [("lexical", amount), ("vectors", amount)]
    assert len(encoder.texts) == 1
    assert sorted(path.name for path in folder.glob("*-[0-9]")) == ["lexical-2", "vectors-2"]
    sound(folder)


def test_a_stale_mark_of_writing_leads_to_a_check_that_passes(folder, caplog):
    with opened(folder) as held:
        held.archive.describe({WRITING: "yes"})
    with caplog.at_level(logging.WARNING, "newsdesk.stores"), opened(folder) as held:
        assert held.archive.made_with()[WRITING] == held.archive.made_with()[stores.DOUBTFUL] == ""
        assert held.archive.made_with().get("vectors generation", "1") == "1"
    assert "was stopped while it wrote vectors" in caplog.text
    caplog.clear()
    sound(folder)
    assert caplog.text == ""


def test_a_stale_mark_of_writing_with_vectors_that_are_lost_leads_to_a_rebuild(folder):
    with opened(folder) as held:
        ids = list(held.archive.passage_ids())
        rows = [vectors.VectorRow(passage_id=name, article_id="a", publisher=None, published=None) for name in ids]
        held.vectors.upsert(rows, -held.archive.vectors_of(ids, model_hash=held.encoder.model_hash).matrix)
        held.archive.describe({WRITING: "yes"})
    assert sound(folder).texts == []
    with opened(folder) as held:
        assert held.archive.made_with()["vectors generation"] == "2"


def test_the_check_is_not_forgotten_when_the_process_that_does_it_is_stopped_too(folder, monkeypatch):
    with opened(folder) as held:
        held.archive.describe({WRITING: "yes"})
        held.archive.mark_unindexed("vectors", list(held.archive.passage_ids())[:3])
    with monkeypatch.context() as patch:
        patch.setattr(stores.Stores, "_vectors_answer", _stopped)
        with pytest.raises(KeyboardInterrupt), opened(folder):
            pass
    checked = []
    answer = stores.Stores._vectors_answer
    monkeypatch.setattr(
        stores.Stores, "_vectors_answer", lambda *arguments: checked.append("checked") or answer(*arguments)
    )
    for _ in range(3):
        with opened(folder) as held:
            assert held.archive.made_with()[stores.DOUBTFUL] == ""
    assert checked == ["checked"]


def _stopped(*_arguments, **_options):
    raise KeyboardInterrupt


@pytest.mark.parametrize("call", ["mark_indexed", "mark_removed"])
def test_a_stop_between_an_index_and_its_mark_is_finished_by_the_next_opening(folder, monkeypatch, call):
    with opened(folder) as held:
        monkeypatch.setattr(ArchiveWriter, call, _stopped)
        with pytest.raises(KeyboardInterrupt):
            take(held, [article("a0", prose(300))])
        monkeypatch.undo()
    with opened(folder) as held:
        assert held.verify().is_sound
        assert searched(held) == {**TEXTS, "a0": prose(300)}


def test_folders_of_replaced_indexes_are_swept_up_and_others_left(folder):
    for name in ("lexical-0", "vectors-17", "vectors-mine", "notes"):
        (folder / name).mkdir()
    sound(folder)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [
        "lexical-1",
        "notes",
        "vectors-1",
        "vectors-mine",
    ]


def test_a_second_opening_is_refused_whatever_it_is_for_until_the_first_is_closed(folder):
    with opened(folder):
        for options in ({}, {"writer": False}, {"create": True}):
            with pytest.raises(ArchiveBusyError, match=f"process {os.getpid()} "), opened(folder, **options):
                pass
    sound(folder)


def test_an_archive_made_with_another_model_is_refused_with_both_remedies(folder):
    with pytest.raises(ArchiveMismatchError) as caught, opened(folder, HashingEncoder(DIMENSION + 8)):
        pass
    assert "NEWSDESK_EMBEDDING=hashing" in str(caught.value)
    assert "python -m ingest reindex" in str(caught.value)
    sound(folder)


def test_an_archive_of_another_schema_is_refused(folder):
    with opened(folder) as held:
        held.archive.describe({"schema": "0"})
    with pytest.raises(ArchiveMismatchError, match=r"made with schema 0.*NEWSDESK_DATA"), opened(folder):
        pass


def test_another_model_takes_an_archive_over_and_back_without_embedding_twice(folder):
    other = RecordingEncoder(DIMENSION + 8)
    with opened(folder, other, adopt=True) as held:
        account = Pipeline(held).recut()
    assert account.embedded == account.passages == len(other.texts)
    with pytest.raises(ArchiveMismatchError), opened(folder):
        pass
    sound(folder, other)
    first = RecordingEncoder()
    with opened(folder, first, adopt=True) as held:
        Pipeline(held).recut()
    assert first.texts == []
    sound(folder)
    assert len(list(folder.glob("vectors-*"))) == 1


def test_a_takeover_that_was_stopped_is_said_and_goes_on_where_it_was(folder, monkeypatch):
    other = RecordingEncoder(DIMENSION + 8)
    with monkeypatch.context() as patch, opened(folder, other, adopt=True) as held:
        patch.setattr("ingest.pipeline.BATCH_PASSAGES", 5)
        patch.setattr(held, "finish", _stopped)
        with pytest.raises(KeyboardInterrupt):
            Pipeline(held).recut()
    embedded = len(other.texts)
    assert embedded > 10
    with opened(folder, other) as held, pytest.raises(ArchiveDamagedError, match="python -m ingest reindex"):
        Pipeline(held).run([])
    other.texts.clear()
    with opened(folder, other, adopt=True) as held:
        Pipeline(held).recut()
        Pipeline(held).run(ITEMS)
    assert other.texts == []
    sound(folder, other)
