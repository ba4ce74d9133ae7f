"""A draft as the planner's timetable again: rebuilt for one question, places opened for that alone and logged."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from scheduler.advice.moving.standing import standing
from scheduler.advice.timetable.book import Book
from scheduler.check import check
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem, Variant
from worksorders.domain.errors import RefusedError
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.workforce import Person, Workforce, load_workforce
from worksorders.steps.planning.build import Frame, build
from worksorders.steps.planning.open_visits import OpenVisit, OpenWork, load_open_work
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.seen import refuse_ended
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, minute_of
from worksorders.store.scope import as_house
from worksorders.store.tables.plans.planning import Plan, PlanStop
from worksorders.store.tables.work.orders import Visit, WorksOrder

VARIANT: Variant = "levels"
PURPOSE = "explain a visit of a plan"


@dataclass(frozen=True)
class Enquiry:
    """Who asks about which visit of which draft, and when; `sessions` and `cipher` open the places for the answer."""

    session: Session
    sessions: sessionmaker[Session]
    cipher: Cipher
    actor: Actor
    plan_id: uuid.UUID
    visit_id: uuid.UUID
    now: datetime


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


@dataclass(frozen=True)
class Ground:
    """What a question about a plan is answered from: open work, workers, and points for travel times alone."""

    plan: Plan
    work: OpenWork
    force: Workforce
    asked: Asked
    stops: tuple[PlanStop, ...]
    points: dict[uuid.UUID, tuple[float, float]] = field(repr=False)

    def problem(self, *visits: OpenVisit, people: Sequence[Person] = ()) -> tuple[Problem, Frame]:
        """The problem with further visits and people, each last, so that the others keep their positions."""
        work = replace(self.work, visits=(*self.work.visits, *visits))
        force = replace(self.force, people=(*self.force.people, *people))
        return build(work, force, self.points, self.asked, PlanSettings(**self.plan.settings))


def load_ground(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    plan: Plan,
    region_code: str,
    *,
    now: datetime,
    purpose: str,
) -> Ground:
    """Everything that can have to do with a question about one region of a draft; points are opened and that is logged.

    Raises RefusedError for a plan that is no draft.
    """
    refuse_ended(plan, "ask", "nothing was changed")
    if plan.state != "draft":
        raise RefusedError(
            "Only a draft can be asked about; make a new plan.", state=plan.state, action="ask"
        )
    asked = Asked(plan.starts_on, plan.days, now)
    with as_house(session):
        work = load_open_work(session, plan.region_codes)
        force = load_workforce(
            session,
            first_on=asked.starts_on,
            last_on=asked.ends_on,
            case_ids=list({visit.case_id for visit in work.visits}),
            region_codes={region_code} | {visit.region_code for visit in work.visits},
        )
        regions = _joined({region_code}, [person.regions for person in force.people])
        near = sorted(regions & {visit.region_code for visit in work.visits})
        work = load_open_work(session, near, () if not near else None)
        stops = tuple(session.scalars(select(PlanStop).where(PlanStop.plan_id == plan.id)))
    points = read_places(sessions, cipher, actor, {visit.case_id for visit in work.visits}, purpose)
    return Ground(plan, work, force, asked, stops, points)


def walled_off(session: Session, frame: Frame) -> frozenset[int]:
    """The visits of a frame that are walled off from whoever asks."""
    seen = set(session.scalars(select(Visit.id).where(Visit.id.in_([visit.id for visit in frame.visits]))))
    return frozenset(at for at, visit in enumerate(frame.visits) if visit.id not in seen)


def load_draft(enquiry: Enquiry, purpose: str = PURPOSE, *, lock: bool = False, pinned: bool = True) -> Draft:
    """The draft around one of its visits; visits that could not stay where the draft has them have no place in it.

    With `pinned` False the visit's own pin does not bind it: somebody is about to move it by hand.

    Raises NotFoundError for a visit that is not to be planned, RefusedError for a plan that is no draft.
    """
    session, visit_id = enquiry.session, enquiry.visit_id
    plan = find_plan(session, enquiry.plan_id, lock=lock)
    order = session.scalar(select(WorksOrder).join(Visit).where(Visit.id == visit_id))
    if order is None and plan.state == "draft":
        raise NotFoundError("There is no such visit to be planned.")
    region_code = order.region_code if order is not None else ""
    ground = load_ground(
        session,
        enquiry.sessions,
        enquiry.cipher,
        enquiry.actor,
        plan,
        region_code,
        now=enquiry.now,
        purpose=purpose,
    )
    if visit_id not in {visit.id for visit in ground.work.visits}:
        raise NotFoundError("There is no such visit to be planned.")
    if not pinned:
        pins = {key: pin for key, pin in ground.work.pins.items() if key != visit_id}
        ground = replace(ground, work=replace(ground.work, pins=pins))
    problem, frame = ground.problem()
    book, _ = standing(problem, routes_of(problem, frame, ground.stops), VARIANT)
    book.rigid = hidden = walled_off(session, frame)
    position = {visit.id: at for at, visit in enumerate(frame.visits)}
    return Draft(plan, frame, book, position[visit_id], hidden)


def breaks_a_rule(draft: Draft, routes: Iterable[Route]) -> bool:
    """Whether these routes break a rule that the draft as it stands does not."""
    before = {one.code for one in check(draft.problem, draft.book.routes(), VARIANT)}
    return bool({one.code for one in check(draft.problem, list(routes), VARIANT)} - before)


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
