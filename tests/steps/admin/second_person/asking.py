"""A wish of each kind that waits for a second person, and what any of them would change."""

from __future__ import annotations

from sqlalchemy import select

from tests import factories
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps.account_changes import ask, decide
from worksorders.steps.account_changes.kinds import Kind
from worksorders.steps.account_changes.lending import ask_loan
from worksorders.steps.account_changes.loosening import ask_figures
from worksorders.steps.account_changes.machines import ask_token
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.steps.limits.delegations import Loan
from worksorders.steps.settings import figures
from worksorders.steps.tell.contacts import Reached, find_contact
from worksorders.store.tables.exchange import ApiToken
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.variations import ApprovalDelegation

NOW = factories.NOW
WHY = "Starts on Monday, met her at the office"
HANA = UserDetails("Hana", Role.PRIVACY_OFFICER)
TODAY = local_day(NOW)
TOKEN = TokenDetails("Refuge", frozenset({"orders:read"}), TODAY)
REACHED = Reached("hana@example.org", "")


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
