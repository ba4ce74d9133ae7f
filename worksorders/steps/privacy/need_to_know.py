"""Asks the last question before protected words leave the vault: does this person need to know this case.

A coordinator needs the cases of their own regions, of regions that nobody looks after, and of those that somebody
else put them on duty for (a turn of one's own making opens nothing, or nobody would ever break glass); for any other a second person breaks the glass with them. Who is walled off from a case finds nothing at all.
Contractors are ruled by `worksorders.domain.disclosure`; points on the map that planning takes in are never shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.interests import CoordinatorRegion
from worksorders.store.tables.confidential.walls import BreakGlass, Wall
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.duty import DutyTurn


class GlassNeededError(NotPermittedError):
    """The case is outside of what the person looks after: a second person must agree first."""

    def __init__(self) -> None:
        super().__init__(
            "This case is outside your regions. To read it, ask a second person under Break glass: they can open it "
            "to you for 30 minutes."
        )


def require(session: Session, actor: Actor, case_ids: Collection[uuid.UUID]) -> None:
    """Pass for whoever needs to know all of the cases.

    Raises NotFoundError for somebody walled off from any of them, GlassNeededError for a coordinator elsewhere.
    """
    walled = session.scalar(
        select(Wall.id)
        .where(Wall.user_id == actor.user_id, Wall.case_id.in_(case_ids), Wall.lifted_at.is_(None))
        .limit(1)
    )
    if walled is not None:
        raise NotFoundError("There is no such case.")
    if actor.role is Role.COORDINATOR and not all(knows(session, actor, case_id) for case_id in case_ids):
        raise GlassNeededError


def knows(session: Session, actor: Actor, case_id: uuid.UUID) -> bool:
    """Whether a coordinator may read the case without or with glass that stands open for them."""
    region = session.scalar(select(CaseFile.region_code).where(CaseFile.id == case_id))
    if region is None:
        return False
    looked_after = set(
        session.scalars(select(CoordinatorRegion.user_id).where(CoordinatorRegion.region_code == region))
    )
    if not looked_after or actor.user_id in looked_after:
        return True
    return _is_on_duty(session, actor, region) or _opened(session, actor, case_id)


def _is_on_duty(session: Session, actor: Actor, region: str) -> bool:
    now = func.clock_timestamp()
    found = select(DutyTurn.id).where(
        DutyTurn.user_id == actor.user_id,
        DutyTurn.set_by != actor.user_id,
        DutyTurn.removed_at.is_(None),
        DutyTurn.starts_at <= now,
        DutyTurn.ends_at > now,
        or_(DutyTurn.region_code.is_(None), DutyTurn.region_code == region),
    )
    return session.scalar(found.limit(1)) is not None


def _opened(session: Session, actor: Actor, case_id: uuid.UUID) -> bool:
    found = select(BreakGlass.id).where(
        BreakGlass.case_id == case_id,
        BreakGlass.asked_by == actor.user_id,
        BreakGlass.granted.is_(True),
        BreakGlass.expires_at > func.clock_timestamp(),
    )
    return session.scalar(found.limit(1)) is not None
