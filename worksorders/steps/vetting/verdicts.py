"""A second person's verdict on a check: it counts once somebody else than who entered it has seen that it holds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.vetting import Holder
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.check_register import load_register
from worksorders.steps.vetting import warnings
from worksorders.store.tables.firms.contractors import CheckDocument, Firm, VettingCheck, Worker
from worksorders.store.tables.identity.people import AppUser

VERIFIERS = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
SELF = "Nobody verifies a check that they entered themselves: ask another coordinator or administrator."
LONGEST = 200


@dataclass(frozen=True, slots=True)
class WaitingCheck:
    """A check that waits for its second person; `mine` was entered by the one who looks."""

    id: uuid.UUID
    holder: Holder
    who: str
    firm: str
    label: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None
    entered_by: str
    entered_at: datetime
    documented: bool
    evidence_needed: bool
    mine: bool


def waiting(session: Session, actor: Actor, now: datetime) -> Sequence[WaitingCheck]:
    """Checks that wait, the oldest first; two queries whatever the number."""
    register, today = load_register(session), local_day(now)
    of_worker = aliased(Firm)
    rows = session.execute(
        select(
            VettingCheck,
            Worker,
            func.coalesce(Firm.name, of_worker.name).label("firm"),
            AppUser.display_name,
            CheckDocument.check_id,
        )
        .outerjoin(Worker, Worker.id == VettingCheck.worker_id)
        .outerjoin(Firm, Firm.id == VettingCheck.firm_id)
        .outerjoin(of_worker, of_worker.id == Worker.firm_id)
        .outerjoin(AppUser, AppUser.id == VettingCheck.recorded_by)
        .outerjoin(CheckDocument, CheckDocument.check_id == VettingCheck.id)
        .where(VettingCheck.state == "entered")
        .order_by(VettingCheck.recorded_at, VettingCheck.id)
        .limit(LONGEST)
    )
    found = []
    for check, worker, firm, entered_by, document in rows:
        holder = Holder.WORKER if worker else Holder.FIRM
        kind = register.kind(check.kind, holder, today)
        found.append(
            WaitingCheck(
                check.id,
                holder,
                f"{worker.first_name} {worker.last_name}" if worker else firm,
                firm,
                register.label(check.kind),
                check.number,
                check.issuer,
                check.issued_on,
                check.expires_on,
                entered_by or "The system",
                check.recorded_at,
                document is not None,
                bool(kind and kind.evidence_needed),
                check.recorded_by == actor.user_id,
            )
        )
    return found


def find(session: Session, actor: Actor, check_id: uuid.UUID) -> VettingCheck:
    """A check, for those who verify; raises NotFoundError."""
    check = session.get(VettingCheck, check_id)
    if check is None or actor.role not in VERIFIERS:
        raise NotFoundError("There is no such check.")
    return check


def verify(session: Session, actor: Actor | None, check_id: uuid.UUID, now: datetime) -> VettingCheck:
    """Say that the check holds: from now on it counts, and its warnings are set.

    Raises NotFoundError, NotPermittedError for whoever entered it, RefusedError for one that is decided, FaultsError
    at `document` where its kind needs evidence and none is kept.
    """
    check = _locked(session, actor, check_id, "verify")
    holder = Holder.WORKER if check.worker_id else Holder.FIRM
    kind = load_register(session).kind(check.kind, holder, local_day(now))
    if kind is not None and kind.evidence_needed and session.get(CheckDocument, check_id) is None:
        message = (
            f"{kind.label} is not verified without its document: record it again with a PDF or a picture."
        )
        raise FaultsError([Fault("document", message)])
    _decide(session, actor, check, "verified", now)
    warnings.schedule(session, check, now)
    return check


def refuse(session: Session, actor: Actor, check_id: uuid.UUID, reason: str, now: datetime) -> VettingCheck:
    """Say that the check does not hold: it never counts, and stays on record with the reason."""
    if not reason.strip():
        raise FaultsError([Fault("reason", "Say what is wrong with it.")])
    check = _locked(session, actor, check_id, "refuse")
    check.refusal = reason.strip()
    _decide(session, actor, check, "refused", now)
    return check


def revoke(session: Session, actor: Actor, check_id: uuid.UUID, reason: str, now: datetime) -> VettingCheck:
    """A verified check counts no longer, from this moment: a licence was withdrawn, a vetting went bad.

    Anybody who keeps the register may do it, at once: it only ever stops somebody.
    """
    if not reason.strip():
        raise FaultsError([Fault("reason", "Say why it counts no longer.")])
    check = _found(session, actor, check_id)
    if check.state != "verified":
        raise RefusedError(
            "Only a verified check can be taken out of force.", state=check.state, action="revoke"
        )
    check.state, check.refusal = "refused", reason.strip()
    audit.record(
        session,
        actor,
        "check.revoked",
        ("vetting_check", check.id),
        moved=("verified", "refused"),
        reason=reason.strip(),
        detail={"at": now.isoformat()},
    )
    return check


def _decide(session: Session, actor: Actor | None, check: VettingCheck, state: str, now: datetime) -> None:
    check.state, check.decided_at = state, now
    check.decided_by = actor.user_id if actor else None
    session.flush()
    audit.record(
        session,
        actor,
        f"check.{state}",
        ("vetting_check", check.id),
        moved=("entered", state),
        reason=check.refusal or None,
        detail={"kind": check.kind},
    )


def _locked(session: Session, actor: Actor | None, check_id: uuid.UUID, action: str) -> VettingCheck:
    check = _found(session, actor, check_id)
    if check.state != "entered":
        raise RefusedError(f"This check is {check.state} already.", state=check.state, action=action)
    if actor is not None and check.recorded_by == actor.user_id:
        raise NotPermittedError(SELF)
    return check


def _found(session: Session, actor: Actor | None, check_id: uuid.UUID) -> VettingCheck:
    check = session.scalar(
        select(VettingCheck)
        .where(VettingCheck.id == check_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if check is None or (actor is not None and actor.role not in VERIFIERS):
        raise NotFoundError("There is no such check.")
    return check
