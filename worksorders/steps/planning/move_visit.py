"""Moves or pins a visit of a draft by hand; a place that breaks a rule is refused with every rule it breaks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from scheduler.check import check
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem
from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import VISIT
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.workforce import LOCAL, load_workforce
from worksorders.steps.planning.build import Frame, build
from worksorders.steps.planning.open_visits import OpenWork, load_open_work
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.seen import moved_meanwhile, place_key, refuse_ended, refuse_moved
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, minute_of, wall
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Plan, PlanStop, PlanUnassigned, VisitPin
from worksorders.store.tables.work.orders import Visit

WORDS = {
    "trade": "the worker does not have the trade",
    "region": "the worker's firm does not serve the region",
    "reach": "the home is farther from the worker's base than the worker travels",
    "exclusion": "the worker may not be sent to this home, or a crew would come from two firms",
    "vetting": "the worker's checks are not valid on that day",
    "one_place": "the worker cannot be there in time from the visit before, or not reach the next one",
    "shift_end": "the worker would not be back by the end of the shift",
    "window": "the start is outside the times that are safe, ready and in notice",
    "crew": "it needs another number of workers",
    "crew_together": "the crew would not start together",
    "predecessor": "the visit that must come before it is not placed",
    "least_gap": "it would start too early after the visit before it",
    "greatest_gap": "it would start too late after the visit before it",
    "same_day": "an opening would be left open overnight: its visits must be on one day",
}


@dataclass(frozen=True)
class Place:
    """Where a visit is to go: a worker, a local day and a minute of that day."""

    worker_id: uuid.UUID
    on: date
    minute: int

    @property
    def start_at(self) -> datetime:
        """The instant of the start."""
        return wall(self.on, self.minute)


def move_visit(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    visit_id: uuid.UUID,
    from_worker_id: uuid.UUID | None,
    place: Place,
    pin: bool,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Put a visit of a draft somewhere else (or in it, when it was not placed), and pin it there if asked.

    Of a crew the worker `from_worker_id` is replaced and everybody takes the new start. `seen` is the place (as
    `place_key` says it) from which it was taken; None asks nothing. Raises FaultsError at `start` where it is
    elsewhere by now, or with every rule that the place breaks; nothing is changed then.
    """
    plan = _draft(session, plan_id)
    stops = list(session.scalars(select(PlanStop).where(PlanStop.plan_id == plan.id)))
    visit = session.get(Visit, visit_id)
    if visit is None or session.get(Worker, place.worker_id) is None:
        raise NotFoundError("There is no such visit or worker.")
    refuse_moved(session, visit, stops, from_worker_id, seen)
    moved = _moved(plan, visit, stops, from_worker_id, place)
    _refuse_broken(session, sessions, cipher, actor, plan=plan, moved=moved, visit=visit, now=now)
    for stop in [stop for stop in stops if stop.visit_id == visit.id]:
        session.delete(stop)
    session.flush()
    session.add_all([_copy(stop, pinned=pin) for stop in moved if stop.visit_id == visit.id])
    session.execute(
        delete(PlanUnassigned).where(PlanUnassigned.plan_id == plan.id, PlanUnassigned.visit_id == visit.id)
    )
    before = visit.state
    if before == "unplanned":
        visit.state = move(VISIT, before, "plan", actor.role)
    _set_pin(session, actor, visit.id, (place.worker_id, place.start_at) if pin else None, now)
    audit.record(
        session,
        actor,
        "visit.moved",
        ("visit", visit.id),
        moved=(before, visit.state),
        detail={"plan": plan.code, "pinned": pin},
    )


def set_pin(
    session: Session,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    visit_id: uuid.UUID,
    pin: bool,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Pin a placed visit where the draft has it, or let it go; RefusedError where it is no longer where it was `seen`."""
    plan = _draft(session, plan_id)
    stops = session.scalars(
        select(PlanStop)
        .where(PlanStop.plan_id == plan.id, PlanStop.visit_id == visit_id)
        .order_by(PlanStop.worker_id)
    ).all()
    if not stops:
        raise NotFoundError("This visit has no place in the plan.")
    if seen is not None and seen != place_key(stops):
        told = moved_meanwhile(session, session.get_one(Visit, visit_id), stops)
        raise RefusedError(told, state=plan.state, action="pin")
    for stop in stops:
        stop.pinned = pin
    _set_pin(session, actor, visit_id, (stops[0].worker_id, stops[0].start_at) if pin else None, now)
    audit.record(session, actor, "visit.pinned" if pin else "visit.unpinned", ("visit", visit_id))


def _set_pin(
    session: Session,
    actor: Actor,
    visit_id: uuid.UUID,
    place: tuple[uuid.UUID, datetime] | None,
    now: datetime,
) -> None:
    """Replace the visit's pin by a worker and a start, or by none."""
    session.execute(delete(VisitPin).where(VisitPin.visit_id == visit_id))
    if place is not None:
        worker_id, start_at = place
        session.add(
            VisitPin(
                visit_id=visit_id,
                worker_id=worker_id,
                start_at=start_at,
                pinned_at=now,
                pinned_by=actor.user_id,
            )
        )


def _draft(session: Session, plan_id: uuid.UUID) -> Plan:
    plan = find_plan(session, plan_id, lock=True)
    refuse_ended(plan, "move", "no visit was moved or pinned")
    if plan.state != "draft":
        raise RefusedError("Only a draft can be changed; make a new plan.", state=plan.state, action="move")
    return plan


def _moved(
    plan: Plan, visit: Visit, stops: list[PlanStop], from_worker_id: uuid.UUID | None, place: Place
) -> list[PlanStop]:
    """The draft's stops, not yet stored, as they would be after the move."""
    crew = [stop for stop in stops if stop.visit_id == visit.id]
    rest = [stop for stop in stops if stop.visit_id != visit.id]
    workers = [place.worker_id if stop.worker_id == from_worker_id else stop.worker_id for stop in crew]
    if not crew:
        workers = [place.worker_id]
    estimated = any(stop.place_estimated for stop in crew)
    end_at = place.start_at + timedelta(minutes=visit.minutes)
    return rest + [
        PlanStop(
            plan_id=plan.id,
            visit_id=visit.id,
            worker_id=worker,
            start_at=place.start_at,
            end_at=end_at,
            place_estimated=estimated,
        )
        for worker in workers
    ]


def _copy(stop: PlanStop, *, pinned: bool) -> PlanStop:
    return PlanStop(
        plan_id=stop.plan_id,
        visit_id=stop.visit_id,
        worker_id=stop.worker_id,
        start_at=stop.start_at,
        end_at=stop.end_at,
        pinned=pinned,
        place_estimated=stop.place_estimated,
    )


def _refuse_broken(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan: Plan,
    moved: list[PlanStop],
    visit: Visit,
    now: datetime,
) -> None:
    """Check the day of each worker concerned and the other visits of the same home with the planner's checker."""
    concerned = _concerned(session, moved, visit)
    work = _only(load_open_work(session, []), concerned)
    asked = Asked(plan.starts_on, plan.days, now)
    cases = list({one.case_id for one in work.visits})
    force = load_workforce(session, first_on=asked.starts_on, last_on=asked.ends_on, case_ids=cases)
    points = read_places(sessions, cipher, actor, cases, "check a move on the plan")
    _refuse_another_day(work, visit, moved)
    problem, frame = build(work, force, points, asked, PlanSettings(**plan.settings))
    routes = _routes(problem, frame, [stop for stop in moved if stop.visit_id in concerned])
    if routes is None:
        raise FaultsError([Fault("start", "The worker has no shift at that time.")])
    codes = {violation.code for violation in check(problem, routes, "levels")}
    if codes:
        raise FaultsError(
            [Fault("start", f"Not possible: {WORDS.get(code, code)}.") for code in sorted(codes)]
        )


def _refuse_another_day(work: OpenWork, visit: Visit, moved: list[PlanStop]) -> None:
    """Name the rule where an arranged visit leaves only its own day: the checker would only speak of times."""
    day = next(stop.start_at.astimezone(LOCAL).date() for stop in moved if stop.visit_id == visit.id)
    for one in work.dependencies:
        if visit.id in {one.before, one.after} and one.on not in {None, day}:
            raise FaultsError([Fault("start", f"Not possible: {WORDS['same_day']}.")])


def _concerned(session: Session, moved: list[PlanStop], visit: Visit) -> set[uuid.UUID]:
    """The visits whose feasibility the move may change: same worker and day, or same order."""
    keys = {
        (stop.worker_id, stop.start_at.astimezone(LOCAL).date())
        for stop in moved
        if stop.visit_id == visit.id
    }
    same_day = {s.visit_id for s in moved if (s.worker_id, s.start_at.astimezone(LOCAL).date()) in keys}
    placed = {stop.visit_id for stop in moved}
    same_order = session.scalars(select(Visit.id).where(Visit.order_id == visit.order_id))
    return same_day | (set(same_order) & placed)


def _only(work: OpenWork, concerned: set[uuid.UUID]) -> OpenWork:
    """The open work cut down to some visits; pins do not bind a move by hand."""
    dependencies = tuple(
        d
        for d in work.dependencies
        if (d.after in concerned or d.after_starts_at) and (d.before in concerned or d.before_ends_at)
    )
    visits = tuple(visit for visit in work.visits if visit.id in concerned)
    return replace(work, visits=visits, dependencies=dependencies, pins={}, published={})


def _routes(problem: Problem, frame: Frame, stops: list[PlanStop]) -> list[Route] | None:
    """The stops as routes by worker and shift; None when one lies in no shift of its worker."""
    visits = {visit.id: at for at, visit in enumerate(frame.visits)}
    people = {person.worker_id: at for at, person in enumerate(frame.people)}
    routes: dict[tuple[int, int], list[Stop]] = {}
    for stop in sorted(stops, key=lambda stop: stop.start_at):
        worker = people.get(stop.worker_id)
        if worker is None or stop.visit_id not in visits:
            return None
        start = minute_of(frame.starts_on, stop.start_at)
        shifts = problem.workers[worker].shifts
        within = [
            at
            for at, shift in enumerate(shifts)
            if shift.day == start // DAY and shift.opens <= start % DAY <= shift.closes
        ]
        if not within:
            return None
        routes.setdefault((worker, within[0]), []).append(Stop(visits[stop.visit_id], start))
    return [Route(worker, shift, tuple(found)) for (worker, shift), found in routes.items()]
