"""Walls between a person and a case: while one stands, the case is nowhere for them, and they are told nothing.

The database hides the rows (policies of migration "row security"); this module raises and lifts walls.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.walls import Wall
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder


@dataclass(frozen=True, slots=True)
class Standing:
    """A wall that stands."""

    id: uuid.UUID
    case_code: str
    who: str
    role: str
    raised_by: str
    raised_at: datetime


def standing(session: Session, actor: Actor) -> Sequence[Standing]:
    """Every wall that stands but the actor's own, the newest first."""
    _officers_only(actor)
    person, officer = aliased(AppUser), aliased(AppUser)
    rows = session.execute(
        select(Wall, CaseFile.code, person.display_name, person.role, officer.display_name)
        .join(CaseFile, CaseFile.id == Wall.case_id)
        .join(person, person.id == Wall.user_id)
        .join(officer, officer.id == Wall.raised_by)
        .where(Wall.lifted_at.is_(None), Wall.user_id != actor.user_id)
        .order_by(Wall.raised_at.desc(), Wall.id)
    )
    return [Standing(wall.id, code, who, role, by, wall.raised_at) for wall, code, who, role, by in rows]


def staff(session: Session, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Members of staff whom a wall can stand before, to choose from: everybody but oneself."""
    _officers_only(actor)
    rows = session.execute(
        select(AppUser.id, AppUser.display_name, AppUser.sign_in_name)
        .where(AppUser.firm_id.is_(None), AppUser.id != actor.user_id, AppUser.disabled_at.is_(None))
        .order_by(AppUser.display_name, AppUser.id)
    )
    return [(row.id, f"{row.display_name} ({row.sign_in_name})") for row in rows]


def raise_wall(session: Session, actor: Actor, code: str, user_id: uuid.UUID, now: datetime) -> None:
    """Hide a case, by its code or its order's, from a person; raises FaultsError at `code` or `user`."""
    _officers_only(actor)
    wanted = code.strip()
    written = {wanted, wanted.upper()}
    case_id = session.scalar(
        select(CaseFile.id)
        .outerjoin(WorksOrder, WorksOrder.case_id == CaseFile.id)
        .where(or_(CaseFile.code.in_(written), WorksOrder.code.in_(written)))
        .limit(1)
    )
    person = session.get(AppUser, user_id)
    faults = Faults()
    faults.require(
        case_id, "code", f"There is no case or order {wanted[:40] or '(nothing)'}: check each sign."
    )
    faults.require(
        person is not None and person.firm_id is None and person.id != actor.user_id,
        "user",
        "Choose a member of staff other than yourself; firms are barred on the order's page.",
    )
    faults.raise_if_any()
    if case_id is None:
        raise FaultsError([Fault("code", "There is no such case.")])
    already = session.scalar(
        select(Wall.id).where(Wall.case_id == case_id, Wall.user_id == user_id, Wall.lifted_at.is_(None))
    )
    if already is not None:
        raise FaultsError([Fault("user", "This wall stands already.")])
    wall = Wall(id=uuid.uuid4(), case_id=case_id, user_id=user_id, raised_at=now, raised_by=actor.user_id)
    session.add(wall)
    session.flush()
    audit.record(session, actor, "wall.raised", ("wall", wall.id))


def lift_wall(session: Session, actor: Actor, wall_id: uuid.UUID, now: datetime) -> None:
    """Take a wall down; raises NotFoundError for one that does not stand or that is the actor's own."""
    _officers_only(actor)
    wall = session.scalar(
        select(Wall)
        .where(Wall.id == wall_id, Wall.lifted_at.is_(None), Wall.user_id != actor.user_id)
        .with_for_update()
    )
    if wall is None:
        raise NotFoundError("There is no such wall.")
    wall.lifted_at, wall.lifted_by = now, actor.user_id
    audit.record(session, actor, "wall.lifted", ("wall", wall.id))


def _officers_only(actor: Actor) -> None:
    if actor.role is not Role.PRIVACY_OFFICER:
        raise NotFoundError("There is no such page.")
