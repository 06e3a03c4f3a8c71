"""Retrieve passages for one question from an index of plain LlamaIndex: ``python -m … MODEL FOLDER QUESTION``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.plain_side import PlainSide, load_embedding


def main(arguments: Sequence[str]) -> int:
    """Print the titles of what is found; return 0."""
    model, folder, question = arguments
    side = PlainSide(Path(folder), load_embedding(Path(model), warm=False))
    sys.stdout.write("\n".join(side.titles(question)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
