"""Coordinators bar a firm or worker from a case and take it back; nobody else learns that it is possible."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from tests import referrals
from tests.web.coordinator import intake_pages as pages
from tests.web.portal import test_portal_visit as portal
from tests.web.portal.test_portal_offers import send
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit

arranged = portal.people


@pytest.fixture
def people(arranged, services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    return arranged


def path(people):
    return f"/orders/{people['order']}/never-send"


def named_worker(services):
    with services.sessions() as session:
        return session.scalars(
            select(Worker).join(Booking, Booking.worker_id == Worker.id).where(Booking.state == "confirmed")
        ).one()


def bar(people, who, **values):
    data = pages.action("bar", who=who, source="client") | values
    return people["coordinator"].post(path(people), data)


def test_a_barred_worker_loses_the_accepted_visit_and_the_coordinator_is_told(people, services):
    worker, browser = named_worker(services), people["coordinator"]
    assert path(people) in browser.get(f"/orders/{people['order']}").text
    assert "Nobody is barred from this case" in browser.get(path(people)).text
    assert people["named"].get(people["visit"]).status_code == 200
    answer = bar(people, f"worker:{worker.id}")
    assert answer.status_code == 303
    with services.sessions() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.state, visit.firm_id) == ("unplanned", None)
    text = browser.get(answer.headers["Location"]).text
    assert f"Accepted visits taken back, to be offered or planned again: {visit.code}" in text
    assert f"{worker.first_name} {worker.last_name}" in text
    assert "Client’s list" in text
    assert people["named"].get(people["visit"]).status_code == 404


def test_the_same_form_sent_twice_bars_once_and_a_bar_is_taken_back(people, services):
    worker = named_worker(services)
    form = pages.action("bar", who=f"firm:{worker.firm_id}", source="coordinator")
    for _ in range(2):
        assert people["coordinator"].post(path(people), form).status_code == 303
    with services.sessions() as session:
        bar_id = session.scalars(select(NeverSend.id)).one()
    removing = f"{path(people)}/{bar_id}/remove"
    assert send(people["coordinator"], path(people), removing).status_code == 303
    with services.sessions() as session:
        assert session.scalars(select(NeverSend)).all() == []


@pytest.mark.parametrize("values", [{"bar-who": ""}, {"bar-source": ""}, {"bar-who": f"firm:{uuid.uuid4()}"}])
def test_a_form_without_a_name_or_a_source_bars_nobody(people, services, values):
    answer = bar(people, f"worker:{named_worker(services).id}", **values)
    assert answer.status_code == 422
    with services.sessions() as session:
        assert session.scalars(select(NeverSend)).all() == []


def test_somebody_in_the_home_is_shown_until_it_is_over(people, services):
    portal.arrive(people)
    answer = bar(people, f"worker:{named_worker(services).id}")
    text = people["coordinator"].get(answer.headers["Location"]).text
    assert "They are in the home now" in text
    assert re.search(r"still holds a visit.*On site", text, re.DOTALL)


@pytest.mark.parametrize("role", ["administrator", "finance", "auditor", "privacy_officer"])
def test_nobody_else_sees_it(people, services, signed_in, role):
    assert bar(people, f"firm:{named_worker(services).firm_id}").status_code == 303
    browser, _ = signed_in(role)
    assert browser.get(path(people)).status_code == 404
    page = browser.get(f"/orders/{people['order']}")
    assert not re.search("never.send|barred", page.text, re.IGNORECASE)
