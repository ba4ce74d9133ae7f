"""Makes the invoice of a firm from its accepted work, under an agreement that says so."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.billing.claims import Claim, claims_of, invoice_claim
from worksorders.steps.finance.billing.own_details import own_details
from worksorders.steps.finance.match import Outcome, lock_orders
from worksorders.steps.finance.receive import lock_firm
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import WorksOrder

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
    buyer = own_details(session)
    return invoice_claim(
        session,
        actor,
        firm,
        claim,
        number=PREFIX + claim.number,
        source="self_billed",
        buyer={"buyer_name": buyer.name, "buyer_contacts": ["NZBN"] if buyer.nzbn else ["email"]},
        now=now,
    )


def _claim(session: Session, firm: Firm, order: WorksOrder, now: datetime) -> Claim:
    claim = next((one for one in claims_of(session, firm, [order.id], now) if one.lines), None)
    if claim is None:
        raise RefusedError(
            f"There is nothing to write: all that {firm.name} had accepted on order {order.code} and is paid for is invoiced already.",
            state="invoiced",
            action="write",
        )
    return claim
