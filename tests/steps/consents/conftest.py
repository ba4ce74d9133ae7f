"""A home with an order of two measures, one on its locks and one the owner's, and two coordinators."""

from __future__ import annotations

import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests import agreeing, factories, referrals
from worksorders.steps import disclose
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import WorksLine

ADDRESS = "14 Canary Road, Ōtaki"
CLIENT_PHONE = "+64215550199"


def make_order(session, cipher, user, *, key=True):
    order = referrals.bare_order(session, user)
    if key:
        disclose.open_case(session, cipher, order.case_id)
        values = {disclose.HOME_ADDRESS: ADDRESS, disclose.PERSON_NAME: "Hinemoa Canary"}
        disclose.protect(session, cipher, order.case_id, order.case_id, values)
        disclose.remember(session, cipher, order.case_id, disclose.PERSON_PHONE, CLIENT_PHONE)
        disclose.remember(session, cipher, order.case_id, disclose.PERSON_NAME, "canary hinemoa")
    opening = session.query(Opening).filter_by(assessment_id=order.assessment_id).one()
    for position, (code, group) in enumerate((("LK03", "locks"), ("DR01", "owner")), start=1):
        session.add(
            WorksLine(
                id=uuid.uuid4(), order_id=order.id, position=position, item_code=code, opening_id=opening.id,
                measure={"LK03": "Rekey cylinder", "DR01": "Solid door"}[code],
                offer_name={"LK03": "Lock work", "DR01": "Door work"}[code], kind="work", quantity=Decimal(1),
                unit="each", rate=Decimal(100), minutes=20, trade="locksmith", crew=1, lead_working_days=0,
                consent_group=group, evidence="",
            )
        )  # fmt: skip
    session.flush()
    return order


@pytest.fixture
def world(services):
    """`session` is one transaction that is never committed; `commit()` gives a world that others see."""
    with services.sessions() as session:
        first, second = (factories.make_user(session) for _ in range(2))
        order = make_order(session, services.cipher, first)
        made = SimpleNamespace(
            session=session,
            services=services,
            cipher=services.cipher,
            sessions=services.sessions,
            actor=factories.actor_of(first),
            other=factories.actor_of(second),
            user=first,
            order=order,
            case_id=order.case_id,
            lines={
                line.consent_group: line for line in session.query(WorksLine).filter_by(order_id=order.id)
            },
        )
        made.record = lambda **values: agreeing.landlord(
            session, services.cipher, made.actor, made.case_id, **values
        )
        yield made
