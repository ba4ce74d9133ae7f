"""A check that will lapse before a visit is shown before it does, with the person and the check, on order and plan."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests import dispatching as world
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.vetting import ahead
from worksorders.store.tables.firms.contractors import VettingCheck
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW


@pytest.fixture
def booked(session):
    """An accepted visit tomorrow, its firm and its plan."""
    firm = world.cleared_firm(session)
    order = world.issued_order(session, [firm])
    plan = world.publish(session, order, firm)
    offer_published_visits(session, plan.id, NOW)
    accept(session, world.account(session, firm), session.scalars(select(Offer.id)).one(), NOW)
    return firm, order.visits[0], plan


def lapse(session, kind, on, **holder):
    row = session.scalars(select(VettingCheck).filter_by(kind=kind, **holder)).one()
    row.expires_on = on
    session.flush()


def test_people_who_stay_cleared_are_not_told_of(session, booked):
    _, visit, plan = booked
    assert ahead.before_visits(session, [visit.id], NOW) == {}
    assert ahead.in_plan(session, plan.id, NOW) == []


def test_a_check_of_the_worker_that_lapses_the_day_before_is_told_with_its_day(session, booked):
    firm, visit, plan = booked
    lapse(session, "induction", date(2026, 11, 24), worker_id=firm.workers[0].id)
    words = "Worker 1: Safety induction lapses on 24 November 2026"
    assert ahead.before_visits(session, [visit.id], NOW) == {visit.id: (words,)}
    assert ahead.in_plan(session, plan.id, NOW) == [(visit.code, words)]


def test_a_check_that_holds_on_the_day_itself_is_enough(session, booked):
    firm, visit, _ = booked
    lapse(session, "induction", date(2026, 11, 25), worker_id=firm.workers[0].id)
    assert ahead.before_visits(session, [visit.id], NOW) == {}


def test_the_firms_own_check_counts_for_its_people(session, booked):
    firm, visit, _ = booked
    lapse(session, "insurance", date(2026, 11, 24), firm_id=firm.id)
    assert "Public liability insurance" in ahead.before_visits(session, [visit.id], NOW)[visit.id][0]


def test_a_check_that_nobody_verified_does_not_help(session, booked):
    firm, visit, _ = booked
    row = session.scalars(
        select(VettingCheck).filter_by(kind="induction", worker_id=firm.workers[0].id)
    ).one()
    row.state, row.decided_at = "entered", None
    session.flush()
    assert "Safety induction is missing" in ahead.before_visits(session, [visit.id], NOW)[visit.id][0]
