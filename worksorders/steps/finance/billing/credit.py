"""Takes an invoice back in full: the firm its own, finance one that was made for a firm under self-billing."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.match import Outcome, lock_invoice, match_invoice
from worksorders.steps.finance.receive import add_invoice, lock_firm, number_used
from worksorders.store.tables.money.finance import Invoice, InvoiceLine

PORTAL, SELF_BILLED = "portal", "self_billed"


def may_credit(actor: Actor, invoice: Invoice) -> bool:
    """Whether a person may take a document back: the firm what it made here, finance what was made for the firm."""
    own = actor.firm_id == invoice.firm_id and invoice.source == PORTAL
    made = actor.role is Role.FINANCE and invoice.source == SELF_BILLED
    return invoice.kind == "invoice" and invoice.state != "rejected" and (own or made)


def credit_in_full(
    session: Session, actor: Actor, invoice_id: uuid.UUID, number: str, now: datetime
) -> Outcome:
    """Make the credit note of a whole invoice and match it at once; nothing of the invoice itself changes.

    NotFoundError where the actor may not, RefusedError where it was credited before, FaultsError at `number`.
    """
    invoice = lock_invoice(session, invoice_id)
    if not may_credit(actor, invoice):
        raise NotFoundError("There is no such invoice.")
    lock_firm(session, invoice.firm_id)
    _check(session, invoice, number)
    made = add_invoice(
        session,
        actor,
        Invoice(
            id=uuid.uuid4(),
            firm_id=invoice.firm_id,
            order_id=invoice.order_id,
            number=number.strip(),
            number_normalised=normalise_number(number),
            kind="credit_note",
            credits_number=invoice.number,
            stated=invoice.stated,
            source=invoice.source,
            issued_on=local_day(now),
            received_at=now,
            received_by=actor.user_id,
            currency=invoice.currency,
            net_cents=-invoice.net_cents,
            gst_cents=-invoice.gst_cents,
            total_cents=-invoice.total_cents,
            allowance_cents=-invoice.allowance_cents,
            state="received",
        ),
    )
    for line in invoice.lines:
        session.add(_reversed(line, made.id))
    session.flush()
    return match_invoice(session, actor, made.id, now)


def _check(session: Session, invoice: Invoice, number: str) -> None:
    credited = session.scalar(
        select(Invoice.number).where(
            Invoice.firm_id == invoice.firm_id,
            Invoice.kind == "credit_note",
            Invoice.credits_number == invoice.number,
            Invoice.state != "rejected",
        )
    )
    if credited:
        raise RefusedError(
            f"Invoice {invoice.number} is credited by {credited} already.", state="credited", action="credit"
        )
    faults = Faults()
    same = normalise_number(number)
    faults.require(same, "number", "Enter a number for the credit note, with a letter or digit in it.")
    used = number_used(session, invoice.firm_id, same)
    if used and same:
        faults.add("number", f"The number {used} was used before: choose another.")
    faults.raise_if_any()


def _reversed(line: InvoiceLine, invoice_id: uuid.UUID) -> InvoiceLine:
    return InvoiceLine(
        id=uuid.uuid4(),
        invoice_id=invoice_id,
        position=line.position,
        line_id=line.line_id,
        order_code=line.order_code,
        item_code=line.item_code,
        description=line.description,
        quantity=-line.quantity,
        unit=line.unit,
        rate=line.rate,
        amount_cents=-line.amount_cents,
        discount_cents=-line.discount_cents,
        uplift_cents=-line.uplift_cents,
        gst_rate=line.gst_rate,
        performed_on=line.performed_on,
        acceptance_ids=list(line.acceptance_ids),
    )
