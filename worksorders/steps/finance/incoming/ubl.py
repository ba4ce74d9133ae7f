"""Takes in UBL e-invoices: all of a document or nothing of it, with each fault told by its place and remedy."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.finance.facts.identifiers import normalise_number
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.einvoice import EInvoice, EParty, read
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.incoming import files
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.incoming.party import find_firm, known_contract
from worksorders.steps.finance.incoming.protected import cases_repeated, fields_with_protected, scrub
from worksorders.steps.finance.incoming.rows import add_rows, named_orders
from worksorders.steps.finance.match import Outcome, match_invoice
from worksorders.steps.free_text import tell
from worksorders.store.tables.money.invoice_files import InvoiceFile
from worksorders.store.tables.work.orders import WorksOrder

LARGEST = Decimal(10) ** 9


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
    tell.refuse_further_guesses(session, actor)
    document = read(file.content)
    firm, unknown = find_firm(session, document, firm_id) if document.readable else (None, ())
    orders = named_orders(session, document)
    repeated = cases_repeated(session, cipher, _texts(document), orders.values())
    protected = tuple(repeated)
    for known in sorted({case_id for cases in repeated.values() for case_id in cases}):
        audit.record(session, actor, tell.REFUSED, ("case_file", known))
    stopping = (*_unkeepable(document, now), *unknown, *_telling(protected))
    faults = _safe(session, cipher, (*document.faults, *stopping), orders.values())
    if firm is None or stopping:
        kept = files.keep(session, cipher, actor, file, now, faults=faults)
        return Received(kept, document, None, faults)
    told = _without(document, protected)
    invoice = add_rows(session, actor, file, told, firm, orders, now)
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
