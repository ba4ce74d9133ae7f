"""The first page: homes insecure now come first, with daylight, who is on it and what to do next."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects.postgresql import Range

from tests import factories, referrals
from tests.web.coordinator import intake_pages as pages
from worksorders.steps.ordering.find import today as finding
from worksorders.store.tables.firms.contractors import VettingCheck, Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import Opening, OpeningEvent
from worksorders.store.tables.work.offers import Offer, VisitNote
from worksorders.store.tables.work.orders import Visit


@pytest.fixture
def coordinator(services, signed_in):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)
    return signed_in("coordinator")[0]


def section(page, name):
    """The text of one list of the page, tags left out."""
    found = re.search(rf'<section aria-label="{name}">(.*?)</section>', page, re.DOTALL).group(1)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def insecure(browser):
    return section(browser.get("/today").text, "Homes insecure now")


def test_an_empty_day_says_so(coordinator):
    page = coordinator.get("/today").text
    for words in ("No home is insecure now", "No order is open with work to do", "No assessment waits"):
        assert words in page


def test_signing_in_leads_here(coordinator):
    assert coordinator.get("/").headers["Location"].endswith("/today")


def test_an_insecure_home_stays_first_until_it_is_safe_and_names_its_next_step(coordinator, services):
    assessment_id = pages.take_in(coordinator)
    assert "Homes insecure now: 1" in insecure(coordinator)
    assert "Raise the order" in insecure(coordinator)
    order_id = pages.raise_order(coordinator, assessment_id)
    assert "Complete the order and send it on" in insecure(coordinator)
    pages.agree(coordinator, order_id)
    coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on"))
    assert "Issue the order" in insecure(coordinator)
    coordinator.post(f"/orders/{order_id}/issue", pages.action())
    assert "Plan the visit, or offer it at once" in insecure(coordinator)
    assert "Nobody yet" in insecure(coordinator)
    with services.sessions.begin() as session:
        visit = session.scalars(select(Visit).where(Visit.interim)).one()
        worker = session.scalars(select(Worker)).first()
        visit.state = "accepted"
        start_at = factories.NOW + timedelta(hours=2)
        session.add(
            Booking(
                worker_id=worker.id,
                firm_id=worker.firm_id,
                visit_id=visit.id,
                during=Range(start_at, start_at + timedelta(hours=1)),
                state="confirmed",
            )
        )
        name = worker.first_name
    assert name in insecure(coordinator)
    assert "The worker comes as agreed" in insecure(coordinator)
    with services.sessions.begin() as session:
        for opening in session.scalars(select(Opening).where(Opening.state == "insecure")):
            opening.state = "temporarily_secured"
    assert "No home is insecure now" in insecure(coordinator)


def test_daylight_is_that_of_the_region_and_dark_is_said(coordinator, signed_in, clock):
    pages.take_in(coordinator)
    assert re.search(r"10 h \d+ min", insecure(coordinator))
    clock.now = factories.NOW + timedelta(hours=13)
    tonight, _ = signed_in("coordinator")
    assert "Dark" in insecure(tonight)


def test_what_must_be_safe_soonest_comes_first(coordinator):
    pages.take_in(coordinator, urgency="P2")
    first = pages.take_in(
        coordinator,
        urgency="P1",
        home__street="1 Other Street",
        person__name="Somebody Else",
        person__phone="027 555 0111",
        person__other_names="",
    )
    page = coordinator.get("/today").text
    links = re.findall(r"/assessments/([0-9a-f-]{36})", page)
    assert links[0] == first


def test_orders_come_by_the_time_left(coordinator, services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        late, soon = (referrals.bare_order(session, user) for _ in range(2))
        for order, hours in ((late, 50), (soon, 3)):
            visit = session.scalars(select(Visit).where(Visit.order_id == order.id)).one()
            visit.due_at = factories.NOW + timedelta(hours=hours)
    page = coordinator.get("/today").text
    assert page.index(soon.code) < page.index(late.code)
    assert "3 h left" in section(page, "Orders by deadline")


def test_an_order_whose_work_is_done_is_not_due_any_more(coordinator, services):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
        order.state = "issued"
        session.scalars(select(Visit).where(Visit.order_id == order.id)).one().state = "done"
    assert "No order is open" in section(coordinator.get("/today").text, "Orders by deadline")
    listed = coordinator.get("/orders").text
    assert order.code in listed
    assert "All work is done" in listed


def test_waiting_assessments_are_counted_even_where_they_are_not_all_listed(coordinator, services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        for _ in range(12):
            referrals.bare_order(session, user).assessment.state = "waiting"
    text = section(coordinator.get("/today").text, "Assessments that wait")
    assert "wait for an order: 12" in text
    assert "All 12 that wait" in text


def test_what_else_waits_is_shown_too(coordinator, services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        held, offered = (referrals.bare_order(session, user) for _ in range(2))
        held.state, held.state_reason = "on_hold", "awaiting_landlord"
        held.review_on = referrals.ASSESSED_ON
        worker = session.scalars(select(Worker)).first()
        session.add(
            Offer(
                code="F-TEST-00001",
                order_id=offered.id,
                firm_id=worker.firm_id,
                state="open",
                urgent=False,
                price_cents=100,
                opened_at=factories.NOW,
                expires_at=factories.NOW + timedelta(hours=5),
            )
        )
        session.add(
            VettingCheck(
                worker_id=worker.id,
                kind="police_vetting",
                number="1",
                issuer="Police",
                issued_on=referrals.ASSESSED_ON,
                expires_on=referrals.ASSESSED_ON + timedelta(days=6),
                state="verified",
                decided_at=factories.NOW,
            )
        )
        visit = session.scalars(select(Visit).where(Visit.order_id == offered.id)).one()
        session.add(VisitNote(visit_id=visit.id, kind="no_access", reason="nobody_home", by=user.id))
        codes = held.code, offered.code
    page = coordinator.get("/today").text
    assert codes[0] in section(page, "Holds to look at")
    assert "Awaiting landlord" in section(page, "Holds to look at")
    assert "5 h left" in section(page, "Offers without an answer")
    assert codes[1] in section(page, "Offers without an answer")
    assert "26 November 2026" in section(page, "Checks that lapse")
    assert "1 alert waits for somebody" in page


def test_the_page_asks_a_constant_number_of_queries_however_many_wait(coordinator, services):
    def queries():
        statements = []

        def listen(*args):
            statements.append(args[2])

        event.listen(services.engine, "before_cursor_execute", listen)
        coordinator.get("/today")
        event.remove(services.engine, "before_cursor_execute", listen)
        return len(statements)

    def add(number):
        with services.sessions.begin() as session:
            user = factories.make_user(session)
            for _ in range(number):
                order = referrals.bare_order(session, user, insecure=True)
                order.state, order.assessment.state = "cancelled", "waiting"

    add(2)
    few = queries()
    add(8)
    assert queries() == few


def test_an_opening_that_somebody_saw_is_recorded_with_how_it_is_known(coordinator, services):
    assessment_id = pages.take_in(coordinator)
    with services.sessions() as session:
        opening_id = session.scalars(select(Opening.id).where(Opening.state == "insecure")).one()
    path = f"/assessments/{assessment_id}/opening"
    form = pages.action("opening", opening_id=opening_id, state="secure", verified="")
    assert coordinator.post(path, form).status_code == 422
    assert "Homes insecure now: 1" in insecure(coordinator)
    form["opening-verified"] = "The agency’s worker saw it locked on 24 November"
    for _ in range(2):
        assert coordinator.post(path, form).status_code == 303
    assert "No home is insecure now" in insecure(coordinator)
    page = coordinator.get(f"/assessments/{assessment_id}").text
    assert "State of an opening recorded" in page
    assert "saw it locked" in page
    with services.sessions() as session:
        wanted = select(OpeningEvent).where(OpeningEvent.escalation_note.is_not(None))
        noted = session.scalars(wanted).one()
        assert (noted.opening_id, noted.visit_id, noted.state) == (opening_id, None, "secure")


def test_an_insecure_home_with_an_advocate_stays_on_the_list(coordinator, services):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session), insecure=True)
        order.state, order.assessment.state = "cancelled", "handed_over"
    assert "With advocate" in insecure(coordinator)
    assert "Ask the advocate how the opening is" in insecure(coordinator)


def test_a_closed_order_with_an_insecure_opening_leads_to_recording_it(coordinator, services):
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session), insecure=True)
        order.state, order.assessment.state = "closed", "ordered"
        path = f"/assessments/{order.assessment_id}/opening"
    page = coordinator.get("/today").text
    assert path in page
    assert "follow-on" not in page


def test_what_does_not_fit_on_the_first_page_is_counted_and_a_page_away(coordinator, services, monkeypatch):
    monkeypatch.setattr(finding, "INSECURE_SHOWN", 2)
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        codes = {referrals.bare_order(session, user, insecure=True).code for _ in range(3)}
    page = coordinator.get("/today").text
    assert "Homes insecure now: 3" in page
    assert "All 3 homes insecure now" in page
    whole = coordinator.get("/today/insecure?page=9&regions=all&_external=1&endpoint=x").text
    assert all(code in whole for code in codes)
