"""Notes what is dangerous about a home for whoever works there; the disclosure table says who reads it and when."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.roles import Role
from worksorders.domain.safety.hazards import check_hazards
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.hazards import HomeHazards
from worksorders.store.tables.work.orders import WorksOrder


def note(
    session: Session, actor: Actor, order_id: uuid.UUID, codes: Collection[str], now: datetime
) -> HomeHazards | None:
    """Say anew which hazards the home of an order has, all of them; None where that is what is noted already.

    Raises NotFoundError (also for whoever is walled off), NotPermittedError for others than coordinators, FaultsError
    at `hazards` for a code that the list lacks.
    """
    if actor.role is not Role.COORDINATOR:
        raise NotPermittedError("Only coordinators note hazards of a home.")
    case_id = session.scalar(select(WorksOrder.case_id).where(WorksOrder.id == order_id))
    if case_id is None:
        raise NotFoundError("There is no such order.")
    wanted = check_hazards(codes)
    session.execute(select(CaseFile.id).where(CaseFile.id == case_id).with_for_update())
    before = _newest(session, [case_id]).get(case_id)
    noted = tuple(before.codes) if before else ()
    if wanted == noted:
        return None
    row = HomeHazards(
        id=uuid.uuid4(),
        case_id=case_id,
        version=before.version + 1 if before else 1,
        codes=list(wanted),
        at=now,
        by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "hazards.noted",
        ("case_file", case_id),
        # Which ones stands in the row, which is forgotten with the home; the trail is kept for longer.
        detail={"version": row.version},
    )
    return row


def hazards_of(session: Session, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """The codes noted of each home, in the order of the list; homes without any are left out. One query."""
    return {case_id: tuple(row.codes) for case_id, row in _newest(session, case_ids).items() if row.codes}


def _newest(session: Session, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, HomeHazards]:
    rows = session.scalars(
        select(HomeHazards)
        .ext(distinct_on(HomeHazards.case_id))
        .where(HomeHazards.case_id.in_(case_ids))
        .order_by(HomeHazards.case_id, HomeHazards.version.desc())
    )
    return {row.case_id: row for row in rows}
