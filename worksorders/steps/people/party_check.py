"""Has a new or renamed firm or worker compared, by keyed hash, with everybody who must never be asked."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from worksorders.steps import outbox

PARTY_CHECK = "party.check"


def check_later(
    session: Session, *, firm_id: uuid.UUID | None = None, worker_id: uuid.UUID | None = None
) -> None:
    """Ask for the comparison after commit: it needs the key of the hashes, which only the worker process holds ready."""
    if firm_id is not None:
        outbox.send(session, PARTY_CHECK, {"firm_id": str(firm_id)})
    if worker_id is not None:
        outbox.send(session, PARTY_CHECK, {"worker_id": str(worker_id)})
