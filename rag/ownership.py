"""Who may open a local archive: one process at a time, with a message that names the holder.

Chroma's local store loses vectors when two processes write, and shows one process none of what
another wrote after it opened. So whoever opens it holds a file lock for as long as it is open.
The lock is the operating system's: it goes when the process dies, however it dies.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.archive import make_folder
from rag.errors import ArchiveBusyError, ConfigurationError


class Ownership:
    """An exclusive hold on ``folder``, from construction to ``release``.

    Raises ArchiveBusyError when another process, or another archive of this one, holds it; ``shared``
    tells that others may read meanwhile.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        make_folder(folder)
        self._holder = folder / "archive.holder.json"
        self._lock = FileLock(folder / "archive.lock", blocking=False, is_singleton=False, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise ArchiveBusyError(path=str(folder), holder=self._describe_holder(), shared=shared) from None
        except OSError as error:
            raise ConfigurationError(
                f"The archive in {folder} cannot be locked ({error.strerror}). Set NEWSDESK_DATA to a folder that "
                "can be written."
            ) from error
        self._holder.write_text(
            json.dumps(
                {
                    "pid": os.getpid(),
                    "command": " ".join([Path(sys.argv[0]).name or "python", *sys.argv[1:]])[:200],
                    "since": datetime.now(UTC).isoformat(timespec="seconds"),
                }
            ),
            encoding="utf-8",
        )

    def _describe_holder(self) -> str:
        try:
            found = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"process {found['pid']} ({found['command']}, since {found['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def release(self) -> None:
        """Let go; twice is once."""
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()
