"""What a change would do to a draft: a fork of its problem is planned again, the difference told, and nothing kept.

Costs are told in coarse steps and travel not at all: the difference of two plans can be a single journey.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from scheduler.advice.moving.replan import Moved, Replanned, replan
from scheduler.advice.moving.standing import standing
from scheduler.changes import Away, Declined
from scheduler.check import check
from scheduler.plan import Route, Score
from scheduler.problem import Problem
from scheduler.score import score
from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.advice.slots import NewVisit
from worksorders.steps.advice.standing import VARIANT, Ground, load_ground, routes_of, walled_off
from worksorders.steps.advice.why import STEP_CENTS
from worksorders.steps.people.workforce import Person
from worksorders.steps.planning.build import Frame
from worksorders.steps.planning.request_plan import find_plan

PURPOSE = "ask what a change of a plan would do"
HIDDEN = "a visit that is not shown to you"
# What a change may leave undone without any visit being where it must not be: its places are empty then.
UNMET = {"pinned", "predecessor", "same_day"}


@dataclass(frozen=True)
class Sick:
    """A worker who cannot come from a day on, for so many days."""

    worker_id: uuid.UUID
    first_on: date
    days: int


@dataclass(frozen=True)
class Declines:
    """A firm that declines every visit that the draft gives it, of one order or of all."""

    firm_id: uuid.UUID


@dataclass(frozen=True)
class Hire:
    """One more cleared worker: trades, the area of the base, and weekday hours (minutes of the day)."""

    trades: frozenset[str]
    region_code: str
    base: tuple[float, float]
    opens_minute: int = 480
    closes_minute: int = 1020
    first_on: date | None = None


Question = Sick | Declines | Hire | NewVisit


@dataclass(frozen=True)
class Place:
    """Who would come, and when."""

    workers: tuple[str, ...]
    start_at: datetime


@dataclass(frozen=True)
class Change:
    """A visit whose place differs; `must` says that it could not stay where it is."""

    code: str
    before: Place | None
    after: Place | None
    must: bool


@dataclass(frozen=True)
class Difference:
    """What would be different: counts before and after, the cost in coarse steps, and each visit concerned."""

    counts: tuple[tuple[str, int, int], ...]
    step: int
    changes: tuple[Change, ...]
    unchanged: int

    @property
    def dearer_cents(self) -> int:
        """The step's upper end in cents; negative where it would cost less."""
        return self.step * STEP_CENTS


def what_if(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    question: Question,
    region_code: str,
    now: datetime,
) -> Difference:
    """The difference that the change would make to a draft; only that points were opened is written down.

    Raises FaultsError at `worker`, `firm` where the plan has nothing of theirs, RefusedError for a plan that is no draft.
    """
    plan = find_plan(session, plan_id)
    ground = load_ground(session, sessions, cipher, actor, plan, region_code, now=now, purpose=PURPOSE)
    before, frame = ground.problem()
    book, _ = standing(before, routes_of(before, frame, ground.stops), VARIANT)
    routes = book.routes()
    after, after_frame = _fork(ground, before, frame, routes, question)
    made = replan(before, routes, after, VARIANT)
    return _difference(before, after, after_frame, routes, made, walled_off(session, frame))


def _fork(
    ground: Ground, before: Problem, frame: Frame, routes: Sequence[Route], question: Question
) -> tuple[Problem, Frame]:
    if isinstance(question, NewVisit):
        return ground.problem(question.as_open())
    if isinstance(question, Hire):
        return _hired(ground, question)
    if isinstance(question, Sick):
        at = _position(frame, question.worker_id)
        first = (question.first_on - frame.starts_on).days
        days = tuple(day for day in range(first, first + question.days) if 0 <= day < before.days)
        if not days:
            raise FaultsError([Fault("first_on", "Choose a day within the plan.")])
        return Away(at, days).apply(before), frame
    own = tuple(at for at, one in enumerate(frame.people) if one.firm_id == question.firm_id)
    theirs = sorted({stop.visit for route in routes if route.worker in own for stop in route.stops})
    if not theirs:
        raise FaultsError([Fault("firm", "This plan gives no visit to this firm.")])
    return Declined(own, tuple(theirs)).apply(before), frame


def _position(frame: Frame, worker_id: uuid.UUID) -> int:
    for at, person in enumerate(frame.people):
        if person.worker_id == worker_id:
            return at
    raise FaultsError([Fault("worker", "This worker serves none of the regions of this plan.")])


def _hired(ground: Ground, hire: Hire) -> tuple[Problem, Frame]:
    """The problem with one more person, whose checks are taken to be valid."""
    first = hire.first_on or ground.asked.starts_on
    away = ((ground.asked.starts_on, first - timedelta(days=1)),) if first > ground.asked.starts_on else ()
    person = Person(
        worker_id=uuid.uuid4(),
        firm_id=uuid.uuid4(),
        first_name="The new worker",
        firm_name="a new hire",
        trades=hire.trades,
        regions=frozenset({hire.region_code}),
        base=hire.base,
        max_travel_minutes=60,
        on_call=False,
        hours=dict.fromkeys(range(5), ((hire.opens_minute, hire.closes_minute),)),
        absences=away,
        checks=(),
        firm_checks=(),
        agreements=(),
        booked=(),
    )
    problem, frame = ground.problem(people=[person])
    new = len(frame.people) - 1
    visits = tuple(
        replace(visit, uncleared={at: days for at, days in visit.uncleared.items() if at != new})
        for visit in problem.visits
    )
    return replace(problem, visits=visits), frame


def _difference(
    before: Problem,
    after: Problem,
    frame: Frame,
    routes: Sequence[Route],
    made: Replanned,
    hidden: frozenset[int],
) -> Difference:
    old, new = score(before, routes, VARIANT), score(after, made.routes, VARIANT)
    broken = {one.code for one in check(after, made.routes, VARIANT)} - UNMET
    if broken - {one.code for one in check(before, routes, VARIANT)}:
        raise RuntimeError(f"a fork of the plan broke a rule: {', '.join(sorted(broken))}")
    now = _places(frame, made.routes)
    moves = [_change(frame, one, hidden) for one in made.moves]
    added = [Change(_code(frame, at, hidden), None, now.get(at), must=False) for at in made.added]
    left_out = [
        Change(frame.visits[at].code, None, None, must=True)
        for at in range(len(before.visits), len(after.visits))
        if at not in now
    ]
    changes = (*left_out, *added, *moves)
    change = new.operating - old.operating
    return Difference(
        counts=_counts(old, new, len(made.moves)),
        step=-(-change // STEP_CENTS) if change > 0 else -(change // -STEP_CENTS),
        changes=changes,
        unchanged=len(_places(frame, routes)) - len(made.moves),
    )


def _counts(old: Score, new: Score, moves: int) -> tuple[tuple[str, int, int], ...]:
    return (
        ("Visits without a place", old.unassigned, new.unassigned),
        ("Late visits", old.late, new.late),
        ("Days that a home stays exposed", old.exposed_days, new.exposed_days),
        ("Working days used", old.shifts_used, new.shifts_used),
        ("Further workers in one home", old.extra_workers, new.extra_workers),
        ("Visits that move", 0, moves),
    )


def _places(frame: Frame, routes: Sequence[Route]) -> dict[int, Place]:
    found: dict[int, Place] = {}
    for route in routes:
        for stop in route.stops:
            who = found[stop.visit].workers if stop.visit in found else ()
            found[stop.visit] = Place((*who, _name(frame, route.worker)), frame.instant(stop.start))
    return found


def _change(frame: Frame, one: Moved, hidden: frozenset[int]) -> Change:
    return Change(
        _code(frame, one.visit, hidden), _place(frame, one.before), _place(frame, one.after), one.must
    )


def _place(frame: Frame, place: tuple[tuple[int, ...], int] | None) -> Place | None:
    if place is None:
        return None
    return Place(tuple(_name(frame, k) for k in place[0]), frame.instant(place[1]))


def _code(frame: Frame, at: int, hidden: frozenset[int]) -> str:
    return HIDDEN if at in hidden else frame.visits[at].code


def _name(frame: Frame, worker: int) -> str:
    person = frame.people[worker]
    return f"{person.first_name}, {person.firm_name}"
