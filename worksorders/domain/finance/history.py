"""What a decision becomes once it is history: a claim that later invoices are matched against."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from worksorders.domain.finance.decision import Decision
from worksorders.domain.finance.facts import EarlierClaim, EarlierLine, OrderLineFacts
from worksorders.domain.finance.reconcile import Match
from worksorders.domain.money import line_cents


def as_earlier(match: Match, decision: Decision, *, standing: bool = True) -> EarlierClaim:
    """The claim as later matches see it, with how each line and the GST were decided."""
    case, invoice = match.case, match.case.invoice
    lines = tuple(
        EarlierLine(
            decided.line_id,
            decided.order_line_id,
            bound.line.quantity,
            decided.portion.claimed_cents,
            decided.accepted_quantity,
            decided.portion.accepted_cents,
            decided.portion.held_cents,
            decided.portion.disputed_cents,
            bound.line.acceptance_ids,
        )
        for bound, decided in zip(case.lines, decision.lines, strict=True)
    )
    return EarlierClaim(
        invoice.invoice_id,
        invoice.supplier_id,
        case.supplier.group if case.supplier else invoice.supplier_id,
        invoice.number,
        invoice.kind,
        invoice.issued_on or case.facts.today,
        invoice.total.cents,
        invoice.intake.file_sha256,
        standing,
        lines,
        decision.gst.accepted_cents,
        decision.gst.held_cents,
        decision.gst.disputed_cents,
    )


def accruals_used(match: Match, decision: Decision) -> Mapping[str, int]:
    """The accrual that each accepted line uses up, by invoice line: its quantity at the frozen rate.

    Where a cap stops cents of the accepted quantity, only the accepted cents are used up, since the rest
    is still owed or disputed. Negative for a credit note, which puts the accrual back.
    """
    so_far: dict[str, tuple[Decimal, int]] = {}
    accruals: dict[str, int] = {}
    for bound, decided in zip(match.case.lines, decision.lines, strict=True):
        target = bound.order_line
        if target is None or not decided.accepted_quantity:
            continue
        before, used = so_far.get(target.line_id) or (target.invoiced_quantity, _used_before(target))
        after = before + decided.accepted_quantity
        capped = _is_capped(match, decided.line_id)
        own = decided.portion.accepted_cents if capped else line_cents(after, target.rate) - used
        so_far[target.line_id] = (after, used + own)
        accruals[decided.line_id] = own
    return accruals


def _used_before(line: OrderLineFacts) -> int:
    if line.accrual_used_cents is not None:
        return line.accrual_used_cents
    return line_cents(line.invoiced_quantity, line.rate)


def _is_capped(match: Match, line_id: str) -> bool:
    caps = (one for one in match.exceptions if one.code in {"C01", "C02", "C03"})
    return any(at == line_id for one in caps for at, _ in one.stops or ())
