"""Put into a process as ``sitecustomize``: every way out of this machine is refused and written down.

The file named in NEWSDESK_TEST_CALLS gets a line for each attempt, so that one whose error was
swallowed is seen as well.
"""

import ipaddress
import os
import socket


class CalledOutError(OSError):
    """Something tried to leave this machine."""


def refuse(what):
    """Write an attempt down and refuse it."""
    with open(os.environ["NEWSDESK_TEST_CALLS"], "a") as calls:
        calls.write(f"{os.getpid()} {what}\n")
    raise CalledOutError(f"the network is blocked: {what}")


def is_local(host):
    """Whether a host is this machine: no host, a loopback address, or its name."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        name = host.decode() if isinstance(host, bytes) else host
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def guarded(name, original):
    """Return a socket method that lets only addresses of this machine through."""

    def method(self, *arguments):
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and not is_local(address[0]):
            refuse(f"{name} {address!r}")
        return original(self, *arguments)

    return method


def install():
    """Guard every socket and every look-up of a name."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(name, getattr(socket.socket, name)))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        original = getattr(socket, name)

        def look_up(host, *arguments, _original=original, _name=name, **options):
            if not is_local(host):
                refuse(f"{_name} {host!r}")
            return _original(host, *arguments, **options)

        setattr(socket, name, look_up)


if "NEWSDESK_TEST_CALLS" in os.environ:
    install()
