"""Everything that the page of one order shows, read with a constant number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalogue.item import CatalogueItem
from worksorders.domain.lifecycle.machine import possible
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.local_time import local_day
from worksorders.domain.money import line_cents
from worksorders.domain.order.approval import cost_warning
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.standing import LineStanding, line_standings
from worksorders.steps.intake.settle_contact import Apart, contacts_apart
from worksorders.steps.ordering.approve import refusal
from worksorders.steps.ordering.find.history import HistoryEvent, history
from worksorders.steps.ordering.find.shown import shown_states
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.ordering.rates import Totals, totals
from worksorders.steps.ordering.settings import load_settings
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import Assessment, CaseFile
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import (
    ApprovalEvent,
    Visit,
    VisitDependency,
    WorksLine,
    WorksOrder,
)


@dataclass(frozen=True)
class VisitView:
    """A visit with whom it waits for and who goes, in words."""

    row: Visit
    lines: tuple[WorksLine, ...]
    waits_for: tuple[str, ...]
    after_numbers: tuple[int, ...]
    firm: str
    workers: tuple[str, ...]


@dataclass(frozen=True)
class OrderView:
    """One order for its page: money in cents, how the consent to each measure stands, `actions` those that are possible now."""

    order: WorksOrder
    lines: tuple[WorksLine, ...]
    amounts: Mapping[uuid.UUID, int]
    removed: tuple[WorksLine, ...]
    visits: tuple[VisitView, ...]
    totals: Totals
    shown: str
    region: str
    area: str
    place_estimated: bool
    names: Mapping[uuid.UUID, str]
    agreements: tuple[LineStanding, ...]
    approvals: tuple[ApprovalEvent, ...]
    cost_warning: str | None
    without_rate: tuple[WorksLine, ...]
    left_insecure: tuple[str, ...]
    approval_refusal: str | None
    actions: tuple[str, ...]
    history: tuple[HistoryEvent, ...]
    contact_apart: tuple[Apart, ...]
    items: Mapping[str, CatalogueItem]

    @property
    def not_agreed(self) -> tuple[LineStanding, ...]:
        """The measures for which an agreement, or what stands in for it, is still missing."""
        return tuple(one for one in self.agreements if not one.standing.is_settled)


def find_order(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> OrderView:
    """The order for its page; raises NotFoundError."""
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .options(
            joinedload(WorksOrder.case),
            joinedload(WorksOrder.assessment).selectinload(Assessment.openings),
            selectinload(WorksOrder.lines).joinedload(WorksLine.opening),
            selectinload(WorksOrder.visits),
        )
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    lines = tuple(line for line in order.lines if line.removed_at is None)
    on = order.issued_on or local_day(now)
    sums = totals(lines, on)
    approvals = tuple(
        session.scalars(
            select(ApprovalEvent)
            .where(ApprovalEvent.order_id == order.id)
            .order_by(ApprovalEvent.at, ApprovalEvent.id)
        )
    )
    return OrderView(
        order=order,
        lines=lines,
        amounts={line.id: line_cents(line.quantity, line.rate) for line in lines},
        removed=tuple(line for line in order.lines if line.removed_at is not None),
        visits=_visits(session, order, lines),
        totals=sums,
        shown=shown_states(session, [order])[order.id],
        region=places.region(order.region_code).name,
        area=places.area_name(order.area_code),
        place_estimated=bool(
            session.scalar(select(CaseFile.point_estimated).where(CaseFile.id == order.case_id))
        ),
        names=_names(session, order, approvals),
        agreements=line_standings(session, order, local_day(now)),
        approvals=approvals,
        cost_warning=cost_warning(sums.net_cents, load_settings(session).planned_home_cents),
        without_rate=tuple(line for line in lines if line.rate_card_id is None),
        left_insecure=_left_insecure(order, lines),
        approval_refusal=refusal(session, actor, order, sums.net_cents, now)
        if order.state == "approval_pending"
        else None,
        actions=possible(ORDER, order.state, actor.role),
        contact_apart=contacts_apart(session, order.case_id),
        history=tuple(history(session, _subjects(session, order))),
        items=catalogue_of(session, order).items,
    )


def _left_insecure(order: WorksOrder, lines: tuple[WorksLine, ...]) -> tuple[str, ...]:
    """Labels of openings that are insecure now and that no make-safe visit of this order touches."""
    tonight = {visit.id for visit in order.visits if visit.interim}
    touched = {line.opening_id for line in lines if line.visit_id in tonight}
    return tuple(
        opening.label
        for opening in order.assessment.openings
        if opening.state == "insecure" and opening.id not in touched
    )


def _visits(session: Session, order: WorksOrder, lines: tuple[WorksLine, ...]) -> tuple[VisitView, ...]:
    ids = [visit.id for visit in order.visits]
    positions = {visit.id: visit.position for visit in order.visits}
    waits: dict[uuid.UUID, list[tuple[int, str]]] = {visit_id: [] for visit_id in ids}
    for row in session.scalars(select(VisitDependency).where(VisitDependency.after_id.in_(ids))):
        same_day = ", the same day" if row.same_day else ""
        number = positions[row.before_id]
        waits[row.after_id].append((number, f"visit {number}{same_day}: {row.why}"))
    workers: dict[uuid.UUID, list[str]] = {visit_id: [] for visit_id in ids}
    for visit_id, name in session.execute(
        select(Booking.visit_id, Worker.first_name)
        .join(Worker, Worker.id == Booking.worker_id)
        .where(Booking.visit_id.in_(ids), Booking.state != "released")
        .order_by(Worker.first_name, Worker.id)
    ):
        workers[visit_id].append(name)
    wanted = [visit.firm_id for visit in order.visits if visit.firm_id]
    firms = {
        row.id: row.name for row in session.execute(select(Firm.id, Firm.name).where(Firm.id.in_(wanted)))
    }
    return tuple(
        VisitView(
            row=visit,
            lines=tuple(line for line in lines if line.visit_id == visit.id),
            waits_for=tuple(text for _, text in sorted(waits[visit.id])),
            after_numbers=tuple(sorted(number for number, _ in waits[visit.id])),
            firm=firms.get(visit.firm_id, "") if visit.firm_id else "",
            workers=tuple(workers[visit.id]),
        )
        for visit in order.visits
    )


def _names(session: Session, order: WorksOrder, approvals: tuple[ApprovalEvent, ...]) -> dict[uuid.UUID, str]:
    ids = {order.raised_by, order.approved_by, order.issued_by}
    ids |= {event.by for event in approvals}
    rows = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(ids - {None})))
    return {row.id: row.display_name for row in rows}


def _subjects(session: Session, order: WorksOrder) -> list[tuple[str, uuid.UUID]]:
    offers = session.scalars(select(Offer.id).where(Offer.order_id == order.id))
    return [
        ("works_order", order.id),
        ("assessment", order.assessment_id),
        ("case_file", order.case_id),
        *(("visit", visit.id) for visit in order.visits),
        *(("offer", offer_id) for offer_id in offers),
    ]
