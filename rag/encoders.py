"""Ways to run a sentence-transformers model; each gives the same vectors, at its own speed."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.model_files import ModelFiles

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]


class SentenceTransformersEncoder:
    """The model as sentence-transformers loads and runs it, in fp32."""

    def __init__(self, files: ModelFiles) -> None:
        """Load the model of ``files``; raises ModelError when sentence-transformers cannot."""
        model = load_sentence_transformer(files.folder)
        self.name = files.name
        self.model_hash = files.sha256
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.max_tokens = int(model.max_seq_length or 512)
        self._model = model
        self._tokenizer = load_tokenizer(files.folder)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one L2-normalised row per text, in the order of ``texts``; longer texts are cut off."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                [well_formed(text) for text in texts], batch_size=8, convert_to_numpy=True, show_progress_bar=False
            )
        return normalised(vectors)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""
        return token_offsets(self._tokenizer, text)


def load_sentence_transformer(folder: Path) -> Any:
    """Return the SentenceTransformer in ``folder``, on the processor, without any look at the network."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # "Loading weights" would break our own lines
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
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
