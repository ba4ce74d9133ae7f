"""Bars a firm or worker from the cases in which somebody barred has their name or phone, as soon as they are recorded.

The other way round is done when a person is barred (`screening.bar`). It leaves no trace that the firm could see.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.people.interests import Screening
from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor
from worksorders.steps.consents.hashes import digests_of
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.people import bar as firm_bar
from worksorders.steps.people.party_check import PARTY_CHECK
from worksorders.store import lookups
from worksorders.store.lookups import Digest
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import NeverSend


@handles(PARTY_CHECK)
def check_party(job: Job) -> Effect:
    """Compare one firm or worker with everybody barred, and bar them from those cases."""
    firm_id, worker_id = (_id(job.payload.get(name)) for name in ("firm_id", "worker_id"))

    def effect(session: Session, now: datetime) -> None:
        digests = _digests(session, job, firm_id, worker_id)
        for met in lookups.meet(session, digests):
            if met.screening == Screening.BARRED and not _known(session, met.case_id, firm_id, worker_id):
                actor = _who_barred(session, met.interest_id)
                firm_bar.bar(
                    session,
                    actor,
                    met.case_id,
                    firm_id=firm_id,
                    worker_id=worker_id,
                    source="conflict_check",
                    now=now,
                )
                session.flush()

    return effect


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _digests(
    session: Session, job: Job, firm_id: uuid.UUID | None, worker_id: uuid.UUID | None
) -> frozenset[Digest]:
    if firm_id is not None:
        firm = session.get_one(Firm, firm_id)
        return digests_of(job.cipher, firm.name, firm.phone or "")
    worker = session.get_one(Worker, worker_id)
    return digests_of(job.cipher, f"{worker.first_name} {worker.last_name}", worker.phone or "")


def _known(
    session: Session, case_id: uuid.UUID, firm_id: uuid.UUID | None, worker_id: uuid.UUID | None
) -> bool:
    who = NeverSend.firm_id == firm_id if firm_id is not None else NeverSend.worker_id == worker_id
    return session.scalar(select(NeverSend.id).where(NeverSend.case_id == case_id, who)) is not None


def _who_barred(session: Session, interest_id: uuid.UUID) -> Actor:
    """On whose behalf: the coordinator who barred the person, or who recorded them."""
    row = session.get_one(HomeInterest, interest_id)
    user = session.get_one(AppUser, row.screened_by or row.recorded_by)
    return Actor(user.id, Role.COORDINATOR, user.display_name, "party-check")
