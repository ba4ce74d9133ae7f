"""Lends a user's limits to another from one day to another, up to a sum; revoked at any time, never changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.order.approval import Approver, Delegation
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.variations import ApprovalDelegation

APPROVING_ROLES = (Role.COORDINATOR.value, Role.ADMINISTRATOR.value)
LONGEST_DAYS = 92
LONGEST_REASON = 300


@dataclass(frozen=True)
class DelegationRow:
    """A loan of limits for a list; `state` is one of coming, in force, over, revoked."""

    id: uuid.UUID
    from_name: str
    to_name: str
    from_on: date
    to_on: date
    limit_cents: int
    reason: str
    state: str
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class Loan:
    """What somebody lends: whose limits, to whom, both days inside, up to which sum before GST."""

    from_user_id: uuid.UUID | None
    to_user_id: uuid.UUID | None
    from_on: date | None
    to_on: date | None
    limit_cents: int | None
    reason: str


def delegate(session: Session, actor: Actor, loan: Loan, now: datetime) -> ApprovalDelegation:
    """Lend one's own limits; FaultsError as `check`, NotPermittedError where they are another's.

    An administrator asks for another's (`steps/account_changes/lending.py`), and a second person confirms.
    """
    if loan.from_user_id != actor.user_id:
        raise NotPermittedError(
            "You can lend your own limits only; those of others an administrator asks for, and a second person confirms."
        )
    check(session, loan, actor.user_id, now)
    return put(session, actor, loan, actor.user_id, now)


def check(session: Session, loan: Loan, made_by: uuid.UUID, now: datetime) -> None:
    """FaultsError at `from_user`, `to_user`, `from_on`, `to_on`, `limit` or `reason` with every fault."""
    giver, taker = _approver(session, loan.from_user_id), _approver(session, loan.to_user_id)
    faults = Faults()
    faults.require(giver is not None, "from_user", "Choose a coordinator or administrator who has limits.")
    faults.require(
        taker is not None and taker.id != loan.from_user_id,
        "to_user",
        "Choose another coordinator or administrator.",
    )
    faults.require(
        loan.from_user_id == made_by or loan.to_user_id != made_by,
        "to_user",
        "Nobody gives limits to themselves: have whose limits they are, or another administrator, lend them to you.",
    )
    _check_days(loan.from_on, loan.to_on, local_day(now), faults)
    if giver is not None:
        _check_limit(giver, loan.limit_cents, faults)
    faults.require(
        0 < len(loan.reason.strip()) <= LONGEST_REASON,
        "reason",
        f"Say why, in at most {LONGEST_REASON} characters.",
    )
    faults.raise_if_any()


def put(
    session: Session, actor: Actor | None, loan: Loan, made_by: uuid.UUID, now: datetime
) -> ApprovalDelegation:
    """Write a loan that was checked; the trail names who asked for it beside who confirmed."""
    row = ApprovalDelegation(
        id=uuid.uuid4(),
        from_user_id=loan.from_user_id,
        to_user_id=loan.to_user_id,
        from_on=loan.from_on,
        to_on=loan.to_on,
        limit_cents=loan.limit_cents,
        reason=loan.reason.strip(),
        made_at=now,
        made_by=made_by,
    )
    session.add(row)
    session.flush()
    _record(session, actor, row, "made")
    return row


def revoke(session: Session, actor: Actor, delegation_id: uuid.UUID, now: datetime) -> ApprovalDelegation:
    """End a loan at once, by its giver or an administrator; RefusedError where it is ended already."""
    row = session.scalar(
        select(ApprovalDelegation).where(ApprovalDelegation.id == delegation_id).with_for_update()
    )
    if row is None or not (
        actor.role is Role.ADMINISTRATOR or actor.user_id in {row.from_user_id, row.made_by}
    ):
        raise NotFoundError("There is no such loan of limits.")
    if row.revoked_at is not None or row.to_on < local_day(now):
        raise RefusedError("These limits are not lent any more.", state="over", action="revoke")
    row.revoked_at, row.revoked_by = now, actor.user_id
    _record(session, actor, row, "revoked")
    session.flush()
    return row


def delegations_to(session: Session, user_id: uuid.UUID) -> tuple[Delegation, ...]:
    """The loans to a user that were not revoked, of givers who still work here, as the rules see them."""
    rows = session.execute(
        select(ApprovalDelegation, AppUser)
        .join(AppUser, AppUser.id == ApprovalDelegation.from_user_id)
        .where(
            ApprovalDelegation.to_user_id == user_id,
            ApprovalDelegation.revoked_at.is_(None),
            AppUser.disabled_at.is_(None),
            AppUser.role.in_(APPROVING_ROLES),
        )
        .order_by(ApprovalDelegation.id)
    )
    return tuple(
        Delegation(
            Approver(str(giver.id), giver.raise_limit_cents, giver.vary_limit_cents),
            str(row.to_user_id),
            row.from_on,
            row.to_on,
            row.limit_cents,
            str(row.id),
        )
        for row, giver in rows
    )


def find_delegations(session: Session, actor: Actor, now: datetime) -> list[DelegationRow]:
    """Those that the actor gave or was given, for an administrator all; the newest first."""
    giver, taker = aliased(AppUser), aliased(AppUser)
    query = (
        select(ApprovalDelegation, giver.display_name, taker.display_name)
        .join(giver, giver.id == ApprovalDelegation.from_user_id)
        .join(taker, taker.id == ApprovalDelegation.to_user_id)
        .order_by(ApprovalDelegation.made_at.desc(), ApprovalDelegation.id)
        .limit(200)
    )
    if actor.role is not Role.ADMINISTRATOR:
        query = query.where(
            or_(
                ApprovalDelegation.from_user_id == actor.user_id,
                ApprovalDelegation.to_user_id == actor.user_id,
            )
        )
    today = local_day(now)
    return [
        DelegationRow(
            row.id, from_name, to_name, row.from_on, row.to_on, row.limit_cents, row.reason,
            state := _state(row, today),
            state in {"coming", "in force"}
            and (actor.role is Role.ADMINISTRATOR or actor.user_id in {row.from_user_id, row.made_by}),
        )
        for row, from_name, to_name in session.execute(query)
    ]  # fmt: skip


def approvers(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Everybody who may approve, as pairs of id and name, for a list to choose from."""
    rows = session.execute(
        select(AppUser.id, AppUser.display_name)
        .where(AppUser.role.in_(APPROVING_ROLES), AppUser.disabled_at.is_(None))
        .order_by(AppUser.display_name, AppUser.id)
    )
    return [(row.id, row.display_name) for row in rows]


def _approver(session: Session, user_id: uuid.UUID | None) -> AppUser | None:
    user = session.get(AppUser, user_id) if user_id else None
    return user if user and user.disabled_at is None and user.role in APPROVING_ROLES else None


def _check_days(from_on: date | None, to_on: date | None, today: date, faults: Faults) -> None:
    faults.require(from_on is not None and from_on >= today, "from_on", "Give the first day: today or later.")
    if to_on is None or (from_on and to_on < from_on):
        faults.add("to_on", "Give the last day: the first one or later.")
    elif from_on and to_on - from_on > timedelta(days=LONGEST_DAYS):
        faults.add("to_on", f"Limits are lent for at most {LONGEST_DAYS} days: give an earlier last day.")


def _check_limit(giver: AppUser, limit_cents: int | None, faults: Faults) -> None:
    most = max(giver.raise_limit_cents, giver.vary_limit_cents)
    faults.require(
        limit_cents is not None and 0 < limit_cents <= most,
        "limit",
        f"Give a sum above $0 and at most {giver.display_name}’s own limit, ${most // 100:,}.{most % 100:02d}.",
    )


def _state(row: ApprovalDelegation, today: date) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.to_on < today:
        return "over"
    return "coming" if row.from_on > today else "in force"


def _record(session: Session, actor: Actor | None, row: ApprovalDelegation, what: str) -> None:
    audit.record(
        session,
        actor,
        f"delegation.{what}",
        ("approval_delegation", row.id),
        detail={
            "lent_by": str(row.from_user_id),
            "lent_to": str(row.to_user_id),
            "from": row.from_on.isoformat(),
            "to": row.to_on.isoformat(),
            "limit_cents": row.limit_cents,
            "made_by": str(row.made_by),
        },
    )
