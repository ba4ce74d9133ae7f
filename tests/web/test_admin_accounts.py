"""Administrators invite, change, close and open accounts; a password is shown once; nobody changes their own."""

from __future__ import annotations

import re
import uuid

import pytest

from tests import factories
from tests.web.test_admin_pages import send


@pytest.fixture
def admin(signed_in):
    return signed_in("administrator", display_name="Aroha")[0]


@pytest.fixture
def firm(services):
    with services.sessions.begin() as session:
        return factories.make_firm(session, region="E7")


def test_a_person_is_invited_and_the_password_is_shown_once_and_opens_the_account(admin, app):
    key = str(uuid.uuid4())
    fields = {"sign_in_name": "hana", "display_name": "Hana", "role": "coordinator", "form_uuid": key}
    page = send(admin, "/admin/users/new", **fields)
    password = re.search(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}", page.text).group(0)
    again = send(admin, "/admin/users/new", **fields)
    assert password not in again.text
    assert "Hana" in again.text
    assert type(admin)(app).sign_in("hana", password).status_code == 303


def test_somebody_of_a_firms_office_is_invited_from_the_firms_page(admin, firm):
    link = re.search(r'href="(/admin/users/new[^"]*)"', admin.get(f"/admin/firms/{firm.id}").text)[1]
    page = admin.get(link.replace("&amp;", "&")).text
    assert re.search(rf'<option value="{firm.id}" selected', page)
    assert re.search(r'value="contractor"[^>]*(checked|selected)', page)


def test_faults_of_an_invitation_stand_at_their_fields(admin):
    page = send(admin, "/admin/users/new", sign_in_name="a b", display_name="", role="contractor")
    assert page.status_code == 422
    assert "Enter the name that others see." in page.text
    page = send(admin, "/admin/users/new", sign_in_name="a b", display_name="Ana", role="contractor")
    assert "has no blanks" in page.text
    assert "Choose the contractor&#39;s firm." in page.text
    assert 'href="#sign_in_name"' in page.text


def test_an_account_is_changed_disabled_and_opened_again(admin, signed_in):
    other, actor = signed_in("coordinator")
    path = f"/admin/users/{actor.user_id}"
    page = send(admin, f"{path}/change", display_name="Ngaio", role="coordinator", raise_limit_cents="1,500")
    assert "Ngaio" in page.text
    assert "$1,500.00" in page.text
    assert other.get("/unlock").status_code == 200
    page = send(admin, f"{path}/disable", reason="left the programme")
    assert "Disabled" in page.text
    assert other.get("/unlock").status_code == 303
    assert "open again" in send(admin, f"{path}/enable").text
    assert re.search(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}", send(admin, f"{path}/password").text)


def test_nobody_changes_their_own_account(signed_in):
    browser, actor = signed_in("administrator")
    path = f"/admin/users/{actor.user_id}"
    assert "your own account" in browser.get(path).text
    page = send(browser, f"{path}/change", display_name="Me", role="finance")
    assert page.status_code == 403
    assert "ask another administrator" in page.text
