"""Finds the town of our own list that a point belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from worksorders.domain.address_words import fold
from worksorders.gateways.places import Town, towns

EARTH_KM = 6371.0
# A town of the same name counts only where it can be the same place.
SAME_PLACE_KM = 60.0


def nearest_town(latitude: float, longitude: float, name: str = "") -> Town:
    """The town called `name` where it lies within 60 km of the point, else the nearest one; degrees."""
    called = [
        town
        for town in _by_name().get(fold(name), ())
        if kilometres(latitude, longitude, town) <= SAME_PLACE_KM
    ]
    return min(
        called or towns().values(), key=lambda town: (kilometres(latitude, longitude, town), town.code)
    )


def kilometres(latitude: float, longitude: float, town: Town) -> float:
    """The great-circle distance from a point to the middle of a town."""
    south, east = radians(latitude), radians(longitude)
    to_south, to_east = radians(town.latitude), radians(town.longitude)
    half = sin((to_south - south) / 2) ** 2 + cos(south) * cos(to_south) * sin((to_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


@cache
def _by_name() -> Mapping[str, tuple[Town, ...]]:
    found: dict[str, list[Town]] = {}
    for town in towns().values():
        found.setdefault(fold(town.name), []).append(town)
    return MappingProxyType({name: tuple(same) for name, same in found.items()})
