"""The pages of agreements, of finding a person, of who covers where, and of which contact counts."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests import referrals
from tests.web.coordinator import intake_pages as pages
from worksorders.store.tables.confidential.interests import HomeInterest, InterestContact
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.telling import CallTask


@pytest.fixture
def coordinator(signed_in, services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)
    return signed_in("coordinator")[0]


@pytest.fixture
def order_id(coordinator):
    return pages.raise_order(coordinator, pages.take_in(coordinator))


def at(order_id, rest=""):
    return f"/orders/{order_id}/agreements{rest}"


def person(services):
    with services.sessions() as session:
        return session.scalars(select(HomeInterest)).one()


def lines_of(browser, order_id, form="letter"):
    found = re.findall(rf'name="{form}-lines"[^>]*value="([0-9a-f-]{{36}})"', browser.get(at(order_id)).text)
    return list(dict.fromkeys(found))


def test_a_home_is_agreed_to_measure_by_measure_with_faults_at_their_fields(coordinator, services, order_id):
    assert "Nobody is recorded" in coordinator.get(at(order_id)).text
    empty = coordinator.post(at(order_id, "/people"), pages.action("person"))
    assert empty.status_code == 422
    for field in ("interest", "near", "person_name"):
        assert f'href="#person-{field}"' in empty.text
    assert pages.record_person(coordinator, order_id).status_code == 303
    assert "May be asked" in coordinator.get(at(order_id)).text
    phone = pages.answer(coordinator, order_id, how="phone")
    assert phone.status_code == 422
    assert "locks only" in phone.text
    refused = pages.answer(coordinator, order_id, outcome="refused")
    assert 'href="#answer-reason"' in refused.text
    assert pages.answer(coordinator, order_id, conditions="Keep the door").status_code == 303
    page = coordinator.get(at(order_id)).text
    assert "Keep the door" in page
    assert "To be asked" not in page
    assert "Pat Lettingham" not in page


def test_a_letter_is_made_and_opened_for_a_purpose_and_a_call_is_put_on_the_list(
    coordinator, services, order_id
):
    pages.record_person(coordinator, order_id, post="PO Box 12\nŌtaki", mail="pat@example.nz")
    who = str(person(services).id)
    form = pages.action(
        "letter", interest_id=who, lines=lines_of(coordinator, order_id), purpose="Ask to agree"
    )
    made = coordinator.post(at(order_id, "/letters"), form)
    assert made.status_code == 303
    assert coordinator.post(at(order_id, "/letters"), form).headers["Location"] == made.headers["Location"]
    with services.sessions() as session:
        contact = session.scalars(select(InterestContact)).one()
    address = at(order_id, f"/letters/{contact.id}")
    assert coordinator.post(address, {"purpose-purpose": "x"}).status_code == 422
    letter = coordinator.post(address, {"purpose-purpose": "Print it for the post"})
    assert letter.mimetype == "application/pdf"
    assert "Security work" in PdfReader(io.BytesIO(letter.data)).pages[0].extract_text()
    assert coordinator.post(at(order_id, "/calls"), pages.action("call", interest_id=who)).status_code == 303
    assert (
        coordinator.post(at(order_id, "/messages"), pages.action("message", interest_id=who)).status_code
        == 303
    )
    with services.sessions() as session:
        assert session.scalars(select(CallTask)).one().contact_id == uuid.UUID(who)
    due = coordinator.get("/agreements").text
    assert "1. Private landlord" in due
    shown = coordinator.post(at(order_id, f"/people/{who}"), {"purpose-purpose": "Call about the work"})
    assert "Pat Lettingham" in shown.text
    assert "021 555 0444" in shown.text


def test_a_barred_person_is_offered_in_no_form_and_a_posted_one_is_refused(coordinator, services, order_id):
    pages.record_person(coordinator, order_id, near="yes", post="PO Box 12")
    who = str(person(services).id)
    page = coordinator.get(at(order_id)).text
    assert "Must never be asked" in page
    assert f'value="{who}"' not in page
    shown = coordinator.post(at(order_id, f"/people/{who}"), {"purpose-purpose": "Recognise this person"})
    assert "Make no contact" in shown.text
    assert "0444" not in shown.text
    for form, path in (
        ("letter", "letters"),
        ("call", "calls"),
        ("message", "messages"),
        ("answer", "answers"),
    ):
        values = {"interest_id": who, "lines": [], "purpose": "Ask to agree"}
        assert coordinator.post(at(order_id, f"/{path}"), pages.action(form, **values)).status_code == 422
    with services.sessions() as session:
        assert session.scalars(select(InterestContact)).all() == []
        assert session.scalars(select(CallTask)).all() == []


def test_a_basis_and_a_lifted_bar_need_a_second_person(coordinator, signed_in, services, order_id):
    pages.record_person(coordinator, order_id, near="yes")
    who, other = person(services), signed_in("coordinator")[0]
    assert "Needs a legal basis" in coordinator.get(at(order_id)).text
    form = pages.action("basis", basis="occupation_order", dated_on=["20", "11", "2026"])
    assert coordinator.post(at(order_id, "/basis"), form).status_code == 303
    confirm = re.search(r"/basis/[0-9a-f-]{36}/confirm", other.get(at(order_id)).text).group(0)
    assert "I saw the paper" not in coordinator.get(at(order_id)).text
    assert coordinator.post(at(order_id, confirm), pages.action()).status_code == 403
    assert other.post(at(order_id, confirm), pages.action()).status_code == 303
    order = coordinator.get(f"/orders/{order_id}").text
    assert re.search(r"<strong[^>]*>\s*Legal basis\s*</strong>", order)
    assert "Needs a legal basis" not in order
    move = lambda name: at(order_id, f"/people/{who.id}/{name}")
    assert coordinator.post(move("ask-lift"), pages.action()).status_code == 303
    assert coordinator.post(move("lift"), pages.action()).status_code == 422
    assert other.post(move("lift"), pages.action()).status_code == 303
    assert person(services).screening == "waiting"
    assert other.post(move("nonsense"), pages.action()).status_code == 404


def test_a_person_or_letter_of_another_home_is_not_found(coordinator, services, order_id):
    pages.record_person(coordinator, order_id)
    who = person(services).id
    elsewhere = pages.raise_order(
        coordinator,
        pages.take_in(
            coordinator, home__street="9 Else Road", person__name="Someone Else", person__phone="021 555 0300",
            person__other_names="",
        ),
    )  # fmt: skip
    assert coordinator.post(at(elsewhere, f"/people/{who}/bar"), pages.action()).status_code == 404
    assert (
        coordinator.post(at(elsewhere, f"/people/{who}"), {"purpose-purpose": "Look at it"}).status_code
        == 404
    )
    assert person(services).screening == "cleared"


def test_a_search_answers_on_its_own_page_and_never_by_an_address(coordinator, order_id):
    assert coordinator.get("/search?by=name&term=Hinemoa+Sample&purpose=Find+them+now").text.count("A-") == 0
    form = {"by": "name", "term": "SAMPLE, Hīnemoa", "purpose": "The agency asks how it stands"}
    found = coordinator.post("/search", form)
    assert found.status_code == 200
    assert "The client" in found.text
    assert order_id in found.text
    assert "No case that you may see" in coordinator.post("/search", form | {"term": "Hinemoa"}).text
    empty = coordinator.post("/search", {"by": "name"})
    assert empty.status_code == 422
    assert 'href="#term"' in empty.text


def test_an_administrator_says_who_covers_where_and_the_lists_follow(
    coordinator, signed_in, services, order_id
):
    boss, _ = signed_in("administrator")
    with services.sessions() as session:
        user = session.scalars(select(AppUser).where(AppUser.role == "coordinator")).one()
        code = session.get(WorksOrder, uuid.UUID(order_id)).code
    assert user.display_name in boss.get("/office/coordinators").text
    path = f"/office/coordinators/{user.id}"
    assert boss.post(path, {"form_uuid": str(uuid.uuid4()), "regions": ["ZZ"]}).status_code == 422
    assert boss.post(path, {"form_uuid": str(uuid.uuid4()), "regions": ["E7"]}).status_code == 303
    assert code in coordinator.get("/orders").text
    other, second = signed_in("coordinator")
    path = f"/office/coordinators/{second.user_id}"
    assert boss.post(path, {"form_uuid": str(uuid.uuid4()), "regions": [referrals.REGION]}).status_code == 303
    assert code not in coordinator.get("/orders").text
    assert code in coordinator.get("/orders?regions=all").text
    assert code in coordinator.get(f"/orders?code={code}").text
    assert code in other.get("/orders").text
    today = coordinator.get("/today").text
    assert "1 home is insecure in other coordinators’ regions" in today
    assert "Show all regions" in today
    assert code in coordinator.get("/today?regions=all").text
    assert code not in coordinator.get("/lists/orders").text
    assert code in coordinator.get("/lists/orders?regions=all").text
    assert code in coordinator.get(f"/lists/orders?q={code}").text
    assert code in other.get("/lists/orders").text


def test_the_sender_of_letters_is_kept_neutral(signed_in):
    boss, _ = signed_in("administrator")
    form = {"form_uuid": str(uuid.uuid4()), "cover_name": "Women’s Refuge", "address": "", "phone": ""}
    refused = boss.post("/office/letters", form)
    assert refused.status_code == 422
    assert 'href="#cover_name"' in refused.text
    form |= {"form_uuid": str(uuid.uuid4()), "cover_name": "Tūī Property Services"}
    assert boss.post("/office/letters", form).status_code == 303
    assert "Tūī Property Services" in boss.get("/office/letters").text


def test_the_question_of_two_phones_is_asked_on_the_order_and_decided_once(coordinator, order_id):
    later = pages.take_in(coordinator, person__phone="021 555 0777", person__other_names="")
    path = f"/assessments/{later}/contact-choice"
    assert path in coordinator.get(f"/orders/{order_id}").text
    form = {"form_uuid": str(uuid.uuid4()), "which_name": "keep", "phone": "take"}
    assert coordinator.post(path, form).status_code == 422
    done = coordinator.post(
        path, form | {"form_uuid": str(uuid.uuid4()), "purpose": "The advocate rang today"}
    )
    assert done.status_code == 303
    assert path not in coordinator.get(f"/orders/{order_id}").text
    assert coordinator.get(path).status_code == 404
    shown = coordinator.post(
        f"/orders/{order_id}/contact", pages.action("contact", purpose="Look at it again")
    )
    assert "021 555 0777" in shown.text
