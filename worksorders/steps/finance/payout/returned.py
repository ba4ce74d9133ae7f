"""A payment that the bank sent back: the firm's documents of the run stand as approved and unpaid again."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.ledger import Account, At, Event
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import SHORTEST_REASON, require_finance
from worksorders.steps.finance.match import lock_invoice
from worksorders.steps.finance.payout.count import returns_of
from worksorders.steps.finance.payout.gate import INVOICE
from worksorders.steps.finance.payout.runs import lock_run
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.money.payouts import PaymentReturn, PayRun, PayRunItem

RETAINED = "%:retention:%"


def record_return(
    session: Session,
    actor: Actor,
    run_id: uuid.UUID,
    firm_id: uuid.UUID,
    *,
    returned_on: date | None,
    reason: str,
    now: datetime,
) -> PaymentReturn:
    """Keep that the payment to one firm came back, and reverse it; FaultsError at `returned_on` or `reason`.

    Everything that it paid may go into another run, to an account that is verified then.
    """
    require_finance(actor)
    run = lock_run(session, run_id)
    items = require_payment(run, firm_id)
    if run.state != "approved" or any(row.ended for row in items):
        raise RefusedError(
            f"The payment to {items[0].firm_name} in run {run.code} is not out, or came back already.",
            state=items[0].ended or run.state,
            action="return",
        )
    amount = sum(item.amount_cents for item in items)
    if not amount:
        raise RefusedError(
            f"Nothing was sent to {items[0].firm_name} in run {run.code}: its credits were set off.",
            state="set off",
            action="return",
        )
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say what the bank gave as the reason.")
    today = local_day(now)
    if returned_on is None or not run.pay_on <= returned_on <= max(today, run.pay_on):
        faults.add(
            "returned_on",
            f"Give the day on which it came back, from {run.pay_on.day} {run.pay_on:%B %Y} on and not in the future.",
        )
    faults.raise_if_any()
    assert returned_on is not None
    row = PaymentReturn(
        id=uuid.uuid4(),
        run_id=run.id,
        firm_id=firm_id,
        amount_cents=amount,
        returned_on=returned_on,
        reason=reason.strip(),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(row)
    for item in items:
        _take_back(session, actor, run, item, now)
    session.flush()
    audit.record(
        session,
        actor,
        "payment.returned",
        ("pay_run", run.id),
        reason=reason.strip(),
        detail={"firm": str(firm_id), "amount_cents": row.amount_cents},
    )
    return row


def require_payment(run: PayRun, firm_id: uuid.UUID) -> list[PayRunItem]:
    """What a run pays to one firm; raises NotFoundError where it pays nothing to it."""
    items = [row for row in run.items if row.firm_id == firm_id]
    if not items:
        raise NotFoundError("There is no such payment.")
    return items


def _take_back(session: Session, actor: Actor, run: PayRun, item: PayRunItem, now: datetime) -> None:
    invoice = lock_invoice(session, item.invoice_id)
    number = returns_of(session, invoice.id, item.part)
    item.ended, item.ended_at = "returned", now
    paid = session.execute(
        select(
            LedgerEntry.contract_year_id,
            LedgerEntry.order_id,
            LedgerEntry.line_id,
            func.sum(LedgerEntry.amount_cents),
        )
        .where(
            LedgerEntry.invoice_id == invoice.id,
            LedgerEntry.account == Account.PAID.value,
            LedgerEntry.event_key.not_like(RETAINED)
            if item.part == INVOICE
            else LedgerEntry.event_key.like(RETAINED),
        )
        .group_by(LedgerEntry.contract_year_id, LedgerEntry.order_id, LedgerEntry.line_id)
    ).all()
    prefix = "" if item.part == INVOICE else "retention:"
    for year_id, order_id, line_id, cents in paid:
        key = f"{Event.REFUNDED.value}:{prefix}{invoice.id}:{line_id}:{number}"
        at = At(key, local_day(now), str(year_id), "", str(line_id), str(invoice.id))
        post(session, rules.refund(at, int(cents)), Where(year_id, order_id, line_id, invoice.id), actor, now)
    if item.part == INVOICE:
        invoice.state, invoice.paid_at, invoice.paid_by, invoice.paid_to_id = "approved", None, None, None
        audit.record(
            session,
            actor,
            "invoice.payment_returned",
            ("invoice", invoice.id),
            moved=("paid", "approved"),
            detail={"run": run.code},
        )
