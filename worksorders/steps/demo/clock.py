"""Lets the demo's past go by: background work is done at the simulated moment at which it falls due."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from worksorders.gateways.cipher import Cipher
from worksorders.steps import outbox
from worksorders.steps.jobs import Job, handler_of
from worksorders.store.tables.trail import OutboxMessage


class Past:
    """A moment that moves on; `run` does all the background work that is due by then, through its own handlers."""

    def __init__(self, sessions: sessionmaker[Session], cipher: Cipher, begins_at: datetime) -> None:
        self.sessions = sessions
        self.cipher = cipher
        self.now = begins_at

    def go_to(self, at: datetime) -> None:
        """Move on to a later moment, doing what falls due on the way there."""
        self.now = max(self.now, at)
        self.run()

    def run(self) -> None:
        """Do every row that is due, and what these leave behind, until nothing is."""
        while (message_id := self._next()) is not None:
            with self.sessions.begin() as session:
                row = session.get_one(OutboxMessage, message_id)
                row.attempts += 1
                job = Job(
                    message_id=row.id,
                    attempt=row.attempts,
                    payload=dict(row.payload),
                    sessions=self.sessions,
                    cipher=self.cipher,
                    now=lambda: self.now,
                    keep=lambda: True,
                )
                handler = handler_of(row.kind)
            effect = handler(job)
            with self.sessions.begin() as session:
                effect(session, self.now)
                outbox.finish(session.get_one(OutboxMessage, message_id))

    def _next(self) -> uuid.UUID | None:
        """The earliest row that is due: one without a time of its own at once, a timer when its time has come."""
        at_once = OutboxMessage.wanted_at == OutboxMessage.created_at
        with self.sessions() as session:
            return session.scalar(
                select(OutboxMessage.id)
                .where(OutboxMessage.done_at.is_(None), or_(at_once, OutboxMessage.wanted_at <= self.now))
                .order_by(at_once.desc(), OutboxMessage.wanted_at, OutboxMessage.id)
                .limit(1)
            )
