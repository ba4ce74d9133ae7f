"""Asks the database which orders hold accepted work that a firm has not claimed yet, so that old ones are not read again."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from worksorders.steps.finance.billing.claims import SETTLED, claims_of
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice, InvoiceLine, LineDecision
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder
from worksorders.store.tables.work.safety import AbortiveCharge

ZERO = Decimal(0)


def unclaimed_orders(
    session: Session, firm: Firm, known: ColumnElement[bool], now: datetime
) -> list[uuid.UUID]:
    """The orders, by code, among those that are `known`, of which `claims_of` gives the firm a claim with lines.

    A line without a visit (a subscription) has no firm of its own: where nothing else of an order is left to claim,
    the order is read whole.
    """
    of_firm = func.coalesce(AbortiveCharge.firm_id, Visit.firm_id) == firm.id
    claimed = _claimed(firm)
    rows = session.execute(
        select(WorksOrder.id, func.bool_or(of_firm))
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .outerjoin(Visit, Visit.id == WorksLine.visit_id)
        .outerjoin(AbortiveCharge, AbortiveCharge.line_id == WorksLine.id)
        .outerjoin(claimed, claimed.c.line_id == WorksLine.id)
        .where(
            WorksOrder.id.in_(_orders_of(firm)),
            WorksOrder.state.not_in(("cancelled", "superseded")),
            WorksLine.removed_at.is_(None),
            WorksLine.rate > 0,
            or_(of_firm, WorksLine.visit_id.is_(None) & AbortiveCharge.firm_id.is_(None)),
            WorksLine.quantity > func.coalesce(claimed.c.quantity, ZERO),
            func.least(_accepted(), _done()) > func.coalesce(claimed.c.quantity, ZERO),
            known,
        )
        .group_by(WorksOrder.id)
        .order_by(WorksOrder.code)
    ).all()
    doubtful = [order_id for order_id, certain in rows if not certain]
    claims = claims_of(session, firm, doubtful, now) if doubtful else []
    really = {claim.order_id for claim in claims if claim.lines}
    return [order_id for order_id, certain in rows if certain or order_id in really]


def _orders_of(firm: Firm) -> Select[uuid.UUID]:
    """Orders with a visit that the firm holds, or a line that pays it for one to which nobody let it in."""
    visited = select(Visit.order_id).where(Visit.firm_id == firm.id)
    charged = select(WorksLine.order_id).join(AbortiveCharge, AbortiveCharge.line_id == WorksLine.id)
    return visited.union(charged.where(AbortiveCharge.firm_id == firm.id)).subquery().select()


def _accepted() -> ScalarSelect[Any]:
    return _sum(LineAccepted.quantity, LineAccepted.line_id == WorksLine.id)


def _done() -> ColumnElement[Any]:
    """What the firm that holds the visit did; a line without a visit counts as done."""
    done = _sum(LineDone.done_quantity, LineDone.line_id == WorksLine.id, LineDone.firm_id == Visit.firm_id)
    return case((WorksLine.visit_id.is_(None), WorksLine.quantity), else_=done)


def _claimed(firm: Firm) -> Subquery:
    """By line, what was accepted of it on the firm's invoices, and all of those that nobody has decided yet."""
    bound = func.coalesce(LineDecision.line_id, InvoiceLine.line_id)
    undecided = (Invoice.kind == "invoice") & Invoice.state.not_in(SETTLED)
    counted = case((undecided, InvoiceLine.quantity), else_=func.coalesce(LineDecision.accepted_quantity, 0))
    return (
        select(bound.label("line_id"), func.sum(counted).label("quantity"))
        .select_from(InvoiceLine)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(LineDecision, LineDecision.invoice_line_id == InvoiceLine.id)
        .where(Invoice.firm_id == firm.id, Invoice.state != "rejected")
        .group_by(bound)
        .subquery()
    )


def _sum(amount: Any, *of_line: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(func.coalesce(func.sum(amount), ZERO))
        .where(*of_line)
        .correlate(WorksLine, Visit)
        .scalar_subquery()
    )
