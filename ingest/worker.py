"""A child process that parses untrusted files, within limits of time and memory.

Parsers of HTML, PDF and Markdown can be made to run for hours or to take all memory by a file made for
it. Here they run in a process of their own that is killed when it goes over a limit, and used again
for the next file when it does not. The two talk in JSON, so that a parser that was taken over by
a hostile file has nothing but text to hand back.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ingest.article import ItemError
from ingest.records import Parsed

PARSERS: Mapping[str, str] = {
    "html": "ingest.html:parse_page",
    "markdown": "ingest.markdown:parse_markdown",
    "markup": "ingest.markup:parse_fragment",
    "pdf": "ingest.pdf:parse_pdf",
}
"""Functions from a file's bytes to Parsed; each may raise ItemError."""

SECONDS: Mapping[str, float] = {"html": 20.0, "markdown": 20.0, "markup": 20.0, "pdf": 120.0}
"""How long each may take; an ordinary file takes a thousandth of it."""
MEGABYTES = 1_536
"""How much address space the process may take."""
FILES_PER_PROCESS = 1_000
"""After so many files a new process is started, so that what a library leaves in memory does not add up."""

_SPLIT_REMEDY = "Save it anew from its source, or take the article out of it as plain text."


class Worker:
    """Parses files in a child process, which is started when first needed."""

    def __init__(self, *, seconds: Mapping[str, float] = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._process: subprocess.Popen[bytes] | None = None
        self._parsed = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, parser: str, content: bytes) -> Parsed:
        """Return what ``parser``, a name in ``PARSERS``, finds in ``content``.

        Raises ItemError when it finds fault, goes over a limit or dies.
        """
        seconds = self._seconds[parser]
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        over_time = threading.Event()

        def stop() -> None:
            over_time.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            _send(process.stdin, {"parser": parser, "bytes": len(content), "seconds": seconds}, content)
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        except BaseException:
            # Half a question would be taken for the next one.
            self.close()
            raise
        finally:
            timer.cancel()
        self._parsed += 1
        if not answer.endswith(b"\n"):
            self.close()
            if over_time.is_set():
                raise ItemError(f"parsing took longer than {seconds:g} seconds.", remedy=_SPLIT_REMEDY)
            raise ItemError(
                f"the parser broke down on it, or took more than {self._megabytes:,} MB of memory.",
                remedy=_SPLIT_REMEDY,
            )
        return _understood(answer)

    def close(self) -> None:
        """End the child process; the next ``parse`` starts another."""
        process, self._process, self._parsed = self._process, None, 0
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (self._process.poll() is not None or self._parsed >= FILES_PER_PROCESS):
            self.close()
        if self._process is None:
            root = str(Path(__file__).resolve().parent.parent)
            path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.worker", str(self._megabytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        return self._process


def _send(stream: IO[bytes], header: Mapping[str, object], content: bytes = b"") -> None:
    stream.write(json.dumps(header).encode() + b"\n")
    stream.write(content)
    stream.flush()


def _understood(answer: bytes) -> Parsed:
    found: dict[str, Any] = json.loads(answer)
    if "reason" in found:
        raise ItemError(str(found["reason"]), remedy=str(found["remedy"]), field=found["field"])
    return Parsed(fields=found["fields"], names=found["names"])


def main(megabytes: int) -> None:
    """Answer one line of JSON for each file on standard input, until it ends."""
    questions = sys.stdin.buffer
    # What a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(megabytes)
    while header := questions.readline():
        question = json.loads(header)
        if hasattr(signal, "alarm"):
            # Whoever started this process ends it in time; if that one is gone, it ends itself.
            signal.alarm(int(question["seconds"]) + 5)
        content = questions.read(question["bytes"])
        _send(answers, _answer(question["parser"], content))


def _answer(parser: str, content: bytes) -> Mapping[str, object]:
    module, _, function = PARSERS[parser].partition(":")
    try:
        parsed: Parsed = getattr(importlib.import_module(module), function)(content)
    except ItemError as error:
        return {"reason": error.reason, "remedy": error.remedy, "field": error.field}
    except MemoryError:
        # Memory that is broken into pieces would fail the next file too.
        os._exit(1)
    except RecursionError:
        return {"reason": "it is nested too deeply.", "remedy": _SPLIT_REMEDY, "field": None}
    except Exception as error:  # whatever a parser raises on a broken file is a fault of the file
        reason = f"it cannot be parsed ({type(error).__name__}: {str(error)[:200]})."
        return {"reason": reason, "remedy": _SPLIT_REMEDY, "field": None}
    return {"fields": parsed.fields, "names": parsed.names}


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where the limit of time alone has to do
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


if __name__ == "__main__":
    main(int(sys.argv[1]))
