"""Writes the self-billed invoice or credit note made from accepted work, in the PINT A-NZ self-billing form.

The buyer makes it for the contractor: both are registered for GST and an agreement is on file. It carries
the order's code, item codes and neutral item names only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from worksorders.domain.errors import Faults
from worksorders.domain.finance.facts.identifiers import (
    CheckDigit,
    check_account,
    check_ird,
    check_nzbn,
    show_account,
)
from worksorders.domain.finance.split.units import UN_CODES, standard_unit
from worksorders.domain.money import NZD, gst_cents, gst_rate_on, line_cents, plain_cents
from worksorders.gateways.einvoice.family import SELF_BILLING
from worksorders.gateways.einvoice.model import EParty
from worksorders.gateways.einvoice.read import NAMES, UBL

_CAC, _CBC = NAMES["cac"], NAMES["cbc"]


@dataclass(frozen=True, slots=True)
class SelfBilledLine:
    """One accepted order line: its number on the order, item code, neutral name, quantity and frozen rate."""

    order_line: int
    item_code: str
    name: str
    quantity: Decimal
    unit: str
    rate: Decimal

    @property
    def net_cents(self) -> int:
        return line_cents(self.quantity, self.rate)


@dataclass(frozen=True, slots=True)
class SelfBilled:
    """What a self-billed document says; `credits_number` makes it a credit note of that invoice.

    `supplier` is the contractor and `buyer` ourselves; both need name, NZBN (`legal_id`) and GST number.
    """

    number: str
    issued_on: date
    due_on: date
    order_code: str
    supplier: EParty
    buyer: EParty
    account: str
    lines: tuple[SelfBilledLine, ...]
    credits_number: str = ""
    credits_on: date | None = None

    @property
    def is_credit(self) -> bool:
        return bool(self.credits_number)

    @property
    def net_cents(self) -> int:
        return sum(line.net_cents for line in self.lines)

    @property
    def gst_rate(self) -> Decimal:
        """The rate of the supply: for a credit note that of the invoice it corrects."""
        return gst_rate_on(self.credits_on or self.issued_on)

    @property
    def gst_cents(self) -> int:
        return gst_cents(self.net_cents, self.gst_rate)


def _check(document: SelfBilled) -> None:
    faults = Faults()
    for role, party in (("supplier", document.supplier), ("buyer", document.buyer)):
        faults.require(party.name, f"{role}-name", f"The {role} has no name.")
        faults.require(
            check_nzbn(party.legal_id) is CheckDigit.VALID,
            f"{role}-nzbn",
            f"The {role}'s NZBN “{party.legal_id}” is not valid: correct it before billing.",
        )
        faults.require(
            check_ird(party.gst_number) is CheckDigit.VALID,
            f"{role}-gst_number",
            f"The {role}'s GST number “{party.gst_number}” is not valid: self-billing needs both registered.",
        )
    faults.require(document.number, "number", "The document has no number.")
    faults.require(document.order_code, "order_code", "The document names no order.")
    faults.require(document.lines, "lines", "There is no accepted line to bill.")
    faults.require(
        check_account(document.account) is not CheckDigit.INVALID,
        "account",
        "The supplier's account fails its check digits: verify it before billing.",
    )
    for at, line in enumerate(document.lines):
        faults.require(
            line.quantity > 0, f"lines-{at}-quantity", f"Quantity {line.quantity} is not above zero."
        )
        faults.require(line.name, f"lines-{at}-name", f"Line {at + 1} has no name.")
    faults.raise_if_any()


def write_self_billed(document: SelfBilled) -> bytes:
    """The document as UTF-8 XML; raises FaultsError with everything that is missing or wrong."""
    _check(document)
    name = "CreditNote" if document.is_credit else "Invoice"
    root = etree.Element(f"{{{UBL}{name}-2}}{name}", nsmap={None: f"{UBL}{name}-2", "cac": _CAC, "cbc": _CBC})
    _header(root, document, name)
    _party(_group(root, "AccountingSupplierParty"), document.supplier)
    _party(_group(root, "AccountingCustomerParty"), document.buyer)
    means = _group(root, "PaymentMeans")
    _value(means, "PaymentMeansCode", "30")
    if document.is_credit:
        _value(means, "PaymentDueDate", document.due_on.isoformat())
    _value(means, "PaymentID", document.number)
    _value(_group(means, "PayeeFinancialAccount"), "ID", show_account(document.account))
    _totals(root, document)
    for at, line in enumerate(document.lines, start=1):
        _line(root, document, line, at, name)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_CAC}}}{name}")


def _value(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    node = etree.SubElement(parent, f"{{{_CBC}}}{name}", attributes)
    node.text = text


def _amount(parent: etree._Element, name: str, cents: int) -> None:
    _value(parent, name, plain_cents(cents), currencyID=NZD)


def _header(root: etree._Element, document: SelfBilled, name: str) -> None:
    customization, profile = SELF_BILLING
    _value(root, "CustomizationID", customization)
    _value(root, "ProfileID", profile)
    _value(root, "ID", document.number)
    _value(root, "IssueDate", document.issued_on.isoformat())
    if not document.is_credit:
        _value(root, "DueDate", document.due_on.isoformat())
    _value(root, f"{name}TypeCode", "261" if document.is_credit else "389")
    _value(root, "DocumentCurrencyCode", NZD)
    _value(_group(root, "OrderReference"), "ID", document.order_code)
    if document.is_credit:
        reference = _group(_group(root, "BillingReference"), "InvoiceDocumentReference")
        _value(reference, "ID", document.credits_number)
        if document.credits_on:
            _value(reference, "IssueDate", document.credits_on.isoformat())


def _party(parent: etree._Element, party: EParty) -> None:
    node = _group(parent, "Party")
    _value(node, "EndpointID", party.endpoint or party.legal_id, schemeID=party.endpoint_scheme or "0088")
    if party.trading_name:
        _value(_group(node, "PartyName"), "Name", party.trading_name)
    country = _group(_group(node, "PostalAddress"), "Country")
    _value(country, "IdentificationCode", party.country or "NZ")
    scheme = _group(node, "PartyTaxScheme")
    _value(scheme, "CompanyID", party.gst_number)
    _value(_group(scheme, "TaxScheme"), "ID", "GST")
    entity = _group(node, "PartyLegalEntity")
    _value(entity, "RegistrationName", party.name)
    _value(entity, "CompanyID", party.legal_id, schemeID="0088")


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"


def _category(parent: etree._Element, name: str, rate: Decimal) -> None:
    category = _group(parent, name)
    _value(category, "ID", "S")
    _value(category, "Percent", _percent(rate))
    _value(_group(category, "TaxScheme"), "ID", "GST")


def _totals(root: etree._Element, document: SelfBilled) -> None:
    net, gst = document.net_cents, document.gst_cents
    tax = _group(root, "TaxTotal")
    _amount(tax, "TaxAmount", gst)
    row = _group(tax, "TaxSubtotal")
    _amount(row, "TaxableAmount", net)
    _amount(row, "TaxAmount", gst)
    _category(row, "TaxCategory", document.gst_rate)
    totals = _group(root, "LegalMonetaryTotal")
    _amount(totals, "LineExtensionAmount", net)
    _amount(totals, "TaxExclusiveAmount", net)
    _amount(totals, "TaxInclusiveAmount", net + gst)
    _amount(totals, "PayableAmount", net + gst)


def _line(root: etree._Element, document: SelfBilled, line: SelfBilledLine, at: int, name: str) -> None:
    node = _group(root, f"{name}Line")
    _value(node, "ID", str(at))
    quantity = "CreditedQuantity" if document.is_credit else "InvoicedQuantity"
    unit = UN_CODES.get(standard_unit(line.unit), "EA")
    _value(node, quantity, f"{line.quantity.normalize():f}", unitCode=unit)
    _amount(node, "LineExtensionAmount", line.net_cents)
    _value(_group(node, "OrderLineReference"), "LineID", str(line.order_line))
    item = _group(node, "Item")
    _value(item, "Name", line.name)
    _value(_group(item, "BuyersItemIdentification"), "ID", line.item_code)
    _category(item, "ClassifiedTaxCategory", document.gst_rate)
    price = _group(node, "Price")
    _value(price, "PriceAmount", f"{line.rate:f}", currencyID=NZD)
