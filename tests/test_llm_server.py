"""A real model behind a real server: a tiny Llama with random weights, served by ``transformers serve``."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from archives import DIMENSION, take
from fakes import HashingEncoder
from test_rag_generate import ARTICLES, ASKED
from tiny_llama import make_tiny_llama

from rag.config import Settings
from rag.engine import Engine
from rag.llm import llm_of
from rag.schema import NoteKind
from rag.stores import Stores

pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of the server and the name of the model there."""
    folder, port = make_tiny_llama(tmp_path_factory.mktemp("llama")), free_port()
    program = Path(__file__).with_name("serve_tiny_llama.py")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HOME": str(folder / "cache")}
    command = [sys.executable, str(program), str(folder), str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + 300
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        process.terminate()
        process.wait()


def test_a_real_model_is_driven_through_the_same_way(served, tmp_path):
    url, name = served
    settings = Settings(data=str(tmp_path), llm_url=url, llm_model=name, llm_output=40, llm_first_token=120.0)
    with Stores(settings, HashingEncoder(DIMENSION), create=True) as stores:
        take(stores, ARTICLES)
        engine = Engine(stores, llm=llm_of(settings))
        *growing, answer = engine.stream(ASKED)
        quoted = engine.quote(ASKED)
    # It streams words that mean nothing: none is supported, and the quoted answer stands.
    assert any(item.sentences and item.sentences[-1].text for item in growing)
    assert answer.sentences == quoted.sentences
    assert answer.generation.failure in {
        "the passages say none of what it wrote",
        "it was cut off before its first sentence was over",
    }
    assert [note.kind for note in answer.notes if note.kind is NoteKind.MODEL] == [NoteKind.MODEL]
    assert answer.generation.first_token > 0
