"""Homes insecure now, the most dangerous first: what is escalated, then what must be safe soonest, each with its next step."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.domain.order.deadlines import daylight_left, warning_level
from worksorders.gateways import places
from worksorders.steps.lists.part import SIZE, Part, part_of
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety.find.who import Escalation, OnIt, escalations, who_is_on
from worksorders.steps.safety.find.worst import INSECURE, Ranked, rank_insecure
from worksorders.store.tables.work.cases import Assessment, Opening
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

VISIT_OVER = ("done", "cancelled")
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
class Insecure:
    """A page of the homes in the view, and how many lie outside of it."""

    homes: Part[InsecureHome]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read for all homes of the page together."""

    assessments: Mapping[uuid.UUID, Assessment]
    orders: Mapping[uuid.UUID, WorksOrder]
    visits: Mapping[uuid.UUID, Visit]
    touching: frozenset[uuid.UUID]
    on_it: Mapping[uuid.UUID, OnIt]
    escalated: Mapping[uuid.UUID, Escalation]
    now: datetime


def find_insecure(
    session: Session,
    now: datetime,
    regions: frozenset[str] | None = None,
    page: int = 1,
    size: int = SIZE,
) -> Insecure:
    """A page of those in these regions (None: all) and of what is escalated anywhere, in a constant number of queries."""
    ranked = rank_insecure(session)
    inside = [one for one in ranked if regions is None or one.escalated or one.region_code in regions]
    shown = part_of(inside, page, size)
    found = _read(session, shown.rows, now)
    homes = tuple(_home(one, found) for one in shown.rows)
    return Insecure(Part(homes, shown.count, shown.page, shown.pages), len(ranked) - len(inside))


def _read(session: Session, shown: Sequence[Ranked], now: datetime) -> _Found:
    rows = session.scalars(
        select(Assessment)
        .where(Assessment.id.in_([one.assessment_id for one in shown]))
        .options(joinedload(Assessment.case), selectinload(Assessment.openings))
    )
    assessments = {row.id: row for row in rows}
    order_ids = [one.order_id for one in shown if one.order_id is not None]
    orders = session.scalars(select(WorksOrder).where(WorksOrder.id.in_(order_ids)))
    touching = _touching(session, order_ids)
    visits = _next_visits(session, order_ids, touching)
    return _Found(
        assessments,
        {order.id: order for order in orders},
        visits,
        touching,
        who_is_on(session, visits.values()),
        escalations(session, order_ids),
        now,
    )


def _home(one: Ranked, found: _Found) -> InsecureHome:
    row = found.assessments[one.assessment_id]
    order = found.orders.get(one.order_id) if one.order_id else None
    visit = found.visits.get(order.id) if order else None
    return InsecureHome(
        assessment_id=row.id,
        assessment_code=row.code,
        order_id=order.id if order else None,
        order_code=order.code if order else None,
        urgency=order.urgency if order else row.urgency,
        region=places.region(one.region_code).name,
        openings=tuple(opening.label for opening in row.openings if opening.state == INSECURE),
        since=one.since,
        counts_from=one.counts_from,
        due_at=one.due_at,
        level=int(warning_level(one.counts_from, one.due_at, found.now)),
        daylight=daylight_left(found.now, place_of(one.region_code)),
        on_it=found.on_it.get(visit.id) if visit and visit.id in found.touching else None,
        escalation=found.escalated.get(order.id) if order else None,
        step=_step(row, order, visit, found),
        with_advocate=row.state == "handed_over",
    )


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
