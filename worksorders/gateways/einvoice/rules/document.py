"""The UBL and PINT A-NZ rules that decide whether an e-invoice can be relied on, each by its published id.

They are written anew from the published meaning of each rule, and only for what payables need; the
official validator checks more of the form and less of the money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.family import PINT, PINT_SELF, follows
from worksorders.gateways.einvoice.model import EAllowance, EInvoice, EParty
from worksorders.gateways.einvoice.rules.elements import to_cents
from worksorders.gateways.einvoice.rules.lines import line_rules
from worksorders.gateways.einvoice.rules.tax import tax_rules

_ZERO = Decimal(0)


def broken_rules(document: EInvoice) -> tuple[IntakeFault, ...]:
    """Every rule that a document breaks, in the order of the document."""
    groups: tuple[Callable[[EInvoice], Iterator[IntakeFault]], ...] = (
        _header,
        _profile,
        _parties,
        _payment,
        line_rules,
        _document_allowances,
        _sums,
        tax_rules,
    )
    return tuple(fault for group in groups for fault in group(document))


def _missing(rule: str, where: str, what: str) -> IntakeFault:
    return IntakeFault(where, f"no {what}", f"Give the {what}.", rule)


def _header(document: EInvoice) -> Iterator[IntakeFault]:
    wanted = (
        ("ibr-001", "cbc:CustomizationID", "specification identifier", document.customization),
        ("ibr-076", "cbc:ProfileID", "business process", document.profile),
        ("ibr-002", "cbc:ID", "invoice number", document.number),
        ("ibr-003", "cbc:IssueDate", "issue date", document.issued_on),
        ("ibr-004", "type code", "type code", document.type_code),
        ("ibr-005", "cbc:DocumentCurrencyCode", "currency", document.currency),
        ("aligned-ibrp-003", "cac:OrderReference", "order code or buyer reference",
         document.order_code or document.buyer_reference),
        ("ibr-016", "lines", "line", document.lines),
    )  # fmt: skip
    for rule, where, what, given in wanted:
        if not given:
            yield _missing(rule, where, what)


def _profile(document: EInvoice) -> Iterator[IntakeFault]:
    """The specification is one that we know, with its own process and, in PINT, its own types of document."""
    family, billed = document.family, document.kind.is_self_billed
    suffix = "aunz-sb" if billed else "aunz"
    customization, process = document.customization, document.profile
    if customization and not customization.startswith(family.starts):
        yield IntakeFault(
            "cbc:CustomizationID",
            f"“{customization[:100]}” is no specification that we know",
            f"Send it as {(PINT_SELF if billed else PINT).starts}.",
            f"aligned-ibrp-001-{suffix}",
        )
        return
    if "*" in customization:
        yield IntakeFault(
            "cbc:CustomizationID", "it has a wildcard in it", "Name one specification.", "ibr-sr-63"
        )
    if process and not follows(family, process):
        yield IntakeFault(
            "cbc:ProfileID",
            f"“{process[:100]}” is not the process of {family.name}",
            f"Send it as {family.processes[0]}." if family in {PINT, PINT_SELF} else "Send the right one.",
            f"aligned-ibrp-002-{suffix}",
        )
    if (
        family.types
        and document.type_code
        and document.type_code not in family.types[document.kind.is_credit]
    ):
        yield IntakeFault(
            "type code",
            f"“{document.type_code[:20]}” is no type of {family.name}",
            f"Give {'381' if document.kind.is_credit else '380'}, or what {family.name} lists.",
            "PEPPOL-EN16931-P0101" if document.kind.is_credit else "PEPPOL-EN16931-P0100",
        )
    if (family, billed) in {(PINT, True), (PINT_SELF, False)}:
        yield IntakeFault(
            "type code",
            f"“{document.type_code[:20]}” is no type of {family.name}",
            "Give 380 or 381 for a supplier's document, 389 or 261 for a self-billed one.",
            "ibr-cl-01" if billed else "ibr-cl-01-aunz-sb",
        )


def _parties(document: EInvoice) -> Iterator[IntakeFault]:
    rows = (
        ("seller", document.supplier, ("ibr-006", "ibr-008", "ibr-009", "ibr-081", "ibr-062", "aligned-ibr-002-aunz", "aligned-ibr-001-aunz")),
        ("buyer", document.buyer, ("ibr-007", "ibr-010", "ibr-011", "ibr-080", "ibr-063", "aligned-ibr-005-aunz", "aligned-ibr-004-aunz")),
    )  # fmt: skip
    for role, party, rules in rows:
        yield from _party(role, party, rules)
    supplier = document.supplier
    if not (supplier.gst_number or supplier.identifier or supplier.legal_id):
        yield _missing("ibr-co-26", "seller", "identifier, NZBN or GST number of the seller")


def _party(role: str, party: EParty, rules: tuple[str, ...]) -> Iterator[IntakeFault]:
    name, address, country, endpoint, scheme, nzbn, abn = rules
    if not party.name:
        yield _missing(name, role, f"name of the {role}")
    if not party.has_address:
        yield _missing(address, role, f"postal address of the {role}")
    elif not party.country:
        yield _missing(country, role, f"country code of the {role}")
    if not party.endpoint:
        yield _missing(endpoint, role, f"electronic address of the {role}")
    elif not party.endpoint_scheme:
        yield _missing(scheme, role, f"scheme of the {role}'s electronic address")
    register = {"NZ": (nzbn, "0088", "NZBN"), "AU": (abn, "0151", "ABN")}.get(party.country)
    if register and not (party.legal_id and party.legal_id_scheme == register[1]):
        yield _missing(register[0], role, f"{register[2]} of the {role} (scheme {register[1]})")


def _payment(document: EInvoice) -> Iterator[IntakeFault]:
    if document.means_code in {"30", "58"} and not document.account:
        yield _missing("aligned-ibrp-018", "cac:PaymentMeans", "account for the credit transfer")
    owed = document.payable is not None and document.payable > 0 and not document.kind.is_credit
    if owed and not document.due_on and not document.terms:
        yield _missing("aligned-ibrp-061", "cbc:DueDate", "due date or payment terms")


def _document_allowances(document: EInvoice) -> Iterator[IntakeFault]:
    for at, one in enumerate(document.allowances, start=1):
        where = f"cac:AllowanceCharge[{at}]"
        what, rules = (
            ("charge", ("ibr-036", "ibr-038", "aligned-ibrp-037-aunz"))
            if one.is_charge
            else ("allowance", ("ibr-031", "ibr-033", "aligned-ibrp-032-aunz"))
        )
        if one.amount is None:
            yield _missing(rules[0], where, f"amount of the {what}")
        if not one.has_reason:
            yield _missing(rules[1], where, f"reason of the {what}")
        if not one.category:
            yield _missing(rules[2], where, f"tax category of the {what}")


def _total(allowances: tuple[EAllowance, ...], *, charges: bool) -> Decimal:
    return sum((one.amount or _ZERO for one in allowances if one.is_charge is charges), _ZERO)


_NONE_IS_ZERO = frozenset({"ibr-co-11", "ibr-co-12"})
"""Totals that may be left out where nothing is in them."""


def _sums(document: EInvoice) -> Iterator[IntakeFault]:
    totals = (
        ("ibr-012", "LineExtensionAmount", document.line_total),
        ("ibr-013", "TaxExclusiveAmount", document.net),
        ("ibr-014", "TaxInclusiveAmount", document.gross),
        ("ibr-015", "PayableAmount", document.payable),
    )
    for rule, element, value in totals:
        if value is None:
            yield _missing(rule, f"cac:LegalMonetaryTotal/cbc:{element}", element)
    allowed, charged = (to_cents(_total(document.allowances, charges=one)) for one in (False, True))
    lines = to_cents(sum((line.net or _ZERO for line in document.lines), _ZERO))
    net = (document.line_total or _ZERO) - allowed + charged
    tax = document.tax or _ZERO
    owed = (document.gross or _ZERO) - (document.prepaid or _ZERO) + (document.rounding or _ZERO)
    checks = (
        ("ibr-co-10", "sum of lines", lines, document.line_total),
        ("ibr-co-11", "sum of allowances", allowed, document.allowance_total),
        ("ibr-co-12", "sum of charges", charged, document.charge_total),
        ("ibr-co-13", "amount without tax", net, document.net),
        ("ibr-co-15", "amount with tax", (document.net or _ZERO) + tax, document.gross),
        ("ibr-co-16", "amount due", owed, document.payable),
    )
    for rule, what, expected, actual in checks:
        if (actual is not None or rule in _NONE_IS_ZERO) and (actual or _ZERO) != expected:
            yield IntakeFault(
                "cac:LegalMonetaryTotal",
                f"the {what} is {actual or 0} where the parts make {expected}",
                "Correct the total or the parts.",
                rule,
            )
