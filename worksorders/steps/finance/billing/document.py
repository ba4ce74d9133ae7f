"""Finds what a self-billed e-invoice says: of one that was made, or of an order as it would be made now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.workdays import add_working_days
from worksorders.gateways.einvoice import SelfBilled, SelfBilledLine, write_self_billed
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.billing.agreed import is_self_billing
from worksorders.steps.finance.billing.claims import claims_of
from worksorders.steps.finance.billing.make import PREFIX
from worksorders.steps.finance.billing.own_details import OwnDetails, own_details
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.match import load_invoice
from worksorders.steps.people.bank_accounts import account_to_pay
from worksorders.store.tables.firms.contractors import Agreement, Firm
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder


@dataclass(frozen=True, slots=True)
class Written:
    """A self-billed document, and what has to be known before it is sent."""

    document: SelfBilled
    notes: tuple[str, ...] = ()


def find_document(session: Session, code: str, now: datetime, *, firm_code: str = "") -> Written:
    """The self-billed document of a code: an invoice's or credit note's number, or an order's code.

    For an order it is the one already made, else what is accepted and not claimed yet, as it would be made now. Raises
    NotFoundError, RefusedError or FaultsError in words that say what to do.
    """
    made = _stored(session, code, firm_code)
    if len(made) > 1:
        numbers = ", ".join(one.number for one in made)
        raise _unclear(f"{code} has several self-billed documents: name one of {numbers}, or its firm.")
    if made:
        return Written(_of_stored(session, made[0]))
    order = _order(session, code)
    if order is None:
        raise NotFoundError(f"“{code[:40]}” is neither an order nor a self-billed invoice.")
    return _of_order(session, order, now, firm_code)


def _stored(session: Session, code: str, firm_code: str) -> Sequence[Invoice]:
    query = (
        select(Invoice)
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(WorksOrder, WorksOrder.id == Invoice.order_id)
        .where(Invoice.source == "self_billed", Invoice.state != "rejected")
        .order_by(Invoice.received_at, Invoice.number)
    )
    if firm_code:
        query = query.where(Firm.code == firm_code)
    named = session.scalars(query.where(Invoice.number == code.strip())).all()
    return named or session.scalars(query.where(WorksOrder.code == _code(code))).all()


def _order(session: Session, code: str) -> WorksOrder | None:
    return session.scalar(select(WorksOrder).where(WorksOrder.code == _code(code)))


def _code(text: str) -> str:
    try:
        return read_code(text)
    except CodeError:
        return text.strip()


def _unclear(message: str) -> FaultsError:
    return FaultsError([Fault("code", message)])


def _of_order(session: Session, order: WorksOrder, now: datetime, firm_code: str) -> Written:
    firms = session.scalars(
        select(Firm)
        .where(
            Firm.id.in_(
                select(Visit.firm_id)
                .join(WorksLine, WorksLine.visit_id == Visit.id)
                .where(WorksLine.order_id == order.id)
            )
        )
        .order_by(Firm.code)
    ).all()
    claims = [(firm, one) for firm in firms for one in claims_of(session, firm, [order.id], now) if one.lines]
    chosen = [(firm, claim) for firm, claim in claims if not firm_code or firm.code == firm_code]
    if not chosen:
        by = f" by {firm_code}" if firm_code else ""
        raise RefusedError(
            f"There is nothing to write for order {order.code}: no accepted work{by} is left that is not invoiced.",
            state="invoiced",
            action="write",
        )
    if len(chosen) > 1:
        known = ", ".join(firm.code for firm, _ in chosen)
        raise _unclear(
            f"Several firms have accepted work on order {order.code}: name one with --firm, of {known}."
        )
    firm, claim = chosen[0]
    notes = [f"{PREFIX}{claim.number} is not made yet: this is how it would be, made now."]
    if not is_self_billing(session, firm, now):
        notes.append(f"{firm.name} has no self-billing in its agreement: agree it before anything is sent.")
    lines = tuple(
        SelfBilledLine(line.number, line.item_code, line.description, line.quantity, line.unit, line.rate)
        for line in claim.lines
    )
    return Written(
        _document(session, firm, PREFIX + claim.number, claim.order_code, lines, now), tuple(notes)
    )


def _of_stored(session: Session, invoice: Invoice) -> SelfBilled:
    sign = -1 if invoice.kind == "credit_note" else 1
    places = dict(
        session.execute(
            select(WorksLine.id, WorksLine.position).where(
                WorksLine.id.in_([line.line_id for line in invoice.lines if line.line_id])
            )
        ).all()
    )
    lines = tuple(
        SelfBilledLine(
            places.get(line.line_id, line.position) if line.line_id else line.position,
            line.item_code,
            line.description,
            sign * line.quantity,
            line.unit,
            line.rate,
        )
        for line in invoice.lines
    )
    credited = session.scalar(
        select(Invoice).where(
            Invoice.firm_id == invoice.firm_id, Invoice.number == (invoice.credits_number or ""),
            Invoice.state != "rejected",
        )
    ) if invoice.credits_number else None  # fmt: skip
    order_code = invoice.order.code if invoice.order else ""
    made = _document(session, invoice.firm, invoice.number, order_code, lines, invoice.received_at)
    return replace(
        made,
        account=str(invoice.stated.get("bank_account") or made.account),
        credits_number=invoice.credits_number or "",
        credits_on=credited.issued_on if credited else None,
    )


def _document(
    session: Session,
    firm: Firm,
    number: str,
    order_code: str,
    lines: tuple[SelfBilledLine, ...],
    now: datetime,
) -> SelfBilled:
    account, issued_on = account_to_pay(session, firm.id), local_day(now)
    days = session.scalars(
        select(Agreement.payment_days)
        .where(Agreement.firm_id == firm.id, Agreement.valid_from <= issued_on)
        .order_by(Agreement.valid_from.desc())
        .limit(1)
    ).first()
    supplier = OwnDetails(firm.name, firm.nzbn or "", firm.gst_number or "").party
    return SelfBilled(
        number=number,
        issued_on=issued_on,
        due_on=add_working_days(issued_on, days or 10),
        order_code=order_code,
        supplier=supplier,
        buyer=own_details(session).party,
        account=account.number if account else "",
        lines=lines,
    )


def document_file(session: Session, actor: Actor, invoice_id: uuid.UUID, now: datetime) -> tuple[str, bytes]:
    """The e-invoice of a document that we made: its number and the XML. Raises what `find_document` raises."""
    require_finance(actor)
    invoice = load_invoice(session, invoice_id)
    written = find_document(session, invoice.number, now, firm_code=invoice.firm.code)
    return invoice.number, write_self_billed(written.document)
