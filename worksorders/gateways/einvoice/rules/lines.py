"""The rules of the lines of an e-invoice, each by its published id."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.einvoice.model import EInvoice, ELine

_SLACK = Decimal("0.02")


def line_rules(document: EInvoice) -> Iterator[IntakeFault]:
    """What every line has to state, and that it multiplies out within two cents."""
    seen: dict[str, str] = {}
    for line in document.lines:
        yield from _stated(line)
        yield from _arithmetic(line)
        for one in line.allowances:
            if not one.has_reason:
                yield IntakeFault(
                    line.where, "no reason of an allowance or charge", "Give the reason.",
                    "ibr-044" if one.is_charge else "ibr-042",
                )  # fmt: skip
            if one.amount is None:
                yield IntakeFault(
                    line.where, "no amount of an allowance or charge", "Give the amount.",
                    "ibr-043" if one.is_charge else "ibr-041",
                )  # fmt: skip
        if line.number and line.number in seen:
            yield IntakeFault(
                line.where,
                f"line number {line.number[:20]} is used by {seen[line.number]} already",
                "Number the lines differently.",
                "ibr-021",
            )
        seen.setdefault(line.number, line.where)


def _stated(line: ELine) -> Iterator[IntakeFault]:
    wanted = (
        ("ibr-021", "line number", line.number),
        ("ibr-022", "quantity", line.quantity is not None),
        ("ibr-023", "unit code", line.unit),
        ("ibr-024", "line amount", line.net is not None),
        ("ibr-025", "item name", line.name),
        ("ibr-026", "price", line.price is not None),
        ("aligned-ibrp-050-aunz", "tax category", line.category),
    )
    for rule, what, given in wanted:
        if not given:
            yield IntakeFault(line.where, f"no {what}", f"Give the {what}.", rule)
    if line.category == "S" and (line.rate is None or line.rate <= 0):
        yield IntakeFault(
            line.where, "category S without a rate above zero", "Give the rate.", "aligned-ibrp-s-05-aunz"
        )
    if line.category == "O" and line.rate is not None:
        yield IntakeFault(
            line.where, "category O with a rate", "Leave the rate out.", "aligned-ibrp-o-05-aunz"
        )
    if line.category in {"Z", "E", "G"} and line.rate != 0:
        letter = line.category.lower()
        yield IntakeFault(
            line.where,
            f"category {line.category} with a rate of {line.rate} %",
            "Give 0.",
            f"aligned-ibrp-{letter}-05-aunz",
        )


def _arithmetic(line: ELine) -> Iterator[IntakeFault]:
    if line.price is not None and line.price < 0:
        yield IntakeFault(
            line.where, f"the price {line.price} is negative", "Make the quantity negative.", "ibr-027"
        )
    if line.base_quantity is not None and line.base_quantity <= 0:
        yield IntakeFault(
            line.where, "the base quantity is not above zero", "Give a positive one.", "ibr-087"
        )
        return
    if line.price is not None and line.unit_rate is None:
        yield IntakeFault(line.where, "the price of one unit is too large", "Correct the price.", "ibr-026")
    if line.quantity is None or line.net is None or line.unit_rate is None:
        return
    expected = line.quantity * line.unit_rate + line.charges_total - line.allowances_total
    if abs(line.net - expected) > _SLACK:
        yield IntakeFault(
            line.where,
            f"the amount is {line.net} where quantity × price makes {expected.normalize():f}",
            "Correct quantity, price or amount.",
            "aligned-ibrp-053",
        )
