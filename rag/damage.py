"""What the libraries behind the indexes raise, turned into our own errors."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rag.errors import NewsdeskError


@contextlib.contextmanager
def reported(describe: Callable[[BaseException], NewsdeskError]) -> Iterator[None]:
    """Raise ``describe(error)`` for every error of the block that is not ours, a panic of Rust code included."""
    try:
        yield
    except NewsdeskError:
        raise
    except Exception as error:
        raise describe(error) from error
    except BaseException as error:
        # A panic arrives outside of Exception's tree, as an interruption does, and has no importable type.
        if type(error).__name__ != "PanicException":
            raise
        raise describe(error) from error
