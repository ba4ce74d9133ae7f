"""A pay run takes two people, is computed again at the gate, pays once, and leaves files that agree with it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, TODAY, document, typed_line
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.gateways.payfiles import read_pain001, read_xero_totals
from worksorders.steps.finance import clear
from worksorders.steps.finance.find import payments
from worksorders.steps.finance.find.runs import find_runs
from worksorders.steps.finance.payout import payer, returned, runs
from worksorders.steps.finance.receive import receive_typed
from worksorders.steps.people import bank_accounts
from worksorders.store.tables.firms.contractors import BankAccount

PAY_ON = TODAY + timedelta(days=1)


@pytest.fixture
def people(session):
    """Enterer, approver of invoices, preparer and approver of runs; two of them verified the payer's account."""
    found = [paying.finance(session) for _ in range(4)]
    account = payer.enter(session, found[0], name="Home Safety", number="01-0242-0100194-00", now=NOW)
    payer.verify(session, found[1], account.id, NOW)
    return found


@pytest.fixture
def firm(session):
    return paying.paid_firm(session)


def approved(session, people, firm, number="INV-100", rate="70.00"):
    order = paying.worked_order(session, firm, rates=(rate,))
    paper = document(firm, typed_line(order.lines[0], order.code), number=number)
    outcome = receive_typed(session, people[0], paper, NOW)
    clear.approve(session, people[1], outcome.invoice.id, NOW)
    return outcome.invoice, order


def prepare(session, people, *invoices, **values):
    keys = [f"{invoice.id}/invoice" for invoice in invoices]
    return runs.prepare(session, people[2], keys, **({"pay_on": PAY_ON, "now": NOW} | values))


def test_a_run_pays_once_and_its_files_agree_with_it(session, people, firm):
    one, order = approved(session, people, firm)
    two, _ = approved(session, people, firm, "RATA 7")
    run = prepare(session, people, one, two)
    assert (run.state, run.total_cents) == ("prepared", 32_200)
    assert {item.reference for item in run.items} == {run.code}
    assert runs.approve(session, people[3], run.id, NOW) is True
    assert runs.approve(session, people[3], run.id, NOW) is False
    assert (one.state, one.paid_by) == ("paid", people[3].user_id)
    rows = session.execute(text("select kind, name, sha256, content from pay_run_file order by kind")).all()
    assert [row.name for row in rows] == [f"{run.code}.xml", f"{run.code}-bills-1.csv"]
    assert all(hashlib.sha256(row.content).hexdigest() == row.sha256 for row in rows)
    bank, bills = read_pain001(rows[0].content), read_xero_totals([rows[1].content])
    assert (bank.count, bank.total_cents, bank.pay_on) == (1, 32_200, PAY_ON)
    assert bills.net_cents + bills.gst_cents == bank.total_cents
    assert paying.balances(session, order_id=order.id)["paid"] == 14_000
    paying.assert_books_are_straight(session)


def test_the_preparer_and_whoever_had_a_part_may_not_approve(session, people, firm):
    invoice, _ = approved(session, people, firm)
    run = prepare(session, people, invoice)
    for person, words in ((people[2], "You prepared"), (people[0], "entered"), (people[1], "entered")):
        with pytest.raises(NotPermittedError, match=words):
            runs.approve(session, person, run.id, NOW)
    assert invoice.state == "approved"


def test_an_account_that_changed_since_stops_the_run(session, people, firm):
    invoice, _ = approved(session, people, firm)
    run = prepare(session, people, invoice)
    admin = paying.factories.actor_of(paying.factories.make_user(session, "administrator"))
    other = paying.factories.actor_of(paying.factories.make_user(session, "administrator"))
    row = bank_accounts.enter(session, admin, firm.id, "01-0242-0100274-00", NOW)
    bank_accounts.verify(session, other, row.id, "called the number on record", NOW)
    with pytest.raises(RefusedError, match="account has changed"):
        runs.approve(session, people[3], run.id, NOW)
    assert invoice.state == "approved"
    assert session.get(BankAccount, row.id).verified_by == other.user_id


def test_an_invoice_stands_in_one_run_until_it_is_cancelled(session, people, firm):
    invoice, _ = approved(session, people, firm)
    run = prepare(session, people, invoice)
    with pytest.raises(FaultsError, match=f"is in run {run.code}"):
        prepare(session, people, invoice)
    with pytest.raises(FaultsError):
        runs.cancel(session, people[0], run.id, reason="", now=NOW)
    runs.cancel(session, people[0], run.id, reason="Wrong day chosen", now=NOW)
    with pytest.raises(RefusedError, match="cancelled already"):
        runs.approve(session, people[3], run.id, NOW)
    assert prepare(session, people, invoice).state == "prepared"


def test_an_invoice_of_nothing_is_approved_and_waits_for_no_payment(session, people, firm):
    nothing, _ = approved(session, people, firm, rate="0.00")
    paid, _ = approved(session, people, firm, number="INV-101")
    assert (nothing.state, nothing.payable_cents) == ("approved", 0)
    waiting, cents = payments.find_approved(session)
    assert ([row.number for row in waiting.rows], cents) == ([paid.number], paid.payable_cents)


def test_what_waits_and_what_was_paid_come_in_pages_and_a_run_may_take_all_that_is_ready(
    session, people, firm
):
    made = [approved(session, people, firm, name)[0] for name in ("RATA 1", "KOWHAI 22", "MIRO 333")]
    held = prepare(session, people, made[0])
    first, cents = payments.find_approved(session, 1, 2)
    last, _ = payments.find_approved(session, 2, 2)
    assert ([part.pages for part in (first, last)], len(first.rows), len(last.rows)) == ([2, 2], 2, 1)
    rows = {row.number: row for row in (*first.rows, *last.rows)}
    assert {number: row.run_code for number, row in rows.items()} == {
        "RATA 1": held.code,
        "KOWHAI 22": None,
        "MIRO 333": None,
    }
    ready = payments.find_ready(session, payments.find_released(session))
    assert cents == 3 * made[0].payable_cents
    assert (set(ready.keys), ready.cents) == ({f"{one.id}/invoice" for one in made[1:]}, cents - 16_100)
    rest = runs.prepare(session, people[2], ready.keys, pay_on=PAY_ON, now=NOW)
    assert [run.code for run in find_runs(session, 2, 1).rows] != [
        run.code for run in find_runs(session, 1, 1).rows
    ]
    for run in (held, rest):
        runs.approve(session, people[3], run.id, NOW)
    assert (payments.find_approved(session)[0].count, payments.find_ready(session, ()).keys) == (0, ())
    assert [payments.find_paid(session, page, 2).count for page in (1, 2)] == [3, 3]
    assert len(payments.find_paid(session, 2, 2).rows) == 1


def test_what_cannot_be_paid_is_said_all_at_once(session, people, firm):
    invoice, _ = approved(session, people, firm)
    clear.take_back(session, people[1], invoice.id, reason="Looked at again", now=NOW)
    saturday = TODAY + timedelta(days=(5 - TODAY.weekday()) % 7)
    with pytest.raises(FaultsError) as caught:
        prepare(session, people, invoice, pay_on=saturday)
    assert set(caught.value.by_field()) == {"chosen", "pay_on"}
    for chosen in ([], ["nonsense"], [f"{invoice.id}/everything"]):
        with pytest.raises(FaultsError):
            runs.prepare(session, people[2], chosen, pay_on=PAY_ON, now=NOW)


def test_a_returned_payment_can_be_paid_again(session, people, firm):
    invoice, order = approved(session, people, firm)
    for number in range(2):
        run = prepare(session, people, invoice)
        runs.approve(session, people[3], run.id, NOW)
        assert paying.balances(session, order_id=order.id)["paid"] == 14_000
        later = NOW + timedelta(days=2)
        with pytest.raises(FaultsError):
            returned.record_return(
                session, people[0], run.id, firm.id, returned_on=None, reason="", now=later
            )
        returned.record_return(
            session,
            people[0],
            run.id,
            firm.id,
            returned_on=PAY_ON,
            reason=f"Account closed {number}",
            now=later,
        )
        assert invoice.state == "approved"
        assert paying.balances(session, order_id=order.id)["paid"] == 0
        with pytest.raises(RefusedError, match="came back already"):
            returned.record_return(
                session, people[0], run.id, firm.id, returned_on=PAY_ON, reason="Account closed", now=later
            )
    paying.assert_books_are_straight(session)


@pytest.mark.parametrize(
    "change",
    [
        "update pay_run set total_cents = 1",
        "update pay_run set approved_by = prepared_by, approved_at = now(), state = 'approved'",
        "update pay_run_item set amount_cents = amount_cents + 1",
        "delete from pay_run_item",
        "update payer_account set number = '01-0242-0100207-00'",
    ],
)
def test_the_database_keeps_a_run_frozen(session, people, firm, change):
    invoice, _ = approved(session, people, firm)
    prepare(session, people, invoice)
    with pytest.raises(Exception, match=r"settled or frozen|two_people|permission denied"):
        session.execute(text(change))


def test_an_approved_run_and_its_files_never_change(session, people, firm):
    invoice, _ = approved(session, people, firm)
    run = prepare(session, people, invoice)
    runs.approve(session, people[3], run.id, NOW)
    for change in (
        "update pay_run set state = 'cancelled', cancelled_at = now(), approved_at = null, approved_by = null",
        "update pay_run_file set sha256 = ''",
    ):
        with pytest.raises(Exception, match=r"settled or frozen|permission denied"), session.begin_nested():
            session.execute(text(change))
