"""Settings: one frozen value, read once by an entry point from a TOML file and the environment.

Building it loads nothing and touches no file but the TOML one. The environment wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ConfigurationError

PREFIX = "NEWSDESK_"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _setting(default: Any, text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": text}, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting; the name in the environment is NEWSDESK_ and the field in capitals."""

    data: str = _setting("data", "folder of the archive, its indexes and the vector cache")
    database: str = _setting("", "SQLAlchemy URL of the archive; empty: SQLite inside the data folder")
    chroma: str = _setting("", "http(s) address of a Chroma server; empty: Chroma inside the data folder")
    embedding: str = _setting("all-MiniLM-L6-v2", "sentence-transformers model: the bundled name, or a folder")
    encoder: str = _setting("auto", "how the model runs: auto (measured once and remembered) or a name it offers")
    reader: str = _setting("on", "whether the trained reader ranks and answers: on, or off for slow machines")
    host: str = _setting("127.0.0.1", "address the page listens on")
    port: int = _setting(7860, "port the page listens on")
    stale_days: int = _setting(90, "age in days above which articles and the archive are called old")
    llm_url: str = _setting("", "address of an OpenAI-compatible language model, up to /v1; empty: answers are quotes")
    llm_model: str = _setting("", "the model's name at that address")
    llm_key: str = _setting("", "its key, where it wants one", secret=True)
    llm_context: int = _setting(8192, "tokens that the model takes, prompt and answer together")
    llm_output: int = _setting(600, "tokens of an answer at most")
    llm_temperature: float = _setting(0.0, "how freely the model chooses its words: 0 to 2")
    llm_first_token: float = _setting(30.0, "seconds until the model must have begun to answer")
    llm_seconds: float = _setting(120.0, "seconds until its answer must be complete")
    llm_retries: int = _setting(2, "how often a busy or failing model (429, 5xx) is asked again, each time later")
    llm_price_prompt: float = _setting(0.0, "price of a million tokens of prompt, in any currency")
    llm_price_answer: float = _setting(0.0, "price of a million tokens of answer")
    unsupported: str = _setting("strike", "what becomes of a model's unsupported sentence: strike or remove")
    log_level: str = _setting("WARNING", "level of the log on standard error")

    @property
    def folder(self) -> Path:
        """The data folder as a path."""
        return Path(self.data).expanduser()

    @property
    def database_url(self) -> str:
        """The archive's SQLAlchemy URL, SQLite inside the data folder unless set."""
        return self.database or f"sqlite:///{self.folder / 'archive.db'}"


_NUMBERS = {"port": 65535, "stale_days": 100_000, "llm_context": 100_000_000, "llm_output": 1_000_000, "llm_retries": 9}
"""The settings that are whole numbers, with the highest of each."""
_DECIMALS = {
    "llm_temperature": 2.0, "llm_first_token": 3600.0, "llm_seconds": 3600.0, "llm_price_prompt": 1e6,
    "llm_price_answer": 1e6,
}  # fmt: skip
"""The settings that are decimal numbers, with the highest of each."""
_CHOICES = {"reader": ("on", "off"), "unsupported": ("strike", "remove")}


def environment_name(setting: str) -> str:
    """Return the environment variable that sets ``setting``."""
    return PREFIX + setting.upper()


def describe_settings() -> str:
    """Return one line per setting for ``--help``."""
    lines = [
        f"  {environment_name(item.name):<24} {item.metadata['help']} (default: {item.default!r})"
        for item in fields(Settings)
    ]
    return "settings (environment, or keys without prefix in newsdesk.toml):\n" + "\n".join(lines)


def read_settings(
    environment: Mapping[str, str] | None = None, *, file: Path | None = None, **overrides: Any
) -> Settings:
    """Read the settings from ``file`` (``newsdesk.toml`` when it exists), then the environment, then ``overrides``.

    Raises ConfigurationError for an unknown key or a value of the wrong form.
    """
    environment = os.environ if environment is None else environment
    known = {item.name: item for item in fields(Settings)}
    values: dict[str, Any] = {}
    path = file or Path(environment.get(PREFIX + "CONFIG", "newsdesk.toml"))
    if path.is_file():
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path} is not valid TOML ({error}). Mend or remove it.") from error
        for key, value in found.items():
            if key not in known:
                raise ConfigurationError(f"{path}: unknown setting {key!r}. Known: {', '.join(known)}.")
            values[key] = value
    elif file is not None or PREFIX + "CONFIG" in environment:
        raise ConfigurationError(f"There is no settings file {path}. Name one that exists.")
    for name in known:
        if environment_name(name) in environment:
            values[name] = environment[environment_name(name)]
    values.update({key: value for key, value in overrides.items() if value is not None})
    return _checked(values)


def _checked(values: dict[str, Any]) -> Settings:
    for name, highest in _NUMBERS.items():
        if name in values:
            values[name] = _number(name, values[name], highest)
    for name, most in _DECIMALS.items():
        if name in values:
            values[name] = _decimal(name, values[name], most)
    for name, value in values.items():
        if name not in _NUMBERS and name not in _DECIMALS and not isinstance(value, str):
            raise ConfigurationError(f"{environment_name(name)} must be text, not {value!r}.")
    level = values.setdefault("log_level", Settings.log_level).upper()
    if level not in LOG_LEVELS:
        raise ConfigurationError(f"NEWSDESK_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}.")
    values["log_level"] = level
    for name, choices in _CHOICES.items():
        if values.get(name, choices[0]) not in choices:
            raise ConfigurationError(f"{environment_name(name)} must be {' or '.join(choices)}, not {values[name]!r}.")
    for name in ("chroma", "llm_url"):
        address = values.get(name, "")
        if address and urlsplit(address).scheme not in {"http", "https"}:
            raise ConfigurationError(f"{environment_name(name)} must begin with http:// or https://, not {address!r}.")
    if values.get("llm_url") and not values.get("llm_model"):
        raise ConfigurationError("NEWSDESK_LLM_URL needs NEWSDESK_LLM_MODEL: set it to the model's name there.")
    return Settings(**values)


def _number(name: str, value: Any, highest: int) -> int:
    variable = environment_name(name)
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{variable} must be a whole number, not {value!r}.") from None
    if not 0 <= number <= highest:
        raise ConfigurationError(f"{variable} must lie in 0..{highest}, not {number}.")
    return number


def _decimal(name: str, value: Any, most: float) -> float:
    variable = environment_name(name)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{variable} must be a number, not {value!r}.") from None
    if not 0 <= number <= most:  # neither is true of "nan"
        raise ConfigurationError(f"{variable} must lie in 0..{most:g}, not {number}.")
    return number
