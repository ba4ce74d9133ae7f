"""Takes an invoice from another system once for each key of its calls, and tells what became of it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.finance.facts import IntakeFault
from worksorders.gateways.cipher import Cipher
from worksorders.steps import once
from worksorders.steps.actor import Actor
from worksorders.steps.finance.incoming.files import JSON, XML, Incoming, find_answer
from worksorders.steps.finance.incoming.stated import Stated, receive_stated
from worksorders.steps.finance.incoming.ubl import Received, receive_file
from worksorders.steps.finance.match import Outcome

KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Taken:
    """The invoice as it is named, or none with the faults of a refused file; an outcome only where it is new."""

    invoice_id: uuid.UUID | None
    number: str
    kind: str
    state: str
    faults: tuple[IntakeFault, ...]
    outcome: Outcome | None = None


def take_call(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    key: uuid.UUID | None,
    body: bytes,
    now: datetime,
    media_type: str = XML,
) -> Taken:
    """Receive a document; under a key that came before, what it led to. FaultsError where that was another document."""
    if key is not None:
        earlier = _claim(session, actor, key, body)
        if earlier is not None:
            found = find_answer(session, earlier)
            faults = tuple(IntakeFault(**one) for one in found.faults)
            return Taken(found.invoice_id, found.number, found.kind, found.state, faults)
    taking = receive_stated if media_type == JSON else receive_file
    received: Stated | Received = taking(session, cipher, actor, Incoming(body, media_type, "api"), now)
    if key is not None:
        once.keep_answer(session, key, str(received.file.id))
    if received.outcome is None:
        return Taken(None, "", "", "refused", received.faults)
    invoice = received.outcome.invoice
    return Taken(invoice.id, invoice.number, invoice.kind, invoice.state, received.faults, received.outcome)


def _claim(session: Session, actor: Actor, key: uuid.UUID, body: bytes) -> uuid.UUID | None:
    """The file that was kept under this key before."""
    purpose = f"api.invoices {hashlib.sha256(body).hexdigest()}"
    if once.claim(session, key, actor, purpose) is not None:
        return None
    if once.purpose_of(session, key, actor) != purpose:
        message = "This key came with another body before: draw a new one for each new call."
        raise FaultsError([Fault(KEY, message)])
    return uuid.UUID(once.earlier_answer(session, key, actor) or "")
