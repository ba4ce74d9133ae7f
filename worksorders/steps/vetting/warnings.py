"""Warnings 60, 30 and 7 days before a check lapses: a timer for each, and a row that makes each happen exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.people.vetting import WARN_DAYS
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.people.check_register import load_register
from worksorders.steps.tell.api import notify_firm, notify_users
from worksorders.store.tables.firms.contractors import Firm, VettingCheck, Worker
from worksorders.store.tables.firms.vetting import CheckWarning
from worksorders.store.tables.identity.people import AppUser

WARN = "vetting.warn"
HOUR_OF_DAY = timedelta(hours=8)
SHOWN = timedelta(days=60)


def schedule(session: Session, check: VettingCheck, now: datetime) -> None:
    """Set the timers of a check that has just been verified; of those that have passed the nearest is sent at once."""
    if check.expires_on is None or check.expires_on < local_day(now):
        return
    passed = []
    for days in sorted(WARN_DAYS):
        at = _due(check.expires_on, days)
        if at > now:
            _send(session, check.id, days, at)
        else:
            passed.append(days)
    if passed:
        _send(session, check.id, min(passed), now)


def _due(expires_on: date, days: int) -> datetime:
    """Eight in the morning so many days before."""
    return start_of_day(expires_on - timedelta(days=days)) + HOUR_OF_DAY


def _send(session: Session, check_id: uuid.UUID, days: int, at: datetime) -> None:
    payload = {"check_id": str(check_id), "days": days}
    outbox.send(session, WARN, payload, at=at, dedupe_key=f"{WARN}:{check_id}:{days}")


@handles(WARN)
def warn_on_time(job: Job) -> Effect:
    """Warn the firm and the administrators, unless there is nothing to warn of any more."""
    check_id, days = uuid.UUID(job.payload["check_id"]), int(job.payload["days"])
    return lambda session, now: _warn(session, check_id, days, now)


def _warn(session: Session, check_id: uuid.UUID, days: int, now: datetime) -> None:
    warn(session, check_id, days, now)


def warn(session: Session, check_id: uuid.UUID, days: int, now: datetime) -> bool:
    """Keep and send the warning; False where it was sent before, or the check is renewed, refused or nobody's any more."""
    check = session.scalar(select(VettingCheck).where(VettingCheck.id == check_id).with_for_update())
    if check is None or check.state != "verified" or check.expires_on is None:
        return False
    firm = _active_holder(session, check)
    if firm is None or _is_renewed(session, check):
        return False
    made = session.scalar(
        insert(CheckWarning)
        .values(check_id=check.id, days=days, warned_at=now)
        .on_conflict_do_nothing()
        .returning(CheckWarning.check_id)
    )
    if made is None:
        return False
    audit.record(
        session, None, "check.warned", ("vetting_check", check.id), detail={"kind": check.kind, "days": days}
    )
    notify_firm(session, firm.id, "firm_update", now)
    administrators = select(AppUser.id).where(
        AppUser.role == Role.ADMINISTRATOR.value, AppUser.disabled_at.is_(None)
    )
    notify_users(session, session.scalars(administrators.order_by(AppUser.id)), "task", now)
    return True


def _active_holder(session: Session, check: VettingCheck) -> Firm | None:
    """The firm that is to be warned; None where the worker or the firm has stopped."""
    query = select(Firm).where(Firm.active)
    if check.worker_id is None:
        return session.scalar(query.where(Firm.id == check.firm_id))
    return session.scalar(
        query.join(Worker, Worker.firm_id == Firm.id).where(Worker.id == check.worker_id, Worker.active)
    )


def _is_renewed(session: Session, check: VettingCheck) -> bool:
    later = select(VettingCheck.id).where(
        VettingCheck.kind == check.kind,
        VettingCheck.state == "verified",
        VettingCheck.worker_id == check.worker_id
        if check.worker_id
        else VettingCheck.firm_id == check.firm_id,
        or_(VettingCheck.expires_on.is_(None), VettingCheck.expires_on > check.expires_on),
    )
    return session.scalar(later.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class SentWarning:
    """A warning as it was sent: of whom, of what, how many days before the check lapses."""

    check_id: uuid.UUID
    firm_id: uuid.UUID
    firm: str
    worker: str
    label: str
    expires_on: date
    days: int
    warned_at: datetime


def sent(session: Session, now: datetime, *, firm_id: uuid.UUID | None = None) -> Sequence[SentWarning]:
    """The warnings of the last 60 days, the newest first; of one firm where it is named."""
    register = load_register(session)
    of_worker = aliased(Firm)
    whose = func.coalesce(Firm.id, of_worker.id)
    query = (
        select(CheckWarning, VettingCheck, Worker, whose, func.coalesce(Firm.name, of_worker.name))
        .join(VettingCheck, VettingCheck.id == CheckWarning.check_id)
        .outerjoin(Worker, Worker.id == VettingCheck.worker_id)
        .outerjoin(Firm, Firm.id == VettingCheck.firm_id)
        .outerjoin(of_worker, of_worker.id == Worker.firm_id)
        .where(CheckWarning.warned_at > now - SHOWN)
        .order_by(CheckWarning.warned_at.desc(), CheckWarning.check_id, CheckWarning.days)
    )
    if firm_id is not None:
        query = query.where(whose == firm_id)
    return [
        SentWarning(
            check.id,
            owner,
            name,
            f"{worker.first_name} {worker.last_name}" if worker else "",
            register.label(check.kind),
            check.expires_on,
            warning.days,
            warning.warned_at,
        )
        for warning, check, worker, owner, name in session.execute(query)
        if check.expires_on is not None
    ]
