"""A password alone opens nothing outside of a demo: codes once each, passkeys, recovery by two, sessions from afar."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import psycopg
import pyotp
import pytest
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.web.conftest import Browser
from worksorders.domain.errors import NotPermittedError
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide, find
from worksorders.steps.accounts import codes, demo_data, passkeys, sessions
from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.identity.accounts import AccountChange, Challenge
from worksorders.store.tables.identity.people import AppUser

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def mere(services):
    """A real account, not yet with a second proof."""
    with services.sessions.begin() as session:
        return factories.make_user(session, "coordinator", sign_in_name="mere", is_demo=False)


@pytest.fixture
def with_code(services, mere):
    """The same with an authenticator app."""
    with services.sessions.begin() as session:
        user = session.get_one(AppUser, mere.id)
        user.totp_secret_sealed = services.cipher.seal_alone(user.id, codes.KIND, SECRET)
    return mere


def code_at(moment):
    return pyotp.TOTP(SECRET).at(int(moment.timestamp()))


def test_a_password_alone_leads_to_the_account_page_and_nowhere_else(app, mere):
    browser = Browser(app)
    assert browser.sign_in("mere").status_code == 303
    for path in ("/", "/today", "/orders"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/account"), path
    page = browser.get("/account")
    assert page.status_code == 200
    assert "A password alone does not open this product" in page.text


def test_a_code_follows_the_password_and_opens_the_door_once(app, clock, with_code):
    browser = Browser(app)
    answer = browser.sign_in("mere")
    assert answer.headers["Location"].startswith("/sign-in/code")
    assert browser.get("/today").status_code == 303
    wrong = browser.post("/sign-in/code", {"code": "000000"}, page="/sign-in/code")
    assert wrong.status_code == 422
    right = code_at(clock.now)
    assert browser.post("/sign-in/code", {"code": right}, page="/sign-in/code").status_code == 303
    assert browser.get("/today").status_code == 200
    again = Browser(app)
    again.sign_in("mere")
    reused = again.post("/sign-in/code", {"code": right}, page="/sign-in/code")
    assert reused.status_code == 422
    assert "used before" in reused.text
    clock.now += timedelta(seconds=30)
    later = again.post("/sign-in/code", {"code": code_at(clock.now)}, page="/sign-in/code")
    assert later.status_code == 303


def test_an_older_code_than_the_last_is_not_taken(app, clock, with_code):
    first, second = Browser(app), Browser(app)
    first.sign_in("mere"), second.sign_in("mere")
    older = code_at(clock.now - timedelta(seconds=30))
    assert first.post("/sign-in/code", {"code": code_at(clock.now)}, page="/sign-in/code").status_code == 303
    assert second.post("/sign-in/code", {"code": older}, page="/sign-in/code").status_code == 422


def test_guessing_codes_locks_the_name_out(app, clock, with_code):
    browser = Browser(app)
    browser.sign_in("mere")
    for _ in range(sign_in.TRIES):
        browser.post("/sign-in/code", {"code": "000000"}, page="/sign-in/code")
    refused = browser.post("/sign-in/code", {"code": code_at(clock.now)}, page="/sign-in/code")
    assert "Too many tries" in refused.text


def test_the_code_must_follow_within_five_minutes(app, clock, with_code):
    browser = Browser(app)
    browser.sign_in("mere")
    clock.now += timedelta(minutes=5, seconds=1)
    late = browser.post("/sign-in/code", {"code": code_at(clock.now)}, page="/sign-in/code")
    assert "Sign in again" in late.text


def test_an_app_is_set_up_with_its_code_and_the_password(app, clock, services, mere):
    browser = Browser(app)
    browser.sign_in("mere")
    page = browser.get("/account/code").text
    secret = re.search(r'name="secret"[^>]*value="([A-Z2-7]{32})"', page)[1]
    sent = {"secret": secret, "code": "123", "password": factories.PASSWORD}
    assert browser.post("/account/code", sent, page="/account/code").status_code == 422
    sent["code"] = pyotp.TOTP(secret).at(int(clock.now.timestamp()))
    wrong = browser.post("/account/code", sent | {"password": "not this one"}, page="/account/code")
    assert "The password is wrong" in wrong.text
    assert browser.post("/account/code", sent, page="/account/code").status_code == 303
    assert browser.get("/today").status_code == 200
    with services.sessions() as session:
        sealed = session.get_one(AppUser, mere.id).totp_secret_sealed
    assert secret.encode() not in sealed


def test_a_session_is_ended_from_afar_and_only_by_its_owner(app, services, signed_in, clock):
    here, actor = signed_in("coordinator")
    with services.sessions.begin() as session:
        token, _ = sign_in.open_session(session, session.get_one(AppUser, actor.user_id), clock.now)
        other = factories.actor_of(factories.make_user(session))
    with services.sessions() as session:
        found = sign_in.find_session(session, token, clock.now).actor
        rows = sessions.list_open(session, found, clock.now)
    assert [row.here for row in rows].count(True) == 1
    afar = next(row for row in rows if str(row.id) == found.session_key)
    with services.sessions.begin() as session, pytest.raises(NotFoundError):
        sessions.end(session, other, afar.id, clock.now)
    page = here.get("/account").text
    key = re.search(
        rf'action="/account/sessions/{afar.id}/end".*?name="form_uuid"[^>]*value="([^"]+)"', page, re.DOTALL
    )[1]
    assert here.post(f"/account/sessions/{afar.id}/end", {"form_uuid": key}).status_code == 303
    with services.sessions() as session:
        assert sign_in.find_session(session, token, clock.now) is None


def test_a_recovery_takes_two_and_leaves_nothing_of_the_old_way_in(app, services, clock, with_code):
    with services.sessions.begin() as session:
        asker = factories.actor_of(factories.make_user(session, "administrator", is_demo=False))
        second = factories.actor_of(factories.make_user(session, "privacy_officer", is_demo=False))
        token, _ = sign_in.open_session(session, session.get_one(AppUser, with_code.id), clock.now)
        asked = ask.ask_recovery(session, asker, with_code.id, "Called back on the known number", clock.now)
    with services.sessions() as session:
        wish = find.waiting(session, asker, clock.now)[0]
        assert not wish.may_decide
        with pytest.raises(NotPermittedError):
            decide.decide(session, asker, wish.id, grant=True, now=clock.now)
        with pytest.raises(NotPermittedError):
            decide.decide(session, factories.actor_of(with_code), wish.id, grant=True, now=clock.now)
    with services.sessions.begin() as session:
        password = asked.first_part + decide.decide(session, second, wish.id, grant=True, now=clock.now)
    with services.sessions() as session:
        assert sign_in.find_session(session, token, clock.now) is None
        with pytest.raises(NotFoundError):
            decide.decide(session, second, wish.id, grant=True, now=clock.now)
    browser = Browser(app)
    assert browser.sign_in("mere").status_code == 422
    assert browser.sign_in("mere", password).status_code == 303
    assert "/password" in browser.get("/today").headers["Location"]


def test_the_database_wants_two_for_a_recovery_too(services, clock, with_code):
    with services.sessions.begin() as session:
        asker = factories.make_user(session, "administrator", is_demo=False)
        wish = AccountChange(
            kind="recovery", user_id=with_code.id, asked_by=asker.id, asked_at=clock.now, reason="because"
        )
        session.add(wish)
        session.flush()
        wish.decided_by, wish.decided_at, wish.outcome = asker.id, clock.now, "granted"
        with pytest.raises(DBAPIError):
            session.flush()
        session.rollback()


def test_a_refused_recovery_changes_nothing(services, clock, with_code):
    with services.sessions.begin() as session:
        asker = factories.actor_of(factories.make_user(session, "administrator", is_demo=False))
        second = factories.actor_of(factories.make_user(session, "administrator", is_demo=False))
        ask.ask_recovery(session, asker, with_code.id, "Somebody called", clock.now)
        wish = find.waiting(session, second, clock.now)[0]
        assert decide.decide(session, second, wish.id, grant=False, now=clock.now) is None
        assert session.get_one(AppUser, with_code.id).totp_secret_sealed is not None


def test_a_demo_link_signs_in_once(app, services, clock):
    with services.sessions.begin() as session:
        factories.make_user(session, "coordinator", sign_in_name="tama")
        token = demo_data.make_link(session, "TAMA", clock.now)
    path = f"/demo/{token}"
    first, second = Browser(app), Browser(app)
    assert first.get(path).status_code == 200
    assert first.post(path, page=path).status_code == 303
    assert first.get("/today").status_code == 200
    assert second.post(path, page=path).status_code == 403


def test_a_demo_link_grows_old(app, services, clock):
    with services.sessions.begin() as session:
        factories.make_user(session, "coordinator", sign_in_name="tama")
        token = demo_data.make_link(session, "tama", clock.now)
    clock.now += demo_data.LINK_LASTS + timedelta(seconds=1)
    path = f"/demo/{token}"
    assert Browser(app).post(path, page=path).status_code == 403


def test_there_are_no_demo_links_beside_real_data(services, clock, mere):
    with services.sessions.begin() as session, pytest.raises(NotPermittedError, match="not demo data"):
        demo_data.make_link(session, "mere", clock.now)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO demo_mark (made_at) VALUES (now())",
        "UPDATE app_user SET is_demo = true",
        "INSERT INTO app_user (sign_in_name, display_name, role, is_demo) VALUES ('x', 'X', 'finance', true)",
        "INSERT INTO challenge (kind, secret, made_at, expires_at) VALUES ('demo_link', '', now(), now())",
    ],
)
def test_the_database_keeps_the_demo_and_real_accounts_apart(database, mere, statement):
    with database.connect() as connection:
        connection.execute("SELECT set_config('works.scope', 'house', false)")
        with pytest.raises(psycopg.Error, match="demo"):
            connection.execute(statement)


def test_no_real_account_comes_into_a_demo_and_the_mark_stays(database, services):
    with services.sessions.begin() as session:
        factories.make_user(session)
    with services.sessions() as session, pytest.raises(DBAPIError):
        factories.make_user(session, is_demo=False)
    with database.connect() as connection, pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM demo_mark")


def test_an_answer_that_is_none_is_refused_in_words(app, services, mere):
    browser = Browser(app)
    headers = {"X-CSRFToken": browser.token()}
    for body in (
        None,
        [],
        {},
        {"id": "x"},
        {"id": "0" * 32, "credential": {}},
        {"id": "0" * 32, "credential": 1},
    ):
        answer = browser.client.post("/passkeys/sign-in", json=body, headers=headers)
        assert answer.status_code == 422, body
        assert "message" in answer.json


def test_an_open_session_alone_adds_no_passkey_of_whoever_holds_it(app, signed_in):
    browser, _ = signed_in("finance")
    headers = {"X-CSRFToken": browser.token("/account")}
    for body in ({}, {"password": "not this one"}, {"password": None}, None):
        answer = browser.client.post("/account/passkeys/options", json=body, headers=headers)
        assert (answer.status_code, answer.json["message"]) == (422, "The password is wrong."), body
    right = {"password": factories.PASSWORD}
    assert browser.client.post("/account/passkeys/options", json=right, headers=headers).status_code == 200
    for _ in range(sign_in.TRIES):
        browser.client.post("/account/passkeys/options", json={"password": "guess"}, headers=headers)
    refused = browser.client.post("/account/passkeys/options", json=right, headers=headers)
    assert "Too many tries" in refused.json["message"]


def test_a_passkey_that_was_shown_again_counts_once_within_a_minute_in_its_session(services, clock, mere):
    def shown(actor, answered_at):
        row = Challenge(
            id=uuid.uuid4(), kind="step_up", user_id=actor.user_id, session_id=uuid.UUID(actor.session_key), secret=b"",
            made_at=clock.now, expires_at=clock.now + passkeys.ANSWER_WITHIN, answered_at=answered_at,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    with services.sessions.begin() as session:
        here, elsewhere = (
            sign_in.open_session(session, session.get_one(AppUser, mere.id), clock.now)[1] for _ in range(2)
        )
        fresh, old, never = (
            shown(here, clock.now),
            shown(here, clock.now - passkeys.STEP_UP_LASTS),
            shown(here, None),
        )
        passkeys.use_step_up(session, here, fresh, clock.now)
        for actor, challenge in (
            (here, fresh),
            (here, old),
            (here, never),
            (elsewhere, shown(here, clock.now)),
        ):
            with pytest.raises(NotPermittedError, match="shown again"):
                passkeys.use_step_up(session, actor, challenge, clock.now)


def test_the_first_passkey_follows_the_password_that_was_just_given(app, mere):
    browser = Browser(app)
    browser.sign_in("mere")
    headers = {"X-CSRFToken": browser.token("/account")}
    assert browser.client.post("/account/passkeys/options", json={}, headers=headers).status_code == 200
