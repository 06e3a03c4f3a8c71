"""What all tests share: temporary folders in memory, and the bundled corpus in an archive of the real model."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

settings.register_profile("newsdesk", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("newsdesk")

BRIEFS = Path(__file__).parent.parent / "corpus" / "briefs"
MEMORY = Path("/dev/shm")
ROOM = 2_000_000_000
LONGEST = ("test_kill.py", "test_eval_latency.py", "test_browser.py", "test_rag_embed.py", "test_chroma_server.py")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # Every commit of an archive waits for its disk, so folders lie in memory where there is room.
    if config.option.basetemp is None and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        folder = tempfile.mkdtemp(prefix="newsdesk-tests-", dir=MEMORY)
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items):
    # Several workers are given whole files in this order: the longest first, so that none is waited for at the end.
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def bundled_archive(tmp_path_factory):
    """The data folder of an archive of corpus/briefs, made with the real model and closed: copy it to open it."""
    own = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _bundled_archive_in(own / "bundled")
    # Made once for all workers, whose folders lie side by side; each gets a copy, since one at a time may hold it.
    common = own.parent / "bundled"
    with FileLock(f"{common}.lock"):
        made = common / "data" if common.exists() else _bundled_archive_in(common)
    return shutil.copytree(made, own / "bundled")


def _bundled_archive_in(folder):
    from ingest.files import read_paths
    from ingest.pipeline import Outcome, Pipeline
    from rag.config import Settings
    from rag.embed import load_encoder
    from rag.stores import Stores

    unfinished = folder.with_name(f"{folder.name}-unfinished")
    settings = Settings(data=str(unfinished / "data"))
    with Stores(settings, load_encoder(settings), create=True) as stores:
        account = Pipeline(stores).run(read_paths([str(BRIEFS)]))
    assert account.outcomes[Outcome.ADDED] == account.items == len(list(BRIEFS.glob("*.md")))
    return unfinished.rename(folder) / "data"


@pytest.fixture(scope="session")
def bundled_engine(bundled_archive, tmp_path_factory):
    """An engine over a copy of the bundled archive, for questions only."""
    from rag.config import Settings
    from rag.engine import open_engine

    folder = shutil.copytree(bundled_archive, tmp_path_factory.mktemp("asked") / "data")
    with open_engine(Settings(data=str(folder))) as engine:
        yield engine
