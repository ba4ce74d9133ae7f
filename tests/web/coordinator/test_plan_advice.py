"""Coordinators ask why a visit is where it is or has no place, and put one where a repair says."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

import pytest
from sqlalchemy import select

from tests import factories
from tests.steps.planning.conftest import World
from tests.steps.planning.drafting import plan, stops, take_out
from tests.web.conftest import Browser
from web import jobs
from worksorders.steps.advice.towns import towns_in
from worksorders.steps.planning.move_visit import set_pin
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import Visit


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


def test_a_visit_to_a_home_without_a_point_says_that_its_place_is_estimated(drafted, services):
    _, browser, plan_id, visits = drafted
    with services.sessions.begin() as session:
        case = session.get_one(CaseFile, session.get_one(Visit, visits["here"]).order.case_id)
        pages = [f"/plans/{plan_id}/visits/{visits['here']}/{what}" for what in ("why", "slots")]
        before = [browser.get(page).text for page in pages]
        case.point_estimated = True
    assert not any("place estimated" in text for text in before)
    assert all("place estimated" in browser.get(page).text for page in pages)


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


def test_one_more_worker_has_a_button_that_puts_the_search_on_the_list_with_what_to_ask(drafted):
    _, browser, plan_id, visits = drafted
    path = f"/plans/{plan_id}/visits/{visits['nobody']}"
    assert "Put the search on the list of calls" in ask(browser, plan_id, visits["nobody"]).text
    assert browser.post(f"{path}/ask-for", form(kind="worker"), page=f"{path}/why").status_code == 303
    page = browser.get(f"{path}/why").text
    assert "A search for one more worker on 25 November 2026" in page
    call = browser.get(re.search(r'href="(/[^"]*calls/[^"]+)"', page)[1]).text
    assert "Find one more worker" in call
    for words in ("Specialist", "25 November 2026", "The way there and back is counted in", "plan again"):
        assert words in call
    assert browser.post(f"{path}/ask-for", form(kind="overtime"), page=f"{path}/why").status_code == 409


def form(**values):
    return {"form_uuid": str(uuid.uuid4()), **values}


NEW = {
    "trade": "locksmith", "town": "auckland", "minutes": "60", "crew": "1", "urgency": "P1",
    "ready_on": ["25", "11", "2026"], "due_on": ["26", "11", "2026"], "opens": "9 am", "closes": "5 pm",
}  # fmt: skip


def trail(services):
    with services.sessions() as session:
        return session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()


def test_times_for_a_visit_can_be_taken_and_keep_every_rule(drafted):
    world, browser, plan_id, visits = drafted
    path = f"/plans/{plan_id}/visits/{visits['open']}"
    answer = browser.post(f"{path}/slots", form(), page=f"{path}/slots").text
    keys = re.findall(r'name="slot" value="([^"]+)"', answer)
    assert len(keys) >= 5
    assert "longer" in answer
    assert browser.post(f"{path}/take", form(slot="nonsense"), page=f"{path}/slots").status_code == 409
    assert browser.post(f"{path}/take", form(slot=keys[2]), page=f"{path}/slots").status_code == 303
    stop = stops(world, plan_id)[visits["open"]]
    assert f"{stop.start_at.timestamp():.0f} {stop.worker_id}" == moment(keys[2])
    assert browser.post(f"{path}/take", form(slot=keys[2]), page=f"{path}/slots").status_code == 409


def moment(key):
    start, worker = key.split(" ")
    return f"{datetime.fromisoformat(start).timestamp():.0f} {worker}"


def test_a_question_about_a_plan_names_towns_of_its_regions_alone():
    towns = dict(towns_in(["F6"]))
    assert set(towns.values()) == {
        label for label in dict(towns_in([])).values() if label.endswith(", Northland")
    }
    assert towns


def test_questions_about_what_there_is_not_yet_keep_nothing_but_that_points_were_opened(drafted, services):
    world, browser, plan_id, visits = drafted
    path = f"/plans/{plan_id}/slots"
    before = stops(world, plan_id)[visits["here"]]
    with services.sessions.begin() as session:
        set_pin(session, world.actor, plan_id=plan_id, visit_id=visits["here"], pin=True, now=factories.NOW)
    known = {event.id for event in trail(services)}
    answer = browser.post(path, form(**NEW), page=path)
    assert answer.status_code == 200
    assert "Ari 1, Firm 1" in answer.text
    wrong = browser.post(path, form(**NEW | {"due_on": ["24", "11", "2026"], "closes": "9:30 am"}), page=path)
    assert wrong.status_code == 422
    assert "The deadline is before the first possible day." in wrong.text
    assert "The safe time is shorter" in wrong.text
    path = f"/plans/{plan_id}/what-if"
    sick = form(worker=str(before.worker_id), first_on=["25", "11", "2026"], days="14")
    told = browser.post(f"{path}?about=sick", sick, page=path).text
    row = re.search(r"Visits without a place</th>\s*<td[^>]*>(\d+)</td><td[^>]*>(\d+)", told)
    assert (int(row[1]), int(row[2])) == (2, 3)
    assert "it cannot stay" in told
    firm = re.search(r'<option value="([^"]{36})">Firm 1', browser.get(f"{path}?about=declines").text)[1]
    told = browser.post(f"{path}?about=declines", form(firm=firm), page=f"{path}?about=declines").text
    assert "no place" in told
    told = browser.post(f"{path}?about=urgent", form(**NEW), page=f"{path}?about=urgent").text
    assert "the new visit" in told
    hire = form(trades=["specialist"], town="auckland", hours="8")
    told = browser.post(f"{path}?about=hire", hire, page=f"{path}?about=hire").text
    assert "The new worker, a new hire" in told
    after = stops(world, plan_id)
    assert after.keys() == {visits["here"]}
    assert (after[visits["here"]].worker_id, after[visits["here"]].start_at) == (
        before.worker_id,
        before.start_at,
    )
    new = [event.action for event in trail(services) if event.id not in known]
    assert set(new) == {"disclosure.intended", "disclosure.revealed"}
    assert not re.search(r"-36\.9\d*|174\.7\d*", told + answer.text)
