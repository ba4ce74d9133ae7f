"""Who there is to send, in the browser: checks verified by a second person, kinds with their days, gaps, shares, other times."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests.web.portal.test_ownfirm_pages import day, send
from tests.web.portal.test_portal_offers import enter
from web.supply import matrix, sharing
from worksorders.gateways.csv_safe import read_csv
from worksorders.steps import disclose
from worksorders.steps.lists.part import part_of
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.firms.contractors import VettingCheck
from worksorders.store.tables.firms.vetting import TimeProposal
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, VisitDependency

NOW = world.NOW


@pytest.fixture
def place(services):
    """Two firms, and an order offered to the first for tomorrow at ten."""
    with services.sessions.begin() as session:
        made = [world.cleared_firm(session, workers=2) for _ in range(2)]
        order = world.issued_order(session, made, cipher=services.cipher, due_at=NOW + timedelta(days=9))
        disclose.protect(
            session,
            services.cipher,
            order.case_id,
            order.case_id,
            {disclose.HOME_COORDINATES: "-36.8500,174.7600"},
        )
        plan = world.publish(session, order, made[0])
        offer_published_visits(session, plan.id, NOW)
        offer_id = session.scalars(select(Offer.id)).one()
        return SimpleNamespace(firms=made, order=order, offer_id=offer_id, visit_id=order.visits[0].id)


@pytest.fixture
def office(place, app, services, clock):
    with services.sessions.begin() as session:
        user = world.contractor(session, place.firms[0])
    return enter(app, user, services, clock)


def test_a_check_is_entered_by_one_and_verified_by_another(place, signed_in, services):
    admin, _ = signed_in("administrator")
    worker = place.firms[0].workers[0].id
    page = send(
        admin, f"/admin/workers/{worker}/checks/new", kind="electrical_licence", number="E-77", issuer="Board",
        issued_on=day("2026-06-01"), expires_on=day("2026-12-01"),
    )  # fmt: skip
    assert "Waits for a second person" in page.text
    own = admin.get("/supply/checks").text
    assert "somebody else verifies it" in own
    with services.sessions() as session:
        check_id = session.scalars(select(VettingCheck.id).where(VettingCheck.number == "E-77")).one()
    assert send(admin, f"/supply/checks/{check_id}/verify").status_code == 403
    coordinator, _ = signed_in("coordinator")
    assert "Verified. It counts from now on." in send(coordinator, f"/supply/checks/{check_id}/verify").text
    assert "Within 7 days" in admin.get("/admin/vetting").text
    assert send(coordinator, f"/supply/checks/{check_id}/revoke", reason="").status_code == 422
    assert "It counts no longer" in send(coordinator, f"/supply/checks/{check_id}/revoke", reason="Gone").text
    assert "Does not count" in admin.get(f"/admin/workers/{worker}").text


def test_kinds_are_added_changed_and_ended_from_a_day_on(place, signed_in):
    admin, _ = signed_in("administrator")
    fields = {
        "label": "Asbestos course", "code": "asbestos_course", "holder": "worker", "asked_of": "some",
        "trades": ["carpenter"], "months": "24", "first_on": day("2026-11-23"), "limit": "", "alternative": "",
    }  # fmt: skip
    late = send(admin, "/supply/kinds/new", **fields)
    assert (late.status_code, "has passed" in late.text) == (422, True)
    page = send(admin, "/supply/kinds/new", **fields | {"first_on": day("2026-12-01")})
    assert "To come" in page.text
    again = send(admin, "/supply/kinds/new", **fields | {"first_on": day("2026-12-05")})
    assert "asked for already" in again.text
    change = re.search(r'href="(/supply/kinds/[^"]+/change)">Change<[^>]*> Asbestos course', page.text)[1]
    shown = admin.get(change).text
    assert 'value="24"' in shown
    page = send(admin, change, **fields | {"asked_of": "all", "months": "", "first_on": day("2027-01-01")})
    assert "31 December 2026" in page.text
    end = re.search(r'href="(/supply/kinds/[^"]+/end)">End<[^>]*> Asbestos course', page.text)[1]
    assert "1 June 2027" in send(admin, end, last_on=day("2027-06-01")).text
    assert send(admin, change, **fields | {"first_on": day("2027-02-01")}).status_code == 409
    coordinator, _ = signed_in("coordinator")
    assert "Add a kind" not in coordinator.get("/supply/kinds").text
    assert coordinator.get("/supply/kinds/new").status_code == 404


def test_the_matrix_says_in_words_where_nobody_is_left(place, signed_in, services):
    browser, _ = signed_in("coordinator")
    text = browser.get("/supply/?trade=locksmith&region=E7").text
    assert "4 free" in text
    assert "1 wanted" in text
    with services.sessions.begin() as session:
        for check in session.scalars(select(VettingCheck).where(VettingCheck.kind == "insurance")):
            check.expires_on = date(2026, 11, 25)
    text = browser.get("/supply/?trade=locksmith&region=E7").text
    assert "None cleared" in text
    assert "No cleared locksmith in Auckland" not in text
    with services.sessions.begin() as session:
        for check in session.scalars(select(VettingCheck).where(VettingCheck.kind == "insurance")):
            check.expires_on = date(2026, 11, 24)
    assert "No cleared locksmith in Auckland on Wed 25 Nov (1 visit)" in " ".join(
        browser.get("/supply/?trade=locksmith&region=E7").text.split()
    )
    assert "Nobody known" in browser.get("/supply/?trade=glazier&region=E7").text
    rows = read_csv(browser.get("/supply/matrix.csv?trade=locksmith&region=E7").data)
    assert len(rows) == 14
    assert rows[1]["lacking"] == "no cleared locksmith free"
    assert (rows[1]["known"], rows[1]["cleared"], rows[1]["visits_wanting_it"]) == ("4", "0", "1")
    assert browser.get("/supply/?on=tomorrow").status_code == 422
    assert browser.get("/supply/matrix.csv?on=tomorrow").status_code == 422


def test_shares_count_offers_answers_and_hours(place, office, signed_in):
    browser, _ = signed_in("administrator")
    before = browser.get("/supply/sharing").text
    assert "fewest hours" in before
    page = office.get(f"/portal/offers/{place.offer_id}").text
    seat = re.search(r'name="(worker-[^"]+)"', page)[1]
    send(office, f"/portal/offers/{place.offer_id}/accept", **{seat: str(place.firms[0].workers[0].id)})
    rows = {row["firm"]: row for row in read_csv(browser.get("/supply/sharing.csv?days=90").data)}
    first, second = (rows[firm.name] for firm in place.firms)
    assert (first["offers"], first["accepted"], first["hours_accepted"]) == ("1", "1", "1.0")
    assert (second["offers"], second["hours_accepted"]) == ("0", "0.0")
    assert place.firms[0].name in browser.get("/supply/sharing?region=E7").text
    assert place.firms[0].name not in browser.get("/supply/sharing?region=F1").text


@pytest.mark.parametrize(("view", "path"), [(matrix, "/supply/"), (sharing, "/supply/sharing")])
def test_long_tables_come_in_pages_and_their_files_hold_all(place, signed_in, monkeypatch, view, path):
    browser, _ = signed_in("coordinator")
    file = browser.get({"/supply/": "/supply/matrix.csv"}.get(path, f"{path}.csv")).data
    monkeypatch.setattr(view, "part_of", partial(part_of, size=1))
    first, second = browser.get(path).text, browser.get(f"{path}?page=2").text
    assert "page=2" in first
    assert table_of(first) != table_of(second)
    assert len({row["region"] + row.get("trade", row.get("firm", "")) for row in read_csv(file)}) > 1


def table_of(page):
    return re.findall(r'<th scope="row" class="govuk-table__header">(.*?)</th>', page)


def test_an_offer_is_taken_back_and_the_next_firm_is_asked(place, signed_in, services):
    browser, _ = signed_in("coordinator")
    assert f"/supply/offers/{place.offer_id}/take-back" in browser.get("/dispatch/offers").text
    page = send(browser, f"/supply/offers/{place.offer_id}/take-back")
    assert "Taken back." in page.text
    with services.sessions() as session:
        found = {(offer.firm_id, offer.state) for offer in session.scalars(select(Offer))}
    assert found == {(place.firms[0].id, "withdrawn"), (place.firms[1].id, "open")}


def propose(office, place, on="2026-11-26", start="1:30 pm"):
    path = f"/portal/offers/{place.offer_id}/other-time"
    return send(office, path, visit=str(place.visit_id), day=day(on), start=start)


def test_another_time_is_proposed_agreed_and_held(place, office, signed_in, services):
    page = propose(office, place)
    assert "You proposed Thu 26 Nov, 1:30 pm" in page.text
    browser, _ = signed_in("coordinator")
    listed = browser.get("/supply/other-times").text
    agree = re.search(r'action="(/supply/other-times/[^"]+/agree)"', listed)[1]
    assert "Agreed." in send(browser, agree).text
    assert "was agreed: accept it" in office.get(f"/portal/offers/{place.offer_id}").text
    with services.sessions() as session:
        visit = session.get(Visit, place.visit_id)
        wanted = world.TOMORROW + timedelta(days=1, hours=3, minutes=30)
        assert (visit.state, visit.start_at) == ("offered", wanted)
        held = session.scalars(select(Booking).where(Booking.state == "held")).one()
        assert held.during.lower == wanted
    assert send(browser, agree).status_code == 409


def test_a_time_that_breaks_a_rule_is_refused_in_words_and_changes_nothing(
    place, office, signed_in, services
):
    with services.sessions.begin() as session:
        order = session.get(type(place.order), place.order.id)
        order.safe_windows = "540-720"
    propose(office, place, start="1:30 pm")
    browser, _ = signed_in("coordinator")
    agree = re.search(r'action="(/supply/other-times/[^"]+/agree)"', browser.get("/supply/other-times").text)[
        1
    ]
    assert "outside the times that are safe" in send(browser, agree).text
    with services.sessions() as session:
        assert session.get(Visit, place.visit_id).start_at == world.TOMORROW
        assert session.scalars(select(TimeProposal.state)).one() == "open"
    assert "Declined." in send(browser, agree.replace("agree", "decline")).text
    assert "was declined" in office.get(f"/portal/offers/{place.offer_id}").text


def test_a_visit_never_moves_before_what_it_waits_for(place, office, signed_in, services):
    with services.sessions.begin() as session:
        order = session.get(type(place.order), place.order.id)
        opening = session.scalars(select(world.Opening)).first()
        before = world.add_visit(session, order, opening, [], 2, ("1.00",))
        session.add(VisitDependency(before_id=before.id, after_id=place.visit_id))
    propose(office, place)
    browser, _ = signed_in("coordinator")
    agree = re.search(r'action="(/supply/other-times/[^"]+/agree)"', browser.get("/supply/other-times").text)[
        1
    ]
    assert "must come before it has no time yet" in send(browser, agree).text


@pytest.mark.parametrize(
    ("on", "start", "message"),
    [
        ("2026-11-24", "10:30 am", "at least an hour ahead"),
        ("2026-11-25", "10:00 am", "accept it instead"),
        ("2026-11-26", "9:00 pm", "cleared and free"),
        ("2027-11-26", "9:00 am", "within 60 days"),
        ("2026-11-26", "soon", "is not a time of day"),
    ],
)
def test_a_time_that_the_firm_cannot_make_is_refused_at_once(place, office, on, start, message):
    page = propose(office, place, on, start)
    assert page.status_code == 422
    assert message in page.text


def test_a_proposal_is_replaced_and_taken_back(place, office, services):
    propose(office, place)
    page = propose(office, place, start="3:00 pm")
    withdraw = re.findall(r'action="(/portal/other-times/[^"]+/withdraw)"', page.text)
    assert len(withdraw) == 1
    assert "Taken back." in send(office, withdraw[0]).text
    assert send(office, f"/portal/other-times/{uuid.uuid4()}/withdraw").status_code == 404
    with services.sessions() as session:
        assert set(session.scalars(select(TimeProposal.state))) == {"withdrawn"}
