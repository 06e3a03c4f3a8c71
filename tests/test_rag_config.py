"""Settings: from a file and the environment, with a remedy for what cannot be used."""

from dataclasses import fields
from pathlib import Path

import pytest

from rag.config import Settings, describe_settings, environment_name, read_settings
from rag.errors import ConfigurationError


def test_the_environment_wins_over_the_file_and_an_argument_over_both(tmp_path):
    file = tmp_path / "newsdesk.toml"
    file.write_text('port = 8000\ndata = "one"\nhost = "127.0.0.2"\n')
    settings = read_settings({"NEWSDESK_PORT": "9000", "NEWSDESK_DATA": "two"}, file=file, data="three")
    assert (settings.port, settings.data, settings.host) == (9000, "three", "127.0.0.2")


def test_a_log_level_may_be_written_small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings({"NEWSDESK_LOG_LEVEL": "debug"}).log_level == "DEBUG"


def test_the_page_listens_on_this_machine_only_unless_told_otherwise():
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NEWSDESK_PORT": "high"}, "whole number"),
        ({"NEWSDESK_PORT": "70000"}, "0..65535"),
        ({"NEWSDESK_STALE_DAYS": "a month"}, "NEWSDESK_STALE_DAYS must be a whole number"),
        ({"NEWSDESK_STALE_DAYS": "-1"}, "NEWSDESK_STALE_DAYS must lie in 0"),
        ({"NEWSDESK_CHROMA": "localhost:8000"}, "http://"),
        (
            {"NEWSDESK_LLM_URL": "localhost:8080", "NEWSDESK_LLM_MODEL": "any"},
            "NEWSDESK_LLM_URL must begin with http://",
        ),
        ({"NEWSDESK_LLM_URL": "http://127.0.0.1:8080/v1"}, "needs NEWSDESK_LLM_MODEL"),
        ({"NEWSDESK_LLM_SECONDS": "nan"}, "must lie in 0..3600"),
        ({"NEWSDESK_LLM_TEMPERATURE": "hot"}, "must be a number"),
        ({"NEWSDESK_UNSUPPORTED": "shown"}, "strike or remove"),
        ({"NEWSDESK_LOG_LEVEL": "loud"}, "DEBUG, INFO, WARNING"),
        ({"NEWSDESK_CONFIG": "nowhere.toml"}, "Name one that exists"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_a_remedy(environment, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=words):
        read_settings(environment)


@pytest.mark.parametrize(("content", "words"), [("colour = 1", "colour"), ("port = [", "TOML"), ("data = 3", "text")])
def test_a_settings_file_with_a_mistake_is_named(content, words, tmp_path):
    file = tmp_path / "newsdesk.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=words):
        read_settings({}, file=file)


def test_help_and_readme_name_every_setting():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for item in fields(Settings):
        assert environment_name(item.name) in describe_settings()
        assert environment_name(item.name) in readme
