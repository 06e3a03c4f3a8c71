"""Sentences with cited passages: the bundled ones are sound, and every mistake in a file is named with a remedy."""

import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from eval.articles import read_articles
from eval.check_pairs import KINDS, Citing, Label, Pair, PairError, PairSplit, read_pairs

BRIEFS = Path(__file__).parents[1] / "corpus" / "briefs"
LINE = {
    "id": "a",
    "sentence": "Luma got 900 million dollars.",
    "articles": ["luma"],
    "quotes": ["Luma raised $900 million."],
    "label": "true",
    "kind": "paraphrase",
}
ALTERED = {"id": "b", "label": "altered", "kind": "number", "of": "a"}
COPIED_WORDS = 6


def write(path, *lines):
    path.write_text("".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def pairs():
    return read_pairs()


@pytest.fixture(scope="module")
def briefs():
    return read_articles([str(BRIEFS)]).articles


# --- what is read ---------------------------------------------------------------------------------


def test_all_fields_are_read(tmp_path):
    two = {"articles": ["luma", "pika"], "quotes": ["Luma raised $900 million.", "Pika raised less."]}
    file = write(tmp_path / "p.jsonl", LINE, "", {**LINE, **ALTERED, **two, "as_of": "2025-12-01", "note": "n"})
    assert read_pairs(file) == [
        Pair(
            id="a",
            sentence=LINE["sentence"],
            passages=(Citing(article_id="luma", quote="Luma raised $900 million."),),
            label=Label.TRUE,
            kind="paraphrase",
        ),
        Pair(
            id="b",
            sentence=LINE["sentence"],
            passages=(
                Citing(article_id="luma", quote="Luma raised $900 million."),
                Citing(article_id="pika", quote="Pika raised less."),
            ),
            label=Label.ALTERED,
            kind="number",
            of="a",
            as_of=date(2025, 12, 1),
            note="n",
        ),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": " "}, "id"),
        ({"sentence": None}, "sentence"),
        ({"articles": []}, "articles"),
        ({"quotes": "Luma raised $900 million."}, "quotes"),
        ({"quotes": ["Luma raised $900 million.", "Pika raised less."]}, "quotes"),
        ({"label": "false"}, "label"),
        ({"kind": "number"}, "kind"),
        ({"kind": "paraphrased"}, "kind"),
        ({"of": "b"}, "of"),
        ({"as_of": "May 2026"}, "as_of"),
        ({"lable": "true"}, "lable"),
    ],
)
def test_a_bad_field_is_named_with_its_line_and_a_remedy(tmp_path, changes, field):
    file = write(tmp_path / "p.jsonl", {**LINE, "id": "first"}, {**LINE, **changes})
    with pytest.raises(PairError) as caught:
        read_pairs(file)
    start = f"{file}:2: field {field}: "
    assert str(caught.value).startswith(start)
    assert re.search(r"[a-z\"”)\]]\. (Write|Mend|Take|Give) .*\.$", str(caught.value))


def test_a_missing_field_is_named(tmp_path):
    file = write(tmp_path / "p.jsonl", {name: value for name, value in LINE.items() if name != "quotes"})
    with pytest.raises(PairError, match=r":1: field quotes: is missing\. Write a list of passages"):
        read_pairs(file)


def test_an_id_that_comes_twice_is_told_with_both_lines(tmp_path):
    file = write(tmp_path / "p.jsonl", LINE, LINE)
    with pytest.raises(PairError, match=r":2: field id: 'a' stands at line 1 too\. Give each pair"):
        read_pairs(file)


@pytest.mark.parametrize("of", ["c", "z"])
def test_an_altered_pair_is_made_from_a_true_one_of_the_file(tmp_path, of):
    file = write(tmp_path / "p.jsonl", LINE, {**LINE, **ALTERED, "id": "c"}, {**LINE, **ALTERED, "of": of})
    with pytest.raises(PairError, match=rf":3: field of: '{of}' is no true pair of this file\. Write the id"):
        read_pairs(file)


def test_a_line_that_is_no_object_and_a_file_that_is_not_there_are_told(tmp_path):
    file = write(tmp_path / "p.jsonl", LINE, "[1]")
    with pytest.raises(PairError, match=r"p\.jsonl:2: not a JSON object\. Write one object a line\."):
        read_pairs(file)
    with pytest.raises(PairError, match=r"none\.jsonl: it cannot be read .* Name a UTF-8 file"):
        read_pairs(tmp_path / "none.jsonl")


def test_an_altered_pair_falls_into_the_split_of_the_pair_it_was_made_from(tmp_path):
    lines = [{**LINE, "id": f"t{number}"} for number in range(50)]
    lines += [{**LINE, **ALTERED, "id": f"a{number}", "of": f"t{number}"} for number in range(50)]
    split = {item.id: item.split for item in read_pairs(write(tmp_path / "p.jsonl", *lines))}
    assert all(split[f"a{number}"] is split[f"t{number}"] for number in range(50))
    assert set(split.values()) == set(PairSplit)


# --- the bundled pairs ----------------------------------------------------------------------------


def test_every_quote_stands_once_in_its_brief(pairs, briefs):
    for item in pairs:
        for passage in item.passages:
            article = briefs.article(passage.article_id)
            assert article is not None, item.id
            assert article.text.count(passage.quote) == 1, item.id


def test_there_are_enough_pairs_of_both_labels_in_both_splits(pairs):
    labels = Counter(item.label for item in pairs)
    assert len(pairs) >= 300
    assert min(labels.values()) >= 0.4 * len(pairs)
    splits = Counter((item.split, item.label) for item in pairs)
    assert all(splits[split, label] >= 0.4 * labels[label] for split in PairSplit for label in Label)


def test_every_kind_is_there_and_most_briefs_are_cited(pairs):
    assert {(item.label, item.kind) for item in pairs} == {(label, kind) for label in Label for kind in KINDS[label]}
    assert len(set().union(*map(cited, pairs))) >= 90


def test_the_kinds_hold_what_they_say(pairs):
    of = {item.id: item for item in pairs}
    for item in pairs:
        if item.kind == "combination":
            assert len(cited(item)) == 2, item.id
        elif item.kind == "quoted_words":
            words = re.findall(r'"([^"]+)"', item.sentence)
            assert words, item.id
            assert all(any(found.rstrip(".,") in passage.quote for passage in item.passages) for found in words), (
                item.id
            )
        elif item.kind == "wrong_passage":
            assert item.sentence == of[item.of].sentence, item.id
            assert cited(item) != cited(of[item.of]), item.id
        elif item.label is Label.ALTERED:
            assert item.sentence != of[item.of].sentence, item.id


def test_no_sentence_copies_its_passages_or_another_one(pairs):
    sentences = Counter((item.sentence, item.passages) for item in pairs)
    assert max(sentences.values()) == 1
    for item in pairs:
        runs = windows(item.sentence)
        copied = [run for passage in item.passages for run in runs & windows(passage.quote)]
        assert not copied, item.id


def cited(item):
    return {passage.article_id for passage in item.passages}


def windows(text):
    """Every run of COPIED_WORDS words of a text, in small letters."""
    words = re.findall(r"[^\W_]+(?:['’.,][^\W_]+)*", text.lower())
    return {tuple(words[start : start + COPIED_WORDS]) for start in range(len(words) - COPIED_WORDS + 1)}


def test_ids_are_numbered_in_order(pairs):
    assert all(before.id < after.id for before, after in pairwise(pairs))
