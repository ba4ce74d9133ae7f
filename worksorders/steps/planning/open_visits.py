"""Which visits are to be planned, with everything that the problem needs of them but their place."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from worksorders.domain.local_time import local_day
from worksorders.steps.people.extra_time import agreed_for_visits, joined
from worksorders.store.tables.plans.planning import Plan, PlanStop, VisitPin
from worksorders.store.tables.work.aftercare import Defect
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import FrozenRate, Visit, VisitDependency, WorksLine, WorksOrder

PLANNABLE = ("unplanned", "planned")
FIXED = ("published", "offered", "accepted", "en_route", "on_site")


@dataclass(frozen=True)
class OpenVisit:
    """A visit to be planned; times of day are minutes of the local day, instants aware UTC.

    `only_firms` are those that a repair goes to; None where any firm may come. `held_for_now`: it replaces a measure
    that secures an opening for the time being. `extra_windows` are hours of single days that were agreed for a plan.
    """

    id: uuid.UUID
    code: str
    order_id: uuid.UUID
    case_id: uuid.UUID
    region_code: str
    urgency: str
    trade: str
    crew: int
    minutes: int
    ready_on: date
    due_at: datetime
    safe_windows: tuple[tuple[int, int], ...]
    exposed: bool
    only_firms: frozenset[uuid.UUID] | None = None
    area_code: str = ""
    held_for_now: bool = False
    extra_windows: tuple[tuple[date, int, int], ...] = ()

    def safe_on(self, on: date) -> tuple[tuple[int, int], ...]:
        """The safe hours of a day, in minutes; those that touch are one."""
        extra = [(opens, closes) for day, opens, closes in self.extra_windows if day == on]
        return joined((*self.safe_windows, *extra)) if extra else self.safe_windows


@dataclass(frozen=True)
class Dependency:
    """One visit after another; one of the two that is fixed or done is given by its instant.

    `before_ends_at` is the end of a predecessor that is fixed or done, `after_starts_at` the start of a successor
    that is fixed, and `on` the local day that a fixed one of the two leaves to the other, where they share a day.
    """

    before: uuid.UUID
    after: uuid.UUID
    least_gap_minutes: int
    greatest_gap_minutes: int | None
    same_day: bool
    before_ends_at: datetime | None
    after_starts_at: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class OpenWork:
    """All that is to be planned, and what binds it."""

    visits: tuple[OpenVisit, ...]
    dependencies: tuple[Dependency, ...]
    pins: Mapping[uuid.UUID, tuple[uuid.UUID, datetime]]
    published: Mapping[uuid.UUID, tuple[uuid.UUID, datetime]]


def parse_windows(text: str) -> tuple[tuple[int, int], ...]:
    """`540-720,780-930` as minutes of the day; raises ValueError for anything else."""
    windows = []
    for part in text.split(","):
        first, last = (int(minute) for minute in part.split("-"))
        if not 0 <= first < last <= 1440:
            raise ValueError(f"The window {part} is not inside one day.")
        windows.append((first, last))
    return tuple(windows)


def load_open_work(
    session: Session, region_codes: Collection[str], only: Collection[uuid.UUID] | None = None
) -> OpenWork:
    """Plannable visits of issued orders in these regions (empty: all), or of those in `only`, with dependencies and pins."""
    query = (
        select(Visit)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(Visit.state.in_(PLANNABLE), WorksOrder.state == "issued")
        .options(selectinload(Visit.order))
        .order_by(Visit.due_at, Visit.id)
    )
    if only is not None:
        query = query.where(Visit.id.in_(only))
    elif region_codes:
        query = query.where(WorksOrder.region_code.in_(list(region_codes)))
    return _as_work(session, session.scalars(query).all())


def open_work_of(session: Session, visit_ids: Collection[uuid.UUID]) -> OpenWork:
    """These visits as if they were to be planned, whatever their state: to check another time for one that has one."""
    query = select(Visit).where(Visit.id.in_(visit_ids)).options(selectinload(Visit.order)).order_by(Visit.id)
    return _as_work(session, session.scalars(query).all())


def _as_work(session: Session, rows: Sequence[Visit]) -> OpenWork:
    exposed = _touching_first(session, [row.id for row in rows], "insecure")
    held = _touching_last(session, [row.id for row in rows])
    repairs = _repairs(session, [row.id for row in rows])
    extra = agreed_for_visits(session, [row.id for row in rows])
    visits = tuple(
        OpenVisit(
            id=row.id,
            code=row.code,
            order_id=row.order_id,
            case_id=row.order.case_id,
            region_code=row.order.region_code,
            urgency=row.order.urgency,
            trade=row.trade,
            crew=row.crew,
            minutes=row.minutes,
            ready_on=row.ready_on,
            due_at=row.due_at,
            safe_windows=parse_windows(row.order.safe_windows),
            exposed=row.id in exposed,
            only_firms=repairs.get(row.id),
            area_code=row.order.area_code,
            held_for_now=row.id in held - exposed,
            extra_windows=tuple(
                (one.falls_on, one.opens_minute, one.closes_minute) for one in extra.get(row.id, ())
            ),
        )
        for row in rows
    )
    ids = [visit.id for visit in visits]
    return OpenWork(visits, _dependencies(session, ids), _pins(session, ids), _last_places(session, ids))


def _repairs(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """Of each visit that mends a defect the firms that it was sent to: those with a rate for it."""
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = session.execute(
        select(WorksLine.visit_id, FrozenRate.firm_id)
        .join(Defect, Defect.repair_line_id == WorksLine.id)
        .join(FrozenRate, FrozenRate.line_id == WorksLine.id)
        .where(WorksLine.visit_id.in_(visit_ids))
    )
    for visit_id, firm_id in rows:
        if visit_id is not None:
            found[visit_id].add(firm_id)
    return {visit_id: frozenset(firms) for visit_id, firms in found.items()}


def _touching(
    session: Session, visit_ids: list[uuid.UUID], state: str
) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Openings in this state with the visits that work on them, in the order of the visits."""
    rows = session.execute(
        select(WorksLine.opening_id, Visit.id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .join(Opening, Opening.id == WorksLine.opening_id)
        .where(Visit.id.in_(visit_ids), Opening.state == state, WorksLine.removed_at.is_(None))
        .order_by(Visit.position)
    )
    return [(opening_id, visit_id) for opening_id, visit_id in rows if opening_id is not None]


def _touching_first(session: Session, visit_ids: list[uuid.UUID], state: str) -> set[uuid.UUID]:
    """The visits that touch an opening in this state and are the first of their order to do so."""
    first: dict[uuid.UUID, uuid.UUID] = {}
    for opening_id, visit_id in _touching(session, visit_ids, state):
        first.setdefault(opening_id, visit_id)
    return set(first.values())


def _touching_last(session: Session, visit_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """The visits that end what holds an opening for now: the last of their order to work on it."""
    return set(dict(_touching(session, visit_ids, "temporarily_secured")).values())


def _dependencies(session: Session, visit_ids: list[uuid.UUID]) -> tuple[Dependency, ...]:
    """Rows with a visit that is to be planned; a cancelled one no longer binds, nor a later one that is over."""
    first, then = aliased(Visit), aliased(Visit)
    rows = session.execute(
        select(VisitDependency, first, then)
        .join(first, first.id == VisitDependency.before_id)
        .join(then, then.id == VisitDependency.after_id)
        .where(
            or_(
                VisitDependency.after_id.in_(visit_ids) & (first.state != "cancelled"),
                VisitDependency.before_id.in_(visit_ids) & then.state.in_(FIXED),
            )
        )
        .order_by(VisitDependency.before_id, VisitDependency.after_id)
    )
    return tuple(_dependency(row, before, after) for row, before, after in rows)


def _dependency(row: VisitDependency, before: Visit, after: Visit) -> Dependency:
    ends_at = (before.left_at or before.end_at) if before.state in (*FIXED, "done") else None
    starts_at = after.start_at if after.state in FIXED else None
    fixed = before.start_at if before.state in FIXED else starts_at
    return Dependency(
        before=row.before_id,
        after=row.after_id,
        least_gap_minutes=row.least_gap_minutes,
        greatest_gap_minutes=row.greatest_gap_minutes,
        same_day=row.same_day,
        before_ends_at=ends_at,
        after_starts_at=starts_at,
        on=local_day(fixed) if row.same_day and fixed else None,
    )


def _pins(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, datetime]]:
    rows = session.scalars(select(VisitPin).where(VisitPin.visit_id.in_(visit_ids)))
    return {row.visit_id: (row.worker_id, row.start_at) for row in rows}


def _last_places(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, datetime]]:
    """Where the newest draft has each visit, so that a new plan moves no more than it must."""
    newest = select(Plan.id).where(Plan.state == "draft").order_by(Plan.created_at.desc(), Plan.id).limit(1)
    rows = session.scalars(
        select(PlanStop)
        .where(PlanStop.plan_id.in_(newest), PlanStop.visit_id.in_(visit_ids))
        .order_by(PlanStop.visit_id, PlanStop.worker_id)
    )
    places: dict[uuid.UUID, tuple[uuid.UUID, datetime]] = {}
    crews: dict[uuid.UUID, int] = defaultdict(int)
    for row in rows:
        crews[row.visit_id] += 1
        places.setdefault(row.visit_id, (row.worker_id, row.start_at))
    return {visit: place for visit, place in places.items() if crews[visit] == 1}
