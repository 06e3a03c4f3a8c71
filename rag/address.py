"""Where the page listens, checked before anything else is opened."""

from __future__ import annotations

import os
import socket

from rag.config import Settings
from rag.errors import ConfigurationError


def check_address(settings: Settings) -> None:
    """Raise ConfigurationError when the page could not listen where ``settings`` say; quick, and before all else.

    Port 0 is not checked: it stands for the first free port from 7860.
    """
    if settings.port:
        try:
            found = socket.getaddrinfo(
                bare_host(settings), settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            socket.create_server(found[0][4][:2], family=found[0][0]).close()
        except socket.gaierror as error:
            raise unusable(settings, str(error.strerror)) from error
        except OSError as error:
            raise unusable(settings, os.strerror(error.errno or 0)) from error


def bare_host(settings: Settings) -> str:
    """Return the host without the brackets that an IPv6 address may be given in."""
    return settings.host.removeprefix("[").removesuffix("]")


def unusable(settings: Settings, reason: str) -> ConfigurationError:
    """Return the error that says why the page cannot listen there, and what to do."""
    return ConfigurationError(
        f"The page cannot listen on {settings.host} port {settings.port} ({reason}). Stop the program that uses "
        "it, or choose another address with --port or NEWSDESK_PORT, and --host or NEWSDESK_HOST."
    )
