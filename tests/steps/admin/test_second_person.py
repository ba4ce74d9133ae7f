"""Nobody is two people: what would let one person hold two accounts waits until another confirms it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests import factories
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import sign_in
from worksorders.steps.account_changes import ask, decide, find, hands
from worksorders.steps.account_changes.kinds import MARK, Kind
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.accounts import two_parts
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.steps.jobs import Job
from worksorders.steps.limits.delegations import Loan, delegations_to
from worksorders.steps.settings import figures
from worksorders.steps.tell.contacts import Reached, find_contact, set_contact
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import OutgoingMessage
from worksorders.store.tables.work.variations import ApprovalDelegation

NOW = factories.NOW
WHY = "Starts on Monday, met her at the office"
HANA = UserDetails("Hana", Role.PRIVACY_OFFICER)
TODAY = local_day(NOW)
TOKEN = TokenDetails("Refuge", frozenset({"orders:read"}), TODAY)
REACHED = Reached("hana@example.org", "")


@pytest.fixture(scope="module", autouse=True)
def _quick_hashes():
    """New passwords are hashed as ever, in less time: how long it takes is no part of this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def world(session):
    people = {role: factories.make_user(session, role) for role in ("administrator", "privacy_officer", "coordinator", "auditor")}  # fmt: skip
    actors = {role: factories.actor_of(user) for role, user in people.items()}
    other = factories.actor_of(factories.make_user(session, "administrator"))
    session.get_one(AppUser, actors["coordinator"].user_id).raise_limit_cents = 250_000
    taker = factories.actor_of(factories.make_user(session))
    return SimpleNamespace(session=session, admin=actors["administrator"], other=other, taker=taker, **actors)


def asked(world, kind, by=None):
    """A wish of each kind about the coordinator, of a new account or of a token; keeps the first part of a password."""
    session, by, user_id = world.session, by or world.admin, world.coordinator.user_id
    if kind == "token":
        return ask_token(session, by, TOKEN, WHY, NOW)
    if kind == "settings":
        return ask_figures(session, by, "offers", {"address_window_hours": 40}, WHY, NOW)
    if kind == "lend":
        return ask_loan(session, by, loan(world), NOW)
    if kind in {"invite", "recovery", "reopen", "password"}:
        found = asked_with_a_part(world, kind, by)
        world.part = found.first_part
        return found.wish
    if kind == "role":
        return ask.ask_role(session, by, user_id, UserDetails("Mere", Role.FINANCE), WHY, NOW)
    if kind == "contact":
        return ask.ask_contact(session, by, user_id, REACHED, WHY, NOW)
    raise AssertionError(kind)


def asked_with_a_part(world, kind, by):
    session, user_id = world.session, world.coordinator.user_id
    if kind == "invite":
        return ask.ask_invite(session, by, "hana", HANA, WHY, NOW)
    if kind == "recovery":
        return ask.ask_recovery(session, by, user_id, WHY, NOW)
    if kind == "reopen":
        session.get_one(AppUser, user_id).disabled_at = NOW
    return ask.ask_access(session, by, Kind(kind), user_id, WHY, NOW)


def loan(world, **other):
    """The coordinator's limits, lent to another one."""
    given = {"from_user_id": world.coordinator.user_id, "to_user_id": world.taker.user_id, "from_on": TODAY, "to_on": TODAY}  # fmt: skip
    return Loan(**given | {"limit_cents": 100_000, "reason": WHY} | other)


def state(world):
    """What any of the kinds would change."""
    user = world.session.get_one(AppUser, world.coordinator.user_id, populate_existing=True)
    known = world.session.scalars(select(AppUser.id).where(AppUser.sign_in_name == "hana")).all()
    reached = find_contact(world.session, world.admin, user.id)
    tokens = world.session.query(ApiToken).count()
    lent = world.session.query(ApprovalDelegation).count()
    hours = figures.values_of(world.session)["offers"]["address_window_hours"]
    return (user.role, user.disabled_at, user.password_hash, reached.email, len(known), tokens, lent, hours)


def confirmed(world, wish, by=None, *, grant=True, now=NOW):
    return decide.decide(world.session, by or world.privacy_officer, wish.id, grant=grant, now=now)


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
