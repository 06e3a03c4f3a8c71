"""Which engine runs the model on this machine: measured once, remembered in the data folder.

The choice is remembered by model hash, processor and library versions, so that it is made again
when one of them changes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from rag.encoders import Engine, usable_cores
from rag.model_files import read_json, write_json
from rag.probe import probe_passages

ENGINES = ("onnx", "fp32", "bf16")
"""Names of the engines: exported graph, sentence-transformers in fp32, sentence-transformers in bf16."""

LEAST_COSINE = 0.999
"""An engine whose vectors agree less than this with fp32 is not chosen."""

PREFERENCE = 1.1
"""How many times faster than the graph another engine must be, since the graph starts ten times faster."""

_LIBRARIES = ("torch", "sentence-transformers", "transformers", "onnxruntime", "tokenizers")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One engine on the probe: passages per second, and its least cosine with fp32."""

    rate: float
    cosine: float


def remembered_engine(memory: Path, model_hash: str) -> str | None:
    """Return the engine chosen earlier for this model on this machine, or None."""
    known = read_json(memory).get(_key(model_hash))
    name = known.get("engine") if isinstance(known, dict) else None
    return name if name in ENGINES else None


def remember_engine(memory: Path, model_hash: str, engine: str, measured: Mapping[str, Measurement]) -> None:
    """Write the choice, with what was measured, into the file ``memory``."""
    content = read_json(memory)
    content[_key(model_hash)] = {
        "engine": engine,
        "processor": processor_name(),
        "cores": usable_cores(),
        "passages_per_second": {name: round(item.rate, 1) for name, item in measured.items()},
        "cosine_with_fp32": {name: round(item.cosine, 6) for name, item in measured.items()},
    }
    write_json(memory, content)


def measure(engines: Mapping[str, Engine], *, rounds: int = 2, passages: int = 16) -> dict[str, Measurement]:
    """Return each engine's best rate over ``rounds`` alternating rounds of ``passages`` probe passages.

    ``engines`` must hold ``fp32``, the reference for the cosine.
    """
    texts = probe_passages(passages)
    vectors = {name: engine.encode(texts[:4]) for name, engine in engines.items()}  # the first run is slower
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(rounds):
        for name, engine in engines.items():
            started = time.perf_counter()
            vectors[name] = engine.encode(texts)
            best[name] = min(best[name], time.perf_counter() - started)
    return {
        name: Measurement(
            rate=passages / best[name], cosine=float(np.min(np.sum(vectors[name] * vectors["fp32"], axis=1)))
        )
        for name in engines
    }


def choose_engine(measured: Mapping[str, Measurement]) -> str:
    """Return the name of the fastest engine that agrees with fp32; a close call goes to the graph."""
    handicapped: dict[str, float] = {}
    for name, item in measured.items():
        if not item.cosine >= LEAST_COSINE:  # also refuses nan
            _LOG.warning("the %s engine deviates from fp32 (cosine %.5f) and is not used", name, item.cosine)
            continue
        handicapped[name] = item.rate * (PREFERENCE if name == "onnx" else 1.0)
    return max(handicapped, key=lambda name: handicapped[name], default="fp32")


def has_bf16() -> bool:
    """Tell whether the processor computes in bf16 itself; without that it is several times slower than fp32."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return bool(flags & {"avx512_bf16", "amx_bf16"})


def processor_name() -> str:
    """Return the processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _key(model_hash: str) -> str:
    libraries = [f"{name} {_version(name)}" for name in _LIBRARIES]
    facts = [model_hash, processor_name(), str(usable_cores()), str(has_bf16()), os.name, *libraries]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
