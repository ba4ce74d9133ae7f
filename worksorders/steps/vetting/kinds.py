"""Administrators add, change and end kinds of check; each change begins on a day, and past days keep their rules."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalogue.trade import TRADES
from worksorders.domain.errors import Fault, FaultsError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.check_kinds import CheckKind, Holder, check_kind_faults
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.check_register import as_kind
from worksorders.store.tables.firms.vetting import CheckKindRow

DAY = timedelta(days=1)
NEVER_BEFORE = "Give a day from today on: what was asked on past days stays as it was."


@dataclass(frozen=True, slots=True)
class KindDetails:
    """What a kind asks: `trades` that need it, None for everybody; `alternative` joins kinds of which one will do."""

    code: str
    label: str
    holder: str
    trades: Collection[str] | None = None
    months: int | None = None
    evidence_needed: bool = False
    limit: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class KindVersion:
    """A version of a kind on its page; `can_change` while it has no end."""

    id: uuid.UUID
    kind: CheckKind
    state: str

    @property
    def can_change(self) -> bool:
        return self.kind.last_on is None


def versions(session: Session, today: date) -> list[KindVersion]:
    """Every version of every kind: in force first, then to come, then past; by holder and name."""
    rows = session.scalars(
        select(CheckKindRow).order_by(
            CheckKindRow.holder.desc(), func.lower(CheckKindRow.label), func.lower(CheckKindRow.valid)
        )
    )
    found = [KindVersion(row.id, as_kind(row), _state(as_kind(row), today)) for row in rows]
    order = ("in force", "to come", "ended")
    return sorted(found, key=lambda version: order.index(version.state))


def find_version(session: Session, kind_id: uuid.UUID) -> KindVersion:
    """One version; raises NotFoundError."""
    row = session.get(CheckKindRow, kind_id)
    if row is None:
        raise NotFoundError("There is no such kind of check.")
    return KindVersion(row.id, as_kind(row), "")


def add(session: Session, actor: Actor, details: KindDetails, first_on: date, now: datetime) -> CheckKindRow:
    """Begin to ask for a kind; FaultsError with every fault, also where the kind is in force or planned already."""
    _administrators_only(actor)
    return _insert(session, actor, details, first_on, now)


def change(
    session: Session, actor: Actor, kind_id: uuid.UUID, details: KindDetails, first_on: date, now: datetime
) -> CheckKindRow:
    """Ask for something else from a day on: the version before ends on the day before. Code and holder stay.

    Raises NotFoundError, RefusedError for a version that has its end, FaultsError at `first_on`.
    """
    old = _open_version(session, actor, kind_id, "change")
    begins = old.valid.lower or date.min
    if first_on <= begins:
        message = (
            f"This version begins on {begins.isoformat()}: the next one begins a day later at the soonest."
        )
        raise FaultsError([Fault("first_on", message)])
    if first_on < local_day(now):
        raise FaultsError([Fault("first_on", NEVER_BEFORE)])
    _close(session, actor, old, first_on)
    kept = KindDetails(
        old.code,
        details.label,
        old.holder,
        details.trades,
        details.months,
        details.evidence_needed,
        details.limit,
        details.alternative,
    )
    return _insert(session, actor, kept, first_on, now)


def end(session: Session, actor: Actor, kind_id: uuid.UUID, last_on: date, now: datetime) -> CheckKindRow:
    """Ask for a kind until a day, that day included."""
    row = _open_version(session, actor, kind_id, "end")
    if last_on < local_day(now):
        raise FaultsError([Fault("last_on", NEVER_BEFORE)])
    if last_on < (row.valid.lower or date.min):
        raise FaultsError(
            [Fault("last_on", f"It begins on {row.valid.lower}: give that day or a later one.")]
        )
    _close(session, actor, row, last_on + DAY)
    return row


def _insert(
    session: Session, actor: Actor, details: KindDetails, first_on: date, now: datetime
) -> CheckKindRow:
    trades = None if details.trades is None else frozenset(details.trades)
    kind = CheckKind(
        details.code.strip(),
        details.label,
        Holder(details.holder),
        trades=trades,
        months=details.months,
        first_on=first_on,
    )
    faults = check_kind_faults(kind, TRADES, local_day(now))
    if faults:
        raise FaultsError(Fault(field, message) for field, message in faults)
    row = CheckKindRow(
        id=uuid.uuid4(),
        code=kind.code,
        holder=kind.holder.value,
        label=details.label.strip(),
        limit_note=details.limit.strip(),
        alternative=details.alternative.strip() or kind.code,
        all_trades=trades is None,
        trades=sorted(trades or ()),
        months=details.months,
        evidence_needed=details.evidence_needed,
        valid=Range(first_on, None, bounds="[)"),
        created_at=now,
        created_by=actor.user_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        message = (
            f"“{kind.code}” of a {kind.holder} is asked for already on or after that day: change that one."
        )
        raise FaultsError([Fault("code", message)]) from None
    detail = {"code": row.code, "holder": row.holder, "from": first_on.isoformat()}
    audit.record(session, actor, "check_kind.added", ("check_kind", row.id), detail=detail)
    return row


def _close(session: Session, actor: Actor, row: CheckKindRow, after: date) -> None:
    row.valid = Range(row.valid.lower, after, bounds="[)")
    session.flush()
    detail = {"code": row.code, "last": (after - DAY).isoformat()}
    audit.record(session, actor, "check_kind.ended", ("check_kind", row.id), detail=detail)


def _open_version(session: Session, actor: Actor, kind_id: uuid.UUID, action: str) -> CheckKindRow:
    _administrators_only(actor)
    row = session.scalar(select(CheckKindRow).where(CheckKindRow.id == kind_id).with_for_update())
    if row is None:
        raise NotFoundError("There is no such kind of check.")
    if row.valid.upper is not None:
        raise RefusedError("This version has its last day already.", state="ended", action=action)
    return row


def _state(kind: CheckKind, today: date) -> str:
    if kind.first_on > today:
        return "to come"
    return "in force" if kind.in_force(today) else "ended"


def _administrators_only(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotFoundError("There is no such page.")
