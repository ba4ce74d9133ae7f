"""On the phone: nothing is taken out that nobody closes today, and more can be told after leaving unsafe."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories, referrals
from tests.web.portal.test_portal_offers import enter, send
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.catalogue import CatalogueVersion
from worksorders.store.tables.work.offers import Offer, VisitNote
from worksorders.store.tables.work.orders import Visit, VisitDependency, WorksLine


@pytest.fixture
def at_door(services, app, clock):
    """A worker in a home whose door is to be taken out, while nobody has taken the visit that closes it again."""
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        firm = world.cleared_firm(session)
        order = world.issued_order(session, [firm], cipher=services.cipher, visits=2)
        order.catalogue_version_id = session.scalars(select(CatalogueVersion.id)).one()
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        offer_id = session.scalars(select(Offer.id)).one()
        worker = world.contractor(session, firm, firm.workers[0])
        coordinator = factories.make_user(session)
    with services.sessions.begin() as session:
        accept(session, factories.actor_of(worker), offer_id, world.NOW)
    clock.now = world.TOMORROW
    with services.sessions.begin() as session:
        door, lock = session.scalars(select(Visit).order_by(Visit.position)).all()
        session.add(VisitDependency(before_id=door.id, after_id=lock.id, same_day=True))
        lock.state, lock.start_at, lock.end_at, lock.firm_id = "unplanned", None, None, None
        line = session.scalars(select(WorksLine).where(WorksLine.visit_id == door.id)).one()
        line.item_code, line.measure = "DR01", "Solid wood door leaf"
        world.confirm(session, services.cipher, door)
        session.flush()
        actor = factories.actor_of(worker)
        set_out(session, actor, door.id, clock.now - timedelta(minutes=20))
        arrive(session, actor, door.id, clock.now)
        path, allow = f"/portal/visits/{door.id}", f"/safety/visits/{door.id}/allow"
    return enter(app, worker, services, clock), enter(app, coordinator, services, clock), path, allow


def test_a_worker_asks_before_taking_out_and_begins_once_a_coordinator_lets_them(at_door, services):
    phone, desk, path, allow = at_door
    assert "Take nothing out yet: Solid wood door leaf" in phone.get(path).text
    refused = send(phone, path, f"{path}/begin")
    assert "is not accepted by anybody for today" in refused.text
    assert "is not accepted by anybody for today" in desk.get(allow).text
    short = desk.post(allow, {"form_uuid": str(uuid.uuid4()), "reason": "ok"})
    assert short.status_code == 422
    given = {"form_uuid": str(uuid.uuid4()), "reason": "The locksmith comes at four"}
    assert desk.post(allow, given).status_code == 303
    assert send(phone, path, f"{path}/begin").status_code == 303
    assert "Take nothing out" not in phone.get(path).text
    with services.sessions() as session:
        logged = session.scalars(
            select(AuditEvent.reason).where(AuditEvent.action == "visit.barrier_allowed")
        )
        assert list(logged) == ["The locksmith comes at four"]


def test_one_tap_leaves_unsafe_and_what_happened_is_told_afterwards(at_door, services):
    phone, desk, path, _ = at_door
    assert send(phone, path, f"{path}/unsafe").headers["Location"].endswith("/portal/safe")
    assert phone.post("/portal/safe", {"form_uuid": str(uuid.uuid4())}).status_code == 422
    told = {"form_uuid": str(uuid.uuid4()), "details": ["i_am_hurt", "i_called_111"]}
    assert phone.post("/portal/safe", told).status_code == 303
    with services.sessions() as session:
        kinds = set(session.scalars(select(VisitNote.kind)))
        order_id = session.scalars(select(Visit.order_id)).first()
    assert {"unsafe", "unsafe_detail"} <= kinds
    page = desk.get(f"/safety/orders/{order_id}").text
    assert "Nobody goes to this home" in page
    assert "I am hurt, I called 111" in page
