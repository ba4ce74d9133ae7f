"""The server's command line makes the first accounts, and is the second person where there is no other."""

from __future__ import annotations

import re

import pytest

from tests import factories
from worksorders.domain.roles import Role
from worksorders.steps.account_changes import ask, find
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.telling import OutgoingMessage

PART = re.compile(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){2}")
PASSWORD = re.compile(r"[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}")


@pytest.fixture
def run(app):
    """Run a command; gives its exit code and what it said."""

    def invoke(*words):
        done = app.test_cli_runner().invoke(args=["accounts", *words])
        return done.exit_code, done.output

    return invoke


def test_the_first_account_is_made_on_the_server_and_signs_in(run, browser, services):
    code, said = run("make", "aroha", "--shown", "Aroha Example", "--role", "administrator")
    assert code == 0
    assert browser.sign_in("aroha", PASSWORD.search(said)[0]).status_code == 303
    with services.sessions() as session:
        row = session.query(AuditEvent).filter_by(action="user.invited").one()
        assert row.actor_id is None
    code, said = run("make", "aroha", "--shown", "Another", "--role", "auditor")
    assert (code, "is taken" in said) == (1, True)
    assert run("make", "hemi", "--shown", "Hemi", "--role", "contractor")[0] == 2


def test_an_only_administrator_is_told_to_go_to_the_server_which_confirms_or_refuses(
    run, signed_in, services, clock, browser
):
    admin, actor = signed_in("administrator")
    assert "accounts waiting" in admin.get("/accounts").text
    assert "Nothing waits" in run("waiting")[1]
    with services.sessions.begin() as session:
        officer = UserDetails("Hana", Role.PRIVACY_OFFICER)
        asked = ask.ask_invite(session, actor, "hana", officer, "The new officer", clock.now)
        ask.ask_invite(session, actor, "li", UserDetails("Li", Role.AUDITOR), "The new auditor", clock.now)
        waiting = {one.sign_in_name: str(one.id) for one in find.waiting(session, None, clock.now)}
        first, second = waiting["hana"], waiting["li"]
    assert "invite (privacy officer) of hana" in run("waiting")[1]
    code, said = run("confirm", first)
    assert (code, "Who asked hands over the first part" in said) == (0, True)
    assert browser.sign_in("hana", asked.first_part + PART.search(said)[0]).status_code == 303
    assert run("refuse", second)[0] == 0
    assert run("confirm", second)[0] == 1
    assert "accounts waiting" not in admin.get("/accounts").text
    with services.sessions() as session:
        assert session.query(AppUser).filter_by(sign_in_name="li").count() == 0
        assert session.query(OutgoingMessage).count() > 0


def test_an_account_from_before_is_vouched_for_on_the_server(run, services, clock):
    with services.sessions.begin() as session:
        asker = factories.actor_of(factories.make_user(session, "administrator"))
        whose = factories.make_user(session, "coordinator").id
        made, _ = users.make(session, asker, "old", UserDetails("Old", Role.ADMINISTRATOR), clock.now)
        other = factories.actor_of(made)
        ask.ask_access(session, asker, Kind.PASSWORD, whose, "Called back on the number", clock.now)
        assert [one.may_decide for one in find.waiting(session, other, clock.now)] == [False]
    assert "old was handed over by" in run("waiting")[1]
    assert run("vouch", "nobody", "--how", "Her passport")[0] == 1
    assert run("vouch", "old", "--how", "Her passport")[0] == 0
    with services.sessions() as session:
        assert [one.may_decide for one in find.waiting(session, other, clock.now)] == [True]
