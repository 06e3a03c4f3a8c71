"""``transformers serve`` for a small model: ``python tests/serve_tiny_llama.py FOLDER PORT`` on 127.0.0.1.

Server, chat template, generation and streaming are its own. Only loading is ours: its loader wants the package
accelerate to place weights on devices, which a model of a few kilobytes on the processor does without.
"""

import sys
from pathlib import Path

from transformers import AutoModelForCausalLM
from transformers.cli.serve import Serve
from transformers.cli.serving.model_manager import ModelManager


class PlainModelManager(ModelManager):
    """Loads onto the processor."""

    def _load_model(self, model_id_and_revision, *_, **__):
        folder = Path(model_id_and_revision.rpartition("@")[0] or model_id_and_revision)
        return AutoModelForCausalLM.from_pretrained(folder)


if __name__ == "__main__":
    ModelManager._load_model = PlainModelManager._load_model
    Serve(force_model=sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), device="cpu")
