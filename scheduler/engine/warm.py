"""Fills the cache of compiled inner loops at set-up, so that nobody waits for a compiler at first use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.problem import (
    Matrix,
    Pin,
    Precedence,
    Problem,
    Published,
    Shift,
    TimeWindow,
    Visit,
    Weights,
    Worker,
)

# Minutes east and north of seven homes and two bases.
PLACES = ((55, 60), (54, 3), (5, 5), (23, 53), (10, 47), (51, 42), (54, 19), (16, 38), (13, 38))


def warm() -> None:
    """Solve very small problems, of every variant and one that needs subset rows: all inner loops are compiled."""
    from scheduler.solve import solve  # noqa: PLC0415 -- compiles at import

    for variant in ("common", "full", "levels"):
        solve(_smallest(), variant, seconds=5.0, work=50)
    solve(_fractional(), "common", seconds=5.0, work=50)


def _smallest() -> Problem:
    """Six visits in three homes, with a crew, a pin, orders and a published place: all that routes know of."""
    visits = tuple(
        replace(
            _visit(i // 2, service_minutes=60),
            crew=2 if i == 3 else 1,
            pinned=Pin(0, 0, 600) if i == 4 else None,
        )
        for i in range(6)
    )
    travel = np.full((8, 8), 10, dtype=np.int32) * (1 - np.eye(8, dtype=np.int32))
    return replace(
        _problem(visits, travel),
        precedences=(Precedence(0, 1), Precedence(2, 3, 30, 600)),
        same_day=((0, 5),),
        published={5: Published(1, 700)},
    )


def _fractional() -> Problem:
    """Seven visits, of which a shift holds two: the relaxation mixes pairs of three, which subset rows forbid."""
    places = np.array(PLACES, dtype=np.int32)
    visits = tuple(_visit(home, service_minutes=150) for home in range(len(PLACES) - 2))
    return _problem(visits, np.abs(places[:, None] - places[None, :]).sum(axis=2, dtype=np.int32))


def _visit(home: int, *, service_minutes: int) -> Visit:
    everyday = tuple(TimeWindow(day, 480, 960) for day in range(2))
    return Visit(
        home=home,
        trade="locksmith",
        region="E7",
        service_minutes=service_minutes,
        urgency=1,
        ready_day=0,
        deadline_day=1,
        windows=everyday,
        windows_late=everyday,
        unassigned_penalty=20000,
        late_penalty_per_day=2000,
    )


def _problem(visits: tuple[Visit, ...], travel: Matrix) -> Problem:
    shifts = tuple(Shift(day, 480, 1020, 30) for day in range(2))
    workers = tuple(
        Worker(frozenset({"locksmith"}), frozenset({"E7"}), 90, 10, 300, shifts, 5) for _ in range(2)
    )
    return Problem(
        days=2,
        visits=visits,
        workers=workers,
        travel=travel,
        precedences=(),
        same_day=(),
        weights=Weights(300, 250, 100),
        published={},
    )
