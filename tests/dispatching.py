"""Firms that may be sent, issued orders and published plans, for tests of offers and attendance."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range

from tests import factories
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.steps import disclose
from worksorders.steps.confirm import tell_client
from worksorders.store.tables.firms.contractors import RateCard, VettingCheck, WorkingHours
from worksorders.store.tables.plans.planning import Booking, Plan, PlanStop
from worksorders.store.tables.work.cases import Assessment, CaseFile, NeverSend, Opening
from worksorders.store.tables.work.offers import OfferVisit
from worksorders.store.tables.work.orders import FrozenRate, Visit, WorksLine, WorksOrder

__all__ = ["NeverSend", "OfferVisit"]

NOW = factories.NOW
REGION = "E7"
TOMORROW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)  # Wednesday 25 November 2026, 10:00 in New Zealand
LOCAL = ZoneInfo("Pacific/Auckland")
ADDRESS = "7 Canary Lane, Nowhere"
WORKER_CHECKS = ("police_vetting", "photo_identity", "induction", "security_licence")


def cleared_firm(session, *, workers=1, on_call=False, trades=("locksmith",), region=REGION):
    """A firm whose workers have every check, and hours from eight to five on all days."""
    firm = factories.make_firm(session, region, trades, workers)
    for kind in ("insurance", "security_licence"):
        add_check(session, kind, firm_id=firm.id)
    session.refresh(firm)
    for worker in firm.workers:
        worker.on_call = on_call
        for kind in WORKER_CHECKS:
            add_check(session, kind, worker_id=worker.id)
        for weekday in range(7):
            session.add(
                WorkingHours(worker_id=worker.id, weekday=weekday, opens_minute=480, closes_minute=1020)
            )
    session.add(
        RateCard(
            id=uuid.uuid4(), agreement_id=firm.agreements[0].id, version=1,
            valid=Range(date(2026, 1, 1), None, bounds="[)"),
        )
    )  # fmt: skip
    session.flush()
    session.refresh(firm)
    return firm


def add_check(session, kind, *, expires_on=date(2027, 6, 30), **holder):
    check = VettingCheck(
        kind=kind,
        number="1",
        issuer="Issuer",
        issued_on=date(2026, 1, 5),
        expires_on=expires_on,
        state="verified",
        decided_at=NOW,
        **holder,
    )
    session.add(check)
    session.flush()
    return check


def account(session, firm, worker=None, **values):
    """The actor of a contractor's account: the firm's office, or one of its workers."""
    return factories.actor_of(contractor(session, firm, worker, **values))


def contractor(session, firm, worker=None, **values):
    user = factories.make_user(session, "contractor", firm_id=firm.id, **values)
    user.worker_id = worker.id if worker else None
    session.flush()
    return user


def issued_order(session, firms=(), *, urgency="P3", visits=1, cipher=None, rates=("70.00",), **values):
    """An issued order with an insecure front door and visits of one line each; each firm has a frozen rate.

    `rates` are dollars, one a firm in their order, the last for all further firms.
    """
    coordinator = factories.make_user(session)
    case = CaseFile(
        id=uuid.uuid4(), code=secrets.token_hex(4), region_code=REGION, area_code=values.pop("area_code", "A1"),
        built_before_2000=False, created_at=NOW, created_by=coordinator.id,
    )  # fmt: skip
    assessment = Assessment(
        id=uuid.uuid4(), code=secrets.token_hex(4), case_id=case.id, agency="Refuge", urgency=urgency, adults=1,
        children=1, state="ordered", assessed_on=date(2026, 11, 23), received_at=NOW, received_by=coordinator.id,
    )  # fmt: skip
    opening = Opening(
        id=uuid.uuid4(), assessment_id=assessment.id, position=1, kind="door", label="Front door",
        state=OpeningState.INSECURE.value, state_at=NOW,
    )  # fmt: skip
    order = WorksOrder(
        id=uuid.uuid4(), code=secrets.token_hex(4), assessment_id=assessment.id, case_id=case.id,
        region_code=REGION, area_code=case.area_code, urgency=urgency, state="issued", raised_at=NOW,
        raised_by=coordinator.id, permanent_due_at=NOW + timedelta(days=10), issued_at=NOW,
        issued_by=coordinator.id, issued_on=date(2026, 11, 24),
    )  # fmt: skip
    for row in (case, assessment, opening, order):
        session.add(row)
        session.flush()
    for position in range(1, visits + 1):
        add_visit(session, order, opening, firms, position, rates, **values)
    if cipher is not None:
        disclose.open_case(session, cipher, case.id)
        disclose.protect(
            session, cipher, case.id, case.id,
            {disclose.HOME_ADDRESS: ADDRESS, disclose.PERSON_NAME: "Canary Name"},
        )  # fmt: skip
    session.flush()
    session.refresh(order)
    return order


def add_visit(session, order, opening, firms, position, rates, *, interim=False, crew=1, **values):
    visit = Visit(
        id=uuid.uuid4(), code=secrets.token_hex(4), order_id=order.id, position=position, trade="locksmith",
        crew=crew, minutes=60, interim=interim, ready_on=date(2026, 11, 24),
        due_at=values.pop("due_at", NOW + timedelta(hours=4)), state="unplanned",
    )  # fmt: skip
    session.add(visit)
    session.flush()
    line = WorksLine(
        id=uuid.uuid4(), order_id=order.id, position=position, opening_id=opening.id, item_code="LK03",
        measure="Rekey cylinder", offer_name="Lock work", kind="work", quantity=Decimal(2), unit="each",
        rate=Decimal(999), minutes=20, trade="locksmith", crew=1, lead_working_days=0, consent_group="locks",
        visit_id=visit.id, **({"evidence": "photo"} | values),
    )  # fmt: skip
    session.add(line)
    session.flush()
    for place, firm in enumerate(firms):
        session.add(
            FrozenRate(
                line_id=line.id, firm_id=firm.id, rate_card_id=firm.agreements[0].rate_cards[0].id, unit="each",
                rate=Decimal(rates[min(place, len(rates) - 1)]),
            )
        )  # fmt: skip
    session.flush()
    return visit


def publish(session, order, firm, *, start_at=TOMORROW, apart=timedelta(hours=2)):
    """A published plan that holds the firm's first workers for every visit of the order, one after another."""
    coordinator = factories.make_user(session)
    plan = Plan(
        id=uuid.uuid4(), code=secrets.token_hex(4), state="published", created_at=NOW, created_by=coordinator.id,
        starts_on=date(2026, 11, 24), days=14, region_codes=[], seed=1, seconds=1, settings={},
    )  # fmt: skip
    session.add(plan)
    session.flush()
    for number, visit in enumerate(order.visits):
        begin = start_at + number * apart
        end = begin + timedelta(minutes=visit.minutes)
        visit.state, visit.start_at, visit.end_at = "published", begin, end
        for worker in firm.workers[: visit.crew]:
            session.add(
                PlanStop(plan_id=plan.id, visit_id=visit.id, worker_id=worker.id, start_at=begin, end_at=end)
            )
            book(session, worker, visit, begin, end)
    session.flush()
    return plan


def confirm(session, cipher, visit, now=NOW):
    """A coordinator tells the client by way of the advocate who comes: the visit may be set out for."""
    coordinator = factories.actor_of(factories.make_user(session))
    tell_client.prepare(session, cipher, coordinator, visit.id, now)
    assert tell_client.record(session, coordinator, visit.id, "told", "advocate", now)


def book(session, worker, visit, begin, end, state="held"):
    booking = Booking(
        worker_id=worker.id, firm_id=worker.firm_id, visit_id=visit.id, during=Range(begin, end), state=state
    )
    session.add(booking)
    session.flush()
    return booking
