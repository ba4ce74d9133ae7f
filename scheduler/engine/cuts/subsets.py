"""The subset rows of a master: which sets of rows, what a route counts for in them, and which ones a mix breaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from scheduler.engine.columns.pool import Column
from scheduler.engine.kernels.cut_labels import HALVES, Subsets
from scheduler.engine.kernels.subset_rows import violated_fives, violated_triples

Subset = tuple[int, ...]  # three or five rows of the master: visits, and shifts from the number of visits on

LEAST = 0.02
FOUND, NEARLY, GROWN = 20_000, -0.2, 400
AT_ONCE, OF_ONE = 60, 6
MOST_ROWS = 4000  # the table of pairs of rows takes 8 bytes each


class SubsetRows:
    """Odd sets of rows: the routes that hold two of three, or two and four of five, are one, or two, in all."""

    def __init__(self, visits: int, shifts: int) -> None:
        self.visits, self.shifts = visits, shifts
        self.subsets: list[Subset] = []
        self.known: set[Subset] = set()
        self.by_row: dict[int, list[int]] = defaultdict(list)

    def add(self, subset: Subset) -> None:
        """Take in one more."""
        self.known.add(subset)
        for r in subset:
            self.by_row[r].append(len(self.subsets))
        self.subsets.append(subset)

    def held(self, column: Column) -> dict[int, int]:
        """What this route counts for in each subset row in which it counts."""
        rows = [*column.visits, self.visits + column.shift]
        count = Counter(c for r in rows if r in self.by_row for c in self.by_row[r])
        return {c: many // 2 for c, many in count.items() if many > 1}

    def broken(self, chosen: Sequence[tuple[Column, float]]) -> list[Subset]:
        """The sets that a mix of routes breaks most, only a few of each row; of five where few of three are."""
        rows = self.visits + self.shifts
        if rows > MOST_ROWS:
            return []
        member = np.zeros((len(chosen), rows), dtype=np.bool_)
        for c, (column, _) in enumerate(chosen):
            member[c, list(column.visits)] = True
            member[c, self.visits + column.shift] = True
        share, pair = np.array([value for _, value in chosen]), np.zeros((rows, rows))
        out, amount = np.zeros((FOUND, 3), np.int64), np.zeros(FOUND)
        many = violated_triples(member, share, pair, NEARLY, out, amount)
        order = np.argsort(-amount[:many], kind="stable")
        found = self._best((amount[q], out[q]) for q in order)
        if len(found) < AT_ONCE // 3:
            fives, more = np.zeros((GROWN, 5), np.int64), np.zeros(GROWN)
            many = violated_fives(member, share, pair, out[order[:GROWN]], LEAST, fives, more)
            rated = np.argsort(-more[:many], kind="stable")
            found += self._best((more[q], fives[q]) for q in rated)
        return found

    def _best(self, rated: Iterable[tuple[Any, Any]]) -> list[Subset]:
        found: list[Subset] = []
        used: Counter[int] = Counter()
        for amount, rows in rated:
            subset = tuple(sorted(rows.tolist()))
            if amount < LEAST or len(found) == AT_ONCE:
                break
            if subset not in self.known and subset not in found and max(used[r] for r in subset) < OF_ONE:
                found.append(subset)
                used.update(subset)
        return found

    def priced(self, duals: Sequence[float]) -> Subsets:
        """The rows that cost something at these duals, the dearest first, with room for the search of routes."""
        costly = sorted((dual, c) for c, dual in enumerate(duals) if dual < -1e-7)
        row = np.full((len(costly), 5), -1, dtype=np.int64)
        for at, (_, c) in enumerate(costly):
            row[at, : len(self.subsets[c])] = self.subsets[c]
        return Subsets(
            row,
            np.array([-dual for dual, _ in costly], dtype=np.float64),
            np.zeros((self.visits, HALVES), np.uint64),
            np.zeros(64 * HALVES),
            np.zeros(HALVES, np.uint64),
        )
