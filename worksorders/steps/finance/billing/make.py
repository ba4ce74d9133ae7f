"""Makes the invoice of a firm from its accepted work, under an agreement that says so."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.finance.facts.identifiers import (
    normalise_number,
)
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.billing.own_details import own_details
from worksorders.steps.finance.match import Outcome, lock_orders, match_invoice
from worksorders.steps.finance.own_invoice import Claim, claims_of
from worksorders.steps.finance.receive import add_invoice, lock_firm
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.finance import Invoice, InvoiceLine
from worksorders.store.tables.orders import WorksOrder

PREFIX = "SB-"


def self_bill(
    session: Session, actor: Actor, order_id: uuid.UUID, firm_id: uuid.UUID, now: datetime
) -> Outcome:
    """Make the invoice of all that a firm may claim of an order now, and match it at once.

    NotFoundError for anybody but finance; RefusedError without an agreement that says so, or where nothing is left.
    """
    firm, order = session.get(Firm, firm_id), session.get(WorksOrder, order_id)
    if actor.role is not Role.FINANCE or firm is None or order is None:
        raise NotFoundError("There is nothing to invoice on this order.")
    lock_firm(session, firm.id)
    lock_orders(session, [order.id])
    if not is_self_billing(session, firm, now):
        raise RefusedError(
            f"{firm.name} writes its own invoices: its agreement has no self-billing.",
            state="own invoices",
            action="self_bill",
        )
    claim = _claim(session, firm, order, now)
    account = account_to_pay(session, firm.id)
    buyer = own_details(session)
    invoice = add_invoice(
        session,
        actor,
        Invoice(
            id=uuid.uuid4(),
            firm_id=firm.id,
            order_id=order.id,
            number=PREFIX + claim.number,
            number_normalised=normalise_number(PREFIX + claim.number),
            stated={
                "supplier_name": firm.name,
                "supplier_gst_number": firm.gst_number or "",
                "supplier_nzbn": firm.nzbn or "",
                "bank_account": account.number if account else "",
                "gst_stated": True,
                "buyer_name": buyer.name,
                "buyer_contacts": ["NZBN"] if buyer.nzbn else ["email"],
            },
            source="self_billed",
            issued_on=local_day(now),
            received_at=now,
            received_by=actor.user_id,
            currency="NZD",
            net_cents=claim.net_cents,
            gst_cents=claim.gst_cents,
            total_cents=claim.total_cents,
            state="received",
        ),
    )
    for position, line in enumerate(claim.lines, start=1):
        session.add(
            InvoiceLine(
                id=uuid.uuid4(),
                invoice_id=invoice.id,
                position=position,
                line_id=line.line_id,
                order_code=claim.order_code,
                item_code=line.item_code,
                description=line.description,
                quantity=line.quantity,
                unit=line.unit,
                rate=line.rate,
                amount_cents=line.amount_cents,
                acceptance_ids=list(line.acceptance_ids),
            )
        )
    session.flush()
    return match_invoice(session, actor, invoice.id, now)


def _claim(session: Session, firm: Firm, order: WorksOrder, now: datetime) -> Claim:
    claim = next((one for one in claims_of(session, firm, [order.id], now) if one.lines), None)
    if claim is None:
        raise RefusedError(
            f"There is nothing to write: all that {firm.name} had accepted on order {order.code} is invoiced already.",
            state="invoiced",
            action="write",
        )
    return claim
