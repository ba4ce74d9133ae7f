"""Says which geocoder of the operator's own may be asked, and refuses every public one at the start."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from worksorders.gateways.addresses.geocoded import Geocoded

KINDS = ("nominatim", "photon", "pelias")
# Services that anybody may ask, and that learn what is asked.
PUBLIC = re.compile(
    r"(^|\.)(openstreetmap\.\w+|komoot\.\w+|geocode\.earth|mapzen\.com|osm\.org|mapbox\.com|google(apis)?\.com"
    r"|opencagedata\.com|locationiq\.com|here\.com|arcgis\.com|addressfinder\.\w+|nzpost\.co\.nz|pickpoint\.io)$"
)


@dataclass(frozen=True)
class Geocoder:
    """One of the three kinds at the operator's own address."""

    kind: str
    url: str

    def search(self, typed: str, most: int) -> list[Geocoded]:
        """At most `most` addresses with a number; raises GeocoderError where the geocoder does not answer."""
        # geopy takes long to import, and most installations never ask it.
        from worksorders.gateways.addresses.geopy_hosts import ask  # noqa: PLC0415

        return ask(self.kind, self.url, typed, most)


def geocoder_from(environment: Mapping[str, str], faults: list[str]) -> Geocoder | None:
    """The geocoder of `GEOCODER` (its kind) at `GEOCODER_URL`, whose host `GEOCODER_HOSTS` must name; None if unset.

    What is wrong is added to `faults`, one sentence each with its remedy.
    """
    kind = environment.get("GEOCODER", "").strip().lower()
    url = environment.get("GEOCODER_URL", "").strip()
    if not kind and not url:
        return None
    before = len(faults)
    if kind not in KINDS:
        faults.append(f"GEOCODER is '{kind}': it must be one of {', '.join(KINDS)}, or empty for none.")
    allowed = {one.strip().lower() for one in environment.get("GEOCODER_HOSTS", "").split(",") if one.strip()}
    faults.extend(_faults_of(url, allowed))
    return Geocoder(kind, url.rstrip("/")) if len(faults) == before else None


def _faults_of(url: str, allowed: Iterable[str]) -> list[str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.username:
        shown = "an address with a password" if parts.username else f"'{url}'"
        fault = (
            f"GEOCODER_URL is {shown}: it must be the address of your own geocoder, like "
            "https://geocoder.example.org.nz; none is taken by default, since that would be a public one."
        )
        return [fault]
    found = []
    if PUBLIC.search(host):
        found.append(
            f"GEOCODER_URL goes to {host}, a public service that would learn where people live: run your own, "
            "or load the address list (flask --app wsgi addresses load)."
        )
    elif host not in allowed:
        found.append(
            f"GEOCODER_URL goes to {host}, which GEOCODER_HOSTS does not name: name it there if it is your own, "
            "or unset GEOCODER."
        )
    if parts.scheme == "http" and not _is_here(host):
        found.append(
            f"GEOCODER_URL goes to {host} by http: only this machine needs no encryption, use https."
        )
    return found


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
