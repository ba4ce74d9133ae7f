"""Signing in, staying in, and being locked out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from worksorders.steps import sign_in
from worksorders.store.tables.identity.people import SignInAttempt


@pytest.fixture
def user(services):
    with services.sessions.begin() as session:
        return factories.make_user(session, "coordinator", sign_in_name="mere")


def test_the_right_password_opens_a_session_and_signing_out_ends_it(browser, user):
    assert browser.sign_in("mere").status_code == 303
    kept = browser.client.get_cookie("session").value
    token = browser.token("/unlock")
    answer = browser.client.post("/sign-out", data={"csrf_token": token})
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    browser.client.set_cookie("session", kept)
    assert browser.client.get("/").headers["Location"].startswith("/sign-in")


def test_a_wrong_password_a_wrong_name_and_a_disabled_account_read_the_same(browser, user, services, clock):
    words = "The sign-in name or the password is wrong."
    assert words in browser.sign_in("mere", "wrong password 1").text
    assert words in browser.sign_in("nobody").text
    with services.sessions.begin() as session:
        session.get(type(user), user.id).disabled_at = clock.now
    assert words in browser.sign_in("mere").text


def test_eight_wrong_tries_lock_the_name_out_for_a_quarter_of_an_hour(browser, user, clock):
    for _ in range(8):
        assert browser.sign_in("mere", "wrong password 1").status_code == 422
    assert "Too many tries" in browser.sign_in("mere").text
    clock.now += timedelta(minutes=16)
    assert browser.sign_in("mere").status_code == 303


def test_one_password_on_many_names_ends_at_the_place_it_comes_from(browser, user, services, clock):
    with services.sessions.begin() as session:
        for number in range(sign_in.TRIES_FROM_ONE_PLACE):
            sign_in.note_failure(session, f"name {number}", clock.now, where="127.0.0.1")
        sign_in.note_failure(session, "one too many", clock.now, where="127.0.0.1")
        assert session.query(SignInAttempt).count() == 2 * sign_in.TRIES_FROM_ONE_PLACE
    assert "Too many tries from where you are" in browser.sign_in("mere").text
    here = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}
    assert browser.sign_in("mere", **here).status_code == 303
    with services.sessions.begin() as session:
        sign_in.forget_old_failures(session, clock.now + timedelta(days=2))
        assert session.query(SignInAttempt).count() == 0


def test_an_idle_session_is_locked_until_the_password_is_given_again(browser, user, clock):
    browser.sign_in("mere")
    clock.now += timedelta(minutes=16)
    answer = browser.client.get("/")
    assert answer.headers["Location"].startswith("/unlock")
    token = browser.token("/unlock")
    wrong = browser.client.post("/unlock", data={"password": "wrong password 1", "csrf_token": token})
    assert wrong.status_code == 422
    right = browser.client.post("/unlock", data={"password": factories.PASSWORD, "csrf_token": token})
    assert right.headers["Location"] == "/"


def test_a_session_ends_after_eight_hours_however_busy(browser, user, clock):
    browser.sign_in("mere")
    for _ in range(49):
        clock.now += timedelta(minutes=10)
        browser.client.get("/unlock")
    assert browser.client.get("/").headers["Location"].startswith("/sign-in")


def test_a_session_of_a_disabled_account_is_worth_nothing(browser, user, services, clock):
    browser.sign_in("mere")
    with services.sessions.begin() as session:
        session.get(type(user), user.id).disabled_at = clock.now
    assert browser.client.get("/").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t\\evil.example",
        "/\n//evil",
        "javascript:1",
    ],
)
def test_signing_in_never_leads_off_the_site(browser, user, wanted):
    token = browser.token()
    answer = browser.client.post(
        "/sign-in",
        query_string={"next": wanted},
        data={"name": "mere", "password": factories.PASSWORD, "csrf_token": token},
    )
    assert answer.headers["Location"] == "/"


def test_a_form_that_comes_after_the_session_has_ended_says_so_and_repeats_nothing(browser):
    answer = browser.client.post("/assessments/new", data={"person": "Typed Already"})
    assert (answer.status_code, "You have been signed out" in answer.text) == (400, True)
    assert "Typed" not in answer.text
    assert "This form is too old" in browser.client.post("/sign-in", data={"name": "mere"}).text
