"""The parsing process: limits hold, and the next file is read all the same."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ingest.article import ItemError
from ingest.worker import SECONDS, Worker

PAGE = (
    b"<html><body><article>"
    + b"<p>The studio signed a deal with the union on Tuesday.</p>" * 8
    + b"</article></body></html>"
)
TAGS = b"<html><body><article>" + b"<p>" * 330_000
DEEP = b"<html><body>" + b"<div>" * 200_000 + b"text"


@pytest.fixture(scope="module")
def worker():
    with Worker() as running:
        yield running


def reads_a_page(worker):
    return worker.parse("html", PAGE).fields["text"].startswith("The studio signed a deal")


def child(worker):
    return worker._process.pid


def test_one_process_serves_many_files(worker):
    assert reads_a_page(worker)
    first = child(worker)
    assert all(reads_a_page(worker) for _ in range(5))
    assert child(worker) == first


def test_a_fault_found_by_a_parser_comes_back_with_field_and_remedy(worker):
    with pytest.raises(ItemError, match="front matter") as caught:
        worker.parse("markdown", b"---\ntitle: x\n")
    assert caught.value.field == "front matter"
    assert caught.value.remedy
    assert reads_a_page(worker)


def test_names_and_odd_characters_come_back_as_they_are(worker):
    parsed = worker.parse("markdown", '---\ntitle: "\\u2028 \\ud83c 🎬"\nauthor: Zoë\n---\nBody'.encode())
    assert parsed.fields["title"] == "\u2028 \ud83c 🎬"
    assert parsed.names["authors"] == "author"


def test_a_page_of_a_million_bytes_of_tags_is_stopped_in_time():
    with Worker(seconds={**SECONDS, "html": 2.0}) as worker:
        assert reads_a_page(worker)
        with pytest.raises(ItemError, match="longer than 2 seconds") as caught:
            worker.parse("html", TAGS)
        assert caught.value.remedy
        assert reads_a_page(worker)


def test_deep_nesting_is_a_fault_and_no_crash(worker):
    with pytest.raises(ItemError):
        worker.parse("html", DEEP)
    assert reads_a_page(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of address space is kept on Linux")
def test_memory_is_limited():
    with Worker(megabytes=400) as worker:
        assert reads_a_page(worker)
        with pytest.raises(ItemError) as caught:
            worker.parse("markdown", b"<b>*x*</b>\n" * 1_800_000)
        assert "memory" in caught.value.reason
        assert "400" in caught.value.reason
        assert reads_a_page(worker)


def test_a_process_that_was_killed_is_started_again(worker):
    assert reads_a_page(worker)
    os.kill(child(worker), signal.SIGKILL)
    psutil.Process(child(worker)).wait(10)
    assert reads_a_page(worker)


def test_the_process_ends_with_the_one_that_started_it():
    script = (
        "import sys, time; from ingest.worker import Worker; worker = Worker(); worker.parse('markdown', b'x');"
        "print(worker._process.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root) as parent:
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 60
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
