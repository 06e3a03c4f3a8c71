"""An OpenAI-compatible server that answers as a test scripts it: real HTTP and server-sent events on 127.0.0.1."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = "scripted"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One response: ``pieces`` are texts to stream and seconds to wait.

    ``finish`` None leaves the reason for the end away, ``breaks`` cuts the connection after the pieces,
    ``raw`` stands in place of a whole body.
    """

    pieces: tuple[str | float, ...] = ()
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    finish: str | None = "stop"
    usage: tuple[int, int] | None = (1000, 50)
    breaks: bool = False
    raw: bytes | None = None


def said(text: str, **fields: Any) -> Reply:
    """A good reply, streamed word by word."""
    words = text.split(" ")
    return Reply(pieces=tuple(word + " " * (at < len(words) - 1) for at, word in enumerate(words)), **fields)


class ScriptedModel:
    """Serves ``replies`` one after another, the last one for ever; ``requests`` are the bodies it was sent."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.left = threading.Event()
        """Set when a client went away in the middle of an answer."""
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def prompt(self) -> str:
        """All that the last request says to the model."""
        return "\n\n".join(message["content"] for message in self.requests[-1]["messages"])

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                model.requests.append(json.loads(body))
                model.headers.append({name.lower(): value for name, value in self.headers.items()})
                model.paths.append(self.path)
                reply = model.replies[min(len(model.requests), len(model.replies)) - 1]
                try:
                    self._send(reply)
                except (BrokenPipeError, ConnectionResetError):
                    model.left.set()
                    self.close_connection = True

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                if reply.status != 200 or reply.raw is not None:
                    body = reply.raw if reply.raw is not None else b'{"error": {"message": "scripted"}}'
                    self.send_header("content-type", "application/json" if reply.status != 200 else "text/html")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    return
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for piece in reply.pieces:
                    if isinstance(piece, str):
                        self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
                    else:
                        self._wait(piece)
                if reply.breaks:
                    self.close_connection = True
                    return
                if reply.finish is not None:
                    self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]})
                if reply.usage is not None:
                    prompt, answer = reply.usage
                    usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
                    self._event({"choices": [], "usage": usage})
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")

            def _wait(self, seconds: float) -> None:
                """Wait, with a comment now and then, which fails when nobody listens any more."""
                until = time.monotonic() + seconds
                while time.monotonic() < until and not model.stopped.is_set():
                    time.sleep(0.02)
                    self._chunk(b": waiting\n\n")

            def _event(self, fields: dict[str, Any]) -> None:
                whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": NAME, **fields}
                self._chunk(b"data: " + json.dumps(whole).encode() + b"\n\n")

            def _chunk(self, data: bytes) -> None:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def scripted(*replies: Reply) -> Iterator[ScriptedModel]:
    """A server for these replies, closed at the end."""
    model = ScriptedModel(replies)
    try:
        yield model
    finally:
        model.close()
