"""Regions and towns as pages offer them for choosing, out of the bundled tables."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways import places


@dataclass(frozen=True, slots=True)
class Depot:
    """A town's name and its middle in degrees."""

    name: str
    latitude: Decimal
    longitude: Decimal


def region_choices() -> list[tuple[str, str]]:
    """Code and name of every region, from north to south."""
    return [(region.code, region.name) for region in places.regions()]


def region_name(code: str) -> str:
    """A region's name; an unknown code is shown as it is."""
    return dict(region_choices()).get(code, code)


def town_choices() -> list[tuple[str, str]]:
    """Code and label of every town."""
    return list(places.town_choices())


def depot_in(code: str) -> Depot:
    """The town as a depot; raises FaultsError at `base_town` for an unknown code."""
    town = places.towns().get(code)
    if town is None:
        raise FaultsError([Fault("base_town", "Choose the town of the depot.")])
    return Depot(town.name, Decimal(str(town.latitude)), Decimal(str(town.longitude)))


def town_code(name: str, latitude: Decimal, longitude: Decimal) -> str:
    """The code of the town of that name nearest to the point; empty where no town has the name."""
    named = [town for town in places.towns().values() if town.name == name]
    if not named:
        return ""
    return min(
        named,
        key=lambda town: (
            abs(Decimal(str(town.latitude)) - latitude) + abs(Decimal(str(town.longitude)) - longitude),
            town.code,
        ),
    ).code
