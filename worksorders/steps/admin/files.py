"""Files handed in and handed out: refusals that list every fault, and CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from catalogue.faults import FileFault
from worksorders.domain.errors import DomainError
from worksorders.gateways.csv_safe import plain_cell

# A cell that begins like this is run as a formula by common spreadsheets (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class BrokenFilesError(DomainError):
    """Files refused whole: `faults` lists (file, fault) for every fault, by line and column."""

    def __init__(self, name: str, faults: Iterable[FileFault]) -> None:
        self.faults = tuple((name, fault) for fault in faults)
        super().__init__("\n".join(f"{name}, {fault}" for name, fault in self.faults))


def safe_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with CRLF lines, in which a text that looks like a formula gets an apostrophe in front.

    Whole numbers and decimals stay as they are, their minus sign too: they come as numbers, not as texts.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_safe(name) for name in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def plain_csv(data: bytes | str) -> bytes | str:
    """A file as it was before `safe_csv` made it safe; anything that is no such file is left as it is."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) if "'" in text else []
    except (UnicodeDecodeError, csv.Error):
        return data
    plain = [[plain_cell(cell) for cell in row] for row in rows]
    if plain == rows:
        return data
    out = io.StringIO(newline="")
    csv.writer(out).writerows(plain)
    return out.getvalue()


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_STARTS):
        return "'" + cell
    return cell
