"""Sends one signed message to another system, never to an address inside our own network unless it is allowed.

The name is resolved once and the connection goes to that very address, so that a name which changes its mind between
check and call leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

ALLOW_SETTING = "WEBHOOK_PRIVATE_HOSTS"
LOOPBACK = "127.0.0.0/8,::1/128"
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
SECONDS = 5
LONGEST_URL = 500
MOST_READ = 4096
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressError(ValueError):
    """An address that may not be told anything; the text says why and what to write instead."""


class NotReachedError(Exception):
    """Nothing was answered; the text is the class of the cause alone."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: scheme, host and port as they were written, and the one address to connect to."""

    parts: SplitResult
    host: str
    port: int
    address: str


def allowed_networks(environment: Mapping[str, str] = os.environ) -> tuple[Network, ...]:
    """Private networks that may be called: the setting's, or the own machine where nobody comes by https.

    Raises AddressError for a setting that is no list of addresses or networks.
    """
    given = environment.get(ALLOW_SETTING)
    if given is None:
        given = "" if environment.get("PUBLIC_URL", "").startswith("https://") else LOOPBACK
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in given.split(",") if part.strip())
    except ValueError as error:
        raise AddressError(
            f"{ALLOW_SETTING} must list addresses or networks, such as 10.1.2.0/24."
        ) from error


def check_address(url: str, allowed: Sequence[Network]) -> SplitResult:
    """An address as it may be registered: https, or http to an allowed private one; raises AddressError."""
    if len(url) > LONGEST_URL or any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise AddressError("Give an address without blanks, such as https://example.org/works-orders.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError(
            "This is not an address: write it like https://example.org/works-orders."
        ) from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or port == 0:
        raise AddressError("Give an address that begins with https:// and names a host.")
    if parts.username or parts.password or parts.fragment:
        raise AddressError("Leave out names, passwords and fragments: the signature proves who calls.")
    literal = _literal(parts.hostname)
    if literal is None and not _HOST.fullmatch(parts.hostname):
        raise AddressError("This is not the name of a host: write it like example.org.")
    if literal is not None and not _may_call(literal, allowed):
        raise AddressError("This address is inside a private network: name a public one, or have it allowed.")
    local = literal is not None and _is_in(literal, allowed)
    if parts.scheme == "http" and not local and parts.hostname != "localhost":
        raise AddressError("Use https: without it anybody on the way can read and change what is sent.")
    return parts


def find_target(url: str, allowed: Sequence[Network]) -> Target:
    """The address behind the name, once; raises AddressError where any of its addresses may not be called."""
    parts = check_address(url, allowed)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotReachedError(type(error).__name__) from None
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses or not all(_may_call(address, allowed) for address in addresses):
        raise AddressError("This name leads into a private network.")
    if parts.scheme == "http" and not all(_is_in(address, allowed) for address in addresses):
        raise AddressError("Use https outside of the own machine.")
    return Target(parts, host, port, str(addresses[0]))


def signature(secrets: Sequence[bytes], body: bytes, at_seconds: int) -> str:
    """`t=…,v1=…`: HMAC-SHA-256 of time, full stop and body, once for each secret that counts."""
    signed = f"{at_seconds}.".encode() + body
    marks = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at_seconds}", *(f"v1={mark}" for mark in marks)])


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """Send the body and give the status of the answer; raises NotReachedError."""
    connection = _Pinned(target)
    path = target.parts.path or "/"
    if target.parts.query:
        path = f"{path}?{target.parts.query}"
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(MOST_READ)
    except (OSError, http.client.HTTPException) as error:
        raise NotReachedError(type(error).__name__) from None
    else:
        return answer.status
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._target = target

    def connect(self) -> None:
        """Open the socket, with TLS for the name where the address says https."""
        self.sock = socket.create_connection((self._target.address, self._target.port), SECONDS)
        if self._target.parts.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_in(address: Address, allowed: Sequence[Network]) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in allowed if network.version == mapped.version)


def _may_call(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is one of the public internet, or allowed by name."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    if _is_in(mapped, allowed):
        return True
    return all(one.is_global and not one.is_multicast for one in _ends(mapped))


def _ends(address: Address) -> tuple[Address, ...]:
    """The address and those of version 4 that a gateway on the way would turn it into (RFC 3056, 4380, 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    carried = [address.sixtofour, *(address.teredo or ())]
    if address in TRANSLATED:
        carried.append(ipaddress.IPv4Address(address.packed[-4:]))
    return (address, *(one for one in carried if one is not None))
