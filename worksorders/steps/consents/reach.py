"""The one gate through which every letter, message and call to a person with an interest in a home goes.

No other module makes an `InterestContact` or reads such a person's name or number (a test looks for it). The
database's triggers are the second barrier: they refuse a contact even where this gate was passed by.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.people import interests as rules
from worksorders.domain.people.interests import Channel, Interest, Person, Screening
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.tell.barred import Receiver, bars
from worksorders.steps.tell.calls import raise_call_task
from worksorders.store.lookups import barred_twin
from worksorders.store.tables.confidential.interests import HomeInterest, InterestContact
from worksorders.store.tables.work.orders import WorksOrder


def person_of(row: HomeInterest) -> Person:
    """A row as the rules see it; somebody who has left the home's story is as good as not cleared."""
    screening = Screening(row.screening) if row.ended_at is None else Screening.WAITING
    return Person(str(row.id), Interest(row.kind), screening, row.is_client)


def may_be_contacted(session: Session, interest_id: uuid.UUID) -> bool:
    """Whether a letter, message or call to this person may be made now; False for an unknown id."""
    row = session.get(HomeInterest, interest_id, populate_existing=True)
    return row is not None and rules.may_be_contacted(person_of(row)) and not barred_twin(session, row.id)


def may_hold_keys(session: Session, interest_id: uuid.UUID) -> bool:
    """Whether a key may be registered to this person; False for an unknown id.

    A table with a column `interest_id` gets the same barrier in the database by a trigger BEFORE INSERT OR UPDATE that
    executes `public.refuse_barred_interest()`.
    """
    row = session.get(HomeInterest, interest_id, populate_existing=True)
    return row is not None and rules.may_hold_keys(person_of(row)) and not barred_twin(session, row.id)


def require(session: Session, interest_id: uuid.UUID, channel: Channel) -> HomeInterest:
    """The person, locked until the transaction ends, so that a bar and a contact wait for each other.

    Raises NotFoundError for an unknown id, NotPermittedError in the same words for everybody who may not be reached.
    """
    row = session.scalar(
        select(HomeInterest)
        .where(HomeInterest.id == interest_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError("There is no such person.")
    rules.require_contactable(person_of(row), channel)
    if barred_twin(session, row.id):
        raise NotPermittedError(f"No {channel.replace('_', ' ')} may be made to this person.")
    return row


@bars
def never_asked(session: Session, receiver: Receiver) -> bool:
    """The same gate for whoever tells or calls by another step: a person recorded with a home passes here or nowhere."""
    return receiver.contact_id is not None and not may_be_contacted(session, receiver.contact_id)


def call(
    session: Session,
    actor: Actor | None,
    order_id: uuid.UUID,
    interest_id: uuid.UUID,
    kind: str,
    *,
    due_at: datetime,
    dedupe_key: str | None = None,
    now: datetime,
) -> uuid.UUID:
    """Put a call to this person on the office's list; gives its id. The same `dedupe_key` twice is once."""
    _of_order(session, order_id, require(session, interest_id, Channel.CALL_TASK))
    return raise_call_task(
        session,
        order_id,
        kind,
        now,
        due_at=due_at,
        contact_id=interest_id,
        actor=actor,
        dedupe_key=dedupe_key,
    )


def _of_order(session: Session, order_id: uuid.UUID, row: HomeInterest) -> None:
    order = session.get(WorksOrder, order_id)
    if order is None or order.case_id != row.case_id:
        raise NotFoundError("There is no such person.")


def queue(
    session: Session,
    actor: Actor | None,
    order_id: uuid.UUID,
    interest_id: uuid.UUID,
    channel: Channel,
    template: str,
    *,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
    now: datetime,
) -> InterestContact:
    """Write down a contact to be made; it is asked for again when it is made. The same `dedupe_key` twice is once."""
    _of_order(session, order_id, require(session, interest_id, channel))
    if dedupe_key is not None:
        earlier = session.scalar(select(InterestContact).where(InterestContact.dedupe_key == dedupe_key))
        if earlier is not None:
            return earlier
    contact = InterestContact(
        id=uuid.uuid4(),
        interest_id=interest_id,
        order_id=order_id,
        channel=str(channel),
        template=template,
        state="queued",
        queued_at=now,
        queued_by=actor.user_id if actor else None,
        due_at=due_at,
        dedupe_key=dedupe_key,
    )
    session.add(contact)
    session.flush()
    audit.record(
        session,
        actor,
        "interest.contact_queued",
        ("works_order", order_id),
        detail={"channel": str(channel), "template": template, "interest_id": str(interest_id)},
    )
    return contact


def made(
    session: Session, actor: Actor | None, contact_id: uuid.UUID, outcome: str | None, now: datetime
) -> InterestContact:
    """Mark a queued contact as made, in the transaction that makes it; the person is asked for once more.

    Raises NotPermittedError where the person may not be reached any more or the contact was stopped.
    """
    contact = session.scalar(
        select(InterestContact)
        .where(InterestContact.id == contact_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if contact is None:
        raise NotFoundError("There is no such contact.")
    channel = Channel(contact.channel)
    require(session, contact.interest_id, channel)
    if contact.state != "queued":
        raise NotPermittedError(f"This {channel.replace('_', ' ')} was {contact.state} already.")
    contact.state, contact.made_at, contact.outcome = "made", now, outcome
    contact.made_by = actor.user_id if actor else None
    session.flush()
    audit.record(
        session,
        actor,
        "interest.contact_made",
        ("works_order", contact.order_id),
        detail={"channel": contact.channel, "template": contact.template, "how": outcome or ""},
    )
    return contact
