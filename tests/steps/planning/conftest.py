"""Issued orders with visits, and cleared workers with hours, for the tests of planning."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests import factories
from web import jobs
from worksorders.steps import disclose
from worksorders.steps.planning.when import wall
from worksorders.store.tables.firms.contractors import (
    Agreement,
    Firm,
    FirmRegion,
    VettingCheck,
    Worker,
    WorkerTrade,
    WorkingHours,
)
from worksorders.store.tables.work.cases import Assessment, Opening
from worksorders.store.tables.work.orders import Visit, VisitDependency, WorksLine, WorksOrder

FIRST_DAY = date(2026, 11, 25)
AUCKLAND = ("-36.90", "174.76")


class World:
    """Makes what a test plans with, in its own transactions."""

    def __init__(self, services):
        self.services = services
        with services.sessions.begin() as session:
            self.user = factories.make_user(session)
            self.actor = factories.actor_of(self.user)
        self.numbers = iter(range(1, 1000))

    def worker(
        self, trades=("locksmith",), firm=None, region="E7", checks_until=date(2028, 1, 1), hours=(480, 1020)
    ):
        """A worker with valid checks who works on weekdays; returns (worker id, firm id)."""
        with self.services.sessions.begin() as session:
            number = next(self.numbers)
            if firm is None:
                row = Firm(id=uuid.uuid4(), code=f"W{number:03}", name=f"Firm {number}")
                session.add(row)
                session.flush()
                session.add(FirmRegion(firm_id=row.id, region_code=region))
                session.add(Agreement(firm_id=row.id, code=f"WA{number:03}", valid_from=date(2026, 1, 1)))
                for kind in ("insurance", "security_licence"):
                    session.add(check(kind, firm_id=row.id))
                firm = row.id
            worker = Worker(
                id=uuid.uuid4(), firm_id=firm, first_name=f"Ari {number}", last_name="Example", base_town="Auckland",
                base_lat=Decimal(AUCKLAND[0]), base_lon=Decimal(AUCKLAND[1]),
            )  # fmt: skip
            session.add(worker)
            session.flush()
            session.add_all([WorkerTrade(worker_id=worker.id, trade=trade) for trade in trades])
            for kind in (
                "police_vetting",
                "photo_identity",
                "induction",
                "security_licence",
                "electrical_licence",
            ):
                session.add(check(kind, worker_id=worker.id, until=checks_until))
            for weekday in range(5):
                session.add(
                    WorkingHours(
                        worker_id=worker.id, weekday=weekday, opens_minute=hours[0], closes_minute=hours[1]
                    )
                )
            return worker.id, firm

    def order(
        self,
        *visits,
        urgency="P3",
        windows="480-1020",
        place=AUCKLAND,
        state="issued",
        insecure=False,
        temporary=False,
    ):
        """An issued order with one visit for each mapping given; returns the visits' ids in order."""
        with self.services.sessions.begin() as session:
            number = next(self.numbers)
            case = factories.make_case(session, created_by=self.user.id)
            disclose.open_case(session, self.services.cipher, case.id)
            point = {disclose.HOME_COORDINATES: ",".join(place)} if place else {}
            disclose.protect(session, self.services.cipher, case.id, case.id, point)
            assessment = Assessment(
                id=uuid.uuid4(), code=f"AS{number}", case_id=case.id, agency="Police", urgency=urgency, adults=1,
                children=1, state="ordered", assessed_on=date(2026, 11, 20), received_at=factories.NOW,
                received_by=self.user.id,
            )  # fmt: skip
            session.add(assessment)
            session.flush()
            opening = Opening(
                id=uuid.uuid4(), assessment_id=assessment.id, position=1, kind="front_door", label="Front door",
                state="insecure" if insecure else "temporarily_secured" if temporary else "secure",
                state_at=factories.NOW,
            )  # fmt: skip
            order = WorksOrder(
                id=uuid.uuid4(), code=f"WO{number}", assessment_id=assessment.id, case_id=case.id, region_code="E7",
                area_code="E7", urgency=urgency, state=state, raised_at=factories.NOW, raised_by=self.user.id,
                permanent_due_at=factories.NOW + timedelta(days=10), safe_windows=windows, issued_at=factories.NOW,
            )  # fmt: skip
            session.add_all([opening, order])
            session.flush()
            ids = []
            for position, values in enumerate(visits, start=1):
                visit = Visit(
                    id=uuid.uuid4(), order_id=order.id, position=position, code=f"V-{secrets.token_hex(3)}",
                    interim=False,
                    **{
                        "trade": "locksmith", "crew": 1, "minutes": 60, "ready_on": FIRST_DAY, "state": "unplanned",
                        "due_at": wall(FIRST_DAY + timedelta(days=9), 1439),
                    } | values,
                )  # fmt: skip
                session.add(visit)
                session.flush()
                session.add(
                    WorksLine(
                        order_id=order.id, position=position, opening_id=opening.id, item_code="LK03",
                        measure="Rekey cylinder", offer_name="Lock work", kind="work", quantity=Decimal(1), unit="each",
                        rate=Decimal(70), minutes=20, trade=visit.trade, crew=1, lead_working_days=0,
                        consent_group="locks", evidence="photo", visit_id=visit.id,
                    )
                )  # fmt: skip
                ids.append(visit.id)
            return ids

    def depends(self, before, after, **values):
        """One visit after another."""
        with self.services.sessions.begin() as session:
            session.add(VisitDependency(before_id=before, after_id=after, **values))

    def get(self, table, key):
        with self.services.sessions() as session:
            return session.get(table, key)


def check(kind, until=date(2028, 1, 1), **holder):
    return VettingCheck(
        kind=kind,
        number="1",
        issuer="Register",
        issued_on=date(2025, 1, 1),
        expires_on=until,
        state="verified",
        decided_at=factories.NOW,
        **holder,
    )


@pytest.fixture(autouse=True)
def still_clock(monkeypatch, now):
    monkeypatch.setattr(jobs, "_now", lambda: now)


@pytest.fixture
def world(services):
    return World(services)


@pytest.fixture
def now() -> datetime:
    return factories.NOW
