"""Questions and articles timed, archives and starts told, and the whole command. No timing is asserted."""

import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from archives import article

from eval.__main__ import main
from eval.benchmarks.cold_start import BRIEFS, time_command, time_page
from eval.benchmarks.growth import Growth, Size
from eval.benchmarks.growth_plot import growth_svg
from eval.benchmarks.growth_processes import HELD_OUT, settings_in, take_in
from eval.benchmarks.growth_report import growth_as_json, growth_as_text
from eval.benchmarks.latency import (
    LEAST,
    LIMIT,
    AddingRun,
    Asked,
    Asking,
    RetrievalRun,
    Timing,
    time_adding,
    time_retrieval,
)
from eval.benchmarks.newsdesk_side import Filled
from eval.benchmarks.source import open_source
from eval.gold import Period
from eval.plain_llamaindex import BaselineMissingError, require_packages
from eval.speed import Round
from rag.config import Settings
from rag.embed import load_encoder
from rag.errors import NewsdeskError

PERIOD = Period(start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 6, 1, tzinfo=UTC))


# --- what is timed --------------------------------------------------------------------------------


class FakeSide:
    """Remembers what it was asked; question ``n`` takes ``n`` seconds, by its own account."""

    def __init__(self):
        self.asked = []
        self.added = []

    def ask(self, text, period):
        self.asked.append((text, period))
        return Timing(seconds=float(text), seconds_encoding=1.0, passages=3)

    def add(self, article):
        self.added.append(article.id)
        return Timing(seconds=2.0, seconds_encoding=0.5, passages=4)

    def count(self):
        return 77

    @contextmanager
    def opened(self):
        yield self


ASKING = Asking(warm_up=("8", "9"), questions=tuple(str(number) for number in range(1, 22)), period=PERIOD)


def test_the_warm_up_is_not_counted_and_every_question_is_asked_both_ways():
    side = FakeSide()
    run = time_retrieval(side.opened, ASKING)
    dated = [text for text, period in side.asked if period == PERIOD]
    everywhere = [text for text, period in side.asked if period is None]
    assert everywhere == dated == [*ASKING.warm_up, *ASKING.questions]
    assert [item.seconds for item in run.everywhere.timings] == [float(text) for text in ASKING.questions]
    assert (run.everywhere.percentile(50), run.everywhere.percentile(95), run.everywhere.besides) == (11.0, 20.0, 10.0)
    assert run.everywhere == run.dated
    assert run.passages == 77
    assert run.opening > 0


def test_a_slow_side_is_asked_fewer_questions_but_some():
    run = time_retrieval(FakeSide().opened, ASKING, patience=-1)
    assert len(run.everywhere.timings) == len(run.dated.timings) == LEAST


def test_the_first_article_is_added_for_nothing():
    side = FakeSide()
    run = time_adding(side.opened, [article(name, "Text.") for name in "abc"], warm_up="5")
    assert side.added == ["a", "b", "c"]
    assert len(run.added.timings) == 2
    assert (run.added.percentile(50), run.added.besides, run.added.found) == (2.0, 1.5, 4.0)


# --- what is told ---------------------------------------------------------------------------------


def retrieval(seconds, questions=100):
    asked = Asked(timings=(Timing(seconds=seconds, seconds_encoding=seconds / 4, passages=12),) * questions)
    return RetrievalRun(
        passages=1_000,
        opening=1.5,
        everywhere=asked,
        dated=asked,
        peak_memory=200_000_000,
        taken_by_others=0.1,
        load=0.5,
    )


def adding(seconds):
    asked = Asked(timings=(Timing(seconds=seconds, seconds_encoding=seconds / 2, passages=6),) * 5)
    return AddingRun(passages=1_000, added=asked, taken_by_others=0.2, load=1.5)


def size(passages, generated, *, questions=100):
    side = Filled(articles=90, passages=passages, generated=generated, seconds=2.0, size=5_000_000)
    return Size(
        newsdesk=side,
        plain=replace(side, generated=0, size=9_000_000),
        inside=40,
        retrieval=tuple(
            Round(newsdesk=retrieval(ours), plain=retrieval(theirs, questions))
            for ours, theirs in ((0.010, 0.040), (0.020, 0.040), (0.030, 0.030))
        ),
        adding=(Round(newsdesk=adding(1.0), plain=adding(0.5)),),
    )


def grown(*sizes):
    return Growth(source="300 articles", asking=replace(ASKING, questions=("1",) * 100), sizes=sizes)


def line_of(text, name):
    return next(line for line in text.splitlines() if line.startswith(name))


def test_tables_show_both_sides_ratios_and_which_passages_are_generated():
    text = growth_as_text(grown(size(1_000, 0), size(10_000, 2_500)))
    assert "1,000 passages, all real: 90 articles, 40 passages in the period" in text
    assert "10,000 passages, of which 2,500 GENERATED" in text
    assert "500 and 500 passages/s, 5 MB and 9 MB on disk" in text
    assert line_of(text, "any date, median").split()[-6:] == ["20.0", "ms", "40.0", "ms", "0.50", "(0.25–1.00)"]
    assert line_of(text, "any date, outside the model").split()[-6:-2] == ["15.0", "ms", "30.0", "ms"]
    assert line_of(text, "one article added").split()[-6:] == ["1,000", "ms", "500", "ms", "2.00", "(2.00–2.00)"]
    assert "10% to 20% of the processors" in text
    assert "stopped asking" not in text


def test_tables_tell_when_fewer_questions_were_asked():
    assert "the fewest questions that were asked are 37" in growth_as_text(grown(size(1_000, 0, questions=37)))


def test_parts_that_were_not_timed_are_not_told():
    only = growth_as_text(grown(replace(size(1_000, 0), retrieval=())))
    assert "any date, median" not in only
    assert "ratio" in line_of(only, "    ")
    assert "one article added" in only
    assert "one article added" not in growth_as_text(grown(replace(size(1_000, 0), adding=())))


def test_json_holds_the_summary_and_every_timing():
    found = json.loads(json.dumps(growth_as_json(grown(size(10_000, 2_500)))))
    (told,) = found["sizes"]
    assert (told["passages"], told["generated"], told["inside_period"]) == (10_000, 2_500, 40)
    assert told["retrieval"]["any date, median"]["ratio"] == 0.5
    assert told["adding"]["one article added"] == {
        "newsdesk": 1.0, "plain": 0.5, "ratio": 2.0, "ratio_lowest": 2.0, "ratio_highest": 2.0,
    }  # fmt: skip
    assert len(told["rounds"]["retrieval"][0]["plain"]["everywhere"]["timings"]) == 100


def test_the_drawing_names_sides_sizes_and_what_is_generated():
    drawn = growth_svg(grown(size(1_000, 0), size(10_000, 2_500)))
    for text in ("Newsdesk, median", "plain LlamaIndex, 95th percentile", "any date", "1,000", "25% generated"):
        assert f">{text}</text>" in drawn
    assert "milliseconds for one question" in drawn
    assert growth_svg(grown(size(1_000, 0), size(10_000, 2_500))) == drawn


def test_nothing_is_drawn_of_nothing():
    with pytest.raises(ValueError, match="no retrieval"):
        growth_svg(grown(replace(size(1_000, 0), retrieval=())))


# --- the command ----------------------------------------------------------------------------------


def test_a_drawing_without_retrieval_is_refused_before_anything_runs(capsys, tmp_path):
    assert main(["speed", "--parts", "start", "--plot", str(tmp_path / "growth.svg")]) == 1
    assert "--plot draws the retrieval" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--sizes", "0"], ["--parts", "everything"]])
def test_sizes_and_parts_that_do_not_exist_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(["speed", *arguments])
    assert arguments[1] in capsys.readouterr().err


# --- with the real model, in processes of their own -----------------------------------------------


@pytest.fixture
def data(bundled_archive, tmp_path):
    """The options that name an archive of the bundled corpus."""
    try:
        require_packages()
    except BaselineMissingError as error:
        pytest.skip(str(error))
    return ["--data", str(shutil.copytree(bundled_archive, tmp_path / "data"))]


@pytest.mark.slow
def test_both_sides_are_measured_at_a_size_beyond_the_real_articles(data, tmp_path, capsys):
    options = ["--parts", "retrieval", "adding", "--sizes", "700", "--rounds", "1", "--questions", "12"]
    assert main(["speed", *data, *options, "--json", "--plot", str(tmp_path / "growth.svg")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["machine"]["cores"] >= 1
    (told,) = found["growth"]["sizes"]
    assert told["passages"] == told["filled"]["newsdesk"]["passages"] == told["filled"]["plain"]["passages"] == 700
    assert 0 < told["generated"] < 700
    (round_of_retrieval,) = told["rounds"]["retrieval"]
    for side in ("newsdesk", "plain"):
        run = round_of_retrieval[side]
        assert run["passages"] == 700
        assert len(run["everywhere"]["timings"]) == 12
        assert all(timing["passages"] == LIMIT for timing in run["everywhere"]["timings"])
        assert 0 < run["everywhere"]["timings"][0]["seconds_encoding"] < run["everywhere"]["timings"][0]["seconds"]
        added = told["rounds"]["adding"][0][side]["added"]["timings"]
        assert [timing["passages"] > 0 for timing in added] == [True] * (HELD_OUT - 1)
    assert "Newsdesk, median" in (tmp_path / "growth.svg").read_text(encoding="utf-8")


@pytest.mark.slow
def test_articles_in_files_are_taken_in_with_the_vectors_of_the_archive_until_there_are_enough(data, tmp_path):
    settings = Settings(data=data[1])
    source = settings_in(tmp_path / "source", settings)
    take_in(settings, source, [str(BRIEFS)], 40)
    model_hash = load_encoder(settings).model_hash
    with open_source(source.database_url, model_hash=model_hash) as held:
        taken = list(held.read(held.article_ids()))
    assert sum(len(item.passages) for item in taken) >= 40
    assert HELD_OUT < len(taken) < len(list(BRIEFS.glob("*.md")))
    with open_source(settings.database_url, model_hash=model_hash) as held:
        lent = {name: data for item in held.read(held.article_ids()) for name, data in item.vectors.items()}
    assert {name: data for item in taken for name, data in item.vectors.items()}.items() <= lent.items()


@pytest.mark.slow
def test_command_line_page_and_plain_llamaindex_are_started(data, capsys):
    assert main(["speed", *data, "--parts", "start", "--rounds", "1"]) == 0
    told = capsys.readouterr().out
    for name in ("command line", "page: `python app.py` says", "page: `python app.py` has sent", "plain LlamaIndex"):
        assert float(re.search(r"([\d.]+) s \(", line_of(told, name))[1]) > 0


def test_a_start_that_fails_is_told_with_what_it_said(tmp_path):
    missing = Settings(data=str(tmp_path / "absent"))
    with pytest.raises(NewsdeskError, match=r"-m rag .* failed: error: There is no archive at"):
        time_command(["-m", "rag", "--data", missing.data, "ask", "Who?"], missing)
    with pytest.raises(NewsdeskError, match=r"app.py .* failed: newsdesk: There is no archive at"):
        time_page(missing)
