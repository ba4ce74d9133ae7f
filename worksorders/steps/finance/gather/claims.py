"""What the same firm, or anybody on the same order lines, claimed before."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.finance.facts import (
    EarlierClaim,
    EarlierClaims,
    EarlierLine,
    InvoiceKind,
    index_claims,
)
from worksorders.store.tables.finance import Invoice, InvoiceLine, LineDecision


def earlier_claims(session: Session, invoice: Invoice, line_ids: Collection[uuid.UUID]) -> EarlierClaims:
    """Standing invoices of the firm received before with the same number or total, and all on these order lines.

    Of two that look alike the first stands, and only the later one is held against it; what is accepted of an order
    line counts whoever came first.
    """
    same_line = (
        select(InvoiceLine.invoice_id)
        .join(LineDecision, LineDecision.invoice_line_id == InvoiceLine.id)
        .where(LineDecision.line_id.in_(line_ids))
    )
    own = (Invoice.firm_id == invoice.firm_id) & or_(
        Invoice.number_normalised == invoice.number_normalised, Invoice.total_cents == invoice.total_cents
    )
    rows = session.scalars(
        select(Invoice)
        .where(Invoice.id != invoice.id, Invoice.state != "rejected", or_(own, Invoice.id.in_(same_line)))
        .options(selectinload(Invoice.lines).selectinload(InvoiceLine.decision))
        .order_by(Invoice.received_at, Invoice.id)
    ).all()
    before = index_claims(_claim(row) for row in rows if _came_before(row, invoice))
    return replace(before, by_order_line=index_claims(map(_claim, rows)).by_order_line)


def _came_before(other: Invoice, invoice: Invoice) -> bool:
    """Of two with one number the one that is not marked as the duplicate; else by receipt."""
    same = (other.firm_id, other.number_normalised) == (invoice.firm_id, invoice.number_normalised)
    if same and (other.duplicate_of_id is None) != (invoice.duplicate_of_id is None):
        return other.duplicate_of_id is None
    return (other.received_at, other.id) < (invoice.received_at, invoice.id)


def _claim(row: Invoice) -> EarlierClaim:
    return EarlierClaim(
        invoice_id=str(row.id),
        supplier_id=str(row.firm_id),
        group=str(row.firm_id),
        number=row.number,
        kind=InvoiceKind.INVOICE,
        issued_on=row.issued_on,
        gross_cents=row.total_cents,
        lines=tuple(_line(line) for line in row.lines),
        accepted_gst_cents=row.accepted_gst_cents,
        held_gst_cents=row.held_gst_cents,
        disputed_gst_cents=row.disputed_gst_cents,
    )


def _line(line: InvoiceLine) -> EarlierLine:
    decided = line.decision
    bound = decided.line_id if decided else line.line_id
    if decided is None:
        return EarlierLine(str(line.id), str(bound or ""), line.quantity, line.amount_cents)
    return EarlierLine(
        str(line.id),
        str(bound or ""),
        line.quantity,
        decided.claimed_cents,
        decided.accepted_quantity,
        decided.accepted_cents,
        decided.held_cents,
        decided.disputed_cents,
        tuple(line.acceptance_ids),
    )
