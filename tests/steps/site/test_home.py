"""The address reaches the named worker, near the visit, with checks valid, and nobody else at any time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from tests import dispatching as world
from worksorders.domain.errors import NotPermittedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.offers.give_back import give_back
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.site.home import read_home
from worksorders.steps.site.stop import stop
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

AT = world.TOMORROW


@pytest.fixture
def scene(services):
    """A committed visit that a firm has accepted; accounts by name."""
    with services.sessions.begin() as session:
        firm, other = world.cleared_firm(session, workers=2), world.cleared_firm(session)
        order = world.issued_order(session, [firm, other], cipher=services.cipher)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        offer_id, visit_id = session.scalars(select(Offer.id)).one(), order.visits[0].id
        accounts = {
            "named": world.account(session, firm, firm.workers[0]),
            "colleague": world.account(session, firm, firm.workers[1]),
            "office": world.account(session, firm),
            "stranger": world.account(session, other, other.workers[0]),
        }
    with services.sessions.begin() as session:
        accept(session, accounts["office"], offer_id, world.NOW)
    return visit_id, accounts


def read(services, actor, visit_id, now=AT):
    with services.sessions.begin() as session:
        return read_home(session, services.sessions, services.cipher, actor, visit_id, now=now)


def readings(services):
    with services.sessions() as session:
        return session.scalar(text("SELECT count(*) FROM audit_event WHERE action = 'disclosure.revealed'"))


def test_the_named_worker_reads_it_and_the_reading_is_logged(services, scene):
    visit_id, accounts = scene
    home = read(services, accounts["named"], visit_id)
    assert (home.address, home.client_name) == (world.ADDRESS, "Canary Name")
    assert world.ADDRESS not in repr(home)
    assert readings(services) == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [("colleague", NotPermittedError), ("office", NotPermittedError), ("stranger", NotFoundError)],
)
def test_nobody_else_reads_it(services, scene, who, error):
    visit_id, accounts = scene
    with pytest.raises(error):
        read(services, accounts[who], visit_id)
    assert readings(services) == 0


def test_it_opens_eighteen_hours_before_the_visit(services, scene):
    visit_id, accounts = scene
    with pytest.raises(NotPermittedError, match="18 hours before"):
        read(services, accounts["named"], visit_id, AT - timedelta(hours=18, seconds=1))
    assert read(services, accounts["named"], visit_id, AT - timedelta(hours=18)).address == world.ADDRESS


def change(services, action):
    with services.sessions.begin() as session:
        action(session)


def expire_checks(session, worker_id):
    for check in session.scalars(select(world.VettingCheck).where(world.VettingCheck.worker_id == worker_id)):
        check.expires_on = date(2026, 11, 24)


def test_a_check_that_lapsed_after_acceptance_closes_it(services, scene):
    visit_id, accounts = scene
    change(services, lambda session: expire_checks(session, accounts["named"].worker_id))
    with pytest.raises(NotPermittedError, match="not valid today"):
        read(services, accounts["named"], visit_id)


@pytest.mark.parametrize("who", ["worker", "firm"])
def test_a_worker_or_a_firm_that_was_stopped_after_acceptance_does_not_read_it(services, scene, who):
    visit_id, accounts = scene
    kind, key = (Worker, "worker_id") if who == "worker" else (Firm, "firm_id")

    def stop_them(session):
        session.get_one(kind, getattr(accounts["named"], key)).active = False

    change(services, stop_them)
    with pytest.raises(NotPermittedError, match="not valid today"):
        read(services, accounts["named"], visit_id)


def bar(session, visit_id, **who):
    visit = session.get_one(Visit, visit_id)
    order = session.get_one(WorksOrder, visit.order_id)
    session.add(
        NeverSend(case_id=order.case_id, source="test", created_at=AT, created_by=order.raised_by, **who)
    )


@pytest.mark.parametrize("by", ["firm_id", "worker_id"])
def test_a_conflict_found_after_acceptance_makes_the_visit_disappear(services, scene, by):
    visit_id, accounts = scene
    change(services, lambda session: bar(session, visit_id, **{by: getattr(accounts["named"], by)}))
    with pytest.raises(NotFoundError):
        read(services, accounts["named"], visit_id)


@pytest.mark.parametrize("end", ["no access", "given back", "done", "cancelled", "suspended"])
def test_the_end_of_a_visit_closes_it_at_once(services, scene, end):
    visit_id, accounts = scene
    named = accounts["named"]

    def act(session):
        visit = session.get_one(Visit, visit_id)
        if end == "no access":
            stop(session, named, visit_id, "nobody_home", AT)
        elif end == "given back":
            give_back(session, accounts["office"], visit_id, "worker_absent", world.NOW)
        elif end == "suspended":
            visit.order.state = "suspended"
        else:
            visit.state = end

    change(services, act)
    with pytest.raises((NotFoundError, NotPermittedError)):
        read(services, named, visit_id)
    assert readings(services) == 0
