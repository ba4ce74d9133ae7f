"""Referrals, a catalogue in force and firms with rates, for tests of intake, ordering and their pages."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from catalogue.load import load_catalogue
from tests import factories
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.order.assessment import CRITERIA
from worksorders.steps.admin import catalogue
from worksorders.steps.intake.referral import (
    GivenAnswer,
    Referral,
    ReferredHome,
    ReferredOpening,
    ReferredPerson,
)
from worksorders.steps.intake.take_in import take_in
from worksorders.store.tables.firms.contractors import Agreement, RateCard, RateLine
from worksorders.store.tables.work.cases import Assessment, Opening
from worksorders.store.tables.work.orders import Visit, WorksOrder

ASSESSED_ON = date(2026, 11, 20)
TOWN = "tauranga"
REGION = "E8"
ALL_TRADES = (
    "locksmith",
    "carpenter",
    "handyperson",
    "glazier",
    "electrician",
    "alarm technician",
    "monitoring provider",
    "specialist",
)
FRONT_DOOR = ReferredOpening(
    "front_door",
    "front door",
    OpeningState.INSECURE,
    (("glass-panelled entrance door", None), ("keys held by others or lost", None)),
)
WINDOWS = ReferredOpening(
    "window", "bathroom window", OpeningState.SECURE, (("opens far enough to climb through", Decimal(2)),)
)
ALARM = ReferredOpening("person", "alarm", OpeningState.SECURE, (("no silent way to call for help", None),))


def answers(**failing):
    """All six answers, yes unless named: `answers(lives_apart=False)`."""
    return tuple(
        GivenAnswer(one.key, failing.get(one.key, True), "Aroha, advocate", ASSESSED_ON) for one in CRITERIA
    )


def referral(**values):
    """A complete P2 referral of an invented home in Tauranga, with an insecure glass-panelled front door."""
    made = Referral(
        agency="Te Whare Āwhina",
        urgency="P2",
        adults=1,
        children=2,
        assessed_on=ASSESSED_ON,
        answers=answers(),
        home=ReferredHome("Flat 2, 14 Example Road", TOWN, built_before_2000=True),
        person=ReferredPerson("Hinemoa Sample", "+64215550199", ("Hine Sample",), "Text first, mornings"),
        safe_windows=((540, 720), (780, 930)),
        openings=(FRONT_DOOR, WINDOWS, ALARM),
    )
    return replace(made, **values)


def load_starting_catalogue(session):
    """Put the product's starting catalogue in force, with a funding contract to pay for it."""
    factories.make_contract(session)
    return catalogue.load_starting(session, None, date(2026, 1, 1), factories.NOW)


def firm_with_rates(session, *, region=REGION, trades=ALL_TRADES, factor=Decimal(1), without=()):
    """A firm of all trades whose card pays the catalogue's price times a factor since January 2026."""
    firm = factories.make_firm(session, region=region, trades=trades)
    agreement = session.scalars(select(Agreement).where(Agreement.firm_id == firm.id)).one()
    items = load_catalogue(catalogue.starting_files()[0])
    card = RateCard(
        id=uuid.uuid4(),
        agreement_id=agreement.id,
        version=1,
        valid=Range(date(2026, 1, 1), None, bounds="[)"),
    )
    session.add(card)
    session.flush()
    session.add_all(
        RateLine(rate_card_id=card.id, item_code=code, unit=item.unit, rate=item.price * factor)
        for code, item in items.items()
        if code not in without
    )
    session.flush()
    return firm


def taken_in(services, actor, **values):
    """Take a referral in and commit it."""
    with services.sessions.begin() as session:
        return take_in(session, services.cipher, actor, referral(**values), factories.NOW)


def bare_order(session, user, *, insecure=False):
    """A draft order of one line and one visit, for lists with many rows."""
    case = factories.make_case(session, REGION, created_by=user.id)
    number = next(factories._numbers)
    assessment = Assessment(
        id=uuid.uuid4(),
        code=f"A-TEST-{number:05}",
        case_id=case.id,
        agency="Te Whare Āwhina",
        urgency="P3",
        adults=1,
        children=0,
        state="ordered",
        assessed_on=ASSESSED_ON,
        received_at=factories.NOW,
        received_by=user.id,
    )
    session.add(assessment)
    session.flush()
    session.add(
        Opening(
            assessment_id=assessment.id,
            position=1,
            kind="window",
            label="window",
            state="insecure" if insecure else "secure",
            state_at=factories.NOW,
        )
    )
    order = WorksOrder(
        id=uuid.uuid4(),
        code=f"W-TEST-{number:05}",
        assessment_id=assessment.id,
        case_id=case.id,
        region_code=REGION,
        area_code=case.area_code,
        urgency="P3",
        state="draft",
        raised_at=factories.NOW,
        raised_by=user.id,
        permanent_due_at=factories.NOW + timedelta(days=10),
    )
    session.add(order)
    session.flush()
    session.add(
        Visit(
            code=f"V-TEST-{number:05}",
            order_id=order.id,
            position=1,
            trade="handyperson",
            crew=1,
            minutes=30,
            interim=False,
            ready_on=ASSESSED_ON,
            due_at=factories.NOW + timedelta(days=10),
            state="unplanned",
        )
    )
    session.flush()
    return order
