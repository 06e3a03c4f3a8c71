"""The command line: what each command prints and returns, and what it says of what is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from archives import DIMENSION, prose, sentence
from fakes import HashingEncoder

from ingest import progress
from ingest.__main__ import main
from ingest.pipeline import Account, Event, Outcome
from rag import embed

DRIVER = Path(__file__).with_name("ingest_driver.py")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command on one archive; return its exit code, its output and its errors."""
    monkeypatch.setattr(embed, "load_encoder", lambda _settings: HashingEncoder(run.dimension))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = main(["--data", str(tmp_path / "data"), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    run.dimension = DIMENSION
    return run


def write(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(record)}\n" if isinstance(record, dict) else record for record in records))
    return str(path)


def record(name, text, **fields):
    return {"id": name, "title": f"Report {name}", "text": text, "language": "en", **fields}


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news.jsonl", *(record(f"a{number}", prose(40 * number, 16)) for number in range(4)))


def test_files_are_taken_in_and_counted_and_a_second_run_skips_them(run, news):
    code, out, err = run("files", news)
    assert (code, err) == (0, "")
    assert out.startswith("4 items in ")
    assert "4 added; 8 passages written (" in out
    assert out.endswith("8 embedded\n")
    code, out, _ = run("files", news)
    assert code == 0
    assert "4 unchanged; 0 passages written (0.0/s), 0 embedded" in out


def test_what_cannot_be_read_is_named_and_the_exit_code_says_so(run, tmp_path, news):
    bad = write(tmp_path / "bad.jsonl", record("x", prose(200, 20)), '{"title": broken\n', record("y", ""))
    code, out, err = run("files", bad, news, "missing.md")
    assert code == 3
    assert "5 added, 3 quarantined" in out
    assert "quarantined bad.jsonl:2: this is not JSON" in err.replace(f"{tmp_path}/", "")
    assert "quarantined missing.md: there is no such file" in err
    assert "see `python -m ingest quarantine`" in err
    code, out, _ = run("quarantine")
    assert code == 0
    assert "bad.jsonl:3 (text)\n  is missing" in out
    assert [line for line in out.splitlines() if line.startswith("missing.md")]
    rows = [json.loads(line) for line in run("quarantine", "--json")[1].splitlines()]
    assert len(rows) == 3
    assert all(row["reason"] and row["remedy"] for row in rows)


def test_a_mended_file_leaves_the_quarantine_and_clear_empties_it(run, tmp_path):
    bad = write(tmp_path / "bad.jsonl", record("x", ""), record("y", ""))
    assert run("files", bad)[0] == 3
    write(tmp_path / "bad.jsonl", record("x", prose(0, 20)), record("y", ""))
    assert run("files", bad)[0] == 3
    assert run("quarantine")[1].count("bad.jsonl") == 1
    assert run("quarantine", "--clear")[2] == "1 forgotten.\n"
    assert run("quarantine")[1:] == ("", "")


def test_every_line_of_json_output_parses_and_the_last_one_sums_up(run, tmp_path, news):
    bad = write(tmp_path / "bad\udcff.jsonl", record("a0", "short"), record("b", prose(0, 16)))
    code, out, err = run("files", "--json", news, bad)
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (3, "Some items could not be read: see `python -m ingest quarantine`.\n")
    assert [item["event"] for item in events] == ["added"] * 4 + ["quarantined", "copy", "summary"]
    assert events[0]["article"] == "a0"
    assert events[0]["place"].endswith("news.jsonl:1")
    assert "characters" in events[4]["reason"]
    summary = {name: events[-1][name] for name in ("items", "added", "copy", "quarantined", "passages", "embedded")}
    assert summary == {"items": 6, "added": 4, "copy": 1, "quarantined": 1, "passages": 8, "embedded": 8}
    assert events[-1]["seconds"] >= events[-1]["seconds_encoding"] >= 0


def test_standard_input_and_field_names_of_others(run, tmp_path, monkeypatch):
    lines = write(tmp_path / "in", {"headline": "One", "body": prose(0, 20), "guid": "g1"})
    with open(lines) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        code, out, _ = run("files", "-", "--field", "headline=title", "--field", "guid=id")
    assert code == 0
    assert "1 added" in out
    assert run("remove", "g1")[:2] == (0, "removed g1\n")
    for wrong in ("title", "=title", "headline=", "headline=nothing"):
        code, _, err = run("files", lines, "--field", wrong)
        assert code == 1
        assert err.startswith("error: ")


def test_files_of_other_formats_are_counted(run, tmp_path):
    write(tmp_path / "folder" / "news.jsonl", record("a", prose(0, 20)))
    write(tmp_path / "folder" / "picture.png", "PNG")
    code, out, err = run("files", "folder")
    assert code == 0
    assert "1 items" in out
    assert err == "1 files of other formats were passed over, for example folder/picture.png.\n"


def test_plain_lines_tell_how_far_a_piped_run_is(run, news, monkeypatch):
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    code, _, err = run("files", news)
    lines = err.splitlines()
    assert code == 0
    assert len(lines) == 4
    assert lines[0].startswith("1 of about 4 items, ")
    assert "passages/s, about 0:0" in lines[0]
    assert "\x1b" not in err


def test_a_bar_is_shown_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    account = Account()
    with progress.display_for(as_json=False, expected=2) as display:
        account.outcomes[Outcome.QUARANTINED] += 1
        display(Event(outcome=Outcome.QUARANTINED, place="x[1].md", reason="is [bold]empty."), account)
    assert "quarantined x[1].md: is [bold]empty." in capsys.readouterr().err


def test_what_is_expected_is_counted_without_reading_what_cannot_be(tmp_path):
    write(tmp_path / "a" / "news.jsonl", {}, {}, {})
    write(tmp_path / "a" / "page.html", "x")
    write(tmp_path / "a" / "picture.png", "x")
    (tmp_path / "a" / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "a" / "pipe.jsonl")
    assert progress.expected_items([str(tmp_path / "a"), str(tmp_path / "a" / "page.html")]) == 5
    assert progress.expected_items([str(tmp_path / "a"), "-"]) is None


def test_status_tells_what_is_held_and_how_it_was_made(run, tmp_path):
    write(
        tmp_path / "a.jsonl",
        record("a", prose(0, 20), published_at="2024-01-05", publisher="Variety"),
        record("b", prose(0, 20)),
        record("c", ""),
    )
    run("files", "a.jsonl")
    code, out, _ = run("status", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["articles"], found["copies"], found["in quarantine"], found["waiting for an index"]) == (1, 1, 1, 0)
    assert found["publishers"] == {"Variety": 1}
    assert found["oldest"] == found["newest"] == "2024-01-05"
    assert found["made with"]["embedding"] == "hashing"
    text = run("status")[1]
    assert "articles:              1\n" in text
    assert "newest:                2024-01-05\n" in text
    assert "publishers:            Variety: 1\n" in text
    assert "vectors at: local" in text
    assert ": ," not in text  # what is not marked is not told
    assert not text.endswith(": \n")


def test_commands_without_an_archive_say_how_to_make_one(run):
    for command in ("status", "verify", "repair", "quarantine", "reindex"):
        code, out, err = run(command)
        assert (code, out) == (1, "")
        assert "python -m ingest files PATH" in err


def test_remove_takes_ids_and_addresses_in_any_spelling(run, tmp_path):
    url = "https://news.example/one?b=2&a=1"
    write(tmp_path / "a.jsonl", record("a", prose(0, 20), url=url), record("b", prose(40, 20)))
    run("files", "a.jsonl")
    code, out, err = run("remove", "HTTPS://news.example/one?a=1&b=2&utm_source=x#top", "none", "b")
    assert (code, out) == (1, "removed a\nremoved b\n")
    assert "no article has the id or URL none" in err
    assert json.loads(run("status", "--json")[1])["articles"] == 0


def test_verify_and_repair_return_whether_the_stores_agree(run, tmp_path, news):
    run("files", news)
    code, out, _ = run("verify")
    assert code == 0
    assert "The three stores agree." in out
    found = json.loads(run("verify", "--json")[1])
    assert (found["sound"], found["passages"]) == (True, 8)
    code, out, _ = run("repair")
    assert code == 0
    assert out.startswith("lexical: 8 passages written\nvectors: 8 passages written\n")
    import sqlite3

    with sqlite3.connect(tmp_path / "data" / "archive.db") as other:
        other.execute("delete from vector where hash = (select min(hash) from vector)")
    code, out, _ = run("verify")
    assert code == 1
    assert "without vector:        1\n" in out
    assert "Run `python -m ingest repair`." in out
    assert run("repair")[0] == 0
    assert run("verify")[0] == 0


def test_another_model_is_refused_until_reindex_and_then_in_use(run, news):
    run("files", news)
    run.dimension += 8
    code, _, err = run("files", news)
    assert code == 1
    assert "python -m ingest reindex" in err
    code, out, _ = run("reindex")
    assert code == 0
    assert "4 updated; 8 passages written" in out
    assert run("verify")[0] == 0
    assert "4 unchanged" in run("files", news)[1]


def test_an_unusable_data_folder_is_an_error_and_no_traceback(run, tmp_path, news):
    (tmp_path / "data").write_text("a file")
    code, _, err = run("files", news)
    assert code == 1
    assert err.startswith("error: The folder ")


def test_a_full_disk_is_an_error_and_no_traceback(run, news, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.archive_writer.ArchiveWriter.store", full)
    code, _, err = run("files", news)
    assert code == 1
    assert "No space left on device" in err
    assert "run the same command again" in err


@pytest.fixture
def started(tmp_path):
    """Start a slow real ingest of a hundred articles; return the process when it has begun to write."""
    news = write(tmp_path / "many.jsonl", *(record(f"a{n}", f"{sentence(n)} {prose(n % 900, 9)}") for n in range(100)))
    trace = tmp_path / "trace"
    plan = json.dumps({"trace": str(trace), "pause": 0.05, "batch": 2, "index_every": 20})
    command = [sys.executable, str(DRIVER), plan, "--data", str(tmp_path / "data"), "files", news]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background has its children ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not trace.exists() or trace.read_text().count("-store") < 3:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield process, news
    process.kill()
    process.wait()


def test_while_one_process_writes_others_are_told_and_may_look(run, started):
    process, news = started
    for command in (["files", news], ["verify"], ["remove", "a1"], ["reindex"]):
        code, _, err = run(*command)
        assert code == 1
        assert f"process {process.pid} (ingest_driver.py " in err
    code, out, _ = run("status", "--json")
    assert code == 0
    assert 0 < json.loads(out)["articles"] < 100
    assert run("quarantine")[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_ends_cleanly_and_the_next_one_finishes(run, started, number):
    process, news = started
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == ""
    assert err == "Interrupted. What was written stays; run the same command again to go on.\n"
    code, out, _ = run("files", news)
    assert code == 0
    assert " unchanged; " in out
    assert json.loads(run("status", "--json")[1])["articles"] == 100
    assert run("verify")[0] == 0


def test_output_that_nobody_reads_any_more_ends_a_command_quietly(tmp_path, run):
    write(tmp_path / "a.jsonl", *(record(f"a{number}", "") for number in range(999)))
    run("files", "a.jsonl")
    command = f"{sys.executable} {DRIVER} '{{}}' --data {tmp_path / 'data'} quarantine | head -1"
    ended = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert ended.stdout.startswith("a.jsonl:")
    assert ended.stderr == ""
