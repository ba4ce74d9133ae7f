"""What the planning pages ask for beside the board: lists, choices, and one visit's present place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.gateways import places
from worksorders.steps.actor import NotFoundError
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning.open_visits import PLANNABLE
from worksorders.steps.planning.seen import place_key
from worksorders.store.tables.firms.contractors import Firm, FirmRegion, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Plan, PlanStop
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import Visit, WorksOrder

PAGE = 20
UNPROVEN = "uneven shares"


@dataclass(frozen=True)
class PlanPage:
    """A page of plans with who asked for each."""

    rows: tuple[tuple[Plan, str], ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Placed:
    """A visit as the move form needs it: its code, what it is, and where the draft has it."""

    visit_id: uuid.UUID
    code: str
    order_id: uuid.UUID
    order_code: str
    trade: str
    minutes: int
    area: str
    region_code: str
    due_at: datetime
    worker_id: uuid.UUID | None
    start_at: datetime | None
    pinned: bool
    place_estimated: bool
    seen: str

    def still_with(self, worker_id: uuid.UUID | None) -> uuid.UUID | None:
        """That worker while the visit is with them, else whoever it is with now."""
        return worker_id if str(worker_id) in self.seen else self.worker_id

    @property
    def local_start(self) -> datetime | None:
        """The start by the clock on the wall."""
        return self.start_at.astimezone(LOCAL) if self.start_at else None


@dataclass(frozen=True)
class InPlan:
    """An active worker of a firm that serves a region of a plan."""

    id: uuid.UUID
    name: str
    firm_id: uuid.UUID
    firm: str
    region_code: str


def people_in(session: Session, plan: Plan) -> list[InPlan]:
    """Active workers of firms that serve a region of the plan, by firm and name, each with one such region."""
    served = select(FirmRegion.firm_id, func.min(FirmRegion.region_code).label("region_code"))
    if plan.region_codes:
        served = served.where(FirmRegion.region_code.in_(plan.region_codes))
    regions = served.group_by(FirmRegion.firm_id).subquery()
    rows = session.execute(
        select(Worker, Firm, regions.c.region_code)
        .join(Firm, Firm.id == Worker.firm_id)
        .join(regions, regions.c.firm_id == Firm.id)
        .where(Worker.active, Firm.active)
        .order_by(Firm.name, Worker.first_name, Worker.last_name, Worker.id)
    )
    return [
        InPlan(
            worker.id,
            f"{worker.first_name} {worker.last_name}, {firm.name}",
            firm.id,
            firm.name,
            region_code,
        )
        for worker, firm, region_code in rows
    ]


def list_plans(session: Session, page: int) -> PlanPage:
    """Plans, newest first."""
    count = session.scalar(select(func.count()).select_from(Plan)) or 0
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        select(Plan, AppUser.display_name)
        .join(AppUser, AppUser.id == Plan.created_by)
        .order_by(Plan.created_at.desc(), Plan.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return PlanPage(tuple((plan, name) for plan, name in rows), page, pages)


def waiting(session: Session) -> list[tuple[str, int, datetime]]:
    """Per region: its name, how many visits wait for a place, and the first of their deadlines."""
    rows = session.execute(
        select(WorksOrder.region_code, func.count(), func.min(Visit.due_at))
        .join(Visit, Visit.order_id == WorksOrder.id)
        .where(WorksOrder.state == "issued", Visit.state == "unplanned")
        .group_by(WorksOrder.region_code)
        .order_by(func.min(Visit.due_at), WorksOrder.region_code)
    )
    return [(places.region(code).name, count, due_at) for code, count, due_at in rows]


def proof(result: Mapping[str, Any]) -> str:
    """How good a plan is, in words: which of its goals are proven, in their order."""
    goals = [(name, value, bound) for name, value, bound in result["levels"] if name != UNPROVEN]
    if not goals:
        return "nothing is proven yet"
    open_goals = [name for name, value, bound in goals if value > bound]
    if not open_goals:
        return "proven the best possible, goal by goal"
    proven = len(goals) - len(open_goals)
    return f"{proven} of {len(goals)} goals are proven the best possible; the first open one is “{open_goals[0]}”"


def least_unplaced(result: Mapping[str, Any] | None) -> str:
    """The proven least number of visits that any plan would leave out; a dash where nothing is known."""
    bounds = [bound for name, _, bound in (result or {}).get("levels", ()) if name.startswith("unassigned")]
    return str(sum(bounds)) if bounds else "–"


def region_choices() -> list[tuple[str, str]]:
    """Every region, by name."""
    return [(region.code, region.name) for region in sorted(places.regions(), key=lambda region: region.name)]


def days_of(plan: Plan) -> list[date]:
    """The days of a plan's horizon."""
    return [plan.starts_on + timedelta(days=day) for day in range(plan.days)]


def placed(session: Session, plan: Plan, visit_id: uuid.UUID) -> Placed:
    """One plannable visit and its place in the draft, if it has one; raises NotFoundError."""
    row = session.execute(
        select(Visit, WorksOrder, CaseFile.point_estimated)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(CaseFile, CaseFile.id == WorksOrder.case_id)
        .where(Visit.id == visit_id, Visit.state.in_(PLANNABLE), WorksOrder.state == "issued")
    ).one_or_none()
    if row is None or plan.state != "draft":
        raise NotFoundError("There is no such visit to be moved.")
    visit, order, estimated = row
    stops = session.scalars(
        select(PlanStop)
        .where(PlanStop.plan_id == plan.id, PlanStop.visit_id == visit_id)
        .order_by(PlanStop.worker_id)
    ).all()
    stop = stops[0] if stops else None
    return Placed(
        visit_id=visit.id,
        code=visit.code,
        order_id=order.id,
        order_code=order.code,
        trade=visit.trade,
        minutes=visit.minutes,
        area=places.area_name(order.area_code),
        region_code=order.region_code,
        due_at=visit.due_at,
        worker_id=stop.worker_id if stop else None,
        start_at=stop.start_at if stop else None,
        pinned=bool(stop and stop.pinned),
        place_estimated=bool(estimated),
        seen=place_key(stops),
    )


def worker_choices(session: Session, place: Placed) -> list[tuple[uuid.UUID, str]]:
    """Active workers of firms that serve the visit's region, by firm and name."""
    rows = session.execute(
        select(Worker, Firm)
        .join(Firm, Firm.id == Worker.firm_id)
        .join(FirmRegion, FirmRegion.firm_id == Firm.id)
        .where(Worker.active, Firm.active, FirmRegion.region_code == place.region_code)
        .order_by(Firm.name, Worker.first_name, Worker.last_name, Worker.id)
    ).all()
    return [(worker.id, f"{worker.first_name} {worker.last_name}, {firm.name}") for worker, firm in rows]
