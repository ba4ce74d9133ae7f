"""Reads UBL 2.1 in PINT A-NZ form: `read(bytes) -> EInvoice`, whose faults are values and never raised."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.money import LARGEST
from worksorders.gateways.einvoice.model import EAllowance, EInvoice, ELine, EParty, ETax, Kind
from worksorders.gateways.einvoice.rules import broken_rules
from worksorders.gateways.einvoice.safe_xml import RefusedXmlError, parse

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {
    "cac": f"{UBL}CommonAggregateComponents-2",
    "cbc": f"{UBL}CommonBasicComponents-2",
}
_ROOTS = {f"{{{UBL}Invoice-2}}Invoice": "Invoice", f"{{{UBL}CreditNote-2}}CreditNote": "CreditNote"}
_KINDS = {
    ("Invoice", "389"): Kind.SELF_BILLED_INVOICE,
    ("CreditNote", "261"): Kind.SELF_BILLED_CREDIT_NOTE,
}


class _Reader:
    """Takes values out of elements and notes what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[IntakeFault] = []

    def text(self, node: etree._Element, path: str) -> str:
        """The text of the first element at a path, composed (NFC) and stripped; empty if there is none."""
        found = node.find(path, NAMES)
        if found is None:
            return ""
        return unicodedata.normalize("NFC", "".join(found.itertext())).strip()

    def attribute(self, node: etree._Element, path: str, name: str) -> str:
        found = node.find(path, NAMES)
        return "" if found is None else (found.get(name) or "").strip()

    def number(self, node: etree._Element, path: str, where: str) -> Decimal | None:
        """A decimal written as XML Schema writes one; anything else is a fault."""
        text = self.text(node, path)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or not set(text) <= set("+-.0123456789"):
            self.fault(where, path, f"“{text[:40]}” is not a number", "Write it in digits, as in 1234.50.")
            return None
        if len(text) > 24 or abs(value) >= LARGEST:
            self.fault(where, path, "the number is too long", "Write at most 12 digits before the point.")
            return None
        return value

    def day(self, node: etree._Element, path: str, where: str) -> date | None:
        text = self.text(node, path)
        if not text:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self.fault(where, path, f"“{text[:40]}” is not a date", "Write it as YYYY-MM-DD.")
            return None

    def fault(self, where: str, path: str, what: str, remedy: str) -> None:
        self.faults.append(IntakeFault(f"{where}/{path}", what, remedy))


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
    reader = _Reader()
    document = _document(reader, root, name)
    empties = tuple(_empty_elements(root))
    return replace(document, faults=(*reader.faults, *empties, *broken_rules(document)))


def _empty_elements(root: etree._Element) -> Iterator[IntakeFault]:
    for node in root.iter():
        if len(node) == 0 and not (node.text or "").strip():
            place = f"line {node.sourceline}: {etree.QName(node).localname}"
            yield IntakeFault(place, "the element is empty", "Leave it out or fill it in.", "ibr-079")


def _document(reader: _Reader, root: etree._Element, name: str) -> EInvoice:
    code = reader.text(root, f"cbc:{name}TypeCode")
    kind = _KINDS.get((name, code), Kind.CREDIT_NOTE if name == "CreditNote" else Kind.INVOICE)
    currency = reader.text(root, "cbc:DocumentCurrencyCode")
    totals = root.find("cac:LegalMonetaryTotal", NAMES)
    totals = root if totals is None else totals

    def total(element: str) -> Decimal | None:
        return reader.number(totals, f"cbc:{element}", f"/{name}/LegalMonetaryTotal")

    taxes, tax = _taxes(reader, root, name, currency)
    due_path = "cbc:DueDate" if name == "Invoice" else "cac:PaymentMeans/cbc:PaymentDueDate"
    return EInvoice(
        kind=kind,
        customization=reader.text(root, "cbc:CustomizationID"),
        profile=reader.text(root, "cbc:ProfileID"),
        type_code=code,
        number=reader.text(root, "cbc:ID"),
        issued_on=reader.day(root, "cbc:IssueDate", f"/{name}"),
        due_on=reader.day(root, due_path, f"/{name}"),
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
        allowances=tuple(_allowances(reader, root, f"/{name}")),
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
        if reader.text(scheme, "cac:TaxScheme/cbc:ID").upper() == "GST":
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


def _taxes(
    reader: _Reader, root: etree._Element, name: str, currency: str
) -> tuple[tuple[ETax, ...], Decimal | None]:
    """The breakdown, and the total in the document's currency; a total in the tax currency is left alone."""
    taxes: list[ETax] = []
    total: Decimal | None = None
    where = f"/{name}/TaxTotal"
    for node in root.findall("cac:TaxTotal", NAMES):
        if reader.attribute(node, "cbc:TaxAmount", "currencyID") in {currency, ""} and total is None:
            total = reader.number(node, "cbc:TaxAmount", where)
        taxes += [_tax(reader, row, where) for row in node.findall("cac:TaxSubtotal", NAMES)]
    return tuple(taxes), total


def _tax(reader: _Reader, row: etree._Element, where: str) -> ETax:
    return ETax(
        reader.text(row, "cac:TaxCategory/cbc:ID"),
        reader.number(row, "cac:TaxCategory/cbc:Percent", where),
        reader.number(row, "cbc:TaxableAmount", where),
        reader.number(row, "cbc:TaxAmount", where),
    )


def _allowances(reader: _Reader, node: etree._Element, where: str) -> Iterator[EAllowance]:
    for row in node.findall("cac:AllowanceCharge", NAMES):
        indicator = reader.text(row, "cbc:ChargeIndicator").lower()
        if indicator not in {"true", "false", "1", "0"}:
            reader.fault(
                where, "AllowanceCharge", "it does not say allowance or charge", "Give ChargeIndicator."
            )
        reason = reader.text(row, "cbc:AllowanceChargeReason")
        yield EAllowance(
            indicator in {"true", "1"},
            reader.number(row, "cbc:Amount", f"{where}/AllowanceCharge"),
            reason,
            reader.text(row, "cac:TaxCategory/cbc:ID"),
            reader.number(row, "cac:TaxCategory/cbc:Percent", f"{where}/AllowanceCharge"),
            bool(reason or reader.text(row, "cbc:AllowanceChargeReasonCode")),
        )


def _lines(reader: _Reader, root: etree._Element, name: str) -> Iterator[ELine]:
    quantity = "cbc:InvoicedQuantity" if name == "Invoice" else "cbc:CreditedQuantity"
    for at, node in enumerate(root.findall(f"cac:{name}Line", NAMES), start=1):
        where = f"/{name}/{name}Line[{at}]"
        category = "cac:Item/cac:ClassifiedTaxCategory"
        reference = "cac:OrderLineReference"
        yield ELine(
            number=reader.text(node, "cbc:ID"),
            quantity=reader.number(node, quantity, where),
            unit=reader.attribute(node, quantity, "unitCode"),
            net=reader.number(node, "cbc:LineExtensionAmount", where),
            price=reader.number(node, "cac:Price/cbc:PriceAmount", where),
            base_quantity=reader.number(node, "cac:Price/cbc:BaseQuantity", where),
            name=reader.text(node, "cac:Item/cbc:Name"),
            description=reader.text(node, "cac:Item/cbc:Description"),
            note=reader.text(node, "cbc:Note"),
            order_line=reader.text(node, f"{reference}/cbc:LineID"),
            order_code=reader.text(node, f"{reference}/cac:OrderReference/cbc:ID"),
            seller_item=reader.text(node, "cac:Item/cac:SellersItemIdentification/cbc:ID"),
            buyer_item=reader.text(node, "cac:Item/cac:BuyersItemIdentification/cbc:ID"),
            category=reader.text(node, f"{category}/cbc:ID"),
            rate=reader.number(node, f"{category}/cbc:Percent", where),
            period_end_on=reader.day(node, "cac:InvoicePeriod/cbc:EndDate", where),
            allowances=tuple(_allowances(reader, node, where)),
            where=where,
        )
