"""Measures of answers that a language model wrote, and a run that asks one."""

import pytest
from archives import DIMENSION, opened, take
from eval_records import ARTICLES, citation, gold_file, record
from fakes import HashingEncoder
from scripted_model import NAME, Reply, said, scripted

from eval.gold import read_gold
from eval.measures import values_of
from eval.record import GenerationRecord, SentenceRecord
from eval.runs import Selected, ask_all, describe, gold_asker
from eval.variants import Configuration, Outspoken, engine_of
from rag.config import Settings
from rag.llm import llm_of

MADE = GenerationRecord(model=NAME, prompt_tokens=900, answer_tokens=100, cost=0.5, first_token=0.25, total=2.0)


def sentence(verdict, *citations):
    return SentenceRecord(text="It is so.", citations=citations, verdict=verdict)


def test_the_shares_of_verdicts_add_up_and_struck_sentences_need_no_citation():
    said_so = record(
        sentences=(
            sentence("supported", 1, 2), sentence("partly", 1), sentence("unsupported"), sentence("uncited"),
        ),
        citations=(citation(1), citation(2)), stated=True,
        generation=MADE.model_copy(update={"verdicts": ("supported", "partly", "unsupported", "uncited")}),
    )  # fmt: skip
    values = values_of(said_so)
    shares = ("sentences supported", "sentences partly supported", "sentences not supported",
              "sentences without a source")  # fmt: skip
    assert [values[name] for name in shares] == [0.25] * 4
    assert values["citations per sentence"] == 1.5
    assert values["citation integrity"] == 1.0
    assert values["answer in the words"] == 1.0
    assert (values["tokens per question"], values["cost per question"]) == (1_000, 0.5)
    assert (values["seconds to the first token"], values["seconds of the model"]) == (0.25, 2.0)


def test_a_quoted_answer_has_no_such_measures_and_a_failed_model_counts_as_not_shown():
    assert "model's answer shown" not in values_of(record())
    failed = MADE.model_copy(update={"failure": "no", "prompt_tokens": None, "verdicts": ("uncited", "unsupported")})
    values = values_of(record(generation=failed))
    assert values["model's answer shown"] == 0.0
    assert "tokens per question" not in values
    assert "citations per sentence" not in values
    assert (values["sentences supported"], values["sentences not supported"]) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (said("A sentence on nothing at all. [1]"), 0.0),
        (Reply(status=401), 0.0),
        (said("The passages do not answer this."), 1.0),
    ],
)
def test_a_run_asks_the_model_and_measures_it(tmp_path, reply, shown):
    with (
        scripted(reply) as model,
        opened(tmp_path / "data", HashingEncoder(DIMENSION), create=True) as stores,
    ):
        take(stores, ARTICLES)
        llm = llm_of(Settings(llm_url=model.url, llm_model=NAME))
        configuration = Configuration.model_validate({"name": "bold", "answer": {"threshold": 0.0}})
        engine = engine_of(configuration, stores, stores.encoder, llm=llm)
        gold = read_gold([gold_file(tmp_path / "g.jsonl")])[:2]
        info = describe(configuration, Selected(questions=gold, files={}, split="all"), engine)
        assert info.archive["language model"] == NAME
        (tmp_path / "run").mkdir()
        ask = gold_asker(engine, Outspoken(configuration, stores, stores.encoder))
        run = ask_all(tmp_path / "run", info, gold, ask, lambda *_: None)
        plain = configuration.model_validate({"name": "plain", "answer": {"answerer": "extractive"}})
        assert engine_of(plain, stores, stores.encoder, llm=llm).writer is None
    assert len(model.requests) == len(gold)
    figures = run.summary.figures
    assert figures["model's answer shown"].value == shown
    assert "write" in run.summary.latency
    assert all(item.generation.model == NAME for item in run.records)
