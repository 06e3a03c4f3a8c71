"""Reading gold files: what a line may say, that drafts are left out, and that every mistake is named with a remedy."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import FOLDER, GoldError, Period, count_drafts, gold_files, read_gold, read_lines
from eval.gold_form import KINDS, REASONS, GoldFormError, LineForm, Status, parse_line
from rag.schema import Scope, Turn

LINE = {
    "id": "a",
    "question": "How much did Luma raise?",
    "kind": "fact",
    "as_of": "2025-12-31",
    "answers": [["$900 million", "$900m"]],
    "evidence": [{"article": "luma", "quote": "Luma raised $900 million."}],
}


def line(**changes):
    """A sound line with fields changed; a field given as None is left out."""
    return {name: value for name, value in {**LINE, **changes}.items() if value is not None}


def write(path, *lines):
    path.write_text("".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in lines), "utf-8")
    return path


def faults(**changes):
    """The fields found at fault in a changed line."""
    with pytest.raises(GoldFormError) as caught:
        parse_line(json.dumps(line(**changes)))
    assert all(item.text and item.remedy.endswith((".", "?")) for item in caught.value.faults)
    return [item.field for item in caught.value.faults]


def midnight(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


# --- what is read ---------------------------------------------------------------------------------


def test_all_fields_are_read(tmp_path):
    record = line(
        scope={"from": "2025-01-01", "until": "2025-02-01", "publishers": ["CNBC"], "sections": ["Funding"]},
        period={"from": "2025-03-01", "until": "2025-04-01"},
        conversation=[{"question": "Who is Luma?", "answer": "A start-up."}],
        standalone="How much did Luma AI raise?",
        pair="p",
        note="n",
    )
    item = read_gold([write(tmp_path / "g.jsonl", record)])[0]
    assert item.question.scope == Scope(
        published_from=midnight("2025-01-01"),
        published_until=midnight("2025-02-01"),
        publishers=("CNBC",),
        sections=("Funding",),
    )
    assert item.question.as_of == midnight("2026-01-01")
    assert item.question.conversation == (Turn(question="Who is Luma?", answer="A start-up."),)
    assert item.period == Period(start=midnight("2025-03-01"), end=midnight("2025-04-01"))
    assert item.standalone == "How much did Luma AI raise?"
    assert item.answers == (("$900 million", "$900m"),)
    assert (item.pair, item.note, item.status, item.answerable) == ("p", "n", Status.APPROVED, True)


def test_what_is_not_given_is_not_limited(tmp_path):
    item = read_gold([write(tmp_path / "g.jsonl", line(as_of=None))])[0]
    assert item.question.as_of is None
    assert item.question.scope.is_everything
    assert item.period is None
    assert item.standalone == item.question.text


def test_drafts_are_left_out_and_can_be_counted(tmp_path):
    file = write(tmp_path / "g.jsonl", line(), line(id="b", status="draft"), line(id="c", status="approved"))
    assert [item.id for item in read_gold([file])] == ["a", "c"]
    assert [item.id for item in read_gold([file], drafts=True)] == ["a", "b", "c"]
    assert count_drafts([file]) == 1


def test_a_kind_of_ones_own_is_allowed(tmp_path):
    assert read_gold([write(tmp_path / "g.jsonl", line(kind="house style"))])[0].kind == "house style"


def test_blank_lines_a_byte_order_mark_and_other_line_separators_do_no_harm(tmp_path):
    file = tmp_path / "g.jsonl"
    rows = [json.dumps(line(id=name, note="one\u2028two\x85three"), ensure_ascii=False) for name in "ab"]
    file.write_bytes(("\ufeff" + "\r\n\r\n".join(rows) + "\r\n").encode())
    assert [item.note for item in read_gold([file])] == ["one\u2028two\x85three"] * 2


def test_both_halves_of_a_pair_fall_into_one_split(tmp_path):
    rows = [line(id=f"q{number}{half}", pair=f"q{number}") for number in range(40) for half in "ab"]
    items = read_gold([write(tmp_path / "g.jsonl", *rows)])
    assert all(one.split is other.split for one, other in zip(items[::2], items[1::2], strict=True))
    assert {item.split.value for item in items} == {"dev", "test"}


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"id": None}, ["id"]),
        ({"question": " "}, ["question"]),
        ({"kind": 3}, ["kind"]),
        ({"answerable": "yes"}, ["answerable"]),
        ({"as_of": "2025-13-01"}, ["as_of"]),
        ({"as_of": "20250101"}, ["as_of"]),
        ({"as_of": "9999-12-31"}, ["as_of"]),
        ({"asof": "2025-01-01"}, ["asof"]),
        ({"scope": {"form": "2025-01-01"}}, ["scope.form"]),
        ({"period": {"from": "2025-01-01"}}, ["period.until"]),
        ({"period": {"from": "2025-02-01", "until": "2025-02-01"}}, ["period.until"]),
        ({"period": {"from": "2026-01-01", "until": "2026-02-01"}}, ["period.from"]),
        ({"scope": {"from": "2025-02-01", "until": "2025-01-01"}}, ["scope.until"]),
        ({"answers": []}, ["answers"]),
        ({"answers": [[]]}, ["answers.0"]),
        ({"answers": [["a", ""]]}, ["answers.0.1"]),
        ({"answers": "900"}, ["answers"]),
        ({"evidence": []}, ["evidence"]),
        ({"evidence": [{"article": "a", "qoute": "b"}]}, ["evidence.0.quote", "evidence.0.qoute"]),
        ({"answerable": False}, ["answers", "evidence"]),
        ({"kind": "unanswerable"}, ["kind"]),
        ({"reason": "not told"}, ["reason"]),
        ({"answerable": False, "answers": [], "evidence": [], "reason": ""}, ["reason"]),
        ({"kind": "followup"}, ["conversation"]),
        ({"conversation": [{"question": "Q", "answer": "A"}]}, ["standalone"]),
        (
            {"conversation": [{"question": "Q", "answer": "A"}], "standalone": "How much did Luma raise?"},
            ["standalone"],
        ),
        ({"status": "aproved"}, ["status"]),
        ({"note": "\ud800"}, [""]),
        ({"\ud800": 1}, [""]),
        ({"": 1}, ['""']),
        ({"id": 7, "quesiton": "x"}, ["id", "quesiton"]),
    ],
)
def test_every_mistake_of_a_line_is_named(changes, fields):
    assert sorted(faults(**changes)) == sorted(fields)


@pytest.mark.parametrize("text", ["{", "[1]", "7", "null", "[" * 100_000, "1" * 5_000, '{"id": "a", "id": "b"}'])
def test_a_line_that_is_no_object_is_refused(text):
    with pytest.raises(GoldFormError):
        parse_line(text)


def test_an_unknown_field_is_told_with_those_that_are_known():
    with pytest.raises(GoldFormError) as caught:
        parse_line(json.dumps(line(evidence=[{"article": "a", "quote": "b", "page": 1}])))
    assert caught.value.faults[0].remedy == "Mend its name or take it out. Known: article, quote."


def test_an_error_names_file_line_field_and_remedy(tmp_path):
    file = write(tmp_path / "g.jsonl", line(), "", line(id="b", as_of="soon"))
    with pytest.raises(GoldError) as caught:
        read_gold([file])
    assert str(caught.value) == (
        f'{file}:3: field as_of: "soon" is not of the right form. Write a day as "YYYY-MM-DD", or leave it out.'
    )


def test_a_mistake_in_a_draft_is_one_too(tmp_path):
    with pytest.raises(GoldError, match="field answers"):
        read_gold([write(tmp_path / "g.jsonl", line(status="draft", answers=[]))])


def test_an_id_used_in_two_files_is_told_with_both_places(tmp_path):
    one, other = write(tmp_path / "1.jsonl", line()), write(tmp_path / "2.jsonl", line(question="Who?"))
    with pytest.raises(GoldError) as caught:
        read_gold([one, other])
    assert str(caught.value).startswith(f"{other}:1: field id: 'a' stands at {one}:1 too.")


def test_files_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "latin.jsonl").write_bytes(json.dumps(line(note="é"), ensure_ascii=False).encode("latin-1"))
    with pytest.raises(GoldError, match=r"absent\.jsonl: it cannot be read"):
        read_gold([tmp_path / "absent.jsonl"])
    found = read_lines([tmp_path / "absent.jsonl", tmp_path / "latin.jsonl", write(tmp_path / "g.jsonl", line())])
    assert [item.line for item in found.problems] == [0, 0]
    assert [item.question.id for item in found.lines] == ["a"]


def test_reading_lines_goes_on_after_a_mistake(tmp_path):
    file = write(tmp_path / "g.jsonl", "{", line(id="b"), line(id="c", kind="", pair=1), line(id="b"))
    found = read_lines([file])
    assert [item.question.id for item in found.lines] == ["b"]
    assert [(item.line, item.field) for item in found.problems] == [(1, ""), (3, "kind"), (3, "pair"), (4, "id")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(LineForm.model_fields)) | st.text(max_size=8), JSON, max_size=8))
def test_any_object_is_read_or_refused_with_a_field_and_a_remedy(record):
    try:
        parse_line(json.dumps({**LINE, **record}))
        found = None
    except GoldFormError as error:
        found = error.faults
    if found is not None:
        assert found
        assert all(item.field and item.text and item.remedy for item in found)
        "".join(item.field + item.text + item.remedy for item in found).encode("utf-8")


# --- the bundled questions ------------------------------------------------------------------------


def test_the_bundled_questions_are_many_and_of_every_kind():
    items = read_gold()
    assert gold_files() == sorted(FOLDER.glob("*.jsonl"))
    assert {item.kind for item in items} >= set(KINDS)
    assert len(items) >= 180
    assert sum(not item.answerable for item in items) >= 40
    assert len({item.pair for item in items if item.kind == "latest"}) >= 20
    assert sum(item.kind == "followup" and bool(item.question.conversation) for item in items) >= 25
    assert count_drafts() == 0


def test_every_bundled_question_without_an_answer_tells_why_and_each_reason_is_met_several_times():
    reasons = Counter(item.reason for item in read_gold() if not item.answerable)
    assert reasons.keys() == set(REASONS)
    assert min(reasons.values()) >= 2
    assert min(reasons["false premise"], reasons["wrong year"]) >= 8
    assert not any(item.reason for item in read_gold() if item.answerable)


def test_most_bundled_questions_about_a_time_name_its_period():
    timed = [item for item in read_gold() if item.kind == "time"]
    limited = [item for item in timed if item.period is not None or item.question.scope.published_from is not None]
    assert len(limited) >= 15
