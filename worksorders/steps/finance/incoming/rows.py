"""Rows of an e-invoice: the invoice with what it states, and its lines bound to the order lines that they name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.finance.facts import InvoiceFacts, InvoiceLineFacts
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.finance.split.units import standard_unit
from worksorders.gateways.einvoice import EInvoice, to_facts
from worksorders.steps.actor import Actor
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.match import lock_orders
from worksorders.steps.finance.receive import UNNAMED, add_invoice, lock_firm
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice, InvoiceLine
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

_WORD = re.compile(r"[A-Za-z0-9-]{1,24}")
_ITEM = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


def _code(text: str) -> str:
    """A code in its one form, or one plain word; nothing for more, since free text is not taken over."""
    try:
        return read_code(text)
    except CodeError:
        return text.strip() if _WORD.fullmatch(text.strip()) else ""


def named_orders(session: Session, document: EInvoice) -> dict[str, WorksOrder]:
    """The orders that a document or its lines name, by code."""
    codes = {
        _code(one) for one in (document.order_code, *(line.order_code for line in document.lines)) if one
    }
    found = session.scalars(
        select(WorksOrder).where(WorksOrder.code.in_(codes - {""})).order_by(WorksOrder.id)
    )
    return {order.code: order for order in found}


def add_rows(
    session: Session,
    actor: Actor,
    file: Incoming,
    document: EInvoice,
    firm: Firm,
    orders: Mapping[str, WorksOrder],
    now: datetime,
) -> Invoice:
    """Add the invoice and its lines under locks of the firm and the orders; raises what `add_invoice` does."""
    invoice_id = uuid.uuid4()
    facts = to_facts(
        document, file.content, invoice_id=str(invoice_id), supplier_id=str(firm.id), received_at=now
    )
    lock_firm(session, firm.id)
    lock_orders(session, sorted(order.id for order in orders.values()))
    one = next(iter(orders.values())) if len(orders) == 1 else None
    invoice = add_invoice(session, actor, _invoice(invoice_id, facts, file, actor, firm, one, now))
    for position, line in enumerate(facts.lines, start=1):
        code = _code(line.order_code or facts.order_code)
        session.add(_line(invoice.id, position, line, code, orders.get(code)))
    session.flush()
    return invoice


def _invoice(
    invoice_id: uuid.UUID,
    facts: InvoiceFacts,
    file: Incoming,
    actor: Actor,
    firm: Firm,
    order: WorksOrder | None,
    now: datetime,
) -> Invoice:
    tax = facts.tax
    assert facts.issued_on is not None
    return Invoice(
        id=invoice_id,
        firm_id=firm.id,
        order_id=order.id if order else None,
        number=facts.number,
        number_normalised=normalise_number(facts.number),
        kind="credit_note" if facts.is_credit else "invoice",
        credits_number=facts.credits_number or None,
        source="ubl",
        stated={
            "supplier_name": tax.supplier_name,
            "supplier_gst_number": tax.supplier_gst_number,
            "supplier_nzbn": tax.supplier_nzbn,
            "bank_account": tax.bank_account,
            "gst_stated": tax.gst_stated,
            "buyer_name": tax.buyer_name,
            "buyer_contacts": list(tax.buyer_contacts),
        },
        issued_on=facts.issued_on,
        due_on=facts.due_on,
        received_at=now,
        received_by=actor.user_id,
        currency=facts.currency,
        net_cents=facts.net.cents,
        gst_cents=facts.gst.cents,
        total_cents=facts.total.cents,
        allowance_cents=facts.allowance.cents,
        charge_cents=facts.charge.cents,
        prepaid_cents=facts.prepaid.cents,
        file_sha256=file.sha256,
        state="received",
    )


def _line(
    invoice_id: uuid.UUID, position: int, line: InvoiceLineFacts, code: str, order: WorksOrder | None
) -> InvoiceLine:
    """A line bound to the order's line that it names; its own words are not taken over, only that there were some."""
    item = line.item_code.strip().upper()
    bound = _bound(line, item, order)
    described = bound.offer_name if bound else UNNAMED
    return InvoiceLine(
        id=uuid.uuid4(),
        invoice_id=invoice_id,
        position=position,
        line_id=bound.id if bound else None,
        order_code=code or None,
        item_code=item if _ITEM.fullmatch(item) else "",
        description=described if line.description.strip() else "",
        quantity=line.quantity,
        unit=standard_unit(line.unit),
        rate=line.unit_rate,
        amount_cents=line.net.cents,
        discount_cents=line.discount.cents,
        uplift_cents=line.uplift.cents,
        gst_rate=line.gst_rate,
        performed_on=line.performed_on,
    )


def _bound(line: InvoiceLineFacts, item: str, order: WorksOrder | None) -> WorksLine | None:
    """By the order line that it names, else the only line with its item; never a guess among several."""
    if order is None:
        return None
    live = [one for one in order.lines if one.removed_at is None]
    if line.order_line_id:
        named = {str(one.position): one for one in live} | {
            f"{order.code}/{one.position}": one for one in live
        }
        return named.get(line.order_line_id)
    same = [one for one in live if item and one.item_code == item]
    return same[0] if len(same) == 1 else None
