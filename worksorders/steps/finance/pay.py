"""Posts an approved invoice as paid and marks it so; `payout.runs` decides whether it may be."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.ledger import At, Event
from worksorders.domain.local_time import local_day
from worksorders.domain.money import spread_cents
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.keeping.find import kept_cents
from worksorders.steps.finance.ledger import years_of_lines
from worksorders.steps.finance.payout.count import returns_of
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import Invoice, LineDecision
from worksorders.store.tables.work.orders import WorksLine


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
