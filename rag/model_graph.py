"""The embedding model as an ONNX graph, exported once on this machine and checked against the original.

The graph holds the whole sentence-transformers model, pooling included. It lies in a folder named
after the model's hash: ``model.onnx``, and ``graph.json`` with what is needed to run it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoders import Engine, GraphEngine, SentenceTransformersEngine, load_sentence_transformer, load_tokenizer
from rag.errors import ModelError
from rag.model_files import ModelFiles, read_json, write_json
from rag.probe import probe_passages

LEAST_COSINE = 0.9999
"""A graph whose vectors agree less than this with sentence-transformers is thrown away."""

_FORMAT = 1  # part of the folder's name: a graph exported in another way is not used
_DRAFT = ".export-"


def graph_folder(files: ModelFiles, *, store: Path) -> Path:
    """Return the folder below ``store`` that holds, or would hold, the graph of ``files``."""
    return store / f"{files.sha256[:32]}-{_FORMAT}"


def load_graph(files: ModelFiles, *, store: Path) -> GraphEngine | None:
    """Return the engine of a graph exported earlier, or None when there is none that can be read."""
    return _read(files, graph_folder(files, store=store))


def export_graph(files: ModelFiles, reference: SentenceTransformersEngine, *, store: Path) -> GraphEngine:
    """Export the model, check it against ``reference``, keep it in ``store`` and return its engine.

    Takes some seconds. Raises ModelError when the model cannot be exported, its vectors deviate, or
    ``store`` cannot be written; nothing is kept then.
    """
    folder = graph_folder(files, store=store)
    try:
        store.mkdir(parents=True, exist_ok=True)
        _remove_old_drafts(store)
        with tempfile.TemporaryDirectory(dir=store, prefix=_DRAFT) as name:
            draft = Path(name)
            write_json(draft / "graph.json", _export(files, reference, draft / "model.onnx"))
            engine = _read(files, draft)
            if engine is None:
                raise ModelError("the exported file cannot be read")
            cosine = agreement(engine, reference)
            if cosine >= LEAST_COSINE:
                folder.mkdir(exist_ok=True)
                for part in ("model.onnx", "graph.json"):  # the second makes the first valid
                    os.replace(draft / part, folder / part)
                return engine
    except Exception as error:  # the exporter raises whatever its parts raise
        raise ModelError(
            f"The model {files.name} cannot be exported to ONNX ({error}). Set NEWSDESK_ENCODER=fp32 to do without."
        ) from error
    raise ModelError(
        f"The exported model {files.name} deviates from the original (cosine {cosine:.5f}). "
        "Set NEWSDESK_ENCODER=fp32 to do without."
    )


def agreement(engine: Engine, reference: Engine) -> float:
    """Return the least cosine between the vectors of the two on passages, a word, nothing, and other scripts."""
    texts = [*probe_passages(6), "News", "", "Ein kurzer Satz über Zürich. 日本のニュース。"]
    return float((engine.encode(texts) * reference.encode(texts)).sum(axis=1).min())


def _read(files: ModelFiles, folder: Path) -> GraphEngine | None:
    facts = read_json(folder / "graph.json")
    if facts.get("model_hash") != files.sha256:
        return None
    try:
        return GraphEngine(
            folder / "model.onnx",
            load_tokenizer(files.folder),
            dimension=int(facts["dimension"]),
            max_tokens=int(facts["max_tokens"]),
            padding=int(facts["padding"]),
        )
    except (ModelError, KeyError, TypeError, ValueError):
        return None


def _remove_old_drafts(store: Path) -> None:
    """Remove what exports that were killed left behind; younger ones may belong to another process."""
    for draft in store.glob(f"{_DRAFT}*"):
        if draft.stat().st_mtime < time.time() - 600:
            shutil.rmtree(draft, ignore_errors=True)


def _export(files: ModelFiles, reference: SentenceTransformersEngine, target: Path) -> dict[str, Any]:
    import torch

    # Other kinds of attention do not pass the exporter.
    model = load_sentence_transformer(files.folder, {"dtype": "float32", "attn_implementation": "eager"}).eval()

    class Sentences(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return self.model(features)["sentence_embedding"]

    ids = torch.from_numpy(np.ones((2, 16), dtype=np.int64))
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer warns about branches that do not depend on the input
        torch.onnx.export(
            Sentences().eval(),
            (ids, ids),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence_embedding"],
            dynamic_axes={
                "input_ids": {0: "texts", 1: "tokens"},
                "attention_mask": {0: "texts", 1: "tokens"},
                "sentence_embedding": {0: "texts"},
            },
            opset_version=17,
            dynamo=False,
        )
    return {
        "model_hash": files.sha256,
        "dimension": reference.dimension,
        "max_tokens": reference.max_tokens,
        "padding": int(getattr(model[0].auto_model.config, "pad_token_id", None) or 0),
    }
