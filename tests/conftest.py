"""What all tests share: temporary folders in memory, and the bundled corpus in an archive of the real model."""

import shutil
import tempfile
from pathlib import Path

import pytest

BRIEFS = Path(__file__).parent.parent / "corpus" / "briefs"
MEMORY = Path("/dev/shm")
ROOM = 2_000_000_000


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # Every commit of an archive waits for its disk, so folders lie in memory where there is room.
    if config.option.basetemp is None and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        folder = tempfile.mkdtemp(prefix="newsdesk-tests-", dir=MEMORY)
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(scope="session")
def bundled_archive(tmp_path_factory):
    """The data folder of an archive of corpus/briefs, made with the real model and closed: copy it to open it."""
    from ingest.files import read_paths
    from ingest.pipeline import Outcome, Pipeline
    from rag.config import Settings
    from rag.embed import load_encoder
    from rag.stores import Stores

    settings = Settings(data=str(tmp_path_factory.mktemp("bundled") / "data"))
    with Stores(settings, load_encoder(settings), create=True) as stores:
        account = Pipeline(stores).run(read_paths([str(BRIEFS)]))
    assert account.outcomes[Outcome.ADDED] == account.items == len(list(BRIEFS.glob("*.md")))
    return settings.folder


@pytest.fixture(scope="session")
def bundled_engine(bundled_archive, tmp_path_factory):
    """An engine over a copy of the bundled archive, for questions only."""
    from rag.config import Settings
    from rag.engine import open_engine

    folder = shutil.copytree(bundled_archive, tmp_path_factory.mktemp("asked") / "data")
    with open_engine(Settings(data=str(folder))) as engine:
        yield engine
