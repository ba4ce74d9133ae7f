"""Keeps the outcome of a match: exceptions with their releases, each line's split, and its place in the ledger."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.decision import Decision
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.explain import explain
from worksorders.domain.finance.history import accruals_used
from worksorders.domain.finance.ledger import At, Event
from worksorders.domain.finance.reconcile import Match
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.finance.ledger import years_of_lines
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import Invoice, InvoiceException, LineDecision
from worksorders.store.tables.work.orders import WorksLine


def store_exceptions(session: Session, decision: Decision, invoice: Invoice, now: datetime) -> bool:
    """Keep what stands, supersede what is gone or different; True when anything changed.

    A release outlives a new match as long as the rules still count it.
    """
    standing = {row.exception_key: row for row in invoice.exceptions if row.state != "superseded"}
    found = {one.key: one for one in decision.exceptions}
    changed = False
    for key, row in standing.items():
        one = found.get(key)
        if one is None or not _same(row, one) or (row.state == "released") != (key in decision.released):
            row.state, changed = "superseded", True
    session.flush()
    for key, one in found.items():
        old = standing.get(key)
        if old is None or old.state == "superseded":
            session.add(_row(invoice, one, old if key in decision.released else None, now))
            changed = True
    session.flush()
    session.expire(invoice, ["exceptions"])
    return changed


def _same(row: InvoiceException, one: MatchException) -> bool:
    now = (one.expected, one.actual, one.difference_cents)
    return (row.expected, row.actual, row.difference_cents) == now


def _row(
    invoice: Invoice, one: MatchException, released: InvoiceException | None, now: datetime
) -> InvoiceException:
    row = InvoiceException(
        invoice_id=invoice.id,
        invoice_line_id=uuid.UUID(one.line_id) if one.line_id else None,
        code=one.code,
        exception_key=one.key,
        severity=one.severity.value,
        message=one.in_words(),
        expected=one.expected,
        actual=one.actual,
        difference_cents=one.difference_cents,
        evidence={"evidence": list(one.evidence), "stops": _stops(one)},
        state="open",
        raised_at=now,
    )
    if released is not None:
        row.state, row.released_at, row.released_by = "released", released.released_at, released.released_by
        row.release_reason, row.release_expires_on = released.release_reason, released.release_expires_on
    return row


def _stops(one: MatchException) -> list[list[str | int]] | None:
    return None if one.stops is None else [[line, cents] for line, cents in one.stops]


def store_decision(session: Session, match: Match, decision: Decision, invoice: Invoice) -> None:
    """Keep each line's split, and the reason of each accepted cent, as they were decided."""
    invoice.accepted_net_cents = decision.accepted_net_cents
    invoice.accepted_gst_cents = decision.gst.accepted_cents
    invoice.held_gst_cents = decision.gst.held_cents
    invoice.disputed_gst_cents = decision.gst.disputed_cents
    invoice.payable_cents = decision.payable_cents
    invoice.gst_rounding = decision.gst_method or None
    words: dict[str, list[dict[str, str | int]]] = {}
    for piece in explain(match, decision):
        told: dict[str, str | int] = {
            "words": piece.in_words(),
            "net_cents": piece.net_cents,
            "gst_cents": piece.gst_cents,
            "acceptance": piece.acceptance_id,
        }
        words.setdefault(piece.line_id, []).append(told)
    for line in invoice.lines:
        decided = decision.line(str(line.id))
        row = line.decision
        if row is None:
            row = line.decision = LineDecision(
                invoice_line_id=line.id, posted_accrued_cents=0, posted_invoiced_cents=0, postings=0
            )
        row.line_id = uuid.UUID(decided.order_line_id) if decided.order_line_id else None
        row.claimed_cents = decided.portion.claimed_cents
        row.accepted_quantity = decided.accepted_quantity
        row.accepted_cents = decided.portion.accepted_cents
        row.held_cents = decided.portion.held_cents
        row.disputed_cents = decided.portion.disputed_cents
        row.explanation = list(words.get(str(line.id), []))
    session.flush()


def post_lines(
    session: Session, actor: Actor | None, match: Match, decision: Decision, invoice: Invoice, now: datetime
) -> None:
    """Bring the ledger to what is accepted of each line now, posting only the difference."""
    accruals = accruals_used(match, decision)
    lines = [line.decision.line_id for line in invoice.lines if line.decision and line.decision.line_id]
    years = years_of_lines(session, lines)
    for line in invoice.lines:
        row = line.decision
        if row is not None and row.line_id in years:
            wanted = (accruals.get(str(line.id), 0), row.accepted_cents)
            post_difference(session, actor, invoice, row, wanted, years[row.line_id], now)
    session.flush()


def post_difference(
    session: Session,
    actor: Actor | None,
    invoice: Invoice,
    row: LineDecision,
    wanted: tuple[int, int],
    year_id: uuid.UUID,
    now: datetime,
) -> None:
    """Post the difference to (accrual used, invoiced) of one line; nothing where there is none."""
    accrued, invoiced = wanted[0] - row.posted_accrued_cents, wanted[1] - row.posted_invoiced_cents
    if not accrued and not invoiced:
        return
    row.postings += 1
    key = f"{Event.MATCHED.value}:{row.invoice_line_id}:{row.postings}"
    at = At(key, local_day(now), str(year_id), "", str(row.line_id), str(invoice.id))
    order_id = session.scalar(select(WorksLine.order_id).where(WorksLine.id == row.line_id))
    post(
        session,
        rules.match_line(at, accrued, invoiced),
        Where(year_id, order_id, row.line_id, invoice.id),
        actor,
        now,
    )
    row.posted_accrued_cents, row.posted_invoiced_cents = wanted
