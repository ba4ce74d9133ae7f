"""Asking for a change on the phone and deciding it in the office, through the pages."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.varying import AT, committed_on_site, picture
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import WorksLine, WorksOrder
from worksorders.store.tables.work.variations import Variation


@pytest.fixture(scope="module")
def committed(new_database, vault_key_file):
    with committed_on_site(new_database, vault_key_file) as made:
        yield made


@pytest.fixture
def services(committed):
    return committed[0]


@pytest.fixture
def scene(committed, clock):
    clock.now = AT
    return committed[1]


@pytest.fixture
def sign_in(app, services):
    from tests.web.conftest import Browser  # noqa: PLC0415

    def make(actor):
        with services.sessions() as session:
            name = session.get(AppUser, actor.user_id).sign_in_name
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        return browser

    return make


def asking(browser, address, **values):
    page = browser.get(address)
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page.text)
    data = {
        "form_uuid": str(uuid.uuid4()),
        "reason": "The door has two locks",
        "photos": (io.BytesIO(picture()), "door.jpg"),
    }
    if seen:
        data["seen"] = seen.group(1)
    return browser.post(address, data | values, page=address, content_type="multipart/form-data")


def newest(services):
    with services.sessions() as session:
        return session.scalars(select(Variation).order_by(Variation.asked_at.desc(), Variation.id)).first()


def order_state(services, scene):
    with services.sessions() as session:
        return session.get(WorksOrder, scene.order.id).state


def test_one_change_from_the_phone_to_the_answer(services, scene, sign_in):
    worker, coordinator = sign_in(scene.worker), sign_in(scene.coordinator)
    address = f"/portal/lines/{scene.line.id}/change"
    assert "Something has to change" in worker.get(f"/portal/visits/{scene.visit.id}").text
    assert "More, fewer or none" in worker.get(f"/portal/visits/{scene.visit.id}/changes").text
    wrong = asking(worker, address, quantity="2", reason="")
    assert wrong.status_code == 422
    assert "Say why the work has to change." in wrong.text
    sent = asking(worker, address, quantity="6")
    assert sent.status_code == 303
    row = newest(services)
    assert (row.state, order_state(services, scene)) == ("asked", "variation_pending")
    mine = worker.get(f"/portal/variations/{row.id}")
    assert "Waits for the office" in mine.text

    assert "1 variation waits" in coordinator.get("/today").text
    assert "LK03" in coordinator.get("/changes/variations").text
    page = coordinator.get(f"/changes/variations/{row.id}")
    for expected in ("Before and after", "+$280.00", "The door has two locks", "$140.00", "$420.00"):
        assert expected in page.text
    photo = re.search(r'src="(/changes/photos/[^"]+)"', page.text).group(1)
    assert coordinator.get(photo).mimetype == "image/jpeg"
    with services.sessions.begin() as session:
        boss = factories.actor_of(factories.make_user(session, "administrator"))
    approver = sign_in(boss)
    shown = approver.get(f"/changes/variations/{row.id}").text
    for words in (">Opening<", ">Where<", "/changes/photos/"):
        assert (words in shown, words in page.text) == (False, True), words
    assert approver.get(photo).status_code == 404
    empty = coordinator.post(f"/changes/variations/{row.id}/decline", {"form_uuid": str(uuid.uuid4())})
    assert (empty.status_code, "the firm reads it" in empty.text) == (422, True)
    done = coordinator.post(f"/changes/variations/{row.id}/approve", {"form_uuid": str(uuid.uuid4())})
    assert done.status_code == 303
    assert order_state(services, scene) == "issued"
    assert "Approved" in coordinator.get(f"/orders/{scene.order.id}").text

    assert "1 answer to read about changes" in worker.get("/portal/today").text
    assert "Read the answer" in worker.get("/portal/variations").text
    seen = worker.post(f"/portal/variations/{row.id}/acknowledge", {"form_uuid": str(uuid.uuid4())})
    assert seen.status_code == 303
    assert newest(services).state == "acknowledged"


def test_the_second_of_two_pages_is_shown_the_newer_quantity(services, scene, sign_in):
    worker = sign_in(scene.worker)
    address = f"/portal/lines/{scene.line.id}/change"
    with services.sessions() as session:
        line = session.get(WorksLine, scene.line.id)
        now, before = line.quantity, line.revision - 1
    late = asking(worker, address, quantity=str(now + 1), seen=str(before))
    assert late.status_code == 422
    assert "was changed meanwhile" in late.text
    assert re.search(r'name="seen"[^>]*value="(\d+)"', late.text).group(1) == str(before + 1)


def test_an_item_is_added_on_site_by_the_name_of_its_measure_and_what_is_wrong_is_told(
    services, scene, sign_in, clock
):
    clock.now = AT + timedelta(minutes=5)
    worker = sign_in(scene.worker)
    address = f"/portal/visits/{scene.visit.id}/changes/add"
    page = worker.get(address).text
    assert "LK06 Deadbolt with inside thumb-turn, $120.00 each" in page
    bad = asking(worker, address, item_code="", opening_id="", quantity="x")
    assert bad.status_code == 422
    no_picture = asking(
        worker, address, item_code="LK06", opening_id="", quantity="1", photos=(io.BytesIO(b"text"), "a.jpg")
    )
    assert no_picture.status_code == 422
    good = asking(worker, address, item_code="LK06", opening_id=str(scene.line.opening_id), quantity="1")
    assert good.status_code == 303
    assert newest(services).state == "approved"


def test_nobody_else_finds_it(services, scene, sign_in):
    stranger, office = sign_in(scene.stranger), sign_in(scene.office)
    row = newest(services)
    addresses = [
        f"/portal/visits/{scene.visit.id}/changes",
        f"/portal/visits/{scene.visit.id}/changes/add",
        f"/portal/lines/{scene.line.id}/change",
        f"/portal/variations/{row.id}",
    ]
    for address in addresses:
        other = stranger.get(address)
        unknown = stranger.get(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4()), address))
        assert (other.status_code, unknown.status_code) == (404, 404), address
    assert office.get(addresses[0]).status_code == 404
    assert office.get(addresses[3]).status_code == 200
    assert stranger.get("/portal/variations").text.count("app-card") == 0


def test_limits_are_lent_and_ended_on_their_page(services, sign_in):
    with services.sessions.begin() as session:
        giver = factories.actor_of(factories.make_user(session, display_name="Mere Lender"))
        taker = factories.make_user(session, display_name="Tane Taker")
        taker_id = taker.id
    browser = sign_in(giver)
    wrong = browser.post("/changes/limits", {"form_uuid": str(uuid.uuid4())}, page="/changes/limits")
    assert wrong.status_code == 422
    for message in (
        "Choose another coordinator",
        "today or later",
        "Give the last day",
        "Give a sum",
        "Say why",
    ):
        assert message in wrong.text
    data = {
        "form_uuid": str(uuid.uuid4()), "to_user": str(taker_id), "limit": "250", "reason": "On leave",
        "from_on": ["25", "11", "2026"], "to_on": ["4", "12", "2026"],
    }  # fmt: skip
    assert browser.post("/changes/limits", data, page="/changes/limits").status_code == 303
    page = browser.get("/changes/limits").text
    assert "Tane Taker" in page
    assert "Coming" in page
    end = re.search(r'action="(/changes/limits/[^"]+/revoke)"', page).group(1)
    assert browser.post(end, {"form_uuid": str(uuid.uuid4())}).status_code == 303
    assert "Revoked" in browser.get("/changes/limits").text


def test_an_administrator_asks_for_the_limits_of_somebody_else_to_be_lent(services, sign_in):
    with services.sessions.begin() as session:
        boss = factories.actor_of(factories.make_user(session, "administrator"))
        officer = factories.actor_of(factories.make_user(session, "privacy_officer"))
        giver = factories.make_user(session, display_name="Mere Lender", raise_limit_cents=90_000).id
        taker = factories.make_user(session, display_name="Tane Taker").id
    browser, second = sign_in(boss), sign_in(officer)
    data = {
        "form_uuid": str(uuid.uuid4()), "from_user": str(giver), "to_user": str(taker), "limit": "250",
        "reason": "She is ill", "from_on": ["25", "11", "2026"], "to_on": ["4", "12", "2026"],
    }  # fmt: skip
    sent = browser.post("/changes/limits", data, page="/changes/limits", follow_redirects=True)
    assert "Limits lent to: Tane Taker" in " ".join(re.sub("<[^>]*>", " ", sent.text).split()).replace(
        " :", ":"
    )
    assert "Coming" not in browser.get("/changes/limits").text
    act = re.search(r'action="(/accounts/[0-9a-f-]+/confirm)"', second.get("/accounts").text)[1]
    assert second.post(act, {"form_uuid": str(uuid.uuid4())}).status_code == 303
    assert "Coming" in browser.get("/changes/limits").text
