"""The planning problem as frozen integers: what goes into the solver, and nothing about orders or people.

Visits and workers are named by their position; `code` carries the caller's own name for one, untouched.
A day is a number from 0 on, a minute is counted from midnight of its day, and an absolute minute is
`day * DAY + minute`. Costs are whole units that the caller chooses (cents, say).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

DAY = 1440
UNREACHABLE = 100_000  # minutes; the travel time between places that no road or configured ferry joins

Variant = Literal["common", "full", "levels"]
Matrix = npt.NDArray[np.int32]


class TimeWindow(NamedTuple):
    """When a visit may start: from `earliest` to `latest`, both included, minutes of that day."""

    day: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of one day in which a worker leaves the base and is back; a booking splits a day into several."""

    day: int
    opens: int
    closes: int
    overtime_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A decision that stands: this worker, in this shift, starting at this absolute minute."""

    worker: int
    shift: int
    start: int


class Published(NamedTuple):
    """What people were told: the worker and the absolute minute of the start."""

    worker: int
    start: int


class Precedence(NamedTuple):
    """`after` starts at least `least_gap` and at most `greatest_gap` minutes after `before` ends."""

    before: int
    after: int
    least_gap: int = 0
    greatest_gap: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One attendance at one home.

    `trade` is an expression: `a|b` is either, `a+b` is one worker with both. `windows` keep the deadline,
    `windows_late` also hold the days after it. `uncleared` gives, for a worker whose checks are not valid
    throughout, the days on which that worker may not make this visit. `held_for_now` says that what the visit is
    for is secured for the time being: each day costs `exposed_cost_per_day`, but is no day that the home is exposed.
    """

    home: int
    trade: str
    region: str
    service_minutes: int
    urgency: int
    ready_day: int
    deadline_day: int
    windows: tuple[TimeWindow, ...]
    windows_late: tuple[TimeWindow, ...]
    unassigned_penalty: int
    late_penalty_per_day: int
    excluded_workers: frozenset[int] = frozenset()
    uncleared: Mapping[int, frozenset[int]] = field(default_factory=dict)
    crew: int = 1
    pinned: Pin | None = None
    exposed_since_day: int | None = None
    exposed_cost_per_day: int = 0
    code: str = ""
    held_for_now: bool = False


@dataclass(frozen=True, slots=True)
class Worker:
    """A person with a base, trades, regions, a reach from the base (minutes, one way) and shifts."""

    trades: frozenset[str]
    regions: frozenset[str]
    reach_minutes: int
    cost_per_travel_minute: int
    cost_per_shift_used: int
    shifts: tuple[Shift, ...]
    overtime_cost_per_minute: int = 0
    booked_minutes: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices of the soft rules that no visit or worker carries itself."""

    exposure_per_day: int = 0
    extra_worker_per_home: int = 0
    cost_per_move: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that a plan depends on.

    `travel` holds whole minutes, shape (visits + workers)²: row i is visit i, row len(visits) + k the base
    of worker k.
    """

    days: int
    visits: tuple[Visit, ...]
    workers: tuple[Worker, ...]
    travel: Matrix = field(compare=False, repr=False)
    precedences: tuple[Precedence, ...] = ()
    same_day: tuple[tuple[int, ...], ...] = ()
    weights: Weights = Weights()
    published: Mapping[int, Published] = field(default_factory=dict)
    max_moves: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        size = len(self.visits) + len(self.workers)
        if self.travel.shape != (size, size):
            raise ValueError(f"travel is {self.travel.shape}, but visits and bases make {(size, size)}")
        self.travel.flags.writeable = False

    def base(self, worker: int) -> int:
        """Row of the travel matrix that is this worker's base."""
        return len(self.visits) + worker

    def windows(self, visit: int, variant: Variant) -> tuple[TimeWindow, ...]:
        """The windows that bind in this variant: with the deadline in common, beyond it otherwise; none before ready."""
        one = self.visits[visit]
        found = one.windows if variant == "common" else one.windows_late
        return tuple(w for w in found if w.day >= one.ready_day) if one.ready_day else found

    def input_hash(self) -> str:
        """SHA-256 over every field and every travel time, the same for the same input anywhere."""
        digest = hashlib.sha256()
        for row in [*map(asdict, self.visits), *map(asdict, self.workers)]:
            digest.update(repr(_ordered(row)).encode())
        rest = (self.days, self.precedences, self.same_day, asdict(self.weights), self.max_moves)
        digest.update(repr((rest, sorted(self.published.items()))).encode())
        digest.update(np.ascontiguousarray(self.travel, dtype="<i4").tobytes())
        return digest.hexdigest()


def qualifies(expression: str, trades: frozenset[str]) -> bool:
    """Whether one worker with these trades may do work of this trade expression (`a|b` either, `a+b` both)."""
    return any(trades.issuperset(choice.split("+")) for choice in expression.split("|"))


def _ordered(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, dict):
        return sorted((key, _ordered(part)) for key, part in value.items())
    return value
