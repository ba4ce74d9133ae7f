"""What officers see of requests: the list by its clock, one request, and whom a request can be about."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Row, Select, case, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.workdays import Calendar, working_days_between
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.requests.flow import DECIDERS, officers_only, screening_of
from worksorders.store.tables.confidential.forgetting import PrivacyRequest
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import CaseFile

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as pages show it; `days_left` counts working days and is negative once it is late."""

    row: PrivacyRequest
    case_code: str | None
    proposed_by: str | None
    decided_by: str | None
    days_left: int
    extended_by: str | None = None
    withdrawn_by: str | None = None
    silent: bool = False

    @property
    def is_answered(self) -> bool:
        return not REQUEST.is_open(self.row.state)

    @property
    def may_extend(self) -> bool:
        """Whether its last day can still be put off: once, before it has passed, and never where silence is due."""
        return not (self.is_answered or self.silent or self.row.extended_from or self.days_left < 0)


def listed(session: Session, actor: Actor, today: date) -> Sequence[Shown]:
    """Every request, those that wait first and by their last day."""
    return [_shown(row, today) for row in session.execute(_asked(actor).limit(MOST))]


def one(session: Session, actor: Actor, request_id: uuid.UUID, today: date) -> Shown:
    """One request; NotFoundError for an unknown one."""
    found = session.execute(_asked(actor).where(PrivacyRequest.id == request_id)).one_or_none()
    if found is None:
        raise NotFoundError("There is no such request.")
    shown = _shown(found, today)
    screening = screening_of(session, shown.row)
    silent = screening is not None and screening != "cleared"
    return replace(shown, silent=silent)


def people(session: Session, actor: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Workers and accounts that a request can be about, by name."""
    officers_only(actor)
    workers = session.execute(
        select(Worker.id, Worker.first_name, Worker.last_name, Firm.name)
        .join(Firm, Firm.id == Worker.firm_id)
        .order_by(Worker.last_name, Worker.first_name, Worker.id)
    )
    accounts = session.execute(
        select(AppUser.id, AppUser.display_name, AppUser.sign_in_name).order_by(
            AppUser.display_name, AppUser.id
        )
    )
    return [
        *((row.id, f"Worker: {row.first_name} {row.last_name}, {row.name}") for row in workers),
        *((row.id, f"Account: {row.display_name} ({row.sign_in_name})") for row in accounts),
    ]


def _asked(actor: Actor) -> Select[PrivacyRequest, str, str, str, str, str]:
    if actor.role not in DECIDERS:
        raise NotFoundError("There is no such page.")
    proposer, decider, extender, recorder = (aliased(AppUser) for _ in range(4))
    waits = case((PrivacyRequest.state.not_in(REQUEST.final), 0), else_=1)
    return (
        select(
            PrivacyRequest,
            CaseFile.code,
            proposer.display_name,
            decider.display_name,
            extender.display_name,
            recorder.display_name,
        )
        .outerjoin(CaseFile, CaseFile.id == PrivacyRequest.case_id)
        .outerjoin(proposer, proposer.id == PrivacyRequest.proposed_by)
        .outerjoin(decider, decider.id == PrivacyRequest.decided_by)
        .outerjoin(extender, extender.id == PrivacyRequest.extended_by)
        .outerjoin(recorder, recorder.id == PrivacyRequest.withdrawn_by)
        .order_by(waits, PrivacyRequest.due_on, PrivacyRequest.id)
    )


def _shown(found: Row[PrivacyRequest, str, str, str, str, str], today: date) -> Shown:
    row, code, proposer, decider, extender, recorder = found
    left = working_days_between(today, row.due_on, Calendar.PRIVACY_ACT)
    # On the weekend after a last day no working day has passed, and yet it is late.
    left = min(left, -1) if today > row.due_on else left
    return Shown(row, code, proposer, decider, left, extender, recorder)
