"""What one person asks for: checked as far as it can be, kept, and told to whoever may confirm it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.account_changes.kinds import MARK, WITH_PASSWORD, Kind, as_it_is, written
from worksorders.steps.accounts import two_parts
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.tell import contacts
from worksorders.steps.tell.api import notify_users
from worksorders.store.tables.identity.accounts import AccountChange
from worksorders.store.tables.identity.people import AppUser

EXPIRE = "account.expire"
WAITS = timedelta(days=7)
SHORTEST_REASON, LONGEST_REASON = 5, 300
CONFIRMERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
WAITING_ALREADY = "This waits for a second person already."
# A page that asks for nothing but a reason has no other field to tell a fault at.
_FIELD = {
    Kind.INVITE: "sign_in_name",
    Kind.ROLE: "role",
    Kind.RECOVERY: "user",
    Kind.CONTACT: "email",
    Kind.LEND: "from_user",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits now; `first_part` of the first password is shown once, to who asked, where there will be one."""

    wish: AccountChange
    first_part: str = ""

    @property
    def id(self) -> uuid.UUID:
        return self.wish.id


def ask_invite(
    session: Session, actor: Actor, sign_in_name: str, details: UserDetails, reason: str, now: datetime
) -> Asked:
    """Ask for an account; raises FaultsError at the fields of the details, `sign_in_name` or `reason`."""
    _only(actor, ADMINISTRATORS)
    faults = _reason_faults(reason)
    try:
        users.check(session, details, sign_in_name)
    except FaultsError as found:
        faults += list(found.faults)
    if faults:
        raise FaultsError(faults)
    wanted = written(details) | {"sign_in_name": sign_in_name.strip()}
    return _with_part(session, actor, Kind.INVITE, None, wanted, reason, now)


def ask_role(
    session: Session, actor: Actor, user_id: uuid.UUID, details: UserDetails, reason: str, now: datetime
) -> AccountChange:
    """Ask that an account become another role's, firm's or worker's, or approve more; FaultsError as for a new one."""
    _only(actor, ADMINISTRATORS)
    user = users.another(session, actor, user_id)
    faults = _reason_faults(reason)
    try:
        users.check(session, details)
    except FaultsError as found:
        faults += list(found.faults)
    if faults:
        raise FaultsError(faults)
    return keep(
        session, actor, Kind.ROLE, user.id, written(details) | {"before": as_it_is(user)}, reason, now
    )


def ask_access(
    session: Session, actor: Actor, kind: Kind, user_id: uuid.UUID, reason: str, now: datetime
) -> Asked:
    """Ask for a new password, or that a disabled account be opened again; FaultsError at `reason`."""
    _only(actor, ADMINISTRATORS)
    user = users.another(session, actor, user_id)
    if kind is Kind.REOPEN and user.disabled_at is None:
        raise RefusedError(f"{user.display_name} is active already.", state="active", action="enable")
    return _with_part(session, actor, kind, user.id, {}, reason, now)


def ask_recovery(session: Session, actor: Actor, user_id: uuid.UUID, reason: str, now: datetime) -> Asked:
    """Ask that somebody's passkeys and authenticator app be taken away; FaultsError at `user` or `reason`."""
    _only(actor, CONFIRMERS)
    user = session.get(AppUser, user_id)
    if user is None or user.disabled_at or user.id == actor.user_id:
        raise FaultsError([Fault("user", "Choose an account that is not your own."), *_reason_faults(reason)])
    return _with_part(session, actor, Kind.RECOVERY, user.id, {}, reason, now)


def ask_contact(
    session: Session,
    actor: Actor,
    user_id: uuid.UUID,
    reached: contacts.Reached,
    reason: str,
    now: datetime,
) -> AccountChange:
    """Ask that somebody else be reached another way; FaultsError at `email`, `mobile` or `reason`."""
    _only(actor, ADMINISTRATORS)
    user = users.another(session, actor, user_id)
    reached = contacts.Reached(reached.email.strip(), reached.mobile.replace(" ", ""))
    faults = [*contacts.faults_of(reached), *_reason_faults(reason)]
    if faults:
        raise FaultsError(faults)
    wanted = {"email": reached.email, "mobile": reached.mobile}
    return keep(session, actor, Kind.CONTACT, user.id, wanted, reason, now)


def _with_part(
    session: Session,
    actor: Actor,
    kind: Kind,
    user_id: uuid.UUID | None,
    wanted: dict[str, Any],
    reason: str,
    now: datetime,
) -> Asked:
    """Keep the wish, with the mark of the first part of a password where one will be handed over."""
    if kind not in WITH_PASSWORD:
        return Asked(keep(session, actor, kind, user_id, wanted, reason, now))
    part = two_parts.new_part()
    wanted = wanted | {MARK: two_parts.mark_of(part)}
    return Asked(keep(session, actor, kind, user_id, wanted, reason, now), part)


def keep(
    session: Session,
    actor: Actor,
    kind: Kind,
    user_id: uuid.UUID | None,
    wanted: dict[str, Any],
    reason: str,
    now: datetime,
) -> AccountChange:
    """Keep a wish whose details were checked, and tell whoever may confirm it; FaultsError at `reason`."""
    faults = _reason_faults(reason)
    if faults:
        raise FaultsError(faults)
    _refuse_a_second(session, kind, user_id, wanted, now)
    wish = AccountChange(
        id=uuid.uuid4(),
        kind=kind.value,
        user_id=user_id,
        wanted=wanted,
        asked_by=actor.user_id,
        asked_at=now,
        reason=" ".join(reason.split()),
    )
    session.add(wish)
    session.flush()
    note(session, actor, wish, (None, "waiting"))
    outbox.send(session, EXPIRE, {"account_change_id": str(wish.id)}, at=now + WAITS)
    others = select(AppUser.id).where(
        AppUser.role.in_([role.value for role in CONFIRMERS]),
        AppUser.disabled_at.is_(None),
        AppUser.id.not_in([actor.user_id, user_id] if user_id else [actor.user_id]),
    )
    notify_users(session, session.scalars(others.order_by(AppUser.id)).all(), "task", now)
    return wish


def note(
    session: Session,
    actor: Actor | None,
    wish: AccountChange,
    moved: tuple[str | None, str],
    reason: str | None = None,
) -> None:
    """The audit row of a wish that was made or ended; how somebody is reached stays out of the trail."""
    detail: dict[str, Any] = {"kind": wish.kind, "user": str(wish.user_id) if wish.user_id else None}
    told = {
        Kind.INVITE: ("role",),
        Kind.ROLE: ("role",),
        Kind.TOKEN: ("scopes", "regions"),
        Kind.LEND: ("to_user_id",),
    }
    detail |= {name: wish.wanted[name] for name in told.get(Kind(wish.kind), ())}
    if wish.on_server:
        detail["on_server"] = True
    what = "asked" if moved[0] is None else moved[1]
    audit.record(
        session,
        actor,
        f"account_change.{what}",
        ("account_change", wish.id),
        moved=moved,
        reason=reason,
        detail=detail,
    )


def is_old(wish: AccountChange, now: datetime) -> bool:
    """Whether nobody answered in time."""
    return now - wish.asked_at >= WAITS


def end_if_old(session: Session, wish: AccountChange, now: datetime) -> bool:
    """End a locked wish that nobody answered in time; tells whether it is over."""
    if wish.decided_at is not None:
        return True
    if not is_old(wish, now):
        return False
    wish.decided_at, wish.outcome = now, "expired"
    forget_details(wish)
    session.flush()
    note(session, None, wish, ("waiting", "expired"))
    return True


def forget_details(wish: AccountChange) -> None:
    """Keep no mail address or number of somebody, and no mark of a password's part, once the wish is over."""
    kept = {} if wish.kind == Kind.CONTACT else {k: v for k, v in wish.wanted.items() if k != MARK}
    if kept != wish.wanted:
        wish.wanted = kept


def _refuse_a_second(
    session: Session, kind: Kind, user_id: uuid.UUID | None, wanted: dict[str, Any], now: datetime
) -> None:
    """One wish of a kind about an account at a time; the database's own rule is behind it. Tokens may be many."""
    if kind is Kind.TOKEN:
        return
    same = _same(kind, user_id, wanted)
    open_already = session.scalar(
        select(AccountChange)
        .where(AccountChange.kind == kind.value, AccountChange.decided_at.is_(None), same)
        .with_for_update()
    )
    if open_already is not None and not end_if_old(session, open_already, now):
        raise FaultsError([Fault(_FIELD.get(kind, "reason"), WAITING_ALREADY)])


def _same(kind: Kind, user_id: uuid.UUID | None, wanted: dict[str, Any]) -> ColumnElement[bool]:
    """What else is about the same account, name or group of settings."""
    if user_id:
        return AccountChange.user_id == user_id
    name, value = (
        ("group", wanted["group"]) if kind is Kind.SETTINGS else ("sign_in_name", wanted["sign_in_name"])
    )
    same: ColumnElement[bool] = func.lower(AccountChange.wanted[name].astext) == value.lower()
    return same


def _reason_faults(reason: str) -> list[Fault]:
    words = " ".join(reason.split())
    if SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        return []
    message = f"Say in {SHORTEST_REASON} to {LONGEST_REASON} characters why, and how you know: a second person reads it."
    return [Fault("reason", message)]


def _only(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise NotFoundError("There is no such page.")
