"""CSV files that a spreadsheet cannot mistake for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

Cell = str | int | Decimal | date | None
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def safe_cell(value: Cell) -> str:
    """The text of a cell; text that a spreadsheet would run gets an apostrophe in front.

    Numbers stay numbers, a minus sign included. Dates are ISO, None is empty; a float raises TypeError.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: give text, an int or a Decimal.")
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    begins = text.lstrip(" \u00a0\u200b\ufeff")[:1]
    risky = begins in _DANGEROUS or text[:1] in _DANGEROUS
    if begins and risky and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given, for a file that is read back."""
    inner = text.removeprefix("'")
    return inner if inner != text and safe_cell(inner) == text else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False) -> bytes:
    """A CSV file in UTF-8 with CRLF lines, every cell safe; a row of another width raises ValueError.

    `bom` adds the mark by which spreadsheets know UTF-8, so that macrons survive.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"A row of {len(row)} cells does not fit the {len(header)} columns.")
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def read_csv(data: bytes) -> list[dict[str, str]]:
    """The rows of a file that `write_csv` wrote, by column, as they were given."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [{name: plain_cell(text or "") for name, text in row.items()} for row in rows]
