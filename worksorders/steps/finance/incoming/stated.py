"""Takes in an invoice that another system states in JSON: what the typed form asks for, each fault told by its path."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.facts import IntakeFault
from worksorders.domain.finance.split.units import standard_unit
from worksorders.domain.records.invoice import invoice
from worksorders.domain.records.read import read
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.finance.incoming import files
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.match import Outcome
from worksorders.steps.finance.receive import TypedInvoice, TypedLine, receive_document
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.invoice_files import InvoiceFile

REMEDY = "Correct it, and send the whole document again"


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of a body: the outcome of its match, or the faults for which nothing of it was taken over."""

    file: InvoiceFile
    outcome: Outcome | None
    faults: tuple[IntakeFault, ...]


def receive_stated(session: Session, cipher: Cipher, actor: Actor, file: Incoming, now: datetime) -> Stated:
    """Keep the body sealed and match what it states at once; one with faults is kept as refused, with all of them."""
    document, faults = _document(session, file.content)
    if document is not None and not faults:
        try:
            outcome = receive_document(session, actor, document, now, file=file, cipher=cipher)
        except FaultsError as error:
            faults = [IntakeFault(_path(one.field), one.message.rstrip("."), REMEDY) for one in error.faults]
        else:
            kept = files.file_of(session, outcome.invoice.id)
            assert kept is not None
            return Stated(kept, outcome, ())
    kept = files.keep(session, cipher, actor, file, now, faults=faults)
    return Stated(kept, None, tuple(faults))


def _document(session: Session, body: bytes) -> tuple[TypedInvoice | None, list[IntakeFault]]:
    if len(body) > files.MOST_BYTES:
        return None, [
            IntakeFault("body", f"it has {len(body):,} bytes", f"Send at most {files.MOST_BYTES:,} bytes")
        ]
    try:
        parsed = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        return None, [
            IntakeFault(f"line {line}", "it is not readable as JSON in UTF-8", "Have its writer mend it")
        ]
    found, wrong = read(invoice(), parsed)
    faults = [IntakeFault(one.path or "body", one.message.rstrip("."), REMEDY, one.found) for one in wrong]
    if faults:
        return None, faults
    firm_id = session.scalar(select(Firm.id).where(Firm.code == found["firm_code"], Firm.active))
    if firm_id is None:
        unknown = "no firm in work has this code"
        return None, [IntakeFault("firm_code", unknown, "Give the code of the firm's record")]
    return _typed(found, firm_id), []


def _no_number(_: str) -> None:
    raise ValueError


def _typed(found: dict[str, Any], firm_id: uuid.UUID) -> TypedInvoice:
    lines = [TypedLine(**(line | {"unit": standard_unit(line["unit"])})) for line in found["lines"]]
    given: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
    given.pop("firm_code")
    return TypedInvoice(**given | {"firm_id": firm_id, "lines": lines})


def _path(field: str) -> str:
    """The form's name of a field as the path in the body."""
    return {"firm_id": "firm_code"}.get(field, field.replace("-", "."))
