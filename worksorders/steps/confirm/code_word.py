"""Opens the code word: to a coordinator for the call, and to the named worker once the client was told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Field, Purpose, Refusal
from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.confirm.holding import NOT_TOLD, live_row
from worksorders.steps.confirm.tell_client import CODE_WORD, prepare
from worksorders.steps.intake.contact import LEAST_PURPOSE, LONGEST_PURPOSE
from worksorders.steps.site.own_visit import GONE, lock_own_visit, own_visit, why_hidden
from worksorders.steps.tell.safe_way import SAFE_MAIL, SAFE_NUMBER
from worksorders.store.tables.work.orders import Visit

FOR_CALL = (CODE_WORD, disclose.PERSON_NAME, disclose.SAFE_CONTACT, SAFE_NUMBER, SAFE_MAIL)
WORDS = {
    Refusal.NOT_FOR_ROLE: "Only the worker who is named for this visit sees the code word, with their own account.",
    Refusal.TOO_EARLY: "The code word can be seen from {hours} hours before the visit.",
    Refusal.OVER: "This visit is over: its code word is no longer shown.",
    Refusal.CHECK_LAPSED: "A check of yours or of your firm is not valid today: call the coordinator.",
}


@dataclass(frozen=True, slots=True)
class CallCard:
    """What a coordinator needs for one call; never kept, never printed."""

    word: str = field(repr=False)
    name: str = field(repr=False)
    safe_contact: str = field(repr=False)
    safe_number: str = field(repr=False)
    safe_mail: str = field(repr=False)


def read_for_call(
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    visit_id: uuid.UUID,
    purpose: str,
    *,
    now: datetime,
) -> CallCard:
    """Make the visit's code word where there is none, then open it with whom to call, announced and logged.

    The word must be in the vault before it can be read, so it is committed first. Raises NotFoundError,
    RefusedError, or FaultsError at `purpose` where it says too little.
    """
    if actor.role is not Role.COORDINATOR:
        raise NotFoundError(GONE)
    text = " ".join(purpose.split())
    if not LEAST_PURPOSE <= len(text) <= LONGEST_PURPOSE:
        message = f"Say what you need it for, in {LEAST_PURPOSE} to {LONGEST_PURPOSE} letters: it is logged."
        raise FaultsError([Fault("purpose", message)])
    with sessions.begin() as own:
        row = prepare(own, cipher, actor, visit_id, now)
        case_id = own.get_one(Visit, visit_id).order.case_id
        row_id = row.id
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[case_id],
        kinds=FOR_CALL,
        purpose=text,
        under=Purpose.CONTACT_CLIENT,
    )
    return CallCard(
        word=found.get((case_id, row_id, CODE_WORD), ""),
        name=found.of(case_id, disclose.PERSON_NAME) or "",
        safe_contact=found.of(case_id, disclose.SAFE_CONTACT) or "",
        safe_number=found.of(case_id, SAFE_NUMBER) or "",
        safe_mail=found.of(case_id, SAFE_MAIL) or "",
    )


def why_no_word(session: Session, actor: Actor, visit: Visit, now: datetime) -> str | None:
    """Why the worker cannot see the code word now, in words; None where it may be asked for."""
    refusal = why_hidden(session, actor, visit, Field.CODE_WORD, WORDS, now)
    if refusal is not None:
        return refusal
    row = live_row(session, visit)
    return NOT_TOLD if row is None or row.confirmed_at is None else None


def read_at_door(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    visit_id: uuid.UUID,
    *,
    now: datetime,
) -> str:
    """The word that the named worker says at the door; raises NotFoundError or NotPermittedError.

    The visit stays locked meanwhile, so that a reading and the end of the right to it come one after the other.
    """
    own_visit(session, actor, visit_id)
    visit = lock_own_visit(session, actor, visit_id)
    refusal = why_no_word(session, actor, visit, now)
    row = live_row(session, visit)
    if refusal is not None or row is None:
        raise NotPermittedError(refusal or NOT_TOLD)
    case_id = visit.order.case_id
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[case_id],
        kinds=[CODE_WORD],
        purpose=Purpose.ATTEND_VISIT.value,
        under=Purpose.ATTEND_VISIT,
    )
    return found.get((case_id, row.id, CODE_WORD), "")
