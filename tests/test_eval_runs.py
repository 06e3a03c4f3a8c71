"""Run folders: every question is asked once, whatever interrupts the run, and no failure goes uncounted."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from archives import DIMENSION, opened, take
from eval_records import ARTICLES, INFO, QUESTIONS, gold, gold_file, record, unanswerable
from fakes import HashingEncoder

import eval.intervals
from eval.gold import read_gold
from eval.judge import failed
from eval.record import Verdict
from eval.runs import (
    RESULTS,
    RUN,
    SUMMARY,
    RunError,
    Selected,
    ask_all,
    describe,
    file_hashes,
    gold_asker,
    new_folder,
    records_in,
    unfinished,
)
from eval.summary import RunInfo, Summary
from eval.variants import Configuration, Outspoken, Retrieval, engine_of

GOLD = (*(gold(f"q{number}") for number in range(5)), unanswerable("q5"))
IDS = [item.id for item in GOLD]


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """No interval is looked at here, and many are computed."""
    monkeypatch.setattr(eval.intervals, "RESAMPLES", 40)


class Asker:
    """Answers a question with a record of its own, and remembers what was asked; ``stops`` are raised instead."""

    def __init__(self, **stops):
        self.asked = []
        self.stops = stops

    def __call__(self, question):
        self.asked.append(question.id)
        if question.id in self.stops:
            raise self.stops[question.id]
        note = "Zürich – „wie gesagt“\u2028" * 40  # characters of several bytes, and a line separator that ends no line
        return record(question.id, note=note, confidence=0.5, values={"coverage": 1.0})


def run(folder, ask, questions=GOLD):
    folder.mkdir(exist_ok=True)
    return ask_all(folder, INFO, questions, ask, lambda done, of: None)


def kept(folder):
    return [item.id for item in records_in(folder)]


# --- a run ----------------------------------------------------------------------------------------


def test_a_run_keeps_a_record_of_every_question_in_their_order(tmp_path):
    shown = []
    found = ask_all(tmp_path, INFO, GOLD, Asker(), lambda done, of: shown.append((done, of)))
    assert [item.id for item in found.records] == kept(tmp_path) == IDS
    assert shown == [(number, 6) for number in range(1, 7)]
    assert Summary.model_validate_json((tmp_path / SUMMARY).read_text("utf-8")) == found.summary
    assert found.summary.info == INFO
    assert found.summary.figures["coverage"].count == 6
    assert sorted(item.name for item in tmp_path.iterdir()) == [RESULTS, SUMMARY]


def test_each_record_is_on_disk_before_the_next_question_is_asked(tmp_path):
    before = []

    def ask(question):
        before.append(kept(tmp_path))
        return record(question.id)

    run(tmp_path, ask)
    assert before == [IDS[:number] for number in range(6)]


def test_a_failed_question_is_recorded_and_counted_and_the_rest_is_asked(tmp_path):
    found = run(tmp_path, Asker(q1=ValueError("no"), q5=OSError("gone")))
    assert [item.verdict for item in found.records].count(Verdict.ERROR) == 2
    assert found.records[1] == failed(GOLD[1], ValueError("no"))
    assert found.records[1].error == "ValueError: no"
    assert found.summary.verdicts == {"failed with an error": 2, "right": 4}
    assert found.summary.figures["hit@1"].count == 1  # only the failed one was measured by its evidence
    assert found.summary.figures["hit@1"].value == 0
    assert found.summary.figures["coverage"].value == pytest.approx(4 / 6, abs=1e-4)


# --- an interrupted run ---------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
@pytest.mark.parametrize("at", [0, 3, 5])
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, at, stop):
    whole = run(tmp_path / "whole", Asker(q2=ValueError("no")))
    with pytest.raises(type(stop)):
        run(tmp_path / "cut", Asker(**{"q2": ValueError("no"), IDS[at]: stop}))
    assert kept(tmp_path / "cut") == IDS[:at]
    assert not (tmp_path / "cut" / SUMMARY).exists()
    again = Asker(q2=ValueError("no"))
    resumed = run(tmp_path / "cut", again)
    assert again.asked == IDS[at:]
    assert resumed.records == whole.records
    assert (tmp_path / "cut" / RESULTS).read_bytes() == (tmp_path / "whole" / RESULTS).read_bytes()
    same = {"figures", "by_kind", "by_month", "verdicts", "risk_coverage"}
    assert resumed.summary.model_dump(include=same) == whole.summary.model_dump(include=same)


def test_results_cut_off_at_any_byte_are_completed(tmp_path):
    whole = run(tmp_path / "whole", Asker())
    data = (tmp_path / "whole" / RESULTS).read_bytes()
    line = data.index(b"\n") + 1
    inside = data.index("ü".encode()) + 1  # between the two bytes of a character
    for size in (0, 1, inside, line - 2, line - 1, line, line + 1, line + inside, len(data) - 1, len(data)):
        folder = tmp_path / f"cut-{size}"
        folder.mkdir()
        (folder / RESULTS).write_bytes(data[:size])
        ask = Asker()
        assert run(folder, ask).records == whole.records
        # A line is whole once its brace is there; only the line feed may be missing.
        assert ask.asked == IDS[data[: size + 1].count(b"}\n") :]
        assert (folder / RESULTS).read_bytes() == data


def test_a_damaged_line_in_the_middle_is_named_and_nothing_is_asked(tmp_path):
    run(tmp_path, Asker())
    lines = (tmp_path / RESULTS).read_bytes().split(b"\n")
    for damage in (b'{"id": "q1"', b'{"id": "\xff"}', b'{"id": 7}'):
        (tmp_path / RESULTS).write_bytes(b"\n".join([lines[0], damage, *lines[2:]]))
        ask = Asker()
        with pytest.raises(RunError, match=rf"{RESULTS}:2: this line is no record \(.+\)\. Delete it, and run again\."):
            run(tmp_path, ask)
        assert ask.asked == []
    (tmp_path / RESULTS).write_bytes(b"\n".join([lines[0], *lines[2:]]))
    ask = Asker()
    assert [item.id for item in run(tmp_path, ask).records] == IDS
    assert ask.asked == ["q1"]


def test_a_torn_last_line_is_only_passed_over_where_that_is_asked_for(tmp_path):
    run(tmp_path, Asker())
    data = (tmp_path / RESULTS).read_bytes()
    (tmp_path / RESULTS).write_bytes(data[:-20])
    assert [item.id for item in records_in(tmp_path, torn_end=True)] == IDS[:-1]
    with pytest.raises(RunError, match=f"{RESULTS}:6"):
        kept(tmp_path)
    assert list(records_in(tmp_path / "nowhere")) == []


# --- which run is continued -----------------------------------------------------------------------


def test_only_an_unfinished_run_of_the_same_fingerprint_is_continued(tmp_path):
    assert unfinished(tmp_path, INFO) is None
    other = new_folder(tmp_path, INFO.model_copy(update={"fingerprint": "0" * 64}))
    assert unfinished(tmp_path, INFO) is None
    mine = new_folder(tmp_path, INFO)
    assert unfinished(tmp_path, INFO.model_copy(update={"started": "later"})) == mine
    assert unfinished(tmp_path, INFO.model_copy(update={"fingerprint": "0" * 64})) == other
    (mine / SUMMARY).write_text("{}")
    assert unfinished(tmp_path, INFO) is None


def test_of_several_the_newest_is_continued_and_what_cannot_be_read_is_passed_over(tmp_path):
    for name in ("20250101-000000-newsdesk", "20250301-000000-newsdesk", "20250201-000000-newsdesk"):
        (tmp_path / name).mkdir()
        (tmp_path / name / RUN).write_text(INFO.model_dump_json())
    for name, content in (("20260101-000000-x", b"{"), ("20260102-000000-x", b"\xff"), ("20260103-000000-x", b"{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / RUN).write_bytes(content)
    assert unfinished(tmp_path, INFO) == tmp_path / "20250301-000000-newsdesk"


def test_runs_of_one_second_have_folders_of_their_own(tmp_path):
    before = datetime.now(UTC).replace(microsecond=0)
    folders = {new_folder(tmp_path / "runs", INFO) for _ in range(5)}
    after = datetime.now(UTC)
    assert len(folders) == 5
    for folder in folders:
        assert RunInfo.model_validate_json((folder / RUN).read_text("utf-8")) == INFO
        stamp, name = folder.name[:15], folder.name[16:]
        assert before <= datetime.strptime(stamp, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) <= after
        assert name.startswith("newsdesk")


@pytest.mark.parametrize("name", ["k=20/rank", "../../up", "a b", "…"])
def test_whatever_a_configuration_is_called_its_runs_stay_in_their_folder(tmp_path, name):
    info = INFO.model_copy(update={"name": name})
    folder = new_folder(tmp_path / "runs", info)
    assert folder.parent == tmp_path / "runs"
    assert folder.resolve().parent == (tmp_path / "runs").resolve()
    assert unfinished(tmp_path / "runs", info) == folder


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="--runs"):
        new_folder(tmp_path / "file", INFO)


# --- what a run is made with ----------------------------------------------------------------------


def test_files_are_known_by_their_content(tmp_path):
    one, other = tmp_path / "one.jsonl", tmp_path / "folder" / "one.jsonl"
    other.parent.mkdir()
    one.write_text("abc")
    other.write_text("")
    # Digests of "abc" and of nothing, as FIPS 180-2 and its users give them.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert file_hashes([one]) == {"one.jsonl": abc}
    assert sorted(file_hashes([one, other]).values()) == [abc, nothing]  # two files of one name are two


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("runs") / "data", HashingEncoder(DIMENSION), create=True) as stores:
        take(stores, ARTICLES)
        yield stores


def test_the_fingerprint_tells_every_difference_that_matters(stores, tmp_path):
    configuration = Configuration(name="newsdesk")
    engine = engine_of(configuration, stores, stores.encoder)
    selected = Selected(questions=GOLD, files={"g.jsonl": "0"}, split="dev")

    def fingerprint(configuration=configuration, **changes):
        return describe(configuration, replace(selected, **changes), engine).fingerprint

    info = describe(configuration, selected, engine)
    assert (info.questions, info.split, info.gold) == (6, "dev", {"g.jsonl": "0"})
    assert (info.archive["articles"], info.archive["passages"]) == ("5", "5")
    assert json.loads(info.model_dump_json())["configuration"]["retrieval"]["method"] == "scores"
    assert fingerprint() == info.fingerprint
    others = [
        fingerprint(Configuration(name="other")),
        fingerprint(Configuration(name="newsdesk", retrieval=Retrieval(dense=0.4))),
        fingerprint(questions=GOLD[:-1]),
        fingerprint(files={"g.jsonl": "1"}),
        fingerprint(split="all"),
        fingerprint(kind="fact"),
        fingerprint(limit=6),
    ]
    with opened(tmp_path / "data", create=True) as more:
        take(more, ARTICLES[:-1])
        others.append(describe(configuration, selected, engine_of(configuration, more, more.encoder)).fingerprint)
    assert len({info.fingerprint, *others}) == 1 + len(others)


def test_gold_questions_are_asked_as_of_their_date_and_in_their_standalone_words_when_wanted(stores, tmp_path):
    configuration = Configuration(name="newsdesk")
    engine = engine_of(configuration, stores, stores.encoder)
    ask = gold_asker(engine, Outspoken(configuration, stores, stores.encoder))
    early, late = (
        ask(item) for item in read_gold([gold_file(tmp_path / "g.jsonl")]) if item.id.startswith("deal")
    )  # fmt: skip
    assert early.question == late.question == QUESTIONS[2]["question"]
    assert {item.article for item in early.passages} == {"deal-old"}
    assert {"deal-old", "deal-new"} <= {item.article for item in late.passages}
    assert (early.rank, late.evidence[0].indexed) == (1, True)
    follow_up = gold(
        "f", text="And how much did Luma raise?", evidence=(), answers=(("Burbank",),),
        standalone="Where did the sound editors' union strike for nine days?",
    )  # fmt: skip
    assert ask(follow_up).passages[0].article != "union"
    found = gold_asker(engine, Outspoken(configuration, stores, stores.encoder), standalone=True)(follow_up)
    assert found.question == "And how much did Luma raise?"
    assert found.passages[0].article == "union"
    assert found.right_if_answered  # also where it was declined, by what it would have said


def test_a_refusal_is_judged_by_what_it_would_have_said(stores):
    configuration = Configuration.model_validate({"name": "shy", "answer": {"threshold": 1.0}})
    engine = engine_of(configuration, stores, stores.encoder)
    asked = gold(text="How much did Luma raise from Humain?", answers=(("$900 million",),), evidence=())
    found = gold_asker(engine, Outspoken(configuration, stores, stores.encoder))(asked)
    assert (found.verdict, found.citations, found.text) == (Verdict.WRONG_REFUSAL, (), "")
    assert found.right_if_answered
    assert 0 < found.confidence < 1
