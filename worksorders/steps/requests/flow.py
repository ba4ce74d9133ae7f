"""A request from its receipt to its answer: one person proposes, another decides, and every move is in the trail."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.errors import Fault, Faults, FaultsError, NotPermittedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.local_time import local_day
from worksorders.domain.people.interests import Screening
from worksorders.domain.privacy.requests import (
    Identity,
    Subject,
    against_refusal,
    against_release,
    due_on,
)
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.forget.holds import find_case
from worksorders.steps.requests import remind
from worksorders.store.tables.confidential.forgetting import PrivacyRequest
from worksorders.store.tables.confidential.interests import HomeInterest
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.identity.people import AppUser

RELEASE, REFUSE = "release", "refuse"
RELEASED = REQUEST.moves["proposed", RELEASE].target
DECIDERS = REQUEST.moves["proposed", RELEASE].roles
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Given:
    """What the officer enters: the case by its code with the number of the person, or the id of worker or account."""

    subject: str
    received_on: date | None
    identity: str
    identity_note: str = ""
    code: str = ""
    person: int | None = None
    who: uuid.UUID | None = field(default=None)


def receive(session: Session, actor: Actor, given: Given, now: datetime) -> PrivacyRequest:
    """Keep a request and start its clock; FaultsError at the fields of `Given`."""
    officers_only(actor)
    faults = Faults()
    faults.require(given.subject in list(Subject), "subject", "Choose about whom they ask.")
    faults.require(given.identity in list(Identity), "identity", "Say how their identity was confirmed.")
    today = local_day(now)
    if given.received_on is None or given.received_on > today:
        faults.add("received_on", "Enter the day on which the request came: today or earlier.")
    if len(given.identity_note) > LONGEST:
        faults.add("identity_note", f"Write at most {LONGEST} letters.")
    faults.raise_if_any()
    assert given.received_on is not None
    case_id, subject_id = _whom(session, given)
    row = PrivacyRequest(
        id=uuid.uuid4(),
        code=new_code("P", secrets.token_bytes(LEAST_BYTES)),
        case_id=case_id,
        subject=given.subject,
        subject_id=subject_id,
        received_on=given.received_on,
        due_on=due_on(given.received_on),
        received_at=now,
        received_by=actor.user_id,
        identity=given.identity,
        identity_note=given.identity_note.strip(),
        state=REQUEST.initial,
    )
    session.add(row)
    session.flush()
    note(session, actor, row, "received", None)
    remind.schedule(session, row, now)
    return row


def confirm_identity(session: Session, actor: Actor, request_id: uuid.UUID, identity: str, note: str) -> None:
    """Record how it was made sure who asks, while the request is open."""
    row = locked(session, actor, request_id, "confirm_identity")
    move(REQUEST, row.state, "confirm_identity", actor.role)
    if identity not in list(Identity):
        raise FaultsError([Fault("identity", "Say how their identity was confirmed.")])
    row.identity, row.identity_note = identity, note.strip()[:LONGEST]
    audit.record(
        session, actor, "request.identity", ("privacy_request", row.id), detail={"identity": identity}
    )


def propose(
    session: Session, actor: Actor, request_id: uuid.UUID, proposal: str, *, ground: str = "", reason: str = "",
    now: datetime,
) -> None:  # fmt: skip
    """Propose to release or to refuse; FaultsError at `proposal`, `identity`, `ground` or `reason`."""
    row = locked(session, actor, request_id, "propose")
    after = move(REQUEST, row.state, "propose", actor.role)
    subject, screening = Subject(row.subject), screening_of(session, row)
    if proposal == RELEASE:
        wrong = against_release(subject, Identity(row.identity), screening)
    elif proposal == REFUSE:
        wrong = against_refusal(subject, ground, reason, screening)
    else:
        wrong = (Fault("proposal", "Choose what you propose."),)
    if wrong:
        raise FaultsError(wrong)
    state, row.state, row.proposal = row.state, after, proposal
    row.ground = ground if proposal == REFUSE else None
    row.reason = reason.strip()[:LONGEST] or None
    row.proposed_at, row.proposed_by = now, actor.user_id
    session.flush()
    note(session, actor, row, "proposed", state)


def decide(session: Session, actor: Actor, request_id: uuid.UUID, *, agree: bool, now: datetime) -> None:
    """Agree to what was proposed, or send it back; NotPermittedError for who proposed it.

    What stood against a release is asked once more: a person may have been barred since.
    """
    row = locked(session, actor, request_id, "send_back")
    action = (RELEASE if row.proposal == RELEASE else REFUSE) if agree else "send_back"
    after = move(REQUEST, row.state, action, actor.role)
    if row.proposed_by == actor.user_id:
        raise NotPermittedError("You proposed this answer: somebody else decides.")
    if action == RELEASE:
        wrong = against_release(Subject(row.subject), Identity(row.identity), screening_of(session, row))
        if wrong:
            raise FaultsError(wrong)
    state, row.state = row.state, after
    if agree:
        row.decided_at, row.decided_by = now, actor.user_id
    else:
        row.proposal, row.ground, row.reason = None, None, None
        row.proposed_at, row.proposed_by = None, None
    session.flush()
    note(session, actor, row, after if agree else "sent_back", state)


def screening_of(session: Session, row: PrivacyRequest) -> Screening | None:
    """How the check of the person with an interest stands now; None for anybody else."""
    if row.subject != Subject.INTEREST:
        return None
    person = session.get(HomeInterest, row.subject_id)
    return Screening(person.screening) if person else Screening.WAITING


def officers_only(actor: Actor) -> None:
    """Pass for privacy officers."""
    if actor.role is not Role.PRIVACY_OFFICER:
        raise NotFoundError("There is no such page.")


def _whom(session: Session, given: Given) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    if given.subject in {Subject.WORKER, Subject.USER}:
        found: Worker | AppUser | None = None
        if given.who:
            worker = given.subject == Subject.WORKER
            found = session.get(Worker, given.who) if worker else session.get(AppUser, given.who)
        if found is None:
            raise FaultsError([Fault("who", "Choose who asks.")])
        return None, found.id
    case_id = find_case(session, given.code)
    if case_id is None:
        raise FaultsError([Fault("code", "There is no such case or order: check each sign.")])
    if given.subject != Subject.INTEREST:
        return case_id, None
    person = session.scalar(
        select(HomeInterest.id).where(
            HomeInterest.case_id == case_id,
            HomeInterest.position == (given.person or 0),
            HomeInterest.is_client.is_(False),
        )
    )
    if person is None:
        raise FaultsError([Fault("person", "No person of this case has that number: see the order’s page.")])
    return case_id, person


def locked(session: Session, actor: Actor, request_id: uuid.UUID, action: str) -> PrivacyRequest:
    """The request, locked; NotFoundError for an unknown one and for whoever never takes this action."""
    roles = {role for one in REQUEST.moves.values() if one.action == action for role in one.roles}
    row = session.scalar(select(PrivacyRequest).where(PrivacyRequest.id == request_id).with_for_update())
    if row is None or actor.role not in roles:
        raise NotFoundError("There is no such request.")
    return row


def note(
    session: Session,
    actor: Actor,
    row: PrivacyRequest,
    what: str,
    before: str | None,
    **more: str,
) -> None:
    """The audit row of a move that has just been made."""
    ground = {"ground": row.ground} if row.ground else {}
    detail = {"subject": row.subject, **ground, **more}
    audit.record(
        session,
        actor,
        f"request.{what}",
        ("privacy_request", row.id),
        moved=(before, row.state),
        detail=detail,
    )
