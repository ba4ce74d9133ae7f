"""Shows a coordinator the name and contact of one person with an interest in a home: for a purpose, logged.

Of somebody barred, or not cleared yet, the name alone is shown, so that they are recognised; a number or address that
nobody reads is a number that nobody dials.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.people.interests import Channel
from worksorders.domain.roles import Role
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.consents import reach
from worksorders.steps.consents.persons import kind
from worksorders.store.tables.confidential.interests import HomeInterest

LEAST_PURPOSE, LONGEST_PURPOSE = 8, 200


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """What one reading showed; contact is empty for somebody who may not be reached."""

    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    post: str = field(default="", repr=False)


def require_purpose(purpose: str) -> str:
    """The purpose with single blanks; FaultsError at `purpose` where it says too little or too much."""
    text = " ".join(purpose.split())
    if not LEAST_PURPOSE <= len(text) <= LONGEST_PURPOSE:
        message = f"Say what you need it for, in {LEAST_PURPOSE} to {LONGEST_PURPOSE} letters: it is logged."
        raise FaultsError([Fault("purpose", message)])
    return text


def read_person(
    sessions: sessionmaker[Session], cipher: Cipher, actor: Actor, interest_id: uuid.UUID, purpose: str
) -> ShownPerson:
    """Read the name, and of a cleared person how to reach them; FaultsError at `purpose`."""
    text = require_purpose(purpose)
    with sessions() as session:
        row = session.get(HomeInterest, interest_id)
        if actor.role is not Role.COORDINATOR or row is None:
            raise NotFoundError("There is no such person.")
        case_id, reachable = row.case_id, reach.may_be_contacted(session, interest_id)
    wanted = ("name", "phone", "mail", "post") if reachable else ("name",)
    values = _read(sessions, cipher, actor, case_id, interest_id, wanted, text, Purpose.CONTACT_CLIENT)
    return ShownPerson(**values)


def read_for(
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    interest_id: uuid.UUID,
    channel: Channel,
    purpose: str,
) -> ShownPerson:
    """Read name and contact in order to reach the person; raises NotPermittedError before anything is opened."""
    text = require_purpose(purpose)
    with sessions() as session:
        case_id = reach.require(session, interest_id, channel).case_id
    values = _read(
        sessions,
        cipher,
        actor,
        case_id,
        interest_id,
        ("name", "phone", "mail", "post"),
        text,
        Purpose.CONTACT_CLIENT,
    )
    return ShownPerson(**values)


def own_values(
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    case_id: uuid.UUID,
    interest_id: uuid.UUID,
    purpose: str,
) -> dict[str, str]:
    """What is sealed of one person, by `name`, `phone`, `mail`, `post`, for their own request under the Privacy Act."""
    if actor.role is not Role.PRIVACY_OFFICER:
        raise NotFoundError("There is no such person.")
    wanted = ("name", "phone", "mail", "post")
    return _read(sessions, cipher, actor, case_id, interest_id, wanted, purpose, Purpose.PRIVACY_REQUEST)


def _read(
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    case_id: uuid.UUID,
    interest_id: uuid.UUID,
    wanted: Iterable[str],
    purpose: str,
    under: Purpose,
) -> dict[str, str]:
    kinds = {kind(what, interest_id): what for what in wanted}
    found = disclose.read(
        sessions, cipher, actor, case_ids=[case_id], kinds=kinds, purpose=purpose, under=under
    )
    values = {kinds[one]: value for (_, _, one), value in found.items()}
    return {"name": values.pop("name", ""), **values}
