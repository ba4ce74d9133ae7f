"""Where an account is signed in, and how its owner ends a session from afar: a lost phone, a forgotten desk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.identity.people import UserSession


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is still good; `here` is the one that asks."""

    id: uuid.UUID
    since: datetime
    last_seen_at: datetime
    here: bool


def list_open(session: Session, actor: Actor, now: datetime) -> Sequence[OpenSession]:
    """The account's open sessions, the latest used first."""
    rows = session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id)
    )
    return [
        OpenSession(row.id, row.created_at, row.last_seen_at, str(row.id) == actor.session_key)
        for row in rows
    ]


def end(session: Session, actor: Actor, session_id: uuid.UUID, now: datetime) -> None:
    """End one of the account's sessions at once; raises NotFoundError for another's or an ended one."""
    ended = session.scalar(
        update(UserSession)
        .where(
            UserSession.id == session_id,
            UserSession.user_id == actor.user_id,
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(UserSession.id)
    )
    if ended is None:
        raise NotFoundError("There is no such session.")
    audit.record(session, actor, "session.killed", ("user_session", session_id))
