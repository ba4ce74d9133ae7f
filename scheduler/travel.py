"""Whole minutes on the road between every two places, vectorised: the rule of plan files, and the app's estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.problem import UNREACHABLE, Matrix

Place = tuple[float, float]
Floats = npt.NDArray[np.float64]

EARTH_KM = 6371.0
EQUATOR_KM = 6378.137
FLATTENING = 1 / 298.257223563


def file_travel(places: Sequence[Place]) -> Matrix:
    """The travel rule of `works-plan/1`: great circle × 1.3, 20 km at 50 km/h, the rest at 80, plus 2 minutes."""
    km = _great_circle(np.radians(np.array(places, dtype=float))) * 1.3
    minutes = np.minimum(km, 20) / 50 * 60 + np.maximum(km - 20, 0) / 80 * 60
    whole: Matrix = (np.ceil(minutes - 1e-9) + 2 * (km > 0.02)).astype(np.int32)
    return whole


@dataclass(frozen=True, slots=True)
class Ferry:
    """A crossing that may be used: its two landings and the minutes from one to the other, boarding included."""

    landings: tuple[Place, Place]
    minutes: int


@dataclass(frozen=True, slots=True)
class RoadSettings:
    """How straight lines become estimated minutes: the first kilometres of a journey are in town, the rest is not."""

    town_km: float = 5.0
    town_circuity: float = 1.35
    town_speed_kmh: float = 30.0
    open_circuity: float = 1.5
    open_speed_kmh: float = 65.0
    buffer_minutes: int = 5
    same_place_km: float = 0.02
    ferries: tuple[Ferry, ...] = ()


def estimated_travel(places: Sequence[Place], settings: RoadSettings | None = None) -> Matrix:
    """Estimated minutes between every two places, shape (len(places),)².

    Places on different islands are `UNREACHABLE` from each other unless a ferry of the settings joins them.
    """
    settings = settings or RoadSettings()
    landings = [landing for ferry in settings.ferries for landing in ferry.landings]
    every = [*places, *landings]
    if not every:
        return np.zeros((0, 0), dtype=np.int32)
    minutes = _road_minutes(geodesic_km(every), settings)
    island = np.array([island_of(place) for place in every])
    minutes[island[:, None] != island] = UNREACHABLE
    for at, ferry in enumerate(settings.ferries):
        a = len(places) + 2 * at
        minutes = _by_ferry(minutes, a, a + 1, ferry.minutes)
    return minutes[: len(places), : len(places)].astype(np.int32)


def geodesic_km(places: Sequence[Place]) -> Floats:
    """Distance on the ellipsoid by Lambert's formula: within a few metres of geopy's geodesic over New Zealand."""
    rad = np.radians(np.array(places, dtype=float))
    reduced = rad.copy()
    reduced[:, 0] = np.arctan((1 - FLATTENING) * np.tan(rad[:, 0]))
    sigma = _great_circle(reduced) / EARTH_KM
    p = (reduced[:, 0][:, None] + reduced[:, 0]) / 2
    q = (reduced[:, 0][:, None] - reduced[:, 0]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (sigma - np.sin(sigma)) * (np.sin(p) * np.cos(q) / np.cos(sigma / 2)) ** 2
        y = (sigma + np.sin(sigma)) * (np.cos(p) * np.sin(q) / np.sin(sigma / 2)) ** 2
    y[sigma == 0] = 0
    distance: Floats = EQUATOR_KM * (sigma - FLATTENING / 2 * (x + y))
    return distance


def island_of(place: Place) -> str:
    """The island a place is on, by lines that no home lies near: enough to never drive across a strait."""
    lat, lon = place
    if lon < 0:
        return "chatham"
    if lat < -46.7 and lon < 168.3:
        return "stewart"
    if lat < -41.65 or (lat < -40.4 and lon < 174.5):
        return "south"
    if -36.42 < lat < -36.0 and lon > 175.2:
        return "great barrier"
    if -36.87 < lat < -36.74 and 174.98 < lon < 175.22:
        return "waiheke"
    return "north"


def _road_minutes(km: Floats, settings: RoadSettings) -> npt.NDArray[np.int64]:
    town = np.minimum(km, settings.town_km) * settings.town_circuity / settings.town_speed_kmh
    road = np.maximum(km - settings.town_km, 0) * settings.open_circuity / settings.open_speed_kmh
    minutes = np.ceil((town + road) * 60 - 1e-9) + settings.buffer_minutes
    return np.where(km > settings.same_place_km, minutes, 0).astype(np.int64)


def _by_ferry(minutes: npt.NDArray[np.int64], a: int, b: int, crossing: int) -> npt.NDArray[np.int64]:
    over = minutes[:, [a]] + crossing + minutes[[b], :]
    best = np.minimum(minutes, np.minimum(over, over.T))
    capped: npt.NDArray[np.int64] = np.minimum(best, UNREACHABLE)
    return capped


def _great_circle(rad: Floats) -> Floats:
    lat, lon = rad[:, 0], rad[:, 1]
    h = np.sin((lat[:, None] - lat) / 2) ** 2
    h = h + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    km: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    return km
