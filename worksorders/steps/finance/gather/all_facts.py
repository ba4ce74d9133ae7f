"""Puts the facts of one match together."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import MatchFacts, index_open_work
from worksorders.steps.finance.gather.claims import earlier_claims
from worksorders.steps.finance.gather.orders import order_facts
from worksorders.steps.finance.gather.parties import (
    agreement_facts,
    contract_facts,
    party_index,
    supplier_facts,
)
from worksorders.steps.finance.gather.shared import shared_details
from worksorders.steps.finance.keeping.find import retention_facts
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

MOST_CANDIDATES = 25


def order_ids_of(session: Session, invoice: Invoice) -> list[uuid.UUID]:
    """The orders that the invoice's lines name, by id."""
    codes = {line.order_code for line in invoice.lines if line.order_code}
    named = {line.line_id for line in invoice.lines if line.line_id}
    by_line = select(WorksLine.order_id).where(WorksLine.id.in_(named))
    return list(
        session.scalars(
            select(WorksOrder.id)
            .where(WorksOrder.code.in_(codes) | WorksOrder.id.in_(by_line))
            .order_by(WorksOrder.id)
        )
    )


def gather(session: Session, invoice: Invoice, today: date, *, approver: str = "") -> MatchFacts:
    """Everything that `reconcile` needs; the caller holds the locks."""
    supplier = replace(supplier_facts(session, invoice.firm), shared=shared_details(session, invoice.firm))
    orders = order_facts(session, order_ids_of(session, invoice), but=invoice.id)
    if any((line.order_code or "") not in orders for line in invoice.lines):
        orders |= order_facts(session, _candidates(session, invoice), but=invoice.id)
    codes = {order.contract_code for order in orders.values()}
    lines = [line for order in orders.values() for line in order.lines]
    agreements = agreement_facts(
        session,
        {line.agreement_id for line in lines},
        invoice.firm_id,
        next(iter(sorted(codes)), ""),
        min((order.issued_on for order in orders.values() if order.issued_on), default=None),
    )
    keeps = any(agreement.retention for agreement in agreements.values())
    return MatchFacts(
        today=today,
        suppliers={supplier.supplier_id: supplier},
        orders=orders,
        agreements=agreements,
        retentions={str(invoice.id): retention_facts(session, invoice.id)} if keeps else {},
        contracts=contract_facts(session, codes, but=invoice.id),
        earlier=earlier_claims(session, invoice, [uuid.UUID(line.line_id) for line in lines]),
        parties=party_index(session, invoice.firm, supplier),
        open_work=index_open_work(orders.values()),
        approver=approver,
    )


def _candidates(session: Session, invoice: Invoice) -> list[uuid.UUID]:
    """The firm's orders with accepted work of the items claimed, for a person to choose from."""
    items = {line.item_code for line in invoice.lines if line.item_code}
    return list(
        session.scalars(
            select(WorksLine.order_id)
            .join(Visit, Visit.id == WorksLine.visit_id)
            .join(LineAccepted, LineAccepted.line_id == WorksLine.id)
            .where(Visit.firm_id == invoice.firm_id, WorksLine.item_code.in_(items))
            .distinct()
            .order_by(WorksLine.order_id)
            .limit(MOST_CANDIDATES)
        )
    )
