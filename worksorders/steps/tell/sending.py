"""Sends one message: looks up where at the last moment, hands it over, and keeps what nobody could take."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.telling.linter import lint
from worksorders.domain.telling.templates import fill, template_of
from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.text import Text
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.client_address import way_to_client
from worksorders.steps.tell.messages import MAIL, NO_CONTACT, SEND, send_at
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.telling import OutgoingMessage, UserContact

NO_GATEWAY = "no_gateway"
NOT_NEUTRAL = "not_neutral"
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
CAUGHT_UP = 50


@handles(SEND)
def send_message(job: Job) -> Effect:
    """Hand the message over outside of any transaction; the effect writes down what came of it."""
    message_id = uuid.UUID(job.payload["message_id"])
    with job.sessions() as session:
        message = session.get_one(OutgoingMessage, message_id)
        if message.state != "waiting":
            return _nothing
        to = None if message.case_id else address_of(session, message)
    if message.case_id is not None:
        found = way_to_client(job, message)
        if not isinstance(found, str):
            return found
        to = found
    template = template_of(message.template)
    if lint(template, job.post.sender):
        return _ended(message_id, "stopped", NOT_NEUTRAL)
    gateway = job.post.gateway(message.channel)
    if to is None or gateway is None:
        return _waits(message_id, NO_CONTACT if to is None else NO_GATEWAY)
    subject, body = fill(template, job.post.sender)
    try:
        gateway.send(to, Text(message_id, job.post.sender, subject, body, job.now()))
    except NotSentError as error:
        return _not_sent(message_id, error)
    return _sent(message_id)


def address_of(session: Session, message: OutgoingMessage) -> str | None:
    """The mail address or mobile number of the receiver as it is now; None where there is none any more."""
    if message.firm_id is not None:
        firm = session.get_one(Firm, message.firm_id)
        return firm.email if firm.active else None
    user = session.get_one(AppUser, message.user_id)
    contact = session.get(UserContact, message.user_id)
    if contact is None or user.disabled_at is not None:
        return None
    return contact.email if message.channel == MAIL else contact.mobile


def _nothing(_session: Session, _now: datetime) -> None:
    """The effect of a message that was dealt with before."""


def _locked(session: Session, message_id: uuid.UUID) -> OutgoingMessage:
    return session.scalars(
        select(OutgoingMessage).where(OutgoingMessage.id == message_id).with_for_update()
    ).one()


def _sent(message_id: uuid.UUID) -> Effect:
    def effect(session: Session, now: datetime) -> None:
        message = _locked(session, message_id)
        message.state, message.state_reason, message.sent_at = "sent", None, now
        message.attempts += 1
        # A gateway that takes messages again gets those that waited for one.
        send_waiting(session, message.channel)

    return effect


def _waits(message_id: uuid.UUID, reason: str) -> Effect:
    def effect(session: Session, _now: datetime) -> None:
        _locked(session, message_id).state_reason = reason

    return effect


def _ended(message_id: uuid.UUID, state: str, reason: str) -> Effect:
    def effect(session: Session, _now: datetime) -> None:
        message = _locked(session, message_id)
        message.state, message.state_reason = state, reason

    return effect


def _not_sent(message_id: uuid.UUID, error: NotSentError) -> Effect:
    def effect(session: Session, now: datetime) -> None:
        message = _locked(session, message_id)
        message.attempts += 1
        message.state_reason = error.reason
        if error.for_good or message.attempts >= MOST_ATTEMPTS:
            message.state = "failed"
            return
        wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
        send_at(session, message_id, now + wait, str(message.attempts))

    return effect


def send_waiting(session: Session, channel: str | None = None, limit: int = CAUGHT_UP) -> int:
    """Ask again for messages that wait for a gateway; gives how many."""
    query = select(OutgoingMessage).where(
        OutgoingMessage.state == "waiting", OutgoingMessage.state_reason == NO_GATEWAY
    )
    if channel is not None:
        query = query.where(OutgoingMessage.channel == channel)
    rows = session.scalars(
        query.order_by(OutgoingMessage.wanted_at, OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for message in rows:
        message.state_reason = None
        message.attempts += 1
        send_at(session, message.id, None, f"gateway-{message.attempts}")
    session.flush()
    return len(rows)
