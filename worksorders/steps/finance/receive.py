"""Takes invoices in: as typed by finance from a paper or PDF invoice, kept as received and never corrected."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.errors import Faults
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.confined import check_pdf
from worksorders.gateways.pdfs import PdfError, is_pdf
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.gather.invoice import BUYER
from worksorders.steps.finance.incoming.files import MOST_BYTES, PDF, Incoming
from worksorders.steps.finance.incoming.files import keep as keep_file
from worksorders.steps.finance.match import Outcome, lock_orders, match_invoice
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice, InvoiceLine
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

UNNAMED = "As on the invoice"


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line as the document states it; `order_line` is our number of the order's line, where a person chose it."""

    order_code: str
    item_code: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount_cents: int
    order_line: int | None = None


@dataclass(frozen=True, slots=True)
class TypedInvoice:
    """A whole document as it states itself: amounts before GST, GST, and the total in cents."""

    firm_id: uuid.UUID
    number: str
    issued_on: date
    net_cents: int
    gst_cents: int
    total_cents: int
    lines: Sequence[TypedLine]
    gst_number: str = ""
    bank_account: str = ""
    names_buyer: bool = True
    credits_number: str = ""

    @property
    def sign(self) -> int:
        """A credit note is typed as it stands, in amounts above zero, and kept as what it takes back."""
        return -1 if self.credits_number.strip() else 1


def receive_typed(
    session: Session,
    actor: Actor,
    document: TypedInvoice,
    now: datetime,
    *,
    pdf: bytes = b"",
    cipher: Cipher | None = None,
) -> Outcome:
    """Keep a document and match it at once; what is wrong with its content is for the match to say.

    With `credits_number` it is a credit note of that invoice. The PDF that it was typed from is kept sealed, which
    needs the cipher.

    FaultsError names what cannot be kept at all: a firm that is unknown, no number, no lines, a date to come, a line
    number that the order has not got. Free text is not taken over, since contractors write addresses on invoices.
    """
    if actor.role is not Role.FINANCE:
        raise NotFoundError("There is no such page.")
    file = Incoming(pdf, PDF) if pdf else None
    return receive_document(session, actor, document, now, file=file, cipher=cipher)


def receive_document(
    session: Session,
    actor: Actor,
    document: TypedInvoice,
    now: datetime,
    *,
    file: Incoming | None = None,
    cipher: Cipher | None = None,
) -> Outcome:
    """The same for whoever may hand a document in, with the file that states it."""
    firm = session.get(Firm, document.firm_id)
    faults = Faults()
    faults.require(firm, "firm_id", "Choose the firm that sent the invoice.")
    faults.require(document.number.strip(), "number", "Enter the number on the invoice.")
    faults.require(document.lines, "lines", "Enter at least one line.")
    if document.issued_on > local_day(now):
        faults.add("issued_on", "The date of the invoice lies in the future: check it.")
    _check_pdf(file, faults)
    orders = _orders(session, document.lines)
    bound = [_bound(line, index, orders, faults) for index, line in enumerate(document.lines)]
    faults.raise_if_any()
    assert firm is not None
    lock_firm(session, firm.id)
    lock_orders(session, sorted(order.id for order in orders.values()))
    one = next(iter(orders.values())) if len(orders) == 1 else None
    invoice = add_invoice(session, actor, _invoice(firm, one, document, file, actor, now))
    for position, (line, works_line) in enumerate(zip(document.lines, bound, strict=True), start=1):
        session.add(_line(invoice, position, line, works_line, document.sign))
    session.flush()
    if file:
        assert cipher is not None
        case_id = next(iter(orders.values())).case_id if orders else None
        keep_file(session, cipher, actor, file, now, invoice_id=invoice.id, case_id=case_id)
    return match_invoice(session, actor, invoice.id, now)


def _invoice(
    firm: Firm,
    order: WorksOrder | None,
    document: TypedInvoice,
    file: Incoming | None,
    actor: Actor,
    now: datetime,
) -> Invoice:
    sign = document.sign
    return Invoice(
        id=uuid.uuid4(),
        firm_id=firm.id,
        order_id=order.id if order else None,
        number=document.number.strip(),
        number_normalised=normalise_number(document.number),
        stated=_stated(firm, document),
        source="typed",
        kind="invoice" if sign > 0 else "credit_note",
        credits_number=document.credits_number.strip() or None,
        file_sha256=file.sha256 if file else None,
        issued_on=document.issued_on,
        received_at=now,
        received_by=actor.user_id,
        currency="NZD",
        net_cents=sign * document.net_cents,
        gst_cents=sign * document.gst_cents,
        total_cents=sign * document.total_cents,
        state="received",
    )


def _line(
    invoice: Invoice, position: int, line: TypedLine, works_line: WorksLine | None, sign: int
) -> InvoiceLine:
    return InvoiceLine(
        id=uuid.uuid4(),
        invoice_id=invoice.id,
        position=position,
        line_id=works_line.id if works_line else None,
        order_code=_code(line.order_code) or None,
        item_code=line.item_code.strip().upper(),
        description=works_line.offer_name if works_line else UNNAMED,
        quantity=sign * line.quantity,
        unit=line.unit.strip(),
        rate=line.rate,
        amount_cents=sign * line.amount_cents,
    )


def _check_pdf(file: Incoming | None, faults: Faults) -> None:
    if file is None or file.media_type != PDF:
        return
    pdf = file.content
    if not is_pdf(pdf):
        faults.add("pdf", "This file is no PDF: choose the PDF of the invoice, or leave it out.")
    elif len(pdf) > MOST_BYTES:
        faults.add("pdf", f"The PDF has {len(pdf):,} bytes: send at most {MOST_BYTES:,}.")
    else:
        try:
            check_pdf(pdf)
        except PdfError as error:
            faults.add("pdf", str(error))


def lock_firm(session: Session, firm_id: uuid.UUID) -> None:
    """One invoice of a firm at a time, so that of two with one number the second sees the first."""
    session.execute(select(Firm.id).where(Firm.id == firm_id).with_for_update(key_share=True)).all()


def number_used(session: Session, firm_id: uuid.UUID, normalised: str) -> str | None:
    """The number of a standing document of the firm that is the same once it is normalised, as it was written."""
    return session.scalar(
        select(Invoice.number)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.number_normalised == normalised,
            Invoice.state != "rejected",
        )
        .limit(1)
    )


def add_invoice(session: Session, actor: Actor, invoice: Invoice) -> Invoice:
    """Add the row with its claim number, marked as a duplicate where the firm sent the number before."""
    first = session.scalar(
        select(Invoice.id).where(
            Invoice.firm_id == invoice.firm_id,
            Invoice.number_normalised == invoice.number_normalised,
            Invoice.state != "rejected",
            Invoice.duplicate_of_id.is_(None),
        )
    )
    invoice.duplicate_of_id = first
    invoice.received_at = _after_the_last(session, invoice)
    if invoice.order_id is not None:
        latest = select(func.max(Invoice.claim_number)).where(Invoice.order_id == invoice.order_id)
        invoice.claim_number = (session.scalar(latest) or 0) + 1
    session.add(invoice)
    session.flush()
    audit.record(
        session,
        actor,
        "invoice.received",
        ("invoice", invoice.id),
        moved=(None, "received"),
        detail={"number": invoice.number, "source": invoice.source, "total_cents": invoice.total_cents},
    )
    return invoice


def _after_the_last(session: Session, invoice: Invoice) -> datetime:
    """The moment of receipt, later than what the firm handed in with it: of two alike the second sees the first."""
    with_it = session.scalar(
        select(func.max(Invoice.received_at)).where(
            Invoice.firm_id == invoice.firm_id,
            Invoice.received_at >= invoice.received_at,
            Invoice.received_at < invoice.received_at + timedelta(seconds=1),
        )
    )
    return invoice.received_at if with_it is None else with_it + timedelta(microseconds=1)


def _stated(firm: Firm, document: TypedInvoice) -> dict[str, object]:
    return {
        "supplier_name": firm.name,
        "supplier_gst_number": document.gst_number.strip(),
        "bank_account": document.bank_account.strip(),
        "gst_stated": True,
        "buyer_name": BUYER if document.names_buyer else "",
        "buyer_contacts": ["email"] if document.names_buyer else [],
    }


def _code(text: str) -> str:
    """The code in its one form, or what was typed where it is no code."""
    try:
        return read_code(text)
    except CodeError:
        return text.strip()


def _orders(session: Session, lines: Sequence[TypedLine]) -> dict[str, WorksOrder]:
    codes = {_code(line.order_code) for line in lines}
    return {
        order.code: order for order in session.scalars(select(WorksOrder).where(WorksOrder.code.in_(codes)))
    }


def _bound(line: TypedLine, index: int, orders: dict[str, WorksOrder], faults: Faults) -> WorksLine | None:
    """The line that a person chose, or the only one of the order with the item; never a guess among several."""
    order = orders.get(_code(line.order_code))
    if order is None:
        return None
    live = [one for one in order.lines if one.removed_at is None]
    if line.order_line is not None:
        chosen = [one for one in live if one.position == line.order_line]
        if not chosen:
            known = ", ".join(str(one.position) for one in live)
            message = f"Order {order.code} has no line {line.order_line}: it has {known}."
            faults.add(f"lines-{index}-order_line", message)
        return chosen[0] if chosen else None
    same = [one for one in live if one.item_code == line.item_code.strip().upper()]
    return same[0] if len(same) == 1 else None


def active_firms(session: Session) -> Sequence[Firm]:
    """Firms that an invoice may come from, by name."""
    return session.scalars(
        select(Firm).where(Firm.active).order_by(func.unaccent(func.lower(Firm.name)), Firm.id)
    ).all()
