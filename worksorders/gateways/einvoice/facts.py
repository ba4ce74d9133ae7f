"""An e-invoice as facts for the match: cents, and a credit note as negative quantities and amounts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from worksorders.domain.finance.checks.intake import find_protected
from worksorders.domain.finance.facts import (
    IntakeFacts,
    InvoiceFacts,
    InvoiceKind,
    InvoiceLineFacts,
    InvoiceSource,
    TaxInformation,
)
from worksorders.domain.money import NZD, Gross, Gst, Net, round_cents
from worksorders.gateways.einvoice.model import EInvoice, ELine, EParty


def to_facts(
    document: EInvoice,
    data: bytes,
    *,
    invoice_id: str,
    supplier_id: str,
    received_at: datetime,
    protected: Iterable[str] = (),
    payment_claim: bool = False,
    entered_by: str = "",
) -> InvoiceFacts:
    """What a readable e-invoice claims; `protected` are values of the order's vault that no text may repeat.

    What is said to be prepaid has the rounding of the payable amount in it, since both are taken off unexplained. Line ids are `invoice_id` and the line's place. An unreadable document gives facts of nothing but faults.
    """
    sign = -1 if document.kind.is_credit else 1
    currency = document.currency if len(document.currency) == 3 and document.currency.isupper() else NZD

    def cents(amount: Decimal | None) -> int:
        return sign * round_cents((amount or Decimal(0)) * 100)

    gross = cents(document.gross)
    allowances = sum(cents(one.amount) for one in document.allowances if not one.is_charge)
    charges = sum(cents(one.amount) for one in document.allowances if one.is_charge)
    return InvoiceFacts(
        invoice_id=invoice_id,
        kind=InvoiceKind.CREDIT_NOTE if document.kind.is_credit else InvoiceKind.INVOICE,
        source=InvoiceSource.SELF_BILLED if document.kind.is_self_billed else InvoiceSource.UBL,
        supplier_id=supplier_id,
        number=document.number,
        issued_on=document.issued_on,
        received_at=received_at,
        net=Net(cents(document.net), currency),
        gst=Gst(cents(document.tax), currency),
        total=Gross(gross, currency),
        lines=tuple(
            _line(line, at, invoice_id, sign, currency) for at, line in enumerate(document.lines, start=1)
        ),
        tax=_tax_information(document),
        intake=IntakeFacts(
            hashlib.sha256(data).hexdigest(),
            document.faults,
            find_protected(document.protected_text(), protected),
        ),
        order_code=document.order_code,
        contract_code="",
        due_on=document.due_on,
        allowance=Net(allowances, currency),
        charge=Net(charges, currency),
        prepaid=Gross(cents(document.prepaid) - cents(document.rounding), currency),
        credits_number=document.credits_number,
        payment_claim=payment_claim,
        entered_by=entered_by,
    )


def _line(line: ELine, at: int, invoice_id: str, sign: int, currency: str) -> InvoiceLineFacts:
    def net(amount: Decimal | None) -> Net:
        return Net(sign * round_cents((amount or Decimal(0)) * 100), currency)

    return InvoiceLineFacts(
        line_id=f"{invoice_id}:{at}",
        number=at,
        quantity=sign * (line.quantity or Decimal(0)),
        unit=line.unit,
        unit_rate=line.unit_rate or Decimal(0),
        net=net(line.net),
        item_code=line.buyer_item or line.seller_item,
        order_code=line.order_code,
        order_line_id=line.order_line,
        description=line.description or line.name,
        gst_rate=None if line.rate is None else line.rate / 100,
        uplift=net(line.charges_total),
        discount=net(line.allowances_total),
        performed_on=line.period_end_on,
    )


def _tax_information(document: EInvoice) -> TaxInformation:
    supplier = document.supplier
    return TaxInformation(
        supplier_name=supplier.name or supplier.trading_name,
        supplier_gst_number=supplier.gst_number,
        supplier_nzbn=_nzbn(supplier),
        bank_account=document.account,
        gst_stated=document.tax_stated,
        buyer_name=document.buyer.name or document.buyer.trading_name,
        buyer_contacts=document.buyer.contacts,
    )


def _nzbn(party: EParty) -> str:
    if party.legal_id_scheme == "0088":
        return party.legal_id
    return party.endpoint if party.endpoint_scheme == "0088" else ""
