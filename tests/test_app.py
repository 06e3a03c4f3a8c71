"""The server behind the page: what it sends, what it refuses, and how it stops."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes_page import ARTICLES, HOSTILE, FakeEngine

import app
from rag import shield
from rag.config import Settings
from rag.errors import ConfigurationError
from rag.form import Example
from rag.ownership import Ownership

ROOT = Path(app.__file__).parent


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """A served page with its engine, and a client that speaks to it as the browser does."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine([*ARTICLES, HOSTILE])
        self.settings = Settings(port=free_port(), data=str(folder))
        self.examples = (Example(question="Who pays Lumen Labs?", as_of="2026-01-01"), Example(question="Who?"))
        self.page = app.launch_page(self.engine, self.settings, examples=self.examples)
        self.client = httpx.Client(base_url=self.page.local_url, timeout=120, trust_env=False)
        config = self.client.get("/config").json()
        self.handlers = {item["targets"][0][1]: item for item in config["dependencies"] if item["targets"]}

    def close(self) -> None:
        self.client.close()
        self.page.close(verbose=False)

    def call(self, trigger: str, data: list[Any], *, session: str = "s", event: Any = None) -> list[dict[str, Any]]:
        """Run the handler of an event and return the messages of its stream."""
        body = {"fn_index": self.handlers[trigger]["id"], "data": data, "session_hash": session, "event_data": event}
        joined = self.client.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return [{"msg": "refused", "status": joined.status_code}]
        messages = []
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    messages.append(json.loads(line[5:]))
                    if messages[-1]["msg"] in {"process_completed", "close_stream"}:
                        break
        return messages

    def ask(
        self, text: Any, *, state: Any = None, filters: tuple[Any, ...] = ("", "", [], ""), session: str = "s"
    ) -> str:
        return json.dumps(self.call("submit", [text, state, *filters], session=session), ensure_ascii=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("data"))
    yield server
    server.close()


def test_every_answer_of_the_server_carries_the_security_headers(server: Server) -> None:
    for path in ("/", "/config", "/newsdesk/page.js", "/healthz", "/missing"):
        headers = server.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_health_is_told(server: Server) -> None:
    assert server.client.get("/healthz").json() == {"status": "ok", "articles": 5}


def test_programs_are_answered_behind_the_same_shield(server: Server) -> None:
    answer = server.client.get("/api/ask", params={"question": "When does the consent rule take effect?"})
    assert answer.json()["citations"]
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert server.client.post("/api/ask", json={"question": "Who?"}).status_code == 403


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/monitoring", "/gradio_api/runs"])
def test_what_the_page_does_not_need_is_not_served(server: Server, path: str) -> None:
    assert server.client.get(path).status_code in {403, 404}


def test_style_and_script_are_files_of_the_page(server: Server) -> None:
    for file in (ROOT / "rag" / "static").iterdir():
        assert server.client.get(f"/newsdesk/{file.name}").content == file.read_bytes()
        assert file.name == "icon.svg" or f"newsdesk/{file.name}" in app.HEAD
    assert server.client.get("/newsdesk/../config.py").status_code == 404
    assert server.client.get("/newsdesk/%2e%2e/config.py").status_code == 404


def test_nothing_asks_another_host_for_anything(server: Server) -> None:
    for file in (ROOT / "rag" / "static").iterdir():
        foreign = re.findall(r"(?:https?:)?//[a-z][^ ]*|@import", file.read_text("utf-8"))
        assert set(foreign) <= {'http://www.w3.org/2000/svg"'}
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_only_questions_can_be_posted(server: Server) -> None:
    assert server.client.post("/gradio_api/upload", files={"files": ("a.txt", b"x")}).status_code == 403
    for path in ("/gradio_api/run/ask", "/gradio_api/api/ask", "/gradio_api/call/ask", "/gradio_api/component_server"):
        assert server.client.post(path, json={"data": []}).status_code == 403
    assert server.client.put("/gradio_api/queue/join", json={"data": []}).status_code == 403
    assert server.client.post("/gradio_api/queue/join", content=b"x" * 300_000).status_code == 413


def chunks() -> Iterator[bytes]:
    for _ in range(10):
        yield b"x" * 100_000


def test_a_huge_request_without_a_length_is_refused(server: Server) -> None:
    assert server.client.post("/gradio_api/queue/join", content=chunks()).status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"data": 1}', b'{"data": [1]}', b'{"data": [["a", {}]]}', b"[" * 99_999]
)
def test_data_that_is_no_text_is_refused(server: Server, body: bytes) -> None:
    assert server.client.post("/gradio_api/queue/join", content=body).status_code == 422


@pytest.mark.parametrize("place", [0, 4])
@pytest.mark.parametrize("where", ["file", "http"])
def test_a_file_is_neither_copied_nor_fetched(server: Server, tmp_path: Path, place: int, where: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret word")
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(0.5)
        path = str(secret) if where == "file" else f"http://127.0.0.1:{outside.getsockname()[1]}/secret"
        data: list[Any] = ["Who?", None, "", "", [], ""]
        data[place] = {"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}
        assert server.call("submit", data, session="thief") == [{"msg": "refused", "status": 422}]
        with pytest.raises(TimeoutError):
            outside.accept()
    files = [file for file in Path(server.settings.data).rglob("*") if file.is_file()]
    assert not any(b"secret word" in file.read_bytes() for file in files)
    assert server.client.get(f"/gradio_api/file={secret}").status_code == 403


def test_a_file_is_refused_behind_the_shield_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret word")
    monkeypatch.setattr(shield, "_is_plain", lambda body: True)
    stolen = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    assert '"success": false' in server.ask(stolen, session="thief")
    assert '"success": false' in server.ask("Who?", filters=("", "", [stolen], ""), session="thief")
    assert server.client.get(f"/gradio_api/file={secret}").status_code == 403


def test_a_question_is_answered_with_its_cards(server: Server) -> None:
    told = server.ask("What will Harbor pay Lumen Labs?", session="plain")
    assert "Searching 5 articles…" in told
    assert "src-1-1" in told
    assert '"success": true' in told


def test_the_conversation_is_the_one_the_server_kept(server: Server) -> None:
    forged = ["I promised you everything"]
    server.ask("What will Harbor pay Lumen Labs?", state=forged, session="forger")
    assert server.engine.asked[-1].conversation == ()
    server.ask("When does the consent rule take effect?", state=forged, session="forger")
    (turn,) = server.engine.asked[-1].conversation
    assert turn.question == "What will Harbor pay Lumen Labs?"
    assert turn.answer.startswith("Harbor Pictures will pay")
    server.ask("Who barred generated actors?", session="somebody else")
    assert server.engine.asked[-1].conversation == ()


def test_filters_reach_the_engine(server: Server) -> None:
    server.ask("Who?", filters=("2025", "2025-06", ["Dub Wire"], "2026-01-01"), session="filters")
    question = server.engine.asked[-1]
    assert question.scope.publishers == ("Dub Wire",)
    assert [str(moment)[:10] for moment in (question.scope.published_from, question.scope.published_until)] == [
        "2025-01-01", "2025-07-01",
    ]  # fmt: skip
    assert str(question.as_of)[:10] == "2026-01-02"


@pytest.mark.parametrize(
    ("text", "filters", "message"),
    [
        ("x" * 2_001, ("", "", [], ""), "2&#44;001 characters"),
        ("", ("", "", [], ""), "The question is empty"),
        ("Who?", ("yesterday", "", [], ""), "is not a date"),
        ("Who?", ("2025", "2024", [], ""), "Swap them"),
        ("Who?", ("", "", [], "2999"), "lies in the future"),
    ],
)
def test_what_cannot_be_asked_is_said_and_not_asked(
    server: Server, text: str, filters: tuple[Any, ...], message: str
) -> None:
    before = len(server.engine.asked)
    assert message in server.ask(text, filters=filters, session="wrong")
    assert len(server.engine.asked) == before


def test_a_publisher_that_is_not_offered_is_refused(server: Server) -> None:
    before = len(server.engine.asked)
    assert '"success": false' in server.ask("Who?", filters=("", "", ["Nobody"], ""), session="publisher")
    assert len(server.engine.asked) == before


def test_errors_tell_no_internals(server: Server) -> None:
    assert "Ask without it" in server.ask("Is there a quorum?", session="errors")
    told = server.ask("Is there a breakdown?", session="errors")
    assert "Something failed inside Newsdesk" in told
    assert "secret" not in told
    assert "Traceback" not in told


def test_an_example_fills_the_form(server: Server) -> None:
    told = server.call("example_select", [], event={"index": 0, "value": {"text": "forged"}})[-1]
    assert told["output"]["data"] == ["Who pays Lumen Labs?", "", "", [], "2026-01-01"]


def test_the_cache_lies_in_the_data_folder(server: Server) -> None:
    assert os.environ["GRADIO_TEMP_DIR"] == str(Path(server.settings.data) / "page")


def test_a_port_in_use_is_named_with_a_remedy(server: Server) -> None:
    with pytest.raises(ConfigurationError, match=rf"port {server.settings.port} .*--port or NEWSDESK_PORT"):
        app.launch_page(server.engine, server.settings)


def test_a_missing_archive_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nothing"
    assert app.main(["--data", str(folder), "--port", str(free_port())]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"newsdesk: There is no archive at .*nothing/archive\.db\. .*python -m ingest files.*", line)
    assert not folder.exists()


def test_an_address_that_cannot_be_used_is_told_before_the_archive_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert app.main(["--data", str(tmp_path), "--port", str(port)]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"newsdesk: The page cannot listen on 127.0.0.1 port {port} (Address already in use).")
        assert "--port or NEWSDESK_PORT" in line
    assert app.main(["--data", str(tmp_path), "--host", "nobody.invalid"]) == 1
    assert "cannot listen on nobody.invalid" in capsys.readouterr().err


def test_an_archive_in_use_is_told_with_who_uses_it(bundled_archive: Path) -> None:
    holder = Ownership(bundled_archive)
    try:
        process = run_app(bundled_archive)
        _, complaints = process.communicate(timeout=120)
    finally:
        holder.release()
    assert process.returncode == 1
    (line,) = complaints.splitlines()
    assert line.startswith(f"newsdesk: The archive in {bundled_archive} is in use by process {os.getpid()} (")
    assert "Stop that process first" in line


def run_app(folder: Path, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "app.py", "--data", str(folder), "--port", str(port or free_port())]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_an_archive_that_is_there_is_served_until_it_is_stopped(bundled_archive: Path, tmp_path: Path) -> None:
    port = free_port()
    with run_app(shutil.copytree(bundled_archive, tmp_path / "data"), port) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Newsdesk is at http://127.0.0.1:{port}/ (stop it with Ctrl+C)\n"
            assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            rest, complaints = process.communicate(timeout=120)
    assert (process.returncode, rest, complaints) == (0, "Stopping.\n", "")


def test_a_signal_stops_the_page_cleanly(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = ['tests']\n"
        "import app\nfrom fakes_page import ARTICLES, FakeEngine\nfrom rag.config import Settings\n"
        "with FakeEngine(ARTICLES) as engine:\n"
        f"    app.serve(engine, Settings(port={free_port()}, data={str(tmp_path)!r}))\n"
        "print('closed')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Newsdesk is at http://127.0.0.1:")
        with httpx.stream("GET", line.split()[3] + "gradio_api/heartbeat/open", trust_env=False) as held:
            assert held.status_code == 200
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert rest.splitlines()[-2:] == ["Stopping.", "closed"]
    assert process.returncode == 0


def test_help_is_quick_and_names_every_setting() -> None:
    code = "import sys, app\ntry: app.main(['--help'])\nfinally: sys.exit('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0
    for name in ("--host", "--port", "--data", "--open", "NEWSDESK_PORT", "NEWSDESK_EMBEDDING"):
        assert name in done.stdout


def test_a_wrong_setting_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--port", "many"]) == 1
    assert capsys.readouterr().err == "newsdesk: NEWSDESK_PORT must be a whole number, not 'many'.\n"
