"""Proving gold questions against articles: every way to be wrong is found, and the bundled ones are right."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import article, opened, take
from test_eval_gold import line, write

from eval.__main__ import main
from eval.articles import ArticlesOfFiles, open_archive, read_articles
from eval.check_gold import check_gold
from eval.gold import read_lines
from rag.config import Settings

BRIEFS = Path(__file__).parents[1] / "corpus" / "briefs"
NOW = datetime(2025, 12, 31, 18, tzinfo=UTC)
LUMA = article(
    "luma", "Luma raised $900 million. That is much.", published="2025-11-20", publisher="CNBC", section="Funding"
)
LATER = article(
    "later",
    "Luma has now raised $950 million, a lot more.",
    published="2025-12-20",
    publisher="CNBC",
    section="Funding",
)
UNDATED = article("undated", "Luma raised $900 million. So we heard.")
COPY = article("copy", LUMA.text, published="2025-11-21", publisher="Wire")
ARTICLES = ArticlesOfFiles([LUMA, LATER, UNDATED, COPY])
QUOTE = "Luma raised $900 million."


def found(tmp_path, *lines):
    """Field and text of every problem of the lines."""
    problems = check_gold(read_lines([write(tmp_path / "g.jsonl", *lines)]), ARTICLES.article, now=NOW)
    assert all(item.remedy for item in problems)
    return [(item.line, item.field, item.warning) for item in problems]


def evidence(name="luma", quote=QUOTE):
    return [{"article": name, "quote": quote}]


def test_a_sound_line_has_no_problem(tmp_path):
    scope = {"from": "2025-11-01", "until": "2025-12-01", "publishers": ["cnbc"], "sections": ["FUNDING"]}
    assert found(tmp_path, line(scope=scope, period={"from": "2025-11-20", "until": "2025-11-21"})) == []


@pytest.mark.parametrize(
    ("changes", "field", "warning"),
    [
        ({"evidence": evidence("missing")}, "evidence.0.article", False),
        ({"evidence": evidence("copy")}, "evidence.0.article", False),
        ({"evidence": evidence(quote="Luma raised $900 million!")}, "evidence.0.quote", False),
        ({"evidence": evidence(quote="luma raised $900 million.")}, "evidence.0.quote", False),
        ({"evidence": [*evidence(), *evidence(quote="is mush")]}, "evidence.1.quote", False),
        ({"evidence": evidence(quote="a"), "answers": [["$900 million"]]}, "evidence.0.quote", True),
        ({"as_of": "2025-11-19"}, "as_of", False),
        ({"as_of": "2026-01-02"}, "as_of", False),
        ({"scope": {"until": "2025-11-20"}}, "scope", False),
        ({"scope": {"from": "2025-11-21"}}, "scope", False),
        ({"scope": {"publishers": ["Reuters"]}}, "scope.publishers", False),
        ({"scope": {"sections": ["Law"]}}, "scope.sections", False),
        ({"period": {"from": "2025-11-21", "until": "2025-12-01"}}, "period", False),
        ({"answers": [["$900 million"], ["nine"]]}, "answers.1", True),
        ({"answers": [["$90"]]}, "answers.0", True),
        ({"evidence": evidence("undated")}, "evidence.0.article", True),
    ],
)
def test_what_the_articles_do_not_bear_out_is_found(changes, field, warning, tmp_path):
    assert found(tmp_path, line(**changes)) == [(1, field, warning)]


def test_evidence_of_the_as_of_day_and_an_as_of_date_of_tomorrow_are_fine(tmp_path):
    assert found(tmp_path, line(as_of="2025-11-20"), line(id="b", as_of="2026-01-01")) == []


def test_an_undated_article_lies_in_no_period(tmp_path):
    changes = {"evidence": evidence("undated"), "as_of": None}
    assert found(tmp_path, line(**changes, scope={"from": "2025-01-01"})) == [(1, "scope", False)]
    period = {"from": "2025-01-01", "until": "2025-12-01"}
    assert found(tmp_path, line(**changes, period=period)) == [(1, "period", False)]


def test_the_remedy_tells_when_only_spaces_or_capitals_differ(tmp_path):
    nearly = line(evidence=evidence(quote="luma  raised $900 million."))
    problems = check_gold(read_lines([write(tmp_path / "g.jsonl", nearly)]), ARTICLES.article, now=NOW)
    assert "other spaces" in problems[0].remedy
    assert "luma" in problems[0].text


def test_a_pair_asks_at_two_dates_and_has_two_answers(tmp_path):
    early = line(id="a", pair="p", as_of="2025-12-01")
    late = line(id="b", pair="p", answers=[["$950 million"]], evidence=evidence("later", "raised $950 million"))
    assert found(tmp_path, early, late) == []
    assert found(tmp_path, early) == [(1, "pair", False)]
    assert found(tmp_path, early, late, line(id="c", pair="p", question="And now?")) == [(3, "pair", False)]
    assert found(tmp_path, line(id="a", pair="p", question="Now?"), late) == [(2, "as_of", False)]
    same = line(id="b", pair="p", answers=[["$900M", "$900 million"]])
    assert found(tmp_path, early, same) == [(2, "answers", False)]
    assert found(tmp_path, early, {**late, "status": "draft"}) == [(2, "status", True)]


def test_a_pair_may_gain_a_part_or_lose_its_answer(tmp_path):
    early = line(id="a", pair="p", as_of="2025-12-01")
    more = line(id="b", pair="p", answers=[["$900 million"], ["much"]])
    assert found(tmp_path, early, more) == []
    never = line(id="b", pair="p", answers=None, evidence=None, answerable=False, as_of="2025-11-01")
    assert found(tmp_path, early, never) == []


def test_the_same_question_twice_is_found_unless_date_or_scope_differ(tmp_path):
    first = line()
    assert found(tmp_path, first, line(id="b", question="how much did  Luma raise?")) == [(2, "question", False)]
    assert found(tmp_path, first, line(id="b", as_of="2025-12-30")) == []
    assert found(tmp_path, first, line(id="b", scope={"publishers": ["CNBC"]})) == []


def test_no_problem_hides_another(tmp_path):
    lines = ["{", line(evidence=evidence("missing")), line(id="b", kind=""), line(id="c", as_of="2025-01-01")]
    assert [(number, field) for number, field, _ in found(tmp_path, *lines)] == [
        (1, ""), (2, "evidence.0.article"), (3, "kind"), (4, "as_of"),
    ]  # fmt: skip


def test_drafts_are_checked_too(tmp_path):
    assert found(tmp_path, line(status="draft", evidence=evidence("missing"))) == [(1, "evidence.0.article", False)]


# --- against the bundled corpus and archives ------------------------------------------------------


def test_the_bundled_questions_stand_in_the_bundled_articles():
    articles = read_articles([str(BRIEFS)])
    assert articles.rejected == ()
    gold = read_lines()
    assert len(gold.lines) >= 180
    # The corpus and its questions were compiled up to this day, whatever the machine's clock says.
    problems = check_gold(gold, articles.articles.article, now=datetime(2026, 11, 22, tzinfo=UTC))
    assert [str(item) for item in problems] == []


def test_the_example_lines_of_the_readme_pass_the_check(tmp_path):
    readme = (BRIEFS.parents[1] / "README.md").read_text("utf-8")
    _, _, section = readme.partition("## Your own gold questions")
    rows = [row for row in section.split("\n## ")[0].splitlines() if row.startswith('{"id": ')]
    assert len(rows) == 10
    gold = read_lines([write(tmp_path / "g.jsonl", *rows)])
    assert len(gold.lines) == 10
    assert check_gold(gold, read_articles([str(BRIEFS)]).articles.article, now=datetime(2026, 11, 22, tzinfo=UTC)) == []


def test_an_archive_and_its_files_are_checked_alike(tmp_path):
    with opened(tmp_path / "data", create=True) as stores:
        take(stores, [LUMA, LATER, COPY])
        # Read while it is open and owned: no lock is needed.
        with open_archive(Settings(data=str(tmp_path / "data"))) as articles:
            lines = [line(), line(id="b", evidence=evidence("copy"), as_of="2025-12-30")]
            lines.append(line(id="c", evidence=evidence(quote="?"), as_of="2025-12-29"))
            gold = read_lines([write(tmp_path / "g.jsonl", *lines)])
            assert articles.listed() == ArticlesOfFiles([LUMA, LATER, COPY]).listed()
            kept = check_gold(gold, articles.article, now=NOW)
            assert [str(item) for item in kept] == [str(item) for item in check_gold(gold, ARTICLES.article, now=NOW)]
            assert [item.line for item in kept] == [2, 3]


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def articles_file(tmp_path):
    text = f"{LUMA.text} More of it follows here."
    record = {"id": "luma", "title": "Luma", "text": text, "published_at": "2025-11-20"}
    return write(tmp_path / "articles.jsonl", record)


def test_the_command_prints_counts_and_problems(tmp_path, articles_file, capsys):
    broken = line(id="b", question="What else?", evidence=evidence(quote="gone"))
    file = write(tmp_path / "g.jsonl", line(), broken, line(id="c", question="Who?", status="draft"))
    assert main(["check-gold", "--gold", str(file), "--articles", str(articles_file)]) == 1
    out = capsys.readouterr().out
    assert f"{file}:2: field evidence.0.quote: the quote does not stand in 'luma': 'gone'. Copy it" in out
    rows = {row.split()[0]: row.split()[1:] for row in out.splitlines() if row.startswith(("fact", "all"))}
    assert rows["fact"][2:] == rows["all"][2:] == ["2", "1"]
    assert int(rows["all"][0]) + int(rows["all"][1]) == 2
    assert "3 questions in 1 file checked against 1 article of" in out
    assert "1 problem, 0 warnings." in out


def test_warnings_alone_do_not_fail_the_command(tmp_path, articles_file, capsys):
    file = write(tmp_path / "g.jsonl", line(answers=[["a lot"]]))
    assert main(["check-gold", "--gold", str(file), "--articles", str(articles_file)]) == 0
    assert f"{file}:1: warning: field answers.0: " in capsys.readouterr().out


@pytest.mark.parametrize("before", [True, False])
def test_the_command_reads_the_archive_that_is_named_on_either_side(tmp_path, capsys, before):
    with opened(tmp_path / "data", create=True) as stores:
        take(stores, [LUMA])
    data = ["--data", str(tmp_path / "data")]
    gold = ["--gold", str(write(tmp_path / "g.jsonl", line()))]
    assert main([*data, "check-gold", *gold] if before else ["check-gold", *gold, *data]) == 0
    assert f"checked against the archive in {tmp_path / 'data'} (1 article)" in capsys.readouterr().out


def test_what_is_missing_is_told(tmp_path, capsys):
    file = write(tmp_path / "g.jsonl", line())
    assert main(["check-gold", "--gold", str(file), "--data", str(tmp_path / "none")]) == 1
    assert "There is no archive" in capsys.readouterr().err
    assert main(["check-gold", "--gold", str(file), "--articles", str(tmp_path / "none")]) == 1
    assert "there is no such file or folder" in capsys.readouterr().err
    assert main(["check-gold", "--gold", str(tmp_path / "none.jsonl"), "--articles", str(file)]) == 1
    assert json.loads(file.read_text())["id"] == "a"
