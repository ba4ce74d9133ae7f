"""Marks approved invoices as paid: another person than the approver, everything computed again, each once only."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError, RefusedError
from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.ledger import At, Event
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents, spread_cents
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.contract import require_state
from worksorders.steps.finance.gather import order_ids_of
from worksorders.steps.finance.keeping.find import kept_cents
from worksorders.steps.finance.ledger import years_of_lines
from worksorders.steps.finance.match import compute, load_invoice, lock_invoice, lock_orders
from worksorders.steps.finance.payout.count import returns_of
from worksorders.steps.finance.posting import Where, post
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.finance import Invoice, LineDecision
from worksorders.store.tables.orders import WorksLine


def pay(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> bool:
    """Mark one approved invoice as paid; False when it was paid already.

    NotPermittedError for the approver; RefusedError where the firm has no verified account, or what is payable now
    is not what was approved.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    if invoice.state == "paid":
        return False
    require_state(
        invoice.state, ("approved",), "pay", f"Invoice {invoice.number} is not approved: nothing was paid."
    )
    if invoice.approved_by == actor.user_id:
        raise NotPermittedError(f"You approved invoice {invoice.number}: another person pays it.")
    account = account_to_pay(session, invoice.firm_id)
    if account is None:
        raise RefusedError(
            f"{invoice.firm.name} has no verified bank account: have one verified before paying {invoice.number}.",
            state=invoice.state,
            action="pay",
        )
    payable = compute(session, invoice, now, approver=str(invoice.approved_by)).decision.payable_cents
    if payable != invoice.payable_cents:
        raise RefusedError(
            f"Invoice {invoice.number} was approved at {format_cents(invoice.payable_cents)}, and "
            f"{format_cents(payable)} is payable now: take the approval back and look at it again.",
            state=invoice.state,
            action="pay",
        )
    mark_paid(session, actor, invoice, account.id, now)
    return True


def mark_paid(session: Session, actor: Actor, invoice: Invoice, account_id: uuid.UUID, now: datetime) -> None:
    """Post and mark an approved invoice that the caller has locked and computed again."""
    _post(session, actor, invoice, now)
    invoice.state, invoice.paid_at, invoice.paid_by = "paid", now, actor.user_id
    invoice.paid_to_id = account_id
    audit.record(
        session,
        actor,
        "invoice.paid",
        ("invoice", invoice.id),
        moved=("approved", "paid"),
        detail={"payable_cents": invoice.payable_cents, "account": str(account_id)},
    )
    session.flush()


def pay_all(session: Session, actor: Actor, invoice_ids: Collection[uuid.UUID], now: datetime) -> int:
    """Pay several invoices, all or none; answers how many were not paid before."""
    require_finance(actor)
    orders = {
        one
        for invoice_id in set(invoice_ids)
        for one in order_ids_of(session, load_invoice(session, invoice_id))
    }
    lock_orders(session, sorted(orders))
    return sum(pay(session, actor, invoice_id, now) for invoice_id in sorted(set(invoice_ids)))


def _post(session: Session, actor: Actor, invoice: Invoice, now: datetime) -> None:
    """Move each line's cents to paid, or to retention what is kept back; a payment after a return has a new key."""
    decided = [
        row for line in invoice.lines if (row := line.decision) and row.line_id and row.posted_invoiced_cents
    ]
    years = years_of_lines(session, [row.line_id for row in decided if row.line_id])
    posted = [row for row in decided if row.line_id in years]
    kept = kept_cents(session, invoice.id)
    shares = spread_cents(kept, [row.posted_invoiced_cents for row in posted]) if posted else ()
    again = returns_of(session, invoice.id)
    for row, share in zip(posted, shares, strict=True):
        assert row.line_id is not None
        year_id = years[row.line_id]
        order_id = session.get_one(WorksLine, row.line_id).order_id
        where = Where(year_id, order_id, row.line_id, invoice.id)
        name = f"{row.invoice_line_id}:{again}" if again else str(row.invoice_line_id)

        def at(event: Event, name: str = name, row: LineDecision = row, year_id: uuid.UUID = year_id) -> At:
            return At(f"{event.value}:{name}", local_day(now), str(year_id), "", str(row.line_id))

        if not again:
            post(session, rules.retain(at(Event.RETAINED), share), where, actor, now)
        post(session, rules.pay(at(Event.PAID), row.posted_invoiced_cents - share), where, actor, now)
