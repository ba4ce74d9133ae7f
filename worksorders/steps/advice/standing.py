"""A draft as the planner's timetable again: rebuilt for one question, places opened for that alone and logged."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from scheduler.advice.moving.standing import standing
from scheduler.advice.timetable.book import Book
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem, Variant
from worksorders.domain.errors import RefusedError
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.workforce import load_workforce
from worksorders.steps.planning.build import Frame, build
from worksorders.steps.planning.open_visits import load_open_work
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, minute_of
from worksorders.store.scope import as_house
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.planning import Plan, PlanStop

VARIANT: Variant = "levels"
PURPOSE = "explain a visit of a plan"


@dataclass(frozen=True)
class Draft:
    """A draft as it stands now, seen from one visit (its position in the frame).

    Visits in `hidden` are walled off from whoever asks: they take their time as all others do, keep their places
    whatever is proposed, and are never named.
    """

    plan: Plan
    frame: Frame
    book: Book
    visit: int
    hidden: frozenset[int] = frozenset()

    @property
    def problem(self) -> Problem:
        """The problem as the database has it now."""
        return self.book.problem

    def codes(self, positions: Iterable[int]) -> tuple[str, ...]:
        """The codes of those visits that may be named."""
        return tuple(self.frame.visits[at].code for at in positions if at not in self.hidden)


def load_draft(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    visit_id: uuid.UUID,
    now: datetime,
    purpose: str = PURPOSE,
    lock: bool = False,
) -> Draft:
    """The draft around one of its visits; visits that could not stay where the draft has them have no place in it.

    Raises NotFoundError for a visit that is not to be planned, RefusedError for a plan that is no draft.
    """
    plan = find_plan(session, plan_id, lock=lock)
    if plan.state != "draft":
        raise RefusedError(
            "Only a draft can be asked about; make a new plan.", state=plan.state, action="ask"
        )
    if session.scalar(select(Visit.id).where(Visit.id == visit_id)) is None:
        raise NotFoundError("There is no such visit to be planned.")
    asked = Asked(plan.starts_on, plan.days, now)
    with as_house(session):
        work = load_open_work(session, plan.region_codes)
        cases = list({visit.case_id for visit in work.visits})
        force = load_workforce(
            session,
            first_on=asked.starts_on,
            last_on=asked.ends_on,
            case_ids=cases,
            region_codes={visit.region_code for visit in work.visits},
        )
        asked_of = next((visit for visit in work.visits if visit.id == visit_id), None)
        if asked_of is None:
            raise NotFoundError("There is no such visit to be planned.")
        regions = _joined({asked_of.region_code}, [person.regions for person in force.people])
        work = load_open_work(session, sorted(regions & {visit.region_code for visit in work.visits}))
        cases = list({visit.case_id for visit in work.visits})
        stops = session.scalars(select(PlanStop).where(PlanStop.plan_id == plan.id)).all()
    points = read_places(sessions, cipher, actor, cases, purpose)
    problem, frame = build(work, force, points, asked, PlanSettings(**plan.settings))
    book, _ = standing(problem, routes_of(problem, frame, stops), VARIANT)
    position = {visit.id: at for at, visit in enumerate(frame.visits)}
    seen = set(session.scalars(select(Visit.id).where(Visit.id.in_(position))))
    hidden = frozenset(at for key, at in position.items() if key not in seen)
    book.rigid = hidden
    return Draft(plan, frame, book, position[visit_id], hidden)


def _joined(regions: set[str], served: Iterable[frozenset[str]]) -> set[str]:
    """Regions that workers join to these, each to the next: no other visit can have to do with the answer."""
    grown, every = set(regions), list(served)
    while more := {code for codes in every if grown & codes for code in codes} - grown:
        grown |= more
    return grown


def routes_of(problem: Problem, frame: Frame, stops: Iterable[PlanStop]) -> list[Route]:
    """The stops as routes; those of visits no longer planned, or outside of their worker's hours, are left out."""
    visits = {visit.id: at for at, visit in enumerate(frame.visits)}
    people = {person.worker_id: at for at, person in enumerate(frame.people)}
    routes: dict[tuple[int, int], list[Stop]] = defaultdict(list)
    for stop in sorted(stops, key=lambda stop: (stop.start_at, stop.visit_id)):
        worker, visit = people.get(stop.worker_id), visits.get(stop.visit_id)
        if worker is None or visit is None:
            continue
        start = minute_of(frame.starts_on, stop.start_at)
        for at, shift in enumerate(problem.workers[worker].shifts):
            if shift.day == start // DAY and shift.opens <= start % DAY <= shift.closes:
                routes[worker, at].append(Stop(visit, start))
                break
    return [Route(*slot, tuple(found)) for slot, found in sorted(routes.items())]
