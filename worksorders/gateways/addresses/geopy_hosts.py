"""Asks a geocoder of the operator's own through geopy, whose adapters default to public hosts: imported here alone.

What is typed may be where somebody hides: it goes to one allowed host, past every proxy, follows no redirect, and is
in no log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon

from worksorders.gateways.addresses.geocoded import Geocoded, GeocoderError

SECONDS = 2.0
# How the three call the parts of an address.
NUMBER = ("house_number", "housenumber")
ROAD = ("road", "street")
SUBURB = ("suburb", "neighbourhood", "district", "locality")
TOWN = ("city", "town", "village", "localadmin", "locality", "county")


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: the address would be told to another host."""


class _Direct(URLLibAdapter):  # type: ignore[misc]
    """Past every proxy, also one that the environment names."""

    def __init__(self, *, proxies: object, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        opener = build_opener(HTTPSHandler(context=ssl_context), ProxyHandler({}), _NoRedirect())
        self.urlopen = opener.open


def ask(kind: str, url: str, typed: str, most: int) -> list[Geocoded]:
    """At most `most` addresses with a number; raises GeocoderError where the geocoder does not answer."""
    logging.getLogger("geopy").disabled = True
    parts = urlsplit(url)
    values = {
        "domain": f"{parts.netloc}{parts.path}".rstrip("/"),
        "scheme": parts.scheme,
        "timeout": SECONDS,
        "proxies": {},
        "user_agent": "works",
        "adapter_factory": _Direct,
    }
    try:
        rows = _rows(kind, values, typed, most)
    except (GeopyError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise GeocoderError(f"the geocoder did not answer ({type(error).__name__})") from None
    return [one for one in (_read(row) for row in rows) if one][:most]


def _rows(kind: str, values: dict[str, Any], typed: str, most: int) -> list[Any]:
    if kind == "nominatim":
        answer = Nominatim(**values).geocode(
            typed, exactly_one=False, limit=most, country_codes="nz", addressdetails=True
        )
    elif kind == "photon":
        answer = Photon(**values).geocode(typed, exactly_one=False, limit=most)
    else:
        answer = Pelias(**values).geocode(typed, exactly_one=False, countries=["nz"])
    return cast("list[Any]", answer or [])


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
