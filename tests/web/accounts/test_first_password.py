"""A password that an administrator made opens nothing but the page on which its owner chooses another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.web.conftest import Browser
from worksorders.domain.roles import Role
from worksorders.steps.accounts.demo_data import mark_as_demo
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails

NEW = "seven quiet kererū"


@pytest.fixture
def invited(services, clock, app):
    """A browser that signed in with a first password, and that password."""
    with services.sessions.begin() as session:
        mark_as_demo(session, clock.now)
        details = UserDetails("Hana", Role.ADMINISTRATOR)
        _, password = users.invite(session, None, "hana", details, clock.now)
    browser = Browser(app)
    assert browser.sign_in("hana", password).status_code == 303
    return browser, password


def choose(browser, present, wanted, again=None):
    fields = {"present": present, "wanted": wanted, "again": wanted if again is None else again}
    return browser.post("/password", fields, page="/password")


def test_a_first_password_leads_nowhere_else_until_another_is_chosen(invited):
    browser, first = invited
    assert browser.get("/admin/users").headers["Location"].startswith("/password")
    assert browser.post("/admin/users/new", {"display_name": "X"}, page="/password").status_code == 401
    assert "works only this once" in browser.get("/password").text
    assert choose(browser, first, NEW).headers["Location"] == "/"
    assert browser.get("/admin/users").status_code == 200


def test_the_first_password_is_worth_nothing_afterwards_nor_after_three_days(invited, app, clock, services):
    browser, first = invited
    choose(browser, first, NEW)
    assert Browser(app).sign_in("hana", first).status_code == 422
    assert Browser(app).sign_in("hana", NEW).status_code == 303
    with services.sessions.begin() as session:
        _, late = users.invite(session, None, "late", UserDetails("Late", Role.FINANCE), clock.now)
    clock.now += timedelta(days=3)
    assert "is wrong" in Browser(app).sign_in("late", late).text


def test_every_fault_stands_at_its_field(invited):
    browser, first = invited
    assert "is wrong" in choose(browser, "not my password", NEW).text
    assert "has 5" in choose(browser, first, "short").text
    assert "differ" in choose(browser, first, NEW, "another one").text
    assert "have not had" in choose(browser, first, first).text
    assert "sign-in name" in choose(browser, first, "hana hana hana hana").text
    assert browser.get("/admin/users").status_code == 303


def test_guessing_the_present_password_locks_the_name_out(invited):
    browser, first = invited
    for _ in range(8):
        assert choose(browser, "not my password", NEW).status_code == 422
    assert "Too many tries" in choose(browser, first, NEW).text


def test_a_chosen_password_ends_the_other_sessions(signed_in, app):
    browser, _ = signed_in("coordinator", sign_in_name="mere")
    other = Browser(app)
    other.sign_in("mere")
    assert choose(browser, factories.PASSWORD, NEW).status_code == 303
    assert browser.get("/unlock").status_code == 200
    assert other.get("/unlock").status_code == 303
