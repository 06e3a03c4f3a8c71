"""The accounting of timed runs: what was read, whose turn it is, medians and ratios. No timing is asserted."""

import json
import time
from dataclasses import replace

import pytest
from archives import DIMENSION, article, prose
from fakes import HashingEncoder

import eval.speed as speed
from eval import plain_llamaindex
from eval.__main__ import main
from eval.plain_llamaindex import BaselineMissingError, PlainLlamaIndex, require_packages
from eval.speed import IngestRun, Round, compare_ingest, measure_newsdesk, read_articles, take_turns
from eval.speed_report import MEASURES, as_json, as_text, rows
from eval.truncation import EmbeddedText, characters_of, characters_read
from eval.watch import Watch, peak_memory, share_of_others
from rag.config import Settings
from rag.errors import NewsdeskError

RUN = IngestRun(
    articles=10, passages=40, characters=2_000, characters_read=1_500, seconds=4.0, seconds_encoding=3.0,
    seconds_processor=5.0, peak_memory=300_000_000, taken_by_others=0.25, load=1.5, made_with="a model",
)  # fmt: skip


def everything(text):
    return len(text)


def words(count):
    """The reach of a model that reads ``count`` words."""
    return lambda text: len(" ".join(text.split(" ")[:count]))


# --- what the model reads -------------------------------------------------------------------------


def test_white_space_is_no_text():
    assert characters_of([article("a", "one two\n\nthree"), article("b", "four")]) == len("onetwothreefour")


def test_only_what_lies_before_the_limit_is_read_and_the_header_uses_up_some_of_it():
    item = article("a", "one two three four")
    whole = EmbeddedText(article_id="a", start=0, lead=len("Title "), text="Title one two three four")
    assert characters_read([item], [whole], everything) == len("onetwothreefour")
    assert characters_read([item], [whole], words(3)) == len("onetwo")
    assert characters_read([item], [whole], words(1)) == 0


def test_what_is_read_twice_counts_once_and_every_article_by_itself():
    items = [article("a", "one two three"), article("b", "four")]
    given = [
        EmbeddedText(article_id="a", start=0, lead=0, text="one two"),
        EmbeddedText(article_id="a", start=4, lead=0, text="two three"),
        EmbeddedText(article_id="b", start=0, lead=0, text="four"),
    ]
    assert characters_read(items, given, everything) == characters_of(items)
    assert characters_read(items, given[:1], everything) == len("onetwo")


# --- a run ----------------------------------------------------------------------------------------


def test_newsdesk_is_measured_on_what_it_really_stored(tmp_path):
    items = [article("a", prose(0)), article("b", prose(100, count=3))]
    encoder = HashingEncoder(DIMENSION)
    run = measure_newsdesk(items, Settings(data=str(tmp_path)), encoder, everything)
    assert run.articles == 2
    assert run.passages == encoder.encoded - 1  # one text was embedded before the clock ran
    assert run.passages > 2
    assert run.characters == run.characters_read == characters_of(items)
    assert 0 < run.seconds_encoding < run.seconds
    assert 0 <= run.taken_by_others <= 1
    short = measure_newsdesk(items, Settings(data=str(tmp_path / "other")), encoder, words(50))
    assert 0 < short.characters_read < short.characters


def test_rates_follow_from_what_was_counted():
    assert RUN.articles_per_second == 2.5
    assert RUN.passages_per_second == 10
    assert RUN.passages_per_processor_second == 8
    assert RUN.characters_per_second == 375
    assert RUN.share_read == RUN.share_encoding == 0.75


def test_own_work_does_not_count_as_that_of_others():
    assert share_of_others(8.0, idle=4.0, own=4.0) == 0
    assert share_of_others(8.0, idle=4.0, own=1.0) == 0.375
    assert share_of_others(8.0, idle=0.0, own=0.0) == 1
    assert share_of_others(8.0, idle=7.9, own=0.2) == 0  # clocks tick apart


def test_a_watch_sees_the_work_that_was_done_under_it():
    with Watch() as watch:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
    assert watch.seconds > 0
    assert watch.processor > 0
    assert 0 <= watch.taken_by_others <= 1


def test_peak_memory_is_that_of_the_measured_process_and_outlasts_what_it_held():
    held = bytearray(b"x") * 300_000_000  # in this process, not in the measured one
    assert 100_000_000 < speed.in_child(_peak_after_holding, 100_000_000) < len(held)


def _peak_after_holding(size):
    held = bytearray(b"x") * size
    del held
    return peak_memory()


# --- articles -------------------------------------------------------------------------------------


def lines(folder, *records):
    path = folder / "news.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return [str(path)]


def record(number, text=None):
    return {
        "title": f"Report {number}",
        "text": text or prose(number, count=3),
        "url": f"https://news.example/{number}",
        "published_at": "2024-01-31",
    }


def test_copies_and_unreadable_items_are_passed_over(tmp_path):
    paths = lines(tmp_path, record(1), record(2, text=prose(1, count=3)), record(1, text="Edited."), {}, record(3))
    selection = read_articles(paths)
    assert [item.title for item in selection.articles] == ["Report 1", "Report 3"]
    assert selection.passed_over == 3


def test_limit_counts_articles_that_are_used(tmp_path):
    paths = lines(tmp_path, {}, record(1), record(2), record(3))
    assert [item.title for item in read_articles(paths, limit=2).articles] == ["Report 1", "Report 2"]


def test_nothing_to_measure_with_is_an_error(tmp_path, capsys):
    with pytest.raises(NewsdeskError, match="no article"):
        read_articles(lines(tmp_path, {}))
    assert main(["speed", "--articles", str(tmp_path / "absent")]) == 1
    assert "no article" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--rounds", "--limit"])
def test_numbers_below_one_are_refused(option, capsys):
    with pytest.raises(SystemExit):
        main(["speed", option, "0"])
    assert "whole number above 0" in capsys.readouterr().err


# --- rounds ---------------------------------------------------------------------------------------


def test_sides_take_turns_and_in_beginning_too():
    ours, theirs, told = iter((1, 2, 3)), iter((4, 5, 6)), []
    rounds = list(
        take_turns(
            lambda: replace(RUN, passages=next(ours)),
            lambda: replace(RUN, passages=next(theirs)),
            rounds=3,
            report=told.append,
        )
    )
    assert [(item.newsdesk.passages, item.plain.passages) for item in rounds] == [(1, 4), (2, 5), (3, 6)]
    assert [line.split(": ")[1] for line in told] == [
        "newsdesk", "plain LlamaIndex", "plain LlamaIndex", "newsdesk", "newsdesk", "plain LlamaIndex",
    ]  # fmt: skip


def test_missing_packages_are_named_with_the_command_before_anything_runs(monkeypatch):
    monkeypatch.setattr(plain_llamaindex, "PACKAGES", {"json": "json", "no_such.module": "no-such-package"})
    told = []
    with pytest.raises(BaselineMissingError, match=r"pip install no-such-package$"):
        compare_ingest(Settings(), [], rounds=1, report=told.append)
    assert told == []


def test_an_error_in_a_measured_process_arrives_here():
    with pytest.raises(BaselineMissingError, match="as it was"):
        speed.in_child(_fail)


def _fail():
    raise BaselineMissingError("as it was")


# --- the report -----------------------------------------------------------------------------------


def rounds_of(*pairs):
    """Rounds with these seconds of newsdesk and of plain LlamaIndex."""
    return [
        Round(newsdesk=replace(RUN, seconds=ours), plain=replace(RUN, seconds=theirs, passages=20))
        for ours, theirs in pairs
    ]


def test_ratio_is_the_median_of_the_rounds_own_ratios_not_the_ratio_of_medians():
    found = {row.measure.name: row for row in rows(rounds_of((1.0, 2.0), (10.0, 10.0), (4.0, 16.0)), MEASURES)}
    seconds = found["seconds"]
    assert (seconds.newsdesk, seconds.plain) == (4.0, 10.0)
    assert (seconds.lowest, seconds.ratio, seconds.highest) == (0.25, 0.5, 1.0)
    passages = found["passages per second"]
    assert (passages.newsdesk, passages.plain) == (10.0, 2.0)
    assert (passages.lowest, passages.ratio, passages.highest) == (2.0, 4.0, 8.0)


def test_table_shows_every_measure_with_both_sides_ratio_and_spread():
    text = as_text(rounds_of((1.0, 2.0), (2.0, 2.0), (4.0, 16.0)))
    for measure in MEASURES:
        assert any(line.startswith(measure.name) for line in text.splitlines())
    line = next(line for line in text.splitlines() if line.startswith("passages per second"))
    assert line.split() == ["passages", "per", "second", "20.00", "10.00", "4.00", "(2.00–8.00)"]
    line = next(line for line in text.splitlines() if line.startswith("share of the text"))
    assert line.split()[-4:-2] == ["75.0%", "75.0%"]
    assert "10 articles" in text
    assert "3 rounds" in text


def test_report_tells_the_load_and_what_it_means():
    rounds = [Round(newsdesk=RUN, plain=replace(RUN, taken_by_others=0.5, load=3.0))]
    text = as_text(rounds)
    assert "25% to 50% of the processors" in text
    assert "load average 1.5 to 3.0" in text
    assert "only good as ratios" in text


def test_json_holds_the_summary_and_every_run():
    found = json.loads(json.dumps(as_json(rounds_of((1.0, 2.0), (2.0, 2.0)))))
    assert found["summary"]["passages per second"]["ratio"] == 3.0
    assert [item["newsdesk"]["seconds"] for item in found["rounds"]] == [1.0, 2.0]


# --- the baseline itself --------------------------------------------------------------------------


@pytest.mark.slow
def test_baseline_cuts_long_articles_past_the_limit_of_the_model(tmp_path):
    try:
        require_packages()
    except BaselineMissingError as error:
        pytest.skip(str(error))
    from rag.model_files import find_model

    items = [article("a", prose(0, count=120), published="2024-01-31"), article("b", prose(500, count=3))]
    model = find_model("all-MiniLM-L6-v2", memory=tmp_path).folder
    run = speed.measure_plain(items, model, tmp_path / "index")
    given = PlainLlamaIndex(model, tmp_path / "other").embedded_texts(items)
    assert run.passages == len(given) > 2
    assert run.characters_read < run.characters
    assert 0 < run.seconds_encoding < run.seconds
    for text in given:
        source = next(item for item in items if item.id == text.article_id)
        assert source.text[text.start :].startswith(text.text[text.lead :])
    assert "title: Report\ndate: 2024-01-31\n\nOn day 0 " in given[0].text
