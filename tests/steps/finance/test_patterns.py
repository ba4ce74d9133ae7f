"""The nightly look over a year: people at two homes at once, firms with many variations, close pairs (F04, F06, F08)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching, factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW
from worksorders.domain.errors import NotPermittedError
from worksorders.domain.finance.patterns import PatternSettings
from worksorders.steps.finance import own_invoice
from worksorders.steps.finance.clear import approve
from worksorders.steps.finance.patterns import decide
from worksorders.steps.finance.patterns.look import look_for_patterns
from worksorders.store.tables.money.books import PatternFinding
from worksorders.store.tables.work.variations import Variation

FEW = PatternSettings(least_orders=1, approver_least=1)


def found(session, code):
    return session.scalars(select(PatternFinding).where(PatternFinding.code == code)).all()


def attended(session, firm, order, *, begin, minutes):
    """The visit of an order as its worker came and went; the time that was planned for it lies elsewhere."""
    (visit,) = order.visits
    planned = begin + timedelta(days=len(found_bookings(session)))
    dispatching.book(session, firm.workers[0], visit, planned, planned + timedelta(hours=1), "confirmed")
    visit.arrived_at, visit.left_at = begin, begin + timedelta(minutes=minutes)
    session.flush()
    return order


def found_bookings(session):
    return session.scalars(select(dispatching.Booking)).all()


def test_a_worker_at_two_orders_at_once_is_found_once_and_one_after_the_other_is_none(session):
    firm = paying.paid_firm(session)
    orders = [paying.worked_order(session, firm) for _ in range(3)]
    for order, begin in zip(orders, (0, 40, 60), strict=True):
        attended(session, firm, order, begin=NOW + timedelta(minutes=begin), minutes=60 if begin == 0 else 20)
    for _ in range(2):
        look_for_patterns(session, NOW + timedelta(days=1))
    (row,) = found(session, "F04")
    assert (row.actual, row.evidence) == ("two jobs for 20 minutes", sorted(one.code for one in orders[:2]))
    look_for_patterns(session, NOW + timedelta(days=400))
    assert len(found(session, "F04")) == 1


def test_a_firm_whose_variations_stand_out_is_named_by_its_code_once_a_year(session):
    firms = [paying.paid_firm(session) for _ in range(3)]
    orders = [paying.worked_order(session, firm) for firm in firms]
    session.add(
        Variation(
            id=uuid.uuid4(), order_id=orders[0].id, visit_id=orders[0].visits[0].id, firm_id=firms[0].id,
            change="change", line_id=orders[0].lines[0].id, item_code="LK03", offer_name="Lock work", unit="each",
            seen_revision=1, before_quantity=1, quantity=2, rate=70, difference_cents=7_000, extra_minutes=0,
            reason="More doors", state="approved", asked_at=NOW, decided_at=NOW, decided_how="approved_by_rule",
            asked_by=factories.make_user(session, "contractor", firm_id=firms[0].id).id,
        )
    )  # fmt: skip
    session.flush()
    for days in (1, 2):
        look_for_patterns(session, NOW + timedelta(days=days), FEW)
    (row,) = found(session, "F06")
    assert (row.evidence, row.actual) == ([firms[0].code], "50.0%")
    look_for_patterns(session, NOW + timedelta(days=100), FEW)
    assert len(found(session, "F06")) == 2


def test_who_approves_one_firm_above_all_is_named_and_judges_it_not(session):
    one, other = (paying.paid_firm(session, workers=1) for _ in range(2))
    close, usual = paying.finance(session), paying.finance(session)
    for firm, person, count in ((one, close, 1), (other, usual, 2)):
        for _ in range(count):
            order = paying.worked_order(session, firm)
            made = own_invoice.submit(
                session, dispatching.account(session, firm), order.id, f"{order.code}-1", NOW
            )
            approve(session, person, made.invoice.id, NOW)
    look_for_patterns(session, NOW + timedelta(days=1), FEW)
    (row,) = found(session, "F08")
    assert row.evidence[0] == one.code
    assert len(row.evidence) == 2
    with pytest.raises(NotPermittedError):
        decide.decide(session, close, row.id, verdict="dismissed", reason="I was alone", now=NOW)
    judged = decide.decide(session, usual, row.id, verdict="dismissed", reason="The other was away", now=NOW)
    assert judged.state == "dismissed"
