"""The landlords of the demo's homes: recorded, screened, asked and answering like anybody else."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from catalogue.item import ConsentNeeded
from worksorders.domain.local_time import local_day
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.consents.answers import record_answer
from worksorders.steps.consents.persons import GivenPerson, record_person
from worksorders.steps.consents.standing import unsettled
from worksorders.steps.demo.names import Names
from worksorders.store.tables.work.orders import WorksOrder


def agree(
    session: Session, cipher: Cipher, actor: Actor, order_id: uuid.UUID, names: Names, now: datetime
) -> None:
    """Record the landlord and their agreement to all that is missing: locks by phone, the rest by letter."""
    order = session.get_one(WorksOrder, order_id)
    given = GivenPerson("landlord", "no", name=" ".join(names.person()), phone=names.phone())
    landlord = record_person(session, cipher, actor, order.case_id, given, now)
    missing = unsettled(session, order, local_day(now))
    for group, how in ((ConsentNeeded.LOCKS, "phone"), (ConsentNeeded.OWNER, "letter")):
        lines = [one.line.id for one in missing if one.line.consent_group == group]
        if lines:
            record_answer(
                session,
                actor,
                order_id,
                interest_id=landlord.id,
                line_ids=lines,
                outcome="granted",
                how=how,
                answered_on=local_day(now),
                now=now,
            )
