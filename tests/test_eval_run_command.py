"""``python -m eval run`` from gold file to table and report, over a small archive."""

import json
import re

import pytest
from archives import opened, take
from eval_records import ARTICLES, QUESTIONS, gold_file
from fakes import HashingEncoder

import eval.intervals
import eval.report
import eval.run_command
import eval.runs
import rag.engine
from eval.__main__ import main
from eval.record import Record, Verdict
from eval.run_command import select
from eval.runs import gold_asker
from eval.summary import RunInfo, Summary
from rag.errors import NewsdeskError

IDS = [item["id"] for item in QUESTIONS]
BOLD = 'name = "bold"\ndescription = "answers nearly always"\n[answer]\nthreshold = 0.2\n'


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked") / "data"
    with opened(folder, HashingEncoder(), create=True) as stores:
        take(stores, ARTICLES)
    return folder


@pytest.fixture
def asked_and_drawn(archive, tmp_path, monkeypatch, capsys):
    """Run the command in ``tmp_path`` over the small archive and its questions."""
    monkeypatch.setattr(rag.engine, "load_encoder", lambda settings: HashingEncoder())
    monkeypatch.setattr(eval.intervals, "RESAMPLES", 200)
    monkeypatch.setenv("NEWSDESK_DATA", str(archive))
    monkeypatch.chdir(tmp_path)
    gold_file(tmp_path / "g.jsonl")
    # A low threshold, so that who is declined does not hang on the weights of the day.
    (tmp_path / "bold.toml").write_text(BOLD)

    def run(*arguments, code=0, gold="g.jsonl"):
        assert main(["run", "--gold", gold, "--split", "all", *arguments]) == code
        return capsys.readouterr()

    return run


@pytest.fixture
def asked(asked_and_drawn, monkeypatch):
    """The same with an empty report, since its charts take most of the time."""
    monkeypatch.setattr(eval.report, "write_report", lambda folder: (folder / "report.html").touch())
    return asked_and_drawn


def folders(path):
    return sorted((path / "runs").iterdir())


def records(folder):
    lines = (folder / "results.jsonl").read_text("utf-8").splitlines()
    return {item.id: item for item in map(Record.model_validate_json, lines)}


def rows_of(table):
    """The rows of the table by name, each with the cells of its configurations."""
    _, *lines = [line for line in table.splitlines() if line and not line.endswith(".html")]
    return {line[:28].strip(): re.split(r"\s{2,}", line[28:].strip()) for line in lines}


# --- a run from end to end ------------------------------------------------------------------------


def test_a_users_own_gold_file_is_asked_measured_and_reported(asked_and_drawn, tmp_path):
    shown = asked_and_drawn("--config", "bold.toml")
    (folder,) = folders(tmp_path)
    assert folder.name.endswith("-bold")
    assert {item.name for item in folder.iterdir()} == {"run.json", "results.jsonl", "summary.json", "report.html"}
    assert shown.out.startswith("5 questions, split all\n")
    assert shown.out.endswith(f"runs/{folder.name}/report.html\n")

    found = records(folder)
    assert list(found) == IDS
    assert {name: item.verdict for name, item in found.items()} == {
        **dict.fromkeys(IDS, Verdict.RIGHT),
        "stranger": Verdict.RIGHT_REFUSAL,
    }
    assert found["luma"].rank == 1
    assert found["luma"].citations[0].quote == "Luma raised $900 million from Humain."
    assert found["luma"].citations[0].intact
    assert found["luma"].as_of == "2025-12-31"
    # The newer deal was not there yet at the end of 2024.
    assert "deal-new" not in {item.article for item in found["deal-2024"].passages}
    assert found["deal-2025"].evidence[0].rank == found["deal-2025"].rank

    summary = Summary.model_validate_json((folder / "summary.json").read_text("utf-8"))
    assert summary.info == RunInfo.model_validate_json((folder / "run.json").read_text("utf-8"))
    assert (summary.info.questions, summary.info.split, list(summary.info.gold)) == (5, "all", ["g.jsonl"])
    assert summary.info.archive["articles"] == "5"
    values = {name: figure.value for name, figure in summary.figures.items()}
    assert values["pairs right at both dates"] == values["citation integrity"] == values["hit@5"] == 1
    assert values["answer in cited quotes"] == values["unanswerable declined"] == values["accuracy when answered"] == 1
    assert (values["coverage"], values["failed"], values["false refusals"]) == (0.8, 0, 0)
    assert values["AUROC of the confidence"] == 1
    assert summary.verdicts == {"right": 4, "declined, rightly": 1}
    assert set(summary.by_kind) == {"fact", "latest", "unanswerable"}
    assert set(summary.by_month) == {"2025-11", "2025-10", "2024-03", "2025-06", "2025-12"}
    assert {"retrieve", "answer", "total"} <= set(summary.latency)

    report = (folder / "report.html").read_text("utf-8")
    assert all(name in report for name in IDS)

    rows = rows_of(shown.out)
    assert rows[""] == ["bold"]
    assert rows["citation integrity"] == ["1.000 [1.00, 1.00]"]
    assert rows["unanswerable declined"] == ["1.000"]  # over one question there is no interval
    assert rows["latest, right"] == ["1.000 [1.00, 1.00]"]
    assert rows["unanswerable, declined"] == ["1.000"]
    assert re.fullmatch(r"p50 \d\.\d\d, p95 \d\.\d\d", rows["seconds, retrieve"][0])


def test_several_configurations_stand_in_one_table(asked, tmp_path):
    shown = asked("--config", "bold.toml", "dense", "bm25")
    rows = rows_of(shown.out)
    assert rows[""] == ["bold", "dense", "bm25"]
    assert all(len(cells) == 3 for cells in rows.values())
    by_name = {folder.name.split("-")[2]: folder for folder in folders(tmp_path)}
    assert set(by_name) == {"bold", "dense", "bm25"}
    assert shown.out.count("report.html") == 3
    for column, name in enumerate(rows[""]):
        summary = Summary.model_validate_json((by_name[name] / "summary.json").read_text("utf-8"))
        assert rows["MRR@10"][column].startswith(f"{summary.figures['MRR@10'].value:.3f} ")
        assert summary.info.configuration["name"] == name
    # Each was asked its own way: only one of them weighs the date.
    priors = {
        name: {passage.recency for item in records(folder).values() for passage in item.passages}
        for name, folder in by_name.items()
    }
    assert priors["dense"] == priors["bm25"] == {1.0}
    assert max(priors["bold"]) < 1
    ranking = [item.dense for item in records(by_name["dense"])["luma"].passages]
    assert ranking == sorted(ranking, reverse=True)


def test_json_holds_the_summaries_and_nothing_else(asked, tmp_path):
    shown = asked("--config", "bold.toml", "undated", "--json")
    found = [Summary.model_validate(item) for item in json.loads(shown.out)]
    assert [item.info.name for item in found] == ["bold", "undated"]
    assert shown.err == ""
    assert all((folder / "report.html").exists() for folder in folders(tmp_path))


def test_a_figure_that_one_configuration_lacks_is_a_dash(asked, tmp_path):
    (tmp_path / "shy.toml").write_text('name = "shy"\n[answer]\nthreshold = 1.0\n')
    rows = rows_of(asked("--config", "shy.toml", "bold.toml").out)
    assert rows["citation integrity"] == ["–", "1.000 [1.00, 1.00]"]
    assert rows["false refusals"] == ["1.000 [1.00, 1.00]", "0.000 [0.00, 0.00]"]
    assert rows["hit@5"] == ["1.000 [1.00, 1.00]"] * 2


# --- going on, or anew ----------------------------------------------------------------------------


def test_an_interrupted_run_is_continued_and_a_finished_one_is_not(asked, tmp_path, monkeypatch):
    heard = []

    def asker(stop_at):
        def make(*arguments, **options):
            ask = gold_asker(*arguments, **options)

            def one(question):
                if question.id == stop_at:
                    raise KeyboardInterrupt
                heard.append(question.id)
                return ask(question)

            return one

        return make

    monkeypatch.setattr(eval.runs, "gold_asker", asker("deal-2024"))
    assert "run the same command again" in asked("--config", "bold.toml", code=130).err
    (folder,) = folders(tmp_path)
    assert list(records(folder)) == heard == ["luma", "aria"]

    monkeypatch.setattr(eval.runs, "gold_asker", asker(None))
    heard.clear()
    asked("--config", "dense")  # another configuration does not go on with it
    assert heard == IDS
    assert len(folders(tmp_path)) == 2

    heard.clear()
    asked("--config", "bold.toml")
    assert heard == ["deal-2024", "deal-2025", "stranger"]
    assert list(records(folder)) == IDS
    assert (folder / "report.html").exists()
    assert len(folders(tmp_path)) == 2

    heard.clear()
    asked("--config", "bold.toml")
    assert heard == IDS
    assert len(folders(tmp_path)) == 3


def test_fresh_leaves_an_interrupted_run_alone(asked, tmp_path):
    asked("--config", "bold.toml", "--limit", "2")
    (folder,) = folders(tmp_path)
    (folder / "summary.json").unlink()
    asked("--config", "bold.toml", "--limit", "2", "--fresh")
    assert len(folders(tmp_path)) == 2
    assert not (folder / "summary.json").exists()
    asked("--config", "bold.toml", "--limit", "2")
    assert (folder / "summary.json").exists()


def test_a_changed_gold_file_begins_a_new_run(asked, tmp_path):
    asked("--config", "bold.toml")
    (folder,) = folders(tmp_path)
    (folder / "summary.json").unlink()
    gold_file(tmp_path / "g.jsonl", [{**QUESTIONS[0], "answers": [["$900m"]]}, *QUESTIONS[1:]])
    asked("--config", "bold.toml")
    _, new = folders(tmp_path)
    assert records(new)["luma"].verdict is Verdict.NOT_SAID


# --- which questions ------------------------------------------------------------------------------


def test_kind_and_limit_choose_the_questions(asked, tmp_path):
    shown = asked("--config", "bold.toml", "--kind", "latest", "--limit", "1")
    assert shown.out.startswith("1 questions, split all, kind latest\n")
    (folder,) = folders(tmp_path)
    assert list(records(folder)) == ["deal-2024"]


def test_the_splits_share_out_the_questions_and_keep_pairs_together(tmp_path):
    many = [{**QUESTIONS[number % 4], "id": f"n{number}", "pair": f"p{number // 2}"} for number in range(100)]
    file = gold_file(tmp_path / "g.jsonl", many)
    dev, test, both = ([item.id for item in select([file], split=split).questions] for split in ("dev", "test", "all"))
    assert sorted([*dev, *test]) == sorted(both)
    assert len(both) == 100
    assert 40 <= len(dev) <= 80
    assert not {name[:-1] + str(int(name[-1]) ^ 1) for name in dev} & set(test)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(asked, tmp_path, limit):
    shown = asked("--limit", str(limit), code=1)
    assert shown.err.startswith("error: ")
    assert "--limit" in shown.err
    assert not (tmp_path / "runs").exists()


def test_when_no_question_is_left_the_kinds_are_named(tmp_path):
    file = gold_file(tmp_path / "g.jsonl")
    with pytest.raises(NewsdeskError, match="Kinds there are: fact, latest, unanswerable; splits: dev, test, all"):
        select([file], split="all", kind="riddle")


def test_a_file_of_drafts_only_is_told_to_be_one(tmp_path):
    file = gold_file(tmp_path / "g.jsonl", [{**item, "status": "draft"} for item in QUESTIONS])
    with pytest.raises(NewsdeskError, match=rf"All questions are drafts \({len(QUESTIONS)}\).*status to approved"):
        select([file], split="all")


# --- what cannot be run ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "nothing"], "no configuration 'nothing'"),
        (["--config", "bold.toml", "broken.toml"], "broken.toml: field retrieval.dense: "),
        (["--kind", "riddle"], "No gold question is left"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_is_asked(asked, tmp_path, arguments, words):
    (tmp_path / "broken.toml").write_text('name = "x"\n[retrieval]\ndense = 7\n')
    shown = asked(*arguments, code=1)
    assert shown.err.startswith("error: ")
    assert words in shown.err
    assert not (tmp_path / "runs").exists()


def test_a_gold_file_that_cannot_be_used_is_named_with_its_line(asked, tmp_path):
    gold_file(tmp_path / "broken.jsonl", [QUESTIONS[0], {**QUESTIONS[1], "kind": 3}])
    shown = asked(code=1, gold="broken.jsonl")
    assert "broken.jsonl:2: field kind" in shown.err
    assert "cannot be read" in asked(code=1, gold="missing.jsonl").err


def test_without_an_archive_the_remedy_is_named(asked, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path / "nothing"))
    assert "python -m ingest files" in asked(code=1).err
    assert not (tmp_path / "runs").exists()
