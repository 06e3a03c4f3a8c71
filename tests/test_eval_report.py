"""The report of a run: read back, complete, in one file, and whole whatever an article says."""

from __future__ import annotations

import json
import re

import pytest
from eval_runs import HOSTILE, finished_run, hostile_run, passage, record
from lxml import html

from eval.record import Verdict
from eval.report import group_of, report_of, total_seconds, worst_first, write_report
from eval.run_data import RunDataError, read_run

EVERY = [record(f"q{number}", verdict) for number, verdict in enumerate(Verdict)]

# --- reading --------------------------------------------------------------------------------------


def test_a_run_is_read_back_as_it_was_written(tmp_path):
    run = read_run(finished_run(tmp_path, EVERY))
    assert list(run.records) == EVERY
    assert run.summary.info.name == "newsdesk"


def test_only_a_line_feed_ends_a_record(tmp_path):
    unusual = record("q", note="one\u2028two\u0085three")
    assert read_run(finished_run(tmp_path, [unusual])).records == (unusual,)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "q"', r"results\.jsonl:2: not usable as JSON"),
        ('{"id": 3}', r"results\.jsonl:2: field id: "),
        (EVERY[0].model_dump_json(), r"results\.jsonl:2: field id: 'q0' comes twice"),
        (EVERY[1].model_dump_json().replace('"split":"dev"', '"split":5'), r"results\.jsonl:2: field split: "),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_its_place(tmp_path, line, message):
    folder = finished_run(tmp_path, EVERY[:1])
    with (folder / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(RunDataError, match=message):
        read_run(folder)


def test_a_run_that_is_missing_unfinished_or_empty_is_told_apart(tmp_path):
    with pytest.raises(RunDataError, match="is no folder"):
        read_run(tmp_path / "nowhere")
    folder = finished_run(tmp_path / "run", EVERY)
    (folder / "results.jsonl").write_text("\n")
    with pytest.raises(RunDataError, match="holds no record"):
        read_run(folder)
    (folder / "results.jsonl").unlink()
    with pytest.raises(RunDataError, match=r"results\.jsonl cannot be read"):
        read_run(folder)
    (folder / "summary.json").write_text('{"figures": {}}')
    with pytest.raises(RunDataError, match=r"summary\.json: field info: "):
        read_run(folder)
    (folder / "summary.json").unlink()
    with pytest.raises(RunDataError, match="was not finished"):
        read_run(folder)


# --- what stands in it ----------------------------------------------------------------------------


@pytest.fixture
def page(tmp_path):
    return html.fromstring(write_report(finished_run(tmp_path, EVERY)).read_text(encoding="utf-8"))


def words_of(part) -> str:
    return " ".join(" ".join(part.itertext()).split())


def test_the_report_says_what_was_run_on_which_split_and_what_it_came_to(page):
    words = words_of(page.find(".//header"))
    assert "newsdesk" in words
    assert "split: dev" in words
    run = words_of(page.get_element_by_id("run"))
    for told in ("deals.jsonl", "3f3f3f3f3f3f", "articles: 2", "retrieval.method", "22 November 2026, 09:14 UTC"):
        assert told in run
    assert "2 of 9 questions came to a good end" in words_of(page)


def test_every_figure_stands_in_its_group_with_interval_and_count(page):
    groups = {table.findtext("caption"): words_of(table) for table in page.iterfind(".//table[@class='figures']")}
    assert "hit@1" in groups["Retrieval"]
    assert "0.750 0.500 – 0.938 16 questions" in groups["Retrieval"]
    assert "accuracy when answered" in groups["Answers"]
    assert "citation integrity" in groups["Citations"]
    assert "coverage" in groups["Abstention"]
    assert "0.250 0.500 · 2.000" in groups["Time"]


def test_every_measure_there_is_has_a_group():
    from eval.measures import DEFINITIONS

    groups = {"Retrieval", "Answers", "Citations", "Abstention", "Language model"}
    assert {group_of(name) for name in DEFINITIONS} == groups
    assert group_of("something new") == "Others"


def test_all_plots_are_inline_drawings_in_the_colours_of_the_page(page):
    drawn = [figure.get("id") for figure in page.iterfind(".//figure") if figure.find(".//svg") is not None]
    assert drawn == ["plot-kinds", "plot-hits", "plot-risk-coverage", "plot-months", "plot-latency"]
    for figure in page.iterfind(".//figure"):
        styles = " ".join(item.get("style", "") for item in figure.iter())
        assert "var(--" in styles
        assert not re.search(r"#[0-9a-f]{6}", styles)
    ids = [item.get("id") for item in page.iter() if item.get("id")]
    assert len(ids) == len(set(ids))


def test_what_a_run_does_not_have_is_not_drawn(tmp_path):
    run = read_run(finished_run(tmp_path, [record("q", Verdict.RIGHT_REFUSAL)]))
    bare = run.summary.model_copy(update={"figures": {}, "by_kind": {}, "risk_coverage": [], "latency": {}})
    page = html.fromstring(report_of(type(run)(folder=run.folder, summary=bare, records=run.records)))
    assert [figure.get("id") for figure in page.iterfind(".//figure")] == ["plot-kinds"]


def test_unanswerable_questions_are_listed_by_why_they_are(tmp_path, page):
    assert "Unanswerable" not in {words_of(item) for item in page.iterfind(".//details/summary")}
    assert page.find(".//select[@data-filter='reason']") is None
    records = [record("q", Verdict.FALSE_ANSWER, reason="wrong year"), record("r", Verdict.RIGHT_REFUSAL)]
    run = read_run(finished_run(tmp_path / "told", records))
    by_reason = {"wrong year": {"hit@1": run.summary.figures["hit@1"]}}
    told = run.summary.model_copy(update={"by_reason": by_reason})
    page = html.fromstring(report_of(type(run)(folder=run.folder, summary=told, records=run.records)))
    assert "Unanswerable, by reason" in {words_of(item) for item in page.iterfind(".//details/summary")}
    options = page.find(".//select[@data-filter='reason']").findall("option")
    assert [item.get("value") for item in options] == ["", "wrong year"]
    assert [row.get("data-reason") for row in page.iterfind(".//tr[@class='row']")] == ["wrong year", ""]


def test_failures_are_counted_by_kind_and_worst_come_first(page):
    cells = {button.get("aria-label"): button.text for button in page.iterfind(".//table//button[@aria-label]")}
    assert cells["1 of kind unanswerable: answered the unanswerable"] == "1"
    assert cells["all 7 of kind fact"] == "7"
    verdicts = [row.get("data-verdict") for row in page.iterfind(".//tr[@class='row']")]
    assert verdicts == [verdict.value for verdict in reversed(Verdict)]


def test_among_equal_verdicts_the_most_surprising_come_first():
    wrong = [record(f"w{value}", Verdict.FALSE_ANSWER, confidence=value) for value in (0.2, 0.9)]
    right = [record(f"r{value}", confidence=value) for value in (0.9, 0.2)]
    assert [item.id for item in worst_first([*right, *wrong])] == ["w0.9", "w0.2", "r0.2", "r0.9"]


def test_the_time_of_a_question_is_its_total_or_the_sum_of_its_stages():
    assert total_seconds(record("q", seconds={"retrieve": 1.0, "answer": 2.0, "total": 2.5})) == 2.5
    assert total_seconds(record("q", seconds={"retrieve": 1.0, "answer": 2.0})) == 3.0
    assert total_seconds(record("q", seconds={})) is None


def test_records_that_are_missing_are_told(tmp_path):
    page = html.fromstring(report_of(read_run(finished_run(tmp_path, EVERY, questions=12))))
    assert "asked 12 questions, but results.jsonl holds 9" in words_of(page.find(".//p[@role='alert']"))


def test_the_same_run_gives_the_same_report(tmp_path):
    folder = finished_run(tmp_path, EVERY)
    assert write_report(folder).read_bytes() == write_report(folder).read_bytes()


def test_a_passage_that_many_questions_retrieve_stands_once(tmp_path):
    text = "Only once. " * 40
    many = [record(f"q{number}", passages=(passage(1, text=text),)) for number in range(30)]
    assert write_report(finished_run(tmp_path, many)).read_text(encoding="utf-8").count(text.strip()) == 1


def test_no_text_of_the_run_can_become_markup(tmp_path):
    page = html.fromstring(report_of(read_run(hostile_run(tmp_path))))
    assert [item.get("type") for item in page.iterfind(".//script")] == ["application/json", "application/json", None]
    assert not page.xpath(
        "//img | //iframe | //object | //embed | //base | //form[@action] | //@onmouseover | //@onload"
    )
    records = json.loads(page.get_element_by_id("records").text)
    assert {item["citations"][0]["title"] for item in records} == set(HOSTILE)


def test_numbers_that_json_does_not_know_do_not_break_the_page(tmp_path):
    odd = record("q", values={"nDCG@10": float("nan")}, confidence=0.5)
    run = read_run(finished_run(tmp_path, EVERY))
    page = html.fromstring(report_of(type(run)(folder=run.folder, summary=run.summary, records=(odd,))))
    assert json.loads(page.get_element_by_id("records").text)[0]["values"] == {"nDCG@10": None}
