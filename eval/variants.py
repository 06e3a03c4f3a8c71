"""Configurations: small TOML files that say how questions are answered, so that variants can be compared."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.embed import Encoder
from rag.engine import PASSAGES, Engine
from rag.errors import ConfigurationError
from rag.evidence import TermStatistics
from rag.extract import ExtractiveAnswerer
from rag.rank import Ranker
from rag.reader import Reader
from rag.retrieve import Candidate, Fuse, Fusion, HybridRetriever, fuse_scores
from rag.schema import Answer, Question, ScoredPassage, Scores
from rag.stores import Stores
from rag.weights import FILE, READER_FILE, read_weights
from rag.windows import WINDOW_CHARACTERS

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

FOLDER = Path(__file__).parent / "configs"
DEFAULT = "newsdesk"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retrieval(_Part):
    """How candidates are put in one order: see ``rag.retrieve.Fusion`` and ``reciprocal_ranks``.

    ``ranker`` tells whether the learnt ranker goes over the best of them afterwards, ``reader`` whether it
    reads them, ``window`` how many characters a found passage is widened to.
    """

    method: Literal["scores", "reciprocal rank"] = "scores"
    dense: float = Field(default=Fusion.dense, ge=0, le=1)
    half_constant: float = Field(default=Fusion.half_constant, ge=0, le=1)
    tau_days: float = Field(default=Fusion.tau_days, gt=0)
    k: float = Field(default=60, ge=0)
    ranker: bool = True
    reader: bool = True
    window: int = Field(default=WINDOW_CHARACTERS, ge=0)


class Reading(_Part):
    """Whether periods, publishers and kinds of articles in a question's ``words`` limit its search."""

    words: bool = True


class Answering(_Part):
    """Who answers, with the reader or without, from how many passages, and from which confidence on.

    ``answerer`` is the language model of the settings where they name one, or in any case the extractive one. Without a
    ``threshold`` it is the calibrated one.
    """

    answerer: Literal["as set", "extractive"] = "as set"
    passages: int = Field(default=PASSAGES, ge=1, le=100)
    threshold: float | None = Field(default=None, ge=0, le=1)
    reader: bool = True


class Configuration(_Part):
    """A way to answer questions, with the name it has in tables.

    ``follow_ups`` tells whether the follow-up questions of a gold file are asked with their conversation, as a reader
    would, or in the standalone wording that was written for them.
    """

    name: str = Field(min_length=1)
    description: str = ""
    follow_ups: Literal["as asked", "standalone"] = "as asked"
    reading: Reading = Reading()
    retrieval: Retrieval = Retrieval()
    answer: Answering = Answering()


def read_configuration(name: str) -> Configuration:
    """Read a bundled configuration by name, or a TOML file by path.

    Raises ConfigurationError naming the file and the field that cannot be used.
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = FOLDER / f"{name}.toml"
    try:
        return Configuration.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = ", ".join(sorted(item.stem for item in FOLDER.glob("*.toml")))
        raise ConfigurationError(
            f"There is no configuration {name!r}. Name one of {known}, or the path of a TOML file."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML ({error}). Mend it.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigurationError(f"{path}: field {place}: {first['msg']}. Fields: {_fields()}.") from error


def _fields() -> str:
    reading = (f"reading.{name}" for name in Reading.model_fields)
    retrieval = (f"retrieval.{name}" for name in Retrieval.model_fields)
    answer = (f"answer.{name}" for name in Answering.model_fields)
    return ", ".join(("name", "description", "follow_ups", *reading, *retrieval, *answer))


def engine_of(
    configuration: Configuration,
    stores: Stores,
    encoder: Encoder,
    reader: Reader | None = None,
    *,
    llm: LLM | None = None,
) -> Engine:
    """Return an engine that answers from ``stores`` the way ``configuration`` says; ``encoder`` is for sentences.

    ``llm`` is the language model of the settings, if any.
    """
    ranking = reader if configuration.retrieval.reader else None
    return Engine(
        stores,
        retriever=HybridRetriever(
            stores,
            fuse=_fuse(configuration.retrieval),
            rank=Ranker(_statistics(stores), reader=ranking) if configuration.retrieval.ranker else None,
            window=configuration.retrieval.window,
        ),
        answerer=_answerer(configuration.answer, stores, encoder, reader, threshold=configuration.answer.threshold),
        passages=configuration.answer.passages,
        words=configuration.reading.words,
        llm=llm if configuration.answer.answerer == "as set" else None,
    )


class Outspoken:
    """Says what a declined question would have been answered, from the passages it was declined with."""

    def __init__(
        self, configuration: Configuration, stores: Stores, encoder: Encoder, reader: Reader | None = None
    ) -> None:
        self._answerer = _answerer(configuration.answer, stores, encoder, reader, threshold=0.0)

    def __call__(self, question: Question, passages: Sequence[ScoredPassage]) -> Answer:
        """Return the complete answer, whatever its confidence."""
        *_, answer = self._answerer(question, passages)
        return answer


def _fuse(retrieval: Retrieval) -> Fuse:
    if retrieval.method == "reciprocal rank":
        return partial(reciprocal_ranks, k=retrieval.k)
    fusion = Fusion(dense=retrieval.dense, half_constant=retrieval.half_constant, tau_days=retrieval.tau_days)
    return partial(fuse_scores, fusion=fusion)


def _answerer(
    answering: Answering, stores: Stores, encoder: Encoder, reader: Reader | None, *, threshold: float | None
) -> ExtractiveAnswerer:
    reader = reader if answering.reader else None
    weights = read_weights(READER_FILE if reader else FILE)
    if threshold is not None:
        weights = replace(weights, threshold=threshold)
    return ExtractiveAnswerer(encoder, _statistics(stores), weights=weights, reader=reader)


def _statistics(stores: Stores) -> TermStatistics:
    return TermStatistics(stores.lexical.terms, stores.lexical.document_frequency, stores.lexical.count)


def reciprocal_ranks(candidates: Sequence[Candidate], *, k: float) -> dict[str, Scores]:
    """Return candidates by the sum of 1 / (k + rank) over both orders (Cormack, Clarke and Büttcher 2009).

    Both orders are over all candidates; one that no search term matched has no place in the lexical order.
    """
    total = dict.fromkeys((item.passage_id for item in candidates), 0.0)
    for order in _orders(candidates):
        for rank, item in enumerate(order, start=1):
            total[item.passage_id] += 1 / (k + rank)
    by_id = {item.passage_id: item for item in candidates}
    return {
        name: Scores(final=score, dense=by_id[name].dense, lexical=by_id[name].lexical, recency=None)
        for name, score in sorted(total.items(), key=lambda item: (-item[1], item[0]))
    }


def _orders(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    yield sorted(candidates, key=lambda item: (-item.dense, item.passage_id))
    yield sorted((item for item in candidates if item.lexical > 0), key=lambda item: (-item.lexical, item.passage_id))
