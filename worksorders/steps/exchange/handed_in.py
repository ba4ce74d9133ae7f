"""Reads what was handed in, CSV or JSON, into records by the schema, each with where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS
from worksorders.domain.records import kinds
from worksorders.domain.records.read import read
from worksorders.domain.records.schema import Field, RecordFault, record, text
from worksorders.domain.records.table import Cut, cut

CSV, JSON = "csv", "json"
LARGEST_BYTES = 5 * 1024 * 1024
MOST_RECORDS = {kinds.ASSESSMENTS: 200, kinds.WORKERS: 1000, kinds.CHECKS: 2000, kinds.CATALOGUE: 1}
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the line of a CSV or the number of a record in JSON, from 1; 0 is the file itself."""

    row: int
    field: str


@dataclass(frozen=True, slots=True)
class Told:
    """One fault as it is shown and kept: never the value, only what kind of value it was."""

    row: int
    field: str
    found: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """For the result's row and for the API."""
        return {"row": self.row, "field": self.field, "found": self.found, "message": self.message}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that was read, and how a path in it is told as a place of the file."""

    value: dict[str, Any]
    place: Callable[[str], Place]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a file holds: its records as far as they could be read, and the faults of form and schema."""

    entries: tuple[Entry, ...]
    faults: tuple[Told, ...]


def read_file(kind: str, of: Field, form: str, data: bytes, second: bytes = b"", **given: Any) -> HandedIn:
    """The records of a file; `second` is the findings' file of a catalogue in CSV, `given` values the file lacks."""
    if len(data) + len(second) > LARGEST_BYTES:
        size = LARGEST_BYTES // 1024 // 1024
        return _broken(f"The file is larger than {size} MB: hand it in as several.")
    try:
        texts = [part.decode("utf-8-sig") for part in (data, second)]
    except UnicodeDecodeError:
        return _broken("The file is not UTF-8: save it again with that encoding.")
    if any("\0" in part for part in texts):
        return _broken("The file holds a NUL, which no text has: save it again as text.")
    if form == JSON:
        return _of_json(kind, of, texts[0])
    if kind == kinds.CATALOGUE:
        return _catalogue_of_csv(of, texts[0], texts[1], given)
    cuts, faults = cut(of, texts[0])
    told = [Told(line, fault.path, fault.found, fault.message) for line, fault in faults]
    return _judged(kind, of, [_entry_of(one) for one in cuts], told)


def _of_json(kind: str, of: Field, body: str) -> HandedIn:
    try:
        parsed = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        where = f" (line {line})" if line else ""
        return _broken(f"The file is not readable as JSON{where}: have its writer mend it.")
    if kind == kinds.CATALOGUE and isinstance(parsed, dict) and "records" not in parsed:
        parsed = {"records": [parsed]}
    records = parsed.get("records") if isinstance(parsed, dict) and set(parsed) == {"records"} else None
    if not isinstance(records, list) or not records:
        return _broken("Give an object with one list, “records”, of at least one record.")
    if _depth(records) > DEEPEST:
        return _broken("The records are nested too deeply: see the schema.")
    entries = [(one, _place_in_json(number)) for number, one in enumerate(records, start=1)]
    return _judged(kind, of, entries, [])


def _no_number(_: str) -> None:
    raise ValueError


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        depth += 1
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [part for one in inner for part in (one.values() if isinstance(one, dict) else one)]
    return depth


def _place_in_json(number: int) -> Callable[[str], Place]:
    return lambda path: Place(number, path)


def _entry_of(one: Cut) -> tuple[Any, Callable[[str], Place]]:
    """In a CSV a path without its numbers is a column."""

    def place(path: str) -> Place:
        column = ".".join(part for part in path.split(".") if not part.isdecimal())
        return Place(one.line_of(path), column)

    return one.value, place


def _catalogue_of_csv(of: Field, items: str, findings: str, given: dict[str, Any]) -> HandedIn:
    """The two files of a catalogue as one record, each row on a line of its own file."""
    told: list[Told] = []
    parts: dict[str, list[Cut]] = {}
    for name, names, body in (
        ("items", CATALOGUE_COLUMNS, items),
        ("findings", FINDINGS_COLUMNS, findings),
    ):
        row = record(name, name, *(text(one, one, kinds.MOST_CELL) for one in names))
        parts[name], faults = cut(row, body)
        told += [Told(line, f"{name}.{f.path}".rstrip("."), f.found, f.message) for line, f in faults]
    value = {**given, **{name: [one.value for one in cuts] for name, cuts in parts.items()}}

    def place(path: str) -> Place:
        name, _, rest = path.partition(".")
        number, _, column = rest.partition(".")
        if name in parts and number.isdecimal() and int(number) < len(parts[name]):
            return Place(parts[name][int(number)].line, f"{name}.{column}")
        return Place(0, path)

    return _judged(kinds.CATALOGUE, of, [(value, place)], told)


def _judged(
    kind: str, of: Field, found: list[tuple[Any, Callable[[str], Place]]], told: list[Told]
) -> HandedIn:
    if len(found) > MOST_RECORDS[kind]:
        return _broken(f"{len(found)} records: a file may hold {MOST_RECORDS[kind]}. Hand it in as several.")
    entries = []
    for raw, place in found:
        value, faults = read(of, raw)
        told += [told_at(place, fault) for fault in faults]
        if not faults:
            entries.append(Entry(value, place))
    return HandedIn(tuple(entries), tuple(told))


def told_at(place: Callable[[str], Place], fault: RecordFault) -> Told:
    """A fault at its place in the file."""
    at = place(fault.path)
    return Told(at.row, at.field, fault.found, fault.message)


def _broken(message: str) -> HandedIn:
    return HandedIn((), (Told(0, "", "something else", message),))
