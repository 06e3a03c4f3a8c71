"""The vector index: nearest passages, replacement and removal, and what damage looks like."""

import os

import numpy as np
import pytest

from rag.errors import ArchiveDamagedError, ConfigurationError
from rag.vectors import Neighbour, VectorIndex, VectorRow, remove_folder

NAME = "newsdesk-test"


def unit(count, seed=0, dimension=16):
    matrix = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def rows(count, *, first=0, publisher="Variety", published=0):
    return [
        VectorRow(passage_id=f"p{number}", article_id="a", publisher=publisher, published=published)
        for number in range(first, first + count)
    ]


@pytest.fixture
def index(tmp_path):
    held = VectorIndex(collection=NAME, folder=tmp_path / "vectors")
    yield held
    held.close()


def test_the_nearest_come_first_with_their_cosines(index):
    matrix = unit(300)
    index.upsert(rows(300), matrix)
    vector = unit(1, seed=1)[0]
    cosines = matrix @ vector
    best = np.argsort(-cosines)[:20]
    found = index.query(vector, limit=20)
    assert [item.passage_id for item in found] == [f"p{number}" for number in best]
    assert [item.cosine for item in found] == pytest.approx(cosines[best].tolist(), abs=1e-4)


def test_an_empty_index_finds_nothing_and_a_small_one_all_it_has(index):
    assert index.query(unit(1)[0], limit=5) == []
    assert index.nearest_of_each(unit(2)) == [[], []]
    index.upsert(rows(3), unit(3))
    assert len(index.query(unit(1)[0], limit=100)) == 3


def test_every_vector_finds_itself(index):
    matrix = unit(450)
    index.upsert(rows(450), matrix)
    assert index.nearest_of_each(matrix) == [[f"p{number}"] for number in range(450)]


def test_an_id_written_again_is_replaced_and_a_removed_one_is_gone(index):
    matrix = unit(4)
    index.upsert(rows(3), matrix[:3])
    index.upsert(rows(1), matrix[3:])
    assert index.count() == 3
    assert index.query(matrix[3], limit=1)[0] == Neighbour(passage_id="p0", cosine=pytest.approx(1, abs=1e-5))
    index.delete(["p1", "unknown"])
    index.delete([])
    assert sorted(index.ids()) == ["p0", "p2"]
    assert all(item.passage_id != "p1" for item in index.query(matrix[1], limit=9))


def test_more_rows_than_one_batch_are_written_listed_and_removed(index, monkeypatch):
    from rag import vectors

    for name in ("WRITE_BATCH", "DELETE_BATCH", "PAGE"):
        monkeypatch.setattr(vectors, name, 7)
    index.upsert(rows(50), unit(50))
    assert sorted(index.ids()) == sorted(f"p{number}" for number in range(50))
    index.delete([f"p{number}" for number in range(30)])
    assert sorted(index.ids()) == sorted(f"p{number}" for number in range(30, 50))


def test_what_was_written_is_there_after_reopening(tmp_path):
    matrix = unit(60)
    first = VectorIndex(collection=NAME, folder=tmp_path)
    first.upsert(rows(60), matrix)
    first.close()
    second = VectorIndex(collection=NAME, folder=tmp_path)
    assert second.nearest_of_each(matrix) == [[f"p{number}"] for number in range(60)]
    second.close()
    second.close()


def test_no_text_and_no_made_up_value_is_stored(index):
    index.upsert(rows(1, publisher=None, published=None), unit(1))
    stored = index._collection.get(include=["metadatas", "documents"])
    assert stored["metadatas"] == [{"article": "a"}]
    assert stored["documents"] == [None]


@pytest.mark.parametrize("damage", ["garbage", "cut"])
def test_a_damaged_database_is_refused_with_the_remedy(tmp_path, damage):
    held = VectorIndex(collection=NAME, folder=tmp_path)
    held.upsert(rows(60), unit(60))
    held.close()
    database = tmp_path / "chroma.sqlite3"
    content = database.read_bytes()
    database.write_bytes(os.urandom(len(content)) if damage == "garbage" else content[: len(content) // 3])
    with pytest.raises(ArchiveDamagedError, match="python -m ingest repair"):
        VectorIndex(collection=NAME, folder=tmp_path).query(unit(1)[0], limit=1)


def test_damage_to_the_graph_on_disk_is_our_error_when_it_is_met(tmp_path, monkeypatch):
    from rag import vectors

    monkeypatch.setitem(vectors.HNSW, "sync_threshold", 100)
    matrix = unit(300)
    held = VectorIndex(collection=NAME, folder=tmp_path)
    for at in range(0, 300, 50):
        held.upsert(rows(50, first=at), matrix[at : at + 50])
    held.close()
    files = [file for file in tmp_path.glob("*/*") if file.suffix in {".bin", ".pickle"} and file.stat().st_size]
    assert files
    for file in files:
        file.write_bytes(b"\xff" * file.stat().st_size)
    with pytest.raises(ArchiveDamagedError, match="python -m ingest repair"):
        VectorIndex(collection=NAME, folder=tmp_path).query(matrix[0], limit=1)


def test_a_server_that_is_not_there_is_said_with_how_to_start_one():
    with pytest.raises(ConfigurationError, match=r"http://127\.0\.0\.1:9 does not answer.*chroma run"):
        VectorIndex(collection=NAME, address="http://127.0.0.1:9")


def test_removing_a_folder_twice_is_once(tmp_path):
    folder = tmp_path / "vectors-1"
    (folder / "inside").mkdir(parents=True)
    remove_folder(folder)
    remove_folder(folder)
    assert not folder.exists()
