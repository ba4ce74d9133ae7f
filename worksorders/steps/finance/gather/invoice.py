"""An invoice row as the match sees it: what the document says, believed by nobody yet."""

from __future__ import annotations

from typing import Any

from worksorders.domain.finance.facts import (
    IntakeFacts,
    IntakeFault,
    InvoiceFacts,
    InvoiceKind,
    InvoiceLineFacts,
    InvoiceSource,
    TaxInformation,
)
from worksorders.domain.money import Gross, Gst, Net
from worksorders.store.tables.money.finance import Invoice, InvoiceLine

BUYER = "National Home Safety Service"
STATED = ("supplier_name", "supplier_gst_number", "supplier_nzbn", "bank_account", "gst_stated", "buyer_name")


def invoice_facts(invoice: Invoice) -> InvoiceFacts:
    """The document with its lines; amounts carry the currency that it states."""
    currency = invoice.currency
    orders = {line.order_code for line in invoice.lines}
    return InvoiceFacts(
        invoice_id=str(invoice.id),
        kind=kind_of(invoice),
        source=InvoiceSource(invoice.source),
        supplier_id=str(invoice.firm_id),
        number=invoice.number,
        issued_on=invoice.issued_on,
        received_at=invoice.received_at,
        net=Net(invoice.net_cents, currency),
        gst=Gst(invoice.gst_cents, currency),
        total=Gross(invoice.total_cents, currency),
        lines=tuple(_line(line, currency) for line in invoice.lines),
        tax=_tax(invoice.stated),
        intake=_intake(invoice),
        order_code=next(iter(orders)) or "" if len(orders) == 1 else "",
        contract_code=invoice.stated.get("contract_code", ""),
        due_on=invoice.due_on,
        allowance=Net(invoice.allowance_cents, currency),
        charge=Net(invoice.charge_cents, currency),
        prepaid=Gross(invoice.prepaid_cents, currency),
        credits_number=invoice.credits_number or "",
        payment_claim=True,
        entered_by=str(invoice.received_by),
    )


def kind_of(invoice: Invoice) -> InvoiceKind:
    """Whether a row is an invoice or a credit note."""
    return InvoiceKind.CREDIT_NOTE if invoice.kind == "credit_note" else InvoiceKind.INVOICE


def _intake(invoice: Invoice) -> IntakeFacts:
    """What reading its file showed, as it was kept; nothing for what came in no file."""
    kept = invoice.intake
    return IntakeFacts(
        invoice.file_sha256 or "",
        tuple(IntakeFault(**fault) for fault in kept.get("faults", ())),
        tuple(kept.get("protected_fields", ())),
    )


def _line(line: InvoiceLine, currency: str) -> InvoiceLineFacts:
    return InvoiceLineFacts(
        line_id=str(line.id),
        number=line.position,
        quantity=line.quantity,
        unit=line.unit,
        unit_rate=line.rate,
        net=Net(line.amount_cents, currency),
        item_code=line.item_code,
        order_code=line.order_code or "",
        order_line_id=str(line.line_id) if line.line_id else "",
        description=line.description,
        gst_rate=line.gst_rate,
        uplift=Net(line.uplift_cents, currency),
        discount=Net(line.discount_cents, currency),
        acceptance_ids=tuple(line.acceptance_ids),
        performed_on=line.performed_on,
        settled_cents=line.decision.posted_invoiced_cents if line.decision else 0,
    )


def _tax(stated: dict[str, Any]) -> TaxInformation:
    known = {name: stated[name] for name in STATED if name in stated}
    return TaxInformation(**known, buyer_contacts=tuple(stated.get("buyer_contacts", ())))
