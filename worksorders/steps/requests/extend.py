"""Puts the last day of a request off, once, with a ground of the Act, while there is time to say so (section 48)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.requests import against_extension
from worksorders.steps.actor import Actor
from worksorders.steps.requests import remind
from worksorders.steps.requests.flow import LONGEST, locked, note, screening_of


def extend(
    session: Session, actor: Actor, request_id: uuid.UUID, until_on: date | None, *, ground: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Put the last day off to `until_on`; FaultsError at `until_on`, `extension_ground` or `extension_reason`; RefusedError a second time."""
    row = locked(session, actor, request_id, "extend")
    state = row.state
    move(REQUEST, state, "extend", actor.role)
    if row.extended_from is not None:
        message = "The last day of this request was put off already: it can be put off once."
        raise RefusedError(message, state=state, action="extend")
    screening = screening_of(session, row)
    wrong = against_extension(row.due_on, until_on, local_day(now), ground, reason, screening)
    if wrong:
        raise FaultsError(wrong)
    assert until_on is not None
    row.extended_from, row.due_on = row.due_on, until_on
    row.extended_at, row.extended_by = now, actor.user_id
    row.extension_ground, row.extension_reason = ground, reason.strip()[:LONGEST]
    session.flush()
    days = {"from": row.extended_from.isoformat(), "until": until_on.isoformat()}
    note(session, actor, row, "extended", state, extension=ground, **days)
    remind.schedule(session, row, now)
