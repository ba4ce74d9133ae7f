"""Writes the payment schedule that answers a claim, from the exceptions that stand, as a document kept for good."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from worksorders.domain.errors import RefusedError
from worksorders.domain.finance.clocks import claim_clock
from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.schedule import PaymentSchedule as Content
from worksorders.domain.finance.schedule import ScheduleLine, payment_schedule
from worksorders.domain.local_time import local_day
from worksorders.gateways.documents.pdf import render_pdf
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.find.own import KEPT_INSIDE
from worksorders.steps.finance.gather.invoice import BUYER
from worksorders.steps.finance.match import compute, load_invoice, lock_invoice
from worksorders.steps.tell.messages import notify_firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.payouts import PaymentSchedule

UNTOLD = "The payee's details are being checked; the claim is paid once they are confirmed."


def make_schedule(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> PaymentSchedule:
    """Write the schedule as things stand, keep it, and tell the firm that something waits for it on its pages.

    RefusedError where nothing of the claim is withheld, or the last schedule says the same already.
    """
    require_finance(actor)
    invoice = lock_invoice(session, invoice_id)
    content = _content(session, invoice, now)
    if content is None or invoice.source == "self_billed":
        raise RefusedError(
            f"Nothing of invoice {invoice.number} is withheld: a schedule is not needed.",
            state=invoice.state,
            action="make_schedule",
        )
    told = _as_dict(content)
    last = latest(session, invoice.id)
    if last is not None and last.content == told:
        raise RefusedError(
            f"Schedule {last.number} of invoice {invoice.number} says the same already.",
            state=invoice.state,
            action="make_schedule",
        )
    number = (last.number if last else 0) + 1
    document = render_pdf("schedule.html", _values(invoice, told, number, local_day(now)))
    row = PaymentSchedule(
        id=uuid.uuid4(),
        invoice_id=invoice.id,
        number=number,
        claimed_cents=content.claimed_cents,
        scheduled_cents=content.scheduled_cents,
        content=told,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "invoice.schedule_made",
        ("invoice", invoice.id),
        detail={"number": number, "claimed_cents": row.claimed_cents, "scheduled_cents": row.scheduled_cents},
    )
    notify_firm(session, invoice.firm_id, "firm_update", now, dedupe_key=f"schedule:{row.id}")
    return row


def _content(session: Session, invoice: Invoice, now: datetime) -> Content | None:
    if invoice.state == "rejected":
        return _sent_back(invoice)
    outcome = compute(session, invoice, now)
    content = payment_schedule(outcome.match, outcome.decision)
    if content is None:
        return None
    kept = {_words(one) for one in outcome.decision.exceptions if one.code in KEPT_INSIDE}
    return Content(
        content.claim_number,
        content.order_codes,
        content.claimed_cents,
        content.scheduled_cents,
        content.retention_cents,
        content.prepaid_cents,
        tuple(
            ScheduleLine(
                line.title,
                line.claimed_cents,
                line.scheduled_cents,
                line.calculation,
                _told(line.reasons, kept),
            )
            for line in content.lines
        ),
        _told(content.reasons, kept),
    )


def _words(found: MatchException) -> str:
    return f"{found.in_words()} {CODES[found.code].remedy}"


def _told(reasons: tuple[str, ...], kept: set[str]) -> tuple[str, ...]:
    """The reasons as a firm may read them: what it is not told about itself is one neutral sentence."""
    return tuple(dict.fromkeys(UNTOLD if reason in kept else reason for reason in reasons))


def _sent_back(invoice: Invoice) -> Content:
    """A claim that was sent back: nothing of it is scheduled, for the reason given."""
    reason = (invoice.reject_reason or "The claim was sent back.",)
    lines = tuple(
        ScheduleLine(
            f"Line {line.position}: {line.item_code}",
            line.amount_cents,
            0,
            "Nothing is scheduled on this line.",
            reason,
        )
        for line in invoice.lines
    )
    rest = invoice.total_cents - sum(line.claimed_cents for line in lines)
    gst = ScheduleLine("GST", rest, 0, "Nothing is scheduled.", ())
    codes = tuple(dict.fromkeys(line.order_code for line in invoice.lines if line.order_code))
    return Content(invoice.number, codes, invoice.total_cents, 0, 0, 0, (*lines, gst), reason)


def _as_dict(content: Content) -> dict[str, Any]:
    return {
        "claim_number": content.claim_number,
        "order_codes": list(content.order_codes),
        "claimed_cents": content.claimed_cents,
        "scheduled_cents": content.scheduled_cents,
        "retention_cents": content.retention_cents,
        "prepaid_cents": content.prepaid_cents,
        "reasons": list(content.reasons),
        "lines": [
            {
                "title": line.title,
                "claimed_cents": line.claimed_cents,
                "scheduled_cents": line.scheduled_cents,
                "calculation": line.calculation,
                "reasons": list(line.reasons),
            }
            for line in content.lines
        ],
    }


def _values(invoice: Invoice, told: Mapping[str, Any], number: int, today: date) -> dict[str, Any]:
    clock = claim_clock(invoice.received_at, today)
    return {
        "schedule": told,
        "number": number,
        "payer": BUYER,
        "payee": invoice.firm.name,
        "served_on": clock.served_on,
        "due_on": clock.schedule_due_on,
        "today": today,
    }


def latest(session: Session, invoice_id: uuid.UUID) -> PaymentSchedule | None:
    """The newest schedule of an invoice."""
    return session.scalar(
        select(PaymentSchedule)
        .where(PaymentSchedule.invoice_id == invoice_id)
        .order_by(PaymentSchedule.number.desc())
        .limit(1)
    )


def find_schedule(session: Session, actor: Actor, schedule_id: uuid.UUID) -> PaymentSchedule:
    """A schedule for finance; raises NotFoundError."""
    require_finance(actor)
    row = session.get(PaymentSchedule, schedule_id)
    if row is None:
        raise NotFoundError("There is no such schedule.")
    return row


def own_schedule(session: Session, actor: Actor, invoice_id: uuid.UUID) -> PaymentSchedule:
    """The newest schedule of one of the firm's own invoices; raises NotFoundError."""
    row = session.scalar(
        select(PaymentSchedule)
        .join(Invoice, Invoice.id == PaymentSchedule.invoice_id)
        .where(PaymentSchedule.invoice_id == invoice_id, Invoice.firm_id == actor.require_firm())
        .order_by(PaymentSchedule.number.desc())
        .limit(1)
    )
    if row is None:
        raise NotFoundError("There is no such schedule.")
    return row


def schedules_of(
    session: Session, actor: Actor, invoice_id: uuid.UUID
) -> tuple[Invoice, Sequence[PaymentSchedule]]:
    """An invoice with its schedules, the newest first; raises NotFoundError."""
    require_finance(actor)
    invoice = load_invoice(session, invoice_id)
    rows = session.scalars(
        select(PaymentSchedule)
        .where(PaymentSchedule.invoice_id == invoice_id)
        .options(defer(PaymentSchedule.document))
        .order_by(PaymentSchedule.number.desc())
    ).all()
    return invoice, rows


def has_schedule(session: Session, invoice_id: uuid.UUID) -> bool:
    """Whether the claim was answered by a schedule, for somebody who may see the invoice."""
    query = select(PaymentSchedule.id).where(PaymentSchedule.invoice_id == invoice_id).limit(1)
    return session.scalar(query) is not None
