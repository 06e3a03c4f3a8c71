"""The gate: what lets a run pass, what stops it and whom it names, and how the floor is raised."""

import json

import pytest
from eval_records import ARTICLES, QUESTIONS, article_file, gold_file, record, summary
from fakes import HashingEncoder

import eval.gold
import eval.intervals
import eval.variants
import rag.embed
import rag.engine
from eval.__main__ import main
from eval.gate import FLOORS, Floor, GateError, floor_of, judge, read_floor, write_floor
from eval.gold import Split, read_gold
from eval.measures import DEFINITIONS
from eval.record import Verdict

GOOD = {"hit@1": 1, "MRR@10": 1, "answer in cited quotes": 1, "false refusals": 0, "citation integrity": 1, "failed": 0}
BAD = {"hit@1": 0, "MRR@10": 0.2, "answer in cited quotes": 0, "false refusals": 1, "failed": 0}


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """No interval is looked at here, and many are computed."""
    monkeypatch.setattr(eval.intervals, "RESAMPLES", 40)


def good(name, **values):
    return record(name, values={**GOOD, **values})


def bad(name, verdict=Verdict.NOT_SAID, **values):
    return record(name, verdict, values={**BAD, **values})


def half(right=10, of=20):
    """A run of which the first ``right`` questions are good."""
    return [good(f"q{number:02}") if number < right else bad(f"q{number:02}") for number in range(of)]


def floor_under(records):
    return floor_of(summary(records), records, made_by="a test")


def judged(floor, records):
    return judge(floor, summary(records), records)


# --- the floor ------------------------------------------------------------------------------------


def test_the_floor_is_what_was_measured_less_two_questions():
    floor = floor_under(half())
    assert floor.made_by == "a test"
    assert floor.measured["hit@1"] == 0.5
    assert floor.least["hit@1"] == floor.least["answer in cited quotes"] == 0.4
    assert floor.least["MRR@10"] == pytest.approx((10 + 10 * 0.2) / 20 - 0.1)
    assert floor.least["citation integrity"] == 1.0  # over the ten that were answered, and without margin
    assert floor.highest == {"false refusals": 0.6, "failed": 0.0}
    assert floor.good == [f"q{number:02}" for number in range(10)]


def test_a_figure_that_was_not_measured_has_no_floor():
    floor = floor_under(half())
    assert "unanswerable declined" not in {*floor.measured, *floor.least}
    assert set(floor.least) < {*FLOORS, "citation integrity"} <= set(DEFINITIONS)


def test_the_floor_is_read_back_as_it_was_written(tmp_path):
    floor = floor_under(half())
    write_floor(floor, tmp_path / "floor.json")
    assert read_floor(tmp_path / "floor.json") == floor
    assert '\n  "q03",\n' in (tmp_path / "floor.json").read_text()  # a line each, for the diff


def test_the_committed_floor_can_be_read_and_names_questions_of_the_dev_split():
    floor = read_floor()
    assert floor.highest["failed"] == 0
    assert all(floor.least[name] <= floor.measured[name] for name in floor.least)
    assert all(floor.highest[name] >= floor.measured[name] for name in floor.highest)
    assert set(floor.good) <= {item.id for item in read_gold() if item.split is Split.DEV}


@pytest.mark.parametrize("content", ["", "{", "{}", '{"made_by": 3}', None])
def test_a_floor_that_cannot_be_read_is_named_with_a_remedy(tmp_path, content):
    file = tmp_path / "floor.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(GateError, match="gate --raise") as caught:
        read_floor(file)
    assert str(file) in str(caught.value)


# --- judging a run --------------------------------------------------------------------------------


def test_the_same_run_passes():
    verdict = judged(floor_under(half()), half())
    assert verdict.passes
    assert (verdict.faults, verdict.turned_bad, verdict.turned_good) == ((), (), ())


def test_two_questions_may_turn_and_are_named():
    verdict = judged(floor_under(half(10)), half(8))
    assert verdict.passes
    assert [item.id for item in verdict.turned_bad] == ["q08", "q09"]


def test_three_questions_are_too_many():
    verdict = judged(floor_under(half(10)), half(7))
    assert not verdict.passes
    assert [item.id for item in verdict.turned_bad] == ["q07", "q08", "q09"]
    assert "hit@1 is 0.3500, below 0.4000 (measured: 0.5000)" in verdict.faults
    assert "false refusals is 0.6500, above 0.6000 (measured: 0.5000)" in verdict.faults
    assert {item.split(" is ")[0] for item in verdict.faults} == {
        "hit@1", "MRR@10", "answer in cited quotes", "false refusals",
    }  # fmt: skip


def test_a_better_run_passes_and_names_what_turned_good():
    verdict = judged(floor_under(half(10)), half(12))
    assert verdict.passes
    assert [item.id for item in verdict.turned_good] == ["q10", "q11"]


def test_gains_do_not_hide_a_loss_in_the_names():
    records = half()
    records[0], records[15] = bad("q00"), good("q15")
    verdict = judged(floor_under(half()), records)
    assert verdict.passes
    assert ([item.id for item in verdict.turned_bad], [item.id for item in verdict.turned_good]) == (["q00"], ["q15"])


def test_one_quote_that_does_not_stand_in_its_article_is_too_many():
    records = half(200, of=400)
    records[0] = good("q00", **{"citation integrity": 0})
    verdict = judged(floor_under(half(200, of=400)), records)
    assert verdict.faults == ("citation integrity is 0.9950, below 1.0000 (measured: 1.0000)",)


def test_one_failed_question_is_too_many():
    records = half(200, of=400)
    records[399] = bad("q399", Verdict.ERROR, failed=1)
    verdict = judged(floor_under(half(200, of=400)), records)
    assert verdict.faults == ("failed is 0.0025, above 0.0000 (measured: 0.0000)",)


def test_a_figure_that_is_no_longer_there_is_a_fault():
    floor = floor_under(half())
    silent = [record(item.id, item.verdict, values={**item.values}) for item in half()]
    for item in silent:
        item.values.pop("MRR@10")
        item.values.pop("false refusals")
    assert judged(floor, silent).faults == (
        f"MRR@10 is missing, below {floor.least['MRR@10']:.4f} (measured: 0.6000)",
        "false refusals is missing, above 0.6000 (measured: 0.5000)",
    )


def test_a_floor_without_its_measured_figures_still_judges():
    floor = Floor(made_by="hand", measured={}, least={"hit@1": 0.9}, highest={"failed": 0.0}, good=[])
    (fault,) = judged(floor, half()).faults
    assert fault.startswith("hit@1 is 0.5000, below 0.9000")


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def gate(tmp_path, monkeypatch, capsys):
    """Run the gate over the small archive and its questions, all in the dev split; ``articles`` replace the corpus."""
    monkeypatch.setattr(rag.embed, "load_encoder", lambda settings: HashingEncoder())
    monkeypatch.setattr(rag.engine, "load_encoder", lambda settings: HashingEncoder())
    questions = tmp_path / "gold"
    questions.mkdir()
    monkeypatch.setattr(eval.gold, "FOLDER", questions)
    monkeypatch.setattr(eval.gold, "DEV_SHARE", 1.0)
    gold_file(questions / "g.jsonl")
    # A low threshold, so that who is declined does not hang on the weights of the day.
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "newsdesk.toml").write_text('name = "newsdesk"\n[answer]\nthreshold = 0.2\n')
    monkeypatch.setattr(eval.variants, "FOLDER", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)

    def run(*arguments, articles=ARTICLES, questions=None):
        if questions is not None:
            gold_file(tmp_path / "gold" / "g.jsonl", questions)
        corpus = article_file(tmp_path / "articles.jsonl", articles)
        code = main(["gate", "--corpus", str(corpus), "--floor", str(tmp_path / "floor.json"), *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_the_floor_is_raised_passed_and_undercut(gate, tmp_path):
    code, out, _ = gate("--raise")
    assert code == 0
    assert out.startswith("5 questions, split dev\n")
    assert f"The floor is written to {tmp_path / 'floor.json'}." in out
    floor = json.loads((tmp_path / "floor.json").read_text())
    assert floor["good"] == ["aria", "deal-2024", "deal-2025", "luma", "stranger"]
    assert floor["measured"]["pairs right at both dates"] == 1
    assert floor["measured"]["failed"] == 0

    before = (tmp_path / "floor.json").read_bytes()
    code, out, err = gate()
    assert (code, err) == (0, "")
    assert out.endswith("The gate is passed.\n")
    assert "turned" not in out

    kept = [item for item in ARTICLES if item.id in {"aria", "union"}]
    code, out, err = gate(articles=kept)
    assert code == 2
    for name, kind, question in (
        ("luma", "fact", QUESTIONS[0]["question"]),
        ("deal-2024", "latest", QUESTIONS[2]["question"]),
        ("deal-2025", "latest", QUESTIONS[3]["question"]),
    ):
        assert f"turned bad: {name} [{kind}] {question} – " in out
    assert "turned bad: aria" not in out
    assert "The gate is passed" not in out
    assert "below the floor: hit@1 is 0.2500, below 0.5000 (measured: 1.0000)" in err
    assert err.endswith("Mend what turned bad, or, when the loss is wanted, say why and run it with --raise.\n")
    assert (tmp_path / "floor.json").read_bytes() == before  # only --raise writes
    assert sorted(item.name for item in tmp_path.iterdir()) == [
        "articles.jsonl", "configs", "floor.json", "gold",
    ]  # fmt: skip


def test_a_figure_without_questions_is_told_as_missing(gate):
    assert gate("--raise")[0] == 0
    code, _, err = gate(questions=[item for item in QUESTIONS if item["kind"] == "fact"])
    assert code == 2
    assert "below the floor: pairs right at both dates is missing, below " in err
    assert "below the floor: unanswerable declined is missing, below " in err


def test_without_a_floor_nothing_is_asked(gate, tmp_path):
    code, out, err = gate()
    assert (code, out) == (1, "")
    assert err.startswith(f"error: The floor in {tmp_path / 'floor.json'} cannot be read")
    assert "gate --raise" in err
