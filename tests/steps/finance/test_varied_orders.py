"""Four-way match of a varied order: ordered and approved variations, done, accepted, invoiced."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, assert_books_are_straight, balances, codes, document, typed_line
from worksorders.domain.money import line_cents
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.variations import Variation


@pytest.fixture
def desk(session):
    return Desk(session)


class Desk:
    """One order of one line at $70: two were ordered; `vary` approves another quantity, which is then done."""

    def __init__(self, session):
        self.session = session
        self.firm = paying.paid_firm(session)
        self.order = paying.worked_order(session, self.firm)
        (self.line,) = self.order.lines
        self.line.original_quantity = Decimal(2)
        self.finance = paying.finance(session)
        self.person = factories.make_user(session)

    def vary(self, quantity, *, limit_cents=None):
        before = self.line.quantity
        worker = factories.make_user(self.session, "contractor", firm_id=self.firm.id)
        self.session.add(
            Variation(
                id=uuid.uuid4(), order_id=self.order.id, visit_id=self.line.visit_id, firm_id=self.firm.id,
                change="change", line_id=self.line.id, item_code=self.line.item_code, offer_name="Lock work",
                unit="each", seen_revision=self.line.revision, before_quantity=before, quantity=Decimal(quantity),
                rate=self.line.rate, difference_cents=line_cents(Decimal(quantity) - before, self.line.rate),
                extra_minutes=0, reason="More doors", state="approved", asked_at=NOW, asked_by=worker.id,
                decided_at=NOW, decided_by=self.person.id if limit_cents else None, limit_cents=limit_cents,
                decided_how="second_person" if limit_cents else "approved_by_rule",
            )
        )  # fmt: skip
        self.line.quantity, self.line.revision = Decimal(quantity), self.line.revision + 1
        self.session.flush()
        order_changed(self.session, None, self.order.id, NOW)

    def do(self, quantity):
        done = self.session.scalars(select(LineDone).where(LineDone.line_id == self.line.id)).one()
        done.done_quantity = Decimal(quantity)
        taken = self.session.scalar(
            select(func.sum(LineAccepted.quantity)).where(LineAccepted.line_id == self.line.id)
        )
        paying.accept(self.session, self.line, Decimal(quantity) - taken, self.person)

    def claim(self, quantity, number="INV-1"):
        typed = typed_line(self.line, self.order.code, quantity)
        return receive_typed(self.session, self.finance, document(self.firm, typed, number=number), NOW)


def test_what_a_variation_added_is_paid_once_it_is_done_and_accepted(desk):
    desk.vary(5)
    desk.do(5)
    outcome = desk.claim(5)
    assert (outcome.invoice.state, codes(outcome)) == ("matched", set())
    told = outcome.invoice.lines[0].decision.explanation
    assert sum(piece["net_cents"] for piece in told) == 5 * 7_000
    assert_books_are_straight(desk.session)


def test_q02_what_is_accepted_above_ordered_and_variations_is_not_paid(desk):
    desk.vary(3)
    desk.do(4)
    outcome = desk.claim(4)
    assert "Q02" in codes(outcome)
    assert outcome.invoice.accepted_net_cents == 3 * 7_000


def test_q02_a_variation_that_takes_away_lowers_what_may_be_paid(desk):
    desk.vary(1)
    outcome = desk.claim(2)
    assert "Q02" in codes(outcome)
    assert outcome.invoice.accepted_net_cents == 7_000


def test_c04_a_variation_above_the_limit_of_who_approved_it_is_not_paid(desk):
    desk.vary(5, limit_cents=20_999)
    desk.do(5)
    outcome = desk.claim(5)
    assert "C04" in codes(outcome)
    assert outcome.invoice.accepted_net_cents == 2 * 7_000


def test_c04_is_silent_at_the_limit_itself(desk):
    desk.vary(5, limit_cents=21_000)
    desk.do(5)
    assert codes(desk.claim(5)) == set()


def test_m02_a_line_that_was_added_without_an_approved_variation_is_not_paid(desk):
    desk.line.original_quantity = Decimal(0)
    desk.session.flush()
    outcome = desk.claim(2)
    assert "M02" in codes(outcome)
    assert outcome.invoice.payable_cents == 0


def test_m02_a_line_that_was_taken_off_is_not_paid(desk):
    desk.line.removed_at = NOW
    desk.session.flush()
    assert "M02" in codes(desk.claim(2))


def test_paid_is_never_above_done_nor_done_above_ordered_with_variations(desk):
    desk.vary(4)
    desk.do(4)
    paid = [desk.claim(quantity, f"INV-{quantity}").invoice.accepted_net_cents for quantity in (3, 2)]
    assert sum(paid) == 4 * 7_000
    assert balances(desk.session, line_id=desk.line.id)["invoiced"] == 4 * 7_000
    assert_books_are_straight(desk.session)
