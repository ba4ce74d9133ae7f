"""What the worker's page says of the door: whether the client knows, whether the word may be seen, when to be out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.steps.confirm.code_word import why_no_word
from worksorders.steps.confirm.holding import is_confirmed
from worksorders.steps.duty.find import expected_out
from worksorders.steps.duty.inside import ask_more_time
from worksorders.steps.site.own_visit import named_visit, own_visit
from worksorders.steps.tell.settings import load_settings


@dataclass(frozen=True, slots=True)
class Door:
    """`word_refusal` says why the code word is not shown now; `out_by` is set while a worker is in the home."""

    confirmed: bool
    word_refusal: str | None
    out_by: datetime | None
    extend_minutes: int


def find_door(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Door:
    """For a visit of the actor's firm; raises NotFoundError for any other."""
    visit = own_visit(session, actor, visit_id)
    over = visit.state == "done"
    return Door(
        confirmed=over or is_confirmed(session, visit),
        word_refusal=None if over else why_no_word(session, actor, visit, now),
        out_by=expected_out(session, visit.id) if visit.state == "on_site" else None,
        extend_minutes=load_settings(session).extend_minutes,
    )


def more_time(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> datetime:
    """The named worker needs longer; gives when they are expected out now.

    Raises NotFoundError, NotPermittedError for a colleague, RefusedError when nobody is in the home.
    """
    visit = named_visit(session, actor, visit_id)
    return ask_more_time(session, actor, visit, now).expected_out_at
