"""The pages of a case that was forgotten work, and say so where names, places and pictures were."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from flask import url_for
from sqlalchemy import update

from tests import factories, referrals
from tests.steps.finance.test_incoming import Desk
from tests.web.coordinator import intake_pages as pages
from worksorders.steps.forget.destroy import erase_case
from worksorders.store.tables.work.offers import Photo
from worksorders.store.tables.work.orders import Visit, WorksOrder


@pytest.fixture
def forgotten(signed_in, services):
    """A closed order with a photo, of a case whose key was destroyed."""
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
    desk, actor = signed_in("coordinator")
    assessment_id = pages.take_in(desk)
    order_id = uuid.UUID(pages.raise_order(desk, assessment_id))
    with services.sessions.begin() as session:
        order = session.get_one(WorksOrder, order_id)
        photo = Photo(
            id=uuid.uuid4(), visit_id=order.visits[0].id, firm_id=factories.make_firm(session).id,
            idempotency_key=uuid.uuid4(), sha256=b"1" * 32, content=b"picture", width=1, height=1,
            taken_by=actor.user_id,
        )  # fmt: skip
        session.add(photo)
        session.flush()
        session.execute(update(Visit).where(Visit.order_id == order_id).values(state="cancelled"))
        session.execute(
            update(WorksOrder)
            .where(WorksOrder.id == order_id)
            .values(state="closed", closed_at=factories.NOW)
        )
        case_id, photo_id = order.case_id, photo.id
    before = desk.get(f"/dispatch/photos/{photo_id}")
    with services.sessions.begin() as session:
        erase_case(session, actor, case_id, factories.NOW)
    return SimpleNamespace(desk=desk, before=before, order=order_id, assessment=assessment_id, photo=photo_id, case=case_id)  # fmt: skip


def test_a_photo_that_was_destroyed_is_not_found_and_stands_on_no_page(forgotten):
    address = f"/dispatch/photos/{forgotten.photo}"
    assert (forgotten.before.status_code, forgotten.before.data) == (200, b"picture")
    assert forgotten.desk.get(address).status_code == 404
    work = forgotten.desk.get(f"/dispatch/orders/{forgotten.order}/work")
    assert work.status_code == 200
    assert str(forgotten.photo) not in work.text


def test_pages_of_the_case_say_that_it_was_forgotten(forgotten):
    for address in (f"/orders/{forgotten.order}", f"/assessments/{forgotten.assessment}"):
        page = forgotten.desk.get(address)
        assert page.status_code == 200
        assert "<strong>Forgotten.</strong> All that is left of the case with its key" in page.text
    asked = forgotten.desk.post(
        f"/orders/{forgotten.order}/contact", {"purpose": "Look what is left", "contact-purpose": "Look what is left", "form_uuid": str(uuid.uuid4())}
    )  # fmt: skip
    assert asked.status_code == 200
    assert asked.text.count("Forgotten") >= 4
    assert "Hinemoa" not in asked.text


def test_no_role_meets_an_error_on_any_page_of_a_forgotten_case(forgotten, signed_in, app):
    named = {"order_id": forgotten.order, "assessment_id": forgotten.assessment, "case_id": forgotten.case}
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.arguments
        and rule.arguments <= named.keys()
        and not rule.rule.startswith("/api/")
    ]
    answered = dict.fromkeys(("coordinator", "finance", "administrator", "auditor", "privacy_officer"), 0)
    for role in answered:
        browser = forgotten.desk if role == "coordinator" else signed_in(role)[0]
        for rule in rules:
            with app.test_request_context():
                address = url_for(rule.endpoint, **{name: named[name] for name in rule.arguments})
            answer = browser.get(address)
            assert answer.status_code in {200, 303, 403, 404}, (role, address)
            answered[role] += answer.status_code == 200
    assert answered["coordinator"] >= 8


def test_finance_reads_that_the_file_was_destroyed_and_the_firm_meets_no_error(signed_in, services, app):
    finance, actor = signed_in("finance")
    with services.sessions.begin() as session:
        desk = Desk(session, services.cipher)
        order, firm_id = desk.order, desk.firm.id
        received = desk.receive(desk.xml()).outcome.invoice.id
        order.state, order.closed_at, order.assessment.state = "closed", factories.NOW, "ordered"
        for visit in order.visits:
            visit.state = "done"
        visits, case_id = [visit.id for visit in order.visits], order.case_id
    address = f"/finance/invoices/{received}"
    assert "kept sealed" in finance.get(address).text
    with services.sessions.begin() as session:
        assert erase_case(session, actor, case_id, factories.NOW)
    for page in (address, "/finance/invoices/files"):
        shown = finance.get(page)
        assert shown.status_code == 200
        assert "forgotten" in shown.text.lower()
        assert "kept sealed" not in shown.text
    firm, _ = signed_in("contractor", firm_id=firm_id)
    pages = [
        "/portal/today",
        "/portal/invoices",
        f"/portal/invoices/{received}",
        *(f"/portal/visits/{one}" for one in visits),
    ]
    assert {page: firm.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_the_guide_and_the_page_of_the_work_say_that_the_case_was_forgotten(forgotten):
    for address in (f"/aftercare/orders/{forgotten.order}/guide", f"/dispatch/orders/{forgotten.order}/work"):
        assert "<strong>Forgotten.</strong>" in forgotten.desk.get(address).text
