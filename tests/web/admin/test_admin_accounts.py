"""Administrators invite, change, close and open accounts; a password is shown once; nobody changes their own."""

from __future__ import annotations

import re
import uuid

import pytest

from tests import factories
from tests.web.admin.test_admin_pages import send
from worksorders.store.tables.trail import AuditEvent


@pytest.fixture
def admin(signed_in):
    return signed_in("administrator", display_name="Aroha")[0]


@pytest.fixture
def firm(services):
    with services.sessions.begin() as session:
        return factories.make_firm(session, region="E7")


FIRST, SECOND = (
    re.compile(rf"data-{which}-part[^>]*>([A-Z0-9]{{5}}(?:-[A-Z0-9]{{5}}){{2}})<")
    for which in ("first", "second")
)
WHY = "Starts on Monday, met at the office"


def confirm(browser, what="Confirm"):
    """Press the first button of the page of accounts that wait."""
    page = browser.get("/accounts").text
    verb = {"Confirm": "confirm", "Refuse": "refuse", "Take it back": "withdraw"}[what]
    found = re.search(rf'action="(/accounts/[0-9a-f-]+/{verb})"', page)
    return send(browser, found[1]) if found else None


def test_an_account_is_made_once_a_second_person_confirms_and_each_sees_one_part_of_its_password(
    admin, signed_in, app
):
    fields = {"sign_in_name": "ngaio", "display_name": "Ngaio", "role": "coordinator", "reason": WHY}
    key = str(uuid.uuid4())
    first = FIRST.search(send(admin, "/admin/users/new", form_uuid=key, **fields).text)[1]
    again = send(admin, "/admin/users/new", form_uuid=key, **fields)
    assert first not in again.text
    page = admin.get("/accounts")
    assert "New account" in page.text
    assert "Somebody else confirms" in page.text
    assert confirm(admin) is None
    again = send(admin, "/admin/users/new", form_uuid=str(uuid.uuid4()), **fields)
    assert again.status_code == 422
    assert "waits for a second person already" in again.text
    officer, _ = signed_in("privacy_officer")
    page = confirm(officer)
    second = SECOND.search(page.text)[1]
    assert first not in page.text
    assert "Nothing waits" in officer.get("/accounts").text
    assert second not in admin.get("/accounts").text
    for half in (first, second):
        assert type(admin)(app).sign_in("ngaio", half).status_code == 422
    assert type(admin)(app).sign_in("ngaio", f"{first} {second}").status_code == 303


def test_what_waits_is_refused_or_taken_back_and_nothing_happens(admin, signed_in):
    other, actor = signed_in("coordinator")
    path = f"/admin/users/{actor.user_id}"
    fields = {"display_name": "Hemi", "role": "finance", "reason": WHY}
    assert "Another role, firm or limit" in send(admin, f"{path}/change", **fields).text
    assert "waits for a second person" in admin.get(path).text
    assert "Taken back" in confirm(admin, "Take it back").text
    send(admin, f"{path}/change", **fields)
    second, _ = signed_in("administrator")
    assert "Refused" in confirm(second, "Refuse").text
    assert "Coordinator" in admin.get(path).text
    assert other.get("/today").status_code == 200


def test_how_somebody_else_is_reached_waits_too_and_stays_out_of_the_trail(admin, signed_in, services):
    _, actor = signed_in("coordinator")
    path = f"/account/contact/{actor.user_id}"
    assert send(admin, path, email="nowhere", reason=WHY).status_code == 422
    assert "mere@example.org" in send(admin, path, email="mere@example.org", reason=WHY).text
    assert "mere@example.org" not in admin.get(path).text
    assert "Nothing waits" in confirm(signed_in("privacy_officer")[0]).text
    assert "mere@example.org" in admin.get(path).text
    with services.sessions() as session:
        kept = session.query(AuditEvent).filter(AuditEvent.action.like("account_change%")).all()
        assert len(kept) == 2
        assert "example.org" not in str([row.detail for row in kept])


def test_somebody_of_a_firms_office_is_invited_from_the_firms_page(admin, firm):
    link = re.search(r'href="(/admin/users/new[^"]*)"', admin.get(f"/admin/firms/{firm.id}").text)[1]
    page = admin.get(link.replace("&amp;", "&")).text
    assert re.search(rf'<option value="{firm.id}" selected', page)
    assert re.search(r'value="contractor"[^>]*(checked|selected)', page)


def test_faults_of_an_invitation_stand_at_their_fields(admin):
    page = send(admin, "/admin/users/new", sign_in_name="a b", display_name="", role="contractor", reason=WHY)
    assert page.status_code == 422
    assert "Enter the name that others see." in page.text
    page = send(
        admin, "/admin/users/new", sign_in_name="a b", display_name="Ana", role="contractor", reason=WHY
    )
    assert "has no blanks" in page.text
    assert "Choose the contractor&#39;s firm." in page.text
    assert 'href="#sign_in_name"' in page.text


def test_an_account_is_changed_disabled_and_opened_again(admin, signed_in):
    other, actor = signed_in("coordinator")
    path = f"/admin/users/{actor.user_id}"
    page = send(admin, f"{path}/change", display_name="Ngaio", role="coordinator")
    assert "Ngaio" in page.text
    more = {"display_name": "Ngaio", "role": "coordinator", "raise_limit_cents": "1,500"}
    assert send(admin, f"{path}/change", **more).status_code == 422
    assert "$1,500.00" in send(admin, f"{path}/change", **more, reason=WHY).text
    assert "$1,500.00" not in admin.get(path).text
    assert "Confirmed" in confirm(signed_in("privacy_officer")[0]).text
    assert "$1,500.00" in admin.get(path).text
    assert other.get("/unlock").status_code == 200
    page = send(admin, f"{path}/disable", reason="left the programme")
    assert "Disabled" in page.text
    assert other.get("/unlock").status_code == 303
    second, _ = signed_in("administrator")
    assert "Open a closed account again" in send(admin, f"{path}/enable", reason=WHY).text
    assert "Confirmed" in confirm(second).text
    assert "Active" in admin.get(path).text
    assert FIRST.search(send(admin, f"{path}/password", reason=WHY).text)
    assert SECOND.search(confirm(second).text)


def test_nobody_changes_their_own_account(signed_in):
    browser, actor = signed_in("administrator")
    path = f"/admin/users/{actor.user_id}"
    assert "your own account" in browser.get(path).text
    page = send(browser, f"{path}/change", display_name="Me", role="finance")
    assert page.status_code == 403
    assert "ask another administrator" in page.text
