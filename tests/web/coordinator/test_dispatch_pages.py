"""Coordinators see what waits, acknowledge alerts, plan visits again and accept work."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from tests.web.portal import test_portal_visit as portal
from tests.web.portal.test_portal_offers import send
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import LineAccepted, VisitNote
from worksorders.store.tables.work.orders import Visit, WorksOrder

people = portal.people


@pytest.fixture
def finished(people):
    """The visit is done with one of two."""
    portal.arrive(people)
    assert portal.tick(people, "1").status_code == 303
    assert portal.finish(people).status_code == 303
    return people


def test_work_is_accepted_up_to_what_was_done_and_the_rest_by_closing(finished, services):
    browser, path = finished["coordinator"], f"/dispatch/orders/{finished['order']}/work"
    assert path in browser.get("/dispatch/work").text
    field = f"accept-{finished['line']}"
    too_much = send_form(browser, path, **{field: "2"})
    assert too_much.status_code == 422
    assert "2 of Rekey cylinder cannot be accepted: 1 are done" in too_much.text
    assert send_form(browser, path, **{field: "1"}).status_code == 303
    with services.sessions() as session:
        assert session.scalars(select(LineAccepted.quantity)).one() == 1
        assert session.scalars(select(WorksOrder.state)).one() == "issued"
    assert "No work waits" in browser.get("/dispatch/work").text
    assert send(browser, path, f"/dispatch/orders/{finished['order']}/close").status_code == 303
    with services.sessions() as session:
        assert session.scalars(select(WorksOrder.state)).one() == "closed"


def send_form(browser, path, **values):
    token = browser.token(path)
    return browser.client.post(path, data={"csrf_token": token, "form_uuid": str(uuid.uuid4())} | values)


def test_an_order_done_and_accepted_in_full_closes_by_itself(people, services):
    portal.arrive(people)
    portal.tick(people)
    portal.finish(people)
    path = f"/dispatch/orders/{people['order']}/work"
    assert send_form(people["coordinator"], path, **{f"accept-{people['line']}": "2"}).status_code == 303
    with services.sessions() as session:
        assert session.scalars(select(WorksOrder.state)).one() == "closed"


def test_an_order_with_a_visit_to_come_is_not_closed(people):
    path = f"/dispatch/orders/{people['order']}/close"
    assert people["coordinator"].post(path, {"form_uuid": str(uuid.uuid4())}).status_code == 409


def test_visits_of_today_show_who_is_late(people, clock):
    text = people["coordinator"].get("/dispatch/visits").text
    assert "Worker 1" in text
    assert "Late" not in text
    for minutes in range(10, 40, 10):
        clock.now = world.TOMORROW + timedelta(minutes=minutes - 25)
        people["coordinator"].get("/dispatch/visits")
    assert "Late" in people["coordinator"].get("/dispatch/visits").text


def test_a_visit_that_ended_early_is_planned_again_and_gone_for_the_firm(people, services):
    assert send(people["named"], people["visit"], f"{people['visit']}/unsafe").status_code == 303
    visit_id = people["visit"].rsplit("/", 1)[1]
    browser = people["coordinator"]
    assert "I left, unsafe" in browser.get("/dispatch/visits").text
    answer = send(browser, "/dispatch/visits", f"/dispatch/visits/{visit_id}/plan-again")
    assert answer.status_code == 303
    with services.sessions() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.state, visit.firm_id, visit.start_at) == ("unplanned", None, None)
    assert "Work is paused for safety" in browser.get("/dispatch/visits").text
    assert f"/safety/orders/{people['order']}" in browser.get("/dispatch/visits").text


def test_an_alert_is_acknowledged_by_the_first_who_takes_it(people, services):
    send(people["named"], people["visit"], f"{people['visit']}/unsafe")
    with services.sessions() as session:
        note_id = session.scalars(select(VisitNote.id)).one()
    browser, path = people["coordinator"], f"/dispatch/alerts/{note_id}/acknowledge"
    assert send(browser, "/dispatch/alerts", path).status_code == 303
    text = browser.get("/dispatch/alerts").text
    assert "No alerts wait" in text
    assert "Taken care of in the last day" in text


def test_open_and_refused_offers_are_listed(services, signed_in):
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        order = world.issued_order(session, [firm])
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        lost = world.issued_order(session, urgency="P1", interim=True).visits[0].id
    browser, _ = signed_in("coordinator")
    text = browser.get("/dispatch/offers").text
    assert firm.name in text
    assert "Nobody could go" in text
    answer = send(browser, "/dispatch/offers", f"/dispatch/visits/{lost}/ask-again")
    assert answer.status_code == 303
    assert "No firm has anybody who could go now" in browser.get("/dispatch/offers").text


@pytest.mark.parametrize(
    "path", ["/dispatch/visits", "/dispatch/offers", "/dispatch/alerts", "/dispatch/work"]
)
@pytest.mark.parametrize("role", ["finance", "administrator", "auditor", "privacy_officer"])
def test_nobody_else_has_these_pages(signed_in, role, path):
    browser, _ = signed_in(role)
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/dispatch/orders/{}/work",
        "/dispatch/photos/{}",
    ],
)
def test_unknown_things_are_not_found(signed_in, path):
    browser, _ = signed_in("coordinator")
    assert browser.get(path.format(uuid.uuid4())).status_code == 404


def test_a_visit_that_its_worker_never_ended_is_ended_by_the_coordinator(people, services, clock):
    visit_id = people["visit"].rsplit("/", 1)[1]
    for step in ("set-out", "arrive"):
        assert send(people["named"], people["visit"], f"{people['visit']}/{step}").status_code == 303
    browser, path = people["coordinator"], f"/dispatch/visits/{visit_id}/end"
    assert path not in browser.get("/dispatch/visits").text
    with services.sessions.begin() as session:
        visit = session.scalars(select(Visit)).one()
        visit.end_at = clock.now - timedelta(hours=2)
    assert path in browser.get("/dispatch/visits").text
    assert send(browser, "/dispatch/visits", path).status_code == 303
    assert "Worker left without ending it" in browser.get("/dispatch/visits").text


def test_each_button_of_a_page_has_a_form_of_its_own(services, signed_in):
    with services.sessions.begin() as session:
        sender = factories.make_user(session)
        for _ in range(2):
            visit = world.issued_order(session).visits[0]
            session.add(
                VisitNote(visit_id=visit.id, kind="unsafe", reason="left_unsafe", at=world.NOW, by=sender.id)
            )
    browser, _ = signed_in("coordinator")
    page = browser.get("/dispatch/alerts").text
    forms = re.findall(
        r'action="(/dispatch/alerts/[^"]+)".*?name="form_uuid"[^>]*value="([^"]+)"', page, re.DOTALL
    )
    assert len(forms) == 2
    for action, key in forms:
        browser.post(action, {"form_uuid": key})
    with services.sessions() as session:
        taken = session.scalars(select(VisitNote.alert_acknowledged_at)).all()
        assert len(taken) == 2
        assert None not in taken


def test_an_accepted_visit_whose_worker_has_stopped_is_listed_before_it_is_late(people, services):
    browser = people["coordinator"]
    assert "can no longer be made" not in browser.get("/dispatch/visits").text
    with services.sessions.begin() as session:
        held = select(Booking.worker_id).where(Booking.state == "confirmed")
        session.scalars(select(Worker).where(Worker.id.in_(held))).one().active = False
    text = browser.get("/dispatch/visits").text
    assert "Accepted, but can no longer be made" in text
    assert "does not work for the service any more" in text
