"""A visit on the phone, from today's list to the end, and nothing of it for anybody else."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update

from tests import dispatching as world
from tests import factories
from tests.web.portal.test_portal_offers import enter, send
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.store.tables.work.offers import LineDone, Offer, Photo, VisitNote
from worksorders.store.tables.work.orders import Visit, WorksLine


def picture():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG", comment=b"canary")
    return written.getvalue()


@pytest.fixture
def people(services, app, clock):
    """A visit on the morning of the day, with signed-in people around it."""
    with services.sessions.begin() as session:
        firm, other = world.cleared_firm(session, workers=2), world.cleared_firm(session)
        order = world.issued_order(session, [firm, other], cipher=services.cipher)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, world.NOW)
        offer_id = session.scalars(select(Offer.id)).one()
        visit_id = session.scalars(select(Visit.id)).one()
        line_id, opening_id = session.execute(select(WorksLine.id, WorksLine.opening_id)).one()
        office = world.contractor(session, firm)
        users = {
            "named": world.contractor(session, firm, firm.workers[0]),
            "office": office,
            "stranger": world.contractor(session, other, other.workers[0]),
        }
        coordinator = factories.make_user(session)
    with services.sessions.begin() as session:
        accept(session, factories.actor_of(office), offer_id, world.NOW)
        world.confirm(session, services.cipher, session.get(Visit, visit_id))
    clock.now = world.TOMORROW - timedelta(minutes=30)
    found = {name: enter(app, user, services, clock) for name, user in users.items()}
    return found | {
        "coordinator": enter(app, coordinator, services, clock),
        "visit": f"/portal/visits/{visit_id}",
        "line": line_id,
        "opening": opening_id,
        "order": order.id,
    }


def arrive(people):
    for move in ("set-out", "arrive"):
        answer = send(people["named"], people["visit"], f"{people['visit']}/{move}")
        assert answer.status_code == 303


def tick(people, done="2", no_photo="not_necessary", **values):
    line = f"line-{people['line']}"
    values |= {f"{line}-done": done, f"{line}-no_photo": no_photo}
    return send(people["named"], people["visit"], f"{people['visit']}/lines/{people['line']}", **values)


def finish(people, state="secure", **values):
    values |= {f"opening-{people['opening']}": state}
    return send(people["named"], people["visit"], f"{people['visit']}/leave", **values)


def test_today_starts_the_next_visit(people):
    page = people["named"].get("/portal/today").text
    assert "Start the next visit" in page
    assert "111" in people["named"].get(people["visit"]).text
    assert send(people["named"], "/portal/today", f"{people['visit']}/set-out").status_code == 303
    assert "I have arrived" in people["named"].get(people["visit"]).text


def test_a_visit_is_walked_through_to_its_end(people, services):
    arrive(people)
    assert tick(people).status_code == 303
    assert finish(people).status_code == 303
    with services.sessions() as session:
        assert session.scalars(select(Visit.state)).one() == "done"
        assert session.scalars(select(LineDone.done_quantity)).one() == 2
    assert "What was done" in people["named"].get(people["visit"]).text


def test_errors_are_shown_at_their_field_and_nothing_is_kept(people, services):
    arrive(people)
    answer = tick(people, "3")
    assert answer.status_code == 422
    assert "2 were ordered" in answer.text
    assert "must be a number" in tick(people, "two").text
    answer = finish(people, "insecure")
    assert answer.status_code == 422
    for words in ("how much of “Rekey cylinder” was done", "An opening is insecure"):
        assert words in answer.text
    with services.sessions() as session:
        assert not session.scalars(select(LineDone)).all()


def test_the_worker_writes_what_was_measured_and_the_coordinator_sees_it(people, services):
    with services.sessions.begin() as session:
        session.execute(update(WorksLine).values(unit="m2"))
    arrive(people)
    assert "Measured on site, in m2" in people["named"].get(people["visit"]).text
    measured = f"line-{people['line']}-measured"
    refused = tick(people, **{measured: "0"})
    assert (refused.status_code, "enter more than 0" in refused.text) == (422, True)
    assert tick(people, **{measured: "1.6"}).status_code == 303
    assert 'value="1.6"' in people["named"].get(people["visit"]).text
    assert "1.6 measured" in people["coordinator"].get(f"/dispatch/orders/{people['order']}/work").text


def test_the_address_is_shown_only_by_post_with_the_password(people):
    path, browser = people["visit"], people["named"]
    assert world.ADDRESS not in browser.get(path).text
    assert browser.get(f"{path}/address").status_code == 405
    wrong = send(browser, path, f"{path}/address", password="not the password")
    assert (wrong.status_code, world.ADDRESS in wrong.text) == (422, False)
    right = send(browser, path, f"{path}/address", password=factories.PASSWORD)
    assert world.ADDRESS in right.text
    assert right.headers["Cache-Control"] == "no-store"


def test_the_office_sees_the_visit_and_not_the_address(people):
    path, office = people["visit"], people["office"]
    page = office.get(path).text
    assert "Only the worker who is named" in page
    answer = office.post(f"{path}/address", {"password": factories.PASSWORD})
    assert answer.status_code == 403
    assert world.ADDRESS not in answer.text


ROUTES = [
    ("get", ""), ("post", "/address"), ("post", "/set-out"), ("post", "/arrive"), ("post", "/lines/00000000-0000-4000-8000-000000000000"),
    ("post", "/leave"), ("get", "/no-access"), ("post", "/no-access"), ("post", "/unsafe"), ("get", "/give-back"),
    ("post", "/give-back"), ("get", "/workers"), ("post", "/workers"), ("post", "/photos"), ("get", "/photos/00000000-0000-4000-8000-000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_another_firms_visit_and_an_unknown_one_are_the_same_404(people, method, route):
    bases = (people["visit"], f"/portal/visits/{uuid.uuid4()}")
    answers = [getattr(people["stranger"], method)(base + route) for base in bases]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_another_firm_sees_nothing_in_its_lists(people):
    for path in ("/portal/today", "/portal/offers", "/portal/firm"):
        text = people["stranger"].get(path).text
        assert people["visit"] not in text
    assert "No visits today" in people["stranger"].get("/portal/today").text


def upload(people, *files):
    path = people["visit"]
    token = people["named"].token(path)
    data = {
        "csrf_token": token, "form_uuid": str(uuid.uuid4()), "line": str(people["line"]),
        "photos": [(io.BytesIO(content), f"{number}.jpg") for number, content in enumerate(files)],
    }  # fmt: skip
    return people["named"].client.post(f"{path}/photos", data=data, content_type="multipart/form-data")


def test_photos_are_stored_without_metadata_and_shown_to_the_firm(people, services):
    arrive(people)
    assert upload(people, picture(), picture()).status_code == 303
    with services.sessions() as session:
        stored = session.scalars(select(Photo)).all()
    assert len(stored) == 2
    answer = people["named"].get(f"{people['visit']}/photos/{stored[0].id}")
    assert (answer.status_code, answer.mimetype, b"canary" in answer.data) == (200, "image/jpeg", False)
    assert people["stranger"].get(f"{people['visit']}/photos/{stored[0].id}").status_code == 404


def test_of_several_files_none_is_stored_when_one_is_no_picture(people, services):
    arrive(people)
    answer = upload(people, picture(), b"<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "not a photo that can be read" in answer.text
    with services.sessions() as session:
        assert not session.scalars(select(Photo)).all()


def test_no_access_is_reported_and_the_old_page_is_gone(people, services):
    path, browser = people["visit"], people["named"]
    token = browser.token(f"{path}/no-access")
    answer = browser.client.post(
        f"{path}/no-access",
        data={"csrf_token": token, "form_uuid": str(uuid.uuid4()), "reason": "nobody_home"},
    )
    assert answer.status_code == 303
    assert browser.get(path).status_code == 404
    with services.sessions() as session:
        assert session.scalars(select(VisitNote.reason)).one() == "nobody_home"
    assert "No access: nobody home" in people["coordinator"].get("/dispatch/alerts").text


def test_left_unsafe_takes_one_tap(people):
    answer = send(people["named"], people["visit"], f"{people['visit']}/unsafe")
    assert answer.headers["Location"] == "/portal/safe"
    assert "111" in people["named"].get("/portal/safe").text
    assert "I left, unsafe" in people["coordinator"].get("/dispatch/alerts").text


def test_the_firms_page_shows_its_people_and_checks(people):
    text = people["office"].get("/portal/firm").text
    for words in ("Worker 1", "Locksmith", "Police vetting", "valid to 30 June 2027", "Monday 8:00–17:00"):
        assert words in text


def test_the_office_sends_another_worker(people):
    path = f"{people['visit']}/workers"
    page = people["office"].get(path)
    second = re.search(r'<option value="([0-9a-f-]{36})">Worker 2', page.text)[1]
    seat = re.search(r'<select[^>]*name="(worker-[^"]+)"', page.text)[1]
    token = people["office"].token(path)
    data = {"csrf_token": token, "form_uuid": str(uuid.uuid4()), seat: second}
    assert people["office"].client.post(path, data=data).status_code == 303
    assert "Worker 2" in people["office"].get(people["visit"]).text
    assert "No visits today" in people["named"].get("/portal/today").text
