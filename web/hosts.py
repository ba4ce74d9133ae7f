"""Answers only under the names that this installation goes by, so that no page of another's name can read ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OWN = frozenset({"localhost"})
REFUSAL = b"This name is not served here: come by the address of PUBLIC_URL.\n"


def name_of(host: str) -> str:
    """Name or address in a Host header, in small letters, without its port; empty where it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_served(host: str, names: Collection[str]) -> bool:
    """Whether a Host header has one of the names, or is an address: a stranger's name can be pointed at us, not that."""
    name = name_of(host)
    try:
        ip_address(name)
    except ValueError:
        return name in names
    return True


class KnownHosts:
    """Refuses what asks for a name that is neither `localhost` nor that of `public_url`, before anything is looked at."""

    def __init__(self, app: WSGIApplication, public_url: str) -> None:
        self.app = app
        self.names = OWN | {name_of(urlsplit(public_url).netloc)}

    def __call__(self, environment: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or answer 400; a probe that names no host at all is no browser."""
        host = environment.get("HTTP_HOST")
        if host is None or is_served(host, self.names):
            return self.app(environment, start)
        start("400 Bad Request", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [REFUSAL]
