"""Pictures of the page for the README: ``python tests/screenshots.py [FOLDER]``, into docs when no folder is named.

Serves the archive of the settings, which must hold the bundled corpus and be in use by nobody else,
asks it a few questions in Chromium, and writes ``page.png`` (1280 pixels wide), ``page-phone.png``
(390 pixels wide at twice the density), and six pictures ``time-*.png`` of what it knows about time,
each reduced to 128 colours.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser_desk import Desk, Reader, chromium, serving
from test_app import free_port

import app
from rag.config import read_settings
from rag.engine import open_engine
from rag.form import read_examples

QUESTION = "Who sued Midjourney?"
ASKED_BEFORE = ("When did the 2023 writers' strike end?", "Who won the World Cup in 2022?")
COLOURS = 128


@dataclass(frozen=True, kw_only=True)
class View:
    """What a picture shows: the questions of a conversation, asked as of a day or of now, in a window of some size."""

    questions: tuple[str, ...]
    window: dict[str, Any]
    as_of: str = ""


TIME = {"viewport": {"width": 1080, "height": 700}}
VIEWS = {
    "page.png": View(questions=(*ASKED_BEFORE, QUESTION), window={"viewport": {"width": 1280, "height": 880}}),
    "page-phone.png": View(
        questions=(QUESTION,), window={"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    ),
    "time-period.png": View(questions=("Which AI music firms were sued last month?",), window=TIME, as_of="2024-07-10"),
    "time-change.png": View(questions=("What is OpenAI valued at?",), window=TIME, as_of="2025-06-01"),
    "time-conflict.png": View(
        questions=("How much value did Nvidia shed on 27 January 2025?",), window=TIME, as_of="2025-02-28"
    ),
    "time-timeline.png": View(questions=("Timeline of the actors' strike against game companies",), window=TIME),
    "time-now.png": View(questions=("Is Sora still available?",), window=TIME, as_of="2026-07-10"),
    "time-follow-up.png": View(questions=("What was Runway valued at in 2023?", "and in February 2026?"), window=TIME),
}


def picture_of(reader: Reader, view: View) -> bytes:
    """Ask, wait until nothing moves, and return the window as PNG."""
    from PIL import Image

    if view.as_of:
        reader.page.get_by_role("textbox", name="As of").fill(view.as_of)
    for question in view.questions:
        reader.ask(question)
    reader.page.evaluate("document.activeElement.blur()")
    reader.page.wait_for_timeout(1_000)
    taken = Image.open(io.BytesIO(reader.page.screenshot())).convert("RGB")
    written = io.BytesIO()
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def main(folder: Path) -> None:
    settings = read_settings(port=free_port())
    folder.mkdir(exist_ok=True)
    with open_engine(settings) as engine, chromium() as browser:
        desk = Desk(
            engine=engine, settings=settings, cases=(), unanswerable="", publisher="", day="",
            examples=read_examples(app.EXAMPLES),
        )  # fmt: skip
        with serving(desk) as served:
            for name, view in VIEWS.items():
                picture = picture_of(Reader(browser, served, color_scheme="light", **view.window), view)
                (folder / name).write_bytes(picture)
                print(f"{folder / name}: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs")
