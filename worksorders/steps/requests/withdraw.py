"""Ends a request that whoever asked has taken back: recorded by an officer with how they said so; its clock stops."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.steps.actor import Actor
from worksorders.steps.requests.flow import LONGEST, locked, note

SHORTEST = 10


def withdraw(session: Session, actor: Actor, request_id: uuid.UUID, reason: str, now: datetime) -> None:
    """Record that it was taken back, while nobody has decided; FaultsError at `withdrawal_reason`.

    What was proposed stays on record. The same person may ask again: that is another request with its own clock.
    """
    row = locked(session, actor, request_id, "withdraw")
    state = row.state
    after = move(REQUEST, state, "withdraw", actor.role)
    words = " ".join(reason.split())
    if not SHORTEST <= len(words) <= LONGEST:
        message = (
            f"Say in {SHORTEST} to {LONGEST} letters how they took it back and how you know that it was they."
        )
        raise FaultsError([Fault("withdrawal_reason", message)])
    row.state = after
    row.withdrawn_at, row.withdrawn_by, row.withdrawal_reason = now, actor.user_id, words
    session.flush()
    note(session, actor, row, "withdrawn", state)
