"""Coordinators ask why a visit is where it is or has no place, and put one where a repair says."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from tests import factories
from tests.steps.planning.conftest import World
from tests.steps.planning.test_advice import take_out
from tests.steps.planning.test_planning import plan, stops
from tests.web.conftest import Browser
from web import jobs
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.trail import AuditEvent


@pytest.fixture
def drafted(services, app, monkeypatch):
    """A draft with one visit placed, one left out though there is room, and one that nobody can do."""
    monkeypatch.setattr(jobs, "_now", lambda: factories.NOW)
    world = World(services)
    world.worker()
    world.worker(trades=("glazier",))
    (here,) = world.order({})
    (open_one,) = world.order({})
    (no_one,) = world.order({"trade": "specialist"})
    plan_id = plan(world, factories.NOW)
    take_out(world, plan_id, open_one)
    browser = signed_in(app, services)
    return world, browser, plan_id, {"here": here, "open": open_one, "nobody": no_one}


def signed_in(app, services):
    with services.sessions.begin() as session:
        name = factories.make_user(session).sign_in_name
    browser = Browser(app)
    assert browser.sign_in(name).status_code in (302, 303)
    return browser


def ask(browser, plan_id, visit_id):
    path = f"/plans/{plan_id}/visits/{visit_id}/why"
    return browser.post(path, {"form_uuid": str(uuid.uuid4())}, page=path)


def test_a_question_is_answered_only_when_it_is_sent(drafted, services):
    _, browser, plan_id, visits = drafted
    path = f"/plans/{plan_id}/visits/{visits['here']}/why"
    board = browser.get(f"/plans/{plan_id}").text
    assert path in board
    for what in ("why", "move"):
        assert f'href="/plans/{plan_id}/visits/{visits["nobody"]}/{what}"' in board
    before = browser.get(path).text
    assert "Work it out" in before
    assert "Now with" not in before
    answer = ask(browser, plan_id, visits["here"])
    assert answer.status_code == 200
    assert "Now with" in answer.text
    assert "Does not have the trade: 1" in answer.text
    assert not re.search(r"-36\.9\d*|174\.7\d*", answer.text)
    with services.sessions() as session:
        logged = [row for row in session.scalars(select(AuditEvent)) if "explain a visit" in str(row.reason)]
        logged += [row for row in session.scalars(select(AuditEvent)) if "explain a visit" in str(row.detail)]
    assert logged


def test_a_visit_that_nobody_can_do_names_the_rules_and_what_would_help(drafted):
    _, browser, plan_id, visits = drafted
    answer = ask(browser, plan_id, visits["nobody"]).text
    assert "Impossible." in answer
    assert "who has the trade" in answer
    assert "One more cleared worker" in answer
    assert "Put it there" not in answer


def test_the_button_of_a_repair_places_the_visit(drafted):
    world, browser, plan_id, visits = drafted
    answer = ask(browser, plan_id, visits["open"]).text
    assert "A place is open" in answer
    assert "Put it there" in answer
    path = f"/plans/{plan_id}/visits/{visits['open']}"
    done = browser.post(
        f"{path}/repair", {"form_uuid": str(uuid.uuid4()), "kind": "place"}, page=f"{path}/why"
    )
    assert done.status_code == 303
    assert visits["open"] in stops(world, plan_id)
    assert "Placed: " in browser.get(f"/plans/{plan_id}").text
    assert world.get(Visit, visits["open"]).state == "planned"
    again = browser.post(
        f"{path}/repair", {"form_uuid": str(uuid.uuid4()), "kind": "place"}, page=f"{path}/why"
    )
    assert again.status_code == 409
    assert "ask again what would help" in again.text


def test_what_needs_somebody_else_is_applied_by_no_button(drafted):
    _, browser, plan_id, visits = drafted
    path = f"/plans/{plan_id}/visits/{visits['nobody']}"
    for kind in ("", "window", "worker", "nonsense"):
        data = {"form_uuid": str(uuid.uuid4()), "kind": kind}
        assert browser.post(f"{path}/repair", data, page=f"{path}/why").status_code == 409
