"""The pages of retention and of requests: officers work them, two people agree, and nobody else finds them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from tests import factories, referrals
from worksorders.steps import disclose
from worksorders.steps.intake import keep
from worksorders.store.tables.confidential.forgetting import Forgotten, LegalHold, PrivacyRequest
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import WorksOrder

NAME = "Hinemoa Canarybird"


@pytest.fixture
def world(services, signed_in, clock):
    officer, _ = signed_in("privacy_officer")
    second, _ = signed_in("administrator")
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
        order.code = keep.fresh_code("W")
        disclose.open_case(session, services.cipher, order.case_id)
        disclose.protect(session, services.cipher, order.case_id, order.case_id, {disclose.PERSON_NAME: NAME})
        return officer, second, order.id, order.code


def form_of(page, action):
    """The hidden fields of the form that goes to an address."""
    found = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return {"form_uuid": found.split('name="form_uuid"', 1)[1].split('value="', 1)[1].split('"', 1)[0]}


def send(browser, page, action, **data):
    return browser.post(action, form_of(browser.get(page).text, action) | data)


def row(services, table):
    with services.sessions() as session:
        return session.query(table).one()


def test_a_request_goes_from_receipt_to_the_file_through_two_people(world, services):
    officer, second, _, code = world
    list_page = "/privacy/requests"
    day = {"received_on": ["24", "11", "2026"]}
    received = send(
        officer, list_page, list_page, subject="client", code=code, identity="not_confirmed", **day
    )
    assert received.status_code == 303
    page = received.location
    refused = send(officer, page, f"{page}/propose", proposal="release")
    assert refused.status_code == 422
    assert "Make sure first who asks" in refused.text
    assert send(officer, page, f"{page}/identity", identity="safe_channel").status_code == 303
    assert send(officer, page, f"{page}/propose", proposal="release").status_code == 303
    late = send(officer, page, f"{page}/extend", until_on=["25", "11", "2026"], extension_ground="s48_quantity", extension_reason="Ten years of papers")  # fmt: skip
    assert late.status_code == 422
    assert 'id="until_on-error"' in late.text
    assert send(officer, page, f"{page}/extend", until_on=["29", "1", "2027"], extension_ground="s48_quantity", extension_reason="Ten years of papers").status_code == 303  # fmt: skip
    assert "Put off from 22 December 2026" in officer.get(page).text
    assert f'action="{page}/agree"' not in officer.get(page).text
    assert send(second, page, f"{page}/agree").status_code == 303
    assert f'action="{page}/file"' not in second.get(page).text
    answer = send(officer, page, f"{page}/file")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert NAME in archive.read("held.json").decode()
    assert row(services, PrivacyRequest).state == "released"
    with services.sessions() as session:
        assert session.query(AuditEvent).filter_by(action="request.exported").count() == 1


def test_wrong_input_is_told_at_its_field_and_nothing_is_kept(world, services):
    officer, *_ = world
    answer = send(officer, "/privacy/requests", "/privacy/requests", subject="client", code="W-1", identity="in_person", received_on=["24", "11", "2026"])  # fmt: skip
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    with services.sessions() as session:
        assert session.query(PrivacyRequest).count() == 0


def test_a_refusal_says_what_to_answer(world):
    officer, second, _, code = world
    received = send(officer, "/privacy/requests", "/privacy/requests", subject="household", code=code, identity="not_confirmed", received_on=["24", "11", "2026"])  # fmt: skip
    page = received.location
    assert send(officer, page, f"{page}/propose", proposal="refuse").status_code == 422
    send(
        officer, page, f"{page}/propose", proposal="refuse", ground="s47", reason="Who asks may be the abuser"
    )
    assert send(second, page, f"{page}/send-back").status_code == 303
    send(
        officer, page, f"{page}/propose", proposal="refuse", ground="s47", reason="Who asks may be the abuser"
    )
    assert send(second, page, f"{page}/agree").status_code == 303
    assert "neither confirm nor deny" in second.get(page).text


def test_a_request_that_was_taken_back_is_no_more_to_do(world):
    officer, second, _, code = world
    received = send(officer, "/privacy/requests", "/privacy/requests", subject="household", code=code, identity="not_confirmed", received_on=["24", "11", "2026"])  # fmt: skip
    page = received.location
    assert f'action="{page}/withdraw"' not in second.get(page).text
    assert (
        'id="withdrawal_reason-error"' in send(officer, page, f"{page}/withdraw", withdrawal_reason="so").text
    )
    assert send(officer, page, f"{page}/withdraw", withdrawal_reason="Rang from the known number").status_code == 303  # fmt: skip
    told = officer.get(page).text
    assert "its clock has stopped" in told
    assert "working days left" not in told + officer.get("/privacy/requests").text
    assert f'action="{page}/propose"' not in told


def test_holds_keep_what_is_due_and_another_person_lifts_them(world, services, clock):
    officer, second, order_id, code = world
    page = "/privacy/retention"
    assert (
        send(officer, page, "/privacy/holds", code=code, reason="Proceedings of the Family Court").status_code
        == 303
    )
    hold = row(services, LegalHold)
    with services.sessions.begin() as session:
        order = session.get(WorksOrder, order_id)
        order.state, order.closed_at, order.assessment.state = (
            "closed",
            factories.NOW - timedelta(days=400),
            "ordered",
        )
        order.assessment.received_at = order.case.created_at = factories.NOW - timedelta(days=500)
    assert "Kept by a legal hold" in officer.get(page).text
    assert "Somebody else lifts it" in officer.get(page).text
    assert send(second, page, f"/privacy/holds/{hold.id}/lift").status_code == 303
    assert send(second, page, page).status_code == 303
    with services.sessions() as session:
        assert {one.field for one in session.query(Forgotten)} == {
            "code_word",
            "alarm",
            "contact",
            "interests",
        }
    shown = officer.get(page).text
    assert "Nothing is due" in shown
    assert "Names and phones" in shown.split("What was destroyed", 1)[1]


def test_the_command_ends_a_case_once_and_only_when_it_is_over(world, services, app):
    _, _, order_id, code = world
    run = app.test_cli_runner().invoke
    live = run(args=["forget", "case", code, "--yes"])
    assert live.exit_code == 1
    assert "still going on" in live.output
    with services.sessions.begin() as session:
        order = session.get(WorksOrder, order_id)
        order.state, order.closed_at, order.assessment.state = "closed", factories.NOW, "ordered"
    assert "Destroyed." in run(args=["forget", "case", code, "--yes"]).output
    assert "before" in run(args=["forget", "case", code, "--yes"]).output
    assert run(args=["forget", "run"]).output == "0 fields destroyed.\n"
    assert run(args=["forget", "case", "W-0", "--yes"]).exit_code == 1


@pytest.mark.parametrize("role", ["coordinator", "finance", "auditor"])
def test_nobody_else_finds_the_pages(world, signed_in, role):
    browser, _ = signed_in(role)
    assert {browser.get(path).status_code for path in ("/privacy/retention", "/privacy/requests")} == {404}
