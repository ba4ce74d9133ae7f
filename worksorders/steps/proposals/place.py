"""Checks another time for a visit with the planner's own checker, for the people who would make it then."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from scheduler.check import check
from scheduler.plan import Route, Stop
from scheduler.problem import DAY, Problem
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.local_time import local_day
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.offers.moves import live_bookings
from worksorders.steps.people.workforce import Workforce, load_workforce
from worksorders.steps.planning.build import Frame, build
from worksorders.steps.planning.move_visit import WORDS
from worksorders.steps.planning.open_visits import OpenWork, open_work_of
from worksorders.steps.planning.places import read_places
from worksorders.steps.planning.settings import load_settings
from worksorders.steps.planning.when import Asked, minute_of
from worksorders.steps.proposals.able import without_time
from worksorders.store.tables.work.orders import Visit

PURPOSE = "check another time for a visit"
BEFORE_HAS_NO_TIME = "the visit that must come before it has no time yet"


def refuse_unless_possible(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    visit: Visit,
    crew: Sequence[uuid.UUID],
    start_at: datetime,
    now: datetime,
) -> None:
    """Raise FaultsError at `start` with every rule that the place breaks; the home's point is opened for this, and logged."""
    work = open_work_of(session, [visit.id])
    codes = _day_rules(work, visit, start_at)
    if not codes:
        cases = [visit.order.case_id]
        asked = Asked(local_day(start_at), 1, now)
        force = _without_own_time(session, visit, crew, asked, cases)
        points = read_places(sessions, cipher, actor, cases, PURPOSE)
        single = replace(work, pins={}, published={})
        problem, frame = build(single, force, points, asked, load_settings(session))
        routes = _routes(problem, frame, crew, minute_of(asked.starts_on, start_at))
        if routes is None:
            raise FaultsError([Fault("start", "Not possible: the worker has no shift at that time.")])
        codes = sorted({WORDS.get(found.code, found.code) for found in check(problem, routes, "levels")})
    if codes:
        raise FaultsError(Fault("start", f"Not possible: {words}.") for words in codes)


def _day_rules(work: OpenWork, visit: Visit, start_at: datetime) -> list[str]:
    """What the checker could not say: an arranged visit that leaves another day only, or one before without a time."""
    found = []
    for one in work.dependencies:
        if one.on is not None and one.on != local_day(start_at):
            found.append(WORDS["same_day"])
        if one.after == visit.id and one.before_ends_at is None:
            found.append(BEFORE_HAS_NO_TIME)
    return sorted(set(found))


def _without_own_time(
    session: Session, visit: Visit, crew: Sequence[uuid.UUID], asked: Asked, cases: list[uuid.UUID]
) -> Workforce:
    """The people who would go, as if the visit took nothing of their time yet."""
    force = load_workforce(
        session,
        first_on=asked.starts_on,
        last_on=asked.ends_on,
        case_ids=cases,
        region_codes=[visit.order.region_code],
    )
    held = {(row.worker_id, row.during.lower, row.during.upper) for row in live_bookings(session, [visit.id])}

    people = tuple(without_time(person, held) for person in force.people if person.worker_id in crew)
    return Workforce(people, force.never)


def _routes(problem: Problem, frame: Frame, crew: Sequence[uuid.UUID], start: int) -> list[Route] | None:
    """One route for each of the crew; None when one has no shift at that time or may not go at all."""
    people = {person.worker_id: at for at, person in enumerate(frame.people)}
    routes = []
    for worker_id in crew:
        worker = people.get(worker_id)
        if worker is None:
            return None
        within = [
            at
            for at, shift in enumerate(problem.workers[worker].shifts)
            if shift.day == start // DAY and shift.opens <= start % DAY <= shift.closes
        ]
        if not within:
            return None
        routes.append(Route(worker, within[0], (Stop(0, start),)))
    return routes
