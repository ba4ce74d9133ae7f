"""Legal holds: one person places one at once, another takes it away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.forgetting import Forgotten, LegalHold
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder

KEEPERS = (Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that stands; `own` says that the reader placed it and somebody else must lift it."""

    id: uuid.UUID
    case_code: str
    reason: str
    placed_by: str
    placed_at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A field that was destroyed; nobody by name where the clock did it."""

    case_code: str
    field: str
    destroyed: int
    forgotten_at: datetime
    forgotten_by: str | None


def keepers_only(actor: Actor) -> None:
    """Pass for privacy officers and administrators; NotFoundError for everybody else."""
    if actor.role not in KEEPERS:
        raise NotFoundError("There is no such page.")


def standing(session: Session, actor: Actor) -> Sequence[Hold]:
    """The holds that stand, the newest first."""
    keepers_only(actor)
    rows = session.execute(
        select(LegalHold, CaseFile.code, AppUser.display_name)
        .join(CaseFile, CaseFile.id == LegalHold.case_id)
        .join(AppUser, AppUser.id == LegalHold.placed_by)
        .where(LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.placed_at.desc(), LegalHold.id)
    )
    return [
        Hold(hold.id, code, hold.reason, name, hold.placed_at, hold.placed_by == actor.user_id)
        for hold, code, name in rows
    ]


def forgotten(session: Session, actor: Actor, limit: int = 100) -> Sequence[Gone]:
    """What was destroyed last, the newest first."""
    keepers_only(actor)
    rows = session.execute(
        select(Forgotten, CaseFile.code, AppUser.display_name)
        .join(CaseFile, CaseFile.id == Forgotten.case_id)
        .outerjoin(AppUser, AppUser.id == Forgotten.forgotten_by)
        .order_by(Forgotten.forgotten_at.desc(), Forgotten.id)
        .limit(limit)
    )
    return [Gone(code, one.field, one.destroyed, one.forgotten_at, name) for one, code, name in rows]


def place(session: Session, actor: Actor, code: str, reason: str, now: datetime) -> uuid.UUID:
    """Keep a case, named by its code or an order's, from being destroyed; FaultsError at `code` or `reason`."""
    keepers_only(actor)
    case_id = find_case(session, code)
    faults = Faults()
    faults.require(
        case_id, "code", f"There is no case or order {code.strip()[:40] or '(nothing)'}: check each sign."
    )
    faults.require(reason.strip(), "reason", "Say which proceedings or inquiry need it.")
    faults.raise_if_any()
    assert case_id is not None
    session.execute(select(CaseFile.id).where(CaseFile.id == case_id).with_for_update())
    there = select(LegalHold.id).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None))
    if session.scalar(there) is not None:
        faults.add("code", "A hold stands on this case already.")
        faults.raise_if_any()
    hold = LegalHold(
        id=uuid.uuid4(), case_id=case_id, reason=reason.strip(), placed_at=now, placed_by=actor.user_id
    )
    session.add(hold)
    session.flush()
    audit.record(session, actor, "hold.placed", ("case_file", case_id), reason=hold.reason)
    return hold.id


def lift(session: Session, actor: Actor, hold_id: uuid.UUID, now: datetime) -> None:
    """Take a hold away; NotPermittedError for who placed it."""
    keepers_only(actor)
    hold = session.scalar(
        select(LegalHold).where(LegalHold.id == hold_id, LegalHold.lifted_at.is_(None)).with_for_update()
    )
    if hold is None:
        raise NotFoundError("There is no such hold.")
    if hold.placed_by == actor.user_id:
        raise NotPermittedError("You placed this hold: somebody else takes it away.")
    hold.lifted_at, hold.lifted_by = now, actor.user_id
    audit.record(session, actor, "hold.lifted", ("case_file", hold.case_id))


def find_case(session: Session, code: str) -> uuid.UUID | None:
    """The case with this code, or with an order of this code."""
    written = {code.strip(), code.strip().upper()}
    return session.scalar(
        select(CaseFile.id)
        .outerjoin(WorksOrder, WorksOrder.case_id == CaseFile.id)
        .where(or_(CaseFile.code.in_(written), WorksOrder.code.in_(written)))
        .limit(1)
    )
