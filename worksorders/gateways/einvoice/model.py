"""What an e-invoice says, element by element, before anyone believes it; amounts are exact dollars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.money import LARGEST
from worksorders.gateways.einvoice.family import PINT, Family


class Kind(StrEnum):
    """The four documents of PINT A-NZ, and what is none of them."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    SELF_BILLED_INVOICE = "self-billed invoice"
    SELF_BILLED_CREDIT_NOTE = "self-billed credit note"
    UNKNOWN = "unknown"

    @property
    def is_credit(self) -> bool:
        return self in {Kind.CREDIT_NOTE, Kind.SELF_BILLED_CREDIT_NOTE}

    @property
    def is_self_billed(self) -> bool:
        return self in {Kind.SELF_BILLED_INVOICE, Kind.SELF_BILLED_CREDIT_NOTE}


@dataclass(frozen=True, slots=True)
class EParty:
    """A supplier or buyer; `legal_id` is the NZBN or ABN, `contacts` the kinds of contact that are given."""

    name: str = ""
    trading_name: str = ""
    endpoint: str = ""
    endpoint_scheme: str = ""
    identifier: str = ""
    legal_id: str = ""
    legal_id_scheme: str = ""
    gst_number: str = ""
    country: str = ""
    contacts: tuple[str, ...] = ()
    has_address: bool = False


@dataclass(frozen=True, slots=True)
class EAllowance:
    """An allowance, or a charge, on a line or on the document; `amount` is positive either way."""

    is_charge: bool
    amount: Decimal | None
    reason: str = ""
    category: str = ""
    rate: Decimal | None = None
    has_reason: bool = False


@dataclass(frozen=True, slots=True)
class ETax:
    """One row of the tax breakdown: category, rate in percent, taxable amount, tax, and reasons of exemption."""

    category: str
    rate: Decimal | None
    taxable: Decimal | None
    tax: Decimal | None
    reasons: int = 0


@dataclass(frozen=True, slots=True)
class ELine:
    """One line; `price` is for `base_quantity` units, `where` the element for messages."""

    number: str
    quantity: Decimal | None
    unit: str
    net: Decimal | None
    price: Decimal | None
    base_quantity: Decimal | None = None
    name: str = ""
    description: str = ""
    note: str = ""
    order_line: str = ""
    order_code: str = ""
    seller_item: str = ""
    buyer_item: str = ""
    category: str = ""
    rate: Decimal | None = None
    period_end_on: date | None = None
    allowances: tuple[EAllowance, ...] = ()
    where: str = ""

    @property
    def charges_total(self) -> Decimal:
        return sum((one.amount or Decimal(0) for one in self.allowances if one.is_charge), Decimal(0))

    @property
    def allowances_total(self) -> Decimal:
        return sum((one.amount or Decimal(0) for one in self.allowances if not one.is_charge), Decimal(0))

    @property
    def unit_rate(self) -> Decimal | None:
        """Dollars for one unit; None where the price or its base quantity makes no sense."""
        if self.price is None or (self.base_quantity is not None and self.base_quantity <= 0):
            return None
        rate = self.price / (self.base_quantity or Decimal(1))
        return rate if abs(rate) < LARGEST else None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """One document with every fault found in it; a file that cannot be read has faults and nothing else."""

    faults: tuple[IntakeFault, ...] = ()
    kind: Kind = Kind.UNKNOWN
    customization: str = ""
    profile: str = ""
    type_code: str = ""
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    currency: str = ""
    tax_currency: str = ""
    order_code: str = ""
    buyer_reference: str = ""
    contract_code: str = ""
    credits_number: str = ""
    note: str = ""
    terms: str = ""
    supplier: EParty = EParty()
    buyer: EParty = EParty()
    means_code: str = ""
    account: str = ""
    lines: tuple[ELine, ...] = ()
    allowances: tuple[EAllowance, ...] = ()
    taxes: tuple[ETax, ...] = ()
    tax_stated: bool = False
    line_total: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    allowance_total: Decimal | None = None
    charge_total: Decimal | None = None
    family: Family = PINT
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None

    @property
    def readable(self) -> bool:
        """Whether the file could be read as one of the documents at all."""
        return self.kind is not Kind.UNKNOWN

    def protected_text(self) -> dict[str, str]:
        """Every free-text field by its name, for the check that no protected value is repeated."""
        fields = {"note": self.note, "payment terms": self.terms, "buyer reference": self.buyer_reference}
        for line in self.lines:
            fields[f"line {line.number} name"] = line.name
            fields[f"line {line.number} description"] = line.description
            fields[f"line {line.number} note"] = line.note
        for at, one in enumerate(self.allowances, start=1):
            fields[f"allowance or charge {at} reason"] = one.reason
        return {name: text for name, text in fields.items() if text}
