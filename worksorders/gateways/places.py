"""The country as the product knows it: regions, areas coarse enough to be named in an offer, and real towns."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from worksorders.domain.disclosure import offer

DATA = files("worksorders") / "data"
ATTRIBUTION = "Outline: Stats NZ, LINZ, CC BY 4.0. Places: GeoNames, CC BY 4.0."


@dataclass(frozen=True, slots=True)
class Region:
    """A region: GeoNames' code, ISO 3166-2 code (for its anniversary day), where people live on average (degrees)."""

    code: str
    iso_code: str
    name: str
    latitude: float
    longitude: float
    time_zone: str
    service_from: date


@dataclass(frozen=True, slots=True)
class Area:
    """Neighbouring towns that are named together; `dwellings` is estimated, the point is the largest town's."""

    code: str
    name: str
    region_code: str
    latitude: float
    longitude: float
    dwellings: int


@dataclass(frozen=True, slots=True)
class Town:
    """A real place of 500 people or more; its point is its middle, never a home."""

    code: str
    name: str
    region_code: str
    area_code: str
    latitude: float
    longitude: float
    population: int
    dwellings: int

    @property
    def label(self) -> str:
        """`Richmond, Tasman`: some names exist twice."""
        return f"{self.name}, {region(self.region_code).name}"


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def _point(row: Mapping[str, str]) -> tuple[float, float]:
    return float(row["latitude"]), float(row["longitude"])


@cache
def _regions() -> Mapping[str, Region]:
    return MappingProxyType(
        {
            row["code"]: Region(
                row["code"],
                row["iso_code"],
                row["name"],
                *_point(row),
                row["time_zone"],
                date.fromisoformat(row["service_from"]),
            )
            for row in _rows("regions.csv")
        }
    )


def regions() -> tuple[Region, ...]:
    """The sixteen regions from north to south."""
    return tuple(_regions().values())


def region(code: str) -> Region:
    """One region; raises KeyError for an unknown code."""
    return _regions()[code]


@cache
def areas() -> Mapping[str, Area]:
    """Every area by its code."""
    return MappingProxyType(
        {
            row["code"]: Area(
                row["code"], row["name"], row["region_code"], *_point(row), int(row["dwellings"])
            )
            for row in _rows("areas.csv")
        }
    )


def area_name(code: str) -> str:
    """How an area is called; an unknown code is told as the country, which betrays nothing."""
    found = areas().get(code)
    return found.name if found else "New Zealand"


@cache
def offer_areas() -> Mapping[str, offer.Area]:
    """Areas and, around them, regions, as the rule on what an offer may name wants them."""
    found = {
        area.code: offer.Area(area.code, area.name, area.dwellings, area.region_code)
        for area in areas().values()
    }
    for one in regions():
        homes = sum(area.dwellings for area in areas().values() if area.region_code == one.code)
        found[one.code] = offer.Area(one.code, one.name, homes, None)
    return MappingProxyType(found)


@cache
def towns() -> Mapping[str, Town]:
    """Every town by its code, such as `whangarei` or, where a name exists twice, `richmond-tas`."""
    return MappingProxyType(
        {
            row["code"]: Town(
                row["code"],
                row["name"],
                row["region_code"],
                row["area_code"],
                *_point(row),
                int(row["population"]),
                int(row["dwellings"]),
            )
            for row in _rows("towns.csv")
        }
    )


@cache
def town_choices() -> tuple[tuple[str, str], ...]:
    """Code and label of every town, by name as it is read without macrons, for a list to choose from."""
    return tuple((town.code, town.label) for town in sorted(towns().values(), key=lambda town: town.code))


@cache
def outline() -> Mapping[str, Any]:
    """New Zealand's regions as GeoJSON, simplified for a map of the whole country; do not change it."""
    found: dict[str, Any] = json.loads((DATA / "nz_outline.geojson").read_text(encoding="utf-8"))
    return found
