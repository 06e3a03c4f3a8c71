"""JSON Lines: any size, one fault per bad line, nothing lost after it."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import jsonlines
from ingest.article import ItemError
from ingest.jsonlines import read_lines


def read(content):
    return list(read_lines(io.BytesIO(content)))


def numbers(lines):
    return [line.number for line in lines]


def is_fault(line):
    return isinstance(line.found, ItemError)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3), max_size=5), st.booleans())
def test_records_come_back_in_order_with_their_line_numbers(records, ascii_only):
    content = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    found = read(content.encode())
    assert [line.found for line in found] == records
    assert numbers(found) == list(range(1, len(records) + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_do_not_matter(encoding, newline, monkeypatch):
    monkeypatch.setattr(jsonlines, "_BLOCK", 7)  # so that blocks end inside characters
    text = newline.join(['{"a": "Zürich 🎬"}', "", '{"a": "Ċ"}', ""])
    content = text.encode(encoding) if encoding != "utf-16-le" else b"\xff\xfe" + text.encode(encoding)
    assert [(line.number, line.found) for line in read(content)] == [(1, {"a": "Zürich 🎬"}), (3, {"a": "Ċ"})]


def test_a_broken_line_costs_only_itself():
    lines = [json.dumps({"n": number}) for number in range(1, 1001)]
    lines[811] = '{"n": 812, "title": "cut off'
    found = read("\n".join(lines).encode())
    faults = [line for line in found if is_fault(line)]
    assert len(found) == 1000
    assert numbers(faults) == [812]
    assert "not JSON" in faults[0].found.reason
    assert "Unterminated string starting at column 21" in faults[0].found.reason
    assert faults[0].raw.startswith('{"n": 812')


def test_a_line_that_is_not_utf_8_costs_only_itself():
    found = read(b'{"a": 1}\n{"a": "\xfc"}\n{"a": 3}\n')
    assert [is_fault(line) for line in found] == [False, True, False]
    assert "byte 7 " in found[1].found.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "cannot be read"),
        ("{'a': 1}", "not JSON"),
    ],
)
def test_a_line_that_is_no_record_is_a_fault(line, reason):
    found = read(f'{line}\n{{"a": 2}}'.encode())
    assert reason in found[0].found.reason
    assert found[1].found == {"a": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_over_the_limit_is_passed_over_and_the_next_one_read(encoding, monkeypatch):
    monkeypatch.setattr(jsonlines, "LONGEST_LINE", 500)
    monkeypatch.setattr(jsonlines, "_BLOCK", 64)
    text = "\n".join(['{"a": 1}', json.dumps({"a": "x" * 5000}), '{"a": 3}', json.dumps({"a": "y" * 5000})])
    found = read(text.encode(encoding))
    assert [(line.number, is_fault(line)) for line in found] == [(1, False), (2, True), (3, False), (4, True)]
    assert "more than an article" in found[1].found.reason


def test_utf_16_that_breaks_off_is_a_fault_after_what_was_read():
    found = read('{"a": 1}\n'.encode("utf-16") + b"\x00\xd8\x00")
    assert [(line.number, is_fault(line)) for line in found] == [(1, False), (2, True)]


def test_a_file_of_another_kind_is_left_after_a_thousand_lines():
    found = read(b"\x89PNG rubbish\n" * 5000)
    assert len(found) == 1001
    assert "rest was not read" in found[-1].found.reason
