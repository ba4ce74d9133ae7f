"""The clocks of what is not settled: in the order in which they run out, by pages, and what was paid in time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests import dispatching
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW
from worksorders.steps.finance import own_invoice
from worksorders.steps.finance.claims import find
from worksorders.steps.lists.part import Place

DAY = timedelta(days=1)


def sent(session, firm, days_ago, **values):
    """An invoice of the firm received so many days ago, as the test wants it."""
    office = dispatching.account(session, firm)
    order = paying.worked_order(session, firm)
    number = f"{order.code}-1"
    invoice = own_invoice.submit(session, office, order.id, number, NOW).invoice
    invoice.received_at = NOW - DAY * days_ago
    for name, value in values.items():
        setattr(invoice, name, value)
    session.flush()
    return invoice


def test_claims_that_nobody_answered_come_first_the_oldest_on_top_then_terms(session):
    firm = paying.paid_firm(session)
    new = sent(session, firm, 1)
    old = sent(session, firm, 40)
    in_full = sent(session, firm, 60, state="approved", approved_at=NOW)
    typed = sent(session, firm, 12, source="self_billed")
    page = find.find_clocks(session, NOW)
    assert [row.id for row in page.invoices.rows] == [old.id, new.id, in_full.id, typed.id]
    assert [row.claim.alarm.value if row.claim else "" for row in page.invoices.rows] == [
        "overdue", "none", "overdue", "",
    ]  # fmt: skip
    assert page.invoices.count == 4


def test_the_pages_hold_every_clock_once(session, monkeypatch):
    firm = paying.paid_firm(session)
    invoices = {sent(session, firm, days).id for days in (3, 3, 5)}
    monkeypatch.setattr(find, "place_in", lambda _, listed, page: Place(3, page, 2))
    pages = [find.find_clocks(session, NOW, number).invoices for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [2, 1, 1]
    assert {row.id for page in pages[:2] for row in page.rows} == invoices


def test_shares_in_time_count_business_days_to_the_day_on_which_the_bank_pays(session):
    firm = paying.paid_firm(session)
    for days in (3, 30):
        sent(session, firm, days, state="paid", paid_at=NOW)
    electronic, other = find.in_time(session, NOW)
    assert (electronic.count, electronic.within_5, electronic.within_10) == (
        2,
        Decimal("0.5"),
        Decimal("0.5"),
    )
    assert (other.count, other.within_5) == (0, None)
