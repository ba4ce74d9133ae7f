"""What an invoice or credit note says, as received: nothing here is believed before it is matched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from worksorders.domain.money import NO_GROSS, NO_NET, Gross, Gst, MoneyError, Net, exact


class InvoiceKind(StrEnum):
    """What the document is; the quantities and amounts of a credit note are negative in these facts."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"


class InvoiceSource(StrEnum):
    """How it came; values are those of the invoice table."""

    PORTAL = "portal"
    TYPED = "typed"
    UBL = "ubl"
    SELF_BILLED = "self_billed"


@dataclass(frozen=True, slots=True)
class IntakeFault:
    """One thing wrong with a file: where (line, element or cell), what, and what to do.

    `rule_id` names the UBL or Peppol rule that it breaks; empty when the file cannot be read at all.
    """

    where: str
    what: str
    remedy: str
    rule_id: str = ""


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """What reading the raw file showed; `protected_fields` names fields, never the values found there."""

    file_sha256: str = ""
    faults: tuple[IntakeFault, ...] = ()
    protected_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxInformation:
    """Taxable supply information as stated: who supplies, who buys, and whether GST is stated.

    `buyer_contacts` holds the kinds given of address, phone, email, trading name, NZBN and website.
    """

    supplier_name: str = ""
    supplier_gst_number: str = ""
    supplier_nzbn: str = ""
    bank_account: str = ""
    gst_stated: bool = False
    buyer_name: str = ""
    buyer_contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLineFacts:
    """One invoice line: `net` is its amount ex GST after its own allowances and charges.

    `uplift` is the part of `net` that is a charge on top of quantity × rate, and `discount` what was taken
    off it, so that net = round(quantity × rate) + uplift - discount. `acceptance_ids` are the
    acceptances that the line cites, if any. `settled_cents` is what an earlier match of this same line
    already sent to payment.
    """

    line_id: str
    number: int
    quantity: Decimal
    unit: str
    unit_rate: Decimal
    net: Net
    item_code: str = ""
    order_code: str = ""
    order_line_id: str = ""
    description: str = ""
    gst_rate: Decimal | None = None
    uplift: Net = NO_NET
    discount: Net = NO_NET
    acceptance_ids: tuple[str, ...] = ()
    performed_on: date | None = None
    settled_cents: int = 0

    def __post_init__(self) -> None:
        exact(self.quantity, "quantity")
        exact(self.unit_rate, "rate")
        for amount in (self.net, self.uplift, self.discount):
            if type(amount) is not Net:
                raise MoneyError(f"An amount of invoice line {self.number} is not Net: {amount!r}.")


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice or credit note of one supplier.

    Amounts are of the whole document: `allowance` and `charge` (ex GST) are taken off and put on beside the
    lines; `net` is ex GST; `total` = net + GST; `prepaid` is said to be paid already. `received_at` is aware
    UTC and starts the clocks. `credits_number` names the invoice that a credit note corrects.
    `payment_claim` marks a claim under the Construction Contracts Act 2002.
    """

    invoice_id: str
    kind: InvoiceKind
    source: InvoiceSource
    supplier_id: str
    number: str
    issued_on: date | None
    received_at: datetime
    net: Net
    gst: Gst
    total: Gross
    lines: tuple[InvoiceLineFacts, ...]
    tax: TaxInformation = TaxInformation()
    intake: IntakeFacts = IntakeFacts()
    order_code: str = ""
    contract_code: str = ""
    due_on: date | None = None
    allowance: Net = NO_NET
    charge: Net = NO_NET
    prepaid: Gross = NO_GROSS
    credits_number: str = ""
    payment_claim: bool = False
    entered_by: str = ""

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise MoneyError(f"The receipt of invoice {self.number} has no time zone: {self.received_at}.")
        kinds = ((self.net, Net), (self.gst, Gst), (self.total, Gross), (self.prepaid, Gross))
        for amount, kind in (*kinds, (self.allowance, Net), (self.charge, Net)):
            if type(amount) is not kind:
                raise MoneyError(f"Invoice {self.number} has {amount!r} where {kind.__name__} is wanted.")

    @property
    def is_credit(self) -> bool:
        return self.kind is InvoiceKind.CREDIT_NOTE

    @property
    def currency(self) -> str:
        return self.total.currency
