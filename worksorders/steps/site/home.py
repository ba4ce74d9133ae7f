"""Shows the address to the named worker, once, for a purpose, after the password: nobody else, at no other time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Field, Purpose, Refusal
from worksorders.domain.errors import NotPermittedError
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose, sign_in
from worksorders.steps.actor import Actor
from worksorders.steps.site.own_visit import lock_own_visit, own_visit, why_hidden
from worksorders.store.tables.work.orders import Visit

SHOWN = {Field.ADDRESS: disclose.HOME_ADDRESS, Field.CLIENT_NAME: disclose.PERSON_NAME}
WORDS = {
    Refusal.NOT_FOR_ROLE: "Only the worker who is named for this visit sees the address, with their own account.",
    Refusal.TOO_EARLY: "The address can be seen from {hours} hours before the visit.",
    Refusal.OVER: "This visit is over: the address is no longer shown.",
    Refusal.CHECK_LAPSED: "A check of yours or of your firm is not valid today: call the coordinator.",
}


@dataclass(frozen=True)
class Home:
    """Where the visit is and whom to ask for; never kept, never printed."""

    address: str = field(repr=False)
    client_name: str = field(repr=False)


def why_not(session: Session, actor: Actor, visit: Visit, now: datetime) -> str | None:
    """Why the address is not shown now, in words for the page; None where it may be asked for."""
    return why_hidden(session, actor, visit, Field.ADDRESS, WORDS, now)


def check_password(session: Session, actor: Actor, visit_id: uuid.UUID, password: str, now: datetime) -> None:
    """The step-up before each reading; raises NotPermittedError (the caller counts the failed try)."""
    own_visit(session, actor, visit_id)
    sign_in.unlock(session, actor, password, now)


def read_home(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    visit_id: uuid.UUID,
    *,
    now: datetime,
) -> Home:
    """The home of a visit, announced, read once and logged; raises NotFoundError or NotPermittedError.

    The visit stays locked meanwhile, so that a reading and the end of the right to it come one after the other.
    """
    visit = lock_own_visit(session, actor, visit_id)
    refusal = why_not(session, actor, visit, now)
    if refusal is not None:
        raise NotPermittedError(refusal)
    case_id = visit.order.case_id
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[case_id],
        kinds=SHOWN.values(),
        purpose=Purpose.ATTEND_VISIT.value,
        under=Purpose.ATTEND_VISIT,
    )
    return Home(found.of(case_id, disclose.HOME_ADDRESS) or "", found.of(case_id, disclose.PERSON_NAME) or "")
