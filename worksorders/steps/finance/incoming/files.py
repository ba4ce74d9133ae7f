"""Keeps the file that an invoice came in, with its SHA-256: in the vault of the order's case, else under a key of its own."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.cipher import Cipher, WrappedKey
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor
from worksorders.store import vault
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.invoice_files import InvoiceFile

SEALED_AS = "invoice.file"
XML, PDF, JSON = "application/xml", "application/pdf", "application/json"
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it was handed over; `how` is `upload` or `api`."""

    content: bytes = field(repr=False)
    media_type: str = XML
    how: str = "upload"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def keep(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    file: Incoming,
    now: datetime,
    *,
    faults: Iterable[IntakeFault] = (),
    invoice_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
) -> InvoiceFile:
    """Keep a file sealed; one that was refused has no invoice. Its name is not kept: names of files tell of homes.

    A case that has been erased has no key any more, so such a file gets one of its own.

    Of a file that is larger than an invoice may be only its hash, size and faults are kept.
    """
    case_id = case_id if case_id is not None and _has_key(session, case_id) else None
    row = InvoiceFile(
        id=uuid.uuid4(),
        invoice_id=invoice_id,
        case_id=case_id,
        sha256=file.sha256,
        media_type=file.media_type,
        size_bytes=len(file.content),
        how=file.how,
        received_at=now,
        received_by=actor.user_id,
        faults=[as_row(fault) for fault in faults],
    )
    kept = file.content if len(file.content) <= MOST_BYTES else b""
    text = base64.b64encode(kept).decode()
    if case_id is None:
        key = WrappedKey(row.id, cipher.new_case_key(row.id), cipher.newest)
        row.content = cipher.seal(key, row.id, SEALED_AS, text)
        row.wrapped, row.key_version = key.wrapped, key.version
    else:
        disclose.protect(session, cipher, case_id, row.id, {SEALED_AS: text})
    session.add(row)
    session.flush()
    detail = {"sha256": row.sha256, "how": row.how, "faults": len(row.faults)}
    name = "invoice_file.kept" if invoice_id else "invoice_file.refused"
    audit.record(session, actor, name, ("invoice_file", row.id), detail=detail)
    return row


def _has_key(session: Session, case_id: uuid.UUID) -> bool:
    try:
        vault.wrapped_key(session, case_id)
    except NoResultFound:
        return False
    return True


def as_row(fault: IntakeFault) -> dict[str, str]:
    """A fault as it is kept."""
    return {"where": fault.where, "what": fault.what, "remedy": fault.remedy, "rule_id": fault.rule_id}


def open_alone(cipher: Cipher, row: InvoiceFile) -> bytes:
    """The content of a file that belongs to no case; ValueError where it is in a case's vault or was erased."""
    if row.content is None or row.wrapped is None or row.key_version is None:
        raise ValueError("This file is in the vault of its case, or erased.")
    key = WrappedKey(row.id, row.wrapped, row.key_version)
    return base64.b64decode(cipher.open(key, row.id, SEALED_AS, row.content))


def file_of(session: Session, invoice_id: uuid.UUID) -> InvoiceFile | None:
    """The file that an invoice came in."""
    return session.scalar(select(InvoiceFile).where(InvoiceFile.invoice_id == invoice_id))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a file that was handed in before: its invoice as it is now, or the faults of a refused one."""

    invoice_id: uuid.UUID | None
    number: str
    kind: str
    state: str
    faults: tuple[dict[str, str], ...]


def find_answer(session: Session, file_id: uuid.UUID) -> Answer:
    """The answer to a file by its id."""
    row = session.get_one(InvoiceFile, file_id)
    invoice = session.get(Invoice, row.invoice_id) if row.invoice_id else None
    if invoice is None:
        return Answer(None, "", "", "refused", tuple(row.faults))
    return Answer(invoice.id, invoice.number, invoice.kind, invoice.state, tuple(row.faults))
