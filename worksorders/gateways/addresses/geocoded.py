"""What a geocoder answers, or that it did not; what is read of it is never shown by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


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
