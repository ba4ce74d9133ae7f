"""Step 1: taxable supply information by band, GST registration and the GST amount.

Bands are GST-inclusive amounts, the boundary belonging to the lower band (Goods and Services Tax Act 1985).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.finance.facts import InvoiceSource
from worksorders.domain.finance.facts.identifiers import CheckDigit, check_ird, compact_digits
from worksorders.domain.finance.split.case import MatchCase
from worksorders.domain.finance.split.credit import credited_claim
from worksorders.domain.finance.split.gst import gst_lines, registered
from worksorders.domain.money import allowed_gst, format_cents, gst_method_of


def check(case: MatchCase) -> tuple[MatchException, ...]:
    """G01-G07, all that apply."""
    return tuple(
        found for rule in (_missing, _registration, _number, _amount, _credit) for found in rule(case)
    )


def _missing(case: MatchCase) -> Iterator[MatchException]:
    invoice, tax, settings = case.invoice, case.invoice.tax, case.facts.settings
    basic = {
        "the supplier's name": tax.supplier_name.strip(),
        "a number": invoice.number.strip(),
        "a date": invoice.issued_on,
        "lines": invoice.lines,
        "a description of each line": all(line.description.strip() for line in invoice.lines),
    }
    yield from _lacking("G01", basic)
    size = abs(invoice.total.cents)
    if size > settings.low_band_cents and (invoice.gst.cents or registered(case)):
        yield from _lacking(
            "G02",
            {
                "the supplier's GST number": tax.supplier_gst_number.strip(),
                "the GST, or that it is included": tax.gst_stated,
            },
        )
    if size > settings.high_band_cents:
        yield from _lacking(
            "G03",
            {"the buyer's name": tax.buyer_name.strip(), "one way to identify the buyer": tax.buyer_contacts},
        )


def _lacking(code: str, wanted: Mapping[str, object]) -> Iterator[MatchException]:
    missing = [what for what, given in wanted.items() if not given]
    if missing:
        yield MatchException(code, " and ".join(wanted), f"no {', no '.join(missing)}")


def _registration(case: MatchCase) -> Iterator[MatchException]:
    gst = case.invoice.gst.cents
    if case.supplier and not registered(case) and gst:
        yield MatchException(
            "G04", "no GST from a supplier without a GST number", format_cents(gst), difference_cents=gst
        )


def _number(case: MatchCase) -> Iterator[MatchException]:
    stated = case.invoice.tax.supplier_gst_number
    if not stated.strip():
        return
    if check_ird(stated) is CheckDigit.INVALID:
        yield MatchException("G05", "a GST number whose check digit is right", stated, about="check digit")
    recorded = case.supplier.gst_number if case.supplier else ""
    if recorded and compact_digits(stated).lstrip("0") != compact_digits(recorded).lstrip("0"):
        yield MatchException("G05", recorded, stated, about="record")


def _amount(case: MatchCase) -> Iterator[MatchException]:
    charged, lines = case.invoice.gst.cents, gst_lines(case)
    if not registered(case) or gst_method_of(charged, lines) is not None:
        return
    amounts = sorted(set(allowed_gst(lines).values()))
    nearest = min(amounts, key=lambda cents: abs(charged - cents))
    yield MatchException(
        "G06",
        " or ".join(format_cents(cents) for cents in amounts),
        format_cents(charged),
        difference_cents=charged - nearest,
    )


def _credit(case: MatchCase) -> Iterator[MatchException]:
    invoice = case.invoice
    if invoice.is_credit and credited_claim(case) is None:
        named = f"“{invoice.credits_number}”" if invoice.credits_number else "no invoice number"
        own = " of our own" if invoice.source is InvoiceSource.SELF_BILLED else ""
        yield MatchException("G07", f"the number of an invoice on record{own}", named)
