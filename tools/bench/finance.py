"""Time the match at 1,000, 10,000 and 100,000 order lines with a tenth as many invoice lines: `make bench-finance`.

It fails where the largest takes more than 60 seconds or 500 MB, or where ten times the work takes more than fifteen
times as long. Everything is matched by the rules alone, each invoice against all orders and all that was claimed
before; a share of the invoices is too dear, too much or claimed twice, so that exceptions are part of the time.
"""

import itertools
import resource
import time
from collections.abc import Iterator
from datetime import date

from tests.domain.finance import world
from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.explain import explain
from worksorders.domain.finance.facts import (
    EarlierClaim,
    InvoiceFacts,
    InvoiceKind,
    MatchFacts,
    OrderFacts,
    TaxInformation,
    YearCap,
)
from worksorders.domain.finance.reconcile import reconcile

SIZES = (1_000, 10_000, 100_000)
LINES = 5
MOST_SECONDS, MOST_MEGABYTES, MOST_GROWTH = 60, 500, 15
DAY = date(2026, 11, 12)
FIRMS = 50
RATE, DEARER = "70.2500", "71.2500"
TAX = TaxInformation("Firm", world.GST_NUMBER, gst_stated=True, buyer_name="Us", buyer_contacts=("email",))


def order_of(number: int) -> OrderFacts:
    """An order of five lines, done and accepted."""
    firm = number % FIRMS
    lines = (
        world.order_line(
            at, 4, RATE, line_id=f"{number}-{at}", supplier_id=f"firm-{firm}", agreement_id=f"AG-{firm}"
        )
        for at in range(1, LINES + 1)
    )
    return world.order(*lines, code=f"W-{number}")


def invoice_of(number: int) -> InvoiceFacts:
    """An invoice for a whole order; every tenth is too dear, every eleventh asks for too much."""
    rate = DEARER if number % 10 == 0 else RATE
    quantity = 5 if number % 11 == 0 else 4
    lines = (
        world.invoice_line(at, quantity, rate, line_id=f"I-{number}-{at}", order_code=f"W-{number}")
        for at in range(1, LINES + 1)
    )
    name = f"INV-{number}A{number * 7919 % 10007}"
    return world.invoice(*lines, number=name, supplier_id=f"firm-{number % FIRMS}", order_code="", tax=TAX)


def facts_of(order_lines: int) -> MatchFacts:
    """All orders, and a claim before for every hundredth of them."""
    orders = [order_of(number) for number in range(order_lines // LINES)]
    suppliers = [
        world.supplier(supplier_id=f"firm-{at}", name=f"Firm {at}", nzbn="", bank=None) for at in range(FIRMS)
    ]
    agreements = [world.agreement(agreement_id=f"AG-{at}", supplier_id=f"firm-{at}") for at in range(FIRMS)]
    year = YearCap("Year 1", date(2026, 7, 1), date(2027, 6, 30), 10**12)
    contract = world.contract(gst_inclusive=False, cap_cents=10**12, years=(year,))
    earlier = [
        EarlierClaim(
            f"E-{number}",
            f"firm-{number % FIRMS}",
            f"firm-{number % FIRMS}",
            invoice_of(number).number,
            InvoiceKind.INVOICE,
            DAY,
            number,
        )
        for number in range(0, len(orders), 100)
    ]
    return world.facts(
        *orders, earlier=earlier, suppliers=suppliers, agreements=agreements, contracts=(contract,)
    )


def run(order_lines: int) -> tuple[float, float, int, int]:
    """Seconds by the clock and of the processor for all invoices, how many exceptions, and the cents accepted."""
    facts = facts_of(order_lines)
    wanted: Iterator[InvoiceFacts] = (invoice_of(number) for number in range(order_lines // LINES // 10))
    started, busy, exceptions, accepted = time.perf_counter(), time.process_time(), 0, 0
    for invoice in wanted:
        match = reconcile(invoice, facts)
        decision = decide(match)
        pieces = explain(match, decision)
        if sum(piece.gross_cents for piece in pieces) != decision.accepted_cents:
            raise SystemExit(f"{invoice.number}: the explanations do not sum to what is accepted")
        exceptions += len(decision.exceptions)
        accepted += decision.accepted_cents
    return time.perf_counter() - started, time.process_time() - busy, exceptions, accepted


def main() -> None:
    """Print a line a size, then fail where a bar is missed."""
    print(f"{len(CODES)} codes; invoice lines are a tenth of the order lines")
    times = []
    for size in SIZES:
        seconds, busy, exceptions, accepted = run(size)
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        times.append(busy)
        print(
            f"{size:>7,} order lines, {size // 10:>6,} invoice lines: {seconds:7.2f} s ({busy:.2f} s busy), {megabytes:4.0f} MB, "
            f"{exceptions:,} exceptions, ${accepted // 100:,} accepted"
        )
    growth = max(after / before for before, after in itertools.pairwise(times))
    print(f"ten times the work keeps the processor at most {growth:.1f} times as long")
    if not accepted or seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES or growth > MOST_GROWTH:
        raise SystemExit(f"A bar is missed: {MOST_SECONDS} s, {MOST_MEGABYTES} MB, {MOST_GROWTH} times.")


if __name__ == "__main__":
    main()
