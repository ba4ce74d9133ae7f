"""Decides who may be told that their words repeat something protected, for every such answer confirms a guess.

Nobody is told before they have signed in. A contractor is told of homes alone that they were shown themselves; from
anybody else's words it is taken out without a word. Staff are told, each time is in the trail, and after a few times
within an hour nothing that they type is taken, right or wrong, as with a search for a person.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.store.scope import HOUSE, KEY
from worksorders.store.tables.trail import AuditEvent

# Under this name a session knows who types; one of jobs and commands knows nobody.
TYPIST = "typist"
REFUSED, TAKEN_OUT = "free_text.refused", "free_text.taken_out"
# Asked of a referral whether its home is the known one, which tells that the person is known.
KNOWN = "intake.known_told"
SHOWN = "disclosure.revealed"
MOST, WINDOW = 10, timedelta(hours=1)
TOO_MANY = (
    f"What you typed repeated something protected {MOST} times within an hour. Wait, or ask a colleague to write it: "
    "these tries are reviewed."
)


def typist_of(session: Session) -> Actor | None:
    """Who types what this session is about to keep; None where no person does."""
    found: Actor | None = session.info.get(TYPIST)
    return found


def may_be_told(session: Session, typist: Actor, case_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of these cases those whose protected words a person may be told to have repeated."""
    if typist.firm_id is None or not case_ids:
        return set(case_ids)
    shown = select(AuditEvent.subject_id).where(
        AuditEvent.actor_id == typist.user_id,
        AuditEvent.action == SHOWN,
        AuditEvent.subject_id.in_(case_ids),
    )
    return set(session.scalars(shown))


def has_guessed_too_often(session: Session, typist: Actor, action: str = REFUSED) -> bool:
    """Whether a person was told so often of late that they are told nothing more; by the database's own clock."""
    told = session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            AuditEvent.actor_id == typist.user_id,
            AuditEvent.action == action,
            AuditEvent.at > func.clock_timestamp() - WINDOW,
        )
    )
    return (told or 0) >= MOST


def refuse_further_guesses(session: Session, typist: Actor) -> None:
    """RefusedError where a person, or another system, was told too often of late that a document repeats something."""
    if has_guessed_too_often(session, typist):
        raise RefusedError(TOO_MANY, state="waiting", action="send")


def note(session: Session, typist: Actor, action: str, case_ids: Collection[uuid.UUID]) -> None:
    """Put into the trail, whatever becomes of the form, that a person's words repeated something; never which."""
    with Session(session.get_bind(), info={KEY: HOUSE}) as own:
        for case_id in sorted(case_ids):
            audit.record(own, typist, action, ("case_file", case_id))
        own.commit()
