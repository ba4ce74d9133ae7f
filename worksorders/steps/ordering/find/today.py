"""The coordinator's first page: homes insecure now, what is due next, and who waits to be served."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.domain.lifecycle.reasons import HOLD
from worksorders.domain.local_time import local_day
from worksorders.domain.order.deadlines import DeadlineRules, Urgency, daylight_left, make_safe_due
from worksorders.gateways import places
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.ordering.find.orders import OrderRow, find_due
from worksorders.steps.ordering.settings import place_of
from worksorders.store.tables.cases import Assessment, Opening
from worksorders.store.tables.contractors import Firm, Worker
from worksorders.store.tables.orders import Visit, WorksOrder
from worksorders.store.tables.planning import Booking

DUE_SHOWN = 15
WAITING_SHOWN = 10
OVER = ("cancelled", "superseded")
WAITS = {
    "draft": "Complete the order and send it on",
    "consent_pending": "Record the agreement that is missing",
    "approval_pending": "Have the order approved",
    "ready": "Issue the order",
    "on_hold": "Look at the hold again",
    "suspended": "Decide about the suspension",
    "variation_pending": "Decide the variation",
    "closed": "Find out how the opening is, and record it",
}
VISIT_WAITS = {
    "unplanned": "Plan the visit, or offer it at once",
    "planned": "Publish the plan",
    "published": "Offer the visit",
    "offered": "Wait for the firm’s answer",
    "accepted": "The worker comes as agreed",
    "en_route": "The worker is on the way",
    "on_site": "The worker is in the home",
    "no_access": "Arrange another visit",
    "aborted": "Arrange another visit",
    "done": "Check the opening: the work is done",
}


@dataclass(frozen=True, slots=True)
class InsecureHome:
    """A home with an opening insecure now; `who` is a firm and first names, or empty where nobody is on it yet."""

    assessment_id: uuid.UUID
    assessment_code: str
    order_id: uuid.UUID | None
    order_code: str | None
    urgency: str
    region: str
    openings: tuple[str, ...]
    since: datetime
    due_at: datetime | None
    daylight: timedelta
    who: str
    next_step: str
    order_state: str | None
    with_advocate: bool


@dataclass(frozen=True, slots=True)
class WaitingAssessment:
    """An assessment on which no order was raised yet."""

    id: uuid.UUID
    code: str
    urgency: str
    region: str
    agency: str
    received_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldToReview:
    """An order on hold whose day of review has come."""

    id: uuid.UUID
    code: str
    urgency: str
    region: str
    reason: str
    review_on: date
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Today:
    """The page's lists; `waiting_count` counts all that wait, not only those listed."""

    insecure: tuple[InsecureHome, ...]
    due: tuple[OrderRow, ...]
    waiting: tuple[WaitingAssessment, ...]
    waiting_count: int
    reviews: tuple[HoldToReview, ...]


def find_today(session: Session, now: datetime) -> Today:
    """All of it in a constant number of queries."""
    waiting_count = session.scalar(
        select(func.count()).select_from(Assessment).where(Assessment.state == "waiting")
    )
    return Today(
        insecure=find_insecure(session, now),
        due=find_due(session, DUE_SHOWN),
        waiting=_waiting(session),
        waiting_count=waiting_count or 0,
        reviews=_reviews(session, local_day(now)),
    )


def find_insecure(session: Session, now: datetime) -> tuple[InsecureHome, ...]:
    """Homes with an insecure opening, those with an advocate too; what must be safe soonest first."""
    rows = session.scalars(
        select(Assessment)
        .where(
            Assessment.state.in_(("waiting", "ordered", "handed_over")),
            Assessment.id.in_(select(Opening.assessment_id).where(Opening.state == "insecure")),
        )
        .options(joinedload(Assessment.case), selectinload(Assessment.openings))
    ).all()
    orders = _orders(session, [row.id for row in rows])
    visits = _next_visits(session, [order.id for order in orders.values()])
    who = _who(session, [visit.id for visit in visits.values()])
    rules = deadline_rules(session)
    found = [_home(rules, row, orders.get(row.id), visits=visits, who=who, now=now) for row in rows]
    return tuple(sorted(found, key=lambda home: (home.due_at or home.since, home.assessment_code)))


def _home(
    rules: DeadlineRules,
    row: Assessment,
    order: WorksOrder | None,
    *,
    visits: dict[uuid.UUID, Visit],
    who: dict[uuid.UUID, str],
    now: datetime,
) -> InsecureHome:
    insecure = [opening for opening in row.openings if opening.state == "insecure"]
    visit = visits.get(order.id) if order else None
    place = place_of(row.case.region_code)
    return InsecureHome(
        assessment_id=row.id,
        assessment_code=row.code,
        order_id=order.id if order else None,
        order_code=order.code if order else None,
        urgency=row.urgency,
        region=places.region(row.case.region_code).name,
        openings=tuple(opening.label for opening in insecure),
        since=min(opening.state_at for opening in insecure),
        due_at=_due(rules, row, order, visit),
        daylight=daylight_left(now, place),
        who=who.get(visit.id, "") if visit else "",
        next_step=_next_step(row, order, visit),
        order_state=order.state if order else None,
        with_advocate=row.state == "handed_over",
    )


def _due(
    rules: DeadlineRules, row: Assessment, order: WorksOrder | None, visit: Visit | None
) -> datetime | None:
    """The order's own deadline, or the one that counts from the day on which the assessment came in."""
    if order is not None:
        return order.make_safe_due_at or (visit.due_at if visit else order.permanent_due_at)
    place = place_of(row.case.region_code)
    return make_safe_due(Urgency(row.urgency), row.received_at, place, rules)


def _next_step(row: Assessment, order: WorksOrder | None, visit: Visit | None) -> str:
    if row.state == "handed_over":
        return "Ask the advocate how the opening is, and record it"
    if order is None:
        return "Raise the order"
    if order.state == "issued":
        return (
            VISIT_WAITS[visit.state]
            if visit
            else "No visit is left: find out how the opening is, and record it"
        )
    return WAITS[order.state]


def _orders(session: Session, assessment_ids: list[uuid.UUID]) -> dict[uuid.UUID, WorksOrder]:
    rows = session.scalars(
        select(WorksOrder).where(WorksOrder.assessment_id.in_(assessment_ids), WorksOrder.state.not_in(OVER))
    )
    return {row.assessment_id: row for row in rows}


def _next_visits(session: Session, order_ids: list[uuid.UUID]) -> dict[uuid.UUID, Visit]:
    """Of each order the first visit that is not over, what makes safe before the rest."""
    rows = session.scalars(
        select(Visit)
        .where(Visit.order_id.in_(order_ids), Visit.state.not_in(("done", "cancelled")))
        .order_by(Visit.order_id, Visit.interim.desc(), Visit.due_at, Visit.position)
    )
    found: dict[uuid.UUID, Visit] = {}
    for row in rows:
        found.setdefault(row.order_id, row)
    return found


def _who(session: Session, visit_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    firms: dict[uuid.UUID, str] = {}
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    for visit_id, firm, first_name in session.execute(
        select(Booking.visit_id, Firm.name, Worker.first_name)
        .join(Worker, Worker.id == Booking.worker_id)
        .join(Firm, Firm.id == Booking.firm_id)
        .where(Booking.visit_id.in_(visit_ids), Booking.state == "confirmed")
        .order_by(Worker.first_name, Worker.id)
    ):
        firms[visit_id] = firm
        names[visit_id].append(first_name)
    return {visit_id: f"{firm}: {', '.join(names[visit_id])}" for visit_id, firm in firms.items()}


def _waiting(session: Session) -> tuple[WaitingAssessment, ...]:
    rules = deadline_rules(session)
    rows = session.scalars(
        select(Assessment)
        .where(Assessment.state == "waiting")
        .options(joinedload(Assessment.case))
        .order_by(Assessment.urgency, Assessment.received_at, Assessment.id)
        .limit(WAITING_SHOWN)
    )
    return tuple(
        WaitingAssessment(
            id=row.id,
            code=row.code,
            urgency=row.urgency,
            region=places.region(row.case.region_code).name,
            agency=row.agency,
            received_at=row.received_at,
            due_at=_due(rules, row, None, None),
        )
        for row in rows
    )


def _reviews(session: Session, today: date) -> tuple[HoldToReview, ...]:
    rows = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.state == "on_hold", WorksOrder.review_on <= today)
        .order_by(WorksOrder.review_on, WorksOrder.id)
    )
    return tuple(
        HoldToReview(
            id=row.id,
            code=row.code,
            urgency=row.urgency,
            region=places.region(row.region_code).name,
            reason=HOLD.label(row.state_reason) if HOLD.knows(row.state_reason) and row.state_reason else "",
            review_on=row.review_on,
            overdue_days=(today - row.review_on).days,
        )
        for row in rows
        if row.review_on
    )
