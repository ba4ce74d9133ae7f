"""What the same firm, or anybody on the same order lines, claimed before."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.finance.facts import EarlierClaim, EarlierClaims, EarlierLine, index_claims
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.steps.finance.gather.invoice import kind_of
from worksorders.store.tables.money.finance import Invoice, InvoiceLine, LineDecision


def earlier_claims(session: Session, invoice: Invoice, line_ids: Collection[uuid.UUID]) -> EarlierClaims:
    """Standing documents received before: alike in number, total or file, named by a credit note, on these order lines.

    Of two that look alike the first stands, and only the later one is held against it; what is accepted of an order
    line counts whoever came first.
    """
    same_line = (
        select(InvoiceLine.invoice_id)
        .join(LineDecision, LineDecision.invoice_line_id == InvoiceLine.id)
        .where(LineDecision.line_id.in_(line_ids))
    )
    numbers = {invoice.number_normalised, normalise_number(invoice.credits_number or "")} - {""}
    own = (Invoice.firm_id == invoice.firm_id) & or_(
        Invoice.number_normalised.in_(numbers), Invoice.total_cents == invoice.total_cents
    )
    same_file = Invoice.file_sha256 == invoice.file_sha256
    rows = session.scalars(
        select(Invoice)
        .where(
            Invoice.id != invoice.id,
            Invoice.state != "rejected",
            or_(own, same_file, Invoice.id.in_(same_line)),
        )
        .options(selectinload(Invoice.lines).selectinload(InvoiceLine.decision))
        .order_by(Invoice.received_at, Invoice.id)
    ).all()
    claims = less_credits(rows)
    before = index_claims(claims[row.id] for row in rows if _came_before(row, invoice))
    return replace(before, by_order_line=index_claims(claims.values()).by_order_line)


def less_credits(rows: Sequence[Invoice]) -> dict[uuid.UUID, EarlierClaim]:
    """The claims by invoice, each less what the credit notes among them took back of it, in the order given."""
    claims = {row.id: _claim(row) for row in rows}
    invoices = {
        (row.firm_id, row.number_normalised): row.id
        for row in rows
        if row.kind == "invoice" and row.duplicate_of_id is None
    }
    for credit in rows:
        named = (credit.firm_id, normalise_number(credit.credits_number or ""))
        if credit.kind == "credit_note" and named in invoices:
            claims[invoices[named]] = _less(claims[invoices[named]], credit)
    return claims


def _less(claim: EarlierClaim, credit: Invoice) -> EarlierClaim:
    """While anything stands against a credit note, only what is accepted of it counts."""
    lines = {line.line_id: line for line in claim.lines}
    for row in credit.lines:
        decided = row.decision
        if decided is None or decided.line_id is None:
            continue
        same = [line for line in lines.values() if line.order_line_id == str(decided.line_id)]
        alike = [line for line in same if line.quantity == -row.quantity] or same
        if not alike:
            continue
        target = alike[0]
        withdrawn = credit.state != "exceptions"
        lines[target.line_id] = replace(
            target,
            accepted_quantity=target.accepted_quantity + decided.accepted_quantity,
            accepted_cents=max(0, target.accepted_cents + decided.accepted_cents),
            held_cents=max(0, target.held_cents + (decided.held_cents if withdrawn else 0)),
            disputed_cents=max(0, target.disputed_cents + (decided.disputed_cents if withdrawn else 0)),
        )
    return replace(
        claim,
        lines=tuple(lines.values()),
        accepted_gst_cents=claim.accepted_gst_cents + credit.accepted_gst_cents,
        held_gst_cents=max(0, claim.held_gst_cents + credit.held_gst_cents),
        disputed_gst_cents=max(0, claim.disputed_gst_cents + credit.disputed_gst_cents),
    )


def _came_before(other: Invoice, invoice: Invoice) -> bool:
    """What a credit note names; of two with one number the one that is not marked as the duplicate; else by receipt."""
    if invoice.kind == "credit_note" and other.kind == "invoice":
        return True
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
        kind=kind_of(row),
        issued_on=row.issued_on,
        gross_cents=row.total_cents,
        file_sha256=row.file_sha256 or "",
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
