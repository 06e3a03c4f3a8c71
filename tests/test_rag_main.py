"""``python -m rag ask``: text and JSON, dates and filters, exit codes."""

import io
import json
import shutil

import pytest
from scripted_model import NAME, Reply, said, scripted

from rag.__main__ import main


@pytest.fixture
def archive(bundled_archive, tmp_path, monkeypatch):
    """A copy, since a local archive is held by one opener at a time."""
    folder = tmp_path / "data"
    shutil.copytree(bundled_archive, folder, ignore=shutil.ignore_patterns("*.lock", "*.holder.json"))
    monkeypatch.setenv("NEWSDESK_DATA", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_question_is_answered_with_numbered_quotes(archive, capsys):
    assert main(["ask", "Who sued Midjourney?"]) == 0
    shown = capsys.readouterr().out
    assert "[1]" in shown
    assert "brief, after a report by" in shown
    assert "as of" in shown


def test_json_carries_citations_quotes_scores_and_timings(archive, capsys):
    assert main(["ask", "Who sued Midjourney?", "--as-of", "2025-08-01", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["as_of"].startswith("2025-08-02T00:00:00")
    assert record["citations"][0]["quote"] == record["sentences"][0]["text"]
    assert all(item["published_at"] < "2025-08-02" for item in record["passages"])
    assert record["passages"][0]["scores"]["final"] >= record["passages"][-1]["scores"]["final"]
    assert record["seconds"]["total"] > 0


def test_a_period_and_a_publisher_limit_the_passages(archive, capsys):
    main(["ask", "OpenAI and the studios", "--from", "2025-01-01", "--to", "2025-12-31", "--publisher", "bloomberg",
          "--json"])  # fmt: skip
    passages = json.loads(capsys.readouterr().out)["passages"]
    assert passages
    assert all("2025-01-01" <= item["published_at"] <= "2025-12-31" for item in passages)


def test_limits_read_out_of_the_words_are_stated_unless_taken_literally(archive, capsys):
    words = "According to Bloomberg, what is Runway worth?"
    assert main(["ask", words, "--as-of", "2024-01-01"]) == 0
    assert capsys.readouterr().out.startswith("In articles credited to Bloomberg:\n")
    main(["ask", words, "--json"])
    record = json.loads(capsys.readouterr().out)
    assert record["understanding"]["scope"]["publishers"] == ["Bloomberg"]
    assert record["understanding"]["limits"] == [{"kind": "publishers", "spans": [[0, 22]]}]
    assert record["limits"] == "In articles credited to Bloomberg"
    main(["ask", words, "--literal", "--json"])
    record = json.loads(capsys.readouterr().out)
    assert (record["limits"], record["understanding"]["limits"]) == ("", [])


def test_a_limit_that_leaves_nothing_is_told_with_what_is_nearest(archive, capsys):
    assert main(["ask", "What did Bloomberg report in May 2020?", "--as-of", "2024-01-01"]) == 4
    shown = capsys.readouterr().out
    assert shown.startswith("In articles published 1–31 May 2020, credited to Bloomberg, the archive does not say.")
    assert "Note: The archive has no articles published 1–31 May 2020, credited to Bloomberg." in shown
    assert "Nearest articles" in shown


def test_a_timeline_is_shown_line_by_line(archive, capsys):
    assert main(["ask", "timeline of Lionsgate and Runway", "--as-of", "2026-07-01"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- ")]
    assert [line.split(":")[0] for line in lines][:1] == ["- 18 September 2024"]
    assert len(lines) > 1
    main(["ask", "timeline of Lionsgate and Runway", "--as-of", "2026-07-01", "--json"])
    record = json.loads(capsys.readouterr().out)
    assert record["layout"] == "timeline"
    assert [item["lead"] for item in record["sentences"]] == [line[2:].split(":")[0] + ":" for line in lines]


def test_what_has_changed_is_told_with_both_dates(archive, capsys):
    main(["ask", "What is OpenAI valued at?", "--as-of", "2025-06-01", "--json"])
    record = json.loads(capsys.readouterr().out)
    assert [note["citations"] for note in record["notes"] if note["kind"] == "changed"]
    leads = [item["lead"] for item in record["sentences"] if item["lead"]]
    assert leads == ["As reported on 1 April 2025:", "Earlier, on 2 October 2024, it was reported:"]


def test_what_the_archive_does_not_say_has_its_own_exit_code(archive, capsys):
    assert main(["ask", "What is the capital of France?"]) == 4
    shown = capsys.readouterr().out
    assert shown.startswith("The archive does not say.")
    assert "Nearest articles" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "Anything?", "--as-of", "yesterday"], "2025-12-11"),
        (["ask", "   "], "empty"),
        (["ask", "Anything?", "--from", "2025-02-01", "--to", "2025-01-01"], "before it begins"),
        (["ask", "x" * 2001], "2,001"),
    ],
)
def test_what_cannot_be_asked_is_explained(archive, capsys, arguments, words):
    assert main(arguments) == 1
    assert words in capsys.readouterr().err


def test_without_an_archive_the_remedy_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    assert main(["ask", "Anything?"]) == 1
    assert "python -m ingest files" in capsys.readouterr().err


def test_lines_are_answered_one_after_another_and_follow_ups_are_read_with_those_before(archive, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Who sued Midjourney?\n\n" + "x" * 2_001 + "\nand Suno?\n"))
    assert main(["chat", "--as-of", "2026-05-01"]) == 0
    shown = capsys.readouterr()
    assert shown.out.count("as of 2026-05-01") == 2
    assert shown.out.count("read as:") == 1
    assert "(read as: Who sued Suno?)" in shown.out
    assert "error: The question has 2,001 characters" in shown.err


def test_a_model_out_of_the_environment_writes_the_answer_and_its_failure_is_told(archive, capsys, monkeypatch):
    wrong = "Disney paid Midjourney ninety trillion dollars. [1]"
    with scripted(said(f"Disney and Universal sued Midjourney. [1] {wrong}")) as model:
        monkeypatch.setenv("NEWSDESK_LLM_URL", model.url)
        monkeypatch.setenv("NEWSDESK_LLM_MODEL", NAME)
        assert main(["ask", "Who sued Midjourney?"]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith("Disney and Universal sued Midjourney. [1]")
        assert "~~Disney paid Midjourney ninety trillion dollars.~~ (" in shown
        assert f"written by {NAME} from " in shown
        model.replies[:] = [Reply(status=401)]
        assert main(["ask", "Who sued Midjourney?", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["generation"]["failure"] == "it refused the key, status 401"
    assert record["citations"][0]["quote"] == record["sentences"][0]["text"]
    assert any(note["text"].startswith("Quoted, not written") for note in record["notes"])
