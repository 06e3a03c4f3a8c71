"""The reader as an ONNX graph, exported once on this machine from the weights that come with Newsdesk."""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from pathlib import Path

from rag.config import Settings
from rag.encoders import load_tokenizer
from rag.errors import ModelError
from rag.model_files import BUNDLED_NAME, ModelFiles, find_model
from rag.reader import WEIGHTS, GraphReader
from rag.reader_model import reader_module

_FORMAT = 1  # part of the folder's name: a graph exported in another way is not used


def reader_of(settings: Settings) -> GraphReader | None:
    """Return the reader, or None where the settings put it off; raises ModelError."""
    return None if settings.reader == "off" else load_reader(settings.folder / "models")


def load_reader(store: Path, *, weights: Path = WEIGHTS) -> GraphReader:
    """Return the reader, exported to the folder ``store`` unless it lies there already (which takes some seconds).

    Raises ModelError when the weights, or the bundled embedding model they were trained on, cannot be read.
    """
    files = find_model(BUNDLED_NAME, memory=store)
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The reader's weights cannot be read ({error}). Reinstall Newsdesk.") from error
    graph = store / f"reader-{digest[:32]}-{_FORMAT}.onnx"
    if not graph.is_file():
        _export(files, weights, graph)
    return GraphReader(graph, load_tokenizer(files.folder))


def _export(files: ModelFiles, weights: Path, graph: Path) -> None:
    import torch

    module = reader_module(files, weights)
    ids = torch.ones((2, 16), dtype=torch.long)
    names = ["ids", "mask", "kinds"]
    axes: dict[str, dict[int, str]] = {name: {0: "texts", 1: "tokens"} for name in [*names, "starts", "ends"]}
    try:
        graph.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=graph.parent, prefix=".export-") as name, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer warns about branches that do not depend on the input
            draft = Path(name) / "reader.onnx"
            with torch.inference_mode():
                torch.onnx.export(
                    module, (ids, ids, ids), str(draft), input_names=names,
                    output_names=["relevance", "starts", "ends"], dynamic_axes={**axes, "relevance": {0: "texts"}},
                    opset_version=17, dynamo=False,
                )  # fmt: skip
            os.replace(draft, graph)
    except Exception as error:  # the exporter raises whatever its parts raise
        raise ModelError(
            f"The reader cannot be exported to {graph} ({error}). Check that its folder is writable, or set "
            "NEWSDESK_READER=off."
        ) from error
