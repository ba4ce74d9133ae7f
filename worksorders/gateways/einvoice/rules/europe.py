"""The rules of the European forms that PINT A-NZ has not got, by their published ids; nothing is paid by them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.form.code_lists import COUNTRIES
from worksorders.gateways.einvoice.rules.elements import NAMES, fault_at, text_at

VAT = "VAT"
_BY_DIRECT_DEBIT = frozenset({"49", "59"})
_ONLY_GERMAN = frozenset({"326", "384"})
_NEED_A_NUMBER = frozenset({"S", "Z", "E"})
_VAT_PREFIXES = COUNTRIES | {"EL"}
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"
_COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"


def european_rules(root: etree._Element, *, peppol: bool) -> list[IntakeFault]:
    """What EN 16931 asks of VAT numbers and, in Peppol's BIS, of mandates and of types of document."""
    found = [*_vat_numbers(root), *_numbers_of_sellers(root)]
    return [*found, *_mandates(root), *_german(root)] if peppol else found


def _vat_numbers(root: etree._Element) -> Iterator[IntakeFault]:
    for scheme in root.iterfind(".//cac:PartyTaxScheme", NAMES):
        number = text_at(scheme, "cbc:CompanyID")
        if (
            number
            and text_at(scheme, "cac:TaxScheme/cbc:ID").upper() == VAT
            and number[:2] not in _VAT_PREFIXES
        ):
            what = f"the VAT number “{number[:30]}” names no country"
            yield fault_at(scheme, "BR-CO-09", what, "Begin it with the country's code.")


def _numbers_of_sellers(root: etree._Element) -> Iterator[IntakeFault]:
    parties = (f"{_SELLER}/cac:PartyTaxScheme", "cac:TaxRepresentativeParty/cac:PartyTaxScheme")
    if any(text_at(root, f"{party}/cbc:CompanyID") for party in parties):
        return
    used = {node.text for node in root.iterfind("./*/cac:Item/cac:ClassifiedTaxCategory/cbc:ID", NAMES)}
    for category in sorted({(one or "").strip() for one in used} & _NEED_A_NUMBER):
        what = f"category {category} without a tax number of the seller"
        yield fault_at(root, f"BR-{category}-02", what, "Give the seller's VAT number.")


def _mandates(root: etree._Element) -> Iterator[IntakeFault]:
    for means in root.iterfind("cac:PaymentMeans", NAMES):
        code = text_at(means, "cbc:PaymentMeansCode")
        if code in _BY_DIRECT_DEBIT and not text_at(means, "cac:PaymentMandate/cbc:ID"):
            yield fault_at(
                means, "PEPPOL-EN16931-R061", "a direct debit without its mandate", "Give the mandate."
            )


def _german(root: etree._Element) -> Iterator[IntakeFault]:
    code = text_at(root, "cbc:InvoiceTypeCode")
    countries = {text_at(root, f"{party}/{_COUNTRY}") for party in (_SELLER, _BUYER)}
    if code in _ONLY_GERMAN and countries != {"DE"}:
        what = f"type {code} is kept for German sellers and buyers"
        yield fault_at(root, "PEPPOL-EN16931-P0112", what, "Give 380.")
