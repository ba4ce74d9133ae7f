"""Rules about parts of an e-invoice that nothing is paid by, but that make it contradict itself, by their published ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.family import Family
from worksorders.gateways.einvoice.form import read_day
from worksorders.gateways.einvoice.rules.elements import NAMES, fault_at, number_at, text_at
from worksorders.gateways.einvoice.rules.europe import VAT, european_rules

_SLACK = Decimal("0.02")
_ZERO = Decimal(0)


def form_rules(root: etree._Element, family: Family) -> tuple[IntakeFault, ...]:
    """Every such rule that the document breaks."""
    groups: tuple[Callable[[etree._Element], Iterator[IntakeFault]], ...] = (
        _tax_totals,
        _buyer,
        _references,
        _periods,
        _allowances,
        _prices,
        _prepaid,
    )
    found = [fault for group in groups for fault in group(root)]
    if family.tax_scheme == VAT:
        found += european_rules(root, peppol=family.types is not None)
    return (*found, *_schemes(root, family))


def _tax_totals(root: etree._Element) -> Iterator[IntakeFault]:
    """One total with a breakdown, and one without it where the tax is also given in another currency."""
    totals = root.findall("cac:TaxTotal", NAMES)
    broken_down = [one for one in totals if one.find("cac:TaxSubtotal", NAMES) is not None]
    tax_currency, currency = text_at(root, "cbc:TaxCurrencyCode"), text_at(root, "cbc:DocumentCurrencyCode")
    if len(broken_down) != 1:
        what = f"there are {len(broken_down)} tax totals with a breakdown"
        yield fault_at(root, "aligned-ibrp-021", what, "Give one TaxTotal with its TaxSubtotal rows.")
    others = len(totals) - len(broken_down)
    if others != (1 if tax_currency else 0):
        what = f"there are {others} tax totals without a breakdown"
        yield fault_at(
            root, "aligned-ibrp-022", what, "Give one in the tax currency if there is one, else none."
        )
    if tax_currency and tax_currency == currency:
        yield fault_at(
            root, "ibr-077", "the tax currency is that of the document", "Leave TaxCurrencyCode out."
        )
    signs = {tax.is_signed() for one in totals if (tax := number_at(one, "cbc:TaxAmount"))}
    if len(signs) > 1:
        yield fault_at(root, "ibr-084", "the two tax totals have different signs", "Correct one of them.")


def _schemes(root: etree._Element, family: Family) -> Iterator[IntakeFault]:
    """One GST number of the seller, and one other registration at most."""
    schemes = root.findall("cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme", NAMES)
    named = [text_at(one, "cac:TaxScheme/cbc:ID").upper() == family.tax_scheme for one in schemes]
    if not family.tax_scheme:
        return
    if named.count(True) > 1:
        yield fault_at(schemes[-1], "aligned-ibrp-sr-12-aunz", "the seller has two GST numbers", "Give one.")
    if named.count(False) > 1:
        yield fault_at(
            schemes[-1], "aligned-ibrp-sr-13-aunz", "the seller has two other registrations", "Give one."
        )


def _buyer(root: etree._Element) -> Iterator[IntakeFault]:
    """One identifier and one tax registration of the buyer at most."""
    for name, rule in (("PartyIdentification", "ibr-sr-16"), ("PartyTaxScheme", "ibr-104")):
        found = root.findall(f"cac:AccountingCustomerParty/cac:Party/cac:{name}", NAMES)
        if len(found) > 1:
            yield fault_at(found[1], rule, f"the buyer has more than one {name}", "Give one.")


def _references(root: etree._Element) -> Iterator[IntakeFault]:
    objects = 0
    credit = etree.QName(root).localname == "CreditNote"
    for node in root.findall("cac:AdditionalDocumentReference", NAMES):
        code, scheme = text_at(node, "cbc:DocumentTypeCode"), node.find("cbc:ID[@schemeID]", NAMES)
        objects += code == "130"
        project = credit and code == "50"
        if code != "130" and not project and (scheme is not None or code):
            yield fault_at(
                node,
                "aligned-ibrp-sr-43",
                "a supporting document has a scheme or a type other than 130",
                "Leave DocumentTypeCode and schemeID out.",
            )
        if code == "130" and node.find("cac:Attachment", NAMES) is not None:
            yield fault_at(node, "ibr-071", "an invoiced object has an attachment", "Attach it elsewhere.")
        if code == "130" and node.find("cbc:DocumentDescription", NAMES) is not None:
            yield fault_at(node, "ibr-072", "an invoiced object has a description", "Leave it out.")
    if objects > 1:
        yield fault_at(root, "ibr-078", f"there are {objects} invoiced objects", "Give one.")
    for line in root.iterfind("./*[cac:DocumentReference]", NAMES):
        yield from _line_references(line)


def _line_references(line: etree._Element) -> Iterator[IntakeFault]:
    nodes = line.findall("cac:DocumentReference", NAMES)
    others = [node for node in nodes if text_at(node, "cbc:DocumentTypeCode") != "130"]
    if len(nodes) - len(others) > 1:
        what = f"there are {len(nodes) - len(others)} invoiced objects on one line"
        yield fault_at(nodes[1], "ibr-089", what, "Give one.")
    for node in others:
        yield fault_at(
            node, "aligned-ibrp-060", "a line refers to what is no invoiced object", "Leave it out."
        )


def _periods(root: etree._Element) -> Iterator[IntakeFault]:
    whole = root.find("cac:InvoicePeriod", NAMES)
    begins = ends = None
    if whole is not None:
        begins, ends = (read_day(text_at(whole, f"cbc:{name}Date")) for name in ("Start", "End"))
        if begins and ends and ends < begins:
            yield fault_at(whole, "ibr-029", "the period ends before it begins", "Correct its days.")
        if not begins and not ends and not text_at(whole, "cbc:DescriptionCode"):
            yield fault_at(whole, "ibr-co-19", "the period has no days", "Give its first or last day.")
        if text_at(whole, "cbc:DescriptionCode") and text_at(root, "cbc:TaxPointDate"):
            yield fault_at(whole, "aligned-ibrp-006", "there is a tax point date and its code", "Give one.")
    for node in root.iterfind("./*/cac:InvoicePeriod", NAMES):
        first, last = (read_day(text_at(node, f"cbc:{name}Date")) for name in ("Start", "End"))
        if not first and not last:
            yield fault_at(
                node, "ibr-co-20", "the period of a line has no days", "Give its first or last day."
            )
        if first and last and last < first:
            yield fault_at(node, "ibr-030", "the period of a line ends before it begins", "Correct its days.")
        if first and ((begins and first < begins) or (ends and first > ends)):
            yield fault_at(node, "ibr-085", "a line begins outside the invoice's period", "Correct its days.")
        if last and ((ends and last > ends) or (begins and last < begins)):
            yield fault_at(node, "ibr-086", "a line ends outside the invoice's period", "Correct its days.")


def _allowances(root: etree._Element) -> Iterator[IntakeFault]:
    """A percentage and its base stand together, and make the amount within two cents."""
    for node in root.iterfind(".//cac:AllowanceCharge", NAMES):
        parent = node.getparent()
        if parent is not None and etree.QName(parent).localname == "Price":
            continue
        charge = text_at(node, "cbc:ChargeIndicator") == "true"
        base, percent = number_at(node, "cbc:BaseAmount"), number_at(node, "cbc:MultiplierFactorNumeric")
        amount = number_at(node, "cbc:Amount") or _ZERO
        if (base is None) != (percent is None):
            yield fault_at(
                node,
                "aligned-ibrp-058" if charge else "aligned-ibrp-057",
                "an allowance or charge has a percentage or a base without the other",
                "Give both or neither.",
            )
        elif base is not None and percent is not None and abs(amount - base * percent / 100) > _SLACK:
            yield fault_at(
                node,
                "aligned-ibrp-055" if charge else "aligned-ibrp-054",
                f"the amount is {amount} where {percent} % of {base} makes {(base * percent / 100).normalize():f}",
                "Correct the amount, the base or the percentage.",
            )


def _prices(root: etree._Element) -> Iterator[IntakeFault]:
    for node in root.iterfind("./*/cac:Price", NAMES):
        gross = number_at(node, "cac:AllowanceCharge/cbc:BaseAmount")
        if gross is not None:
            off, price = number_at(node, "cac:AllowanceCharge/cbc:Amount"), number_at(node, "cbc:PriceAmount")
            if price is not None and price != gross - (off or _ZERO):
                yield fault_at(
                    node,
                    "aligned-ibrp-004",
                    f"the price is {price} where {gross} less {off or 0} was said",
                    "Correct the price or its discount.",
                )
            if gross < 0:
                yield fault_at(
                    node, "ibr-028", f"the gross price {gross} is negative", "Give a positive one."
                )
        parent = node.getparent()
        unit = node.find("cbc:BaseQuantity[@unitCode]", NAMES)
        if unit is None or parent is None:
            continue
        counted = [parent.find(f"cbc:{name}Quantity", NAMES) for name in ("Invoiced", "Credited")]
        units = {one.get("unitCode") for one in counted if one is not None}
        if unit.get("unitCode") not in units:
            yield fault_at(
                node, "ibr-088", "the price is for another unit than the quantity", "Use one unit."
            )


def _prepaid(root: etree._Element) -> Iterator[IntakeFault]:
    paid = root.findall("cac:PrepaidPayment", NAMES)
    if paid and root.find("cac:LegalMonetaryTotal/cbc:PrepaidAmount", NAMES) is None:
        yield fault_at(paid[0], "ibr-093", "something was paid and no total says so", "Give PrepaidAmount.")
