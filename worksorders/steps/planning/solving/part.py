"""The job of one part of a plan: open its own points, solve, check, keep; safe to run again, and stopped with the best."""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from scheduler.plan import Plan as SolvedPlan
from scheduler.problem import Problem
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.planning.build import Frame
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.solving.beat import Beat, beating
from worksorders.steps.planning.solving.found import found_of, points
from worksorders.steps.planning.solving.join import send_join
from worksorders.steps.planning.solving.load import load_problem, on_behalf, refuse_broken
from worksorders.steps.planning.when import Asked
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.work.orders import Visit, WorksOrder

PART = "plan.part"
MOST_STARTS = 4
# Small parts end as soon as they are proven; less than this is not enough for it on a busy machine.
LEAST_SECONDS = 1.0
# Reasons that do not depend on where other visits are: a part knows only the workers of its own regions.
LASTING = frozenset({"no_trade", "out_of_region", "out_of_reach", "excluded", "not_cleared", "no_shift"})
SECONDS_A_VISIT = 0.1


@dataclass(frozen=True)
class Share:
    """What one part is solved with: its visits and workers, and its share of the plan's limits."""

    visit_ids: tuple[uuid.UUID, ...]
    worker_ids: frozenset[uuid.UUID]
    region_codes: frozenset[str]
    asked: Asked
    settings: PlanSettings
    seed: int
    seconds: float
    work: int | None


@handles(PART)
def solve_part(job: Job) -> Effect:
    """Improve one part; the effect keeps what was found, and the last part to end sends for the join.

    A part that keeps stopping its worker, or whose plan is to stop, keeps the plan that it has.
    """
    part_id = uuid.UUID(job.payload["part_id"])
    with job.sessions.begin() as session:
        part = session.scalars(select(PlanPart).where(PlanPart.id == part_id).with_for_update()).one()
        plan = session.get_one(Plan, part.plan_id)
        if part.state == "done" or plan.state != "solving":
            return _nothing
        if part.starts >= MOST_STARTS or plan.cancel_requested_at is not None:
            return lambda session, now: end_part(session, part_id, None, now)
        part.starts += 1
        part.state, part.started_at, part.progress_at = "solving", job.now(), job.now()
        share, actor = _share(session, plan, part), on_behalf(session, plan)
        since = max(0.0, (job.now() - part.asked_at).total_seconds())
        # The first plan of the part stands until it is improved, also on the curve of the whole.
        before = [point for point in part.progress.get("curve", [])[:1] if point[0] <= since]

    def tell(beat: Beat) -> bool:
        return _tell(job, part_id, beat)

    with beating(job, tell, since, before) as beat:
        problem, frame = load_problem(
            job, actor, share.asked, share.region_codes, share.settings, only=share.visit_ids
        )
        problem = _without_strangers(problem, frame, share.worker_ids)
        solved = _solve(problem, share, beat)
    if beat.taken_over:
        return _nothing
    refuse_broken(problem, solved)
    found = found_of(frame, solved, before + points(solved.curve, since))
    return lambda session, now: end_part(session, part_id, found, now)


def _nothing(_session: Session, _now: datetime) -> None:
    """The effect of a job that came too late."""


def _share(session: Session, plan: Plan, part: PlanPart) -> Share:
    """The part's share of time and work: by the square of its visits, with all planning workers busy.

    Each part has at least what proves a part of its size, as long as all of them together keep the plan's limit.
    """
    size = func.jsonb_array_length(PlanPart.visit_ids)
    sizes = session.scalars(select(size).where(PlanPart.plan_id == plan.id)).all()
    settings = PlanSettings(**plan.settings)
    own = tuple(uuid.UUID(key) for key in part.visit_ids)
    regions = session.scalars(
        select(WorksOrder.region_code)
        .join(Visit, Visit.order_id == WorksOrder.id)
        .where(Visit.id.in_(own))
        .distinct()
    )
    many = len(own)
    weight = settings.workers * many**2 / sum(one**2 for one in sizes)
    whole = settings.workers * settings.seconds
    wanted = sum(LEAST_SECONDS + SECONDS_A_VISIT * one for one in sizes)
    least = (LEAST_SECONDS + SECONDS_A_VISIT * many) * min(1.0, whole / wanted)
    seconds = max(weight * settings.seconds, least)
    return Share(
        visit_ids=own,
        worker_ids=frozenset(uuid.UUID(key) for key in part.worker_ids),
        region_codes=frozenset(regions),
        asked=Asked(plan.starts_on, plan.days, part.asked_at),
        settings=settings,
        seed=plan.seed + part.position,
        seconds=min(seconds, settings.seconds),
        work=math.ceil(settings.work * many / sum(sizes)) if settings.work else None,
    )


def _without_strangers(problem: Problem, frame: Frame, own: Collection[uuid.UUID]) -> Problem:
    """The problem in which nobody but the part's own workers goes anywhere, whatever has changed since it was cut.

    Those who could not go before are left as they are: they are the reasons why a visit has no place.
    """
    from scheduler.engine.parts import split  # noqa: PLC0415 -- only the planning worker loads the solver.

    able = {worker for part in split(problem, "levels") for worker in part.workers}
    strangers = {worker for worker in able if frame.people[worker].worker_id not in own}
    if not strangers:
        return problem
    workers = tuple(
        replace(worker, shifts=()) if at in strangers else worker for at, worker in enumerate(problem.workers)
    )
    return replace(problem, workers=workers)


def _solve(problem: Problem, share: Share, beat: Beat) -> SolvedPlan:
    from scheduler.solve import solve  # noqa: PLC0415

    return solve(
        problem,
        "levels",
        seconds=share.seconds,
        seed=share.seed,
        work=share.work,
        on_progress=beat.on_progress,
        should_stop=beat.stop.is_set,
        with_repairs=False,
    )


def _tell(job: Job, part_id: uuid.UUID, beat: Beat) -> bool:
    """Write the newest figures of the part down; whether the plan is to stop."""
    with job.sessions.begin() as session:
        values: dict[str, Any] = {"progress_at": job.now()}
        if figures := beat.figures():
            values["progress"] = figures
        solving = PlanPart.id == part_id, PlanPart.state == "solving"
        session.execute(update(PlanPart).where(*solving).values(values))
        wish = select(Plan.cancel_requested_at).join(PlanPart, PlanPart.plan_id == Plan.id)
        return session.scalar(wish.where(PlanPart.id == part_id)) is not None


def end_part(session: Session, part_id: uuid.UUID, found: dict[str, Any] | None, now: datetime) -> None:
    """Keep a part's result (None: the one it has); the last one sends for the join. The plan is locked first."""
    plan_id = session.scalars(select(PlanPart.plan_id).where(PlanPart.id == part_id)).one()
    plan = find_plan(session, plan_id, lock=True)
    part = session.get_one(PlanPart, part_id, populate_existing=True)
    if part.state == "done" or plan.state != "solving":
        return
    part.state, part.done_at = "done", now
    if found is not None:
        part.result = found | {"unassigned": _with_lasting_reasons(part.result, found)}
        objective, bound, unassigned = found["curve"][-1][1:] if found["curve"] else (0, 0, 0)
        part.progress = part.progress | {
            "objective": objective,
            "bound": bound,
            "unassigned": unassigned,
            "curve": found["curve"],
        }
    session.flush()
    open_parts = select(func.count()).where(PlanPart.plan_id == plan_id, PlanPart.state != "done")
    if not session.scalar(open_parts):
        send_join(session, plan_id)


def _with_lasting_reasons(first: dict[str, Any] | None, found: dict[str, Any]) -> list[Any]:
    """Visits left out, those that nobody can make with the reason seen among the workers of the whole plan."""
    seen = {one["visit"]: one for one in (first or {}).get("unassigned", ()) if one["reason"] in LASTING}
    return [seen.get(one["visit"], one) for one in found["unassigned"]]


def end_waiting(session: Session, plan: Plan, now: datetime) -> None:
    """End the parts that nobody has begun, each with the plan that it has: the plan is to stop."""
    waiting = session.scalars(
        select(PlanPart.id)
        .where(PlanPart.plan_id == plan.id, PlanPart.state == "waiting")
        .order_by(PlanPart.position)
    ).all()
    for part_id in waiting:
        end_part(session, part_id, None, now)
