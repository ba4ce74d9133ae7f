"""The safe channel of a case: set by a coordinator who made sure of it, sealed, and asked before anything is sent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.telling.safe_times import LABELS, MAIL, SMS, SafeWay, parse_hours
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents.hashes import phone_is_barred
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.telling import SafeChannel

SAFE_NUMBER = "person.safe_number"
SAFE_MAIL = "person.safe_mail"
DIRECT = frozenset({"call", SMS, MAIL})


def safe_way_of(session: Session, case_id: uuid.UUID) -> SafeWay:
    """How the people of a case may be reached; without a record nobody contacts them."""
    row = session.get(SafeChannel, case_id)
    if row is None:
        return SafeWay()
    return SafeWay(row.channel, parse_hours(row.hours), row.verified_at is not None)


def set_safe_way(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    case_id: uuid.UUID,
    *,
    channel: str,
    hours: str,
    where: str,
    verified: bool,
    now: datetime,
) -> None:
    """Keep the channel with its hours, and seal the number or mail address `where`.

    A direct channel needs `where` and that somebody has made sure that the client alone reads or answers it.
    Raises NotFoundError, or FaultsError at `channel`, `hours`, `where` or `verified` with all of it.
    """
    if session.get(CaseFile, case_id) is None:
        raise NotFoundError("There is no such case.")
    faults = Faults()
    faults.require(channel in LABELS, "channel", "Choose how they may be reached.")
    try:
        parse_hours(hours)
    except ValueError:
        faults.add("hours", "Give at least one time of day that ends after it begins.")
    direct = channel in DIRECT
    if direct:
        known = where.strip() if channel == MAIL else where
        faults.require(known, "where", "Give the number or address that is safe.")
        faults.require(
            not known or (channel == MAIL) == ("@" in known),
            "where",
            "Give a mail address for mail, and a phone number for calls and texts.",
        )
        faults.require(
            verified, "verified", "Make sure first that nobody else answers or reads it, then say so."
        )
        faults.require(
            not phone_is_barred(session, cipher, case_id, where),
            "where",
            "This number must never be called: somebody who must never be asked has it.",
        )
    faults.raise_if_any()
    row = session.get(SafeChannel, case_id, with_for_update=True)
    before = row.channel if row else "none"
    if row is None:
        row = SafeChannel(
            case_id=case_id, channel=channel, hours=hours, changed_at=now, changed_by=actor.user_id
        )
    row.channel, row.hours = channel, hours
    row.changed_at, row.changed_by = now, actor.user_id
    row.verified_at, row.verified_by = (now, actor.user_id) if direct else (None, None)
    session.add(row)
    session.flush()
    if direct:
        kind = SAFE_MAIL if channel == MAIL else SAFE_NUMBER
        disclose.protect(session, cipher, case_id, case_id, {kind: where.strip()})
    audit.record(
        session,
        actor,
        "safe_channel.set",
        ("case_file", case_id),
        moved=(before, channel),
        detail={"hours": hours},
    )


def case_of_order(session: Session, order_id: uuid.UUID) -> uuid.UUID:
    """The case of an order; raises NotFoundError."""
    case_id = session.scalar(select(WorksOrder.case_id).where(WorksOrder.id == order_id))
    if case_id is None:
        raise NotFoundError("There is no such order.")
    return case_id
