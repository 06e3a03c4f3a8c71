"""What a measured process takes of the machine, and what others take meanwhile."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


class Watch:
    """A clock that also sees what this process and others took of the processors while it ran.

    ``seconds`` is wall time, ``processor`` this process's time on all processors in seconds,
    ``taken_by_others`` the share, 0 to 1, of all processors' time that went to other processes, and
    ``load`` the machine's load average at the start. All but ``load`` are known at the end.
    """

    seconds = 0.0
    processor = 0.0
    taken_by_others = 0.0
    load = 0.0

    def __enter__(self) -> Watch:
        import psutil

        self.load = float(psutil.getloadavg()[0])
        self._idle, self._own = _idle_seconds(), time.process_time()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.processor = time.process_time() - self._own
        self.taken_by_others = share_of_others(
            self.seconds * (os.cpu_count() or 1), idle=_idle_seconds() - self._idle, own=self.processor
        )


def share_of_others(whole: float, *, idle: float, own: float) -> float:
    """Return the share of the processors' time (``whole``, in seconds) that was neither idle nor our own, 0 to 1.

    The clocks tick apart by a little, so what they say is kept within its bounds.
    """
    return min(1.0, max(0.0, (whole - idle - own) / whole))


def _idle_seconds() -> float:
    import psutil

    times = psutil.cpu_times()
    return float(times.idle + getattr(times, "iowait", 0.0))


def peak_memory() -> int:
    """Return the most resident memory that this process has used so far, in bytes."""
    try:
        # getrusage counts what the parent held when it started this process; this does not.
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
