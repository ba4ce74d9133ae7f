"""What the week board shows: workers by days, with the draft's visits and what is already arranged; no home's place."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.gateways import places
from worksorders.steps.people.workforce import LOCAL, midnight
from worksorders.steps.planning.seen import place_key
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.plans.planning import Booking, Plan, PlanStop, PlanUnassigned
from worksorders.store.tables.work.orders import Visit, WorksOrder


@dataclass(frozen=True)
class Told:
    """What was published for a visit and fell through: the worker's name and the start."""

    worker_id: uuid.UUID
    worker: str
    start_at: datetime


@dataclass(frozen=True)
class Stop:
    """A visit on the board: when, what trade, in which area; never at which home.

    `told` is what was published for it before; None where nothing was, or where it stands as published. `seen` goes
    back with a move, so that it never undoes what somebody else did meanwhile.
    """

    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    urgency: str
    trade: str
    area: str
    start_at: datetime
    end_at: datetime
    state: str
    pinned: bool
    late: bool
    due_at: datetime
    crew: int
    place_estimated: bool = False
    area_code: str = ""
    region_code: str = ""
    told: Told | None = None
    seen: str = ""

    @property
    def movable(self) -> bool:
        """Whether it belongs to the draft; what is arranged already stays."""
        return self.state == "draft"


@dataclass(frozen=True)
class Row:
    """A worker's days, by date."""

    worker_id: uuid.UUID
    worker: str
    firm: str
    cells: dict[date, tuple[Stop, ...]]
    minutes: int


@dataclass(frozen=True)
class Unplaced:
    """A visit without a place: the reason's code, in words, and what is in its way."""

    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    urgency: str
    trade: str
    area: str
    minutes: int
    due_at: datetime
    reason: str
    text: str
    blockers: tuple[str, ...]
    region_code: str


@dataclass(frozen=True)
class Board:
    """The whole board of a plan."""

    days: tuple[date, ...]
    rows: tuple[Row, ...]
    unplaced: tuple[Unplaced, ...]
    areas: tuple[tuple[date, str, int], ...]
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def overdue(self) -> int:
        """How many of the draft's visits were past their deadline before its first day: no plan could be in time."""
        return len({stop.visit_id for stop in self._drafted if local_day(stop.due_at) < self.days[0]})

    @property
    def against_published(self) -> tuple[int, int, int]:
        """Visits that stand as published, those published before that get another worker or time now, and new ones."""
        moved = {stop.visit_id for stop in self._drafted if stop.told is not None}
        new = {stop.visit_id for stop in self._drafted} - moved
        return len({stop.visit_id for stop in self._stops if not stop.movable}), len(moved), len(new)

    @property
    def _stops(self) -> Iterator[Stop]:
        return (stop for row in self.rows for found in row.cells.values() for stop in found)

    @property
    def _drafted(self) -> list[Stop]:
        return [stop for stop in self._stops if stop.movable]


def load_board(session: Session, plan: Plan) -> Board:
    """The board of a plan over its horizon, in a constant number of queries."""
    days = tuple(plan.starts_on + timedelta(days=day) for day in range(plan.days))
    by_worker: dict[uuid.UUID, dict[date, list[Stop]]] = defaultdict(lambda: defaultdict(list))
    for worker_id, stop in [*_drafted(session, plan), *_arranged(session, plan)]:
        by_worker[worker_id][stop.start_at.astimezone(LOCAL).date()].append(stop)
    people = session.execute(
        select(Worker, Firm).join(Firm, Firm.id == Worker.firm_id).where(Worker.id.in_(by_worker))
    ).all()
    rows = tuple(_row(worker, firm, by_worker[worker.id]) for worker, firm in people)
    unplaced = tuple(_unplaced(session, plan))
    return Board(
        days=days,
        rows=tuple(sorted(rows, key=lambda row: (row.firm, row.worker, str(row.worker_id)))),
        unplaced=unplaced,
        areas=_areas(rows),
        reasons=dict(Counter(one.reason for one in unplaced)),
    )


def _row(worker: Worker, firm: Firm, cells: dict[date, list[Stop]]) -> Row:
    stops = [stop for found in cells.values() for stop in found]
    return Row(
        worker_id=worker.id,
        worker=f"{worker.first_name} {worker.last_name}",
        firm=firm.name,
        cells={on: tuple(sorted(found, key=lambda stop: stop.start_at)) for on, found in cells.items()},
        minutes=sum(int((stop.end_at - stop.start_at).total_seconds() // 60) for stop in stops),
    )


def _drafted(session: Session, plan: Plan) -> Iterable[tuple[uuid.UUID, Stop]]:
    if plan.state != "draft":
        return
    rows = session.execute(
        select(PlanStop, Visit, WorksOrder)
        .join(Visit, Visit.id == PlanStop.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(PlanStop.plan_id == plan.id)
    ).all()
    told = _told(session, [visit.id for _, visit, _ in rows])
    crews: dict[uuid.UUID, list[PlanStop]] = defaultdict(list)
    for stop, visit, _ in rows:
        crews[visit.id].append(stop)
    for stop, visit, order in rows:
        shown = _stop(visit, order, (stop.start_at, stop.end_at), "draft", pinned=stop.pinned)
        seen = place_key(crews[visit.id])
        shown = replace(shown, place_estimated=stop.place_estimated, told=told.get(visit.id), seen=seen)
        yield stop.worker_id, shown


def _told(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, Told]:
    """The newest booking of each visit that was released again: what people were told before."""
    rows = session.execute(
        select(Booking.visit_id, Worker, func.lower(Booking.during))
        .join(Worker, Worker.id == Booking.worker_id)
        .where(Booking.visit_id.in_(visit_ids), Booking.state == "released")
        .order_by(Booking.created_at, Booking.id)
    )
    return {
        visit_id: Told(worker.id, f"{worker.first_name} {worker.last_name}", start_at)
        for visit_id, worker, start_at in rows
    }


def _arranged(session: Session, plan: Plan) -> Iterable[tuple[uuid.UUID, Stop]]:
    """Visits with a booking inside the horizon, in the plan's regions."""
    span = Range(midnight(plan.starts_on), midnight(plan.starts_on + timedelta(days=plan.days)))
    query = (
        select(
            Booking.worker_id,
            func.lower(Booking.during),
            func.upper(Booking.during),
            Booking.pinned,
            Visit,
            WorksOrder,
        )
        .join(Visit, Visit.id == Booking.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(Booking.state != "released", Booking.during.op("&&")(span))
    )
    if plan.region_codes:
        query = query.where(WorksOrder.region_code.in_(plan.region_codes))
    for worker_id, start_at, end_at, pinned, visit, order in session.execute(query):
        yield worker_id, _stop(visit, order, (start_at, end_at), visit.state, pinned=pinned)


def _stop(
    visit: Visit, order: WorksOrder, span: tuple[datetime, datetime], state: str, *, pinned: bool
) -> Stop:
    return Stop(
        visit_id=visit.id,
        visit_code=visit.code,
        order_id=order.id,
        order_code=order.code,
        urgency=order.urgency,
        trade=visit.trade,
        area=places.area_name(order.area_code),
        start_at=span[0],
        end_at=span[1],
        state=state,
        pinned=pinned,
        late=span[1] > visit.due_at,
        due_at=visit.due_at,
        crew=visit.crew,
        area_code=order.area_code,
        region_code=order.region_code,
    )


def _unplaced(session: Session, plan: Plan) -> Iterable[Unplaced]:
    rows = session.execute(
        select(PlanUnassigned, Visit, WorksOrder)
        .join(Visit, Visit.id == PlanUnassigned.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(PlanUnassigned.plan_id == plan.id)
        .order_by(WorksOrder.urgency, Visit.due_at, Visit.id)
    )
    for left, visit, order in rows:
        yield Unplaced(
            visit_id=visit.id,
            visit_code=visit.code,
            order_id=order.id,
            order_code=order.code,
            urgency=order.urgency,
            trade=visit.trade,
            area=places.area_name(order.area_code),
            minutes=visit.minutes,
            due_at=visit.due_at,
            reason=left.reason,
            text=left.detail.get("text", ""),
            blockers=tuple(left.detail.get("blockers", ())),
            region_code=order.region_code,
        )


def _areas(rows: Iterable[Row]) -> tuple[tuple[date, str, int], ...]:
    """How many visits each area has on each day: all that the map shows."""
    counts = Counter((on, stop.area) for row in rows for on, stops in row.cells.items() for stop in stops)
    return tuple((on, area, count) for (on, area), count in sorted(counts.items()))
