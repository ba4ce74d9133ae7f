"""The linear master with subset rows, and with a row on what is paid for visits left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from scheduler.engine.arrays import Compiled
from scheduler.engine.columns.master import Master
from scheduler.engine.columns.pool import Pool, Rows
from scheduler.engine.cuts.subsets import SubsetRows


class CutMaster(Master):
    """A master with subset rows; `subsets` may grow between solves."""

    def __init__(
        self,
        compiled: Compiled,
        pool: Pool,
        rows: Rows,
        subsets: SubsetRows,
        kept: Collection[int] | None = None,
    ) -> None:
        self.subsets = subsets
        self.subset_rows: list[Any] = []
        super().__init__(compiled, pool, rows, kept)

    def sync(self, numbers: Iterable[int]) -> int:
        """Take in new subset rows and these columns of the pool; returns how many columns were new."""
        first = len(self.subset_rows)
        fresh = self.subsets.subsets[first:]
        self.subset_rows += [self.lp.Constraint(-self.lp.infinity(), len(one) // 2) for one in fresh]
        for number, x in self.x.items() if fresh else ():
            for c, many in self.subsets.held(self.pool.columns[number]).items():
                if c >= first:
                    self.subset_rows[c].SetCoefficient(x, many)
        return super().sync(numbers)

    def _add_column(self, number: int) -> None:
        super()._add_column(number)
        for c, many in self.subsets.held(self.pool.columns[number]).items():
            self.subset_rows[c].SetCoefficient(self.x[number], many)

    def subset_duals(self) -> list[float]:
        """The duals of the subset rows, none above 0."""
        return [min(0.0, row.dual_value()) for row in self.subset_rows]

    def lean(self, most: int) -> CutMaster:
        """The same master with at most that many columns: those whose reduced cost is least after a solve."""
        return CutMaster(self.compiled, self.pool, self.rows, self.subsets, self.best_columns(most))
