"""The part of a large board that one page shows: a region's workers and visits, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from worksorders.gateways import places
from worksorders.steps.lists.part import Part, part_of
from worksorders.steps.planning.board import Board, Row, Unplaced

ROWS = 10
UNPLACED = 20


@dataclass(frozen=True)
class Shown:
    """The page of a board: its rows and visits without a place, and the regions that can be chosen with their counts.

    `board` has the rows of the region whole, for what counts or draws all of them; `areas` are those of the days shown.
    """

    board: Board
    rows: Part[Row]
    unplaced: Part[Unplaced]
    regions: tuple[tuple[str, str], ...]
    region: str
    areas: tuple[tuple[date, str, int], ...]


def part_of_board(
    board: Board, days: Sequence[date], *, region: str = "", page: int = 1, unplaced_page: int = 1
) -> Shown:
    """What one page shows; a region that the board does not have is all of them."""
    regions = _regions(board)
    region = region if region in dict(regions) else ""
    rows = tuple(row for row in board.rows if not region or _goes_to(row, region))
    unplaced = tuple(one for one in board.unplaced if region in {"", one.region_code})
    names = {stop.area for row in rows for found in row.cells.values() for stop in found} if region else None
    return Shown(
        replace(board, rows=rows, unplaced=unplaced),
        part_of(rows, page, ROWS),
        part_of(unplaced, unplaced_page, UNPLACED),
        regions,
        region,
        tuple(one for one in board.areas if one[0] in days and (names is None or one[1] in names)),
    )


def _goes_to(row: Row, region: str) -> bool:
    return any(stop.region_code == region for found in row.cells.values() for stop in found)


def _regions(board: Board) -> tuple[tuple[str, str], ...]:
    """Regions with visits on the board, by name, each with how many visits it has and how many have no place."""
    placed: dict[str, set[object]] = {}
    for row in board.rows:
        for found in row.cells.values():
            for stop in found:
                placed.setdefault(stop.region_code, set()).add(stop.visit_id)
    left: dict[str, int] = {}
    for one in board.unplaced:
        left[one.region_code] = left.get(one.region_code, 0) + 1
    return tuple(
        sorted(
            ((code, _words(code, len(placed.get(code, ())), left.get(code, 0))) for code in {*placed, *left}),
            key=lambda row: row[1],
        )
    )


def _words(code: str, placed: int, left: int) -> str:
    return f"{places.region(code).name}: {placed} placed, {left} without a place"
