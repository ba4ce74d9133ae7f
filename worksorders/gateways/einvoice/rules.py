"""The UBL and PINT A-NZ rules that decide whether an e-invoice can be relied on, each by its published id.

They are written anew from the published meaning of each rule, and only for what payables need; the
official validator checks more of the form and less of the money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.finance.facts.identifiers import CheckDigit, check_nzbn
from worksorders.gateways.einvoice.line_rules import line_rules
from worksorders.gateways.einvoice.model import EAllowance, EInvoice, EParty

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
BILLING = ("urn:peppol:pint:billing-1@aunz-1", "urn:peppol:bis:billing")
SELF_BILLING = ("urn:peppol:pint:selfbilling-1@aunz-1", "urn:peppol:bis:selfbilling")


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
        _taxes,
        _decimals,
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
    currency = document.currency
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        yield IntakeFault(
            "cbc:DocumentCurrencyCode",
            f"“{currency[:20]}” is not a currency code",
            "Give three capital letters, as NZD.",
            "ibr-cl-04",
        )


def _profile(document: EInvoice) -> Iterator[IntakeFault]:
    billed = document.kind.is_self_billed
    customization, profile = SELF_BILLING if billed else BILLING
    suffix = "aunz-sb" if billed else "aunz"
    if document.customization and not document.customization.startswith(customization):
        yield IntakeFault(
            "cbc:CustomizationID",
            f"“{document.customization[:100]}” is not PINT A-NZ",
            f"Send it as {customization}.",
            f"aligned-ibrp-001-{suffix}",
        )
    elif document.profile and document.profile != profile:
        yield IntakeFault(
            "cbc:ProfileID",
            f"“{document.profile[:100]}” is not the process of this document",
            f"Send it as {profile}.",
            f"aligned-ibrp-002-{suffix}",
        )
    codes = {"invoice": "380", "credit note": "381"}
    wanted = codes.get(document.kind.value)
    other_uses = {"380", "383", "386", "393", "82", "80", "84", "395", "381", "396", "389", "261"}
    if wanted and document.type_code and document.type_code not in other_uses:
        yield IntakeFault(
            "type code",
            f"“{document.type_code[:20]}” is no invoice type",
            f"Give {wanted}.",
            f"ibr-cl-01-{suffix}",
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
    is_gln = party.legal_id_scheme == "0088" and party.country == "NZ"
    if is_gln and party.legal_id and check_nzbn(party.legal_id) is CheckDigit.INVALID:
        yield IntakeFault(
            role, f"the NZBN {party.legal_id[:20]} fails its check digit", "Give the right NZBN.", "ibr-068"
        )


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
    allowed, charged = _total(document.allowances, charges=False), _total(document.allowances, charges=True)
    lines = sum((line.net or _ZERO for line in document.lines), _ZERO)
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
        if actual is not None and actual != expected:
            yield IntakeFault(
                "cac:LegalMonetaryTotal",
                f"the {what} is {actual} where the parts make {expected}",
                "Correct the total or the parts.",
                rule,
            )


def _taxes(document: EInvoice) -> Iterator[IntakeFault]:
    rows = document.taxes
    if rows:
        total = sum((row.tax or _ZERO for row in rows), _ZERO)
        if document.tax is not None and document.tax != total:
            yield IntakeFault(
                "cac:TaxTotal",
                f"the tax is {document.tax} where its breakdown makes {total}",
                "Correct the tax total or its breakdown.",
                "ibr-co-14",
            )
    for at, row in enumerate(rows, start=1):
        where = f"cac:TaxSubtotal[{at}]"
        if row.taxable is None:
            yield _missing("aligned-ibrp-045", where, "taxable amount")
        if row.tax is None:
            yield _missing("aligned-ibrp-046", where, "tax amount")
        if not row.category:
            yield _missing("aligned-ibrp-047-aunz", where, "tax category")
        elif row.rate is None and row.category != "O":
            yield _missing("aligned-ibrp-048-aunz", where, "tax rate")
        if row.category and row.category not in {"S", "Z", "E", "G", "O"}:
            yield IntakeFault(
                where,
                f"“{row.category[:10]}” is no tax category",
                "Use S, Z, E, G or O.",
                "aligned-ibrp-cl-01-aunz",
            )
        yield from _tax_row(document, where, at - 1)
    in_lines = {(line.category, line.rate) for line in document.lines if line.category}
    in_rows = {(row.category, row.rate) for row in rows}
    for category, rate in sorted(in_lines - in_rows, key=str):
        yield IntakeFault(
            "cac:TaxTotal",
            f"no row for category {category} at {rate} %, which lines have",
            "Add the row to the tax breakdown.",
            f"aligned-ibrp-{category.lower()[:1]}-01-aunz",
        )


def _tax_row(document: EInvoice, where: str, at: int) -> Iterator[IntakeFault]:
    """The taxable amount is that of its lines; the tax may differ from amount × rate by under a dollar."""
    row = document.taxes[at]
    same = [
        line.net or _ZERO for line in document.lines if (line.category, line.rate) == (row.category, row.rate)
    ]
    parts = [one for one in document.allowances if (one.category, one.rate) == (row.category, row.rate)]
    basis = sum(same, _ZERO) - _total(tuple(parts), charges=False) + _total(tuple(parts), charges=True)
    if row.taxable is not None and abs(row.taxable - basis) >= 1:
        letter = row.category.lower()[:1] or "s"
        yield IntakeFault(
            where,
            f"the taxable amount is {row.taxable} where lines, allowances and charges make {basis}",
            "Correct the tax breakdown.",
            f"aligned-ibrp-{letter}-08-aunz",
        )
    if row.taxable is not None and row.tax is not None:
        expected = row.taxable * (row.rate or _ZERO) / 100
        if abs(row.tax - expected) >= 1:
            yield IntakeFault(
                where,
                f"the tax is {row.tax} where {row.taxable} at {row.rate or 0} % makes {expected.quantize(_CENT)}",
                "Correct the tax.",
                "aligned-ibrp-051-aunz",
            )


def _decimals(document: EInvoice) -> Iterator[IntakeFault]:
    amounts = {
        "LineExtensionAmount": document.line_total,
        "TaxExclusiveAmount": document.net,
        "TaxAmount": document.tax,
        "TaxInclusiveAmount": document.gross,
        "PrepaidAmount": document.prepaid,
        "PayableAmount": document.payable,
        **{f"{line.where}/LineExtensionAmount": line.net for line in document.lines},
    }
    for where, amount in amounts.items():
        if amount is not None and amount != amount.quantize(_CENT):
            yield IntakeFault(
                where, f"{amount} has more than two decimals", "Round it to the cent.", "aligned-ibrp-005"
            )
