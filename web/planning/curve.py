"""The curve of a plan's cost and bound over time, as points of a picture and as rows of the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LEFT, RIGHT, TOP, FOOT = 104.0, 560.0, 20.0, 190.0
MOST_ROWS = 8


@dataclass(frozen=True)
class Picture:
    """Lines of the picture in its own units, what its corners stand for, and the rows of its table."""

    cost: str
    bound: str
    highest: int
    lowest: int
    seconds: float
    rows: tuple[tuple[float, int, int], ...]


def picture(curve: Sequence[Sequence[Any]]) -> Picture | None:
    """The picture of points (seconds, cost, bound, …); None before there is one. Between two points nothing changed."""
    points = [(float(one[0]), int(one[1]), int(one[2] or 0)) for one in curve]
    if not points:
        return None
    last, highest = points[-1][0], max(cost for _, cost, _ in points)
    lowest = min(bound for _, _, bound in points)

    def steps(field: int) -> str:
        path: list[str] = []
        before: float | None = None
        for point in points:
            x = LEFT + (RIGHT - LEFT) * (point[0] / last if last else 1.0)
            y = FOOT - (FOOT - TOP) * (point[field] - lowest) / max(1, highest - lowest)
            if before is not None:
                path.append(f"{x:.1f},{before:.1f}")
            path.append(f"{x:.1f},{y:.1f}")
            before = y
        return " ".join(path)

    every = -(-len(points) // MOST_ROWS)
    rows = points[::-every][::-1]
    return Picture(steps(1), steps(2), highest, lowest, last, tuple(rows))
