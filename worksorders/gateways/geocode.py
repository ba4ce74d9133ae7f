"""Asks a geocoder of the operator's own; geopy's adapters default to public hosts, so only here is geopy imported.

What is typed may be where somebody hides: it goes to one allowed host, past every proxy, follows no redirect, and is
in no log.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon

KINDS = ("nominatim", "photon", "pelias")
SECONDS = 2.0
# Services that anybody may ask, and that learn what is asked.
PUBLIC = re.compile(
    r"(^|\.)(openstreetmap\.\w+|komoot\.\w+|geocode\.earth|mapzen\.com|osm\.org|mapbox\.com|google(apis)?\.com"
    r"|opencagedata\.com|locationiq\.com|here\.com|arcgis\.com|addressfinder\.\w+|nzpost\.co\.nz|pickpoint\.io)$"
)
# How the three call the parts of an address.
NUMBER = ("house_number", "housenumber")
ROAD = ("road", "street")
SUBURB = ("suburb", "neighbourhood", "district", "locality")
TOWN = ("city", "town", "village", "localadmin", "locality", "county")


class GeocoderError(Exception):
    """The geocoder did not answer; the message names neither host nor address."""


@dataclass(frozen=True, slots=True)
class Geocoded:
    """One answer: street with number, suburb and town where they are told, the point in degrees."""

    street: str = field(repr=False)
    suburb: str = field(repr=False)
    town: str
    latitude: Decimal = field(repr=False)
    longitude: Decimal = field(repr=False)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: the address would be told to another host."""


class _Direct(URLLibAdapter):  # type: ignore[misc]
    """Past every proxy, also one that the environment names."""

    def __init__(self, *, proxies: object, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        opener = build_opener(HTTPSHandler(context=ssl_context), ProxyHandler({}), _NoRedirect())
        self.urlopen = opener.open


@dataclass(frozen=True)
class Geocoder:
    """One of the three kinds at the operator's own address."""

    kind: str
    url: str

    def search(self, typed: str, most: int) -> list[Geocoded]:
        """At most `most` addresses with a number; raises GeocoderError where the geocoder does not answer."""
        logging.getLogger("geopy").disabled = True
        parts = urlsplit(self.url)
        values = {
            "domain": f"{parts.netloc}{parts.path}".rstrip("/"),
            "scheme": parts.scheme,
            "timeout": SECONDS,
            "proxies": {},
            "user_agent": "works",
            "adapter_factory": _Direct,
        }
        try:
            rows = self._ask(values, typed, most)
        except (GeopyError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise GeocoderError(f"the geocoder did not answer ({type(error).__name__})") from None
        return [one for one in (_read(row) for row in rows or ()) if one][:most]

    def _ask(self, values: dict[str, Any], typed: str, most: int) -> list[Any]:
        if self.kind == "nominatim":
            answer = Nominatim(**values).geocode(
                typed, exactly_one=False, limit=most, country_codes="nz", addressdetails=True
            )
        elif self.kind == "photon":
            answer = Photon(**values).geocode(typed, exactly_one=False, limit=most)
        else:
            answer = Pelias(**values).geocode(typed, exactly_one=False, countries=["nz"])
        return cast("list[Any]", answer or [])


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


def _read(row: Any) -> Geocoded | None:
    """One of geopy's locations; None where it is no house."""
    raw = row.raw if isinstance(row.raw, dict) else {}
    parts = raw.get("address") or raw.get("properties") or {}
    if not isinstance(parts, dict):
        return None
    number, road, suburb, town = (_first(parts, names) for names in (NUMBER, ROAD, SUBURB, TOWN))
    if not number or not road:
        return None
    latitude, longitude = (round(Decimal(str(value)), 6) for value in (row.latitude, row.longitude))
    return Geocoded(f"{number} {road}", suburb, town or suburb, latitude, longitude)


def _first(parts: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = parts.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()[:200]
    return ""
