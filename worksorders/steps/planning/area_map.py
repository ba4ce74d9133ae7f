"""A day of a plan on the map: how many visits each area has, and which areas each worker goes through.

Points are the middles of areas, and a line between two of them says nothing of roads, times or homes.
"""

from __future__ import annotations

import cmath
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations

from worksorders.gateways import places
from worksorders.steps.planning.board import Board, Stop
from worksorders.steps.planning.places import middle

SCALE = 100.0  # units of the picture a degree of latitude
WEST, NORTH = 166.0, -34.0
SQUEEZE = math.cos(math.radians(41.0))
LEAST_WIDTH, MARGIN = 160.0, 40.0
# By what share of the picture dots, 0.06 wide, are kept apart, and how often they are pushed for that.
APART, MOST_ROUNDS = 0.063, 500
# More numbers than this push each other off the land that they stand for.
MOST_AREAS = 25
ATTRIBUTION = places.ATTRIBUTION


@dataclass(frozen=True)
class Dot:
    """An area with visits: its number on the map and in the table, where it is, its visits and who comes."""

    number: int
    name: str
    region: str
    x: float
    y: float
    visits: int
    workers: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A worker's way through areas in their order, by their numbers; `points` as a picture takes them."""

    worker: str
    areas: tuple[int, ...]
    points: str


@dataclass(frozen=True)
class DayMap:
    """The picture of one day: its frame (left, top, width, height), the land, the dots and the lines.

    With too many areas for one picture each dot is a region (`by_region`).
    """

    on: date
    frame: tuple[float, float, float, float]
    land: tuple[str, ...]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    by_region: bool = False


def day_map(board: Board, on: date) -> DayMap | None:
    """The map of a day of the board; None where nobody goes anywhere."""
    ways = {row.worker: row.cells.get(on, ()) for row in board.rows if row.cells.get(on)}
    stops = [stop for way in ways.values() for stop in way]
    if not stops:
        return None
    by_region = len({(stop.region_code, stop.area_code) for stop in stops}) > MOST_AREAS
    if by_region:
        ways = {who: tuple(_in_region(stop) for stop in way) for who, way in ways.items()}
        stops = [stop for way in ways.values() for stop in way]
    seen = dict.fromkeys(sorted(((stop.region_code, stop.area_code) for stop in stops), key=_from_north))
    numbers = {area: number for number, area in enumerate(seen, start=1)}
    centres = tuple(_dot(numbers[area], area, ways) for area in seen)
    frame = _frame(centres)
    dots = apart(centres, APART * max(frame[2:]))
    at = {dot.number: dot for dot in dots}
    lines = tuple(
        Line(worker, way, " ".join(f"{at[number].x},{at[number].y}" for number in way))
        for worker, way in ((who, _way(found, numbers)) for who, found in sorted(ways.items()))
        if len(way) > 1
    )
    return DayMap(on, frame, land(), dots, lines, by_region)


def _in_region(stop: Stop) -> Stop:
    """The stop as if it were in the middle of its region."""
    return replace(stop, area_code=stop.region_code)


def apart(dots: tuple[Dot, ...], least: float) -> tuple[Dot, ...]:
    """The dots moved away from each other until every number can be read."""
    spots = [complex(dot.x, dot.y) for dot in dots]
    for _ in range(MOST_ROUNDS):
        crowded = [(a, b) for a, b in combinations(range(len(spots)), 2) if abs(spots[b] - spots[a]) < least]
        for a, b in crowded:
            way = spots[b] - spots[a] or cmath.rect(1, 2.4 * b)
            push = max(0.0, least - abs(spots[b] - spots[a])) / 2 * way / abs(way) * 1.01
            spots[a], spots[b] = spots[a] - push, spots[b] + push
        if not crowded:
            break
    return tuple(
        replace(dot, x=round(spot.real, 1), y=round(spot.imag, 1))
        for dot, spot in zip(dots, spots, strict=True)
    )


def _from_north(area: tuple[str, str]) -> tuple[float, str]:
    return -middle(area[1], area[0])[0], area[1]


def _way(stops: tuple[Stop, ...], numbers: dict[tuple[str, str], int]) -> tuple[int, ...]:
    """The areas in their order, one that is stayed in only once."""
    found: list[int] = []
    for stop in stops:
        number = numbers[stop.region_code, stop.area_code]
        if not found or found[-1] != number:
            found.append(number)
    return tuple(found)


def _dot(number: int, area: tuple[str, str], ways: dict[str, tuple[Stop, ...]]) -> Dot:
    region, code = area
    counts: dict[str, int] = defaultdict(int)
    for worker, stops in ways.items():
        for stop in stops:
            if (stop.region_code, stop.area_code) == area:
                counts[worker] += 1
    x, y = _point(*middle(code, region))
    return Dot(
        number,
        places.region(region).name if code == region else places.area_name(code),
        places.region(region).name,
        x,
        y,
        sum(counts.values()),
        tuple(sorted(counts)),
    )


def _point(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees as units of the picture, from the north-west corner on."""
    return round((longitude - WEST) * SQUEEZE * SCALE, 1), round((NORTH - latitude) * SCALE, 1)


def _frame(dots: tuple[Dot, ...]) -> tuple[float, float, float, float]:
    """The part of the country that holds all dots, never so small that a street could be meant."""
    left, right = min(dot.x for dot in dots), max(dot.x for dot in dots)
    top, foot = min(dot.y for dot in dots), max(dot.y for dot in dots)
    width = max(LEAST_WIDTH, right - left + 2 * MARGIN)
    height = max(LEAST_WIDTH, foot - top + 2 * MARGIN)
    return (
        round((left + right - width) / 2, 1),
        round((top + foot - height) / 2, 1),
        round(width, 1),
        round(height, 1),
    )


@cache
def land() -> tuple[str, ...]:
    """The regions as paths to about two kilometres; points that fall together are one."""
    return tuple(" ".join(_rings(feature["geometry"])) for feature in places.outline()["features"])


def _rings(geometry: dict[str, object]) -> Iterator[str]:
    shapes = geometry["coordinates"]
    for shape in shapes if geometry["type"] == "MultiPolygon" else [shapes]:  # type: ignore[attr-defined]
        for ring in shape:
            path = dict.fromkeys(tuple(round(one / 2) * 2 for one in _point(lat, lon)) for lon, lat in ring)
            if len(path) > 2:
                yield "M" + "L".join(f"{x},{y}" for x, y in path) + "Z"
