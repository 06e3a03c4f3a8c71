"""One process at a time holds a local archive, and who does is said."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from rag.errors import ArchiveBusyError, ConfigurationError
from rag.ownership import Ownership

HOLD = """
import sys, time
from pathlib import Path
from rag.ownership import Ownership
sys.argv = ["/opt/ingest/__main__.py", "files", "corpus"]
held = Ownership(Path(sys.stdin.readline().strip()))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    process.stdin.write(f"{tmp_path}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_told_who_holds_the_archive_since_when_and_what_to_do(tmp_path, holder):
    with pytest.raises(ArchiveBusyError) as caught:
        Ownership(tmp_path)
    message = str(caught.value)
    assert f"process {holder.pid} (__main__.py files corpus, since 20" in message
    assert "NEWSDESK_CHROMA" in message
    assert caught.value.holder in message


def test_what_others_may_still_do_is_said_when_only_writing_is_held(tmp_path, holder):
    with pytest.raises(ArchiveBusyError, match=f"process {holder.pid} .*any number of processes read"):
        Ownership(tmp_path, shared=True)


def test_the_hold_goes_with_the_process_however_it_dies(tmp_path, holder):
    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait()
    deadline = time.monotonic() + 60
    while True:
        try:
            held = Ownership(tmp_path)
            break
        except ArchiveBusyError:
            assert time.monotonic() < deadline
    assert json.loads((tmp_path / "archive.holder.json").read_text())["pid"] == os.getpid()
    held.release()


def test_one_process_cannot_open_an_archive_twice_and_releasing_twice_is_once(tmp_path):
    first = Ownership(tmp_path / "new" / "folder")
    with pytest.raises(ArchiveBusyError, match=f"process {os.getpid()} "):
        Ownership(tmp_path / "new" / "folder")
    first.release()
    first.release()
    second = Ownership(tmp_path / "new" / "folder")
    second.release()
    assert not (tmp_path / "new" / "folder" / "archive.holder.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 3}', "\udcff"])
def test_a_holder_that_left_no_readable_name_is_another_process(tmp_path, content):
    held = Ownership(tmp_path)
    (tmp_path / "archive.holder.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ArchiveBusyError, match="in use by another process"):
        Ownership(tmp_path)
    held.release()


def test_a_folder_that_cannot_be_locked_is_a_configuration_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="NEWSDESK_DATA"):
        Ownership(tmp_path / "file" / "data")
    (tmp_path / "archive.lock").mkdir()
    with pytest.raises(ConfigurationError, match="NEWSDESK_DATA"):
        Ownership(tmp_path)
