"""Asks every rule that may forbid to reach somebody, before a message or a call is written: one place for all ways."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.store.tables.work.cases import NeverSend


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom a message or call would reach in a case; `contact_id` is a person recorded with the home."""

    case_id: uuid.UUID
    firm_id: uuid.UUID | None = None
    worker_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None


Bar = Callable[[Session, Receiver], bool]
_BARS: list[Bar] = []


def bars(rule: Bar) -> Bar:
    """Register a rule that answers True for somebody who must never be reached about a case."""
    _BARS.append(rule)
    return rule


def is_barred(session: Session, receiver: Receiver) -> bool:
    """Whether any rule forbids it."""
    return any(rule(session, receiver) for rule in _BARS)


@bars
def never_send(session: Session, receiver: Receiver) -> bool:
    """The never-send relation of the case names the firm or the worker."""
    named = [
        column == wanted
        for column, wanted in (
            (NeverSend.firm_id, receiver.firm_id),
            (NeverSend.worker_id, receiver.worker_id),
        )
        if wanted is not None
    ]
    if not named:
        return False
    found = session.scalar(
        select(NeverSend.id).where(NeverSend.case_id == receiver.case_id, or_(*named)).limit(1)
    )
    return found is not None
