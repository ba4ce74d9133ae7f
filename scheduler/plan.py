"""A plan with its proof: routes, cost term by term, a proven lower bound, and why each visit left out is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from scheduler.changes import Change
from scheduler.problem import Variant


class Status(StrEnum):
    """What is known about a plan; running out of time is a status, never an error."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    CANCELLED = "cancelled"
    INFEASIBLE = "infeasible"


class Reason(StrEnum):
    """Why a visit has no place; the first seven are impossibilities that no other plan would remove."""

    NO_TRADE = "no_trade"
    OUT_OF_REGION = "out_of_region"
    OUT_OF_REACH = "out_of_reach"
    EXCLUDED = "excluded"
    NOT_CLEARED = "not_cleared"
    NO_SHIFT = "no_shift"
    CREW_SHORT = "crew_short"
    PREDECESSOR_UNPLACED = "predecessor_unplaced"
    COMPANION_UNPLACED = "companion_unplaced"
    CROWDED_OUT = "crowded_out"
    TOO_DEAR = "too_dear"
    NOT_FOUND_IN_TIME = "not_found_in_time"


class Answer(StrEnum):
    """The three answers for a visit without a place, always told apart (see `scheduler.advice.answers.reasons`)."""

    IMPOSSIBLE = "impossible"
    CROWDED_OUT = "crowded_out"
    NOT_FOUND_IN_TIME = "not_found_in_time"


class Spot(NamedTuple):
    """One worker's share in a visit: the shift (position among the worker's shifts) and the absolute start."""

    visit: int
    worker: int
    shift: int
    start: int


class Repair(NamedTuple):
    """A change after which a visit has a place while every other visit keeps its own.

    `amount` counts in `unit`: worker-days, window minutes, overtime minutes or moves. `places` says where the
    visit then goes, with visits that it waited for, and visits that start later where `unit` is moves.
    """

    kind: str
    amount: int
    unit: str
    text: str
    changes: tuple[Change, ...] = ()
    places: tuple[Spot, ...] = ()


class Stop(NamedTuple):
    """A visit and the absolute minute at which it starts."""

    visit: int
    start: int


class Route(NamedTuple):
    """What one worker does in one shift (position among the worker's shifts), in order."""

    worker: int
    shift: int
    stops: tuple[Stop, ...]


class Unassigned(NamedTuple):
    """A visit left out: its reason, the visits in its way or missing before it, and a sentence about it.

    `rules` is a minimal set that makes it impossible: without any one of them the others would let it in.
    """

    visit: int
    reason: Reason
    blockers: tuple[int, ...] = ()
    detail: str = ""
    answer: Answer = Answer.NOT_FOUND_IN_TIME
    rules: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The objective term by term, in the units of the problem; counts beside the costs."""

    unassigned_penalty: int = 0
    late_cost: int = 0
    exposure_cost: int = 0
    travel_cost: int = 0
    shift_cost: int = 0
    overtime_cost: int = 0
    continuity_cost: int = 0
    move_cost: int = 0
    unassigned: int = 0
    late: int = 0
    exposed_days: int = 0
    travel_minutes: int = 0
    shifts_used: int = 0
    overtime_minutes: int = 0
    extra_workers: int = 0
    moves: int = 0

    @property
    def objective(self) -> int:
        """The weighted sum of all terms."""
        return self.unassigned_penalty + self.operating

    @property
    def operating(self) -> int:
        """The objective without the penalties of visits left out, which would dilute a gap."""
        return (
            self.late_cost
            + self.exposure_cost
            + self.travel_cost
            + self.shift_cost
            + self.overtime_cost
            + self.continuity_cost
            + self.move_cost
        )


class Level(NamedTuple):
    """One rung of the order of goals: the value reached, and the least value possible given the rungs above."""

    name: str
    value: int
    lower_bound: int


class Progress(NamedTuple):
    """What is known at some moment of a run: for the curve of the gap over time."""

    seconds: float
    objective: int
    lower_bound: int | None
    unassigned: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes with their proof. `lower_bound` is proven for the same problem and variant, or None."""

    variant: Variant
    status: Status
    routes: tuple[Route, ...]
    score: Score
    lower_bound: int | None = None
    unassigned: tuple[Unassigned, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    input_hash: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    levels: tuple[Level, ...] = ()
    curve: tuple[Progress, ...] = ()

    @property
    def objective(self) -> int:
        """The weighted sum of the score."""
        return self.score.objective

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective, of the whole; None without a bound."""
        return self._gap(self.objective)

    @property
    def operating_gap(self) -> float | None:
        """The same distance over the operating cost alone, without penalties of visits left out."""
        return self._gap(self.score.operating)

    def _gap(self, whole: int) -> float | None:
        if self.lower_bound is None:
            return None
        return round((self.objective - self.lower_bound) / max(1, whole), 5)

    def starts(self) -> dict[int, tuple[int, tuple[int, ...]]]:
        """For each visit with a place: its start and its workers in route order."""
        found: dict[int, tuple[int, tuple[int, ...]]] = {}
        for route in self.routes:
            for stop in route.stops:
                who = found[stop.visit][1] if stop.visit in found else ()
                found[stop.visit] = (stop.start, (*who, route.worker))
        return found
