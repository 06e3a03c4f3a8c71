"""What a timing was taken on."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("chromadb", "tantivy", "onnxruntime", "torch", "sentence-transformers", "llama-index-core", "gradio")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Processor, system and libraries; ``memory`` in bytes, ``load`` the load average of the last minute."""

    processor: str
    cores: int
    memory: int
    system: str
    python: str
    libraries: dict[str, str]
    load: float

    def __str__(self) -> str:
        libraries = ", ".join(f"{name} {number}" for name, number in self.libraries.items())
        return (
            f"{self.processor}, {self.cores} cores, {self.memory / 2**30:.0f} GiB of memory, {self.system}; "
            f"Python {self.python}, {libraries}; load average {self.load:.1f} at the start"
        )


def this_machine() -> Machine:
    """Return the facts of this machine as it is now."""
    import psutil

    from rag.encoders import usable_cores
    from rag.engine_choice import processor_name

    return Machine(
        processor=processor_name(),
        cores=usable_cores(),
        memory=int(psutil.virtual_memory().total),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
        load=float(psutil.getloadavg()[0]),
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
