"""Taking assessments in through the browser: nothing typed is lost, nothing broken is kept, nothing twice."""

from __future__ import annotations

import re
import threading
import uuid

import pytest
from sqlalchemy import func, select

from tests import factories, referrals
from tests.web.conftest import Browser
from tests.web.coordinator import intake_pages as pages
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, CaseFile


@pytest.fixture
def coordinator(signed_in, services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    return signed_in("coordinator")[0]


def count(services, table):
    with services.sessions() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_form_opens_with_a_front_door_and_the_working_day(coordinator):
    page = coordinator.get("/assessments/new").text
    assert 'value="front_door"' in page
    assert 'value="9:00 am"' in page


def test_an_assessment_is_taken_in_and_shown(coordinator, services):
    assessment_id = pages.take_in(coordinator)
    page = coordinator.get(f"/assessments/{assessment_id}").text
    assert "has been taken in" in page
    assert "Raise the works order" in page
    assert "bathroom window" in page
    assert "9:00 am to 12:00 pm" in page
    assert "Hinemoa" not in page
    assert "Example Road" not in page
    assert coordinator.get("/assessments").text.count("Te Whare Āwhina") == 1


def test_adding_and_removing_openings_keeps_all_that_was_typed(coordinator, services):
    form = pages.take_in_form(agency="Te Whare Tūmanako") | {"add": "yes", "new_kind": "ranch_slider"}
    answer = coordinator.post("/assessments/new", form)
    assert answer.status_code == 200
    assert "can be lifted off its track" in answer.text
    assert 'value="Te Whare Tūmanako"' in answer.text
    assert 'value="bathroom window"' in answer.text
    assert "There is a problem" not in answer.text
    removed = coordinator.post("/assessments/new", pages.take_in_form() | {"remove": "0"}).text
    assert 'value="front door"' not in removed
    assert re.search(r'name="openings-0-label"[^>]*value="bathroom window"', removed)
    assert re.search(r'name="openings-0-found-0-measured"[^>]*value="2"', removed)
    assert count(services, CaseFile) == 0


def test_a_broken_form_is_a_422_that_names_every_field_and_saves_nothing(coordinator, services):
    form = pages.take_in_form(
        agency="",
        adults="many",
        home__town="",
        person__phone="12",
        safe_windows__0__ends="8 am",
        openings__1__found__0__measured="0",
        openings__0__state="",
    )
    form["answers-lives_apart-holds"] = ""
    form["assessed_on"] = ["31", "2", "2026"]
    answer = coordinator.post("/assessments/new", form)
    assert answer.status_code == 422
    for anchor in (
        "agency",
        "adults",
        "assessed_on-day",
        "answers-lives_apart-holds",
        "home-town",
        "person-phone",
        "safe_windows-0-starts",
        "openings-0-state",
        "openings-1-found-0-measured",
    ):
        assert f'href="#{anchor}"' in answer.text, anchor
        assert f'id="{anchor}"' in answer.text, anchor
    assert "<title>Error: " in answer.text
    assert 'value="Flat 2, 14 Example Road"' in answer.text
    assert count(services, CaseFile) == 0


def test_the_same_form_sent_twice_makes_one_assessment(coordinator, services):
    form = pages.take_in_form()
    first = coordinator.post("/assessments/new", form)
    again = coordinator.post("/assessments/new", form)
    assert first.headers["Location"] == again.headers["Location"]
    assert count(services, Assessment) == 1


def test_the_same_form_sent_by_two_threads_makes_one_assessment(coordinator, app, services):
    form = pages.take_in_form() | {"csrf_token": coordinator.token("/unlock")}
    cookie = coordinator.client.get_cookie("session").value
    barrier, found = threading.Barrier(2), []

    def send():
        other = Browser(app)
        other.client.set_cookie("session", cookie)
        barrier.wait()
        found.append(other.client.post("/assessments/new", data=form))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in found] == [303, 303]
    assert len({answer.headers["Location"] for answer in found}) == 1
    assert count(services, Assessment) == 1


def test_a_second_referral_of_the_home_is_shown_and_joined(coordinator, services):
    pages.take_in(coordinator)
    second = pages.take_in(coordinator, agency="Another agency", home__street="2/14 example rd")
    page = coordinator.get(f"/assessments/{second}").text
    assert "This home or person is already known as case C-" in page
    assert count(services, CaseFile) == 1


def test_a_known_person_at_another_address_is_asked_about_in_the_form(coordinator, services):
    pages.take_in(coordinator)
    form = pages.take_in_form(home__street="9 Sample Street")
    answer = coordinator.post("/assessments/new", form)
    assert answer.status_code == 422
    assert "Is it the same home?" in answer.text
    assert 'href="#same_home"' in answer.text
    assert coordinator.post("/assessments/new", form | {"same_home": "no"}).status_code == 303
    assert count(services, CaseFile) == 2


def test_a_case_that_is_not_eligible_is_listed_with_its_advocate(coordinator):
    form = pages.take_in_form(advocate="Aroha Advocate")
    form["answers-wishes_to_stay-holds"] = "no"
    location = coordinator.post("/assessments/new", form).headers["Location"]
    page = coordinator.get(location).text
    assert "With an advocate" in page
    assert "Raise the works order" not in page
    listed = coordinator.get("/handovers").text
    assert "Aroha Advocate" in listed
    assert "wishes to stay in the current home" in listed


def test_without_an_advocate_the_form_asks_for_one(coordinator, services):
    form = pages.take_in_form()
    form["answers-wishes_to_stay-holds"] = "no"
    answer = coordinator.post("/assessments/new", form)
    assert answer.status_code == 422
    assert 'href="#advocate"' in answer.text
    assert count(services, CaseFile) == 0


def test_a_waiting_case_is_handed_over_from_its_page(coordinator):
    assessment_id = pages.take_in(coordinator)
    empty = coordinator.post(f"/assessments/{assessment_id}/give-back", pages.action("give_back"))
    assert empty.status_code == 422
    assert 'href="#give_back-advocate"' in empty.text
    form = pages.action("give_back", advocate="Aroha Advocate", note="moved away")
    assert coordinator.post(f"/assessments/{assessment_id}/give-back", form).status_code == 303
    assert "Aroha Advocate" in coordinator.get("/handovers").text
    page = coordinator.get(f"/assessments/{assessment_id}").text
    assert "Take the case back" in page
    assert "moved away" in page
    back = coordinator.post(f"/assessments/{assessment_id}/take-back", pages.action())
    assert back.status_code == 303
    assert "Raise the works order" in coordinator.get(f"/assessments/{assessment_id}").text


def test_a_case_that_is_not_eligible_stays_with_its_advocate(coordinator):
    form = pages.take_in_form(advocate="Aroha Advocate")
    form["answers-wishes_to_stay-holds"] = "no"
    location = coordinator.post("/assessments/new", form).headers["Location"]
    assert "Take the case back" not in coordinator.get(location).text
    assert coordinator.post(f"{location}/take-back", pages.action()).status_code == 403


def test_contact_and_address_are_shown_once_for_a_purpose_and_logged(coordinator, services):
    assessment_id = pages.take_in(coordinator)
    address = f"/assessments/{assessment_id}/contact"
    assert coordinator.get(address).status_code in {404, 405}
    without = coordinator.post(address, {"contact-purpose": ""})
    assert without.status_code == 422
    assert "Hinemoa" not in without.text
    shown = coordinator.post(address, {"contact-purpose": "Agree the day of the visit"})
    assert shown.status_code == 200
    assert "Hinemoa Sample" in shown.text
    assert "Flat 2, 14 Example Road, Tauranga" in shown.text
    assert "021 555 0199" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    with services.sessions() as session:
        reasons = session.scalars(
            select(AuditEvent.reason).where(AuditEvent.action == "disclosure.revealed")
        ).all()
    assert reasons == ["Agree the day of the visit"]


@pytest.mark.parametrize("role", ["contractor", "finance", "auditor", "privacy_officer", "administrator"])
def test_nobody_else_sees_assessments(signed_in, services, role):
    with services.sessions.begin() as session:
        firm_id = factories.make_firm(session).id if role == "contractor" else None
    browser, _ = signed_in(role, firm_id=firm_id)
    for path in ("/today", "/assessments", "/assessments/new", "/handovers", f"/assessments/{uuid.uuid4()}"):
        assert browser.get(path).status_code == 404


def test_an_unknown_assessment_is_not_found(coordinator):
    assert coordinator.get(f"/assessments/{uuid.uuid4()}").status_code == 404
    form = pages.action("raise")
    assert coordinator.post(f"/assessments/{uuid.uuid4()}/order", form).status_code == 404


def test_lists_have_empty_states(coordinator):
    assert "No assessment of this kind" in coordinator.get("/assessments").text
    assert "No case is with an advocate" in coordinator.get("/handovers").text


def test_pages_hold_no_id_twice(coordinator):
    assessment_id = pages.take_in(coordinator)
    for path in ("/assessments/new", f"/assessments/{assessment_id}"):
        ids = re.findall(r'\sid="([^"]+)"', coordinator.get(path).text)
        assert sorted(ids) == sorted(set(ids))


def test_an_opening_named_after_the_client_is_refused_at_its_label(coordinator, services):
    form = pages.take_in_form(openings__1__label="Hine’s window", advocate="021 555 0199")
    answer = coordinator.post("/assessments/new", form)
    assert answer.status_code == 422
    assert 'id="openings-1-label-error"' in answer.text
    assert 'id="advocate-error"' in answer.text
    assert answer.text.count("repeats something protected") == 4
    assert count(services, CaseFile) == 0
