"""Reads CSV strictly into rows of named cells, so that each loader only judges values."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from catalogue.faults import FileFault, FileFaultsError

Value = TypeVar("Value")

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
_WHOLE = re.compile(r"[0-9]{1,6}")
MAX_CELL = 500


@dataclass(slots=True)
class Row:
    """One record: the line on which it starts, its cells by column, and where its faults go."""

    line: int
    cells: dict[str, str]
    faults: list[FileFault] = field(repr=False)

    def fault(self, column: str, message: str) -> None:
        self.faults.append(FileFault(self.line, column, self.cells.get(column, ""), message))

    def read(self, column: str, reader: Callable[[str], Value], otherwise: Value) -> Value:
        """The cell as the reader understands it; where it raises ValueError the words become a fault."""
        try:
            return reader(self.cells[column])
        except ValueError as error:
            self.fault(column, str(error))
            return otherwise


def read_rows(data: bytes | str, columns: Sequence[str], faults: list[FileFault]) -> list[Row]:
    """The rows of a CSV whose header names exactly the columns, in any order.

    Faults are added to the list; a file that cannot be cut into rows at all raises FileFaultsError at once.
    """
    text = _decode(data)
    try:
        records = _records(text)
    except csv.Error as error:
        raise FileFaultsError(
            [FileFault(0, "", "", f"not readable as CSV ({error}); save it again as CSV, UTF-8")]
        ) from error
    if not records:
        raise FileFaultsError(
            [FileFault(0, "", "", "the file is empty; its first line must name the columns")]
        )
    header = [name.strip() for name in records[0][1]]
    _check_header(header, columns)
    rows = []
    for line, cells in records[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = (
                f"{len(cells)} cells where the header has {len(header)}; put texts with commas in quotes"
            )
            faults.append(FileFault(line, "", ",".join(cells)[:80], message))
            continue
        row = Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=True)), faults)
        for column, cell in row.cells.items():
            if len(cell) > MAX_CELL or "\0" in cell:
                row.fault(
                    column, f"the text is longer than {MAX_CELL} characters or holds a control character"
                )
        rows.append(row)
    if not rows and not faults:
        faults.append(FileFault(1, "", "", "the file has a header and no rows; add at least one"))
    return rows


def _decode(data: bytes | str) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        shown = data[error.start : error.start + 1].hex()
        message = f"byte 0x{shown} is not UTF-8; save the file with the encoding UTF-8"
        raise FileFaultsError([FileFault(line, "", f"0x{shown}", message)]) from error


def _records(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, starts_at = [], 1
    for cells in reader:
        records.append((starts_at, cells))
        starts_at = reader.line_num + 1
    return records


def _check_header(header: list[str], columns: Sequence[str]) -> None:
    faults = [
        FileFault(1, name, name, f"the column '{name}' is missing; the header must be {','.join(columns)}")
        for name in columns
        if name not in header
    ]
    faults += [
        FileFault(1, name, name, f"'{name}' is not a column of this file; remove it or correct its name")
        for name in header
        if name not in columns
    ]
    faults += [
        FileFault(1, name, name, f"the column '{name}' appears {header.count(name)} times; keep one")
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if faults:
        raise FileFaultsError(faults)


def filled(text: str) -> str:
    if not text:
        raise ValueError("is empty; give a value")
    return text


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers between the two bounds, both allowed."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(f"'{text}' is not a whole number from {low} to {high}")
        return int(text)

    return read


def decimal_number(text: str) -> Decimal:
    """An exact number of zero or more with at most four decimal places."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(
            f"'{text}' is not a number; write digits and a point, at most 4 decimals, such as 140.00"
        )
    return Decimal(text)


def one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"'{text}' is not one of {', '.join(choices)}")
        return text

    return read


def split_list(text: str, separator: str) -> tuple[str, ...]:
    """The parts of a list in one cell; an empty cell is an empty list."""
    return tuple(part.strip() for part in text.split(separator)) if text else ()
