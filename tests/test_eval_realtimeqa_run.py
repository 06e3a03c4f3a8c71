"""RealTime QA as it is run: what counts as found and as right, for Newsdesk and for LlamaIndex alike."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from quizzes import CITIES, FILLER, asked, encoder, found, repository_in, settings_in, write

from eval.__main__ import main
from eval.benchmarks.baselines import DESCRIPTIONS, NAMES, BaselineIndexError, LlamaIndexPool
from eval.benchmarks.benchmark import Plan, run
from eval.benchmarks.pool import fill
from eval.benchmarks.quiz import QuizJudge, answers_of, finds_of
from eval.benchmarks.realtimeqa import read_quiz, year_folder
from eval.benchmarks.table import COLUMNS, REFERENCES, Row, table
from eval.plain_llamaindex import BaselineMissingError
from eval.record import Verdict
from eval.run_data import read_run
from eval.summary import Figure
from rag.engine import Engine
from rag.errors import ConfigurationError
from rag.model_files import find_model
from rag.schema import Answer, AnswerStatus, Passage, Question, ScoredPassage, Scores, end_of_day
from rag.stores import Stores


@pytest.fixture
def repository(tmp_path):
    return repository_in(tmp_path)


# --- what is asked and how it is judged -----------------------------------------------------------


@pytest.fixture
def pooled(repository):
    """The stores of the whole pool, and what judges the questions."""
    quiz, settings = read_quiz(year_folder(repository)), settings_in(repository)
    pool = fill(quiz, settings, encoder())
    with Stores(settings, encoder()) as stores:
        yield stores, QuizJudge(stores.archive, pool.source_of, quiz.questions)


class Fixed:
    """A retriever that finds the same passages whatever is asked."""

    def __init__(self, *passages):
        self.passages = list(passages)

    def __call__(self, question, *, limit=10):
        return self.passages[:limit]


def passage_of(article, text):
    start = article.text.index(text)
    passage = Passage(
        id=f"{article.id}-{start}", article_id=article.id, version=1, ordinal=0,
        start=start, end=start + len(text), text=text,
    )  # fmt: skip
    return ScoredPassage(passage=passage, article=article, scores=Scores(final=1.0, dense=0.9, lexical=9.0))


def article_at(stores, name):
    return stores.archive.article(stores.archive.find(f"https://news.example/{name}"))


def answer_to(gold, *passages):
    return Answer(
        question=gold.question, status=AnswerStatus.ABSTAINED, as_of=gold.question.as_of, passages=passages, seconds={}
    )


def test_gold_is_what_the_search_found_for_the_question_and_holds_the_answer(pooled):
    stores, judge = pooled
    gold = {item.id: item for item in judge.gold_questions}
    assert {name: item.answerable for name, item in gold.items()} == {
        "a": True, "b": True, "c": False, "d": False, "e": True,
    }  # fmt: skip
    assert gold["a"].question.as_of == end_of_day(datetime(2022, 7, 2, tzinfo=UTC))
    assert gold["a"].answers == (("Otters",),)
    race, tower = article_at(stores, "race"), article_at(stores, "tower")
    elsewhere = passage_of(race, "A brass band played until the rain came")
    winner = passage_of(race, "The Otters won the boat race at Millbrook.")
    other = passage_of(tower, "Quito opened the tallest wooden tower.")
    record = judge.found(gold["a"], answer_to(gold["a"], other, elsewhere, winner))
    assert [item.gold for item in record.passages] == [False, False, True]
    assert [(item.article, item.quote, item.rank, item.indexed) for item in record.evidence] == [(race.id, "", 3, True)]
    assert record.values["hit@1"] == 0
    assert record.values["hit@5"] == 1
    assert record.values["MRR@10"] == pytest.approx(1 / 3)


def test_an_article_published_later_than_the_question_counts_as_evidence_that_is_not_there(pooled):
    _, judge = pooled
    gold = next(item for item in judge.gold_questions if item.id == "e")
    record = judge.found(gold, answer_to(gold))
    assert [item.indexed for item in record.evidence] == [False, False]  # the first "race" report names no Herons
    assert record.verdict is Verdict.NOT_INDEXED
    assert record.values["hit@10"] == 0


def test_the_answer_has_to_stand_in_what_is_read_so_long_pieces_have_no_head_start(pooled):
    stores, judge = pooled
    gold = next(item for item in judge.gold_questions if item.id == "a")
    race, tower = article_at(stores, "race"), article_at(stores, "tower")
    late = judge.found(gold, answer_to(gold, *[passage_of(tower, tower.text)] * 3, passage_of(race, race.text)))
    assert late.values["hit@1,000 characters"] == 0
    assert late.values["hit@5,000 characters"] == 1
    soon = judge.found(gold, answer_to(gold, passage_of(race, race.text)))
    assert soon.values["hit@1,000 characters"] == 1


def test_newsdesk_never_finds_what_was_published_later(pooled):
    stores, judge = pooled
    engine = Engine(stores)
    gold = next(item for item in judge.gold_questions if item.id == "e")
    record = answers_of(engine, lambda question, passages: engine.ask(question), judge)(gold)
    late = article_at(stores, "loss").id
    assert record.passages
    assert late not in {item.article for item in record.passages}
    assert record.as_of == "2022-07-08"
    assert record.seconds.keys() >= {"retrieve", "answer", "total"}


def test_every_answer_is_compared_but_that_to_a_question_which_ends_in_except(pooled):
    stores, judge = pooled
    engine = Engine(stores)
    records = {}
    for gold in judge.gold_questions:
        records[gold.id] = answers_of(engine, lambda question, passages: engine.ask(question), judge)(gold)
    compared = {name for name, item in records.items() if "exact match" in item.values and "token F1" in item.values}
    assert compared == {"a", "b", "c", "e"}
    assert all(item.split == "test" and item.kind == "Daily Example" for item in records.values())
    declined = [item for item in records.values() if item.declined and item.id in compared]
    assert all(item.values["exact match"] == item.values["token F1"] == 0 for item in declined)


def test_a_failure_counts_as_wrong_and_does_not_end_the_run(pooled):
    stores, judge = pooled

    def fails(question, *, limit=10):
        raise RuntimeError("the index is gone")

    ask = answers_of(Engine(stores, retriever=fails), lambda question, passages: None, judge)
    records = {gold.id: ask(gold) for gold in judge.gold_questions}
    assert all(item.error == "RuntimeError: the index is gone" for item in records.values())
    assert [records[name].values["exact match"] for name in ("a", "c")] == [0, 0]
    assert "exact match" not in records["d"].values
    assert records["a"].values["hit@10"] == 0
    assert len(records["a"].evidence) == 1

    class Broken:
        retriever = staticmethod(lambda question: fails(question))

    found = {gold.id: finds_of(Broken, judge)(gold) for gold in judge.gold_questions}
    assert found["a"].values == {**dict.fromkeys(found["a"].values, 0.0), "failed": 1.0}
    assert found["c"].values == {"failed": 1.0}


def test_a_long_chunk_is_kept_in_the_record_around_the_answer(pooled):
    stores, judge = pooled
    gold = next(item for item in judge.gold_questions if item.id == "a")
    race = article_at(stores, "race")
    long = replace(race, text=FILLER * 5 + race.text)
    record = judge.found(gold, answer_to(gold, passage_of(long, long.text)))
    (kept,) = record.passages
    assert kept.gold
    assert (kept.start, kept.end) == (0, len(long.text))
    assert "The Otters won" in kept.text
    assert len(kept.text) < 1_000 < len(long.text)


def test_the_copy_of_a_gold_article_counts_as_gold(tmp_path):
    write(tmp_path / "2022" / "20220702_qa.jsonl", [asked("a", "Which city?", CITIES, ["1"])])
    results = [found("copy", "Oslo won.", date="2022/07/01"), found("source", "Oslo won.", date="2022/06/30")]
    write(tmp_path / "2022" / "20220702_gcs.jsonl", [{"question_id": "a", "search_result": results[:1]},
                                                     {"question_id": "b", "search_result": results[1:]}])  # fmt: skip
    quiz = read_quiz(tmp_path / "2022")
    pool = fill(quiz, settings_in(tmp_path), encoder())
    with Stores(settings_in(tmp_path), encoder()) as stores:
        judge = QuizJudge(stores.archive, pool.source_of, quiz.questions)
        (gold,) = judge.gold_questions
        for name in ("source", "copy"):  # Newsdesk searches the first, LlamaIndex has both
            record = judge.found(gold, answer_to(gold, passage_of(article_at(stores, name), "Oslo won.")))
            assert record.values["hit@1"] == 1
            assert [item.rank for item in record.evidence] == [1]


# --- the whole run --------------------------------------------------------------------------------


def test_a_run_writes_a_folder_with_a_report_and_figures_that_follow_from_the_records(repository):
    plan = Plan(path=repository, runs=repository / "runs", baselines=())
    result = run(plan, settings_in(repository), tell=lambda text: None, encoder=encoder())
    (done,) = result.runs
    data = read_run(done.folder)
    assert data.summary == done.summary
    assert [item.id for item in data.records] == ["a", "b", "c", "d", "e"]
    assert (done.folder / "report.html").exists()
    answerable = [item for item in data.records if item.answerable]
    assert data.summary.figures["hit@1"].value == pytest.approx(
        sum(item.rank == 1 for item in answerable) / len(answerable), abs=1e-4
    )
    assert data.summary.figures["exact match"].count == 4
    assert data.summary.figures["hit@1,000 characters"].count == 3
    assert result.rows[0].name == "newsdesk"
    assert any(line.startswith("5 questions asked; 1 end in") for line in result.facts)
    assert "3 of them have a gold article." in result.facts
    assert "5 questions asked" in data.summary.info.archive["benchmark"]
    json.dumps(result.as_json())


def test_an_interrupted_run_goes_on_where_it_was(repository):
    plan = Plan(path=repository, runs=repository / "runs", baselines=())
    run(plan, settings_in(repository), tell=lambda text: None, encoder=encoder())
    (folder,) = (repository / "runs").iterdir()
    lines = (folder / "results.jsonl").read_text().splitlines()
    (folder / "results.jsonl").write_text("\n".join(lines[:2]) + "\n")
    (folder / "summary.json").unlink()
    result = run(plan, settings_in(repository), tell=lambda text: None, encoder=encoder())
    assert [item.folder for item in result.runs] == [folder]
    assert (folder / "results.jsonl").read_text().splitlines()[:2] == lines[:2]
    assert len(read_run(folder).records) == 5


@pytest.mark.parametrize(
    ("options", "planned"),
    [
        ([], None),
        (["--baselines"], NAMES),
        (["--baselines", "none"], ()),
        (["--baselines", NAMES[0]], NAMES[:1]),
    ],
)
def test_the_option_without_names_asks_all_baselines_and_none_asks_none(monkeypatch, repository, options, planned):
    plans = []

    def stop(plan, *_, **__):
        plans.append(plan)
        raise ConfigurationError("enough")

    monkeypatch.setattr("eval.benchmarks.benchmark.run", stop)
    assert main(["realtimeqa", str(repository), *options]) == 1
    assert plans[0].baselines == planned


def test_a_baseline_that_does_not_exist_is_refused(repository):
    with pytest.raises(ConfigurationError, match="no baseline 'elastic'"):
        run(Plan(path=repository, baselines=("elastic",)), settings_in(repository), tell=print, encoder=encoder())


def test_without_the_extra_packages_the_rest_runs_and_says_so(repository, monkeypatch):
    monkeypatch.setattr(
        "eval.benchmarks.benchmark.require_packages",
        lambda packages: (_ for _ in ()).throw(BaselineMissingError("Run: pip install something")),
    )
    plan = Plan(path=repository, runs=repository / "runs")
    result = run(plan, settings_in(repository), tell=lambda text: None, encoder=encoder())
    assert len(result.runs) == 1
    assert "The baselines are left out. Run: pip install something" in result.notes
    with pytest.raises(BaselineMissingError):
        run(replace(plan, baselines=NAMES[:1]), settings_in(repository), tell=print, encoder=encoder())


def test_the_table_has_the_recorded_figures_below_and_a_dash_for_what_is_not_known():
    lines = table([Row(name="ours", figures={"hit@1": Figure(value=0.5, count=2)})]).splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][1 : 1 + len(COLUMNS)] == list(COLUMNS)
    assert cells[2][:3] == ["ours", "0.500", "–"]
    assert [row[-3:-1] for row in cells[3:]] == [["0.263", "0.324"], ["0.417", "0.507"], ["0.165", "0.231"]]
    assert len(cells) == 3 + len(REFERENCES)


def test_the_command_says_what_is_wrong(repository, capsys):
    assert main(["realtimeqa", str(repository / "nothing")]) == 1
    assert "is no folder" in capsys.readouterr().err
    assert main(["realtimeqa", str(repository), "--config", "unheard-of"]) == 1
    assert "There is no configuration 'unheard-of'" in capsys.readouterr().err


# --- LlamaIndex -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return find_model("all-MiniLM-L6-v2", memory=tmp_path_factory.mktemp("hashes")).folder


def llamaindex(model, folder):
    try:
        return LlamaIndexPool(model, folder)
    except BaselineMissingError as error:
        pytest.skip(str(error))


def pooled_articles(stores):
    return [stores.archive.article(name) for name in stores.archive.article_ids()]


@pytest.mark.slow
def test_the_baselines_find_chunks_of_the_same_articles(pooled, model, tmp_path):
    stores, _ = pooled
    articles = pooled_articles(stores)
    index = llamaindex(model, tmp_path / "index")
    assert index.fill(articles, lambda done, of: None) == 4
    question = Question(text="Which crew lost its boat?", as_of=end_of_day(datetime(2022, 7, 8, tzinfo=UTC)))
    late = article_at(stores, "loss").id
    for baseline in index.baselines(NAMES):
        found = baseline.retriever(question)
        ids = [item.article.id for item in found]
        assert len(ids) == len(set(ids)), "one chunk for each of these short articles"
        assert all(item.article.text[item.passage.start : item.passage.end] == item.passage.text for item in found)
        assert [item.scores.final for item in found] == sorted((item.scores.final for item in found), reverse=True)
        if baseline.name.endswith("-dated"):
            assert late not in ids
            assert len(ids) == 3
        else:
            assert ids[0] == late, "the nearest report, whenever it was published"
            assert len(ids) == 4
        if baseline.name == "llamaindex-fusion":  # first in both orders: their chunks are known to be the same
            assert found[0].scores.final == pytest.approx(2 / 60)
    assert {item.name for item in index.baselines(list(DESCRIPTIONS))} == set(DESCRIPTIONS)


@pytest.mark.slow
def test_the_baselines_index_is_kept_and_follows_the_articles(pooled, model, tmp_path):
    stores, _ = pooled
    articles = pooled_articles(stores)
    question = Question(text="Which city opened the tallest wooden tower?")
    folder = tmp_path / "index"
    index = llamaindex(model, folder)
    assert index.fill(articles[:3], lambda done, of: None) == 3
    assert index.fill(articles[:3], lambda done, of: None) == 0
    # As after a kill: chunks of a batch are in Chroma that no note tells of.
    index._index.ingest([articles[3]])
    assert index.fill(articles, lambda done, of: None) == 1
    edited = [replace(item, text=item.text.replace("Quito", "Havana")) for item in articles[1:]]
    assert index.fill(edited, lambda done, of: None) == sum("Quito" in item.text for item in articles[1:])
    for baseline in index.baselines(list(DESCRIPTIONS)):
        found = baseline.retriever(question)
        assert sorted(item.article.id for item in found) == sorted(item.id for item in edited)
        assert not any("Quito" in item.passage.text for item in found)
    index._index.remove([edited[0].id])
    with pytest.raises(BaselineIndexError, match="Delete that folder"):
        index.fill(edited, lambda done, of: None)


@pytest.mark.slow
def test_a_run_with_baselines_has_a_folder_and_a_report_for_each(repository, model, tmp_path_factory):
    llamaindex(model, tmp_path_factory.mktemp("any"))
    settings = settings_in(repository)
    plan = Plan(path=repository, runs=repository / "runs", limit=3)
    result = run(plan, settings, tell=lambda text: None, encoder=encoder())
    assert [row.name for row in result.rows] == ["newsdesk", *NAMES]
    for done in result.runs[1:]:
        data = read_run(done.folder)
        assert len(data.records) == 3
        assert (done.folder / "report.html").exists()
        assert data.summary.figures["hit@10"].count == 2
        assert "exact match" not in data.summary.figures
        assert set(data.summary.latency) == {"retrieve"}
        assert "llama-index-core" in data.summary.info.configuration
        counted = Counter(item.verdict for item in data.records)
        assert counted[Verdict.RIGHT_REFUSAL] == 1, "nothing is said to the question without a gold article"


# --- the command itself ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_may_be_stopped_and_goes_on(repository, tmp_path):
    command = [
        sys.executable, "-m", "eval", "--data", str(tmp_path / "data"), "realtimeqa", str(repository),
        "--baselines", "none", "--runs", str(tmp_path / "runs"), "--json",
    ]  # fmt: skip
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("pooling"):
            break
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGTERM)
    rest = process.stderr.read()
    assert process.wait(timeout=120) == 130, rest
    assert "run the same command again" in rest
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [item["info"]["name"] for item in found["systems"]] == ["realtimeqa-2022-newsdesk"]
    assert found["systems"][0]["figures"]["hit@5"]["value"] is not None
