"""The last job of a plan: its parts are put together, kept as the draft, and what they held is emptied."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps import outbox
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.solving.curve import whole_curve
from worksorders.steps.planning.solving.found import Found
from worksorders.steps.planning.solving.load import PlanCheckError
from worksorders.steps.planning.solving.store import store
from worksorders.store.tables.plans.plan_parts import PlanPart

JOIN = "plan.join"
COUNTED = (
    "unassigned",
    "late",
    "exposed_days",
    "travel_minutes",
    "shifts_used",
    "extra_workers",
    "moves",
    "overtime_minutes",
)
COSTS = (
    "unassigned_penalty",
    "late_cost",
    "exposure_cost",
    "travel_cost",
    "shift_cost",
    "overtime_cost",
    "continuity_cost",
    "move_cost",
)


def send_join(session: Session, plan_id: uuid.UUID) -> None:
    """Ask for the join once this is committed; a plan is joined once."""
    payload = {"plan_id": str(plan_id)}
    outbox.send(session, JOIN, payload, queue=outbox.PLANNING, dedupe_key=f"{JOIN}:{plan_id}")


@handles(JOIN)
def join_plan(job: Job) -> Effect:
    """Put the parts together; all of it is the effect, since nothing has to be solved."""
    plan_id = uuid.UUID(job.payload["plan_id"])
    return lambda session, now: _join(session, plan_id, now)


def _join(session: Session, plan_id: uuid.UUID, now: datetime) -> None:
    plan = find_plan(session, plan_id, lock=True)
    parts = session.scalars(
        select(PlanPart).where(PlanPart.plan_id == plan_id).order_by(PlanPart.position)
    ).all()
    if plan.state != "solving" or any(part.state != "done" for part in parts):
        return
    found = [part.result for part in parts if part.result is not None]
    refuse_overlaps(found)
    result = joined(found, cancelled=plan.cancel_requested_at is not None)
    result |= {
        "seed": plan.seed,
        "parts": len(parts),
        "visits": len({key for part in parts for key in part.visit_ids}),
    }
    plan.input_hash = sha256("".join(one["input_hash"] for one in found).encode()).hexdigest()
    starts = [plan.progress.get("starts", 1), *(part.starts for part in parts)]
    plan.progress = plan.progress | {"starts": max(starts)}
    store(session, plan, found, result, now)
    for part in parts:
        part.result, part.progress = None, {}


def refuse_overlaps(found: Iterable[Found]) -> None:
    """Raise PlanCheckError where a worker would be in two places at once: parts share nobody, so this is a defect of ours."""
    times: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for one in found:
        for stop in one["stops"]:
            span = datetime.fromisoformat(stop["start_at"]), datetime.fromisoformat(stop["end_at"])
            times[stop["worker"]].append(span)
    for spans in times.values():
        spans.sort()
        if any(begins < ends for (_, ends), (begins, _) in pairwise(spans)):
            raise PlanCheckError("one_place")


def joined(found: Sequence[Found], *, cancelled: bool) -> dict[str, Any]:
    """What the page says of the plan: how good it is, and the proof; no place and no person is in it."""
    totals = {name: sum(one["score"][name] for one in found) for name in (*COUNTED, *COSTS)}
    curve = whole_curve([one["curve"] for one in found])
    objective = sum(totals[name] for name in COSTS)
    bound = min(objective, sum(one["curve"][-1][2] for one in found if one["curve"]))
    operating = objective - totals["unassigned_penalty"]
    return {
        **{name: totals[name] for name in COUNTED},
        "status": _status([one["status"] for one in found], cancelled),
        "objective": objective,
        "lower_bound": bound,
        "gap": round((objective - bound) / max(1, objective), 5),
        "operating_gap": round((objective - bound) / max(1, operating), 5),
        "seconds": round(sum(one["seconds"] for one in found), 2),
        "levels": _levels(found),
        "curve": curve,
        "lost_pins": [key for one in found for key in one["lost_pins"]],
        "estimated": len({stop["visit"] for one in found for stop in one["stops"] if stop["estimated"]})
        + sum(left["detail"]["estimated"] for one in found for left in one["unassigned"]),
    }


def _status(states: Sequence[str], cancelled: bool) -> str:
    """The worst of the parts: a plan is optimal where all of them are."""
    for state in ("infeasible", "cancelled", "feasible"):
        if state in states:
            return "cancelled" if cancelled and state == "feasible" else state
    return "optimal"


def _levels(found: Sequence[Found]) -> list[list[Any]]:
    """Goals of all parts added up, which share nothing; a part whose visits have all moved on has none."""
    rows = zip(*(one["levels"] for one in found if one["levels"]), strict=True)
    return [[row[0][0], sum(one[1] for one in row), sum(one[2] for one in row)] for row in rows]
