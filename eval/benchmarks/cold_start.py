"""How long a fresh process takes until it has answered: command line, page, and plain LlamaIndex beside them.

Every start is the command a reader would type, on the bundled corpus. Each is run once for nothing, so that
files are in the disk's cache and Python's are compiled; nothing else is warm.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO

from eval.benchmarks.growth_processes import Place, fill_plain, take_in
from eval.plain_llamaindex import require_packages
from eval.speed import Report, in_child, model_folder, prepare
from rag.config import Settings, environment_name
from rag.errors import NewsdeskError

ROOT = Path(__file__).resolve().parents[2]
BRIEFS = ROOT / "corpus" / "briefs"
QUESTION = "Who sued Midjourney?"
PATIENCE = 300.0
"""Seconds after which a start counts as failed."""
_BETWEEN = 0.02


@dataclass(frozen=True, kw_only=True)
class PageStart:
    """Seconds from the command until ``/healthz`` said ok, and until ``/`` was there."""

    healthy: float
    served: float


@dataclass(frozen=True, kw_only=True)
class StartRound:
    """One start of each, in seconds: ``command`` and ``plain`` from the command to the end of the process.

    ``command`` answers a question, ``plain`` retrieves passages for it, since plain LlamaIndex answers with a
    language model only. ``load`` is the machine's load average before.
    """

    command: float
    plain: float
    page: PageStart
    load: float


@dataclass(frozen=True, kw_only=True)
class Starts:
    """All rounds; ``passages`` counts those of the bundled corpus."""

    passages: int
    rounds: tuple[StartRound, ...]


def measure_starts(settings: Settings, *, rounds: int, folder: Path, report: Report) -> Starts:
    """Make the two archives of the bundled corpus in ``folder`` and start each ``rounds`` times.

    Raises NewsdeskError, also when a started process fails.
    """
    require_packages()
    place = Place(folder=folder / "start", settings=settings)
    report("starts: choosing the engine, unless one is remembered")
    in_child(prepare, settings)
    report("starts: taking in the bundled corpus")
    in_child(take_in, settings, place.newsdesk, (str(BRIEFS),), sys.maxsize)
    shutil.rmtree(place.plain, ignore_errors=True)
    passages = in_child(fill_plain, place).passages
    # A second start finds the engine chosen and the model exported.
    if (settings.folder / "models").is_dir():
        shutil.copytree(settings.folder / "models", place.newsdesk.folder / "models", dirs_exist_ok=True)
    if (settings.folder / "encoder.json").is_file():
        shutil.copy(settings.folder / "encoder.json", place.newsdesk.folder)
    found = []
    for number in range(rounds + 1):
        report(f"starts: round {number} of {rounds}" if number else "starts: once for nothing")
        found.append(_round(place))
    return Starts(passages=passages, rounds=tuple(found[1:]))


def _round(place: Place) -> StartRound:
    import psutil

    load = float(psutil.getloadavg()[0])
    data, model = str(place.newsdesk.folder), str(model_folder(place.settings))
    return StartRound(
        command=time_command(["-m", "rag", "--data", data, "ask", QUESTION], place.newsdesk),
        plain=time_command(["-m", "eval.benchmarks.plain_start", model, str(place.plain), QUESTION], place.newsdesk),
        page=time_page(place.newsdesk),
        load=load,
    )


def time_command(arguments: Sequence[str], settings: Settings) -> float:
    """Return the seconds that ``python`` with these arguments runs; raises NewsdeskError when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=_environment(settings), capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode or not done.stdout.strip():
        raise _failed(arguments, done.stderr)
    return seconds


def time_page(settings: Settings) -> PageStart:
    """Start the page of an archive, wait until it answers, and stop it; raises NewsdeskError when it does not."""
    port = _free_port()
    arguments = ["app.py", "--data", settings.data, "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT, env=_environment(settings), stdout=subprocess.DEVNULL, stderr=complaints,
        )  # fmt: skip
        try:
            while not _answers(port, "/healthz"):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise _failed(arguments, _read(complaints))
                time.sleep(_BETWEEN)
            healthy = time.perf_counter() - began
            if not _answers(port, "/"):
                raise _failed(arguments, _read(complaints))
            return PageStart(healthy=healthy, served=time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status == http.HTTPStatus.OK
    except OSError:  # nobody listens yet
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a process that is to have these settings, whatever file and environment say."""
    chosen = {environment_name(item.name): str(getattr(settings, item.name)) for item in fields(Settings)}
    return {**os.environ, **chosen}


def _read(complaints: TextIO) -> str:
    complaints.seek(0)
    return complaints.read()


def _failed(arguments: Sequence[str], complaints: str) -> NewsdeskError:
    said = complaints.strip().splitlines()
    return NewsdeskError(
        f"`python {' '.join(arguments)}` failed{': ' + said[-1] if said else ''}. Run it by itself to see why."
    )
