"""Step 6: whether the document adds up, in one currency, with nothing unexplained."""

from __future__ import annotations

from collections.abc import Iterator

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.money import NZD, format_cents


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """H01-H04, and R05 for a charge on the whole document."""
    return tuple(
        found for rule in (_net, _total, _prepaid, _signs, _currency, _charge) for found in rule(case)
    )


def _net(case: MatchCase) -> Iterator[MatchException]:
    invoice = case.invoice
    lines = sum(line.net.cents for line in invoice.lines) - invoice.allowance.cents + invoice.charge.cents
    if lines != invoice.net.cents:
        yield _differs("H01", lines, invoice.net.cents)


def _total(case: MatchCase) -> Iterator[MatchException]:
    invoice = case.invoice
    total = invoice.net.cents + invoice.gst.cents
    if total != invoice.total.cents:
        yield _differs("H02", total, invoice.total.cents)


def _prepaid(case: MatchCase) -> Iterator[MatchException]:
    stated, known = case.invoice.prepaid.cents, case.facts.prepaid_cents
    if stated != known:
        yield _differs("H03", known, stated, "prepaid")


def _differs(code: str, expected: int, actual: int, about: str = "") -> MatchException:
    return MatchException(
        code, format_cents(expected), format_cents(actual), difference_cents=actual - expected, about=about
    )


def _signs(case: MatchCase) -> Iterator[MatchException]:
    """A line that goes the other way than its document is a credit (or claim) that nothing explains."""
    sign = -1 if case.invoice.is_credit else 1
    for bound in case.lines:
        if (
            sign * bound.line.net.cents < 0
            or sign * bound.line.quantity < 0
            or sign * bound.claimed_cents < 0
        ):
            yield MatchException(
                "H03",
                f"lines that go the way of {'a credit note' if case.invoice.is_credit else 'an invoice'}",
                f"line {bound.line.number} of {format_cents(bound.line.net.cents)}",
                difference_cents=bound.line.net.cents,
                about=bound.line.line_id,
            )


def _currency(case: MatchCase) -> Iterator[MatchException]:
    invoice = case.invoice
    amounts = (invoice.net, invoice.gst, invoice.total, *(line.net for line in invoice.lines))
    others = sorted({amount.currency for amount in amounts} - {NZD})
    if others:
        yield MatchException("H04", NZD, ", ".join(others))


def _charge(case: MatchCase) -> Iterator[MatchException]:
    charge = case.invoice.charge.cents
    if charge:
        yield MatchException(
            "R05", "no charge on the whole document", format_cents(charge), difference_cents=charge, stops=()
        )
