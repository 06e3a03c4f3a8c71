"""Pictures of the page for the README: ``python tests/screenshots.py [FOLDER]``, into docs when no folder is named.

Serves the archive of the settings, which must hold the bundled corpus and be in use by nobody else,
asks it a few questions in Chromium, and writes ``page.png`` (1280 pixels wide) and ``page-phone.png``
(390 pixels wide at twice the density), each reduced to 128 colours.
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
    """What a picture shows: the questions of a conversation, in a browser window of some size."""

    questions: tuple[str, ...]
    window: dict[str, Any]


VIEWS = {
    "page.png": View(questions=(*ASKED_BEFORE, QUESTION), window={"viewport": {"width": 1280, "height": 880}}),
    "page-phone.png": View(
        questions=(QUESTION,), window={"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    ),
}


def picture_of(reader: Reader, questions: tuple[str, ...]) -> bytes:
    """Ask, wait until nothing moves, and return the window as PNG."""
    from PIL import Image

    for question in questions:
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
                picture = picture_of(Reader(browser, served, color_scheme="light", **view.window), view.questions)
                (folder / name).write_bytes(picture)
                print(f"{folder / name}: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs")
