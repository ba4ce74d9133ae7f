"""Cuts a CSV into records by their schema: one row a record, or several where a record holds lists of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from worksorders.domain.records.schema import Field, Kind, RecordFault, columns

REFERENCE = "reference"
HEADER_LINE = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its number and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Cut:
    """One record as it stands in the file; `places` leads from a path to the line on which it stands."""

    value: dict[str, Any]
    line: int
    places: dict[str, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int:
        """The line of a path or of what holds it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return self.line


def column_names(of: Field) -> list[str]:
    """The header of the record's file: single values first, then those of its lists (`openings.kind`)."""
    return [name for name, _ in columns(of)] + list(_inner_columns(of))


def cut(of: Field, text: str) -> tuple[list[Cut], list[tuple[int, RecordFault]]]:
    """The records of a file and the faults of its form, each with its line; nothing is judged beyond the form."""
    faults: list[tuple[int, RecordFault]] = []
    try:
        lines = _lines(of, text, faults)
    except csv.Error:
        fault = RecordFault(
            "", "something else", "The file is not readable as CSV: save it again as CSV, UTF-8."
        )
        return [], [(0, fault)]
    if not lines and not faults:
        faults.append((HEADER_LINE, RecordFault("", "nothing", "The file has no rows: add at least one.")))
    if not list(_inner_columns(of)):
        return [Cut(_nested(of, line.cells), line.number) for line in lines], faults
    groups = groupby(lines, key=lambda line: line.cells.get(REFERENCE, "") or f"\0{line.number}")
    return [_of_many(of, list(group)) for _, group in groups], faults


def _lines(of: Field, text: str, faults: list[tuple[int, RecordFault]]) -> list[Line]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if not _header_fits(of, header, faults):
        return []
    found, begins = [], reader.line_num + 1
    for cells in reader:
        number, begins = begins, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = (
                f"{len(cells)} cells where the header has {len(header)}: put texts with commas in quotes."
            )
            faults.append((number, RecordFault("", f"list of {len(cells)}", message)))
            continue
        found.append(Line(number, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
    return found


def _header_fits(of: Field, header: Sequence[str], faults: list[tuple[int, RecordFault]]) -> bool:
    """Whether every needed column is there and none is strange; a strange one is told by its place, not its words."""
    known = column_names(of)
    needed = {name for name, one in columns(of) if one.required}
    faults += [
        (HEADER_LINE, RecordFault(name, "nothing", f"The column {name} is missing: add it."))
        for name in known
        if name in needed and name not in header
    ]
    faults += [
        (
            HEADER_LINE,
            RecordFault(
                "",
                f"text of {len(name)} characters",
                f"Column {place} is not known: remove it or name it as in the template.",
            ),
        )
        for place, name in enumerate(header, start=1)
        if name not in known
    ]
    faults += [
        (HEADER_LINE, RecordFault(name, "nothing", f"The column {name} is there more than once: keep one."))
        for name in known
        if header.count(name) > 1
    ]
    return not faults


def _nested(of: Field, cells: Mapping[str, str]) -> dict[str, Any]:
    """Flat cells as an object in objects."""
    found: dict[str, Any] = {}
    for name, _ in columns(of):
        *outer, last = name.split(".")
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = cells.get(name, "")
    return found


def _of_many(of: Field, lines: list[Line]) -> Cut:
    """A record over several lines: its single values stand on the first, each line adds to its lists."""
    made = Cut(_nested(of, lines[0].cells), lines[0].number)
    for one in of.fields:
        if one.kind is Kind.RECORD and one.many:
            made.value[one.name] = _gathered(one, lines, f"{one.name}.", made, one.name)
    return made


def _gathered(of: Field, lines: list[Line], prefix: str, made: Cut, path: str) -> list[dict[str, Any]]:
    """The entries of a list: lines whose single values are the same, one after another, are one entry."""
    names = [name for name, _ in columns(of)]
    found: list[dict[str, Any]] = []
    keyed = groupby(lines, key=lambda line: tuple(line.cells.get(f"{prefix}{name}", "") for name in names))
    for values, group in keyed:
        if not any(values):
            continue
        together = list(group)
        here = f"{path}.{len(found)}"
        made.places[here] = together[0].number
        entry: dict[str, Any] = dict(zip(names, values, strict=True))
        for one in of.fields:
            if one.kind is Kind.RECORD and one.many:
                entry[one.name] = _gathered(one, together, f"{prefix}{one.name}.", made, f"{here}.{one.name}")
        found.append(entry)
    return found


def _inner_columns(of: Field, prefix: str = "") -> Iterator[str]:
    for one in of.fields:
        if one.kind is Kind.RECORD and one.many:
            yield from (f"{prefix}{one.name}.{name}" for name, _ in columns(one))
            yield from _inner_columns(one, f"{prefix}{one.name}.")
