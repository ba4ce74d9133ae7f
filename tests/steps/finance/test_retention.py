"""Money kept back is due by the agreement, held in trust, released on its day or used after notice, to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, TODAY, document, typed_line
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.finance import clear
from worksorders.steps.finance.find.payments import find_ready, find_released
from worksorders.steps.finance.keeping import find, releases, terms, withhold
from worksorders.steps.finance.match import match_invoice
from worksorders.steps.finance.payout import payer, runs
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.firms.contractors import Firm

PAY_ON = TODAY + timedelta(days=1)


@pytest.fixture
def people(session):
    found = [paying.finance(session) for _ in range(4)]
    account = payer.enter(session, found[0], name="Home Safety", number="01-0242-0100194-00", now=NOW)
    payer.verify(session, found[1], account.id, NOW)
    return found


@pytest.fixture
def order(session, people):
    firm = paying.paid_firm(session)
    terms.set_term(
        session, people[0], firm.agreements[0].id, percent=Decimal("7.5"), kept_months=2, in_force_from=TODAY, now=NOW
    )  # fmt: skip
    return paying.worked_order(session, firm, visits=2, rates=("70.00", "45.55"))


def received(session, people, order):
    firm = session.get_one(Firm, order.visits[0].firm_id)
    lines = [typed_line(line, order.code) for line in order.lines]
    return receive_typed(session, people[0], document(firm, *lines), NOW).invoice


def pay(session, people, *keys, at=NOW, on=PAY_ON):
    run = runs.prepare(session, people[2], keys, pay_on=on, now=at)
    runs.approve(session, people[3], run.id, at)
    return run


def paid(session, people, order):
    invoice = received(session, people, order)
    withhold.withhold(session, people[0], invoice.id, reference="TRUST 17", now=NOW)
    clear.approve(session, people[1], invoice.id, NOW)
    pay(session, people, f"{invoice.id}/invoice")
    return invoice


def test_nothing_is_payable_until_what_is_due_is_kept_back_and_in_trust(session, people, order):
    invoice = received(session, people, order)
    assert [row.code for row in invoice.exceptions if row.state == "open" and row.severity != "W"] == ["T01"]
    with pytest.raises(FaultsError):
        withhold.withhold(session, people[0], invoice.id, reference=" ", now=NOW)
    outcome = withhold.withhold(session, people[0], invoice.id, reference="TRUST 17", now=NOW)
    assert outcome.is_clean
    assert (outcome.decision.retention_cents, outcome.invoice.payable_cents) == (1_734, 26_577 - 1_734)
    with pytest.raises(RefusedError, match="posted already"):
        withhold.withhold(session, people[0], invoice.id, reference="TRUST 18", now=NOW)


def test_the_ledger_follows_what_is_kept_back_released_and_paid(session, people, order):
    invoice = paid(session, people, order)
    found = paying.balances(session, order_id=order.id)
    assert (found["retention"], found["paid"], found["invoiced"]) == (1_734, 23_110 - 1_734, 0)
    with pytest.raises(NotPermittedError, match="24 January 2027, not before"):
        releases.release(session, people[0], invoice.id, NOW)
    later = NOW + timedelta(days=64)
    assert releases.release(session, people[0], invoice.id, later) == 1_734
    with pytest.raises(RefusedError, match="Nothing is kept back"):
        releases.release(session, people[0], invoice.id, later)
    (waiting,) = find_released(session)
    assert (waiting.number, waiting.cents, waiting.run_id) == (invoice.number, 1_734, None)
    assert find_ready(session, (waiting,)).keys == (f"{invoice.id}/retention",)
    run = pay(session, people, f"{invoice.id}/retention", at=later, on=TODAY + timedelta(days=65))
    assert run.total_cents == 1_734
    found = paying.balances(session, order_id=order.id)
    assert (found["retention"], found["paid"], found["invoiced"]) == (0, 23_110, 0)
    assert (find.released_unpaid_cents(session, invoice.id), find_released(session)) == (0, ())
    paying.assert_books_are_straight(session)


def test_retention_is_used_only_after_notice_and_goes_back_to_the_budget(session, people, order):
    invoice = paid(session, people, order)
    with pytest.raises(NotPermittedError, match="10 working days"):
        releases.use(session, people[0], invoice.id, cents=500, reason="Door rehung by another", now=NOW)
    with pytest.raises(FaultsError):
        releases.give_notice(session, people[0], invoice.id, reason="", now=NOW)
    releases.give_notice(session, people[0], invoice.id, reason="The door was not rehung", now=NOW)
    soon, later = NOW + timedelta(days=13), NOW + timedelta(days=14)
    with pytest.raises(NotPermittedError):
        releases.use(session, people[0], invoice.id, cents=500, reason="Door rehung by another", now=soon)
    with pytest.raises(FaultsError, match=r"\$17.34"):
        releases.use(session, people[0], invoice.id, cents=1_735, reason="Door rehung", now=later)
    releases.use(session, people[0], invoice.id, cents=500, reason="Door rehung by another", now=later)
    (row,) = find.kept_rows(session)
    assert (row.used_cents, row.left_cents, row.trust_reference) == (500, 1_234, "TRUST 17")
    assert paying.balances(session, order_id=order.id)["retention"] == 1_234
    paying.assert_books_are_straight(session)


def test_a_term_never_changes_an_order_issued_before_it(session, people):
    firm = paying.paid_firm(session)
    order = paying.worked_order(session, firm)
    terms.set_term(
        session, people[0], firm.agreements[0].id, percent=Decimal(10), kept_months=2,
        in_force_from=TODAY + timedelta(days=1), now=NOW,
    )  # fmt: skip
    paper = document(firm, typed_line(order.lines[0], order.code))
    outcome = receive_typed(session, people[0], paper, NOW)
    assert (outcome.is_clean, outcome.decision.retention_cents) == (True, 0)
    assert match_invoice(session, None, outcome.invoice.id, NOW + timedelta(days=2)).is_clean
    with pytest.raises(RefusedError, match="Nothing is kept back"):
        withhold.withhold(session, people[0], outcome.invoice.id, reference="T", now=NOW)
