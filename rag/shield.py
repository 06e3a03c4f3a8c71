"""What the page's server lets in and sends out: an ASGI middleware in front of the web framework.

The framework takes more than the page needs: it stores uploads, and it fetches any address that a
request names as a file. The page sends texts and nothing else, so everything else is refused here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_REQUEST = 256 * 1024
JOIN = "/gradio_api/queue/join"
POSTED = frozenset({JOIN, "/gradio_api/cancel"})
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Shield:
    """Adds ``HEADERS`` to every response, and refuses every request that the page itself never makes.

    Reading is allowed; posting only to ask and to cancel, with at most ``LARGEST_REQUEST`` bytes, and
    to ask with nothing but texts and lists of texts as data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import PlainTextResponse

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send_with_headers)
            return
        path = scope["path"].rstrip("/").removeprefix(scope.get("root_path", ""))
        if scope["method"] != "POST" or path not in POSTED:
            await PlainTextResponse("This page takes questions only.", 403)(scope, receive, send_with_headers)
            return
        body = await _read(receive)
        if len(body) > LARGEST_REQUEST:
            await PlainTextResponse("This request is too large.", 413)(scope, receive, send_with_headers)
        elif path == JOIN and not _is_plain(body):
            await PlainTextResponse("This page takes texts only.", 422)(scope, receive, send_with_headers)
        else:
            await self.app(scope, _replay(body, receive), send_with_headers)


async def _read(receive: Receive) -> bytes:
    body = b""
    while len(body) <= LARGEST_REQUEST:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


def _is_plain(body: bytes) -> bool:
    """Tell whether a request to ask holds texts, lists of texts and nothing that could stand for a file."""
    try:
        data: Any = json.loads(body)["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(data, list) and all(
        item is None
        or isinstance(item, str)
        or (isinstance(item, list) and all(isinstance(text, str) for text in item))
        for item in data
    )
