"""The roster is kept, gaps and overlaps show, and an alert follows its person until acknowledged with one tap."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.local_time import local_day
from worksorders.steps.tell.api import alert_duty
from worksorders.store.tables.work.duty import DutyAlert, DutyTurn

ROSTER = "/duty/roster"


def post(browser, page, path, **values):
    data = {"csrf_token": browser.token(page), "form_uuid": str(uuid.uuid4())} | values
    return browser.client.post(path, data=data)


def turn(user_id, on, **values):
    parts = {"first_on": [str(on.day), str(on.month), str(on.year)]}
    return {"user": str(user_id), "region": "all", "rank": "1", "part": "whole", "days": "2"} | parts | values


def test_somebody_is_put_on_duty_and_gaps_and_overlaps_show(signed_in, services, clock):
    browser, actor = signed_in("coordinator", display_name="Mere Tauira")
    assert "Nobody is on duty" in browser.get(ROSTER).text
    today = local_day(clock.now)
    assert post(browser, ROSTER, ROSTER, **turn(actor.user_id, today, days="13")).status_code == 303
    page = browser.get(ROSTER).text
    assert "Mere Tauira" in page
    assert "Two people in the same place" not in page
    assert "No contact given" in page
    assert post(browser, ROSTER, ROSTER, **turn(actor.user_id, today, part="night")).status_code == 303
    assert "Two people in the same place" in browser.get(ROSTER).text
    with services.sessions() as session:
        first = session.scalars(select(DutyTurn).order_by(DutyTurn.starts_at)).first()
    assert post(browser, ROSTER, f"{ROSTER}/{first.id}/remove").status_code == 303
    assert post(browser, ROSTER, f"{ROSTER}/{first.id}/remove").status_code == 404


def test_a_wrong_turn_is_refused_with_every_fault(signed_in, clock):
    browser, actor = signed_in()
    yesterday = local_day(clock.now) - timedelta(days=1)
    answer = post(browser, ROSTER, ROSTER, **turn(actor.user_id, yesterday, days="90"))
    assert answer.status_code == 422
    assert "today or later" in answer.text
    assert "1 to 62 days" in answer.text


def test_the_called_see_the_banner_until_one_tap_takes_care_of_it(signed_in, services, clock):
    called, actor = signed_in("coordinator", display_name="Mere Tauira")
    other, _ = signed_in("coordinator")
    with services.sessions.begin() as session:
        session.add(
            DutyTurn(
                user_id=actor.user_id, rank=1, starts_at=clock.now - timedelta(hours=1),
                ends_at=clock.now + timedelta(hours=1), set_at=clock.now, set_by=actor.user_id,
            )
        )  # fmt: skip
        order = world.issued_order(session)
        alert_id = alert_duty(session, "overdue", order.id, order.visits[0].id, clock.now)
    assert "You are called" in called.get("/today").text
    assert "You are called" not in other.get("/today").text
    path = f"/duty/alerts/{alert_id}"
    page = called.get(path).text
    assert "A worker has not checked out" in page
    assert "Mere Tauira" in page
    assert path in called.get("/duty/alerts").text
    assert post(called, path, f"{path}/acknowledge").status_code == 303
    assert "You are called" not in called.get("/today").text
    with services.sessions() as session:
        assert session.get(DutyAlert, alert_id).acknowledged_by == actor.user_id
    assert called.get(f"/duty/alerts/{uuid.uuid4()}").status_code == 404


def test_a_contractor_finds_no_duty_pages(app, services, signed_in):
    with services.sessions.begin() as session:
        firm = factories.make_firm(session)
    browser, _ = signed_in("contractor", firm_id=firm.id)
    for path in (ROSTER, "/duty/alerts", "/tell", "/calls", "/messages"):
        assert browser.get(path).status_code == 404
