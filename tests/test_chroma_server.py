"""Vectors on a Chroma server: one process writes, others read along; and archives move there and back."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import chromadb
import pytest
from archives import LATER, RecordingEncoder, article, found, opened, prose, searched, take

from rag.errors import ArchiveBusyError, ConfigurationError
from rag.retrieve import HybridRetriever
from rag.schema import Question

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).with_name("ingest_driver.py")
ITEMS = [article(f"a{number}", prose(40 * number), published="2024-01-05") for number in range(9)]
TEXTS = {item.id: item.text for item in ITEMS}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a real server."""
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    program = Path(sys.executable).with_name("chroma")
    command = [program, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def collections(server):
    """The names of all collections on a server."""
    client = chromadb.HttpClient(host="127.0.0.1", port=int(server.rpartition(":")[2]))
    return [collection.name for collection in client.list_collections()]


def write(path, first, count):
    common = {"title": "Report", "published_at": "2024-01-05", "language": "en"}
    records = [{"id": f"a{number}", "text": prose(9 * number, 9), **common} for number in range(first, first + count)]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return str(path)


def ingest(folder, address, news, **plan):
    """Start another process that takes ``news`` in."""
    command = [sys.executable, str(DRIVER), json.dumps(plan), "--data", str(folder), "files", news]
    environment = {**os.environ, "NEWSDESK_CHROMA": address}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(process):
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    return output


def test_a_reader_sees_what_another_process_adds_without_opening_again(tmp_path, server):
    finished(ingest(tmp_path / "data", server, write(tmp_path / "one.jsonl", 0, 5)))
    with (
        opened(tmp_path / "data", chroma=server, writer=False) as reader,
        opened(tmp_path / "data", chroma=server, writer=False) as another,
    ):
        retrieve = HybridRetriever(reader)
        question = Question(text="What happened on day 70 in room70 to number70?", as_of=LATER)
        assert found(reader, "number70") == []
        assert len(searched(another)) == 5
        finished(ingest(tmp_path / "data", server, write(tmp_path / "two.jsonl", 5, 5)))
        assert retrieve(question, limit=1)[0].article.id == "a7"
        part = reader.archive.vectors_of(["a7/1/0"], model_hash=reader.encoder.model_hash)
        assert reader.vectors.nearest_of_each(part.matrix) == [["a7/1/0"]]
        assert len(searched(another)) == 10


def test_a_second_writer_is_refused_and_readers_are_not(tmp_path, server):
    trace = tmp_path / "trace"
    news = write(tmp_path / "news.jsonl", 0, 60)
    process = ingest(tmp_path / "data", server, news, trace=str(trace), pause=0.05, batch=2, index_every=10)
    while not trace.exists() or trace.read_text().count("-vectors") < 2:
        assert process.poll() is None
        time.sleep(0.02)
    for chroma in (server, ""):  # nor may one go round the server
        with pytest.raises(ArchiveBusyError, match=f"process {process.pid} "), opened(tmp_path / "data", chroma=chroma):
            pass
    with pytest.raises(ArchiveBusyError, match="one at a time writes"), opened(tmp_path / "data", chroma=server):
        pass
    with opened(tmp_path / "data", chroma=server, writer=False) as reader:
        assert 0 < reader.vectors.count() <= reader.archive.count_passages()
    finished(process)
    with opened(tmp_path / "data", chroma=server) as writer:
        assert writer.verify().is_sound
        assert len(searched(writer)) == 60


def test_an_archive_moves_to_a_server_and_back_without_embedding(tmp_path, server, caplog):
    encoder = RecordingEncoder()
    elsewhere = len(collections(server))
    with opened(tmp_path, encoder, create=True) as local:
        take(local, ITEMS)
    encoder.texts.clear()
    with opened(tmp_path, encoder, chroma=server) as remote:
        assert remote.verify().is_sound
        assert searched(remote) == TEXTS
        take(remote, [article("a8", prose(400), published="2024-01-05")])
    embedded = len(encoder.texts)
    encoder.texts.clear()
    for chroma, told in (("", 1), ("", 0), (server, 1), (server, 0), ("", 1)):
        caplog.clear()
        with opened(tmp_path, encoder, chroma=chroma) as held:
            assert held.verify().is_sound
            assert searched(held) == {**TEXTS, "a8": prose(400)}
        # Where the vectors are is known, so that a move is told as one and not as damage.
        assert [record.message.startswith("The vectors move from") for record in caplog.records] == [True] * told
        assert len(collections(server)) == elsewhere + 1  # none is left over from an earlier stay
    assert (embedded > 0, encoder.texts) == (True, [])


def test_two_archives_share_a_server_without_meeting(tmp_path, server):
    with opened(tmp_path / "one", chroma=server, create=True) as one:
        take(one, ITEMS[:2])
        with opened(tmp_path / "two", chroma=server, create=True) as two:
            take(two, ITEMS[2:])
            assert two.verify().is_sound
            two.repair()
        assert one.verify().is_sound
        assert searched(one) == {item.id: item.text for item in ITEMS[:2]}


def test_a_collection_that_was_dropped_on_the_server_is_written_again(tmp_path, server):
    with opened(tmp_path, chroma=server, create=True) as held:
        take(held, ITEMS)
        held.vectors.drop()
    with opened(tmp_path, chroma=server) as held:
        assert held.verify().is_sound
        held.repair()
        assert held.verify().is_sound


def test_a_server_that_is_not_there_changes_nothing(tmp_path):
    with opened(tmp_path, create=True) as local:
        take(local, ITEMS)
        before = local.archive.made_with()
    for options in ({}, {"writer": False}):
        with (
            pytest.raises(ConfigurationError, match=r"does not answer.*chroma run --path DIR"),
            opened(tmp_path, chroma=f"http://127.0.0.1:{free_port()}", **options),
        ):
            pass
    with opened(tmp_path) as local:
        assert local.archive.made_with() == before
        assert local.archive.pending() == 0
        assert local.verify().is_sound


def test_a_server_that_goes_away_is_said_and_its_vectors_are_not_given_up(tmp_path, server, monkeypatch):
    with opened(tmp_path, chroma=server, create=True) as held:
        take(held, ITEMS)
        generation = held.archive.made_with().get("vectors generation")

        def gone(*_arguments, **_options):
            raise ConnectionError("connection refused")

        with monkeypatch.context() as patch:
            patch.setattr(held.vectors._collection, "query", gone)
            patch.setattr(held.vectors._client, "heartbeat", gone)
            with pytest.raises(ConfigurationError, match="does not answer"):
                held.vectors.query(held.encoder.encode(["x"])[0], limit=1)
    with opened(tmp_path, chroma=server) as held:
        assert held.archive.made_with().get("vectors generation") == generation
        assert searched(held) == TEXTS
