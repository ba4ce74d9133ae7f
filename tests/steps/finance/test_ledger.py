"""The ledger follows an order from issue to payment; every event sums to zero and the budget is whole, whatever happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests import dispatching, factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError
from worksorders.domain.finance.contract import programme_years
from worksorders.steps.finance import clear, contract, follow, ledger, stop, uncommitted
from worksorders.steps.finance.find.contract import find_drawdown
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.finance import FundingContract, LedgerEntry
from worksorders.store.tables.trail import AuditEvent, OutboxMessage


@pytest.fixture
def coordinator(session):
    return factories.actor_of(factories.make_user(session))


def fresh_order(session, **values):
    """An issued order of one line of two units at $999 that nobody has committed yet."""
    return dispatching.issued_order(session, [dispatching.cleared_firm(session)], evidence="", **values)


def test_without_a_contract_of_the_day_nothing_is_issued(session, coordinator):
    order = fresh_order(session)
    with pytest.raises(NotPermittedError, match="No funding contract covers 24 November 2026"):
        ledger.commit_order(session, coordinator, order, NOW)
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_a_commitment_above_what_the_year_has_left_is_refused_but_never_a_p1(session, coordinator):
    small = [replace(year, budget_cents=100_000) for year in programme_years(date(2026, 7, 1))]
    factories.make_contract(session, tuple(small))
    with pytest.raises(
        NotPermittedError, match=r"\$1,000.00 left before GST, and this order needs \$1,998.00"
    ):
        ledger.commit_order(session, coordinator, fresh_order(session), NOW)
    ledger.commit_order(session, coordinator, fresh_order(session, urgency="P1"), NOW)
    assert paying.balances(session)["committed"] == 199_800


def test_a_p1_is_issued_without_a_contract_and_committed_once_there_is_one(session, coordinator):
    order = fresh_order(session, urgency="P1")
    ledger.commit_order(session, coordinator, order, NOW)
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == order.id)).all()
    assert "order.issued_without_contract" in actions
    assert uncommitted.commit_uncommitted(session, coordinator, NOW) == 0
    assert uncommitted.find_uncommitted(session) == [order]
    factories.make_contract(session)
    assert uncommitted.commit_uncommitted(session, coordinator, NOW) == 1
    assert uncommitted.find_uncommitted(session) == []
    assert paying.balances(session, order_id=order.id) == {"uncommitted": -199_800, "committed": 199_800}
    paying.assert_books_are_straight(session)


def test_committing_twice_commits_once(session, coordinator):
    factories.make_contract(session)
    order = fresh_order(session)
    for _ in range(2):
        ledger.commit_order(session, coordinator, order, NOW)
    assert paying.balances(session, order_id=order.id) == {"uncommitted": -199_800, "committed": 199_800}


def test_the_rate_of_the_firm_that_accepts_replaces_the_highest_and_comes_back(session, coordinator):
    factories.make_contract(session)
    order = fresh_order(session)
    ledger.commit_order(session, coordinator, order, NOW)
    visits = [visit.id for visit in order.visits]
    for rate, committed in (("70.00", 14_000), ("70.00", 14_000), ("999.00", 199_800)):
        order.lines[0].rate = Decimal(rate)
        ledger.recommit_visits(session, coordinator, visits, NOW)
        assert paying.balances(session, order_id=order.id)["committed"] == committed
    paying.assert_books_are_straight(session)


def test_accepted_work_accrues_and_cancelling_gives_all_back(session):
    firm = paying.paid_firm(session)
    order = paying.worked_order(session, firm, accepted=1)
    found = paying.balances(session, order_id=order.id)
    assert (found["committed"], found["accrued"]) == (7_000, 7_000)
    order.state = "cancelled"
    follow.order_changed(session, None, order.id, NOW)
    follow.order_changed(session, None, order.id, NOW)
    assert set(paying.balances(session, order_id=order.id).values()) == {0}
    paying.assert_books_are_straight(session)


def test_closing_keeps_what_is_accrued_and_reopening_commits_the_rest_again(session):
    order = paying.worked_order(session, paying.paid_firm(session), accepted=1)
    for state, committed in (("closed", 0), ("issued", 7_000)):
        order.state = state
        follow.order_changed(session, None, order.id, NOW)
        found = paying.balances(session, order_id=order.id)
        assert (found["committed"], found["accrued"]) == (committed, 7_000)
    paying.assert_books_are_straight(session)


def test_a_changed_or_removed_line_changes_the_commitment(session):
    order = paying.worked_order(session, paying.paid_firm(session), visits=2, accepted=0)
    order.lines[0].quantity = Decimal(5)
    order.lines[1].removed_at = NOW
    follow.order_changed(session, None, order.id, NOW)
    assert paying.balances(session, order_id=order.id)["committed"] == 35_000
    paying.assert_books_are_straight(session)


def test_acceptance_has_waiting_invoices_matched_again(session):
    firm = paying.paid_firm(session)
    order = paying.worked_order(session, firm, accepted=0)
    sent = receive_typed(
        session, paying.finance(session), document(firm, typed_line(order.lines[0], order.code)), NOW
    )
    paying.accept(session, order.lines[0], 2)
    follow.order_changed(session, None, order.id, NOW)
    messages = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "invoice.match")).all()
    assert [message.payload for message in messages] == [{"invoice_id": str(sent.invoice.id)}]


def test_a_contract_keeps_its_budget_before_gst_and_refuses_overlapping_years(session):
    finance = paying.finance(session)
    made = contract.record_contract(
        session, finance, code="nhss-1", name="Service", gst_basis="inclusive",
        years=programme_years(date(2026, 7, 1)), now=NOW,
    )  # fmt: skip
    page = find_drawdown(session, made)
    assert (page.whole.budget_cents, page.whole.holds, page.homes_target) == (313_043_477, True, 987)
    with pytest.raises(FaultsError) as caught:
        contract.record_contract(
            session, finance, code="NHSS-1", name="", gst_basis="inclusive",
            years=programme_years(date(2027, 7, 1)), now=NOW,
        )  # fmt: skip
    assert set(caught.value.by_field()) == {"code", "name", "starts_on"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("accept", "invoice", "invoice", "approve", "pay", "reject", "cancel", "close", "rate")
        ),
        st.integers(0, 3),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_books_are_straight_and_nothing_is_paid_beyond_what_was_accepted(
    services, steps
):
    with services.sessions() as session:
        history = History(session)
        for step, number in steps:
            savepoint = session.begin_nested()
            try:
                getattr(history, step)(number)
                savepoint.commit()
            except DomainError:
                savepoint.rollback()
                session.expire_all()
            paying.assert_books_are_straight(session)
        page = find_drawdown(session, session.scalars(select(FundingContract)).one())
        assert page.whole.holds
        for line in history.order.lines:
            taken = history.accepted.get(line.id, 0)
            found = paying.balances(session, line_id=line.id)
            assert found.get("invoiced", 0) + found.get("paid", 0) <= taken * 7_000
            assert found.get("accrued", 0) >= 0
        session.rollback()


class History:
    """Random moves over one order of two lines; each is a step that users have."""

    def __init__(self, session):
        self.session, self.count = session, 0
        self.firm = paying.paid_firm(session)
        self.order = paying.worked_order(session, self.firm, visits=2, done=2, accepted=0)
        self.people = [paying.finance(session) for _ in range(3)]
        self.invoices, self.accepted = [], {}

    def line(self, number):
        return self.order.lines[number % 2]

    def pick(self, number):
        return self.invoices[number % len(self.invoices)] if self.invoices else None

    def accept(self, number):
        line = self.line(number)
        if self.accepted.get(line.id, 0) < 2 and self.order.state == "issued":
            self.accepted[line.id] = self.accepted.get(line.id, 0) + 1
            paying.accept(self.session, line, 1)

    def invoice(self, number):
        self.count += 1
        line = typed_line(self.line(number), self.order.code, quantity=1 + number // 2, rate="70.00")
        paper = document(self.firm, line, number=f"{self.count:03}-{'XYZQ'[number] * 4}")
        self.invoices.append(receive_typed(self.session, self.people[0], paper, NOW).invoice.id)

    def approve(self, number):
        if self.invoices:
            clear.approve(self.session, self.people[1], self.pick(number), NOW, part=True)

    def pay(self, number):
        if self.invoices:
            paying.pay(self.session, self.people[2], self.pick(number))

    def reject(self, number):
        if self.invoices:
            stop.reject(self.session, self.people[1], self.pick(number), reason="Sent by mistake", now=NOW)

    def cancel(self, _):
        self.change("cancelled")

    def close(self, _):
        self.change("closed")

    def change(self, state):
        if self.order.state == "issued":
            self.order.state = state
            follow.order_changed(self.session, None, self.order.id, NOW)

    def rate(self, number):
        """Another firm takes a visit before anything of it is accepted."""
        line = self.line(number)
        if not self.accepted.get(line.id):
            line.rate = Decimal("70.00") if number < 2 else Decimal("69.50")
            ledger.recommit_visits(self.session, None, [line.visit_id], NOW)
