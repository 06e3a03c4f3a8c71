"""What the command takes to learn from a further file of questions."""

import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from eval.__main__ import main
from eval.reader_command import MORE_LONGEST, more_groups
from eval.train_reader import mix


def test_questions_of_a_further_file_have_short_texts_and_near_misses(tmp_path):
    sentences = [f"Studio {number} paid Vendor {number} for a Film." for number in range(60)]
    text = " ".join(sentences)
    asked = [
        {
            "question": f"Whom did Studio {number} pay?",
            "id": str(number),
            "answers": [{"text": f"Vendor {number}", "answer_start": text.index(f"Vendor {number} ")}],
        }
        for number in range(60)
    ]
    other = {"context": "Rain falls on the plain where nothing else is told. " * 20, "qas": []}
    file = tmp_path / "train.json"
    file.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [{"context": text, "qas": asked}, other]}]}))
    groups = more_groups(file, limit=40, seed=0)
    assert len(groups) == 40
    assert all(one.readings[0].answers for one in groups)
    assert {sum(not reading.question for reading in one.readings) for one in groups} == {1, 2}
    assert all(len(reading.text) <= MORE_LONGEST for one in groups for reading in one.readings if reading.answers)
    missed = [reading for one in groups for reading in one.readings if reading.question]
    assert missed
    assert not any(reading.answers for reading in missed)
    assert more_groups(file, limit=40, seed=0) == groups
    parted = more_groups(file, limit=40, seed=0, sentences=0.25)
    single = [one for one in parted if all(reading.text.count(".") == 1 for reading in one.readings)]
    assert len(single) == 10
    assert all(one.readings[0].answers for one in single)


def test_weights_are_mixed_with_those_they_went_on_from_and_keep_how_they_were_made(tmp_path):
    start, learnt = tmp_path / "start.safetensors", tmp_path / "learnt.safetensors"
    save_file({"layer": torch.tensor([0.0, 4.0]).half()}, str(start))
    save_file({"layer": torch.tensor([8.0, 0.0]).half()}, str(learnt), metadata={"made_by": "{}"})
    mix(learnt, start, keep=0.25)
    assert load_file(str(learnt))["layer"].tolist() == [6.0, 1.0]
    with safe_open(str(learnt), "pt") as opened:
        assert opened.metadata() == {"made_by": "{}"}


def test_a_share_to_keep_without_what_it_is_of_is_refused_before_anything_is_read(tmp_path, capsys):
    assert main(["train-reader", str(tmp_path), str(tmp_path), "--keep", "0.5"]) == 1
    assert "needs --start" in capsys.readouterr().err
