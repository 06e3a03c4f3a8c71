"""Two runs side by side: what was lost and gained, tested differences, and a page that shows both answers."""

from __future__ import annotations

import json

import pytest
from browser_desk import chromium
from eval_runs import HOSTILE, finished_run, hostile_run, passage, record
from lxml import html

from eval.comparison import Change, ComparisonError, compare, comparison_table, difference
from eval.comparison_page import losses_first, page_of, rank_change, tone_of, write_comparison
from eval.record import Verdict
from eval.run_data import RunDataError, read_run

WRONG = Verdict.NOT_CITED
BEFORE = [
    record("lost"), record("won", WRONG), record("stuck", WRONG), record("other", WRONG), record("kept"), record("old"),
]  # fmt: skip
AFTER = [
    record("kept"), record("other", Verdict.WRONG_REFUSAL), record("stuck", WRONG), record("won"),
    record("lost", Verdict.ERROR), record("new"),
]  # fmt: skip


@pytest.fixture
def folders(tmp_path):
    return finished_run(tmp_path / "a", BEFORE, name="plain"), finished_run(tmp_path / "b", AFTER, name="better")


@pytest.fixture
def comparison(folders):
    return compare(*map(read_run, folders))


# --- pairs ----------------------------------------------------------------------------------------


def test_questions_are_sorted_by_what_changed(comparison):
    ids = {change: [pair.id for pair in comparison.changed(change)] for change in Change}
    assert ids == {
        Change.REGRESSED: ["lost"],
        Change.FIXED: ["won"],
        Change.STILL_FAILING: ["other", "stuck"],
        Change.UNCHANGED_GOOD: ["kept"],
    }
    assert [item.id for item in comparison.only_before] == ["old"]
    assert [item.id for item in comparison.only_after] == ["new"]


def test_losses_come_first_then_gains_then_what_changed_at_all(comparison):
    assert [pair.id for pair in losses_first(comparison)] == ["lost", "won", "other", "stuck", "kept"]


def test_a_question_that_is_rightly_declined_again_is_unchanged_good(tmp_path):
    run = read_run(finished_run(tmp_path, [record("q", Verdict.RIGHT_REFUSAL)]))
    assert [pair.change for pair in compare(run, run).pairs] == [Change.UNCHANGED_GOOD]


def test_runs_without_a_common_question_are_refused(tmp_path):
    one = read_run(finished_run(tmp_path / "a", [record("a")]))
    other = read_run(finished_run(tmp_path / "b", [record("b")], split="test"))
    with pytest.raises(ComparisonError, match=r"share no question \(splits dev and test\)"):
        compare(one, other)


def test_what_makes_a_comparison_doubtful_is_said(tmp_path):
    one = read_run(finished_run(tmp_path / "a", [record("a"), record("b")]))
    assert compare(one, one).warnings == ()
    edited = [record("a", answers=(("in June",),)), record("b", note="a note is no other question")]
    odd = {"split": "all", "gold": {"deals.jsonl": "00"}, "archive": {"articles": "3"}}
    told = " ".join(compare(one, read_run(finished_run(tmp_path / "b", edited, **odd))).warnings)
    for part in ("splits differ: dev before, all after", "gold files differ: deals.jsonl", "1 questions", ": a.",
                 "archives differ: articles"):  # fmt: skip
        assert part in told


# --- differences ----------------------------------------------------------------------------------


def test_a_difference_that_is_no_chance_has_a_small_p_value_and_an_interval_without_zero():
    before = [0.0] * 30 + [1.0] * 10
    after = [1.0] * 20 + [0.0] * 10 + [1.0] * 10
    found = difference("hit@1", before, after)
    assert (found.before, found.after, found.difference, found.count) == (0.25, 0.75, 0.5, 40)
    assert 0.3 <= found.low < 0.5 < found.high <= 0.7
    assert found.p_value < 0.001


def test_a_few_questions_are_tested_exactly():
    # Of the 2**5 ways to exchange the runs within questions, two are as far apart as what was seen.
    found = difference("hit@1", [0, 0, 0, 0, 0], [1, 1, 1, 1, 1])
    assert found.p_value == pytest.approx(2 / 32)
    assert (found.low, found.high) == (1.0, 1.0)


def test_pairing_finds_what_unpaired_means_would_not():
    before = [number / 40 for number in range(40)]
    after = [value + (0.02 if number % 4 else 0.01) for number, value in enumerate(before)]
    assert difference("token F1", before, after).p_value < 0.001


def test_what_goes_both_ways_alike_is_chance():
    found = difference("hit@1", [0.0, 1.0] * 20, [1.0, 0.0] * 20)
    assert found.difference == 0
    assert found.low < 0 < found.high
    assert found.p_value == pytest.approx(1.0)


def test_equal_runs_do_not_differ_and_one_question_tells_nothing():
    same = difference("hit@1", [1, 0, 1], [1, 0, 1])
    assert (same.difference, same.low, same.high, same.p_value) == (0, 0, 0, 1)
    one = difference("hit@1", [0], [1])
    assert (one.difference, one.low, one.high, one.p_value) == (1, None, None, None)


def test_the_same_seed_gives_the_same_numbers():
    values = [number % 3 / 2 for number in range(50)], [number % 5 / 4 for number in range(50)]
    assert difference("hit@1", *values, seed=3) == difference("hit@1", *values, seed=3)


def test_a_measure_is_compared_over_the_questions_that_have_it_in_both_runs(tmp_path):
    before = [record("a", values={"hit@1": 0.0}), record("b", values={"hit@1": 1.0}), record("c", values={})]
    after = [record("a", values={"hit@1": 1.0}), record("b", values={}), record("c", values={"hit@1": 1.0})]
    runs = [read_run(finished_run(tmp_path / name, run)) for name, run in (("a", before), ("b", after))]
    found = {item.name: item for item in compare(*runs).differences}
    assert (found["hit@1"].count, found["hit@1"].difference) == (1, 1.0)
    assert found["seconds, total"].count == 3


@pytest.mark.parametrize(
    ("name", "after", "tone"),
    [
        ("hit@1", 1, "better"), ("false refusals", 1, "worse"), ("seconds, total", 1, "worse"), ("coverage", 1, ""),
    ],
)  # fmt: skip
def test_more_is_better_but_for_what_should_be_less(name, after, tone):
    assert tone_of(difference(name, [0] * 9 + [after], [after] * 10)) == tone
    assert tone_of(difference(name, [0] * 9 + [after], [0] * 8 + [after] * 2)) == ""


def test_evidence_that_is_lost_counts_as_ranked_after_the_last(tmp_path):
    passages = tuple(passage(rank, gold=rank == 3) for rank in range(1, 6))
    lost = tuple(passage(rank, gold=False) for rank in range(1, 6))
    runs = [
        read_run(finished_run(tmp_path / "a", [record("q", passages=passages)])),
        read_run(finished_run(tmp_path / "b", [record("q", Verdict.NOT_RETRIEVED, passages=lost)])),
    ]
    (pair,) = compare(*runs).pairs
    assert (pair.before.rank, pair.after.rank, rank_change(pair)) == (3, None, 3)


# --- what is shown --------------------------------------------------------------------------------


def test_the_table_for_the_terminal_is_markdown(comparison):
    lines = comparison_table(comparison).splitlines()
    assert lines[0] == "5 questions in both runs: 1 regressed, 1 fixed, 2 still failing, 1 unchanged good."
    assert lines[1:3] == ["1 questions only in plain.", "1 questions only in better."]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert rows[0] == ["measure", "plain", "better", "difference", "95 % interval", "p", "questions"]
    assert {len(row) for row in rows} == {7}
    assert next(row for row in rows if row[0] == "coverage")[1:4] == ["1.000", "0.600", "−0.400"]
    assert len({len(line) for line in lines if line.startswith("|")}) == 1


def test_the_page_holds_both_runs_and_its_warnings(folders, tmp_path):
    finished_run(folders[1], AFTER, name="better", split="all", configuration={"retrieval": {"method": "rank"}})
    out = write_comparison(*folders, tmp_path / "new" / "compare-a-b.html")
    page = html.fromstring(out.read_text(encoding="utf-8"))
    words = " ".join(" ".join(page.itertext()).split())
    assert "plain → better split: dev → all" in words
    assert "The splits differ: dev before, all after." in page.find(".//p[@role='alert']").text
    assert "retrieval.method scores → rank" in words
    rows = [row.get("data-change") for row in page.iterfind(".//tr[@class='row']")]
    assert rows == ["regressed", "fixed", "still failing", "still failing", "unchanged good"]
    assert "1 questions only in plain" in words
    assert out.read_bytes() == write_comparison(*folders, out).read_bytes()


def test_losses_and_gains_are_listed_above_the_figures_and_lead_to_their_answers(folders, tmp_path):
    page = html.fromstring(write_comparison(*folders, tmp_path / "out.html").read_text(encoding="utf-8"))
    outcome = page.find(".//section[@aria-label='What changed']")
    assert [link.get("href") for link in outcome.iterfind(".//li/a")] == ["#q-lost", "#q-won"]
    assert outcome.getnext().get("id") == "figures"
    assert all(page.get_element_by_id(name) is not None for name in ("q-lost", "q-won"))


def test_no_text_of_either_run_can_become_markup(tmp_path):
    run = read_run(hostile_run(tmp_path))
    page = html.fromstring(page_of(compare(run, run)))
    assert [item.get("type") for item in page.iterfind(".//script")] == ["application/json", "application/json", None]
    assert not page.xpath("//img | //iframe | //object | //base | //form[@action] | //@onmouseover | //@onload")
    shown = json.loads(page.get_element_by_id("passages").text)
    assert {item["title"] for item in shown} == set(HOSTILE)


def test_an_unfinished_run_and_a_file_that_cannot_be_written_are_errors(folders, tmp_path):
    with pytest.raises(RunDataError, match="is no folder"):
        write_comparison(folders[0], tmp_path / "nowhere", tmp_path / "out.html")
    with pytest.raises(ComparisonError, match="cannot be written"):
        write_comparison(*folders, folders[0])


@pytest.mark.browser
@pytest.mark.slow
def test_a_change_is_chosen_and_opens_to_both_answers(folders, tmp_path):
    out = write_comparison(*folders, tmp_path / "compare-a-b.html")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked, errors = set(), []
        page.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(out.as_uri())
        page.get_by_role("button", name="1 regressed").click()
        rows = page.locator("tr.row:visible")
        assert [row.get_attribute("id") for row in rows.all()] == ["q-lost"]
        rows.first.locator("button.toggle").click()
        answers = page.locator("tr.detail:visible .reply")
        before, after = (" ".join(answer.inner_text().split()) for answer in answers.all())
        assert "right The deal closes in May.1" in before
        assert "failed with an error ValueError: no" in after
        assert answers.nth(0).bounding_box()["y"] == answers.nth(1).bounding_box()["y"]
        page.get_by_role("button", name="Clear", exact=True).click()
        page.locator("tr[id='q-kept']").wait_for()
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert errors == []
        assert asked - {"data:,"} == {out.as_uri()}
