"""A firm sees its own offers, answers them once, and learns nothing of anybody else's."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests.web.conftest import Browser
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.sign_in import open_session
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

NOW = world.NOW


def enter(app, user, services, clock):
    """A browser of somebody who has just signed in."""
    with services.sessions.begin() as session:
        token, _ = open_session(session, user, clock.now)
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie["token"] = token
    return browser


def fields_of(text, action):
    """The hidden and chosen fields of the form with this action, as a browser would send them."""
    form = next(
        part for part in re.findall(r"<form.*?</form>", text, re.DOTALL) if f'action="{action}"' in part
    )
    data = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in {"radio", "checkbox"} or "checked" in tag):
            data[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"([^>]*)>', body)
        data[name] = next((v for v, rest in options if "selected" in rest), options[0][0] if options else "")
    return data


def send(browser, page, action, **values):
    data = fields_of(browser.get(page).text, action) | values
    return browser.client.post(action, data=data)


@pytest.fixture
def offered(services, app, clock):
    """Two firms with an account each; the first has an offer for tomorrow."""
    with services.sessions.begin() as session:
        firms = [world.cleared_firm(session), world.cleared_firm(session)]
        order = world.issued_order(session, firms)
        plan = world.publish(session, order, firms[0])
        offer_published_visits(session, plan.id, NOW)
        offer_id = session.scalars(select(Offer.id)).one()
        users = [world.contractor(session, firm) for firm in firms]
    return f"/portal/offers/{offer_id}", [enter(app, user, services, clock) for user in users]


def test_an_offer_shows_area_time_minutes_neutral_items_and_price_alone(offered):
    path, (browser, _) = offered
    text = browser.get(path).text
    for shown in ("New Zealand", "Wed 25 Nov, 10:00 am to 11:00 am", "1 h", "Lock work", "$140.00", "Accept"):
        assert shown in text
    for hidden in ("Rekey", "LK03", "Front door", "Refuge", "insecure", "Auckland"):
        assert hidden not in text
    assert path in browser.get("/portal/offers").text


def test_accepting_twice_accepts_once_and_leads_to_the_same_place(offered, services):
    path, (browser, _) = offered
    data = fields_of(browser.get(path).text, f"{path}/accept")
    for _ in range(2):
        answer = browser.client.post(f"{path}/accept", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "Your firm accepted this offer" in browser.get(path).text
    with services.sessions() as session:
        assert session.scalars(select(Visit.state)).one() == "accepted"


def test_declining_needs_a_reason_and_passes_the_work_on(offered):
    path, (browser, other) = offered
    assert send(browser, path, f"{path}/decline").status_code == 422
    assert send(browser, path, f"{path}/decline", reason="no_capacity").status_code == 303
    assert "declined this offer" in browser.get(path).text
    assert "Look and answer" in other.get("/portal/offers").text


def test_an_offer_that_lapsed_says_so_to_its_firm(offered, monkeypatch):
    path, (browser, _) = offered
    data = fields_of(browser.get(path).text, f"{path}/accept")
    monkeypatch.setattr("web.portal.offers.request_now", lambda: world.TOMORROW - timedelta(hours=2))
    assert browser.get(path).status_code == 410
    gone = browser.client.post(f"{path}/accept", data=data)
    assert gone.status_code == 410
    assert "no longer available" in gone.text


def test_another_firms_offer_and_an_unknown_one_are_the_same_404(offered):
    path, (_, other) = offered
    unknown = f"/portal/offers/{uuid.uuid4()}"
    assert other.get(path).status_code == 404
    assert other.get(path).data == other.get(unknown).data
    for action in ("accept", "decline"):
        answers = [other.post(f"{base}/{action}", {"reason": "rate"}) for base in (path, unknown)]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].data == answers[1].data


def test_an_urgent_offer_is_gone_for_the_slower_firm(services, app, clock):
    with services.sessions.begin() as session:
        firms = [world.cleared_firm(session), world.cleared_firm(session)]
        order = world.issued_order(session, firms, urgency="P1", interim=True)
        offer_urgently(session, order.id, NOW)
        paths = {offer.firm_id: f"/portal/offers/{offer.id}" for offer in session.scalars(select(Offer))}
        users = [world.contractor(session, firm) for firm in firms]
    quick, slow = (enter(app, user, services, clock) for user in users)
    first, second = (paths[firm.id] for firm in firms)
    page = quick.get(first).text
    assert "Urgent" in page
    worker = re.search(r'<option value="([0-9a-f-]{36})"', page)[1]
    slower = fields_of(slow.get(second).text, f"{second}/accept") | {"arrive_in_minutes": "30"}
    seat = next(name for name in fields_of(page, f"{first}/accept") if name.startswith("worker-"))
    answer = send(quick, first, f"{first}/accept", arrive_in_minutes="30", **{seat: worker})
    assert answer.status_code == 303
    late = slow.client.post(f"{second}/accept", data=slower)
    assert late.status_code == 410
    assert "no longer available" in slow.get(second).text


def test_the_office_and_strangers_have_no_portal(signed_in):
    browser, _ = signed_in("coordinator")
    assert browser.get("/portal/offers").status_code == 404
