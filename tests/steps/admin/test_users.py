"""Accounts: who may change whom, and what ends at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide
from worksorders.steps.admin import users
from worksorders.steps.admin.find_users import find_users
from worksorders.steps.admin.users import UserDetails
from worksorders.store.tables.trail import AuditEvent

NOW = factories.NOW


@pytest.fixture
def admin(session):
    return factories.actor_of(factories.make_user(session, "administrator"))


def second(session):
    """Somebody else who may confirm."""
    return factories.actor_of(factories.make_user(session, "privacy_officer"))


def test_the_first_password_opens_the_account_and_is_kept_only_as_a_hash(session, admin):
    user, password = users.invite(session, None, "hana", UserDetails("Hana", Role.COORDINATOR), NOW)
    _, actor = sign_in.sign_in(session, "HANA", password, NOW)
    assert actor.user_id == user.id
    assert password not in user.password_hash
    assert session.query(AuditEvent).filter_by(action="user.invited", subject_id=user.id).count() == 1


def test_every_fault_of_an_invitation_is_named_at_its_field(session, admin):
    factories.make_user(session, sign_in_name="mere")
    details = UserDetails(" ", Role.CONTRACTOR, raise_limit_cents=-1)
    with pytest.raises(FaultsError) as caught:
        users.invite(session, None, "Mere", details, NOW)
    assert set(caught.value.by_field()) == {"sign_in_name", "display_name", "firm_id", "raise_limit_cents"}


def test_a_worker_of_another_firm_is_refused(session, admin):
    mine, other = factories.make_firm(session), factories.make_firm(session)
    details = UserDetails("Rawiri", Role.CONTRACTOR, mine.id, other.workers[0].id)
    with pytest.raises(FaultsError, match="worker of that firm"):
        users.invite(session, None, "rawiri", details, NOW)


def test_nobody_changes_disables_or_resets_themselves(session, admin):
    details = UserDetails("Me", Role.FINANCE)
    for action in (
        lambda: users.change(session, admin, admin.user_id, details),
        lambda: users.disable(session, admin, admin.user_id, "leaving", NOW),
        lambda: users.reset_password(session, admin, admin.user_id, NOW),
    ):
        with pytest.raises(NotPermittedError, match="another administrator"):
            action()


@pytest.mark.parametrize("how", ["disable", "reset", "role"])
def test_sessions_end_at_once(session, admin, how):
    user = factories.make_user(session, "coordinator")
    token, _ = sign_in.open_session(session, user, NOW)
    assert sign_in.find_session(session, token, NOW) is not None
    if how == "disable":
        users.disable(session, admin, user.id, "left the programme", NOW)
    elif how == "reset":
        users.renew(session, admin, user, NOW)
    else:
        wish = ask.ask_role(
            session, admin, user.id, UserDetails(user.display_name, Role.FINANCE), "Moves to finance", NOW
        )
        assert sign_in.find_session(session, token, NOW) is not None
        decide.decide(session, second(session), wish.id, grant=True, now=NOW)
    session.expire_all()
    assert sign_in.find_session(session, token, NOW + timedelta(seconds=1)) is None


def test_a_lower_limit_leaves_the_session_open_and_is_in_the_trail(session, admin):
    user = factories.make_user(session, "coordinator", raise_limit_cents=900_000)
    token, _ = sign_in.open_session(session, user, NOW)
    users.change(
        session,
        admin,
        user.id,
        UserDetails(user.display_name, Role.COORDINATOR, raise_limit_cents=250_000),
    )
    assert sign_in.find_session(session, token, NOW) is not None
    row = session.query(AuditEvent).filter_by(action="user.changed").one()
    assert row.detail["before"]["raise_limit_cents"] == 900_000
    assert row.detail["after"]["raise_limit_cents"] == 250_000


def test_disabling_needs_a_reason_and_happens_once(session, admin):
    user = factories.make_user(session, "finance")
    with pytest.raises(DomainError, match="reason"):
        users.disable(session, admin, user.id, "  ", NOW)
    users.disable(session, admin, user.id, "left", NOW)
    with pytest.raises(RefusedError, match="already"):
        users.disable(session, admin, user.id, "left", NOW)
    users.reopen(session, admin, user)
    with pytest.raises(RefusedError, match="already"):
        users.reopen(session, admin, user)


def test_a_reset_forgets_the_failed_tries(session, admin):
    user = factories.make_user(session, "finance")
    for _ in range(sign_in.TRIES):
        sign_in.note_failure(session, user.sign_in_name, NOW)
    with pytest.raises(NotPermittedError, match="Too many"):
        sign_in.sign_in(session, user.sign_in_name, factories.PASSWORD, NOW)
    password = users.renew(session, admin, user, NOW)
    assert sign_in.sign_in(session, user.sign_in_name, password, NOW)


def test_accounts_are_listed_by_name_role_and_state(session, admin):
    zed = factories.make_user(session, "finance", display_name="Zed")
    factories.make_user(session, "finance", display_name="Ana")
    users.disable(session, admin, zed.id, "left", NOW)
    found = find_users(session, role="finance")
    assert [user.display_name for user, _ in found.rows] == ["Ana", "Zed"]
    assert [u.display_name for u, _ in find_users(session, role="finance", state="active").rows] == ["Ana"]
    assert find_users(session, text="ze").total == 1
    assert find_users(session, size=1, page=99).page == 3
