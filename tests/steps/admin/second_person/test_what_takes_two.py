"""First passwords, tokens, limits and settings: what one person alone may not have, and what they may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.steps.admin.second_person.asking import (
    NOW,
    TODAY,
    TOKEN,
    WHY,
    asked,
    confirmed,
    loan,
    state,
)
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, find
from worksorders.steps.account_changes.kinds import MARK, Kind
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.accounts import two_parts
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.exchange import tokens
from worksorders.steps.limits.delegations import delegations_to
from worksorders.steps.settings import figures
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent


@pytest.mark.parametrize("kind", [Kind.INVITE, Kind.PASSWORD, Kind.RECOVERY])
def test_neither_of_the_two_can_sign_in_with_what_they_were_shown(world, kind):
    wish = asked(world, kind)
    name, part, mark = (
        find.waiting(world.session, world.admin, NOW)[0].sign_in_name,
        world.part,
        wish.wanted[MARK],
    )
    second = confirmed(world, wish)
    assert mark not in str(wish.wanted)
    for password in (part, second, second + part, second + second, part + part, two_parts.join(mark, second), mark + second):  # fmt: skip
        with pytest.raises(NotPermittedError):
            sign_in.sign_in(world.session, name, password, NOW)
    for password in (f"{part}-{second}", f"{part} {second}", f" {part}{second} ".lower()):
        assert sign_in.sign_in(world.session, name, password, NOW)


def test_the_two_parts_are_no_password_to_go_on_with(world):
    wish = asked(world, "password")
    _, actor = sign_in.sign_in(world.session, name_of(world), factories.PASSWORD, NOW)
    whole = world.part + confirmed(world, wish)
    with pytest.raises(FaultsError, match="have not had"):
        sign_in.choose_password(world.session, actor, whole, f"{whole[:17]} {whole[17:]}", NOW)


def name_of(world):
    return world.session.get_one(AppUser, world.coordinator.user_id).sign_in_name


def test_what_was_asked_before_there_were_two_parts_shows_nobody_a_password(world):
    wish = asked(world, "password")
    wish.wanted = {}
    before = state(world)
    with pytest.raises(RefusedError, match="two parts"):
        confirmed(world, wish)
    assert state(world) == before


def test_higher_limits_wait_and_lower_ones_do_not(world):
    user = world.session.get_one(AppUser, world.coordinator.user_id)
    user.vary_limit_cents = 0
    token, _ = sign_in.open_session(world.session, user, NOW)

    def details(raised, varied=0):
        return UserDetails("Mere", Role.COORDINATOR, raise_limit_cents=raised, vary_limit_cents=varied)

    for more in (details(250_001), details(0, 1), details(0, 250_000)):
        with pytest.raises(NotPermittedError, match="second person"):
            users.change(world.session, world.admin, user.id, more)
    users.change(world.session, world.admin, user.id, details(200_000))
    wish = ask.ask_role(world.session, world.admin, user.id, details(900_000), WHY, NOW)
    assert user.raise_limit_cents == 200_000
    confirmed(world, wish)
    assert user.raise_limit_cents == 900_000
    assert sign_in.find_session(world.session, token, NOW) is not None
    wish = ask.ask_role(world.session, world.admin, user.id, details(950_000), WHY, NOW)
    users.change(world.session, world.other, user.id, details(0))
    with pytest.raises(RefusedError, match="since this was asked"):
        confirmed(world, wish)


def test_a_token_counts_once_a_second_person_was_shown_it(world):
    wish = asked(world, "token")
    assert not world.session.query(ApiToken).count()
    secret = confirmed(world, wish)
    row = world.session.query(ApiToken).one()
    assert (row.created_by, row.user_id) == (world.admin.user_id, wish.user_id)
    assert tokens.admit(world.session, secret, NOW, call={}).caller.scopes == {"orders:read"}
    made = world.session.query(AuditEvent).filter_by(action="token.made").one()
    assert (made.actor_id, made.detail["asked_by"]) == (
        world.privacy_officer.user_id,
        str(world.admin.user_id),
    )
    for who in (world.privacy_officer, world.coordinator):
        with pytest.raises(NotFoundError):
            ask_token(world.session, who, TOKEN, WHY, NOW)
    with pytest.raises(FaultsError, match="why"):
        ask_token(world.session, world.admin, TOKEN, "", NOW)


def test_anothers_limits_are_lent_once_somebody_confirms_who_gains_nothing_by_it(world):
    wish = asked(world, "lend")
    assert delegations_to(world.session, world.taker.user_id) == ()
    user = world.session.get_one(AppUser, world.taker.user_id)
    user.role = "administrator"
    taker = factories.actor_of(user)
    assert [one.may_decide for one in find.waiting(world.session, taker, NOW)] == [False]
    with pytest.raises(NotPermittedError, match="second person"):
        confirmed(world, wish, taker)
    confirmed(world, wish)
    (lent,) = delegations_to(world.session, world.taker.user_id)
    assert lent.limit_cents == 100_000
    made = world.session.query(AuditEvent).filter_by(action="delegation.made").one()
    assert (made.actor_id, made.detail["made_by"]) == (
        world.privacy_officer.user_id,
        str(world.admin.user_id),
    )
    with pytest.raises(NotFoundError):
        ask_loan(world.session, world.coordinator, loan(world), NOW)
    with pytest.raises(FaultsError, match="to themselves"):
        ask_loan(world.session, world.admin, loan(world, to_user_id=world.admin.user_id), NOW)
    with pytest.raises(FaultsError, match="today or later"):
        ask_loan(world.session, world.admin, loan(world, from_on=TODAY - timedelta(days=1)), NOW)


def test_the_database_lets_no_taker_confirm_a_loan(world):
    wish = asked(world, "lend")
    wish.outcome, wish.decided_at, wish.decided_by = "granted", NOW, world.taker.user_id
    with pytest.raises(DBAPIError, match="taker"):
        world.session.flush()
    world.session.rollback()


@pytest.mark.parametrize(
    ("group", "name", "loose", "tight"),
    [
        ("offers", "address_window_hours", 19, 17),
        ("offers", "area_dwellings", 1_999, 2_001),
        ("paying", "least_cell", -1, 1),
        ("ordering", "variation_limit_cents", 1, -1),
        ("ordering", "urgent_variation_cents", 1, -1),
    ],
)
def test_settings_that_show_or_allow_more_take_two_and_tighter_ones_one(world, group, name, loose, tight):
    before = figures.values_of(world.session)[group][name]
    loose, tight = (value if value > 2 else before + value for value in (loose, tight))
    with pytest.raises(NotPermittedError, match="second person"):
        figures.change(world.session, world.admin, group, {name: loose}, NOW)
    wish = ask_figures(world.session, world.admin, group, {name: loose}, WHY, NOW)
    (change,) = find.waiting(world.session, world.privacy_officer, NOW)[0].wanted["changes"]
    assert (change["before"], change["after"]) == (before, loose)
    confirmed(world, wish)
    assert figures.values_of(world.session)[group][name] == loose
    row = world.session.query(AuditEvent).filter_by(action="setting.changed").one()
    assert (row.actor_id, row.detail["asked_by"]) == (world.privacy_officer.user_id, str(world.admin.user_id))
    figures.change(world.session, world.admin, group, {name: tight}, NOW)
    assert figures.values_of(world.session)[group][name] == tight


def test_settings_that_changed_meanwhile_are_not_loosened_blindly(world):
    wish = asked(world, "settings")
    figures.change(world.session, world.other, "offers", {"address_window_hours": 6}, NOW)
    with pytest.raises(RefusedError, match="since this was asked"):
        confirmed(world, wish)
    for who in (world.privacy_officer, world.coordinator):
        with pytest.raises(NotFoundError):
            ask_figures(world.session, who, "offers", {"address_window_hours": 40}, WHY, NOW)
    with pytest.raises(FaultsError, match="from 1 to 72"):
        ask_figures(world.session, world.admin, "offers", {"address_window_hours": 99}, WHY, NOW)
