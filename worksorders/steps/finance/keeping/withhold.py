"""Records what is kept back of an invoice and its posting to the trust account, before the invoice is approved."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.finance.checks.retention import due_cents
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.contract import require_state
from worksorders.steps.finance.keeping.find import TRUST, WITHHELD, retention_facts
from worksorders.steps.finance.match import OPEN, Outcome, compute, lock_invoice, match_invoice
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import RetentionMove, RetentionTerm


def due_of(session: Session, invoice: Invoice, now: datetime) -> int:
    """What the terms keep back of the invoice as it stands, in cents before GST."""
    match = compute(session, invoice, now).match
    return due_cents(match.case, match.exceptions)


def withhold(
    session: Session, actor: Actor, invoice_id: uuid.UUID, *, reference: str, now: datetime
) -> Outcome:
    """Record what is due as kept back and posted to the trust account, and match again.

    FaultsError at `reference`, which names the trust account's entry; RefusedError where nothing is due.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    require_state(
        invoice.state, OPEN, "withhold", "This invoice is decided already: take its approval back first."
    )
    due = due_of(session, invoice, now)
    facts = retention_facts(session, invoice_id)
    missing = due - facts.withheld_cents
    if not missing and (facts.trust_posting or not due):
        raise RefusedError(
            f"{format_cents(due)} is kept back of this invoice and posted already."
            if due
            else "Nothing is kept back of this invoice under its agreement.",
            state=invoice.state,
            action="withhold",
        )
    faults = Faults()
    faults.require(reference.strip(), "reference", "Enter the reference of the trust account's entry.")
    faults.raise_if_any()
    today = local_day(now)
    releasable_on = _releasable_on(session, invoice, today)
    for kind, cents in ((WITHHELD, missing), (TRUST, missing)):
        if cents > 0 or kind == WITHHELD:
            session.add(
                RetentionMove(
                    id=uuid.uuid4(),
                    invoice_id=invoice_id,
                    kind=kind,
                    cents=cents,
                    moved_on=today,
                    releasable_on=releasable_on if kind == WITHHELD else None,
                    reference=reference.strip() if kind == TRUST else "",
                    recorded_at=now,
                    recorded_by=actor.user_id,
                )
            )
    session.flush()
    audit.record(
        session,
        actor,
        "retention.withheld",
        ("invoice", invoice_id),
        detail={"cents": missing, "releasable_on": releasable_on.isoformat()},
    )
    return match_invoice(session, actor, invoice_id, now)


def _releasable_on(session: Session, invoice: Invoice, today: date) -> date:
    months = session.scalar(
        select(RetentionTerm.kept_months)
        .where(RetentionTerm.agreement_id.in_(_agreements(invoice)), RetentionTerm.in_force_from <= today)
        .order_by(RetentionTerm.in_force_from.desc())
        .limit(1)
    )
    return add_months(today, int(months or 0))


def _agreements(invoice: Invoice) -> list[uuid.UUID]:
    return [agreement.id for agreement in invoice.firm.agreements]


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short."""
    year, month = divmod(on.month - 1 + months, 12)
    first = date(on.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(date.fromordinal(first.toordinal() + on.day - 1), date.fromordinal(following.toordinal() - 1))
