"""Makes accounts, firms and cases for tests, through the same tables and steps that the product uses."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.finance.contract import FundingYear, programme_years
from worksorders.domain.roles import Role
from worksorders.steps.accounts.demo_data import is_demo, mark_as_demo
from worksorders.steps.actor import Actor
from worksorders.steps.finance.contract import record_contract
from worksorders.store.tables.firms.contractors import Agreement, Firm, FirmRegion, Worker, WorkerTrade
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import FundingContract
from worksorders.store.tables.work.cases import CaseFile

PASSWORD = "correct horse battery"
# A hash that is checked in no time: tests sign in hundreds of times, and the real one is slow by design.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)  # Tuesday 24 November 2026, 10:00 in New Zealand
_numbers = itertools.count(1)


def make_user(
    session: Session, role: str = "coordinator", firm_id: uuid.UUID | None = None, **values
) -> AppUser:
    """An account with the password PASSWORD: a demo's, which signs in without a second proof, unless `is_demo=False`."""
    number = next(_numbers)
    if values.setdefault("is_demo", is_demo(session) or not _accounts(session)):
        mark_as_demo(session, NOW)
    user = AppUser(
        id=uuid.uuid4(),
        sign_in_name=values.pop("sign_in_name", f"{role}{number}"),
        display_name=values.pop("display_name", f"{role.title()} {number}"),
        role=role,
        password_hash=PASSWORD_HASH,
        firm_id=firm_id,
        **({"raise_limit_cents": 500_000, "vary_limit_cents": 50_000} | values),
    )
    session.add(user)
    session.flush()
    return user


def _accounts(session: Session) -> bool:
    return session.scalar(select(AppUser.id).limit(1)) is not None


def actor_of(user: AppUser) -> Actor:
    """The actor that a signed-in account would be."""
    return Actor(user.id, Role(user.role), user.display_name, f"test-{user.id}", user.firm_id, user.worker_id)


def make_firm(
    session: Session, region: str = "E7", trades: tuple[str, ...] = ("locksmith",), workers: int = 1
) -> Firm:
    """A firm of one region with workers of the given trades, and an agreement without a rate card."""
    number = next(_numbers)
    firm = Firm(id=uuid.uuid4(), code=f"F{number:04}", name=f"Firm {number} Limited", active=True)
    session.add(firm)
    session.flush()
    session.add(FirmRegion(firm_id=firm.id, region_code=region))
    session.add(
        Agreement(id=uuid.uuid4(), firm_id=firm.id, code=f"A{number:04}", valid_from=date(2026, 1, 1))
    )
    for place in range(workers):
        worker = Worker(
            id=uuid.uuid4(),
            firm_id=firm.id,
            first_name=f"Worker {place + 1}",
            last_name=f"Of {number}",
            base_town="Auckland",
            base_lat=Decimal("-36.8485"),
            base_lon=Decimal("174.7635"),
        )
        session.add(worker)
        session.flush()
        for trade in trades:
            session.add(WorkerTrade(worker_id=worker.id, trade=trade))
    session.flush()
    return firm


def make_case(session: Session, region: str = "E7", **values) -> CaseFile:
    """A case without anything in the vault; `disclose.open_case` gives it a key."""
    maker = values.pop("created_by", None) or make_user(session).id
    case = CaseFile(
        id=uuid.uuid4(),
        code=values.pop("code", f"C-2222-{next(_numbers):05}"),
        region_code=region,
        area_code=values.pop("area_code", region),
        created_at=NOW,
        created_by=maker,
        **({"built_before_2000": True} | values),
    )
    session.add(case)
    session.flush()
    return case


def make_contract(session: Session, years: tuple[FundingYear, ...] | None = None) -> None:
    """A funding contract of three years from July 2026, unless there is one."""
    if session.scalar(select(FundingContract.id).limit(1)) is None:
        record_contract(
            session,
            None,
            code="NHSS-1",
            name="National Home Safety Service",
            gst_basis="exclusive",
            years=years or programme_years(date(2026, 7, 1)),
            now=NOW,
        )
