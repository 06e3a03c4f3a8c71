"""The page's server answers programs too: ``GET /api/ask`` as JSON, ``GET /api/stream`` line by line as it grows.

Both take ``question`` and, if wanted, ``from``, ``until``, ``as_of`` (a year, a month or a day in ISO form) and
``publisher``, which may be repeated. A browser that asks for another site's page is refused: questions may cost money.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from rag.errors import NewsdeskError, QuestionError
from rag.form import read_question
from rag.record import as_record
from rag.schema import Question
from rag.turns import FAILURE, paced

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from rag.engine import Engine

KNOWN = frozenset({"question", "from", "until", "as_of", "publisher"})
_log = logging.getLogger("newsdesk.api")


def api_routes(engine: Engine) -> list[BaseRoute]:
    """Return the two routes over ``engine``. An error is an object with ``error``: 400 for the question's, else 503."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse, StreamingResponse
    from starlette.routing import Route

    async def ask(request: Request) -> Response:
        try:
            answer = await run_in_threadpool(engine.ask, question_of(request))
        except QuestionError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except Exception as error:  # whatever it is, a program is told in its own form
            return JSONResponse({"error": _said(error)}, status_code=503)
        return JSONResponse(as_record(answer))

    async def stream(request: Request) -> Response:
        try:
            question = question_of(request)
        except QuestionError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return StreamingResponse(_taken(_lines(engine, question)), media_type="application/x-ndjson")

    return [Route("/api/ask", ask), Route("/api/stream", stream)]


def question_of(request: Request) -> Question:
    """Read the query; raises QuestionError for what cannot be asked, and for a parameter that is none."""
    # Browsers alone send this header, and no page can set it.
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        raise QuestionError("Pages of other sites cannot ask. Ask from a program, or on the page itself.")
    query = request.query_params
    if unknown := sorted(set(query) - KNOWN):
        raise QuestionError(f"There is no parameter {unknown[0]!r}. Use {', '.join(sorted(KNOWN))}.")
    return read_question(
        query.get("question", ""), (), since=query.get("from", ""), until=query.get("until", ""),
        publishers=query.getlist("publisher"), as_of=query.get("as_of", ""),
    )  # fmt: skip


def _lines(engine: Engine, question: Question) -> Iterator[str]:
    """Yield the answer as it grows, a JSON object a line; the last has ``complete`` true, or is an error."""
    try:
        for answer in paced(engine.stream(question)):
            yield json.dumps({**as_record(answer), "complete": answer.complete}, ensure_ascii=False) + "\n"
    except Exception as error:  # the status line is long sent
        yield json.dumps({"error": _said(error)}, ensure_ascii=False) + "\n"


async def _taken(lines: Iterator[str]) -> AsyncIterator[str]:
    """Take lines in a thread, and end what makes them when nobody reads on."""
    from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

    try:
        async for line in iterate_in_threadpool(lines):
            yield line
    finally:
        if (close := getattr(lines, "close", None)) is not None:
            await run_in_threadpool(close)


def _said(error: Exception) -> str:
    if isinstance(error, NewsdeskError):
        return str(error)
    _log.error("a question over HTTP failed", exc_info=error)
    return FAILURE
