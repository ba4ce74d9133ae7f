"""Takes a form once: the UUID that it carries decides, even when it is sent twice at the same moment."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.store.tables.trail import FormSubmission


def claim(session: Session, form_uuid: uuid.UUID, actor: Actor | None, purpose: str) -> FormSubmission | None:
    """Claim a form; None when it was taken before (a second sender waits here until the first commits)."""
    inserted = session.execute(
        insert(FormSubmission)
        .values(form_uuid=form_uuid, user_id=actor.user_id if actor else None, purpose=purpose)
        .on_conflict_do_nothing()
        .returning(FormSubmission.form_uuid)
    ).scalar_one_or_none()
    if inserted is None:
        return None
    return session.get_one(FormSubmission, form_uuid)


def earlier_answer(session: Session, form_uuid: uuid.UUID, actor: Actor | None) -> str | None:
    """Where the first sending of this form led, for the same person only."""
    user_id = actor.user_id if actor else None
    return session.scalar(
        select(FormSubmission.location).where(
            FormSubmission.form_uuid == form_uuid, FormSubmission.user_id.is_not_distinct_from(user_id)
        )
    )


def purpose_of(session: Session, form_uuid: uuid.UUID, actor: Actor | None) -> str | None:
    """What a form was taken for, for the same person only."""
    user_id = actor.user_id if actor else None
    return session.scalar(
        select(FormSubmission.purpose).where(
            FormSubmission.form_uuid == form_uuid, FormSubmission.user_id.is_not_distinct_from(user_id)
        )
    )


def keep_answer(session: Session, form_uuid: uuid.UUID, answer: str) -> None:
    """Keep what a claimed form led to, for `earlier_answer`."""
    session.get_one(FormSubmission, form_uuid).location = answer
    session.flush()
