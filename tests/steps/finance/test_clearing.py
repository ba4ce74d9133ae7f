"""Two people clear an invoice: release, approval and payment are never one person's, and a part is exact to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests import dispatching, factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, TODAY, document, typed_line
from web.jobs import deliver
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps import outbox
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import clear, follow, stop
from worksorders.steps.finance.match import match_invoice
from worksorders.steps.finance.payout import runs
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.trail import OutboxMessage

REASON = "Rounded by their old software, checked by phone"


@pytest.fixture
def firm(session):
    return paying.paid_firm(session)


@pytest.fixture
def order(session, firm):
    return paying.worked_order(session, firm)


@pytest.fixture
def people(session):
    """Three finance users: one enters, one releases, one approves."""
    return [paying.finance(session) for _ in range(3)]


def wrong_gst(session, people, firm, order, **values):
    """A document whose GST is a cent too high: a hold that may be released."""
    line = typed_line(order.lines[0], order.code)
    return receive_typed(session, people[0], document(firm, line, gst_cents=2_101, **values), NOW)


def open_row(outcome, code):
    return next(row for row in outcome.invoice.exceptions if row.code == code and row.state == "open")


def release(session, actor, row, expires_on=TODAY + timedelta(days=7), reason=REASON):
    return clear.release(session, actor, row.id, reason=reason, expires_on=expires_on, now=NOW)


def test_a_release_by_another_person_makes_the_match_clean(session, firm, order, people):
    outcome = wrong_gst(session, people, firm, order)
    assert outcome.invoice.state == "exceptions"
    released = release(session, people[1], open_row(outcome, "G06"))
    assert released.is_clean
    assert (released.invoice.state, released.invoice.payable_cents) == ("matched", 16_100)
    timer = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invoice.match")).one()
    assert timer.due_at > NOW + timedelta(days=7)


def test_nobody_releases_what_they_entered(session, firm, order, people):
    row = open_row(wrong_gst(session, people, firm, order), "G06")
    with pytest.raises(NotPermittedError, match="entered the invoice"):
        release(session, people[0], row)


def test_a_release_needs_a_reason_and_a_last_day(session, firm, order, people):
    row = open_row(wrong_gst(session, people, firm, order), "G06")
    for expires_on in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=91)):
        with pytest.raises(FaultsError) as caught:
            release(session, people[1], row, expires_on, reason="ok")
        assert set(caught.value.by_field()) == {"reason", "expires_on"}


def test_a_block_is_never_released(session, firm, order, people):
    line = typed_line(order.lines[0], order.code, rate="71.00")
    outcome = receive_typed(session, people[0], document(firm, line), NOW)
    with pytest.raises(NotPermittedError, match="R01 cannot be released"):
        release(session, people[1], open_row(outcome, "R01"))


def test_a_release_ends_with_its_last_day(session, firm, order, people):
    outcome = wrong_gst(session, people, firm, order)
    release(session, people[1], open_row(outcome, "G06"), TODAY + timedelta(days=2))
    later = match_invoice(session, None, outcome.invoice.id, NOW + timedelta(days=3))
    assert later.invoice.state == "exceptions"
    assert open_row(later, "G06")


def test_the_releaser_and_the_enterer_may_not_approve_and_the_approver_may_not_pay(
    session, firm, order, people
):
    outcome = wrong_gst(session, people, firm, order)
    release(session, people[1], open_row(outcome, "G06"))
    for barred in people[:2]:
        with pytest.raises(NotPermittedError):
            clear.approve(session, barred, outcome.invoice.id, NOW)
    clear.approve(session, people[2], outcome.invoice.id, NOW)
    for barred in people:
        with pytest.raises(NotPermittedError):
            paying.pay(session, barred, outcome.invoice.id)
    assert paying.pay(session, paying.finance(session), outcome.invoice.id) is True
    with pytest.raises(FaultsError, match="paid"):
        paying.pay(session, paying.finance(session), outcome.invoice.id)
    found = paying.balances(session, order_id=order.id)
    assert (found["paid"], found["invoiced"], found["accrued"], found["committed"]) == (14_000, 0, 0, 0)
    paying.assert_books_are_straight(session)


def test_the_database_itself_refuses_one_person_as_approver_and_payer(session, firm, order, people):
    outcome = receive_typed(session, people[0], document(firm, typed_line(order.lines[0], order.code)), NOW)
    with pytest.raises(Exception, match="two_people_pay"):
        session.execute(
            text("update invoice set approved_by = :one, paid_by = :one where id = :id"),
            {"one": people[1].user_id, "id": outcome.invoice.id},
        )


def test_a_part_is_approved_and_paid_to_the_cent_and_the_rest_may_be_claimed_again(session, firm, people):
    order = paying.worked_order(session, firm, accepted=1, rates=("33.33",))
    line = order.lines[0]
    outcome = receive_typed(session, people[0], document(firm, typed_line(line, order.code)), NOW)
    with pytest.raises(RefusedError, match="Q01"):
        clear.approve(session, people[1], outcome.invoice.id, NOW)
    clear.approve(session, people[1], outcome.invoice.id, NOW, part=True)
    assert outcome.invoice.payable_cents == 3_333 + 500
    decided = outcome.invoice.lines[0].decision
    assert decided.accepted_cents + decided.disputed_cents == decided.claimed_cents == 6_666
    paying.pay(session, people[2], outcome.invoice.id)
    paying.accept(session, line, 1)
    rest = receive_typed(
        session, people[0], document(firm, typed_line(line, order.code, quantity=1), number="INV-7"), NOW
    )
    assert rest.is_clean
    assert paying.balances(session, order_id=order.id)["paid"] == 3_333
    paying.assert_books_are_straight(session)


def test_an_invoice_on_hold_is_not_approved_until_the_hold_is_lifted(session, firm, order, people):
    outcome = receive_typed(session, people[0], document(firm, typed_line(order.lines[0], order.code)), NOW)
    stop.hold(
        session, people[1], outcome.invoice.id, kind="disputed", reason="Asked the firm for photos", now=NOW
    )
    with pytest.raises(RefusedError, match="disputed"):
        clear.approve(session, people[1], outcome.invoice.id, NOW)
    stop.lift_hold(session, people[1], outcome.invoice.id, NOW)
    assert clear.approve(session, people[1], outcome.invoice.id, NOW).invoice.state == "approved"


def test_what_changed_since_approval_stops_the_payment(session, firm, order, people):
    outcome = receive_typed(session, people[0], document(firm, typed_line(order.lines[0], order.code)), NOW)
    clear.approve(session, people[1], outcome.invoice.id, NOW)
    order.state = "cancelled"
    session.flush()
    with pytest.raises(FaultsError, match=r"payable now \$0.00"):
        paying.pay(session, people[2], outcome.invoice.id)
    again = clear.take_back(session, people[2], outcome.invoice.id, reason="Order was cancelled", now=NOW)
    assert (again.invoice.state, open_row(again, "M05").severity) == ("exceptions", "B")


def test_a_firm_without_a_verified_account_is_not_paid(session, people):
    bare = dispatching.cleared_firm(session)
    bare.gst_number = paying.GST_NUMBER
    order = paying.worked_order(session, bare)
    outcome = receive_typed(session, people[0], document(bare, typed_line(order.lines[0], order.code)), NOW)
    clear.approve(session, people[1], outcome.invoice.id, NOW)
    with pytest.raises(FaultsError, match="no verified bank account"):
        paying.pay(session, people[2], outcome.invoice.id)


def test_a_rejected_invoice_gives_everything_back_and_its_number_may_be_used_again(
    session, firm, order, people
):
    line = typed_line(order.lines[0], order.code)
    outcome = receive_typed(session, people[0], document(firm, line), NOW)
    assert paying.balances(session, order_id=order.id)["invoiced"] == 14_000
    stop.reject(session, people[1], outcome.invoice.id, reason="Meant for another customer", now=NOW)
    found = paying.balances(session, order_id=order.id)
    assert (found["invoiced"], found["accrued"]) == (0, 14_000)
    again = receive_typed(session, people[0], document(firm, line), NOW)
    assert again.is_clean
    paying.assert_books_are_straight(session)


def test_rejecting_the_first_of_two_makes_the_second_stand(session, firm, order, people):
    line = typed_line(order.lines[0], order.code)
    first = receive_typed(session, people[0], document(firm, line), NOW)
    second = receive_typed(session, people[0], document(firm, line), NOW)
    stop.reject(session, people[1], first.invoice.id, reason="Sent twice by mistake", now=NOW)
    again = match_invoice(session, None, second.invoice.id, NOW)
    assert again.is_clean
    assert session.get(Invoice, second.invoice.id).duplicate_of_id is None


def test_nobody_but_finance_clears_anything(session, firm, order, people):
    outcome = receive_typed(session, people[0], document(firm, typed_line(order.lines[0], order.code)), NOW)
    for role in ("coordinator", "administrator", "auditor"):
        stranger = factories.actor_of(factories.make_user(session, role))
        with pytest.raises(NotFoundError):
            clear.approve(session, stranger, outcome.invoice.id, NOW)
        with pytest.raises(NotFoundError):
            runs.prepare(session, stranger, [f"{outcome.invoice.id}/invoice"], pay_on=TODAY, now=NOW)


def test_the_background_job_clears_a_hold_that_fell_away(services):
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        order = paying.worked_order(session, firm, accepted=0)
        line, order_id = order.lines[0], order.id
        sent = receive_typed(
            session, paying.finance(session), document(firm, typed_line(line, order.code)), NOW
        )
        assert sent.invoice.state == "exceptions"
    with services.sessions.begin() as session:
        paying.accept(session, session.merge(line), 2)
        follow.order_changed(session, None, order_id, NOW)
    with services.sessions.begin() as session:
        due = outbox.take_due(session)
    assert [deliver(services, delivery) for delivery in due] == [True]
    with services.sessions() as session:
        assert session.scalars(select(Invoice.state)).one() == "matched"
        paying.assert_books_are_straight(session)
