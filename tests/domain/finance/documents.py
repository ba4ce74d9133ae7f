"""Documents and worlds that one code or another is about, for the tests of single codes and of all of them."""

from dataclasses import replace
from datetime import date

from tests.domain.finance.world import (
    D,
    agreement,
    facts,
    invoice,
    invoice_line,
    supplier,
)
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.facts import (
    EarlierClaim,
    InvoiceKind,
    RetentionFacts,
)
from worksorders.domain.finance.history import as_earlier
from worksorders.domain.finance.reconcile import reconcile


def codes(document, world=None):
    return reconcile(document, world or facts()).codes()


def with_tax(document, **changes):
    return replace(document, tax=replace(document.tax, **changes))


def with_bank(**changes):
    return facts(suppliers=(supplier(bank=replace(supplier().bank, **changes)),))


def earlier(number="INV-99", **changes):
    claim = EarlierClaim(
        f"earlier-{number}",
        "firm-1",
        "firm-1",
        number,
        InvoiceKind.INVOICE,
        date(2026, 11, 15),
        80500,
        f"sha-{number}",
    )
    return replace(claim, **changes)


def credit(*lines, **changes):
    lines = lines or (invoice_line(quantity=-10),)
    return invoice(
        *lines, **{"number": "CN-1", "kind": InvoiceKind.CREDIT_NOTE, "credits_number": "INV-100", **changes}
    )


def credited():
    match = reconcile(invoice(), facts())
    return as_earlier(match, decide(match))


RETAINED = (agreement(retention=D("0.05")),)


def kept(**changes):
    record = replace(RetentionFacts("AG-1", 3500, "trust-1", date(2027, 5, 12)), **changes)
    return facts(agreements=RETAINED, retentions={"id-INV-100": record})
