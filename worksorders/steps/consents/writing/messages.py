"""Sends a message without content to a person with an interest in a home; the gate is asked in the act of sending.

The effect holds the person's row while it hands the message over, so that a bar either comes first, and nothing is
sent, or waits until the message is out and written down.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.people.interests import Channel
from worksorders.domain.roles import Role
from worksorders.domain.telling.linter import lint
from worksorders.domain.telling.templates import fill, template_of
from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.text import Text
from worksorders.steps import outbox
from worksorders.steps.actor import Actor
from worksorders.steps.consents import reach
from worksorders.steps.consents.writing.read_person import ShownPerson, read_for
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.store.tables.confidential.interests import InterestContact
from worksorders.store.tables.identity.people import AppUser

MESSAGE = "interest.message"
TEMPLATE = "contact_update"
PURPOSE = "To send a message without content"


def send(
    session: Session, actor: Actor, order_id: uuid.UUID, interest_id: uuid.UUID, now: datetime
) -> InterestContact:
    """Queue a message; FaultsError at `interest_id` where neither e-mail nor phone is recorded."""
    row = reach.require(session, interest_id, Channel.MESSAGE)
    if not row.has_mail and not row.has_phone:
        raise FaultsError([Fault("interest_id", "Neither e-mail nor phone is recorded: write a letter.")])
    contact = reach.queue(session, actor, order_id, interest_id, Channel.MESSAGE, TEMPLATE, now=now)
    outbox.send(session, MESSAGE, {"contact_id": str(contact.id)}, dedupe_key=f"{MESSAGE}:{contact.id}")
    return contact


@handles(MESSAGE)
def deliver(job: Job) -> Effect:
    """Look up where, then ask the gate, hand over and write down in one transaction."""
    contact_id = uuid.UUID(job.payload["contact_id"])
    with job.sessions() as session:
        contact = session.get_one(InterestContact, contact_id)
        if contact.state != "queued" or not reach.may_be_contacted(session, contact.interest_id):
            return _nothing
        interest_id = contact.interest_id
        user = session.get_one(AppUser, contact.queued_by)
    actor = Actor(user.id, Role(user.role), user.display_name, f"job-{job.message_id}")
    shown = read_for(job.sessions, job.cipher, actor, interest_id, Channel.MESSAGE, PURPOSE)

    def effect(session: Session, now: datetime) -> None:
        contact = session.get_one(InterestContact, contact_id, with_for_update=True)
        if contact.state != "queued" or not reach.may_be_contacted(session, interest_id):
            return
        reach.require(session, interest_id, Channel.MESSAGE)
        how = _hand_over(job, contact_id, shown, now)
        if how in {"mail", "sms"}:
            reach.made(session, None, contact_id, how, now)
        else:
            contact.state, contact.outcome = "stopped", how

    return effect


def _hand_over(job: Job, contact_id: uuid.UUID, shown: ShownPerson, now: datetime) -> str:
    """The channel that took the message, or why none did; an error that may pass is raised, for another try."""
    template = template_of(TEMPLATE)
    if lint(template, job.post.sender):
        return "not_neutral"
    ways = [way for way, to in (("mail", shown.mail), ("sms", shown.phone)) if to and job.post.gateway(way)]
    if not ways:
        return "no_gateway"
    gateway = job.post.gateway(ways[0])
    assert gateway is not None
    subject, body = fill(template, job.post.sender)
    try:
        gateway.send(
            shown.mail if ways[0] == "mail" else shown.phone,
            Text(contact_id, job.post.sender, subject, body, now),
        )
    except NotSentError as error:
        if error.for_good:
            return error.reason
        raise
    return ways[0]


def _nothing(_session: Session, _now: datetime) -> None:
    """The effect of a message that was stopped or sent before."""
