"""Reads UBL 2.1 in PINT A-NZ form: `read(bytes) -> EInvoice`, whose faults are values and never raised."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.invisible import without_invisible
from worksorders.gateways.einvoice.family import Family, family_of
from worksorders.gateways.einvoice.form import Context, check_structure, read_day, read_number
from worksorders.gateways.einvoice.model import EAllowance, EInvoice, ELine, EParty, ETax, Kind
from worksorders.gateways.einvoice.rules import broken_rules, form_rules
from worksorders.gateways.einvoice.safe_xml import RefusedXmlError, parse

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {
    "cac": f"{UBL}CommonAggregateComponents-2",
    "cbc": f"{UBL}CommonBasicComponents-2",
}
_ROOTS = {f"{{{UBL}Invoice-2}}Invoice": "Invoice", f"{{{UBL}CreditNote-2}}CreditNote": "CreditNote"}
_KINDS = {
    ("Invoice", "389"): Kind.SELF_BILLED_INVOICE,
    ("Invoice", "527"): Kind.SELF_BILLED_INVOICE,
    ("CreditNote", "261"): Kind.SELF_BILLED_CREDIT_NOTE,
}


class _Reader:
    """Takes values out of elements; `scheme` is the tax scheme of the specification, empty for any."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def text(self, node: etree._Element, path: str) -> str:
        """The text of the first element at a path, composed (NFC) and stripped; empty if there is none."""
        found = node.find(path, NAMES)
        if found is None:
            return ""
        return without_invisible(unicodedata.normalize("NFC", "".join(found.itertext()))).strip()

    def attribute(self, node: etree._Element, path: str, name: str) -> str:
        found = node.find(path, NAMES)
        return "" if found is None else (found.get(name) or "").strip()

    def number(self, node: etree._Element, path: str) -> Decimal | None:
        """A number of a size that money can have; what is none is told by the form of the document."""
        return read_number(self.text(node, path))

    def day(self, node: etree._Element, path: str) -> date | None:
        return read_day(self.text(node, path))

    def is_ours(self, scheme: str) -> bool:
        """Whether a tax scheme is that of the specification, which may take any."""
        return not self.scheme or scheme.upper() == self.scheme

    def category(self, node: etree._Element, path: str) -> tuple[str, Decimal | None]:
        """A tax category and its rate in percent, under the tax scheme of the specification; else nothing."""
        found = node.find(path, NAMES)
        if found is None or not self.is_ours(self.text(found, "cac:TaxScheme/cbc:ID")):
            return "", None
        return self.text(found, "cbc:ID"), self.number(found, "cbc:Percent")


def read(data: bytes) -> EInvoice:
    """Read one file. What cannot be read, and every rule that it breaks, comes back in `faults`."""
    try:
        root = parse(data)
    except RefusedXmlError as refused:
        return EInvoice(faults=(refused.fault,))
    name = _ROOTS.get(str(root.tag))
    if name is None:
        what = f"the root element is {etree.QName(root).localname[:60]}, not a UBL 2 Invoice or CreditNote"
        return EInvoice(faults=(IntakeFault("root element", what, "Send UBL 2.1 in PINT A-NZ form."),))
    family = family_of((root.findtext("cbc:CustomizationID", "", NAMES)).strip())
    document = replace(_document(_Reader(family.tax_scheme), root, name), family=family)
    context = Context(document.currency, document.tax_currency, name == "CreditNote", family.categories)
    found = (*check_structure(root, name, context), *broken_rules(document), *form_rules(root, family))
    return replace(document, faults=tuple(_own(found, family)))


def _own(found: Iterable[IntakeFault], family: Family) -> Iterator[IntakeFault]:
    """The faults that the specification knows, each under its own rule's name and once."""
    seen = set()
    for fault in found:
        told = replace(fault, rule_id=family.rule_id(fault.rule_id))
        if family.knows(fault.rule_id) and told not in seen:
            seen.add(told)
            yield told


def _document(reader: _Reader, root: etree._Element, name: str) -> EInvoice:
    code = reader.text(root, f"cbc:{name}TypeCode")
    kind = _KINDS.get((name, code), Kind.CREDIT_NOTE if name == "CreditNote" else Kind.INVOICE)
    currency = reader.text(root, "cbc:DocumentCurrencyCode")
    totals = root.find("cac:LegalMonetaryTotal", NAMES)
    totals = root if totals is None else totals

    def total(element: str) -> Decimal | None:
        return reader.number(totals, f"cbc:{element}")

    taxes, tax = _taxes(reader, root, currency)
    due_path = "cbc:DueDate" if name == "Invoice" else "cac:PaymentMeans/cbc:PaymentDueDate"
    return EInvoice(
        kind=kind,
        customization=reader.text(root, "cbc:CustomizationID"),
        profile=reader.text(root, "cbc:ProfileID"),
        type_code=code,
        number=reader.text(root, "cbc:ID"),
        issued_on=reader.day(root, "cbc:IssueDate"),
        due_on=reader.day(root, due_path),
        currency=currency,
        tax_currency=reader.text(root, "cbc:TaxCurrencyCode"),
        order_code=reader.text(root, "cac:OrderReference/cbc:ID"),
        buyer_reference=reader.text(root, "cbc:BuyerReference"),
        contract_code=reader.text(root, "cac:ContractDocumentReference/cbc:ID"),
        credits_number=reader.text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"),
        note=reader.text(root, "cbc:Note"),
        terms=reader.text(root, "cac:PaymentTerms/cbc:Note"),
        supplier=_party(reader, root, "cac:AccountingSupplierParty/cac:Party"),
        buyer=_party(reader, root, "cac:AccountingCustomerParty/cac:Party"),
        means_code=reader.text(root, "cac:PaymentMeans/cbc:PaymentMeansCode"),
        account=reader.text(root, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"),
        lines=tuple(_lines(reader, root, name)),
        allowances=tuple(_allowances(reader, root)),
        taxes=taxes,
        tax_stated=root.find("cac:TaxTotal/cbc:TaxAmount", NAMES) is not None,
        line_total=total("LineExtensionAmount"),
        net=total("TaxExclusiveAmount"),
        tax=tax,
        gross=total("TaxInclusiveAmount"),
        allowance_total=total("AllowanceTotalAmount"),
        charge_total=total("ChargeTotalAmount"),
        prepaid=total("PrepaidAmount"),
        rounding=total("PayableRoundingAmount"),
        payable=total("PayableAmount"),
    )


def _party(reader: _Reader, root: etree._Element, path: str) -> EParty:
    party = root.find(path, NAMES)
    if party is None:
        return EParty()
    gst = ""
    for scheme in party.findall("cac:PartyTaxScheme", NAMES):
        if reader.is_ours(reader.text(scheme, "cac:TaxScheme/cbc:ID")):
            gst = gst or reader.text(scheme, "cbc:CompanyID")
    has_address = party.find("cac:PostalAddress", NAMES) is not None
    given = {
        "address": has_address,
        "phone": reader.text(party, "cac:Contact/cbc:Telephone"),
        "email": reader.text(party, "cac:Contact/cbc:ElectronicMail"),
        "trading name": reader.text(party, "cac:PartyName/cbc:Name"),
        "NZBN": reader.text(party, "cac:PartyLegalEntity/cbc:CompanyID"),
        "website": reader.text(party, "cbc:WebsiteURI"),
    }
    return EParty(
        name=reader.text(party, "cac:PartyLegalEntity/cbc:RegistrationName"),
        trading_name=reader.text(party, "cac:PartyName/cbc:Name"),
        endpoint=reader.text(party, "cbc:EndpointID"),
        endpoint_scheme=reader.attribute(party, "cbc:EndpointID", "schemeID"),
        identifier=reader.text(party, "cac:PartyIdentification/cbc:ID"),
        legal_id=reader.text(party, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_id_scheme=reader.attribute(party, "cac:PartyLegalEntity/cbc:CompanyID", "schemeID"),
        gst_number=gst,
        country=reader.text(party, "cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
        contacts=tuple(what for what, value in given.items() if value),
        has_address=has_address,
    )


def _taxes(reader: _Reader, root: etree._Element, currency: str) -> tuple[tuple[ETax, ...], Decimal | None]:
    """The breakdown and the total in the document's currency; those in the tax currency are left alone."""
    totals = root.findall("cac:TaxTotal", NAMES)
    ours = [one for one in totals if reader.attribute(one, "cbc:TaxAmount", "currencyID") in {currency, ""}]
    total = reader.number(ours[0], "cbc:TaxAmount") if ours else None
    broken_down = [one for one in ours if one.find("cac:TaxSubtotal", NAMES) is not None] or totals
    rows = [row for one in broken_down for row in one.findall("cac:TaxSubtotal", NAMES)]
    return tuple(_tax(reader, row) for row in rows), total


def _tax(reader: _Reader, row: etree._Element) -> ETax:
    reasons = row.findall("cac:TaxCategory/cbc:TaxExemptionReason", NAMES)
    coded = row.findall("cac:TaxCategory/cbc:TaxExemptionReasonCode", NAMES)
    category, rate = reader.category(row, "cac:TaxCategory")
    taxable, tax = reader.number(row, "cbc:TaxableAmount"), reader.number(row, "cbc:TaxAmount")
    return ETax(category, rate, taxable, tax, len(reasons) + len(coded))


def _allowances(reader: _Reader, node: etree._Element) -> Iterator[EAllowance]:
    for row in node.findall("cac:AllowanceCharge", NAMES):
        reason = reader.text(row, "cbc:AllowanceChargeReason")
        category, rate = reader.category(row, "cac:TaxCategory")
        yield EAllowance(
            reader.text(row, "cbc:ChargeIndicator") in {"true", "1"},
            reader.number(row, "cbc:Amount"),
            reason,
            category,
            rate,
            bool(reason or reader.text(row, "cbc:AllowanceChargeReasonCode")),
        )


def _lines(reader: _Reader, root: etree._Element, name: str) -> Iterator[ELine]:
    quantity = "cbc:InvoicedQuantity" if name == "Invoice" else "cbc:CreditedQuantity"
    reference = "cac:OrderLineReference"
    for at, node in enumerate(root.findall(f"cac:{name}Line", NAMES), start=1):
        category, rate = reader.category(node, "cac:Item/cac:ClassifiedTaxCategory")
        yield ELine(
            number=reader.text(node, "cbc:ID"),
            quantity=reader.number(node, quantity),
            unit=reader.attribute(node, quantity, "unitCode"),
            net=reader.number(node, "cbc:LineExtensionAmount"),
            price=reader.number(node, "cac:Price/cbc:PriceAmount"),
            base_quantity=reader.number(node, "cac:Price/cbc:BaseQuantity"),
            name=reader.text(node, "cac:Item/cbc:Name"),
            description=reader.text(node, "cac:Item/cbc:Description"),
            note=reader.text(node, "cbc:Note"),
            order_line=reader.text(node, f"{reference}/cbc:LineID"),
            order_code=reader.text(node, f"{reference}/cac:OrderReference/cbc:ID"),
            seller_item=reader.text(node, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
            buyer_item=reader.text(node, "cac:Item/cac:BuyersItemIdentification/cbc:ID"),
            category=category,
            rate=rate,
            period_end_on=reader.day(node, "cac:InvoicePeriod/cbc:EndDate"),
            allowances=tuple(_allowances(reader, node)),
            where=f"line {node.sourceline}, {name}/{name}Line[{at}]",
        )
