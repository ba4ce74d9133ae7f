"""Loads the problem of a plan, or of a part of one; points of homes are opened here and go no further than travel times."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from scheduler.check import check_plan
from scheduler.plan import Plan as SolvedPlan
from scheduler.problem import Problem
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor
from worksorders.steps.jobs import Job
from worksorders.steps.people.workforce import load_workforce
from worksorders.steps.planning.build import Frame, build
from worksorders.steps.planning.open_visits import load_open_work
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Plan

PURPOSE = "planning"


class PlanCheckError(Exception):
    """The independent checker found a broken rule: the plan is not shown to anyone."""


def on_behalf(session: Session, plan: Plan) -> Actor:
    """The coordinator who asked, in the job's own session: that is who the log of readings names."""
    user = session.get_one(AppUser, plan.created_by)
    return Actor(user.id, Role(user.role), user.display_name, f"plan:{plan.id}")


def load_problem(
    job: Job,
    actor: Actor,
    asked: Asked,
    region_codes: Collection[str],
    settings: PlanSettings,
    *,
    only: Collection[uuid.UUID] | None = None,
) -> tuple[Problem, Frame]:
    """The problem as the database has it now, of the visits in `only` or of all, with all workers of these regions."""
    with job.sessions() as session:
        work = load_open_work(session, region_codes, only)
        cases = list({visit.case_id for visit in work.visits})
        served = set(region_codes) if only is not None else {visit.region_code for visit in work.visits}
        force = load_workforce(
            session,
            first_on=asked.starts_on,
            last_on=asked.ends_on,
            case_ids=cases,
            region_codes=served,
        )
    points = read_places(job.sessions, job.cipher, actor, cases, PURPOSE)
    return build(work, force, points, asked, settings)


def refuse_broken(problem: Problem, solved: SolvedPlan) -> None:
    """Raise PlanCheckError where the checker and the model do not agree."""
    broken = check_plan(problem, solved)
    if broken:
        raise PlanCheckError(", ".join(sorted({one.code for one in broken})))
