"""A process that takes articles in is killed at any moment, again and again: nothing is lost, nothing is wedged."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from archives import opened, prose, searched, sentence, take
from sqlalchemy import select

from ingest.files import read_paths
from rag import tables
from rag.retrieve import HybridRetriever
from rag.schema import Question

DRIVER = Path(__file__).with_name("ingest_driver.py")
SIZES = {"batch": 6, "index_every": 24, "index_batch": 9, "sync_threshold": 40}
PAUSE = 0.03
KILLS = 20
AIMED = ("vectors", "store", "lexical", "encode", "mark", "unmark", "delete", "recover")
"""Steps that are killed on purpose, beside the kills at random moments."""
WRITING_STEPS = {"vectors", "store", "lexical"}
"""Those among them in which a kill must have come."""


def write_news(path, state):
    """Write what the world's feeds hold in a given state: each adds articles, copies, edits and a broken line."""
    records = []
    for number in range(24 + 8 * state):
        edits = (state + number % 3) // 3 if number < 24 else 0
        text = f"{sentence(number)} {prose(37 * number % 900, 14 + number % 9)} {sentence(edits)}"
        day = f"2024-01-{1 + number % 28:02d}" if number % 5 else None
        story = {"text": text, "language": "en"}  # to detect it would take a second at each start
        records.append({"id": f"a{number}", "title": f"Report {number}", "published_at": day, **story})
        if number % 6 == 0:
            earlier = f"2023-12-{1 + (number + state) % 28:02d}" if number % 12 else None
            records.append({"id": f"copy{number}", "title": "Copy", "published_at": earlier, **story})
    lines = [json.dumps(record) for record in records]
    lines.insert(7, '{"title": "broken')
    path.write_text("\n".join(lines))


class Victim:
    """Real processes on one archive, of which all but the last of each round are killed."""

    def __init__(self, folder, generator):
        self.folder = folder
        self.generator = generator
        self.trace = folder / "trace"
        self.killed_in = Counter()
        self.aims = list(AIMED)

    @property
    def kills(self):
        return sum(self.killed_in.values())

    def run_to_the_end(self, news):
        """Start, kill, start again, until a run gets through."""
        attempts = 0
        while not self._one_run(news, patient=attempts >= 12):
            attempts += 1

    def _one_run(self, news, *, patient):
        """Return whether the process came to its end before it was killed."""
        self.trace.write_text("")
        plan = json.dumps({**SIZES, "trace": str(self.trace), "pause": PAUSE})
        command = [sys.executable, str(DRIVER), plan, "--data", str(self.folder / "data"), "files", str(news)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        aim = None
        if not patient:
            aim = self._wait_for_the_moment(process)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        output = process.communicate(timeout=120)[0].decode()
        if process.returncode == -signal.SIGKILL:
            steps = self._open_steps()
            self.killed_in[steps[-1]] += 1
            if aim in steps:
                self.aims.remove(aim)
            return False
        assert process.returncode == 3, output  # the broken line
        return True

    def _wait_for_the_moment(self, process):
        """Wait for a random time, or for a step that is aimed at; return which."""
        while not self.trace.read_bytes() and process.poll() is None:
            time.sleep(0.005)
        if self.aims and self.generator.random() < 0.5:
            aim = self.generator.choice(self.aims)
            self._wait_for_step(aim, process)
            return aim
        time.sleep(self.generator.uniform(0.0, 1.2))
        return None

    def _wait_for_step(self, name, process):
        """Wait until a step begins, then for a part of it, most often about the part where the work is done."""
        deadline = time.monotonic() + 3
        while f"\n{name}\n" not in f"\n{self.trace.read_text()}" and time.monotonic() < deadline:
            if process.poll() is not None:
                return
        time.sleep(self.generator.choice([self.generator.uniform(0, PAUSE), PAUSE / 2 + 0.002]))

    def _open_steps(self):
        """Return the steps that had begun and not ended, the innermost last."""
        begun = ["between"]
        for line in self.trace.read_text().splitlines():
            if line.startswith("-"):
                begun.remove(line[1:])
            else:
                begun.append(line)
        return begun


def contents(folder):
    """What an archive holds, without the moments at which it came there."""
    with opened(folder) as stores:
        verification = stores.verify()
        assert verification.is_sound, verification
        assert "yes" not in stores.archive.made_with().values()
        ids = list(stores.archive.passage_ids())
        with stores.archive.engine.connect() as connection:
            article, passage, version = tables.articles.c, tables.passages.c, tables.versions.c
            columns = (article.id, article.title, article.published, article.version, article.duplicate_of)
            rows = {
                "articles": select(*columns, article.content_hash).order_by(article.id),
                "versions": select(version.article_id, version.number, version.text).order_by(*version[:2]),
                "passages": select(passage.id, passage.start, passage.stop, passage.vector_hash).order_by(passage.id),
                "quarantine": select(tables.quarantine.c.location, tables.quarantine.c.reason),
            }
            found = {name: [tuple(row) for row in connection.execute(query)] for name, query in rows.items()}
            cached = dict(connection.execute(select(tables.vectors.c.hash, tables.vectors.c.data)).all())
        found["vectors"] = [cached[row[3]] for row in found["passages"]]
        found["lexical"] = stores.lexical.ids()
        stored = stores.vectors._collection.get(ids=ids, include=["embeddings"])
        order = np.argsort(stored["ids"])
        found["chroma"] = (sorted(stored["ids"]), np.asarray(stored["embeddings"])[order].tobytes())
        found["searched"] = searched(stores)
        retrieve = HybridRetriever(stores)
        questions = (f"What happened on day {number} in room{number}?" for number in range(0, 200, 23))
        found["answers"] = [retrieve(Question(text=text), limit=1)[0].passage.id for text in questions]
    return found


@pytest.mark.slow
def test_kills_at_any_moment_lose_nothing_and_leave_nothing_behind(tmp_path):
    victim = Victim(tmp_path / "killed", random.Random(2))
    victim.folder.mkdir()
    state = 0
    while state < 3 or (state < 15 and (victim.kills < KILLS or {*victim.aims} & WRITING_STEPS)):
        write_news(tmp_path / "news.jsonl", state)
        victim.run_to_the_end(tmp_path / "news.jsonl")
        with opened(tmp_path / "calm", create=True) as calm:
            take(calm, read_paths([str(tmp_path / "news.jsonl")]))
        state += 1
    print(f"{victim.kills} kills in {state} rounds: {dict(victim.killed_in)}")
    assert victim.kills >= KILLS
    assert len(victim.killed_in) >= 5, victim.killed_in
    assert not {*victim.aims} & WRITING_STEPS
    expected, found = contents(tmp_path / "calm"), contents(tmp_path / "killed" / "data")
    assert len(expected["passages"]) > 60
    assert any(row[4] for row in expected["articles"])
    assert max(row[3] for row in expected["articles"]) > 1
    for name in expected:
        assert found[name] == expected[name], name
