"""Taking articles in and asking, with the way out of this machine closed: nothing calls out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SETTINGS = ("NEWSDESK", "HF_", "TRANSFORMERS_", "ANONYMIZED_")
BRIEFS = TESTS.parent / "corpus" / "briefs"
ASK = """
import sys
from archives import opened
from ingest_driver import embed, HashingEncoder, DIMENSION
embed.load_encoder = lambda _settings: HashingEncoder(DIMENSION)
from rag.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
BOTH = """
import sys
from ingest.__main__ import main as ingest
from rag.__main__ import main as ask
assert ingest(["files", sys.argv[1]]) == 0
sys.exit(ask(["ask", sys.argv[2], "--json"]))
"""


@pytest.fixture
def offline(tmp_path):
    """Run a command without network, and say what tried to call out."""
    shutil.copy(TESTS / "no_network.py", tmp_path / "sitecustomize.py")
    calls = tmp_path / "calls"
    calls.touch()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("NEWSDESK", "HF_", "TRANSFORMERS"))
        },
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(TESTS), str(TESTS.parent)]),
        "NEWSDESK_TEST_CALLS": str(calls),
        "NEWSDESK_DATA": str(tmp_path / "data"),
    }

    def run(*command, **more):
        whole = [*namespace(), sys.executable, *command]
        ended = subprocess.run(whole, env={**environment, **more}, capture_output=True, text=True, cwd=tmp_path)
        return ended, calls.read_text()

    return run


def namespace():
    """Return a prefix that gives a command no network at all, for libraries that are not Python, where allowed."""
    prefix = ["unshare", "--map-root-user", "--net"]
    works = shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    return prefix if works else []


def some_briefs(folder, count=6):
    folder.mkdir()
    for path in sorted(BRIEFS.glob("*.md"))[:count]:
        shutil.copy(path, folder)
    (folder / "page.html").write_text(
        "<html><head><title>Page</title><link rel=stylesheet href='http://192.0.2.1/a.css'></head><body><article>"
        + "<p>A studio in a distant town announced on Monday that it would make nine films.</p>" * 9
        + "<img src='https://images.example/x.png'></article></body></html>"
    )
    return str(folder)


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('example.com', 443)",
        "import urllib.request; urllib.request.urlopen('http://example.com/', timeout=1)",
        "import httpx; httpx.get('http://192.0.2.1/', timeout=1)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_the_guard_sees_what_calls_out_even_when_the_error_is_swallowed(offline, attempt):
    ended, calls = offline("-c", f"try:\n    {attempt}\nexcept Exception:\n    print('swallowed')")
    assert ended.stdout == "swallowed\n", ended.stderr
    assert calls


def test_ingest_and_a_question_call_nobody(offline, tmp_path):
    ended, calls = offline(str(TESTS / "ingest_driver.py"), "{}", "files", some_briefs(tmp_path / "briefs"))
    assert (ended.returncode, calls) == (0, ""), ended.stderr
    assert "7 added" in ended.stdout
    ended, calls = offline(
        "-c", ASK, "ask", "Did a studio in a distant town announce that it would make nine films?", "--json"
    )
    assert (ended.returncode in (0, 4), calls) == (True, ""), ended.stderr
    assert any("nine films" in json.dumps(part) for part in json.loads(ended.stdout).values())


@pytest.mark.slow
def test_ingest_and_a_question_with_the_real_model_call_nobody(offline, tmp_path):
    question = "How many films did the studio in a distant town announce?"
    ended, calls = offline("-c", BOTH, some_briefs(tmp_path / "briefs", 3), question, NEWSDESK_ENCODER="fp32")
    assert (ended.returncode in (0, 4), calls) == (True, ""), ended.stderr
    assert "4 added" in ended.stdout
    assert "nine films" in ended.stdout
