"""Builds the scheduler's problem: integers by position, with a frame that leads back to visits and workers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scheduler.problem import DAY, Pin, Precedence, Problem, Published, Shift, TimeWindow, Weights, qualifies
from scheduler.problem import Visit as ProblemVisit
from scheduler.problem import Worker as ProblemWorker
from scheduler.travel import RoadSettings, estimated_travel
from worksorders.steps.people.eligibility import uncleared_days
from worksorders.steps.people.workforce import Person, Workforce
from worksorders.steps.planning.open_visits import OpenVisit, OpenWork
from worksorders.steps.planning.places import middle
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, minute_of, possible_starts, wall

SHORTEST_SHIFT_MINUTES = 30
# Added to an end, so that a minute that has begun counts whole.
ALMOST_A_MINUTE = timedelta(minutes=1, microseconds=-1)
RANK = {"P1": 0, "P2": 1, "P3": 2, "P4": 3}


@dataclass(frozen=True)
class Frame:
    """The way back from positions to ids, and from absolute minutes to instants.

    `estimated` are visits to homes without a point: their travel times are those of the middle of the area.
    """

    starts_on: date
    visits: tuple[OpenVisit, ...]
    people: tuple[Person, ...]
    pinned: frozenset[uuid.UUID] = frozenset()
    lost_pins: tuple[uuid.UUID, ...] = ()
    estimated: frozenset[uuid.UUID] = frozenset()

    def day(self, number: int) -> date:
        """The day with this number."""
        return self.starts_on + timedelta(days=number)

    def instant(self, minute: int) -> datetime:
        """The instant of an absolute minute, by the clock on the wall in New Zealand."""
        return wall(self.starts_on + timedelta(days=minute // DAY), minute % DAY)


@dataclass
class _Builder:
    work: OpenWork
    workforce: Workforce
    asked: Asked
    settings: PlanSettings
    position: dict[uuid.UUID, int] = field(default_factory=dict)
    place: dict[uuid.UUID, int] = field(default_factory=dict)
    shifts: list[tuple[Shift, ...]] = field(default_factory=list)
    lost: list[uuid.UUID] = field(default_factory=list)
    lapsed: dict[tuple[int, str], frozenset[int]] = field(default_factory=dict)

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the horizon."""
        return tuple(self.asked.starts_on + timedelta(days=day) for day in range(self.asked.days))


def build(
    work: OpenWork,
    workforce: Workforce,
    places: Mapping[uuid.UUID, tuple[float, float]],
    asked: Asked,
    settings: PlanSettings,
) -> tuple[Problem, Frame]:
    """The problem and its frame; `places` gives the points of cases (degrees) as far as they are known, and is not kept."""
    made = _Builder(work, workforce, asked, settings)
    made.position = {visit.id: at for at, visit in enumerate(work.visits)}
    made.place = {person.worker_id: at for at, person in enumerate(workforce.people)}
    made.shifts = [_shifts(person, asked) for person in workforce.people]
    points = [
        places.get(visit.case_id) or middle(visit.area_code, visit.region_code) for visit in work.visits
    ]
    points += [person.base for person in workforce.people]
    roads = RoadSettings(
        town_speed_kmh=settings.town_speed_kmh,
        open_speed_kmh=settings.open_speed_kmh,
        buffer_minutes=settings.buffer_minutes,
    )
    homes = {case: at for at, case in enumerate(dict.fromkeys(visit.case_id for visit in work.visits))}
    visits = tuple(_visit(made, visit, homes[visit.case_id]) for visit in work.visits)
    problem = Problem(
        days=asked.days,
        visits=visits,
        workers=tuple(_worker(made, at, person) for at, person in enumerate(workforce.people)),
        travel=estimated_travel(points, roads),
        precedences=_precedences(made),
        same_day=_same_day(made),
        weights=Weights(settings.exposure_cents_per_day, settings.extra_worker_cents, settings.move_cents),
        published=_published(made),
    )
    pinned = frozenset(made.position) & frozenset(work.pins) - frozenset(made.lost)
    estimated = frozenset(visit.id for visit in work.visits if visit.case_id not in places)
    return problem, Frame(asked.starts_on, work.visits, workforce.people, pinned, tuple(made.lost), estimated)


def _shifts(person: Person, asked: Asked) -> tuple[Shift, ...]:
    """Working stretches with booked time taken out, by the clock on the wall; a booking leaves a shift on each side."""
    shifts: list[Shift] = []
    for day in range(asked.days):
        on = asked.starts_on + timedelta(days=day)
        free = list(person.stretches(on))
        for begin, end in person.booked:
            first, last = minute_of(on, begin), minute_of(on, end + ALMOST_A_MINUTE)
            free = [
                part
                for opens, closes in free
                for part in ((opens, min(closes, first)), (max(opens, last), closes))
            ]
            free = [(opens, closes) for opens, closes in free if opens < closes]
        shifts += [Shift(day, a, b) for a, b in dict.fromkeys(free) if b - a >= SHORTEST_SHIFT_MINUTES]
    return tuple(shifts)


def _worker(made: _Builder, at: int, person: Person) -> ProblemWorker:
    booked = sum(int((end - begin).total_seconds() // 60) for begin, end in person.booked)
    return ProblemWorker(
        trades=person.trades,
        regions=person.regions,
        reach_minutes=person.max_travel_minutes,
        cost_per_travel_minute=made.settings.travel_cents_per_minute,
        cost_per_shift_used=made.settings.shift_cents,
        shifts=made.shifts[at],
        booked_minutes=booked,
        code=str(person.worker_id),
    )


def _visit(made: _Builder, visit: OpenVisit, home: int) -> ProblemVisit:
    asked, settings = made.asked, made.settings
    due = minute_of(asked.starts_on, visit.due_at)
    late = possible_starts(made.work, asked, visit, asked.days * DAY)
    return ProblemVisit(
        home=home,
        trade=visit.trade,
        region=visit.region_code,
        service_minutes=visit.minutes,
        urgency=RANK[visit.urgency],
        ready_day=max(0, (visit.ready_on - asked.starts_on).days),
        deadline_day=min(max(0, due // DAY), asked.days - 1),
        windows=possible_starts(made.work, asked, visit, due),
        windows_late=late,
        unassigned_penalty=settings.unassigned(visit.urgency),
        late_penalty_per_day=settings.late(visit.urgency),
        excluded_workers=_excluded(made, visit),
        uncleared=_uncleared(made, visit),
        crew=visit.crew,
        pinned=_pin(made, visit, late),
        exposed_since_day=0 if visit.exposed or visit.held_for_now else None,
        exposed_cost_per_day=_waiting(visit, settings),
        held_for_now=visit.held_for_now,
        code=visit.code,
    )


def _waiting(visit: OpenVisit, settings: PlanSettings) -> int:
    """What each day until the visit costs, in cents."""
    if visit.exposed:
        return settings.exposure_cents_per_day
    return settings.held_cents_per_day if visit.held_for_now else 0


def _excluded(made: _Builder, visit: OpenVisit) -> frozenset[int]:
    """Whom the case is never sent to, or a repair was not; for a crew also everybody but the one firm that can best send it."""
    barred = {
        at for at, person in enumerate(made.workforce.people) if made.workforce.barred(visit.case_id, person)
    }
    if (only := visit.only_firms) is not None:
        barred |= {at for at, person in enumerate(made.workforce.people) if person.firm_id not in only}
    if visit.crew > 1:
        barred |= _other_firms(made, visit, barred)
    return frozenset(barred)


def _other_firms(made: _Builder, visit: OpenVisit, barred: set[int]) -> set[int]:
    """One offer goes to one firm, so a crew comes from one: the firm with the most people who may go."""
    able: dict[uuid.UUID, int] = {}
    for at, person in enumerate(made.workforce.people):
        if at not in barred and qualifies(visit.trade, person.trades) and visit.region_code in person.regions:
            able[person.firm_id] = able.get(person.firm_id, 0) + 1
    best = max(able, key=lambda firm: (able[firm], str(firm)), default=None)
    return {at for at, person in enumerate(made.workforce.people) if person.firm_id != best}


def _uncleared(made: _Builder, visit: OpenVisit) -> dict[int, frozenset[int]]:
    """Of each worker who could otherwise go, the days on which checks or agreement are not valid."""
    found = {}
    for at, person in enumerate(made.workforce.people):
        key = (at, visit.trade)
        if key not in made.lapsed:
            able = qualifies(visit.trade, person.trades)
            lapsed = uncleared_days(person, visit.trade, made.days) if able else frozenset()
            made.lapsed[key] = frozenset((on - made.asked.starts_on).days for on in lapsed)
        if made.lapsed[key]:
            found[at] = made.lapsed[key]
    return found


def _pin(made: _Builder, visit: OpenVisit, windows: tuple[TimeWindow, ...]) -> Pin | None:
    """The coordinator's pin, unless the worker no longer has that time or the visit may not be then: it is lost."""
    pin = made.work.pins.get(visit.id)
    if pin is None:
        return None
    worker = made.place.get(pin[0])
    start = minute_of(made.asked.starts_on, pin[1])
    allowed = any(one.day == start // DAY and one.earliest <= start % DAY <= one.latest for one in windows)
    for at, shift in enumerate(made.shifts[worker] if worker is not None and allowed else ()):
        if shift.day == start // DAY and shift.opens <= start % DAY <= shift.closes - visit.minutes:
            return Pin(worker or 0, at, start)
    made.lost.append(visit.id)
    return None


def _precedences(made: _Builder) -> tuple[Precedence, ...]:
    return tuple(
        Precedence(
            made.position[d.before], made.position[d.after], d.least_gap_minutes, d.greatest_gap_minutes
        )
        for d in made.work.dependencies
        if d.before in made.position and d.after in made.position
    )


def _same_day(made: _Builder) -> tuple[tuple[int, ...], ...]:
    """Groups of visits that must share a day: pairs that touch are one group."""
    group: dict[int, set[int]] = {}
    for one in made.work.dependencies:
        if not one.same_day or not {one.before, one.after} <= made.position.keys():
            continue
        a, b = made.position[one.before], made.position[one.after]
        joined = group.get(a, {a}) | group.get(b, {b})
        group.update(dict.fromkeys(joined, joined))
    return tuple(sorted({tuple(sorted(members)) for members in group.values()}))


def _published(made: _Builder) -> dict[int, Published]:
    return {
        made.position[visit]: Published(made.place[worker], minute_of(made.asked.starts_on, start_at))
        for visit, (worker, start_at) in made.work.published.items()
        if worker in made.place and start_at > made.asked.now
    }
