"""Homes insecure now, the most dangerous first: what is escalated, then what must be safe soonest, each with its next step."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.domain.order.deadlines import (
    DeadlineRules,
    Urgency,
    daylight_left,
    make_safe_due,
    warning_level,
)
from worksorders.gateways import places
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety.find.who import Escalation, OnIt, escalations, who_is_on
from worksorders.store.tables.cases import Assessment, Opening
from worksorders.store.tables.orders import Visit, WorksLine, WorksOrder

OVER = ("cancelled", "superseded")
VISIT_OVER = ("done", "cancelled")
INSECURE = "insecure"
ORDER_STEPS = {
    "draft": ("order", "Complete the order and send it on"),
    "consent_pending": ("order", "Record the agreement that is missing"),
    "approval_pending": ("order", "Have the order approved"),
    "ready": ("order", "Issue the order"),
    "on_hold": ("order", "Look at the hold again"),
    "suspended": ("safety", "Decide about the suspension"),
    "variation_pending": ("order", "Decide the variation"),
    "closed": ("opening", "Find out how the opening is, and record it"),
}
VISIT_STEPS = {
    "unplanned": ("plan", "Plan the visit, or offer it at once"),
    "planned": ("plans", "Publish the plan"),
    "published": ("plans", "Offer the visit"),
    "offered": ("offers", "Wait for the firm’s answer"),
    "accepted": ("visits", "The worker comes as agreed"),
    "en_route": ("visits", "The worker is on the way"),
    "on_site": ("visits", "The worker is in the home"),
    "no_access": ("visits", "Arrange another visit"),
    "aborted": ("visits", "Arrange another visit"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now, and the kind of page that it is done on: a page's template knows the address."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class InsecureHome:
    """A home with an opening insecure now; `on_it` is None where nobody is, `level` how far its deadline is used up."""

    assessment_id: uuid.UUID
    assessment_code: str
    order_id: uuid.UUID | None
    order_code: str | None
    urgency: str
    region: str
    openings: tuple[str, ...]
    since: datetime
    counts_from: datetime
    due_at: datetime
    level: int
    daylight: timedelta
    on_it: OnIt | None
    escalation: Escalation | None
    step: NextStep
    with_advocate: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read for all homes together."""

    orders: Mapping[uuid.UUID, WorksOrder]
    visits: Mapping[uuid.UUID, Visit]
    touching: frozenset[uuid.UUID]
    on_it: Mapping[uuid.UUID, OnIt]
    escalated: Mapping[uuid.UUID, Escalation]
    rules: DeadlineRules
    now: datetime


def find_insecure(session: Session, now: datetime) -> tuple[InsecureHome, ...]:
    """Every one of them, those with an advocate too, in a constant number of queries."""
    rows = session.scalars(
        select(Assessment)
        .where(
            Assessment.state.in_(("waiting", "ordered", "handed_over")),
            Assessment.id.in_(select(Opening.assessment_id).where(Opening.state == INSECURE)),
        )
        .options(joinedload(Assessment.case), selectinload(Assessment.openings))
    ).all()
    orders = _orders(session, [row.id for row in rows])
    order_ids = [order.id for order in orders.values()]
    touching = _touching(session, order_ids)
    visits = _next_visits(session, order_ids, touching)
    found = _Found(
        orders,
        visits,
        touching,
        who_is_on(session, visits.values()),
        escalations(session, order_ids),
        deadline_rules(session),
        now,
    )
    homes = [_home(row, found) for row in rows]
    return tuple(sorted(homes, key=lambda home: (home.escalation is None, home.due_at, home.assessment_code)))


def _home(row: Assessment, found: _Found) -> InsecureHome:
    insecure = [opening for opening in row.openings if opening.state == INSECURE]
    order = found.orders.get(row.id)
    visit = found.visits.get(order.id) if order else None
    since = min(opening.state_at for opening in insecure)
    counts_from = max(since, order.raised_at if order else row.received_at)
    due_at = _due(found.rules, row, order, counts_from)
    counts_from = min(counts_from, due_at)
    return InsecureHome(
        assessment_id=row.id,
        assessment_code=row.code,
        order_id=order.id if order else None,
        order_code=order.code if order else None,
        urgency=order.urgency if order else row.urgency,
        region=places.region(row.case.region_code).name,
        openings=tuple(opening.label for opening in insecure),
        since=since,
        counts_from=counts_from,
        due_at=due_at,
        level=int(warning_level(counts_from, due_at, found.now)),
        daylight=daylight_left(found.now, place_of(row.case.region_code)),
        on_it=found.on_it.get(visit.id) if visit and visit.id in found.touching else None,
        escalation=found.escalated.get(order.id) if order else None,
        step=_step(row, order, visit, found),
        with_advocate=row.state == "handed_over",
    )


def _due(rules: DeadlineRules, row: Assessment, order: WorksOrder | None, counts_from: datetime) -> datetime:
    """The order's own deadline, or the class's; a class without one takes P4's, the same day."""
    if order is not None and order.make_safe_due_at is not None:
        return order.make_safe_due_at
    place = place_of(row.case.region_code)
    urgency = Urgency(order.urgency if order else row.urgency)
    due = make_safe_due(urgency, counts_from, place, rules) or make_safe_due(
        Urgency.P4, counts_from, place, rules
    )
    assert due is not None
    return due


def _step(row: Assessment, order: WorksOrder | None, visit: Visit | None, found: _Found) -> NextStep:
    if row.state == "handed_over":
        return NextStep("opening", "Ask the advocate how the opening is, and record it")
    if order is None:
        return NextStep("assessment", "Raise the order")
    if order.state != "issued":
        return NextStep(*ORDER_STEPS[order.state])
    if visit is None or visit.id not in found.touching:
        return NextStep("make_safe", "No visit to the opening is left: order one that makes it safe")
    if visit.state == "unplanned" and visit.interim and order.urgency == "P1":
        return NextStep("offers", "Ask the firms again, or call one")
    return NextStep(*VISIT_STEPS[visit.state])


def _orders(session: Session, assessment_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, WorksOrder]:
    """Of each home the order that is worked on; one that is closed where there is no other."""
    rows = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.assessment_id.in_(assessment_ids), WorksOrder.state.not_in(OVER))
        .order_by((WorksOrder.state == "closed").desc(), WorksOrder.raised_at.desc(), WorksOrder.id)
    )
    return {row.assessment_id: row for row in rows}


def _touching(session: Session, order_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Visits to come that touch an opening which is insecure now."""
    rows = session.scalars(
        select(WorksLine.visit_id)
        .join(Opening, Opening.id == WorksLine.opening_id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .where(
            WorksLine.order_id.in_(order_ids),
            WorksLine.removed_at.is_(None),
            Opening.state == INSECURE,
            Visit.state.not_in(VISIT_OVER),
        )
    )
    return frozenset(visit_id for visit_id in rows if visit_id)


def _next_visits(
    session: Session, order_ids: Iterable[uuid.UUID], touching: frozenset[uuid.UUID]
) -> dict[uuid.UUID, Visit]:
    """Of each order the first visit that is not over: what touches an insecure opening, then what makes safe."""
    rows = session.scalars(
        select(Visit).where(Visit.order_id.in_(order_ids), Visit.state.not_in(VISIT_OVER))
    ).all()
    found: dict[uuid.UUID, Visit] = {}
    for row in sorted(
        rows, key=lambda one: (one.id not in touching, not one.interim, one.due_at, one.position, one.id)
    ):
        found.setdefault(row.order_id, row)
    return found
