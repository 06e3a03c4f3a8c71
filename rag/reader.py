"""Reads passages with a question in mind: whether each answers it, and where the words that answer stand.

The network is ``rag.reader_model``; it runs as an ONNX graph that is exported once on this machine. A pair of
question and passage that was read already is remembered, since ranking and answering look at the same ones.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.encoders import batches_by_length, usable_cores
from rag.errors import ModelError
from rag.reader_model import Pair, encode_pair

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "reader.safetensors"
TOKENS_PER_BATCH = 1_024
LONGEST_ANSWER = 24
"""Tokens; answers of SQuAD's kind are short."""
REMEMBERED = 4_096


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read in a passage.

    ``relevance`` is the logit that it answers the question; ``answered`` the probability in [0, 1] that some of
    its words do; ``span`` (start, end) are the best of them in the passage, of ``share`` in [0, 1] of the
    probability; ``starts`` holds for every token its place (a character) and the probability that the answer
    begins there, shapes (tokens,).
    """

    relevance: float
    answered: float
    span: tuple[int, int] | None
    share: float
    places: NDArray[np.int32]
    starts: NDArray[np.float32]

    @property
    def probability(self) -> float:
        """The probability that the passage answers, in (0, 1)."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.relevance))))

    @property
    def scaled(self) -> float:
        """The relevance over 10, in [-1, 1], for linear models."""
        return max(-1.0, min(1.0, self.relevance / 10))

    def within(self, start: int, end: int) -> float:
        """Return the probability that the answer begins between these characters of the passage."""
        return float(self.starts[(self.places >= start) & (self.places < end)].sum())


@dataclass(frozen=True, kw_only=True)
class Text:
    """A passage to read under its article's title."""

    title: str
    text: str


class Reader(Protocol):
    """Reads passages; safe to call from several threads."""

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """Return a reading for each text, in their order."""


class GraphReader:
    """The exported network on ONNX Runtime, one single-threaded batch per core."""

    def __init__(self, graph: Path, tokenizer: Tokenizer) -> None:
        """Load ``graph``; raises ModelError when it cannot be read."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library's errors share no public root
            raise ModelError(
                f"The exported reader {graph} cannot be read ({error}). Delete it; the next start makes it anew."
            ) from error
        self._tokenizer = tokenizer
        self._workers = usable_cores()
        self._known: OrderedDict[tuple[str, str, str], Reading] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """Return a reading for each text, in their order."""
        keys = [(question, item.title, item.text) for item in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        pairs = [encode_pair(self._tokenizer, *key) for key in missing]
        batches = batches_by_length([len(pair.ids) for pair in pairs], budget=TOKENS_PER_BATCH)

        def run(batch: list[int]) -> None:
            for index, reading in zip(batch, self._run([pairs[index] for index in batch]), strict=True):
                found[missing[index]] = reading

        if len(batches) < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(min(self._workers, len(batches)), "reader") as pool:
                list(pool.map(run, batches))
        with self._lock:
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return [found[key] for key in keys]

    def _run(self, pairs: Sequence[Pair]) -> list[Reading]:
        longest = max(len(pair.ids) for pair in pairs)
        ids = np.zeros((len(pairs), longest), dtype=np.int64)
        mask = np.zeros((len(pairs), longest), dtype=np.int64)
        kinds = np.zeros((len(pairs), longest), dtype=np.int64)
        for number, pair in enumerate(pairs):
            ids[number, : len(pair.ids)] = pair.ids
            mask[number, : len(pair.ids)] = 1
            kinds[number, : len(pair.ids)] = pair.kinds
        result: list[NDArray[Any]] = self._session.run(None, {"ids": ids, "mask": mask, "kinds": kinds})
        relevance, starts, ends = result
        return [reading_of(pair, float(relevance[row]), starts[row], ends[row]) for row, pair in enumerate(pairs)]


def reading_of(pair: Pair, relevance: float, starts: NDArray[Any], ends: NDArray[Any]) -> Reading:
    """Return what the logits of one pair, (tokens,) each, say about its passage."""
    tokens = np.array(sorted(pair.places), dtype=np.int64)
    if not len(tokens):
        nothing = np.zeros(0, dtype=np.float32)
        return Reading(
            relevance=relevance, answered=0.0, span=None, share=0.0, places=nothing.astype(np.int32), starts=nothing
        )
    begin = _softmax(np.concatenate([starts[:1], starts[tokens]]))
    finish = _softmax(np.concatenate([ends[:1], ends[tokens]]))
    # The probability of a span is that of its two ends; longer or backward ones are none.
    both = np.triu(begin[1:, None] * finish[None, 1:])
    both -= np.triu(both, LONGEST_ANSWER)
    at = int(both.argmax())
    first, last = divmod(at, len(tokens))
    return Reading(
        relevance=relevance,
        answered=float(1 - begin[0] * finish[0]),
        span=(pair.places[int(tokens[first])][0], pair.places[int(tokens[last])][1]),
        share=float(both.flat[at]),
        places=np.array([pair.places[int(token)][0] for token in tokens], dtype=np.int32),
        starts=begin[1:].astype(np.float32),
    )


def _softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    result: NDArray[np.float64] = shifted / shifted.sum()
    return result
