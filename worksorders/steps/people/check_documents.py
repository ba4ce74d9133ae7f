"""The document behind a check: a PDF, or a picture painted afresh so that nothing of the camera is kept."""

from __future__ import annotations

import uuid
from datetime import datetime
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways.photos import PhotoError, repaint
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.contractors import CheckDocument, VettingCheck

PDF = "application/pdf"
JPEG = "image/jpeg"
MOST_BYTES = 5 * 1024 * 1024


def keep(
    session: Session, actor: Actor | None, check_id: uuid.UUID, uploaded: bytes, now: datetime
) -> CheckDocument:
    """Keep the document of a check that has none; raises FaultsError at `document` for anything else than wanted."""
    if len(uploaded) > MOST_BYTES:
        raise _refused(f"The document has {len(uploaded) // 1024:,} KB; send at most 5,120 KB.")
    media_type, content = PDF, uploaded
    if not uploaded.startswith(b"%PDF-"):
        try:
            media_type, content = JPEG, repaint(uploaded).content
        except PhotoError:
            raise _refused("This file cannot be read: send a PDF, or a JPEG, PNG or WebP picture.") from None
    row = CheckDocument(
        check_id=check_id,
        media_type=media_type,
        content=content,
        sha256=sha256(content).digest(),
        stored_at=now,
        stored_by=actor.user_id if actor else None,
    )
    session.add(row)
    session.flush()
    return row


def read(session: Session, check_id: uuid.UUID) -> CheckDocument:
    """The document of a check; raises NotFoundError where there is none."""
    row = session.get(CheckDocument, check_id)
    if row is None:
        raise NotFoundError("There is no such document.")
    return row


def documented(session: Session, holder_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The ids of a firm's or a worker's checks that have a document."""
    return frozenset(
        session.scalars(
            select(CheckDocument.check_id)
            .join(VettingCheck, VettingCheck.id == CheckDocument.check_id)
            .where(or_(VettingCheck.firm_id == holder_id, VettingCheck.worker_id == holder_id))
        )
    )


def _refused(message: str) -> FaultsError:
    return FaultsError([Fault("document", message)])
