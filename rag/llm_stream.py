"""A LlamaIndex model's answer as it streams, inside limits of time, and given up as soon as nobody reads on.

The call runs on an event loop in a thread of its own, where waiting for a token can be broken off: the connection
is then closed, so that the server stops as well. Whoever reads waits for a token never longer than ``HEARTBEAT``.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import NewsdeskError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

HEARTBEAT = 0.5
"""Seconds after which an empty piece is handed on while nothing comes."""
GRACE = 2.0
"""Seconds past its limit after which a model that holds up the event loop is no longer waited for."""
_log = logging.getLogger("newsdesk.model")


class ModelFailedError(NewsdeskError):
    """A model did not answer as it should; the message is a clause that says why, for a reader."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What came next: ``text``, perhaps none; at the end also token counts, None where the model tells none.

    ``cut`` says that the model stopped at its limit of tokens.
    """

    text: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    cut: bool = False


class ModelStream:
    """Asks one model, any number of questions at once; close it, or leave it to the end of the process."""

    def __init__(self, llm: LLM, *, first_token: float, seconds: float) -> None:
        """Wait ``first_token`` seconds for the first sign of an answer and ``seconds`` for all of it."""
        self._llm = llm
        self._first_token = first_token
        self._seconds = seconds
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self, messages: Sequence[ChatMessage]) -> Iterator[Piece]:
        """Yield the answer piece by piece, empty ones while nothing comes.

        Closing the iterator ends the call. Raises ModelFailedError for whatever goes wrong: no connection, an
        error status, a limit of time, a stream that is no answer or breaks off.
        """
        waiting: queue.SimpleQueue[Piece | ModelFailedError | None] = queue.SimpleQueue()
        call = self._run(self._ask(messages, waiting))
        until = time.monotonic() + self._seconds + GRACE
        try:
            while True:
                try:
                    piece = waiting.get(timeout=HEARTBEAT)
                except queue.Empty:
                    if time.monotonic() > until:
                        raise ModelFailedError(self._too_late(begun=True)) from None
                    piece = Piece()
                if piece is None:
                    return
                if isinstance(piece, ModelFailedError):
                    raise piece
                yield piece
        finally:
            call.cancel()

    def close(self) -> None:
        """End the calls still running, and the thread."""
        with self._lock:
            if self._loop is not None:
                asyncio.run_coroutine_threadsafe(_end(), self._loop)
                self._loop = None

    def _run(self, work: Coroutine[Any, Any, None]) -> Any:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="language model", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _ask(
        self, messages: Sequence[ChatMessage], waiting: queue.SimpleQueue[Piece | ModelFailedError | None]
    ) -> None:
        """Put the pieces of an answer, then None, or the failure, into ``waiting``."""
        begun = False
        try:
            async with asyncio.timeout(self._seconds), asyncio.timeout(self._first_token) as first:
                ended: bool | None = None
                async for response in await self._llm.astream_chat(list(messages)):
                    if response.delta or response.additional_kwargs.get("thinking_delta"):
                        begun = True
                        first.reschedule(None)
                    reason = _finish_reason(response.raw)
                    if reason is not _UNKNOWN:
                        ended = ended or reason is not None
                    if reason == "content_filter":
                        raise ModelFailedError("its filter stopped the answer")
                    waiting.put(_piece(response, cut=reason == "length"))
                    await asyncio.sleep(0)  # a model that never waits could not be given up otherwise
                if ended is False:
                    raise ModelFailedError("its answer broke off")
        except TimeoutError:
            waiting.put(ModelFailedError(self._too_late(begun=begun)))
        except ModelFailedError as error:
            waiting.put(error)
        except Exception as error:
            told = str(error).replace(str(getattr(self._llm, "api_key", None) or "\0"), "(key)")
            _log.warning("the language model failed: %s: %s", type(error).__name__, told)
            waiting.put(ModelFailedError(_reason(error)))
        else:
            waiting.put(None)

    def _too_late(self, *, begun: bool) -> str:
        if begun:
            return f"it did not finish its answer within {self._seconds:g} seconds"
        return f"it did not begin to answer within {min(self._first_token, self._seconds):g} seconds"


async def _end() -> None:
    """Cancel what runs on this loop beside this, and stop it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    asyncio.get_running_loop().stop()


_UNKNOWN = object()


def _finish_reason(raw: Any) -> Any:
    """Return why the model stopped, None while it goes on; ``_UNKNOWN`` where its responses do not tell."""
    choices = getattr(raw, "choices", None)
    if not isinstance(choices, list) or not choices:
        return _UNKNOWN
    return getattr(choices[0], "finish_reason", None)


def _piece(response: Any, *, cut: bool) -> Piece:
    counts = response.additional_kwargs
    return Piece(
        text=response.delta or "",
        prompt_tokens=_count(counts.get("prompt_tokens")),
        answer_tokens=_count(counts.get("completion_tokens")),
        cut=cut,
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _reason(error: Exception) -> str:
    """Return a clause for a failure. What the server says goes to the log, not to the reader."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        known = {401: "it refused the key", 403: "it refused the key", 404: "its address or name is not known there",
                 429: "it is busy"}  # fmt: skip
        return f"{known.get(status, 'it answered with an error')}, status {status}"
    # By name: the errors are the client's own, and other models' clients call them the same.
    names = {item.__name__ for item in type(error).__mro__}
    if "APITimeoutError" in names:
        return "it did not answer in time"
    if "RemoteProtocolError" in names or "ReadError" in names:
        return "its answer broke off"
    if "APIConnectionError" in names or "ConnectError" in names or isinstance(error, ConnectionError):
        return "it could not be reached"
    return "its answer could not be read"
