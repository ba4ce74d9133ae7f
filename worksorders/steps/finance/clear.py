"""Clears invoices by hand: release an exception, approve, take an approval back."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.exceptions import MatchException, Release, ReleasePeople, release_faults
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.money import format_cents
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.contract import require_state
from worksorders.steps.finance.match import (
    OPEN,
    Outcome,
    ask_for_match,
    compute,
    keep,
    lock_invoice,
    match_invoice,
)
from worksorders.store.tables.money.finance import Invoice, InvoiceException

LONGEST_RELEASE_DAYS = 90
SHORTEST_REASON = 5


def require_finance(actor: Actor) -> None:
    """Nobody but finance finds any of this."""
    if actor.role is not Role.FINANCE:
        raise NotFoundError("There is no such invoice.")


def release(
    session: Session,
    actor: Actor,
    exception_id: uuid.UUID,
    *,
    reason: str,
    expires_on: date | None,
    now: datetime,
) -> Outcome:
    """Release a hold with a reason until a day, and match again; FaultsError at `reason` or `expires_on`.

    NotPermittedError for the person who entered the invoice and for what may never be released.
    """
    require_finance(actor)
    invoice_id = session.scalar(
        select(InvoiceException.invoice_id).where(InvoiceException.id == exception_id)
    )
    if invoice_id is None:
        raise NotFoundError("There is no such exception.")
    invoice = lock_invoice(session, invoice_id)
    require_state(
        invoice.state, OPEN, "release", "This invoice is decided already: nothing of it is released now."
    )
    row = next(one for one in invoice.exceptions if one.id == exception_id)
    require_state(
        row.state, ("open",), "release", "This exception is released or gone already: reload the page."
    )
    today = local_day(now)
    faults = Faults()
    faults.require(
        len(reason.strip()) >= SHORTEST_REASON,
        "reason",
        "Say why this may be paid, so that an auditor understands it.",
    )
    last = today + timedelta(days=LONGEST_RELEASE_DAYS)
    if expires_on is None or not today <= expires_on <= last:
        faults.add("expires_on", f"Give the last day of the release, from today to {last.day} {last:%B %Y}.")
    faults.raise_if_any()
    assert expires_on is not None
    _permit(row, Release(row.exception_key, str(actor.user_id), reason, today, expires_on), invoice, today)
    row.state, row.released_at, row.released_by = "released", now, actor.user_id
    row.release_reason, row.release_expires_on = reason.strip(), expires_on
    audit.record(
        session,
        actor,
        "invoice_exception.released",
        ("invoice_exception", row.id),
        moved=("open", "released"),
        reason=reason.strip(),
        detail={"invoice": str(invoice.id), "code": row.code, "expires_on": expires_on.isoformat()},
    )
    session.flush()
    ask_for_match(session, invoice.id, at=start_of_day(expires_on + timedelta(days=1)))
    return match_invoice(session, actor, invoice.id, now)


def _permit(row: InvoiceException, wanted: Release, invoice: Invoice, today: date) -> None:
    found = MatchException(row.code, row.expected, row.actual, difference_cents=row.difference_cents)
    faults = release_faults(found, wanted, ReleasePeople(str(invoice.received_by)), today)
    if faults:
        raise NotPermittedError(" ".join(faults))


def approve(
    session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime, *, part: bool = False
) -> Outcome:
    """Approve the payment of a clean match, or with `part` of what is accepted of one that is not, to the cent.

    Everything is matched again with the approver known. NotPermittedError for whoever entered it, released anything
    of it, or had a part in the bank account; RefusedError while it is on hold or something stands against it.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    require_state(invoice.state, OPEN, "approve", "This invoice is decided already: reload the page.")
    if invoice.hold_kind:
        raise RefusedError(
            f"This invoice is {invoice.hold_kind}: lift that first.", state=invoice.state, action="approve"
        )
    people = {invoice.received_by} | {
        row.released_by for row in invoice.exceptions if row.state == "released"
    }
    if actor.user_id in people:
        raise NotPermittedError(
            "You entered this invoice or released something of it: another person approves its payment."
        )
    outcome = compute(session, invoice, now, approver=str(actor.user_id))
    if not outcome.is_clean and not (part and outcome.decision.payable_cents != 0):
        raise RefusedError(_why_not(outcome), state=invoice.state, action="approve")
    keep(session, actor, outcome, now)
    before, invoice.state = invoice.state, "approved"
    invoice.approved_at, invoice.approved_by = now, actor.user_id
    audit.record(
        session,
        actor,
        "invoice.approved",
        ("invoice", invoice.id),
        moved=(before, "approved"),
        detail={"payable_cents": invoice.payable_cents, "claimed_cents": invoice.total_cents},
    )
    session.flush()
    return outcome


def _why_not(outcome: Outcome) -> str:
    standing = [
        one for one in outcome.decision.exceptions
        if one.severity != "W" and one.key not in outcome.decision.released
    ]  # fmt: skip
    codes = ", ".join(dict.fromkeys(f"{one.code} ({CODES[one.code].title.lower()})" for one in standing))
    words = f"This stands against the invoice: {codes or 'nothing is payable'}."
    if outcome.decision.payable_cents:
        words += f" {format_cents(outcome.decision.payable_cents)} of it may be approved as a part."
    return words


def take_back(
    session: Session, actor: Actor, invoice_id: uuid.UUID, *, reason: str, now: datetime
) -> Outcome:
    """Take an approval back before it is paid, and match again; FaultsError at `reason`."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    require_state(
        invoice.state,
        ("approved",),
        "take_back",
        "Only an approved invoice that is not paid can be taken back.",
    )
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say why the approval is taken back.")
    faults.raise_if_any()
    invoice.state, invoice.approved_at, invoice.approved_by = "exceptions", None, None
    audit.record(
        session,
        actor,
        "invoice.approval_taken_back",
        ("invoice", invoice.id),
        moved=("approved", "exceptions"),
        reason=reason.strip(),
    )
    session.flush()
    return match_invoice(session, actor, invoice_id, now)
