"""A firm keeps itself on the portal: people, hours, absences, accounts, requests; a worker keeps only themselves."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests.web.conftest import Browser
from tests.web.portal.test_portal_offers import enter
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.store.tables.firms.contractors import FirmRegion, Worker, WorkerTrade, WorkingHours
from worksorders.store.tables.firms.vetting import FirmRequest
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW


def send(browser, path, **fields):
    """Fill the form at a path and send it, following where it leads."""
    data = {"form_uuid": str(uuid.uuid4()), **fields}
    return browser.post(path, data, follow_redirects=True)


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def week(**hours):
    """Every day's field, as a browser sends them, empty where nothing is said."""
    return dict.fromkeys(DAYS, "") | hours


def day(text):
    return text.split("-")[::-1]


@pytest.fixture
def firm(services):
    """A firm of two with an accepted visit tomorrow for the first."""
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session, workers=2)
        order = world.issued_order(session, [firm])
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, NOW)
        office = world.account(session, firm)
        accept(session, office, session.scalars(select(Offer.id)).one(), NOW)
        firm.visit_id = order.visits[0].id
        return firm


@pytest.fixture
def office(firm, app, services, clock):
    with services.sessions.begin() as session:
        user = world.contractor(session, firm)
    return enter(app, user, services, clock)


@pytest.fixture
def worker(firm, app, services, clock):
    with services.sessions.begin() as session:
        user = world.contractor(session, firm, firm.workers[0])
    return enter(app, user, services, clock)


def test_the_office_sees_its_people_and_changes_hours_at_once(office, firm, services):
    listed = office.get("/portal/people").text
    assert listed.count('href="/portal/people/') >= 2
    path = f"/portal/people/{firm.workers[0].id}"
    wrong = send(office, f"{path}/hours", **week(monday="nine to five"))
    assert wrong.status_code == 422
    assert "is not a stretch of hours" in wrong.text
    clash = send(office, f"{path}/hours", **week(tuesday="8:00–12:00, 11:00–17:00"))
    assert "Two stretches of Tuesday overlap" in clash.text
    saved = send(office, f"{path}/hours", **week(monday="7:30–12:00, 13:00–16:00"))
    assert "7:30–12:00, 13:00–16:00" in saved.text
    with services.sessions() as session:
        rows = session.scalars(select(WorkingHours).where(WorkingHours.worker_id == firm.workers[0].id))
        assert sorted((row.weekday, row.opens_minute) for row in rows) == [(0, 450), (0, 780)]


def test_an_absence_over_an_accepted_visit_shows_it_and_what_to_do(office, firm):
    path = f"/portal/people/{firm.workers[0].id}"
    page = send(office, f"{path}/absences/new", from_on=day("2026-11-25"), to_on=day("2026-11-26"), note="")
    assert "1 accepted visit on them" in page.text
    assert f'href="/portal/visits/{firm.visit_id}/workers"' in page.text
    assert f'href="/portal/visits/{firm.visit_id}/give-back"' in page.text
    other = f"/portal/people/{firm.workers[1].id}"
    page = send(office, f"{other}/absences/new", from_on=day("2026-11-25"), to_on=day("2026-11-26"), note="")
    assert "The days are kept." in page.text
    assert "accepted visit" not in page.text
    remove = re.search(r'action="(/portal/absences/[^"]+)"', page.text)[1]
    assert "None ahead." in send(office, remove).text


def test_days_that_have_passed_and_days_the_wrong_way_round_are_refused(office, firm):
    path = f"/portal/people/{firm.workers[0].id}/absences/new"
    page = send(office, path, from_on=day("2026-11-20"), to_on=day("2026-11-21"), note="")
    assert (page.status_code, "days that have passed" in page.text) == (422, True)
    page = send(office, path, from_on=day("2026-12-02"), to_on=day("2026-12-01"), note="")
    assert (page.status_code, "is before the first" in page.text) == (422, True)


def test_the_whole_firm_is_closed_and_gets_hours_in_one_go(office, firm, services):
    page = send(
        office, "/portal/our-firm/closed", from_on=day("2026-11-25"), to_on=day("2026-11-25"), note=""
    )
    assert "1 accepted visit" in page.text
    send(office, "/portal/our-firm/hours", **week(friday="8:00-12:00"))
    with services.sessions() as session:
        rows = session.scalars(select(WorkingHours).join(Worker).where(Worker.firm_id == firm.id)).all()
        assert [(row.weekday, row.closes_minute) for row in rows] == [(4, 720)] * 2


def test_regions_trades_and_new_people_wait_for_the_office(office, firm, signed_in, services):
    worker = firm.workers[0].id
    assert "been asked" in send(office, "/portal/our-firm/regions", regions=["E7", "F1"]).text
    send(office, f"/portal/people/{worker}/trades", trades=["locksmith", "glazier"])
    town = re.search(r'<option value="([^"]+)"[^>]*>Auckland', office.get("/portal/people/new").text)[1]
    page = send(
        office, "/portal/people/new", first_name="Ana", last_name="Pattern", base_town=town,
        trades=["carpenter"], max_travel_minutes="60", phone="",
    )  # fmt: skip
    assert page.text.count("Waits") == 3
    admin, _ = signed_in("administrator")
    waiting = admin.get("/supply/requests").text
    rows = re.findall(r"<tr.*?</tr>", waiting, re.DOTALL)[1:]
    rows.sort(key=lambda row: "New worker" in row)
    approve = [re.search(r'action="(/supply/requests/[^"]+/approve)"', row)[1] for row in rows]
    assert len(approve) == 3
    for action in approve[:2]:
        assert "Agreed, and in force." in send(admin, action).text
    decline = approve[2].replace("approve", "decline")
    assert send(admin, decline, note=" ").status_code == 422
    send(admin, decline, note="No induction is held before February")
    assert "No induction is held before February" in office.get("/portal/people").text
    assert send(admin, approve[0]).status_code == 409
    with services.sessions() as session:
        regions = session.scalars(select(FirmRegion.region_code).where(FirmRegion.firm_id == firm.id))
        assert set(regions) == {"E7", "F1"}
        trades = session.scalars(select(WorkerTrade.trade).where(WorkerTrade.worker_id == worker))
        assert set(trades) == {"locksmith", "glazier"}
        assert session.scalar(select(Worker.id).where(Worker.last_name == "Pattern")) is None


def test_a_request_is_replaced_by_the_next_and_taken_back(office, services):
    send(office, "/portal/our-firm/regions", regions=["E7", "F1"])
    page = send(office, "/portal/our-firm/regions", regions=["E7", "F2"])
    withdraw = re.findall(r'action="(/portal/requests/[^"]+/withdraw)"', page.text)
    assert len(withdraw) == 1
    assert "taken back" in send(office, withdraw[0]).text
    assert send(office, "/portal/our-firm/regions", regions=["E7"]).status_code == 422
    with services.sessions() as session:
        assert set(session.scalars(select(FirmRequest.state))) == {"withdrawn"}


def test_the_office_invites_resets_closes_and_opens_a_worker(office, firm, app):
    path = f"/portal/people/{firm.workers[1].id}"
    assert send(office, f"{path}/invite", sign_in_name="has blank").status_code == 422
    key = str(uuid.uuid4())
    page = send(office, f"{path}/invite", sign_in_name="wiremu", form_uuid=key)
    password = re.search(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}", page.text)[0]
    assert password not in send(office, f"{path}/invite", sign_in_name="wiremu", form_uuid=key).text
    assert send(office, f"{path}/invite", sign_in_name="wiremu2").status_code == 409
    person = Browser(app)
    assert person.sign_in("wiremu", password).headers["Location"].startswith("/password") or person.get(
        "/portal/today"
    ).headers["Location"].startswith("/password")
    reset = re.search(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}", send(office, f"{path}/account/reset").text)[0]
    assert reset != password
    assert "Closed" in send(office, f"{path}/account/close").text
    assert Browser(app).sign_in("wiremu", reset).status_code != 303
    assert "First password not used yet" in send(office, f"{path}/account/open").text


def test_what_the_programme_closed_the_firm_does_not_open(office, firm, signed_in, services):
    path = f"/portal/people/{firm.workers[1].id}"
    send(office, f"{path}/invite", sign_in_name="wiremu")
    admin, _ = signed_in("administrator")
    user = re.search(r'href="(/admin/users/[0-9a-f-]{36})"', admin.get("/admin/users?q=wiremu").text)[1]
    send(admin, f"{user}/disable", reason="Under review")
    assert send(office, f"{path}/account/open").status_code == 409


def test_a_worker_keeps_themselves_and_nobody_else(worker, firm):
    own, other = (f"/portal/people/{one.id}" for one in firm.workers)
    assert worker.get("/portal/people").headers["Location"] == own
    page = worker.get(own).text
    assert "Change the hours" in page
    assert "Account" not in page
    assert "On call" in send(worker, f"{own}/on-call").text
    assert send(worker, f"{own}/contact", phone="021 555 0100", max_travel_minutes="45").status_code == 200
    nowhere = worker.get(f"/portal/people/{uuid.uuid4()}")
    for path in (other, f"{other}/hours", f"{own}/trades", f"{own}/invite", "/portal/our-firm/hours"):
        answer = worker.get(path)
        assert answer.status_code == 404, path
        assert len(answer.data) == len(nowhere.data)
    assert send(worker, f"{own}/account/close").status_code == 404


def test_the_accepted_visit_of_another_day_is_not_concerned(office, firm):
    path = f"/portal/people/{firm.workers[0].id}/absences/new"
    later = (world.TOMORROW + timedelta(days=3)).date().isoformat()
    page = send(office, path, from_on=day(later), to_on=day(later), note="")
    assert "accepted visit" not in page.text
