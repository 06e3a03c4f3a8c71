"""The embedding model as one seam: texts to vectors, and a text to its word pieces."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.config import Settings
from rag.encoders import Engine, GraphEngine, SentenceTransformersEngine, Vectors, load_tokenizer, token_offsets
from rag.engine_choice import (
    ENGINES,
    LEAST_COSINE,
    choose_engine,
    has_bf16,
    measure,
    remember_engine,
    remembered_engine,
)
from rag.errors import ConfigurationError, ModelError
from rag.model_files import ModelFiles, find_model
from rag.model_graph import agreement, export_graph, load_graph

BULK_CHARACTERS = 30_000
"""From this much text on, an engine that is slow to load but fast to run is worth loading."""

_LOG = logging.getLogger(__name__)


class Encoder(Protocol):
    """An embedding model, ready to run; safe to call from several threads.

    ``model_hash`` is a SHA-256 over weights, tokenizer and pooling configuration: vectors of equal
    hashes may be mixed, whatever engine computed them. ``max_tokens`` counts special tokens.
    """

    @property
    def name(self) -> str:
        """What people call the model."""

    @property
    def model_hash(self) -> str:
        """SHA-256 in hexadecimal."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Word pieces the model reads, special tokens included; the rest of a text is cut off."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""


class ModelEncoder:
    """The encoder of a model on disk: one engine, or a quick one for questions and another for bulk."""

    def __init__(
        self,
        files: ModelFiles,
        engine: GraphEngine | SentenceTransformersEngine,
        *,
        engine_name: str,
        bulk: Callable[[], Engine] | None = None,
    ) -> None:
        """Run ``engine``; ``bulk`` loads the engine for large calls, when ``engine`` is not the fastest.

        ``engine_name`` tells which engine large calls use.
        """
        self.name = files.name
        self.model_hash = files.sha256
        self.dimension = engine.dimension
        self.max_tokens = engine.max_tokens
        self.engine_name = engine_name
        self._engine: Engine = engine
        self._load_bulk = bulk
        self._bulk: Engine | None = None
        self._tokenizer = load_tokenizer(files.folder)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 rows (len(texts), dimension), L2-normalised, in the order of ``texts``."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if self._load_bulk is None or sum(map(len, texts)) < BULK_CHARACTERS:
            return self._engine.encode(texts)
        with self._lock:
            if self._bulk is None:
                self._bulk = self._load_bulk()
        return self._bulk.encode(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Return the character span of each word piece of ``text``, without special tokens, not cut off."""
        return token_offsets(self._tokenizer, text)


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder of ``settings.embedding``, run the way ``settings.encoder`` names.

    ``auto`` takes the engine remembered in ``encoder.json`` of the data folder; the first time on a
    machine it exports the model, measures the engines and remembers the fastest, which takes some
    ten seconds. Raises ModelError when the model cannot be had, ConfigurationError for an unknown engine.
    """
    if settings.encoder not in {"auto", *ENGINES}:
        raise ConfigurationError(
            f"There is no engine {settings.encoder!r} to run the model. "
            f"Set NEWSDESK_ENCODER to auto or one of {', '.join(ENGINES)}."
        )
    store = settings.folder / "models"
    memory = settings.folder / "encoder.json"
    files = find_model(settings.embedding, memory=store)
    if settings.encoder == "auto":
        remembered = remembered_engine(memory, files.sha256)
        return _measured(files, store, memory) if remembered is None else _remembered(files, store, remembered)
    if settings.encoder == "onnx":
        graph = load_graph(files, store=store) or export_graph(
            files, SentenceTransformersEngine(files.folder), store=store
        )
        return ModelEncoder(files, graph, engine_name="onnx")
    engine = SentenceTransformersEngine(files.folder, precision=settings.encoder)
    if settings.encoder == "bf16":
        cosine = agreement(engine, SentenceTransformersEngine(files.folder))
        if not cosine >= LEAST_COSINE:
            raise ModelError(f"bf16 deviates from fp32 (cosine {cosine:.5f}) here. Set NEWSDESK_ENCODER=auto.")
    return ModelEncoder(files, engine, engine_name=settings.encoder)


def _remembered(files: ModelFiles, store: Path, name: str) -> Encoder:
    graph = load_graph(files, store=store)
    if name == "onnx":
        if graph is None:  # deleted, or damaged
            return _with_graph(files, store, SentenceTransformersEngine(files.folder))
        return ModelEncoder(files, graph, engine_name="onnx")
    if graph is None:
        return ModelEncoder(files, SentenceTransformersEngine(files.folder, precision=name), engine_name=name)
    return ModelEncoder(
        files, graph, engine_name=name, bulk=lambda: SentenceTransformersEngine(files.folder, precision=name)
    )


def _with_graph(files: ModelFiles, store: Path, reference: SentenceTransformersEngine) -> Encoder:
    """Return the encoder on an exported graph, or on ``reference`` when the export fails."""
    graph = _exported(files, store, reference)
    if graph is None:
        return ModelEncoder(files, reference, engine_name="fp32")
    return ModelEncoder(files, graph, engine_name="onnx")


def _exported(files: ModelFiles, store: Path, reference: SentenceTransformersEngine) -> GraphEngine | None:
    try:
        return load_graph(files, store=store) or export_graph(files, reference, store=store)
    except ModelError as error:
        _LOG.warning("%s", error)
        return None


def _measured(files: ModelFiles, store: Path, memory: Path) -> Encoder:
    """Return the encoder on the fastest engine of this machine, and remember which it is."""
    reference = SentenceTransformersEngine(files.folder)
    engines: dict[str, Engine] = {"fp32": reference}
    graph = _exported(files, store, reference)
    if graph is not None:
        engines["onnx"] = graph
    if has_bf16():
        engines["bf16"] = SentenceTransformersEngine(files.folder, precision="bf16")
    measured = measure(engines)
    name = choose_engine(measured)
    remember_engine(memory, files.sha256, name, measured)
    _LOG.info("engine %s chosen for %s: %s", name, files.name, measured)
    if graph is None:
        chosen = engines[name]
        assert isinstance(chosen, SentenceTransformersEngine)
        return ModelEncoder(files, chosen, engine_name=name)
    if name == "onnx":
        return ModelEncoder(files, graph, engine_name=name)
    return ModelEncoder(files, graph, engine_name=name, bulk=lambda: engines[name])
