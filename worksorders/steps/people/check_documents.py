"""The document behind a check: a PDF, or a picture painted afresh so that nothing of the camera is kept, sealed."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.gateways.cipher import Cipher, WrappedKey
from worksorders.gateways.confined import check_pdf, repaint
from worksorders.gateways.pdfs import PdfError, is_pdf
from worksorders.gateways.photos import PhotoError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.firms.contractors import CheckDocument, VettingCheck

PDF = "application/pdf"
JPEG = "image/jpeg"
MOST_BYTES = 5 * 1024 * 1024
SEALED_AS = "check_document"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was kept, opened."""

    media_type: str
    content: bytes = field(repr=False)


def keep(
    session: Session, cipher: Cipher, actor: Actor | None, check_id: uuid.UUID, uploaded: bytes, now: datetime
) -> CheckDocument:
    """Keep the document of a check that has none, sealed under a key of its own.

    Raises FaultsError at `document` for anything else than wanted.
    """
    if len(uploaded) > MOST_BYTES:
        raise _refused(f"The document has {len(uploaded) // 1024:,} KB; send at most 5,120 KB.")
    media_type, content = PDF, uploaded
    if is_pdf(uploaded):
        try:
            check_pdf(uploaded)
        except PdfError as error:
            raise _refused(str(error)) from None
    else:
        try:
            media_type, content = JPEG, repaint(uploaded).content
        except PhotoError:
            raise _refused("This file cannot be read: send a PDF, or a JPEG, PNG or WebP picture.") from None
    row = CheckDocument(
        check_id=check_id,
        media_type=media_type,
        **_sealed(cipher, check_id, content),
        sha256=sha256(content).digest(),
        stored_at=now,
        stored_by=actor.user_id if actor else None,
    )
    session.add(row)
    session.flush()
    return row


def require(session: Session, check_id: uuid.UUID) -> CheckDocument:
    """The row of a check's document, closed; raises NotFoundError where there is none."""
    row = session.get(CheckDocument, check_id)
    if row is None:
        raise NotFoundError("There is no such document.")
    return row


def read(session: Session, cipher: Cipher, actor: Actor, check_id: uuid.UUID, purpose: str) -> Document:
    """The document of a check, opened for a purpose that the trail keeps; NotFoundError where there is none."""
    row = require(session, check_id)
    audit.record(session, actor, "check.document_read", ("vetting_check", check_id), reason=purpose.strip())
    if row.wrapped is None or row.key_version is None:
        return Document(row.media_type, row.content)
    key = WrappedKey(check_id, row.wrapped, row.key_version)
    text = cipher.open(key, check_id, SEALED_AS, row.content)
    return Document(row.media_type, base64.b64decode(text))


def seal_kept(session: Session, cipher: Cipher) -> int:
    """Seal documents that were kept before sealing was; gives how many."""
    rows = session.scalars(select(CheckDocument).where(CheckDocument.wrapped.is_(None)).limit(50)).all()
    for row in rows:
        for name, value in _sealed(cipher, row.check_id, row.content).items():
            setattr(row, name, value)
    return len(rows)


def _sealed(cipher: Cipher, check_id: uuid.UUID, content: bytes) -> dict[str, object]:
    """The columns of a sealed document; what was sealed opens for this check alone."""
    key = WrappedKey(check_id, cipher.new_case_key(check_id), cipher.newest)
    sealed = cipher.seal(key, check_id, SEALED_AS, base64.b64encode(content).decode())
    return {"content": sealed, "wrapped": key.wrapped, "key_version": key.version}


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
