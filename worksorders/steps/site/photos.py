"""Keeps a photo of the work: painted afresh, under a random id, once however often it is sent."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError, RefusedError
from worksorders.gateways.confined import repaint
from worksorders.gateways.photos import PhotoError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.site.checklist import checklist_lines, on_site_visit
from worksorders.steps.site.own_visit import own_visit
from worksorders.store.tables.work.offers import Photo

__all__ = ["PhotoError", "add_photo", "own_photo", "photo_for_office"]

MOST_PHOTOS = 60
ATTENDING = ("accepted", "en_route", "on_site")


def add_photo(
    session: Session,
    actor: Actor,
    visit_id: uuid.UUID,
    uploaded: bytes,
    now: datetime,
    *,
    key: uuid.UUID,
    line_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Store the picture and return its id; the same `key` again returns the first one and stores nothing.

    Raises PhotoError for what is no picture, NotFoundError for a line of another visit, RefusedError off site.
    """
    visit = on_site_visit(session, actor, visit_id, "photo")
    if line_id is not None and line_id not in checklist_lines(visit):
        raise NotFoundError("There is no such line on this visit.")
    earlier = _earlier(session, actor, visit_id, key)
    if earlier is not None:
        return earlier
    own = select(func.count()).where(Photo.visit_id == visit_id, Photo.firm_id == visit.firm_id)
    stored = session.scalar(own)
    if (stored or 0) >= MOST_PHOTOS:
        raise RefusedError(
            f"This visit has {MOST_PHOTOS} photos, which is the most there can be.",
            state=visit.state,
            action="photo",
        )
    fresh = repaint(uploaded)
    photo_id = uuid.uuid4()
    added = session.scalar(
        insert(Photo)
        .values(
            id=photo_id,
            visit_id=visit_id,
            firm_id=actor.require_firm(),
            line_id=line_id,
            idempotency_key=key,
            sha256=hashlib.sha256(fresh.content).digest(),
            content=fresh.content,
            width=fresh.width,
            height=fresh.height,
            taken_by=actor.user_id,
            stored_at=now,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(Photo.id)
    )
    if added is None:
        raise NotPermittedError("This photo was sent before. Reload the page.")
    audit.record(session, actor, "photo.stored", ("photo", photo_id), detail={"visit": str(visit_id)})
    return photo_id


def _earlier(session: Session, actor: Actor, visit_id: uuid.UUID, key: uuid.UUID) -> uuid.UUID | None:
    """The photo already stored under the key, by the same person for the same visit."""
    return session.scalar(
        select(Photo.id).where(
            Photo.idempotency_key == key, Photo.visit_id == visit_id, Photo.taken_by == actor.user_id
        )
    )


def own_photo(session: Session, actor: Actor, visit_id: uuid.UUID, photo_id: uuid.UUID) -> bytes:
    """The JPEG of its own, for the firm that holds the visit, until it ends and while the order is worked on; NotFoundError else."""
    visit = own_visit(session, actor, visit_id)
    content = session.scalar(
        select(Photo.content).where(
            Photo.id == photo_id,
            Photo.visit_id == visit_id,
            Photo.firm_id == visit.firm_id,
            Photo.erased_at.is_(None),
        )
    )
    if content is None or visit.state not in ATTENDING or visit.order.state not in WORKED_ON:
        raise NotFoundError("There is no such photo.")
    return content


def photo_for_office(session: Session, photo_id: uuid.UUID) -> bytes:
    """The JPEG, for a coordinator who looks at the work; NotFoundError also once it was destroyed."""
    content = session.scalar(select(Photo.content).where(Photo.id == photo_id, Photo.erased_at.is_(None)))
    if content is None:
        raise NotFoundError("There is no such photo.")
    return content
