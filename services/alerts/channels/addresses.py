"""Which addresses a message may be sent to: those on the public internet, unless private ones are allowed.

A name is resolved first, every address it has must be public, and the connection goes to one that was checked, so that
a second DNS answer cannot lead elsewhere. Where a library resolves and connects by itself, `public_only` looks at the
address at the moment of connecting.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from services.alerts.channels.outcome import Refused
from shared.wording import clean

# All of IPv6 that is routed on the internet; mapped, compatible, site-local … addresses lie outside.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Global by their numbers only: ranges that carry an IPv4 address inside an IPv6 one (6to4, Teredo), overlays
# (ORCHIDv2), the 6to4 relays, the address under which Azure's machines reach their own host; and what older Pythons
# take for global (python/cpython#113171).
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in """
    2002::/16 2001::/32 2001:20::/28 192.88.99.0/24 168.63.129.16/32 192.0.0.0/24 3fff::/20
    """.split()  # noqa: SIM905
)

_refusals: ContextVar[list[str] | None] = ContextVar("refusals", default=None)


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _NOT_PUBLIC)


def checked(host: str, port: int, *, private: bool) -> list[str]:
    """The addresses of `host`, all of which may be called (`private`: any). Raises Refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Refused(f"{clean(host)} could not be resolved.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private and not all(is_public(address) for address in addresses):
        raise Refused(_refusal(host))
    return addresses


def names_a_private_address(host: str) -> bool:
    """Whether `host`, without asking any DNS, is a private address in whatever notation, or this machine's name."""
    if host.lower().rstrip(".").rpartition(".")[2] == "localhost":
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        return False
    return not all(is_public(str(entry[4][0])) for entry in found)


@contextmanager
def public_only(host: str) -> Iterator[None]:
    """No connection from this thread leads to a private address inside. Raises Refused at the end where one would have.

    `host` is what to call the receiver. Private is judged by the address that is being connected to, whatever name
    led there, by whatever library (PEP 578).
    """
    _install()
    refusals: list[str] = []
    token = _refusals.set(refusals)
    try:
        yield
    finally:
        _refusals.reset(token)
        if refusals:
            raise Refused(_refusal(host))


def _install(installed: list[bool] = []) -> None:  # noqa: B006 - once a process: a hook cannot be taken away
    if not installed:
        installed.append(True)
        sys.addaudithook(_audit)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or (refusals := _refusals.get()) is None:
        return
    opened, address = arguments
    if opened.family in (socket.AF_INET, socket.AF_INET6) and not is_public(str(address[0])):
        refusals.append(str(address[0]))
        raise ConnectionRefusedError("a private address")


def _refusal(host: str) -> str:
    return f"{clean(host)} is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that."
