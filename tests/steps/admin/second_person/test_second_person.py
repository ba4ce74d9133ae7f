"""Nobody is two people: what would let one person hold two accounts waits until another confirms it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.steps.admin.second_person.asking import (
    HANA,
    NOW,
    WHY,
    asked,
    confirmed,
    state,
)
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide, find, hands
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.jobs import Job
from worksorders.steps.tell.contacts import Reached, set_contact
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import OutgoingMessage


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_happens_until_somebody_else_confirms_and_then_it_does_once(world, kind):
    wish = asked(world, kind)
    before = state(world)
    for who in (world.admin, world.coordinator, world.auditor, world.taker):
        with pytest.raises((NotPermittedError, NotFoundError)):
            confirmed(world, wish, who)
    assert state(world) == before
    shown = confirmed(world, wish)
    assert state(world) != before
    assert (shown is not None) == (kind in {Kind.INVITE, Kind.PASSWORD, Kind.RECOVERY, Kind.TOKEN})
    with pytest.raises(NotFoundError):
        confirmed(world, wish, world.other)
    rows = world.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == wish.id).order_by(AuditEvent.id)).all()  # fmt: skip
    assert [row.action for row in rows] == ["account_change.asked", "account_change.granted"]
    assert [row.actor_id for row in rows] == [world.admin.user_id, world.privacy_officer.user_id]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("end", ["refused", "withdrawn", "expired"])
def test_what_ends_without_a_second_person_changes_nothing_and_can_be_asked_again(world, kind, end):
    wish = asked(world, kind)
    before = state(world)
    late = NOW + ask.WAITS
    if end == "refused":
        confirmed(world, wish, grant=False)
    elif end == "withdrawn":
        with pytest.raises(NotFoundError):
            decide.withdraw(world.session, world.other, wish.id, NOW)
        decide.withdraw(world.session, world.admin, wish.id, NOW)
    else:
        if kind != Kind.TOKEN:
            with pytest.raises(FaultsError, match="already"):
                asked(world, kind, world.other)
        with pytest.raises(NotFoundError):
            confirmed(world, wish, now=late)
        rung = world.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == ask.EXPIRE)).one()
        assert rung.wanted_at == late
        decide.expire(Job(rung.id, 1, rung.payload, None, None, lambda: late, lambda: True))(world.session, late)  # fmt: skip
        world.session.flush()
    assert (wish.outcome, state(world)) == (end, before)
    if kind == Kind.CONTACT:
        assert wish.wanted == {}
    confirmed(world, asked(world, kind))
    assert state(world) != before


def test_what_nobody_answered_is_no_obstacle_even_where_its_timer_never_rang(world):
    old = asked(world, "password")
    later = NOW + ask.WAITS
    assert find.waiting(world.session, world.admin, later) == []
    ask.ask_access(world.session, world.admin, Kind.PASSWORD, world.coordinator.user_id, WHY, later)
    assert old.outcome == "expired"


def test_whoever_of_the_office_acts_alone_is_refused(world):
    firm = factories.make_firm(world.session)
    portal = factories.make_user(world.session, "contractor", firm.id)
    for act in (
        lambda: users.invite(world.session, world.admin, "hana", HANA, NOW),
        lambda: users.invite(world.session, world.admin, "tama", UserDetails("T", Role.CONTRACTOR, firm.id), NOW),
        lambda: users.reset_password(world.session, world.admin, portal.id, NOW),
        lambda: users.enable(world.session, world.admin, portal.id),
        lambda: users.change(world.session, world.admin, world.coordinator.user_id, UserDetails("M", Role.FINANCE)),
    ):  # fmt: skip
        with pytest.raises(NotPermittedError, match="second person"):
            act()
    with pytest.raises(NotFoundError):
        set_contact(world.session, world.admin, world.coordinator.user_id, "a@example.org", "", NOW)


def lone(world, maker, name):
    """An account of before, which one person alone made."""
    made, _ = users.make(world.session, maker, name, UserDetails(name, Role.ADMINISTRATOR), NOW)
    return factories.actor_of(made)


def test_accounts_of_one_hand_confirm_nothing_for_each_other_whichever_asks(world):
    first, second = (lone(world, world.admin, name) for name in ("first", "second"))
    third = lone(world, first, "third")
    for asker, other in ((world.admin, first), (first, world.admin), (first, second), (third, world.admin)):
        wish = ask.ask_recovery(world.session, asker, world.coordinator.user_id, WHY, NOW)
        assert [one.may_decide for one in find.waiting(world.session, other, NOW)] == [False]
        with pytest.raises(NotPermittedError, match="same person"):
            confirmed(world, wish, other)
        decide.withdraw(world.session, asker, wish.id, NOW)
    assert {one.sign_in_name for one in hands.lone_accounts(world.session)} == {"first", "second", "third"}


@pytest.mark.parametrize("how", ["by two", "on the server", "another alone"])
def test_an_account_leaves_the_hand_that_made_it_once_it_is_handed_over_again(world, how):
    made = lone(world, world.admin, "first")
    if how == "by two":
        wish = ask.ask_access(world.session, world.other, Kind.PASSWORD, made.user_id, WHY, NOW)
        confirmed(world, wish)
    elif how == "on the server":
        hands.vouch(world.session, "FIRST", "Her passport, in person", NOW)
    else:
        users.renew(world.session, world.other, world.session.get_one(AppUser, made.user_id), NOW)
    world.session.flush()
    assert confirmed(world, asked(world, "recovery"), made)


def test_the_server_is_the_second_person_where_there_is_no_other(world):
    for actor in (world.other, world.privacy_officer):
        world.session.get_one(AppUser, actor.user_id).disabled_at = NOW
    assert find.is_alone(world.session, world.admin)
    officer = confirmed_on_the_server(world, asked(world, "invite"))
    assert not find.is_alone(world.session, world.admin)
    told = world.session.query(OutgoingMessage).filter_by(user_id=officer).count()
    wish = asked(world, "role")
    decide.decide(world.session, None, wish.id, grant=True, now=NOW)
    assert (wish.on_server, wish.decided_by) == (True, None)
    assert world.session.query(OutgoingMessage).filter_by(user_id=officer).count() > told
    row = world.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == wish.id).order_by(AuditEvent.id.desc())).first()  # fmt: skip
    assert (row.actor_id, row.detail["on_server"]) == (None, True)


def confirmed_on_the_server(world, wish):
    password = decide.decide(world.session, None, wish.id, grant=True, now=NOW)
    assert sign_in.sign_in(world.session, "hana", world.part + password, NOW)
    return wish.user_id


def test_what_changed_since_is_not_confirmed_blindly(world):
    role, invited = asked(world, "role"), asked(world, "invite")
    world.session.get_one(AppUser, world.coordinator.user_id).role = "auditor"
    users.invite(world.session, None, "HANA", HANA, NOW)
    with pytest.raises(RefusedError, match="since this was asked"):
        confirmed(world, role)
    world.session.expire(role)
    with pytest.raises(FaultsError, match="taken"):
        confirmed(world, invited)


@pytest.mark.parametrize("how", ["disabled", "another role"])
def test_what_somebody_asked_who_may_no_longer_ask_is_only_refused(world, how):
    wish = asked(world, "password")
    asker = world.session.get_one(AppUser, world.admin.user_id)
    if how == "disabled":
        asker.disabled_at = NOW
    else:
        asker.role = "auditor"
    with pytest.raises(RefusedError, match="may no longer ask"):
        confirmed(world, wish)
    world.session.expire(wish)
    confirmed(world, wish, grant=False)
    assert wish.outcome == "refused"


def test_every_fault_of_what_is_asked_is_told_at_its_field(world):
    with pytest.raises(FaultsError) as caught:
        ask.ask_invite(world.session, world.admin, "a b", UserDetails(" ", Role.CONTRACTOR), "?", NOW)
    assert set(caught.value.by_field()) == {"sign_in_name", "display_name", "firm_id", "reason"}
    with pytest.raises(FaultsError) as caught:
        ask.ask_contact(world.session, world.admin, world.coordinator.user_id, Reached("x", "y"), "", NOW)
    assert set(caught.value.by_field()) == {"email", "mobile", "reason"}
    with pytest.raises(NotPermittedError, match="own account"):
        ask.ask_access(world.session, world.admin, Kind.PASSWORD, world.admin.user_id, WHY, NOW)
    with pytest.raises(NotFoundError):
        ask.ask_invite(world.session, world.privacy_officer, "hana", HANA, WHY, NOW)
    with pytest.raises(DomainError, match="how you made sure"):
        hands.vouch(world.session, "mere", "", NOW)


def test_those_who_may_confirm_hear_of_it_and_of_what_was_done(world):
    asked(world, "invite")
    told = world.session.scalars(select(OutgoingMessage.user_id)).all()
    assert set(told) == {world.other.user_id, world.privacy_officer.user_id}


@pytest.mark.parametrize(
    ("outcome", "by"),
    [("granted", "admin"), ("granted", "coordinator"), ("granted", None), ("withdrawn", "other"), ("expired", "other")],
)  # fmt: skip
def test_the_database_wants_two_as_well(world, outcome, by):
    wish = asked(world, "password")
    wish.outcome, wish.decided_at = outcome, NOW + timedelta(hours=1)
    wish.decided_by = getattr(world, by).user_id if by else None
    with pytest.raises(DBAPIError):
        world.session.flush()
    world.session.rollback()
