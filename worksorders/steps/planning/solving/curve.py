"""Adds up what is known of each part of a plan over time, and tells the page how far the whole is."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.store.scope import as_house
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan

MOST_POINTS = 120


@dataclass(frozen=True)
class Making:
    """How far a plan is; cost and bound in cents as one sum, `curve` as [seconds, cost, bound, visits without a place]."""

    phase: str
    done: int = 0
    parts: int = 0
    solving: int = 0
    curve: tuple[list[Any], ...] = ()

    @property
    def known(self) -> list[Any] | None:
        """The newest point of the curve; None before a first plan."""
        return self.curve[-1] if self.curve else None

    @property
    def gap(self) -> float | None:
        """By what share a better plan could still be cheaper, penalties included; None before a first plan."""
        if self.known is None:
            return None
        _, cost, bound, _ = self.known
        return float((cost - bound) / max(1, cost))


def load_making(session: Session, plan: Plan) -> Making:
    """How far the parts of a plan are; a constant number of queries."""
    phase = str(plan.progress.get("phase", "Waiting for a planning worker"))
    with as_house(session):
        rows = session.execute(
            select(PlanPart.state, PlanPart.progress)
            .where(PlanPart.plan_id == plan.id)
            .order_by(PlanPart.position)
        ).all()
    if not rows:
        return Making(phase)
    states = [state for state, _ in rows]
    if states.count("done") == len(states):
        phase = "Putting the parts together"
    return Making(
        phase,
        states.count("done"),
        len(states),
        states.count("solving"),
        tuple(whole_curve([progress.get("curve", []) for _, progress in rows])),
    )


def whole_curve(curves: Sequence[Sequence[Sequence[Any]]]) -> list[list[Any]]:
    """The sum of all parts' curves from the moment on at which each has a point, thinned to what a picture can show."""
    known: list[Sequence[Any] | None] = [None] * len(curves)
    events = heapq.merge(*([(point[0], at, point) for point in one] for at, one in enumerate(curves)))
    found: list[list[Any]] = []
    for seconds, at, point in events:
        known[at] = point
        if all(known):
            sums = [sum(one[field] for one in known if one) for field in (1, 2, 3)]
            if found and found[-1][0] == seconds:
                found.pop()
            found.append([seconds, *sums])
    step = -(-len(found) // MOST_POINTS)
    return found[:: step or 1] if step <= 1 else [*found[:-1:step], found[-1]]
