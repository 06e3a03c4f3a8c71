"""Drafting gold questions from articles of one's own: they can be read, checked, approved, and never overwrite."""

import json
from pathlib import Path

import pytest
from archives import article, opened, take
from test_eval_gold import write

from eval.__main__ import main
from eval.articles import ArticlesOfFiles, read_articles
from eval.check_gold import check_gold
from eval.gold import GoldError, count_drafts, read_gold, read_lines
from eval.new_gold import new_gold, write_new

BRIEFS = Path(__file__).parents[1] / "corpus" / "briefs"


@pytest.fixture(scope="module")
def briefs():
    return read_articles([str(BRIEFS)]).articles


def small(count=6):
    """Articles of two publishers and two years."""
    return [
        article(
            f"a{number}",
            f"Firm{number} raised ${number + 2} million from Backer{number} in 2023. Later Firm{number} moved on. "
            f"A judge favoured Firm{number} in a court that sat in London.",
            published=f"202{3 + number % 2}-0{1 + number}-01",
            publisher=f"Paper {number % 2}",
        )
        for number in range(count)
    ]


def evidence_of(lines):
    return [line["evidence"][0]["article"] for line in lines if "evidence" in line]


# --- what is drafted ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_drafts_from_the_corpus_are_readable_and_pass_the_check(briefs, tmp_path, seed):
    file = tmp_path / "mine.jsonl"
    write_new(new_gold(briefs, count=60, seed=seed), file)
    assert read_gold([file]) == []
    assert count_drafts([file]) == 60
    assert [str(problem) for problem in check_gold(read_lines([file]), briefs.article)] == []


def test_drafts_are_spread_over_articles_publishers_and_years(briefs):
    lines = new_gold(briefs, count=50, seed=0)
    articles = [briefs.article(name) for name in evidence_of(lines)]
    assert len({item.id for item in articles}) == len(articles) >= 40
    assert len({item.publisher for item in articles}) >= 30
    assert {item.published_at.value.year for item in articles} == {2022, 2023, 2024, 2025, 2026}


def test_there_are_near_misses_and_several_sorts_of_answers(briefs):
    lines = new_gold(briefs, count=50, seed=0)
    misses = [line for line in lines if line["kind"] == "unanswerable"]
    assert 5 <= len(misses) <= 10
    assert all(line["answerable"] is False and "answers" not in line for line in misses)
    asked = " ".join(line["question"].lower() for line in lines)
    assert all(words in asked for words in ("how much", "when", "who or what"))


def test_a_near_miss_differs_from_its_draft_by_a_word_that_the_article_lacks():
    lines = new_gold(ArticlesOfFiles(small()), count=10, seed=4)
    drafts = {line["id"]: line for line in lines}
    misses = [line for line in lines if line["kind"] == "unanswerable"]
    assert misses
    for miss in misses:
        new, old = miss["note"].split(", with ")[1].split(". Make")[0].split(" in the place of ")
        draft = drafts[miss["note"].removeprefix("Drafted as a near miss of ").split(",")[0]]
        assert draft["question"].replace(old, new) == miss["question"]
        source = next(item for item in small() if item.id == draft["evidence"][0]["article"])
        assert new not in source.text
        assert miss["reason"] == ("wrong year" if new.isdecimal() else "wrong name")


def test_the_same_seed_makes_the_same_drafts_in_whatever_order_the_articles_come():
    one = new_gold(ArticlesOfFiles(small()), count=8, seed=1)
    assert one == new_gold(ArticlesOfFiles(small()[::-1]), count=8, seed=1)
    assert one != new_gold(ArticlesOfFiles(small()), count=8, seed=2)


def test_the_as_of_date_is_the_day_of_the_newest_article():
    assert {line["as_of"] for line in new_gold(ArticlesOfFiles(small()), count=8)} == {"2024-06-01"}


def test_articles_without_a_date_are_used_only_when_none_has_one():
    undated = article("undated", "Firm9 raised $9 million from Backer9 and a few friends of it.")
    mixed = new_gold(ArticlesOfFiles([*small(), undated]), count=100)
    assert "undated" not in evidence_of(mixed)
    alone = new_gold(ArticlesOfFiles([undated]), count=3)
    assert evidence_of(alone) == ["undated"]
    assert "as_of" not in alone[0]


def test_copies_are_not_asked_about_twice():
    first = small(1)[0]
    copy = article("b", first.text, published="2024-12-01", publisher="Wire")
    assert set(evidence_of(new_gold(ArticlesOfFiles([first, copy]), count=20))) == {"a0"}


def test_when_articles_are_few_further_sentences_are_asked_about():
    lines = new_gold(ArticlesOfFiles(small(1)), count=20)
    quotes = [line["evidence"][0]["quote"] for line in lines if "evidence" in line]
    assert len(quotes) == len(set(quotes)) == 2


def test_articles_that_yield_nothing_are_told():
    with pytest.raises(GoldError, match="None of the 1 articles has a sentence"):
        new_gold(ArticlesOfFiles([article("a", "Nothing to be seen here at all, dear reader.")]), count=5)


# --- the command ----------------------------------------------------------------------------------


def test_a_draft_counts_when_a_person_has_approved_it(tmp_path, capsys):
    file = tmp_path / "mine.jsonl"
    assert main(["new-gold", "--articles", str(BRIEFS), "--out", str(file), "--count", "5"]) == 0
    assert "5 drafts in" in capsys.readouterr().out
    assert read_gold([file]) == []
    file.write_text(file.read_text("utf-8").replace('"status": "draft"', '"status": "approved"', 2), "utf-8")
    assert len(read_gold([file])) == 2
    assert main(["check-gold", "--gold", str(file), "--articles", str(BRIEFS)]) == 0


def test_a_file_is_never_overwritten(tmp_path, capsys):
    file = write(tmp_path / "mine.jsonl", {"kept": True})
    assert main(["new-gold", "--articles", str(BRIEFS), "--out", str(file)]) == 1
    assert "exists, and may hold corrections. Name another file with --out." in capsys.readouterr().err
    with pytest.raises(GoldError, match="exists"):
        write_new([], file)
    assert json.loads(file.read_text()) == {"kept": True}


def test_a_folder_that_does_not_exist_is_told(tmp_path, capsys):
    out = tmp_path / "none" / "mine.jsonl"
    assert main(["new-gold", "--articles", str(BRIEFS), "--out", str(out), "--count", "2"]) == 1
    assert "cannot be written (No such file or directory). Name a file in a folder" in capsys.readouterr().err


def test_an_archive_yields_the_same_drafts_as_its_files(tmp_path, capsys):
    with opened(tmp_path / "data", create=True) as stores:
        take(stores, small())
    out = tmp_path / "mine.jsonl"
    assert main(["new-gold", "--data", str(tmp_path / "data"), "--out", str(out), "--count", "8", "--seed", "3"]) == 0
    lines = [json.loads(row) for row in out.read_text("utf-8").splitlines()]
    assert lines == new_gold(ArticlesOfFiles(small()), count=8, seed=3)
    assert main(["check-gold", "--data", str(tmp_path / "data"), "--gold", str(out)]) == 0
    assert "0 problems, 0 warnings" in capsys.readouterr().out
