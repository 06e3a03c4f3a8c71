"""Fitting the ranker: it learns what tells evidence from the rest, and judges itself on what it has not seen."""

import json
from dataclasses import fields

import numpy as np

from eval.fit_ranking import Example, fit, write
from rag.rank import PassageFeatures, read_ranking

NAMES = [item.name for item in fields(PassageFeatures)]


def examples(*, source="gold", telling="title", count=40):
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        features = random.random((12, len(NAMES)))
        holds = np.zeros(12, dtype=bool)
        holds[random.integers(12)] = True
        features[holds, NAMES.index(telling)] += 1.0
        made.append(Example(source=source, group=f"g{number // 2}", features=features, holds=holds))
    return made


def test_the_feature_that_tells_evidence_gets_the_highest_weight():
    found = fit(examples(telling="pairs"))
    assert max(found.weights, key=found.weights.get) == "pairs"
    assert found.figures["gold, learnt, hit@1"] > 0.9 > found.figures["gold, fused, hit@1"]


def test_sources_are_told_apart_and_weigh_the_same():
    many, few = examples(telling="pairs", count=60), examples(source="realtimeqa", telling="title", count=10)
    found = fit([*many, *few])
    assert {"gold, learnt, MRR@10", "realtimeqa, learnt, MRR@10"} <= set(found.figures)
    assert found.weights["title"] > 0.3 * found.weights["pairs"]


def test_questions_without_evidence_among_the_candidates_count_as_missed():
    lost = [
        Example(source="gold", group=f"l{n}", features=np.zeros((3, len(NAMES))), holds=np.zeros(3, bool))
        for n in range(40)
    ]
    assert fit([*examples(), *lost]).figures["gold, learnt, hit@10"] <= 0.5


def test_what_is_written_is_what_the_ranker_reads(tmp_path):
    file = tmp_path / "ranking.json"
    found = fit(examples())
    write(found, file, made_by={"command": "python -m eval fit-ranking PATH"})
    assert read_ranking(file).weights == found.weights
    assert json.loads(json.loads(file.read_text())["made_by"]["figures"]) == found.figures
