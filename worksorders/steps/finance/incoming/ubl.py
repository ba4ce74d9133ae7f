"""Takes in UBL e-invoices: all of a document or nothing of it, with each fault told by its place and remedy."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.finance.facts import IntakeFault, InvoiceFacts, InvoiceLineFacts
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.finance.split.units import standard_unit
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.einvoice import EInvoice, EParty, read, to_facts
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.incoming import files
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.incoming.party import find_firm, known_contract
from worksorders.steps.finance.incoming.protected import fields_with_protected, scrub
from worksorders.steps.finance.match import Outcome, lock_orders, match_invoice
from worksorders.steps.finance.receive import UNNAMED, add_invoice, lock_firm
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.finance import Invoice, InvoiceLine
from worksorders.store.tables.invoice_files import InvoiceFile
from worksorders.store.tables.orders import WorksLine, WorksOrder

LARGEST = Decimal(10) ** 9
_WORD = re.compile(r"[A-Za-z0-9-]{1,24}")
_ITEM = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file: the outcome of its match, or the faults for which nothing of it was taken over."""

    file: InvoiceFile
    document: EInvoice
    outcome: Outcome | None
    faults: tuple[IntakeFault, ...]


def receive_file(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    file: Incoming,
    now: datetime,
    *,
    firm_id: uuid.UUID | None = None,
) -> Received:
    """Keep an e-invoice sealed, take its lines over and match it at once; the content's faults are for the match.

    What cannot be kept as an invoice at all is kept as a refused file with its faults. `firm_id` names the firm where
    the document does not. Raises NotFoundError for anybody but finance, unless it came by the API.
    """
    if actor.role is not Role.FINANCE and file.how != "api":
        raise NotFoundError("There is no such page.")
    document = read(file.content)
    firm, unknown = find_firm(session, document, firm_id) if document.readable else (None, ())
    orders = _orders(session, document)
    protected = fields_with_protected(session, cipher, _texts(document), orders.values())
    stopping = (*_unkeepable(document, now), *unknown, *_telling(protected))
    faults = _safe(session, cipher, (*document.faults, *stopping), orders.values())
    if firm is None or stopping:
        kept = files.keep(session, cipher, actor, file, now, faults=faults)
        return Received(kept, document, None, faults)
    told = _without(document, protected)
    invoice = _add(session, actor, file, told, firm, orders, now)
    named = known_contract(session, firm, told.contract_code)
    invoice.stated = invoice.stated | {"contract_code": named}
    invoice.intake = {
        "faults": [files.as_row(fault) for fault in faults],
        "protected_fields": list(protected),
    }
    case_id = next(iter(orders.values())).case_id if orders else None
    kept = files.keep(
        session, cipher, actor, file, now, faults=faults, invoice_id=invoice.id, case_id=case_id
    )
    return Received(kept, document, match_invoice(session, actor, invoice.id, now), faults)


def _unkeepable(document: EInvoice, now: datetime) -> tuple[IntakeFault, ...]:
    """What an invoice cannot be without; a file that cannot be read has said so already."""
    if not document.readable:
        return (IntakeFault("file", "nothing of it was taken over", "Send it again once it is mended."),)
    wanted = (
        (normalise_number(document.number), "cbc:ID", "no number with a letter or digit", "Give the number."),
        (document.issued_on, "cbc:IssueDate", "no date of issue", "Give the date."),
        (document.lines, "lines", "no line", "Give at least one line."),
        (document.gross is not None, "cbc:TaxInclusiveAmount", "no total", "Give the total with GST."),
        (
            document.issued_on is None or document.issued_on <= local_day(now),
            "cbc:IssueDate",
            "the date of issue lies in the future",
            "Correct the date.",
        ),
        (
            not document.kind.is_self_billed,
            "type code",
            "it is a self-billed document, which we make and never receive",
            "Send an invoice of your own, type 380, or a credit note, type 381.",
        ),
        (
            all(
                abs(number or Decimal(0)) < LARGEST
                for line in document.lines
                for number in (line.quantity, line.unit_rate)
            ),
            "lines",
            "a quantity or price is out of all bounds",
            "Correct the quantity or the price.",
        ),
    )
    return tuple(IntakeFault(where, what, remedy) for holds, where, what, remedy in wanted if not holds)


def _telling(protected: Collection[str]) -> tuple[IntakeFault, ...]:
    """A number is shown everywhere, so one that repeats a protected value cannot be kept."""
    if not {"number", "credited number"} & set(protected):
        return ()
    return (
        IntakeFault(
            "cbc:ID",
            "the number repeats a protected value",
            "Send it under a number that says nothing.",
            "I04",
        ),
    )


def _texts(document: EInvoice) -> dict[str, str]:
    """Every free text, the numbers and references among them, by its name."""
    supplier = document.supplier
    named = {
        "number": document.number,
        "order reference": document.order_code,
        "supplier": f"{supplier.name} {supplier.trading_name} {supplier.gst_number} {supplier.legal_id}",
        "buyer": f"{document.buyer.name} {document.buyer.trading_name}",
        "account": document.account,
        "credited number": document.credits_number,
    }
    items = {
        f"line {line.number} item": f"{line.seller_item} {line.buyer_item} {line.order_line}"
        for line in document.lines
    }
    return {name: text for name, text in (document.protected_text() | named | items).items() if text.strip()}


def _safe(
    session: Session, cipher: Cipher, faults: Sequence[IntakeFault], orders: Collection[WorksOrder]
) -> tuple[IntakeFault, ...]:
    """Faults without what they quote where that repeats a protected value."""
    quoted = {str(at): fault.what for at, fault in enumerate(faults) if "“" in fault.what}
    told = set(fields_with_protected(session, cipher, quoted, orders))
    return tuple(
        replace(fault, what=scrub(fault.what)) if str(at) in told else fault
        for at, fault in enumerate(faults)
    )


def _without(document: EInvoice, protected: Collection[str]) -> EInvoice:
    """The document without the parties' own words where these repeat a protected value."""
    hidden = EParty(name="…", has_address=True, contacts=document.buyer.contacts)
    return replace(
        document,
        supplier=hidden if "supplier" in protected else document.supplier,
        buyer=hidden if "buyer" in protected else document.buyer,
        account="" if "account" in protected else document.account,
    )


def _code(text: str) -> str:
    """A code in its one form, or one plain word; nothing for more, since free text is not taken over."""
    try:
        return read_code(text)
    except CodeError:
        return text.strip() if _WORD.fullmatch(text.strip()) else ""


def _orders(session: Session, document: EInvoice) -> dict[str, WorksOrder]:
    codes = {
        _code(one) for one in (document.order_code, *(line.order_code for line in document.lines)) if one
    }
    found = session.scalars(
        select(WorksOrder).where(WorksOrder.code.in_(codes - {""})).order_by(WorksOrder.id)
    )
    return {order.code: order for order in found}


def _add(
    session: Session,
    actor: Actor,
    file: Incoming,
    document: EInvoice,
    firm: Firm,
    orders: Mapping[str, WorksOrder],
    now: datetime,
) -> Invoice:
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
