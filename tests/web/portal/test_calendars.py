"""A worker's calendar: a secret address shown once, codes and times alone, and ended with the account."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from tests.web.conftest import Browser
from worksorders.domain.errors import NotPermittedError
from worksorders.steps import disclose
from worksorders.steps.admin import users
from worksorders.steps.calendars import feed
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.places import CalendarFeed
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

CANARIES = {
    disclose.PERSON_NAME: "Kahurangi Canary",
    disclose.PERSON_PHONE: "+64215550142",
    disclose.HOME_ADDRESS: "12A Canary Slate Street, Whangārei",
    disclose.HOME_COORDINATES: "-35.7317,174.3239",
}


@pytest.fixture
def scene(app, services):
    """A worker with an accepted visit tomorrow, signed in."""
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        order = world.issued_order(session, [firm], cipher=services.cipher)
        disclose.protect(session, services.cipher, order.case_id, order.case_id, CANARIES)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        offer = session.scalars(select(Offer)).one()
        accept(session, world.account(session, firm), offer.id, world.NOW)
        user = world.contractor(session, firm, firm.workers[0])
        admin = factories.actor_of(factories.make_user(session, "administrator"))
        found = (
            order.code,
            order.visits[0].id,
            user.id,
            user.sign_in_name,
            admin,
            firm.workers[0].id,
            order.case_id,
        )
    browser = Browser(app)
    assert browser.sign_in(found[3]).status_code == 303
    return browser, found


def make(browser):
    form = re.search(
        r'action="/portal/calendar/make".*?name="form_uuid"[^>]*value="([^"]+)"',
        browser.get("/portal/calendar").text,
        re.DOTALL,
    )
    answer = browser.post("/portal/calendar/make", {"form_uuid": form.group(1)}, page="/portal/calendar")
    found = re.search(r"https?://[^<]+\.ics", answer.text)
    return urlsplit(found.group(0)).path, answer.text


def test_the_file_holds_code_and_time_and_nothing_of_home_person_or_work(scene, app, services):
    browser, (code, visit_id, *_) = scene
    path, _ = make(browser)
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    with services.sessions() as session:
        visit = session.get_one(Visit, visit_id)
    assert answer.text.count("BEGIN:VEVENT") == 1
    assert f"SUMMARY:Visit {code}\r\n" in answer.text
    assert f"DTSTART:{visit.start_at.astimezone(factories.UTC):%Y%m%dT%H%M%SZ}\r\n" in answer.text
    again = app.test_client().get(path)
    assert re.findall(r"UID:\S+", answer.text) == re.findall(r"UID:\S+", again.text)
    names = set(re.findall(r"^([A-Z-]+)[;:]", answer.text, re.MULTILINE))
    assert not names & {
        "LOCATION",
        "GEO",
        "DESCRIPTION",
        "ATTENDEE",
        "ORGANIZER",
        "URL",
        "COMMENT",
        "CATEGORIES",
    }
    words = answer.text.lower()
    for canary in (
        *CANARIES.values(),
        "canary",
        "locksmith",
        "lock",
        visit.code,
        str(visit.id),
        str(visit.order_id),
    ):
        assert canary.lower() not in words, canary


def test_the_address_is_shown_once_and_a_new_one_ends_the_old(scene, app, services):
    browser, _ = scene
    path, _ = make(browser)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) >= 43
    assert token not in browser.get("/portal/calendar").text
    with services.sessions() as session:
        row = session.scalars(select(CalendarFeed)).one()
        assert token.encode() not in row.token_hash
        trail = " ".join(map(str, session.execute(select(AuditEvent.action, AuditEvent.detail)).all()))
    assert "calendar.made" in trail
    assert token not in trail
    newer, _ = make(browser)
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get(newer).status_code == 200
    end = re.search(
        r'action="/portal/calendar/end".*?name="form_uuid"[^>]*value="([^"]+)"',
        browser.get("/portal/calendar").text,
        re.DOTALL,
    )
    browser.post("/portal/calendar/end", {"form_uuid": end.group(1)}, page="/portal/calendar")
    assert app.test_client().get(newer).status_code == 404


@pytest.mark.parametrize("how", ["disabled", "authenticators reset", "worker left", "lapsed"])
def test_it_ends_with_the_account_and_looks_like_one_that_never_was(scene, app, services, clock, how):
    browser, (_, _, user_id, _, admin, worker_id, _) = scene
    path, _ = make(browser)
    with services.sessions.begin() as session:
        if how == "disabled":
            users.disable(session, admin, user_id, "phone lost", factories.NOW)
            users.reopen(session, admin, session.get_one(AppUser, user_id))
        elif how == "authenticators reset":
            users.renew(session, admin, session.get_one(AppUser, user_id), factories.NOW)
        elif how == "worker left":
            session.get_one(Worker, worker_id).active = False
    if how == "lapsed":
        clock.now += timedelta(days=90, seconds=1)
    gone, never = app.test_client().get(path), app.test_client().get("/calendar/" + "x" * 43 + ".ics")
    assert (gone.status_code, never.status_code) == (404, 404)
    assert gone.text == never.text
    with services.sessions() as session:
        assert session.get_one(AppUser, user_id).disabled_at is None


def test_a_visit_that_is_taken_back_barred_or_done_leaves_the_calendar(scene, app, services):
    browser, (_, visit_id, *_, worker_id, case_id) = scene
    path, _ = make(browser)
    with services.sessions.begin() as session:
        session.get_one(Visit, visit_id).state = "done"
    assert "VEVENT" not in app.test_client().get(path).text
    with services.sessions.begin() as session:
        session.get_one(Visit, visit_id).state = "accepted"
    assert "VEVENT" in app.test_client().get(path).text
    with services.sessions.begin() as session:
        by = factories.make_user(session)
        session.add(
            NeverSend(
                case_id=case_id,
                worker_id=worker_id,
                source="advocate",
                created_at=factories.NOW,
                created_by=by.id,
            )
        )
    assert "VEVENT" not in app.test_client().get(path).text


def test_an_office_account_has_no_visits_of_its_own(app, services):
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        office = world.contractor(session, firm)
        with pytest.raises(NotPermittedError, match="no worker"):
            feed.make_feed(session, factories.actor_of(office), factories.NOW)
    browser = Browser(app)
    browser.sign_in(office.sign_in_name)
    page = browser.get("/portal/calendar").text
    assert "no visits of its own" in page
    assert "/portal/calendar/make" not in page


def test_a_worker_finds_it_under_my_firm(scene):
    browser, _ = scene
    assert 'href="/portal/calendar"' in browser.get("/portal/firm").text
