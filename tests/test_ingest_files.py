"""Files, folders and standard input: every format, every fault with place and remedy, and the rest is read."""

import io
import json
import os
import random
import sys
import tracemalloc
from datetime import UTC, datetime

import pytest
from fakes_pdf import pdf_of

from ingest import files
from ingest.article import Rejected
from ingest.files import SUFFIXES, read_paths
from rag.errors import ConfigurationError
from rag.schema import Article, DatePrecision, Kind

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BODY = "The studio and the union reached a tentative agreement on Tuesday, both said."
BRIEF = f"""---
id: studio-talks
title: "Studio: talks"
published_at: 2024-11-27
publisher: Example Daily
url: https://news.example.com/talks
language: en
kind: brief
---

{BODY}

Nothing was *signed*.
"""
PAGE = f"""<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta property="article:published_time" content="2024-03-15T10:00:00Z"></head>
<body><article><h1>A page</h1>{"".join(f"<p>{n}. {BODY}</p>" for n in range(6))}</article></body></html>"""
NINJS = {"uri": "urn:agency:1", "headline": "An item", "versioncreated": "2024-03-15", "body_html": f"<p>{BODY}</p>"}


def read(*paths, **changes):
    return list(read_paths([str(path) for path in paths], now=NOW, **changes))


def only(items):
    assert len(items) == 1
    return items[0]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rejected(path, content, **changes):
    item = only(read(write(path, content), **changes))
    assert isinstance(item, Rejected), item
    assert item.location == str(path)
    assert item.remedy
    return item


# --- formats ----------------------------------------------------------------------------------


def test_markdown(tmp_path):
    path = write(tmp_path / "brief.md", BRIEF)
    item = only(read(path))
    assert (item.id, item.title, item.kind, item.source) == ("studio-talks", "Studio: talks", Kind.BRIEF, str(path))
    assert item.text == f"{BODY}\n\nNothing was signed."
    assert (item.published_at.origin, item.published_at.precision) == ("front matter", DatePrecision.DAY)
    assert (item.modified_at, item.ingested_at) == (None, None)


def test_html(tmp_path):
    item = only(read(write(tmp_path / "page.HTM", PAGE)))
    assert (item.title, item.text.count(BODY), item.language) == ("A page", 6, "en")
    assert (str(item.published_at), item.published_at.origin) == ("2024-03-15 10:00 UTC", "article:published_time")


def test_pdf(tmp_path):
    item = only(read(write(tmp_path / "a-report.pdf", pdf_of([[BODY]], info={"CreationDate": "D:20240101"}))))
    assert (item.title, item.text, item.published_at) == ("a-report", BODY, None)


def test_plain_text_takes_a_short_first_line_before_a_blank_one_as_its_title(tmp_path):
    titled = only(read(write(tmp_path / "a.txt", f"A title\r\n\r\n{BODY}\r\n")))
    assert (titled.title, titled.text) == ("A title", BODY)
    untitled = only(read(write(tmp_path / "b.txt", f"{BODY}\n{BODY}")))
    assert (untitled.title, untitled.text) == ("b", f"{BODY}\n{BODY}")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl", "a.json"])
def test_byte_order_marks_are_understood(tmp_path, name, encoding):
    record = json.dumps({"title": "Zürich", "text": BODY}, ensure_ascii=False)
    content = {"a.md": f"# Zürich\n\n{BODY}", "a.txt": f"Zürich\n\n{BODY}"}.get(name, record)
    item = only(read(write(tmp_path / name, content.encode(encoding))))
    assert (item.title, item.text) == ("Zürich", BODY)


def test_json_lines_with_a_field_map(tmp_path):
    lines = [{"headline": f"Title {n}", "story": {"text": BODY}, "when": "2024-03-15"} for n in (1, 2)]
    path = write(tmp_path / "news.ndjson", "\n\n".join(map(json.dumps, lines)))
    items = read(path, field_map={"headline": "title", "story.text": "text", "when": "published_at"})
    assert [(item.title, item.source, item.published_at.origin) for item in items] == [
        ("Title 1", f"{path}:1", "when"),
        ("Title 2", f"{path}:3", "when"),
    ]


def test_standard_input_is_json_lines():
    item, fault = read("-", stdin=io.BytesIO(json.dumps({"title": "A", "body": BODY}).encode() + b"\n{"))
    assert (item.title, item.source) == ("A", "-:1")
    assert fault.location == "-:2"


def test_standard_input_without_lines_is_a_fault():
    item = only(read("-", stdin=io.BytesIO(b"\n\n")))
    assert (item.location, item.reason) == ("-", "there are no lines in it.")


def test_json_is_a_list_of_records_or_ninjs_or_one_of_them(tmp_path):
    record = {"title": "A record", "text": BODY}
    titles = []
    for number, content in enumerate([[record, NINJS], {"items": [NINJS, record]}, NINJS, record, [record]]):
        titles.append([item.title for item in read(write(tmp_path / f"{number}.json", json.dumps(content)))])
    assert titles == [["A record", "An item"], ["An item", "A record"], ["An item"], ["A record"], ["A record"]]


def test_ninjs_in_json_lines_is_known_as_such(tmp_path):
    item = only(read(write(tmp_path / "a.jsonl", json.dumps(NINJS))))
    assert (item.id, item.title, item.text) == ("urn:agency:1", "An item", BODY)


# --- paths ------------------------------------------------------------------------------------


def test_a_folder_is_read_with_all_below_it_in_the_order_of_names(tmp_path):
    for name in ("b/2.md", "b/1.txt", "a.md", "c.html"):
        write(tmp_path / name, PAGE if name.endswith("html") else f"# {name}\n\n{BODY}")
    for name in (".hidden.md", ".git/x.md", "image.png", "c_files/frame.html", "b/notes.docx"):
        write(tmp_path / name, PAGE)
    skipped = []
    items = read(tmp_path, skipped=skipped.append)
    assert [os.path.relpath(item.source, tmp_path) for item in items] == ["a.md", "c.html", "b/1.txt", "b/2.md"]
    assert [os.path.relpath(path, tmp_path) for path in skipped] == ["image.png", "b/notes.docx"]


def test_a_file_keeps_its_id_however_its_path_is_written(tmp_path, monkeypatch):
    path = write(tmp_path / "folder" / "a.txt", BODY)
    monkeypatch.chdir(tmp_path)
    by_name, by_folder, absolute = only(read("folder/a.txt")), only(read("folder")), only(read(path))
    assert by_name.id == by_folder.id == absolute.id
    assert by_name.source == "folder/a.txt"


def test_a_path_that_does_not_exist_is_a_fault_and_the_next_one_is_read(tmp_path):
    fault, item = read(tmp_path / "missing.md", write(tmp_path / "a.txt", BODY))
    assert "no such file" in fault.reason
    assert item.text == BODY


def test_a_folder_without_readable_files_is_a_fault(tmp_path):
    write(tmp_path / "image.png", b"x")
    item = only(read(tmp_path))
    assert (item.location, item.reason) == (str(tmp_path), "the folder holds no file that can be read.")


def test_an_unknown_suffix_is_a_fault_when_the_file_is_named(tmp_path):
    assert ".docx" in rejected(tmp_path / "a.docx", b"x").reason


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_not_unicode_can_still_be_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as stream:
        stream.write(BODY.encode())
    item = only(read(os.fsdecode(path)))
    assert (item.title, item.text) == ("caf\\xe9", BODY)
    assert item.source.encode("utf-8").endswith(b"caf\\xe9.txt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_a_folder_does_not_hold_up_the_run(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    write(tmp_path / "b.txt", BODY)
    fault, item = read(tmp_path)
    assert "not a regular file" in fault.reason
    assert item.text == BODY


def test_a_file_that_may_not_be_read_is_a_fault(tmp_path, monkeypatch):
    path = write(tmp_path / "a.txt", BODY)
    real_open = open

    def refusing(name, *arguments, **named):
        if name == str(path):
            raise PermissionError(13, "Permission denied")
        return real_open(name, *arguments, **named)

    monkeypatch.setattr(files, "open", refusing, raising=False)
    item = only(read(path))
    assert "Permission denied" in item.reason


def test_a_field_map_to_nowhere_is_refused_before_anything_is_read():
    with pytest.raises(ConfigurationError, match="'nowhere'"):
        read_paths(["-"], field_map={"x": "nowhere"})


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_an_empty_file_is_a_fault_in_every_format(tmp_path, suffix):
    assert rejected(tmp_path / f"a{suffix}", b"").reason == "the file is empty."


@pytest.mark.parametrize("suffix", [".md", ".txt", ".json"])
def test_what_is_not_utf_8_is_a_fault_with_the_byte(tmp_path, suffix):
    item = rejected(tmp_path / f"a{suffix}", "Über alles geht die Arbeit am Vertrag.".encode("latin-1"))
    assert "byte 0 " in item.reason
    assert "UTF-8" in item.remedy


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("a.md", "---\ntitle: T\npublished_at: 2024-01-01\n---\n\n", "text"),
        ("a.md", f"---\npublished_at: 2024-02-30\n---\n{BODY}", "published_at"),
        ("a.md", f"---\nmodified_at: 2026-11-25\n---\n{BODY}", "modified_at"),
        ("a.md", f"---\ntitle:\n  - a\n  - b\n---\n{BODY}", "title"),
        ("a.md", f"---\nkind: gossip\n---\n{BODY}", "kind"),
        ("a.md", f"---\ntitle: a: b\n---\n{BODY}", "front matter"),
        ("a.txt", "A title and nothing else.\n\n", "text"),
        ("a.html", "<html><head><title>T</title></head><body></body></html>", "text"),
        ("a.html", PAGE.replace("2024-03-15T10:00:00Z", "2024-02-30"), "article:published_time"),
        ("a.pdf", pdf_of([[]]), "text"),
        ("a.pdf", pdf_of([[BODY]])[:-100], None),
        ("a.json", "[]", None),
        ("a.json", '[{"title": "A"', None),
        ("a.json", "[" * 100_000, None),
        ("a.json", "7", None),
    ],
)
def test_a_fault_of_a_file_names_it_with_its_field(tmp_path, name, content, field):
    assert rejected(tmp_path / name, content).field == field


def test_a_fault_of_a_member_of_a_list_names_its_number(tmp_path):
    content = [{"title": "A", "text": BODY}, "x", {"title": "B", "text": 5}]
    path = write(tmp_path / "a.json", json.dumps(content))
    _, second, third = read(path)
    assert (second.location, third.location, third.field) == (f"{path}#2", f"{path}#3", "text")


def test_broken_json_on_line_812_costs_that_line_alone(tmp_path):
    lines = [json.dumps({"id": n, "title": f"Title {n}", "text": BODY}) for n in range(1, 1001)]
    lines[811] = lines[811][:30]
    path = write(tmp_path / "news.jsonl", "\n".join(lines))
    items = read(path)
    faults = [item for item in items if isinstance(item, Rejected)]
    assert [fault.location for fault in faults] == [f"{path}:812"]
    assert faults[0].excerpt.startswith('{"id": 812')
    assert faults[0].remedy
    assert [item.id for item in items if isinstance(item, Article)] == [str(n) for n in range(1, 1001) if n != 812]


def test_surrogates_and_nul_characters_never_reach_the_stores(tmp_path):
    record = r'{"id": "a\u0000b", "title": "T\ud800itle\u0000", "text": "BODY\udfff\u0000", "authors": ["J\ud800"]}'
    record = record.replace("BODY", BODY)
    item = only(read(write(tmp_path / "a.jsonl", record)))
    assert (item.id, item.title, item.text, item.authors) == ("ab", "Title", BODY, ("J",))
    broken = r'{"title": "A", "text": "\ud800\u0000 short", "x": "\udfff"}'
    fault = only(read(write(tmp_path / "b.jsonl", broken)))
    assert fault.field == "text"
    fault.excerpt.encode("utf-8")


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html", ".pdf", ".json"])
def test_a_file_of_50_mb_is_refused_without_reading_it(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}", b"x")
    os.truncate(path, 50_000_000)
    tracemalloc.start()
    try:
        item = only(read(path))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 1_000_000
    assert item.location == str(path)
    assert "50 MB, more than 20 MB" in item.reason
    assert "JSON Lines" in item.remedy


def test_json_lines_of_any_size_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 1000)
    lines = [json.dumps({"id": n, "title": "T", "text": BODY}) for n in range(100)]
    assert len(read(write(tmp_path / "a.jsonl", "\n".join(lines)))) == 100


def test_an_html_bomb_is_a_fault_and_the_page_after_it_is_read(tmp_path):
    write(tmp_path / "1.html", b"<html><body>" + b"<div>" * 200_000 + b"text")
    write(tmp_path / "2.html", PAGE)
    fault, item = read(tmp_path)
    assert fault.location == str(tmp_path / "1.html")
    assert fault.remedy
    assert item.title == "A page"


def test_reading_may_be_given_up_half_way(tmp_path):
    for number in range(3):
        write(tmp_path / f"{number}.html", PAGE)
    items = read_paths([str(tmp_path)], now=NOW)
    assert isinstance(next(items), Article)
    items.close()
    assert list(items) == []


def test_reading_twice_gives_the_same(tmp_path):
    write(tmp_path / "a.md", BRIEF)
    write(tmp_path / "b.html", PAGE)
    write(tmp_path / "c.jsonl", json.dumps({"title": "T", "text": BODY}))
    assert read(tmp_path) == read(tmp_path)
    assert len({item.id for item in read(tmp_path)}) == 3


def mutated(content, chance):
    """Return ``content`` with a few bytes changed, left out or doubled."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(changed))
        end = at + chance.randint(0, 40)
        piece = [bytes(chance.randrange(256) for _ in range(3)), b"", changed[at:end] * 2, b'"', b"\x00", b"\\ud800"]
        changed[at:end] = chance.choice(piece)
        changed = changed or bytearray(b"x")
    return bytes(changed)


def test_whatever_is_broken_every_file_gives_items_that_can_be_stored(tmp_path):
    chance = random.Random(20240315)
    record = {"id": 1, "title": "T", "text": BODY, "published_at": "2024-03-15", "authors": ["A"], "kind": "news"}
    whole = {
        "md": BRIEF, "txt": f"Title\n\n{BODY}", "html": PAGE, "json": json.dumps([record, NINJS]),
        "jsonl": "\n".join(map(json.dumps, [record, NINJS])), "pdf": pdf_of([[BODY]] * 2, info={"Title": "T"}),
    }  # fmt: skip
    for suffix, content in whole.items():
        for number in range(40):
            name = tmp_path / f"{number}.{suffix}"
            write(name, mutated(content if isinstance(content, bytes) else content.encode(), chance))
    items = read(tmp_path)
    named = {item.source if isinstance(item, Article) else item.location for item in items}
    assert {name.split("#")[0].rpartition(":")[0] or name.split("#")[0] for name in named} == set(
        map(str, tmp_path.iterdir())
    )
    assert any(isinstance(item, Article) for item in items)
    assert any(isinstance(item, Rejected) for item in items)
    for item in items:
        parts = (
            [item.id, item.title, item.text, item.source, item.publisher, *item.authors, *item.entities]
            if isinstance(item, Article)
            else [item.location, item.reason, item.remedy, item.field, item.excerpt]
        )
        for part in parts:
            assert "\x00" not in (part or "").encode().decode()
