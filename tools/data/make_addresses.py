"""Make an invented address list in the columns of LINZ's "NZ Addresses": `python -m tools.data.make_addresses FILE --rows 600`.

Towns are real, streets and numbers are not: every street bears two names that no street bears together, and points
are strewn around the middles of towns. The same seed makes the same file.
"""

import argparse
import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worksorders.domain.address_words import fold
from worksorders.gateways.places import Town, towns

HEADER = (
    "WKT,address_id,source_dataset,change_id,full_address_number,full_road_name,full_address,territorial_authority,"
    "unit_type,unit_value,level_type,level_value,address_number_prefix,address_number,address_number_suffix,"
    "address_number_high,road_name_prefix,road_name,road_type_name,road_suffix,water_name,water_body_name,"
    "suburb_locality,town_city,address_class,address_lifecycle,gd2000_xcoord,gd2000_ycoord,road_name_ascii,"
    "suburb_locality_ascii,town_city_ascii,full_road_name_ascii,full_address_ascii,shape_X,shape_Y"
)
COLUMNS = HEADER.split(",")
FIRST = "Kōwhai Tūī Rātā Mānuka Pūriri Kererū Nīkau Tōtara Harakeke Kākā Pīwakawaka Rimu Tāiko Hīnau Pōhutu Ōkiwi".split()  # noqa: SIM905
SECOND = "Lantern Anvil Thimble Compass Teacup Bellows Kettle Saddle Button Marble Paddle Ribbon Slate Trellis".split()  # noqa: SIM905
TYPES = ("Street", "Road", "Avenue", "Crescent", "Place", "Terrace", "Lane", "Drive", "Close", "Way")
SUFFIXES = ("", "", "", "", "", "", "", "North", "South", "East", "West")
MARKED = ("whangarei", "taupo", "whakatane", "tauranga", "christchurch", "auckland")
FIRST_ID = 9_000_001
RURAL = 0.1


def rows(count: int, seed: int) -> Iterator[dict[str, object]]:
    """The rows, one after another: the example of the documentation, then streets with flats, ranges and letters."""
    dice = random.Random(seed)
    known = towns()
    chosen = [known[code] for code in MARKED if code in known] * 40 + list(known.values())
    yield _row(
        FIRST_ID, House(12, letter="A"), "Kōwhai Slate Street", known["whangarei"], (-35.7317, 174.3239)
    )
    number = 1
    while number < count:
        town = dice.choice(chosen)
        name = (
            f"{dice.choice(FIRST)} {dice.choice(SECOND)} {dice.choice(TYPES)} {dice.choice(SUFFIXES)}".strip()
        )
        times = 37 if dice.random() < RURAL else 1
        at = (town.latitude + dice.uniform(-0.02, 0.02), town.longitude + dice.uniform(-0.02, 0.02))
        for first in range(dice.randint(1, 14), 60, dice.randint(9, 29)):
            if number >= count:
                return
            yield _row(FIRST_ID + number, _house(first * times, dice), name, town, at)
            number += 1


@dataclass(frozen=True)
class House:
    """A house's number with its flat, its letter, or the end of its range."""

    number: int
    unit: str = ""
    letter: str = ""
    high: str = ""

    @property
    def written(self) -> str:
        """As the list writes it: 2/14, 14A, 14-18."""
        before, after = f"{self.unit}/" if self.unit else "", f"-{self.high}" if self.high else ""
        return f"{before}{self.number}{self.letter}{after}"


def _house(number: int, dice: random.Random) -> House:
    throw = dice.random()
    if throw < 0.15:
        return House(number, unit=str(dice.randint(1, 9)))
    if throw < 0.3:
        return House(number, letter=dice.choice("ABC"))
    return House(number, high=str(number + 4)) if throw < 0.36 else House(number)


def _row(own_id: int, house: House, road: str, town: Town, at: tuple[float, float]) -> dict[str, object]:
    latitude = round(at[0] + house.number * 0.00002, 6)
    longitude = round(at[1] + house.number * 0.00003, 6)
    first, second, kind, *suffix = road.split()
    full = f"{house.written} {road}, {town.name}"
    return dict.fromkeys(COLUMNS, "") | {
        "WKT": f"POINT ({longitude} {latitude})",
        "address_id": own_id,
        "source_dataset": "invented",
        "change_id": 1,
        "full_address_number": house.written,
        "full_road_name": road,
        "full_address": full,
        "unit_type": "Unit" if house.unit else "",
        "unit_value": house.unit,
        "address_number": house.number,
        "address_number_suffix": house.letter,
        "address_number_high": house.high,
        "road_name": f"{first} {second}",
        "road_type_name": kind,
        "road_suffix": " ".join(suffix),
        "suburb_locality": town.name,
        "town_city": town.name,
        "address_class": "Thoroughfare",
        "address_lifecycle": "Current",
        "gd2000_xcoord": longitude,
        "gd2000_ycoord": latitude,
        "road_name_ascii": _plain(f"{first} {second}"),
        "suburb_locality_ascii": _plain(town.name),
        "town_city_ascii": _plain(town.name),
        "full_road_name_ascii": _plain(road),
        "full_address_ascii": _plain(full),
        "shape_X": longitude,
        "shape_Y": latitude,
    }


def _plain(text: str) -> str:
    """Without macrons, in the case that it had."""
    return "".join(letter if letter.isascii() else _upper(fold(letter), letter) for letter in text)


def _upper(plain: str, marked: str) -> str:
    return plain.upper() if marked.isupper() else plain


def main() -> None:
    """Write the file that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with given.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(given.rows, given.seed))


if __name__ == "__main__":
    main()
