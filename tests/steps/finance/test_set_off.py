"""Approved credit notes are taken off what their firm is paid next, carried on where they are more, never paid out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.steps.finance import paying
from tests.steps.finance.paying import NOW
from tests.steps.finance.test_pay_runs import PAY_ON, approved, firm, people, prepare
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.gateways.payfiles import read_pain001, read_xero_totals
from worksorders.steps.finance import clear
from worksorders.steps.finance.find.runs import own_payments
from worksorders.steps.finance.payout import returned, runs
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.payouts import PayRunFile

__all__ = ["firm", "people"]


def credited(session, people, firm, invoice, order, number="CN-1"):
    """An approved credit note of a whole invoice of one line."""
    line = paying.typed_line(order.lines[0], order.code)
    paper = paying.document(firm, line, number=number, credits_number=invoice.number)
    note = receive_typed(session, people[0], paper, NOW).invoice
    clear.approve(session, people[1], note.id, NOW)
    assert note.payable_cents == -16_100
    return note


def test_a_credit_note_of_paid_work_comes_off_the_next_payment_and_every_file_agrees(session, people, firm):
    first, order = approved(session, people, firm)
    runs.approve(session, people[3], prepare(session, people, first).id, NOW)
    note = credited(session, people, firm, first, order)
    big = [approved(session, people, firm, number)[0] for number in ("RATA 7", "TOTARA 3")]
    run = prepare(session, people, *big)
    assert {item.invoice_id for item in run.items} == {note.id, *(one.id for one in big)}
    assert run.total_cents == 16_100
    runs.approve(session, people[3], run.id, NOW)
    files = {
        row.kind: row.content
        for row in session.scalars(select(PayRunFile).where(PayRunFile.run_id == run.id))
    }
    bank, bills = read_pain001(files["bank"]), read_xero_totals([files["bills"]])
    assert (bank.count, bank.total_cents) == (1, 16_100)
    assert (bills.bills, bills.net_cents + bills.gst_cents) == (3, 16_100)
    portal = paying.dispatching.account(session, firm)
    told = {
        one.code: sum(item.amount_cents for item in items) for one, items in own_payments(session, portal)
    }
    assert told[run.code] == bank.total_cents
    assert note.state == "paid"
    assert paying.balances(session, order_id=order.id)["paid"] == 0
    paying.assert_books_are_straight(session)


def test_credits_above_what_is_owed_wait_for_a_later_run_and_other_firms_are_paid(session, people, firm):
    first, order = approved(session, people, firm)
    runs.approve(session, people[3], prepare(session, people, first).id, NOW)
    credited(session, people, firm, first, order)
    small_order = paying.worked_order(session, firm, rates=("20.00",))
    line = paying.typed_line(small_order.lines[0], small_order.code)
    small = receive_typed(session, people[0], paying.document(firm, line, number="SMALL"), NOW).invoice
    clear.approve(session, people[1], small.id, NOW)
    with pytest.raises(FaultsError, match="come to more than what is owed") as caught:
        prepare(session, people, small)
    assert len(caught.value.faults) == 1
    other = paying.paid_firm(session)
    theirs, _ = approved(session, people, other, "MIRO")
    run = prepare(session, people, small, theirs)
    assert [(item.invoice_number, item.amount_cents) for item in run.items] == [("MIRO", 16_100)]
    assert runs.approve(session, people[3], run.id, NOW) is True
    assert small.state == "approved"
    more, _ = approved(session, people, firm, "RATA 9")
    later = prepare(session, people, small, more)
    assert later.total_cents == small.payable_cents
    assert runs.approve(session, people[3], later.id, NOW) is True
    assert small.state == "paid"


def test_an_unpaid_invoice_and_its_credit_note_are_settled_without_a_payment(session, people, firm):
    invoice, order = approved(session, people, firm)
    note = credited(session, people, firm, invoice, order)
    run = prepare(session, people, invoice)
    assert run.total_cents == 0
    runs.approve(session, people[3], run.id, NOW)
    assert {invoice.state, note.state} == {"paid"}
    kinds = session.scalars(select(PayRunFile.kind).where(PayRunFile.run_id == run.id)).all()
    assert kinds == ["bills"]
    with pytest.raises(RefusedError, match="Nothing was sent"):
        returned.record_return(
            session, people[0], run.id, firm.id, returned_on=PAY_ON, reason="Account closed", now=NOW
        )
    paying.assert_books_are_straight(session)


def test_a_credit_note_approved_after_the_run_was_frozen_stops_it(session, people, firm):
    first, order = approved(session, people, firm)
    runs.approve(session, people[3], prepare(session, people, first).id, NOW)
    more, _ = approved(session, people, firm, "RATA 9")
    run = prepare(session, people, more)
    credited(session, people, firm, first, order)
    with pytest.raises(RefusedError, match="CN-1 was approved since"):
        runs.approve(session, people[3], run.id, NOW)
    assert more.state == "approved"
