"""Counts small enough to identify a home are left out of whatever leaves, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 6
Table = Sequence[Sequence[int]]
Shown = tuple[tuple[int | None, ...], ...]


def suppress(table: Table, least: int = LEAST) -> Shown:
    """The table with cells of 1 to `least` - 1 left out (None), for publication with its totals.

    A row or column with a single gap would give it away by subtraction, so its next smallest cell goes too,
    until every gap has company in its row and its column. A table too small for that is left out whole.
    """
    hidden = {(at, to) for at, row in enumerate(table) for to, count in enumerate(row) if 0 < count < least}
    while more := _company(table, hidden):
        hidden |= more
    return tuple(
        tuple(None if (at, to) in hidden else count for to, count in enumerate(row))
        for at, row in enumerate(table)
    )


def _company(table: Table, hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """One more cell to leave out, beside the first gap that stands alone in its row or column.

    A cell that gives company both ways is taken first, then the smallest, and a zero last.
    """
    width = len(table[0]) if table else 0
    rows = [[(at, to) for to in range(width)] for at in range(len(table))]
    columns = [[(at, to) for at in range(len(table))] for to in range(width)]
    gap_rows, gap_columns = {at for at, _ in hidden}, {to for _, to in hidden}

    def cost(cell: tuple[int, int]) -> tuple[bool, bool, int, tuple[int, int]]:
        count = table[cell[0]][cell[1]]
        return cell[0] not in gap_rows or cell[1] not in gap_columns, count == 0, count, cell

    for cells in (*rows, *columns):
        open_cells = [cell for cell in cells if cell not in hidden]
        if len(cells) - len(open_cells) == 1 and open_cells:
            return {min(open_cells, key=cost)}
    return set()


def suppress_amounts(
    counts: Sequence[int], amounts: Sequence[int], least: int = LEAST
) -> tuple[int | None, ...]:
    """Amounts in cents beside their counts, left out where the count is; rows are published with their total."""
    gone = [row[0] is None for row in suppress([[count] for count in counts], least)]
    return tuple(None if hide else cents for hide, cents in zip(gone, amounts, strict=True))
