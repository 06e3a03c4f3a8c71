"""Small PDF files for tests, written by hand: pages of text lines in Helvetica."""

from collections.abc import Mapping, Sequence


def pdf_of(pages: Sequence[Sequence[str]], *, info: Mapping[str, str] | None = None) -> bytes:
    """Return a PDF with a text layer; an empty line leaves a gap. ``info`` is its document information."""
    bodies: list[bytes] = []
    page_numbers = [4 + 2 * index for index in range(len(pages))]
    bodies.append(b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>")
    bodies.append(
        f"<< /Type /Pages /Count {len(pages)} /Kids [{''.join(f'{n} 0 R ' for n in page_numbers)}] >>".encode()
    )
    bodies.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, lines in zip(page_numbers, pages, strict=True):
        shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
        stream = b"BT /F1 11 Tf 14 TL 72 760 Td\n" + shown + b"ET"
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        bodies.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    entries = b"".join(b"/%b (%b) " % (name.encode(), _escaped(value)) for name, value in (info or {}).items())
    bodies.append(b"<< " + entries + b">>")
    return _written(bodies)


def _written(bodies: Sequence[bytes]) -> bytes:
    content = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(bodies) + 1, len(bodies))
    return content + b"xref\n0 %d\n0000000000 65535 f \n%b%b\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1, table, trailer, len(content),
    )  # fmt: skip


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
