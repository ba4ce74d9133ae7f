"""A month is closed once nothing blocks it, the database keeps it closed, and two people open it again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.finance.ledger import At, commit
from worksorders.domain.finance.months import Month, month_of, read_month
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import ledger
from worksorders.steps.finance.months import close as step
from worksorders.steps.finance.months import find
from worksorders.steps.finance.months.checklist import checklist
from worksorders.steps.finance.months.journal import journal_csv
from worksorders.steps.finance.posting import Where, post
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.work.offers import LineAccepted

NOVEMBER = Month(2026, 11)
LATER = NOW + timedelta(days=9)  # 3 December


@pytest.fixture
def people(session):
    return [paying.finance(session) for _ in range(2)]


@pytest.fixture
def order(session):
    """Two done of each line, one of the first line accepted: one is done and accepted by nobody."""
    return paying.worked_order(session, paying.paid_firm(session), accepted=1)


def test_a_month_knows_its_days():
    assert (NOVEMBER.starts_on.isoformat(), NOVEMBER.ends_on.isoformat()) == ("2026-11-01", "2026-11-30")
    assert local_day(NOVEMBER.ends_at) == NOVEMBER.ends_on
    assert local_day(NOVEMBER.ends_at + timedelta(microseconds=1)) == NOVEMBER.following.starts_on
    assert Month(2026, 12).following == Month(2027, 1)
    assert Month(2027, 1).before == Month(2026, 12)
    assert read_month("2026-11") == NOVEMBER == month_of(NOVEMBER.ends_on)
    for wrong in ("2026-13", "26-1", "2026-11-01", ""):
        with pytest.raises(ValueError, match="is no month"):
            read_month(wrong)


def test_what_is_done_and_not_accepted_is_accrued_and_reversed_on_the_next_day(session, people, order):
    (one,) = find.find_month(session, NOVEMBER, LATER).accruals
    assert (one.quantity, one.cents) == (Decimal(1), 7_000)
    before = find.balances_at(session, NOVEMBER)
    step.close(session, people[0], NOVEMBER, LATER)
    after = find.balances_at(session, NOVEMBER)
    assert after["accrued"] - before["accrued"] == before["committed"] - after["committed"] == 7_000
    assert find.balances_at(session, NOVEMBER.following) == before
    paying.assert_books_are_straight(session)
    line = order.lines[0]
    taken = {"quantity": Decimal(1), "accepted_at": LATER, "accepted_by": people[0].user_id}
    session.add(LineAccepted(line_id=line.id, **taken))
    ledger.settle_orders(session, people[0], [line.order_id], LATER)
    assert paying.balances(session)["accrued"] == 14_000
    paying.assert_books_are_straight(session)


def test_what_blocks_a_month_is_named(session, people, order):
    with pytest.raises(RefusedError, match="It ends on 30 November 2026"):
        step.close(session, people[0], NOVEMBER, NOW)
    assert not find.find_month(session, NOVEMBER, LATER).blocked


def test_a_claim_that_ran_out_blocks_until_it_is_answered(session, people, order):
    firm = session.get(Firm, order.visits[0].firm_id)
    line = typed_line(order.lines[0], order.code, quantity=1, rate="71.00")
    receive_typed(session, people[0], document(firm, line), NOW)
    late = NOW + timedelta(days=60)
    assert [check.what for check in checklist(session, NOVEMBER, late) if check.blocks] == [
        "Payment claims are answered"
    ]


def test_nothing_is_posted_into_a_closed_month(session, people, order):
    step.close(session, people[0], NOVEMBER, LATER)
    with pytest.raises(RefusedError, match="closed already"):
        step.close(session, people[1], NOVEMBER, LATER)
    year = session.query(LedgerEntry).first().contract_year_id
    entry = commit(At("late", NOVEMBER.ends_on, str(year)), 100)
    with pytest.raises(Exception, match="month of this posting is closed"):
        post(session, entry, Where(year), people[0], NOVEMBER.ends_at)


def test_an_uneven_event_is_refused_by_the_database(session, people, order):
    year = session.query(LedgerEntry).first().contract_year_id
    session.add(
        LedgerEntry(
            event_key="uneven", event="paid", account="paid", amount_cents=1, contract_year_id=year, at=NOW
        )
    )
    session.flush()
    with pytest.raises(Exception, match="do not sum to zero"):
        session.execute(text("set constraints all immediate"))


def test_opening_again_takes_two_people_and_closing_again_posts_the_difference(session, people, order):
    step.close(session, people[0], NOVEMBER, LATER)
    with pytest.raises(FaultsError):
        step.ask_to_reopen(session, people[0], NOVEMBER, reason="", now=LATER)
    step.ask_to_reopen(session, people[0], NOVEMBER, reason="A visit was entered late", now=LATER)
    with pytest.raises(NotPermittedError):
        step.agree_to_reopen(session, people[0], NOVEMBER, LATER)
    step.keep_closed(session, people[0], NOVEMBER)
    step.ask_to_reopen(session, people[0], NOVEMBER, reason="A visit was entered late", now=LATER)
    assert step.agree_to_reopen(session, people[1], NOVEMBER, LATER).state == "open"
    session.execute(text("update line_done set done_quantity = 1"))
    step.close(session, people[1], NOVEMBER, LATER)
    page = find.find_month(session, NOVEMBER, LATER)
    assert (page.period.closings, page.period.figures["accrued_cents"]) == (2, 0)
    assert page.balances["accrued"] == 7_000
    assert page.period.figures["digest"] == step.digest_of(session, NOVEMBER)
    paying.assert_books_are_straight(session)


def test_only_the_latest_closed_month_is_opened_and_months_close_in_order(session, people, order):
    with pytest.raises(NotFoundError):
        step.ask_to_reopen(session, people[0], NOVEMBER, reason="Nothing there", now=LATER)
    step.close(session, people[0], NOVEMBER, LATER)
    after = NOW + timedelta(days=75)
    with pytest.raises(RefusedError, match="December 2026 is not closed"):
        step.close(session, people[0], Month(2027, 1), after)
    step.close(session, people[0], Month(2026, 12), after)
    with pytest.raises(RefusedError, match="December 2026 is closed too"):
        step.ask_to_reopen(session, people[0], NOVEMBER, reason="A visit was late", now=after)


def test_the_journal_holds_every_posting_and_sums_to_zero(session, people, order):
    rows = journal_csv(session, NOVEMBER).decode("utf-8-sig").splitlines()[1:]
    debit = sum(Decimal(row.split(",")[8] or 0) for row in rows)
    credit = sum(Decimal(row.split(",")[9] or 0) for row in rows)
    assert debit == credit > 0
    assert order.code in "".join(rows)


def test_nobody_but_finance_closes(session, order):
    coordinator = factories.actor_of(factories.make_user(session))
    with pytest.raises(NotFoundError):
        step.close(session, coordinator, NOVEMBER, LATER)
