"""The job that makes a plan: open the coordinates, build, solve with progress, check, store; safe to run again.

No transaction is open while solving. A killed worker's plan is begun again by the next delivery, and only the
newest delivery may store what it found.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.plan import Plan as SolvedPlan
from scheduler.plan import Progress
from scheduler.problem import Problem
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import PLAN
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.people.workforce import load_workforce
from worksorders.steps.planning.build import Asked, Frame, build
from worksorders.steps.planning.open_visits import load_open_work
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.request_plan import SOLVE, find_plan
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.store_plan import store
from worksorders.store.tables.people import AppUser
from worksorders.store.tables.planning import Plan

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
READING = "Reading visits and workers"
MOST_STARTS = 4


class PlanCheckError(Exception):
    """The independent checker found a broken rule: the plan is not shown to anyone."""


@dataclass
class Beat:
    """What the solving thread tells and what the beating thread found out."""

    phase: str = READING
    newest: Progress | None = None
    curve: list[Progress] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    taken_over: bool = False

    def on_progress(self, progress: Progress) -> None:
        """Keep the newest figures; the beat writes them down."""
        self.newest = progress
        self.curve.append(progress)


@handles(SOLVE)
def solve_plan(job: Job) -> Effect:
    """Make one plan; the effect stores it as the draft."""
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
        settings, seed = PlanSettings(**plan.settings), plan.seed
        actor, region_codes = _on_behalf(session, plan), list(plan.region_codes)
    with _beating(job, plan_id, starts) as beat:
        problem, frame = _problem(job, actor, asked, region_codes, settings)
        beat.phase = "Looking for a first plan"
        solved = _solve(problem, settings, seed, beat)
    if beat.taken_over:
        return _nothing
    _check(problem, solved)
    return lambda session, now: store(session, find_plan(session, plan_id, lock=True), frame, solved, now)


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


def _on_behalf(session: Session, plan: Plan) -> Actor:
    """The coordinator who asked, in the job's own session: that is who the log of readings names."""
    user = session.get_one(AppUser, plan.created_by)
    return Actor(user.id, Role(user.role), user.display_name, f"plan:{plan.id}")


def _problem(
    job: Job, actor: Actor, asked: Asked, region_codes: list[str], settings: PlanSettings
) -> tuple[Problem, Frame]:
    """The problem as the database has it now; coordinates are opened here and go no further than travel times."""
    with job.sessions() as session:
        work = load_open_work(session, region_codes)
        cases = list({visit.case_id for visit in work.visits})
        force = load_workforce(
            session,
            first_on=asked.starts_on,
            last_on=asked.ends_on,
            case_ids=cases,
            region_codes={visit.region_code for visit in work.visits},
        )
    points = read_places(job.sessions, job.cipher, actor, cases, "planning")
    return build(work, force, points, asked, settings)


def _solve(problem: Problem, settings: PlanSettings, seed: int, beat: Beat) -> SolvedPlan:
    from scheduler.solve import solve  # noqa: PLC0415 -- only the planning worker loads the solver.

    return solve(
        problem,
        "levels",
        seconds=settings.seconds,
        seed=seed,
        workers=settings.workers,
        on_progress=beat.on_progress,
        should_stop=beat.stop.is_set,
    )


def _check(problem: Problem, solved: SolvedPlan) -> None:
    from scheduler.check import check_plan  # noqa: PLC0415

    broken = check_plan(problem, solved)
    if broken:
        raise PlanCheckError(", ".join(sorted({one.code for one in broken})))


@contextmanager
def _beating(job: Job, plan_id: uuid.UUID, starts: int) -> Iterator[Beat]:
    """Write progress every second, pass on a wish to stop, and keep the delivery alive, while the solver works."""
    beat, over = Beat(), threading.Event()

    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                _tell(job, plan_id, starts, beat)
            except OperationalError as error:
                log.warning("a beat was missed: %s", type(error).__name__)

    thread = threading.Thread(target=run, name="plan-beat", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        over.set()
        thread.join()


def _tell(job: Job, plan_id: uuid.UUID, starts: int, beat: Beat) -> None:
    """One beat; a lost connection costs this one alone, the next has a new connection."""
    if not job.keep():
        beat.taken_over = True
        beat.stop.set()
    with job.sessions.begin() as session:
        progress = progress_of(beat) | {"starts": starts}
        session.execute(
            update(Plan).where(Plan.id == plan_id).values(progress=progress, progress_at=job.now())
        )
        if session.scalar(select(Plan.cancel_requested_at).where(Plan.id == plan_id)) is not None:
            beat.stop.set()


def progress_of(beat: Beat) -> dict[str, Any]:
    """The figures that the page shows: seconds, objective, bound, unassigned, and the curve so far."""
    newest = beat.newest
    if newest is None:
        return {"phase": beat.phase}
    return {
        "phase": "Improving",
        "seconds": round(newest.seconds, 1),
        "objective": newest.objective,
        "bound": newest.lower_bound,
        "unassigned": newest.unassigned,
        "curve": [[round(one.seconds, 2), one.objective, one.lower_bound] for one in beat.curve[-200:]],
    }
