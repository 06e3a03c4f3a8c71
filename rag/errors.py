"""Errors a user can do something about: one root, and a remedy in every message."""

from __future__ import annotations


class NewsdeskError(Exception):
    """Root of every error that Newsdesk raises on purpose; its message names a remedy."""


class ConfigurationError(NewsdeskError):
    """A setting has a value that cannot be used."""


class ArchiveMismatchError(NewsdeskError):
    """The archive was made with another embedding model, chunking or schema."""

    def __init__(self, *, what: str, built_with: str, asked_for: str, remedy: str) -> None:
        super().__init__(f"This archive was made with {what} {built_with}, not {asked_for}. {remedy}")
        self.built_with = built_with
        self.asked_for = asked_for


class ArchiveBusyError(NewsdeskError):
    """Another process owns the archive; with ``shared``, the only right that is held is that to write."""

    def __init__(self, *, path: str, holder: str, shared: bool = False) -> None:
        remedy = (
            "With a Chroma server any number of processes read, but one at a time writes: wait until it is done, "
            "or stop it."
            if shared
            else "Stop that process first, or let several processes share the vectors through a Chroma server: start "
            "`chroma run --path DIR` and set NEWSDESK_CHROMA=http://127.0.0.1:8000 for all of them."
        )
        super().__init__(f"The archive in {path} is in use by {holder}. {remedy}")
        self.holder = holder


class ArchiveMissingError(NewsdeskError):
    """There is no archive where one was expected."""


class ArchiveDamagedError(NewsdeskError):
    """The three stores disagree, or one of them cannot be read."""


class ModelError(NewsdeskError):
    """The embedding model cannot be found, read, or is not the one it claims to be."""


class QuestionError(NewsdeskError):
    """A question, scope or as-of date that cannot be understood."""
