"""PDF with a text layer → fields: lines joined to paragraphs, page headers and hyphenation taken out.

The dates inside a PDF tell when the file was made, not when its text was published, and are not read.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from ingest.article import ItemError
from ingest.records import SHORTEST_TEXT, Parsed, language_code
from ingest.text import clean_text

if TYPE_CHECKING:
    from pypdf import PdfReader

TAIL = 2_048
"""The end of a complete PDF is marked within so many last bytes."""

_ANEW = "Download it again, or print it to a new PDF."
# Titles that programs write by themselves.
_NO_TITLE = re.compile(r"untitled.*|microsoft word.*|document\s*\d*|.*\.(docx?|odt|rtf|indd|qxd|tex|pdf|pptx?)", re.I)
_HYPHENATED = re.compile(r"(\w+)[-\u2010\u00ad]$")
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
_DIGITS = re.compile(r"\d+")


def parse_pdf(content: bytes) -> Parsed:
    """Return text, title, author and language of a PDF as far as it tells them.

    Raises ItemError when it is cut off, needs a password or has no text layer.
    """
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    if b"%PDF-" not in content[:1024]:
        raise ItemError("it is not a PDF.", remedy="Give the file the suffix of what it is.")
    if b"%%EOF" not in content[-TAIL:]:
        raise ItemError("the PDF is cut off: its end is missing.", remedy="Download or copy it again.")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked()
        pages = [page.extract_text() for page in reader.pages]
        fields = _description(reader)
    except DependencyError as error:
        raise _locked() from error
    except PyPdfError as error:
        raise ItemError(f"the PDF is damaged ({error}).", remedy=_ANEW) from error
    if not pages:
        raise ItemError("the PDF is damaged (it has no pages).", remedy=_ANEW)
    text = joined([page.splitlines() for page in pages])
    if len(clean_text(text)) < SHORTEST_TEXT:
        raise ItemError(
            f"the PDF has no text layer: its {len(pages)} pages hold images only.",
            field="text",
            remedy="Run a text recognition over it first (for example `ocrmypdf IN.pdf OUT.pdf`).",
        )
    return Parsed(fields={**fields, "text": text})


def joined(pages: Sequence[Sequence[str]]) -> str:
    """Return the text of pages of lines as paragraphs parted by a blank line.

    Lines that stand at the edge of most pages, but for their numbers, are left out. A word parted at
    a line's end is put together, with its hyphen when the text has it so elsewhere. A paragraph ends
    at a blank line, and after a line that ends a sentence, or precedes a capital, clearly before the margin.
    """
    lines = [" ".join(line.split()) for line in chain.from_iterable(_without_edges(pages))]
    widths = sorted(len(line) for line in lines if line)
    if not widths:
        return ""
    margin = widths[int(0.9 * (len(widths) - 1))]
    words = Counter(re.findall(r"\w+(?:-\w+)+", "\n".join(lines)))
    paragraphs: list[str] = []
    open_paragraph = ""
    for line, following in pairwise([*lines, ""]):
        if not line:
            paragraphs.append(open_paragraph)
            open_paragraph = ""
            continue
        open_paragraph = _continued(open_paragraph, line, words)
        if _ends_paragraph(line, following, margin):
            paragraphs.append(open_paragraph)
            open_paragraph = ""
    return "\n\n".join(paragraph for paragraph in [*paragraphs, open_paragraph] if paragraph)


def _description(reader: PdfReader) -> dict[str, object]:
    fields: dict[str, object] = {}
    found = reader.metadata
    title = str(found.title or "").strip() if found is not None else ""
    author = str(found.author or "").strip() if found is not None else ""
    if title and not _NO_TITLE.fullmatch(title):
        fields["title"] = title
    if author:
        fields["authors"] = author
    language = reader.root_object.get("/Lang")
    if isinstance(language, str) and language_code(language):
        fields["language"] = language
    return fields


def _locked() -> ItemError:
    return ItemError(
        "the PDF is encrypted and needs a password.",
        remedy="Save it without one (for example `qpdf --decrypt --password=… IN.pdf OUT.pdf`).",
    )


def _without_edges(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Leave out first and last lines that most pages share: running heads, page numbers."""
    kept = [list(page) for page in pages]
    for edge in (0, -1):
        stripped = [_stripped(page) for page in kept]
        shapes = Counter(_DIGITS.sub("0", page[edge].strip()) for page in stripped if page)
        repeated = {shape for shape, count in shapes.items() if count >= 3 and count > len(pages) / 2}
        kept = [
            (page[1:] if edge == 0 else page[:-1])
            if page and _DIGITS.sub("0", page[edge].strip()) in repeated
            else page
            for page in stripped
        ]
    return kept


def _stripped(page: list[str]) -> list[str]:
    start, end = 0, len(page)
    while start < end and not page[start].strip():
        start += 1
    while end > start and not page[end - 1].strip():
        end -= 1
    return page[start:end]


def _continued(paragraph: str, line: str, words: Counter[str]) -> str:
    if not paragraph:
        return line
    parted = _HYPHENATED.search(paragraph)
    if parted is None:
        return f"{paragraph} {line}"
    if not line[0].islower():
        return paragraph + line
    start = re.match(r"\w+", line)
    compound = f"{parted[1]}-{start[0] if start else ''}"
    return paragraph[: parted.end(1)] + ("-" if words[compound] else "") + line


def _ends_paragraph(line: str, following: str, margin: int) -> bool:
    if _HYPHENATED.search(line):
        return False
    if _SENTENCE_END.search(line):
        return len(line) < 0.8 * margin
    return len(line) < 0.6 * margin and following[:1].isupper()
