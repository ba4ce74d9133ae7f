"""The rules of the tax breakdown of an e-invoice, each by its published id."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.model import EInvoice, ETax
from worksorders.gateways.einvoice.rules.elements import to_cents

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
WITHOUT_TAX = frozenset({"Z", "E", "G", "O"})


def tax_rules(document: EInvoice) -> Iterator[IntakeFault]:
    """Everything wrong with the total, the rows of the breakdown, and the categories that they have or lack."""
    rows = document.taxes
    if rows:
        total = to_cents(sum((row.tax or _ZERO for row in rows), _ZERO))
        if document.tax is not None and document.tax != total:
            yield IntakeFault(
                "cac:TaxTotal",
                f"the tax is {document.tax} where its breakdown makes {total}",
                "Correct the tax total or its breakdown.",
                "ibr-co-14",
            )
    for at, row in enumerate(rows, start=1):
        where = f"cac:TaxSubtotal[{at}]"
        yield from _stated(where, row)
        yield from _category(where, row)
        yield from _amounts(document, where, row)
    yield from _coverage(document)
    yield from _parts(document)


def _stated(where: str, row: ETax) -> Iterator[IntakeFault]:
    wanted = (
        ("aligned-ibrp-045", "taxable amount", row.taxable is not None),
        ("aligned-ibrp-046", "tax amount", row.tax is not None),
        ("aligned-ibrp-047-aunz", "tax category", row.category),
        ("aligned-ibrp-048-aunz", "tax rate", row.rate is not None or row.category in {"", "O"}),
    )
    for rule, what, given in wanted:
        if not given:
            yield IntakeFault(where, f"no {what}", f"Give the {what}.", rule)


def _category(where: str, row: ETax) -> Iterator[IntakeFault]:
    letter = row.category.lower()
    if row.category in {"S", "Z"} and row.reasons:
        what = f"category {row.category} with a reason of exemption"
        yield IntakeFault(where, what, "Leave the reason out.", f"aligned-ibrp-{letter}-10-aunz")
    if row.category in WITHOUT_TAX and row.tax:
        what = f"category {row.category} with a tax of {row.tax}"
        yield IntakeFault(where, what, "The tax is 0.", f"aligned-ibrp-{letter}-09-aunz")


def _amounts(document: EInvoice, where: str, row: ETax) -> Iterator[IntakeFault]:
    """The taxable amount is that of its lines; the tax may differ from amount × rate by up to a dollar."""
    if row.taxable is None:
        return
    basis = _basis(document, row)
    slack = _ZERO if row.category in WITHOUT_TAX else Decimal(1)
    far = abs(row.taxable - basis)
    if far > slack or (document.family.european and far == slack > 0):
        yield IntakeFault(
            where,
            f"the taxable amount is {row.taxable} where lines, allowances and charges make {basis}",
            "Correct the tax breakdown.",
            f"aligned-ibrp-{row.category.lower()[:2] or 's'}-08-aunz",
        )
    if row.tax is not None and (row.category not in WITHOUT_TAX or row.rate):
        expected = (row.taxable * (row.rate or _ZERO) / 100).quantize(_CENT)
        if abs(abs(row.tax) - abs(expected)) > 1:
            yield IntakeFault(
                where,
                f"the tax is {row.tax} where {row.taxable} at {row.rate or 0} % makes {expected}",
                "Correct the tax.",
                "aligned-ibrp-051-aunz",
            )


def _basis(document: EInvoice, row: ETax) -> Decimal:
    """What lines, charges and allowances of the row's category make; its rate counts where there is a tax."""
    same = (row.category, None if row.category in WITHOUT_TAX else row.rate)
    total = _ZERO
    for line in document.lines:
        if (line.category, None if line.category in WITHOUT_TAX else line.rate) == same:
            total += line.net or _ZERO
    for one in document.allowances:
        if (one.category, None if one.category in WITHOUT_TAX else one.rate) == same:
            total += (one.amount or _ZERO) if one.is_charge else -(one.amount or _ZERO)
    return total


def _coverage(document: EInvoice) -> Iterator[IntakeFault]:
    """Lines, allowances and charges have a row each, and no row stands for nothing; “not subject” stands alone."""
    parts = {(line.category, line.rate) for line in document.lines if line.category}
    parts |= {(one.category, one.rate) for one in document.allowances if one.category}
    rows = {(row.category, row.rate) for row in document.taxes if row.category}
    for category, rate in sorted(parts - rows, key=str):
        if category in WITHOUT_TAX and category in {one for one, _ in rows}:
            continue
        yield IntakeFault(
            "cac:TaxTotal",
            f"no row for category {category} at {rate} %, which lines have",
            "Add the row to the tax breakdown.",
            f"aligned-ibrp-{category.lower()[:2]}-01-aunz",
        )
    used = {category for category, _ in parts}
    for category in sorted({one for one, _ in rows} - used):
        yield IntakeFault(
            "cac:TaxTotal",
            f"a row for category {category}, which no line, allowance or charge has",
            "Take the row out.",
            f"aligned-ibrp-{category.lower()[:2]}-01-aunz",
        )
    if "O" in {one for one, _ in rows} and (used | {one for one, _ in rows}) - {"O"}:
        yield IntakeFault(
            "cac:TaxTotal",
            "category O, not subject to tax, stands beside others",
            "Use E or Z, or send two invoices.",
            "aligned-ibrp-o-11-aunz",
        )


def _parts(document: EInvoice) -> Iterator[IntakeFault]:
    """The rates of allowances and charges of the document go with their categories."""
    for at, one in enumerate(document.allowances, start=1):
        where, letter = f"cac:AllowanceCharge[{at}]", one.category.lower()
        number = "07" if one.is_charge else "06"
        rule = f"aligned-ibrp-{letter}-{number}-aunz"
        if one.category == "S" and (one.rate is None or one.rate <= 0):
            yield IntakeFault(where, "category S without a rate above zero", "Give the rate.", rule)
        if one.category in {"Z", "E", "G"} and one.rate != 0:
            yield IntakeFault(where, f"category {one.category} without the rate 0", "Give 0.", rule)
        if one.category == "O" and one.rate is not None:
            yield IntakeFault(where, "category O with a rate", "Leave the rate out.", rule)
