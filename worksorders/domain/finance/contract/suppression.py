"""Counts small enough to identify a home are left out of whatever leaves, and so is what would give them away.

Cells and totals are one table in which every row and column sums to zero (totals counted as negative). Whatever is
left out lies in a square of four gaps that can all be shifted by one without a count going below zero: so at least
two tables fit what is published, and no gap can be computed from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST = 6
Table = Sequence[Sequence[int]]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Published:
    """A table with its totals as it may leave; None is a gap, `hidden` the places of gaps, totals at the end."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None
    hidden: frozenset[Cell]


def publish(table: Table, least: int = LEAST, also: frozenset[Cell] = frozenset()) -> Published:
    """The table with every count of 1 to `least` - 1 left out, totals included, and enough others to hide them.

    `also` names further cells to leave out, such as those of another table about the same homes. Every row has the
    same width. Where no square of gaps can be found, nothing is shown at all.
    """
    whole = _with_totals(table)
    cells = [(at, to) for at, row in enumerate(whole) for to in range(len(row))]
    hidden = {(at, to) for at, to in cells if 0 < whole[at][to] < least} | {
        cell for cell in also if cell in cells
    }
    while lonely := next((cell for cell in sorted(hidden) if not _hides(whole, hidden, cell)), None):
        square = min(_squares(whole, lonely), key=lambda one: _cost(whole, hidden, one, least), default=None)
        if square is None:
            hidden = set(cells)
            break
        hidden |= set(square)
    shown = [
        tuple(None if (at, to) in hidden else count for to, count in enumerate(row))
        for at, row in enumerate(whole)
    ]
    return Published(
        tuple(row[:-1] for row in shown[:-1]),
        tuple(row[-1] for row in shown[:-1]),
        shown[-1][:-1],
        shown[-1][-1],
        frozenset(hidden),
    )


def _with_totals(table: Table) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in table]
    width = len(rows[0]) if rows else 1
    return [*rows, [sum(row[to] for row in rows) for to in range(width)]]


def _hides(whole: list[list[int]], hidden: set[Cell], cell: Cell) -> bool:
    return any(set(square) <= hidden for square in _squares(whole, cell))


def _squares(whole: list[list[int]], cell: Cell) -> Iterator[tuple[Cell, Cell, Cell, Cell]]:
    """Every square with the cell as a corner that can be shifted one way or the other."""
    at, to = cell
    for row in range(len(whole)):
        for column in range(len(whole[0])):
            if row != at and column != to:
                square = (cell, (at, column), (row, to), (row, column))
                if any(_stays_above_zero(whole, square, step) for step in (1, -1)):
                    yield square


def _stays_above_zero(whole: list[list[int]], square: tuple[Cell, ...], step: int) -> bool:
    last_row, last_column = len(whole) - 1, len(whole[0]) - 1
    for sign, (at, to) in zip((1, -1, -1, 1), square, strict=True):
        is_total = (at == last_row) != (to == last_column)
        if whole[at][to] + step * (-sign if is_total else sign) < 0:
            return False
    return True


def _cost(
    whole: list[list[int]], hidden: set[Cell], square: tuple[Cell, ...], least: int
) -> tuple[int, int, int, tuple[Cell, ...]]:
    """Fewest new gaps, then few totals, then the least that is left unsaid."""
    new = [cell for cell in square if cell not in hidden]
    edge = (len(whole) - 1, len(whole[0]) - 1)
    totals = sum(at == edge[0] or to == edge[1] for at, to in new)
    return totals, len(new), sum(whole[at][to] or least for at, to in new), square
