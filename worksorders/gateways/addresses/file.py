"""Reads an address file in the columns of LINZ's "NZ Addresses", one row at a time, however long it is."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from worksorders.domain.address_words import kept_words

IN_USE = frozenset({"", "current"})
NEEDED = (
    "address_id",
    "full_address_number",
    "full_road_name",
    "address_number",
    "suburb_locality",
    "town_city",
    "gd2000_xcoord",
    "gd2000_ycoord",
)
LIFECYCLE = "address_lifecycle"
LARGEST_ID = 2**63 - 1


class AddressFileError(Exception):
    """A file that is no address list at all; the message says why."""


@dataclass(frozen=True, slots=True)
class ReadAddress:
    """One address of a file; coordinates in degrees as they are written there, `words` for the search."""

    line: int
    id: int
    street: str
    suburb: str
    town: str
    number: int
    latitude: str
    longitude: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that is left out, and why."""

    line: int
    message: str


def sha256_of(path: Path) -> bytes:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def read_addresses(path: Path) -> Iterator[ReadAddress | RowFault]:
    """Every address in use, and a fault for each row that cannot be read; retired and proposed ones are passed over.

    Raises AddressFileError where the file is not UTF-8 text or lacks columns, naming all that it lacks.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from _rows(csv.reader(file))
        except UnicodeDecodeError as error:
            raise AddressFileError(
                f"{path.name} is not UTF-8 text (byte {error.start} of its part): save it as CSV in UTF-8."
            ) from error
        except csv.Error as error:
            raise AddressFileError(f"{path.name} is not CSV: {error}.") from error


def _rows(reader: Iterator[list[str]]) -> Iterator[ReadAddress | RowFault]:
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise AddressFileError(
            f"The first line lacks the columns {', '.join(missing)}: export the layer NZ Addresses as CSV, whole."
        )
    places = [header.index(name) for name in NEEDED]
    state = header.index(LIFECYCLE) if LIFECYCLE in header else None
    for row in reader:
        if not row:
            continue
        line: int = reader.line_num  # type: ignore[attr-defined]
        if len(row) < len(header):
            yield RowFault(line, f"has {len(row)} values, the first line names {len(header)} columns")
        elif state is None or row[state].strip().lower() in IN_USE:
            yield _row(line, *(row[place].strip() for place in places))


def _row(
    line: int, own_id: str, number: str, road: str, first: str, suburb: str, town: str, x: str, y: str
) -> ReadAddress | RowFault:
    faults = []
    if not (own_id.isascii() and own_id.isdecimal() and int(own_id) <= LARGEST_ID):
        faults.append(f"address_id “{own_id[:40]}” is not a whole number")
    if not number or not road:
        faults.append("it has no number or no road")
    latitude, longitude = _degrees(y), _degrees(x)
    if latitude is None or longitude is None:
        faults.append("gd2000_xcoord and gd2000_ycoord are not degrees")
    elif not (-53 <= latitude <= -29 and (160 <= longitude <= 180 or -180 <= longitude <= -170)):
        faults.append(f"the point {y}, {x} is not in New Zealand")
    if faults:
        return RowFault(line, "; ".join(faults))
    whole = int(first) if first.isascii() and first.isdecimal() and len(first) < 10 else 0
    words = (*kept_words((number,)), *_common_words(road, suburb, town))
    return ReadAddress(line, int(own_id), f"{number} {road}", suburb, town or suburb, whole, y, x, words)


@lru_cache(maxsize=65536)
def _common_words(road: str, suburb: str, town: str) -> tuple[str, ...]:
    """The words that all addresses of a road share."""
    return tuple(kept_words((road, suburb, town)))


def _degrees(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) <= 180 else None
