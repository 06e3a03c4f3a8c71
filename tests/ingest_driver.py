"""``python tests/ingest_driver.py PLAN ARGUMENT…``: the command line of ingest with an encoder that needs no model.

PLAN is JSON. ``pause``: seconds that each call of the encoder and each traced step takes longer;
``batch``, ``index_every``, ``index_batch``: sizes, small ones so that every step comes often; ``trace``: a
file to which the name of each step is written before it begins, and ``-`` and its name when it is over.
"""

import functools
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archives import DIMENSION
from fakes import HashingEncoder

from ingest import files, pipeline
from ingest.__main__ import main
from rag import embed, indexing, vectors
from rag.archive_writer import ArchiveWriter
from rag.lexical import LexicalIndex
from rag.stores import Stores
from rag.vectors import VectorIndex

STEPS = {
    "encode": (HashingEncoder, "encode"),
    "store": (ArchiveWriter, "store"),
    "lexical": (LexicalIndex, "write"),
    "vectors": (VectorIndex, "upsert"),
    "delete": (VectorIndex, "delete"),
    "mark": (ArchiveWriter, "mark_indexed"),
    "unmark": (ArchiveWriter, "mark_removed"),
    "recover": (Stores, "_recover"),
    "close": (Stores, "close"),
}


def trace(path, pause):
    """Write down the steps, and draw each out: half the pause before it, half after it."""
    stream = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def traced(name, function):
        @functools.wraps(function)
        def step(*arguments, **options):
            os.write(stream, f"{name}\n".encode())
            time.sleep(pause / 2)
            result = function(*arguments, **options)
            time.sleep(pause / 2)
            os.write(stream, f"-{name}\n".encode())
            return result

        return step

    for name, (owner, method) in STEPS.items():
        setattr(owner, method, traced(name, getattr(owner, method)))
    read = files.read_paths

    def read_slowly(*arguments, **options):
        os.write(stream, b"parse\n")
        for item in read(*arguments, **options):
            time.sleep(pause / 40)
            os.write(stream, b"-parse\n")
            yield item
            os.write(stream, b"parse\n")
        os.write(stream, b"-parse\n")

    files.read_paths = read_slowly


def run(plan, arguments):
    """Run the command as ``plan`` says."""
    pipeline.BATCH_PASSAGES = plan.get("batch", pipeline.BATCH_PASSAGES)
    pipeline.INDEX_EVERY = plan.get("index_every", pipeline.INDEX_EVERY)
    indexing.INDEX_BATCH = plan.get("index_batch", indexing.INDEX_BATCH)
    vectors.HNSW["sync_threshold"] = plan.get("sync_threshold", vectors.SYNC_THRESHOLD)
    embed.load_encoder = lambda _settings: HashingEncoder(DIMENSION)
    if "trace" in plan:
        trace(plan["trace"], plan.get("pause", 0.0))
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run(json.loads(sys.argv[1]), sys.argv[2:]))
