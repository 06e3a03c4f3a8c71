"""Engines: ways to run one sentence-transformers model, each with the same vectors at its own speed.

``SentenceTransformersEngine`` is the reference and runs every model. ``GraphEngine`` runs the model's
exported graph on one thread per core: it starts in a fraction of a second and wastes less of a small processor.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

TOKENS_PER_BATCH = 384
"""Padded tokens that one thread runs at once. Larger batches leave the processor's cache and are slower."""


class Engine(Protocol):
    """Computes vectors; safe to call from several threads."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""


class SentenceTransformersEngine:
    """The model as sentence-transformers loads and runs it."""

    def __init__(self, folder: Path, *, precision: str = "fp32") -> None:
        """Load the model in ``folder`` with weights in ``precision``, fp32 or bf16; raises ModelError."""
        self.model = load_sentence_transformer(folder, {"dtype": "bfloat16" if precision == "bf16" else "float32"})
        self.dimension = int(self.model.get_embedding_dimension() or 0)
        self.max_tokens = int(self.model.max_seq_length or 512)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:  # one call uses all cores; sentence-transformers does not promise more than one
            vectors = self.model.encode(
                [well_formed(text) for text in texts], batch_size=8, convert_to_numpy=True, show_progress_bar=False
            )
        return normalised(vectors)


class GraphEngine:
    """The model's exported ONNX graph on ONNX Runtime, in fp32, one single-threaded batch per core.

    The graph takes ``input_ids`` and ``attention_mask``, both int64 (texts, tokens), and gives one
    vector per text: see ``rag.model_graph``.
    """

    def __init__(self, graph: Path, tokenizer: Tokenizer, *, dimension: int, max_tokens: int, padding: int) -> None:
        """Load ``graph``; ``padding`` is the id of the padding token. Raises ModelError when it cannot be read."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The threads are ours: a call runs where it is made, so that no barrier waits for a core that is busy.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library's errors share no public root
            raise ModelError(
                f"The exported model {graph} cannot be read ({error}). Delete it; the next start makes it anew."
            ) from error
        self.dimension = dimension
        self.max_tokens = max_tokens
        self._padding = padding
        self._tokenizer = tokenizer
        self._workers = usable_cores()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        rows = [self._token_ids(text) for text in texts]
        batches = batches_by_length([len(row) for row in rows], budget=TOKENS_PER_BATCH)

        def run(batch: list[int]) -> None:
            vectors[batch] = self._run([rows[index] for index in batch])

        if len(batches) < 2:
            for batch in batches:
                run(batch)
        else:
            with ThreadPoolExecutor(min(self._workers, len(batches)), "encoder") as pool:
                list(pool.map(run, batches))
        return normalised(vectors)

    def _token_ids(self, text: str) -> list[int]:
        """Return the ids of ``text`` cut off at ``max_tokens``, special tokens included."""
        # Encoded one at a time: a batch would start the library's own threads, which warn after a fork.
        # Cut off by hand: truncation is a setting of the tokenizer, which also counts whole texts.
        pieces = self._tokenizer.encode(well_formed(text), add_special_tokens=False)
        pieces.truncate(self.max_tokens - self._tokenizer.num_special_tokens_to_add(False))
        return list(self._tokenizer.post_process(pieces).ids)

    def _run(self, rows: Sequence[list[int]]) -> NDArray[Any]:
        longest = max(len(row) for row in rows)
        ids = np.full((len(rows), longest), self._padding, dtype=np.int64)
        mask = np.zeros((len(rows), longest), dtype=np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        result: NDArray[Any] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return result


def batches_by_length(lengths: Sequence[int], *, budget: int) -> list[list[int]]:
    """Return the indexes of ``lengths`` in batches, longest first, each of at most ``budget`` padded tokens.

    A text longer than ``budget`` is a batch of its own. Every index occurs once; ties keep their order.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda position: -lengths[position]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= budget:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def load_sentence_transformer(folder: Path, model_options: dict[str, Any]) -> Any:
    """Return the SentenceTransformer in ``folder``, on the processor, without any look at the network."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # "Loading weights" would break our own lines
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=model_options)
    except Exception as error:  # the library raises whatever its parts raise
        raise ModelError(
            f"sentence-transformers cannot load the model in {folder} ({error}). Save the model there again, "
            "or set NEWSDESK_EMBEDDING=all-MiniLM-L6-v2."
        ) from error


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the model's fast tokenizer with neither truncation nor padding; raises ModelError without one."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the Rust side raises bare Exception
        raise ModelError(
            f"The model in {folder} has no readable tokenizer.json ({error}). Save it with a fast tokenizer."
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def token_offsets(tokenizer: Tokenizer, text: str) -> list[tuple[int, int]]:
    """Return the character spans (start, end) of the word pieces of ``text``, without special tokens."""
    return list(tokenizer.encode(well_formed(text), add_special_tokens=False).offsets)


def well_formed(text: str) -> str:
    """Return ``text`` with lone surrogates, which no tokenizer takes, as U+FFFD; the length stays the same."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def normalised(vectors: NDArray[Any]) -> Vectors:
    """Return the rows as float32 of length one; a zero row stays zero."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def usable_cores() -> int:
    """Return how many processor cores this process may use: hyper-threads of one core count once."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))
