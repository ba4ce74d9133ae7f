"""The job that begins a plan: a first plan of the whole, cut into parts that share nothing, each part a job of its own.

No transaction is open while solving. A killed worker's job is begun again by the next delivery, and only the newest
delivery may keep what it found.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.plan import Plan as SolvedPlan
from scheduler.problem import Problem
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.planning.build import Frame
from worksorders.steps.planning.request_plan import SOLVE, find_plan
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.solving.beat import Beat, beating
from worksorders.steps.planning.solving.found import Found, first_of
from worksorders.steps.planning.solving.join import send_join
from worksorders.steps.planning.solving.load import load_problem, on_behalf, refuse_broken
from worksorders.steps.planning.solving.part import PART
from worksorders.steps.planning.when import Asked
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan

READING = "Reading visits and workers"
SOLVING = "Improving"
MOST_STARTS = 4


@dataclass(frozen=True)
class Piece:
    """A part before it is kept: its visits and workers, and its share of the first plan."""

    visit_ids: list[str]
    worker_ids: list[str]
    found: Found


@handles(SOLVE)
def prepare_plan(job: Job) -> Effect:
    """Cut one plan into its parts; the effect keeps them with a first plan of each and sends their jobs."""
    plan_id = uuid.UUID(job.payload["plan_id"])
    with job.sessions.begin() as session:
        plan = find_plan(session, plan_id, lock=True)
        if plan.state not in ("queued", "solving"):
            return _nothing
        starts = plan.progress.get("starts", 0) + 1
        if starts > MOST_STARTS:
            return _give_up(plan_id)
        plan.state = move(PLAN, plan.state, "start", Role.SYSTEM)
        plan.progress = {"phase": READING, "starts": starts}
        plan.progress_at = job.now()
        asked = Asked(plan.starts_on, plan.days, job.now())
        settings = PlanSettings(**plan.settings)
        actor, region_codes, seed = on_behalf(session, plan), list(plan.region_codes), plan.seed

    def tell(_beat: Beat) -> bool:
        with job.sessions.begin() as session:
            session.execute(update(Plan).where(Plan.id == plan_id).values(progress_at=job.now()))
            return session.scalar(select(Plan.cancel_requested_at).where(Plan.id == plan_id)) is not None

    with beating(job, tell) as beat:
        problem, frame = load_problem(job, actor, asked, region_codes, settings)
        first = _first_plan(problem, settings, seed)
        refuse_broken(problem, first)
        pieces = _cut(problem, frame, first)
    if beat.taken_over:
        return _nothing
    return lambda session, now: _keep(session, plan_id, pieces, asked, now)


def _nothing(_session: Session, _now: datetime) -> None:
    """The effect of a job that came too late."""


def _give_up(plan_id: uuid.UUID) -> Effect:
    def fail(session: Session, now: datetime) -> None:
        plan = find_plan(session, plan_id, lock=True)
        before, plan.state = plan.state, move(PLAN, plan.state, "fail", Role.SYSTEM)
        plan.failure = (
            "The planner stopped several times. Plan again; if it stops again, call the administrator."
        )
        plan.finished_at = now
        audit.record(session, None, "plan.failed", ("plan", plan.id), moved=(before, plan.state))

    return fail


def _first_plan(problem: Problem, settings: PlanSettings, seed: int) -> SolvedPlan:
    """The most urgent first, with every rule, and no search: it stands within a second or two."""
    from scheduler.solve import solve  # noqa: PLC0415 -- only the planning worker loads the solver.

    return solve(
        problem,
        "full",
        seconds=settings.seconds,
        seed=seed,
        should_stop=lambda: True,
        with_repairs=False,
    )


def _cut(problem: Problem, frame: Frame, first: SolvedPlan) -> list[Piece]:
    """The parts, the largest first; visits that nobody can make are one part, since there is nothing to search."""
    from scheduler.engine.parts import split  # noqa: PLC0415

    parts = split(problem, "levels")
    groups = [(list(part.visits), list(part.workers)) for part in reversed(parts) if part.workers]
    nobody = sorted(visit for part in parts if not part.workers for visit in part.visits)
    if nobody:
        groups.append((nobody, []))
    return [_piece(problem, frame, first, visits, workers) for visits, workers in groups]


def _piece(
    problem: Problem, frame: Frame, first: SolvedPlan, visits: Sequence[int], workers: Sequence[int]
) -> Piece:
    return Piece(
        [str(frame.visits[at].id) for at in visits],
        [str(frame.people[at].worker_id) for at in workers],
        first_of(problem, frame, visits, first),
    )


def _keep(session: Session, plan_id: uuid.UUID, pieces: list[Piece], asked: Asked, now: datetime) -> None:
    """Keep the parts and send a job for each; a plan without visits is joined at once."""
    plan = find_plan(session, plan_id, lock=True)
    if plan.state != "solving":
        return
    stopped = plan.cancel_requested_at is not None
    for position, piece in enumerate(pieces, start=1):
        newest = piece.found["curve"][-1]
        part = PlanPart(
            id=uuid.uuid4(),
            plan_id=plan.id,
            position=position,
            state="done" if stopped else "waiting",
            done_at=now if stopped else None,
            visit_ids=piece.visit_ids,
            worker_ids=piece.worker_ids,
            asked_at=asked.now,
            progress=_figures(newest),
            result=piece.found,
        )
        session.add(part)
        session.flush()
        if not stopped:
            payload = {"part_id": str(part.id)}
            outbox.send(session, PART, payload, queue=outbox.PLANNING, dedupe_key=f"{PART}:{part.id}")
    plan.progress = plan.progress | {
        "phase": SOLVING,
        "objective": sum(piece.found["curve"][-1][1] for piece in pieces),
        "unassigned": sum(piece.found["curve"][-1][3] for piece in pieces),
    }
    if stopped or not pieces:
        send_join(session, plan.id)


def _figures(point: Sequence[Any]) -> dict[str, Any]:
    seconds, objective, bound, unassigned = point
    return {
        "seconds": seconds,
        "objective": objective,
        "bound": bound,
        "unassigned": unassigned,
        "curve": [list(point)],
    }
