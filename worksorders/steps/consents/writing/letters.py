"""Letters that ask for agreement: “security work” and nothing more, sealed once made, read again only for a purpose."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.local_time import local_day
from worksorders.domain.people.consent import How, answer_due
from worksorders.domain.people.interests import Channel
from worksorders.domain.people.neutral_words import betraying
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.documents.pdf import render_pdf
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents import answers, reach
from worksorders.steps.consents.writing.read_person import ShownPerson, read_for, require_purpose
from worksorders.steps.consents.writing.sender import Sender, sender
from worksorders.store.tables.confidential.interests import InterestContact, Letter
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

TEMPLATE = "letter.html"
SECURITY_WORK = "security_work"
PREFIX = "L"


def letter_kind(contact_id: uuid.UUID) -> str:
    """The vault's kind of one letter, so that a reading opens this one alone."""
    return f"letter:{contact_id}"


def make_letter(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    interest_id: uuid.UUID,
    line_ids: Collection[uuid.UUID],
    purpose: str,
    now: datetime,
) -> Letter:
    """Make the PDF, seal it, and record that the person was asked by it; the 21 days run from today.

    Raises NotPermittedError before anything is opened for somebody who may not be reached; FaultsError at `purpose`,
    `interest_id` (no postal address) or `lines`.
    """
    order = session.get(WorksOrder, order_id)
    if actor.role is not Role.COORDINATOR or order is None:
        raise NotFoundError("There is no such order.")
    lines = [line for line in order.lines if line.id in set(line_ids)]
    person = _open(session, sessions, cipher, actor, order, interest_id, lines, purpose)
    address = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[order.case_id],
        kinds=[disclose.HOME_ADDRESS],
        purpose=require_purpose(purpose),
        under=Purpose.CONTACT_CLIENT,
    ).of(order.case_id, disclose.HOME_ADDRESS)
    contact = reach.queue(session, actor, order_id, interest_id, Channel.LETTER, SECURITY_WORK, now=now)
    code = new_code(PREFIX, token_bytes(LEAST_BYTES))
    values = _values(person, address or "", lines, sender(session), code, now)
    made = render_pdf(TEMPLATE, values)
    text = base64.b64encode(made).decode("ascii")
    disclose.protect(session, cipher, order.case_id, contact.id, {letter_kind(contact.id): text})
    reach.made(session, actor, contact.id, "pdf", now)
    row = Letter(
        contact_id=contact.id,
        code=code,
        sha256=sha256(made).digest(),
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "letter.made",
        ("works_order", order_id),
        detail={"letter": code, "sha256": row.sha256.hex(), "interest_id": str(interest_id)},
    )
    answers.ask(
        session,
        actor,
        order_id,
        interest_id=interest_id,
        line_ids=line_ids,
        how=str(How.LETTER),
        asked_on=local_day(now),
        contact_id=contact.id,
        now=now,
    )
    return row


def read_letter(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    contact_id: uuid.UUID,
    purpose: str,
) -> tuple[str, bytes]:
    """Code and PDF of a letter, for a purpose; refused once the person must never be asked: nobody posts it then."""
    row = session.get(Letter, contact_id)
    if actor.role is not Role.COORDINATOR or row is None:
        raise NotFoundError("There is no such letter.")
    contact = session.get_one(InterestContact, contact_id)
    text = require_purpose(purpose)
    person = reach.require(session, contact.interest_id, Channel.LETTER)
    kind = letter_kind(contact_id)
    found = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[person.case_id],
        kinds=[kind],
        purpose=text,
        under=Purpose.CONTACT_CLIENT,
    )
    made = base64.b64decode(found.of(person.case_id, kind) or "")
    if sha256(made).digest() != row.sha256:
        raise NotFoundError("There is no such letter.")
    return row.code, made


def letter_of(session: Session, code: str) -> uuid.UUID | None:
    """The order that a letter's code leads to, for whoever answers it on the phone."""
    return session.scalar(
        select(InterestContact.order_id)
        .join(Letter, Letter.contact_id == InterestContact.id)
        .where(Letter.code == code)
    )


def _open(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    order: WorksOrder,
    interest_id: uuid.UUID,
    lines: list[WorksLine],
    purpose: str,
) -> ShownPerson:
    """The person's name and postal address, once it is sure that a letter can and may be made."""
    row = reach.require(session, interest_id, Channel.LETTER)
    if row.case_id != order.case_id:
        raise NotFoundError("There is no such person.")
    faults = Faults()
    faults.require(row.has_post, "interest_id", "No postal address is recorded: ask by phone or in person.")
    faults.require(lines, "lines", "Choose the measures that this is about.")
    faults.raise_if_any()
    return read_for(sessions, cipher, actor, interest_id, Channel.LETTER, purpose)


def _values(
    person: ShownPerson,
    address: str,
    lines: list[WorksLine],
    by: Sender,
    code: str,
    now: datetime,
) -> dict[str, Any]:
    """What the letter says; nobody but the receiver is named in it, and items by their neutral names."""
    today = local_day(now)
    rows = sorted({(line.offer_name, _where(line)) for line in lines})
    told = " ".join((by.name, by.address, *(f"{work} {where}" for work, where in rows)))
    found = betraying(told)
    if found:
        raise FaultsError([Fault("lines", f"The letter would say “{found[0]}”: it must not tell why.")])
    return {
        "sender_name": by.name,
        "sender_address": by.address,
        "sender_phone": by.phone,
        "written_on": today,
        "name": person.name,
        "post": [row.strip() for row in person.post.splitlines() if row.strip()],
        "address": address,
        "lines": [{"work": work, "where": where} for work, where in rows],
        "answer_by": answer_due(today),
        "code": code,
    }


def _where(line: WorksLine) -> str:
    """The kind of opening, never its label: somebody typed that."""
    return line.opening.kind.replace("_", " ").capitalize() if line.opening else "Whole property"
