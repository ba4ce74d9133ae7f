"""The legal basis where somebody with a say is never asked: recorded by one person, confirmed by another."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.consent import Basis, check_basis
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.confidential.interests import LegalBasis
from worksorders.store.tables.work.cases import CaseFile


def propose(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    *,
    basis: str,
    dated_on: date | None,
    ends_on: date | None = None,
    now: datetime,
) -> LegalBasis:
    """Record an order of the Family Violence Act 2018 or legal advice; it counts once a second person confirmed it.

    FaultsError at `basis`, `dated_on` or `ends_on`.
    """
    if actor.role is not Role.COORDINATOR or session.get(CaseFile, case_id) is None:
        raise NotFoundError("There is no such case.")
    if basis not in list(Basis):
        raise FaultsError([Fault("basis", "Choose what the work rests on.")])
    check_basis(dated_on, ends_on, local_day(now))
    row = LegalBasis(
        id=uuid.uuid4(),
        case_id=case_id,
        basis=basis,
        dated_on=dated_on,
        ends_on=ends_on,
        proposed_at=now,
        proposed_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "legal_basis.proposed", ("case_file", case_id), detail={"basis": basis})
    return row


def confirm(session: Session, actor: Actor, basis_id: uuid.UUID, now: datetime) -> LegalBasis:
    """The second person saw the paper; raises NotPermittedError for whoever recorded it."""
    row = _locked(session, actor, basis_id)
    if row.proposed_by == actor.user_id:
        raise NotPermittedError("A second person confirms the legal basis: ask a colleague.")
    if row.confirmed_at is not None or row.withdrawn_at is not None:
        raise NotPermittedError("This legal basis is confirmed or withdrawn already.")
    row.confirmed_at, row.confirmed_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "legal_basis.confirmed", ("case_file", row.case_id), detail={"basis": row.basis}
    )
    return row


def withdraw(session: Session, actor: Actor, basis_id: uuid.UUID, now: datetime) -> LegalBasis:
    """The order was lifted or recorded by mistake: from now on it stands in for nobody."""
    row = _locked(session, actor, basis_id)
    if row.withdrawn_at is not None:
        raise NotPermittedError("This legal basis is withdrawn already.")
    row.withdrawn_at, row.withdrawn_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "legal_basis.withdrawn", ("case_file", row.case_id), detail={"basis": row.basis}
    )
    return row


def _locked(session: Session, actor: Actor, basis_id: uuid.UUID) -> LegalBasis:
    row = session.scalar(select(LegalBasis).where(LegalBasis.id == basis_id).with_for_update())
    if actor.role is not Role.COORDINATOR or row is None:
        raise NotFoundError("There is no such legal basis.")
    return row
