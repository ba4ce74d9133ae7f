"""Stops invoices by hand: hold, dispute, note, reject."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.clear import SHORTEST_REASON, require_finance
from worksorders.steps.finance.contract import require_state
from worksorders.steps.finance.gather import order_ids_of
from worksorders.steps.finance.ledger import years_of_lines
from worksorders.steps.finance.match import (
    OPEN,
    Outcome,
    ask_for_match,
    lock_invoice,
    match_invoice,
    rematch_orders,
)
from worksorders.steps.finance.store_match import post_difference
from worksorders.store.tables.money.finance import Invoice

HOLDS = ("held", "disputed")


def hold(
    session: Session, actor: Actor, invoice_id: uuid.UUID, *, kind: str, reason: str, now: datetime
) -> Invoice:
    """Stop an invoice by hand, as held (we look into it) or disputed (the firm has been told); FaultsError at `reason`."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    require_state(
        invoice.state, OPEN, "hold", "This invoice is decided already: take its approval back first."
    )
    faults = Faults()
    faults.require(kind in HOLDS, "kind", "Choose whether it is held or disputed.")
    faults.require(
        len(reason.strip()) >= SHORTEST_REASON, "reason", "Say what has to happen before it goes on."
    )
    faults.raise_if_any()
    before = invoice.hold_kind
    invoice.hold_kind, invoice.hold_reason = kind, reason.strip()
    invoice.held_at, invoice.held_by = now, actor.user_id
    audit.record(
        session,
        actor,
        f"invoice.{kind}",
        ("invoice", invoice.id),
        moved=(before, kind),
        reason=reason.strip(),
    )
    session.flush()
    return invoice


def lift_hold(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> Outcome:
    """Let a held or disputed invoice go on, and match it again."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    if invoice.hold_kind is None:
        raise RefusedError("This invoice is not on hold.", state=invoice.state, action="lift_hold")
    audit.record(
        session, actor, "invoice.hold_lifted", ("invoice", invoice.id), moved=(invoice.hold_kind, None)
    )
    invoice.hold_kind = invoice.hold_reason = invoice.held_at = invoice.held_by = None
    session.flush()
    return match_invoice(session, actor, invoice_id, now)


def add_note(session: Session, actor: Actor, invoice_id: uuid.UUID, text: str) -> None:
    """Write a note into the invoice's history; FaultsError at `text`."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    faults = Faults()
    faults.require(text.strip(), "text", "Write the note.")
    faults.raise_if_any()
    audit.record(session, actor, "invoice.noted", ("invoice", invoice.id), reason=text.strip())


def reject(session: Session, actor: Actor, invoice_id: uuid.UUID, *, reason: str, now: datetime) -> Invoice:
    """Send an invoice back: nothing of it stands, and its number may be used again. FaultsError at `reason`."""
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    require_state(
        invoice.state, OPEN, "reject", "This invoice is decided already: take its approval back first."
    )
    faults = Faults()
    faults.require(len(reason.strip()) >= SHORTEST_REASON, "reason", "Say what the firm has to put right.")
    faults.raise_if_any()
    _take_out(session, actor, invoice, now)
    before, invoice.state = invoice.state, "rejected"
    invoice.rejected_at, invoice.rejected_by, invoice.reject_reason = now, actor.user_id, reason.strip()
    for row in invoice.exceptions:
        if row.state != "superseded":
            row.state = "superseded"
    audit.record(
        session,
        actor,
        "invoice.rejected",
        ("invoice", invoice.id),
        moved=(before, "rejected"),
        reason=reason.strip(),
    )
    session.flush()
    _after_rejection(session, invoice)
    return invoice


def _take_out(session: Session, actor: Actor, invoice: Invoice, now: datetime) -> None:
    """Reverse what the match posted: the accrual stands again, and nothing of the invoice counts."""
    years = years_of_lines(
        session, [one.decision.line_id for one in invoice.lines if one.decision and one.decision.line_id]
    )
    for line in invoice.lines:
        row = line.decision
        if row is None:
            continue
        if row.line_id in years:
            post_difference(session, actor, invoice, row, (0, 0), years[row.line_id], now)
        row.accepted_quantity, row.explanation = row.accepted_quantity * 0, []
        row.accepted_cents, row.held_cents, row.disputed_cents = 0, 0, row.claimed_cents
    invoice.accepted_net_cents = invoice.accepted_gst_cents = invoice.held_gst_cents = 0
    invoice.disputed_gst_cents, invoice.payable_cents = invoice.gst_cents, 0


def _after_rejection(session: Session, invoice: Invoice) -> None:
    """The first of its duplicates stands now, and others on the same lines are matched again."""
    heirs = session.scalars(
        select(Invoice)
        .where(Invoice.duplicate_of_id == invoice.id, Invoice.state != "rejected")
        .order_by(Invoice.received_at, Invoice.id)
    ).all()
    for place, other in enumerate(heirs):
        other.duplicate_of_id = None if place == 0 else heirs[0].id
    invoice.duplicate_of_id = None
    session.flush()
    rematch_orders(session, order_ids_of(session, invoice))
    for other in heirs:
        ask_for_match(session, other.id)
