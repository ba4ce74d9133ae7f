"""Time every list in the database at 40,000 orders: `make bench-lists`; it fails where a page takes more than 150 ms.

A PostgreSQL of its own is made, filled by tools/bench/make_many_orders.py and thrown away. Lists are read as a coordinator
reads them, row-level security and all. The time is that of the statements alone, the best of three readings.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.orm import Session

from tools.bench import make_many_orders
from web.embedded.confine import confinement
from web.embedded.engines import DATABASE, OWNER_ROLE, start_postgres
from web.embedded.keys import Secrets
from web.embedded.roles import prepare
from worksorders.steps.admin import trail
from worksorders.steps.admin.users import find_users
from worksorders.steps.finance.find.queue import QueueFilter, find_queue
from worksorders.steps.intake.find_assessments import find_assessments
from worksorders.steps.lists import page
from worksorders.steps.lists.find import REGISTERS
from worksorders.steps.lists.register import Register, Wanted
from worksorders.steps.ordering.find.orders import OrderFilter, find_orders
from worksorders.steps.ordering.find.today import find_today
from worksorders.steps.people.firms import find_firms
from worksorders.steps.site.find import day
from worksorders.steps.site.find.open_offers import open_offers
from worksorders.steps.site.find.refused import refused_visits
from worksorders.steps.site.find.to_accept import work_to_accept
from worksorders.store import migrate
from worksorders.store.scope import HOUSE, KEY, Scope
from worksorders.store.tables.identity.people import AppUser

MOST_MILLISECONDS = 150
READINGS = 3
NOW = datetime(2026, 11, 29, tzinfo=UTC)
Reading = Callable[[Session], Any]


def main() -> int:
    """Fill, read, and print one line a list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=40_000)
    orders = parser.parse_args().orders
    with many_orders(orders) as server:
        return _measure(server.url(database=DATABASE))


@contextlib.contextmanager
def many_orders(orders: int) -> Iterator[Any]:
    """A server of its own with so many orders, thrown away at the end; says how long that took."""
    home = Path(tempfile.mkdtemp(prefix="hsl-"))
    server = start_postgres(
        confinement().own(home) / "pg", home / "run", secrets=Secrets.random(), log=home / "pg.log", fast=True
    )
    try:
        prepare(server, DATABASE)
        owner = server.url(OWNER_ROLE, DATABASE)
        migrate.upgrade(owner)
        began = time.monotonic()
        superuser = server.url("postgres", DATABASE).replace("+psycopg", "", 1)
        with psycopg.connect(superuser, autocommit=True) as connection:
            make_many_orders.fill(connection, orders)
        print(f"{orders} orders made in {time.monotonic() - began:.1f} s")
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(url: str) -> int:
    engine = create_engine(url, hide_parameters=True)
    with Session(engine, info={KEY: HOUSE}) as session:
        coordinator = session.scalars(select(AppUser.id).order_by(AppUser.id).limit(1)).one()
    slow = time_readings(engine, Scope("staff", coordinator), _readings())
    engine.dispose()
    return 1 if slow else 0


def time_readings(engine: Engine, scope: Scope, readings: dict[str, Reading]) -> int:
    """Print the best time in the database of each reading; how many take too long."""
    spent: list[float] = []
    event.listen(engine, "before_cursor_execute", lambda *_: spent.append(-time.perf_counter()))
    event.listen(engine, "after_cursor_execute", lambda *_: spent.append(spent.pop() + time.perf_counter()))
    slow = 0
    for name, reading in readings.items():
        best = float("inf")
        with Session(engine, info={KEY: scope}) as session:
            for _ in range(READINGS):
                session.expire_all()
                session.connection()
                spent.clear()
                reading(session)
                best = min(best, sum(spent) * 1000)
        slow += best > MOST_MILLISECONDS
        print(f"{name:48} {len(spent):3} statements {best:7.1f} ms")
    print(f"{slow} of {len(readings)} readings take more than {MOST_MILLISECONDS} ms")
    return slow


def _readings() -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for register in REGISTERS.values():
        state = register.states[0] if register.states else ""
        for name, wanted in (
            ("", Wanted()),
            (f", {state}", Wanted(state=state)),
            (", P1 in Southland", Wanted(urgency="P1", region="F8")),
        ):
            found[f"{register.title}{name}"] = _both(register, wanted)
    return found | {
        "The coordinator's first page": lambda session: find_today(session, NOW),
        "Orders by deadline, open": lambda session: find_orders(session, OrderFilter()),
        "Orders by deadline, all, page 900": lambda session: find_orders(session, OrderFilter(state=""), 900),
        "Assessments by class, all, page 900": lambda session: find_assessments(session, "", "", 900),
        "Queue of invoices": lambda session: find_queue(session, QueueFilter()),
        "Queue of invoices, all, page 900": lambda session: find_queue(session, QueueFilter("all"), 900),
        "Queue of invoices, by a firm's name": lambda session: find_queue(
            session, QueueFilter("all", "", "firm 7")
        ),
        "Audit trail": lambda session: trail.read_trail(session, trail.Filter()),
        "Audit trail, one action": lambda session: trail.read_trail(
            session, trail.Filter(action="order.issued")
        ),
        "Audit trail, one day in 2024": lambda session: trail.read_trail(
            session, trail.Filter(from_on=NOW.date().replace(year=2024), to_on=NOW.date().replace(year=2024))
        ),
        "Visits of today": lambda session: day.visits_of_today(session, NOW),
        "Open offers": open_offers,
        "Visits that ended without their work": lambda session: day.ended_early(session, NOW),
        "Refused visits": refused_visits,
        "Work to accept": work_to_accept,
        "Firms": find_firms,
        "Accounts": find_users,
    }


def _both(register: Register, wanted: Wanted) -> Reading:
    """A page of a list with its count, as the list's page reads them."""
    return lambda session: (
        page.read_page(session, register, wanted),
        page.count(session, register, wanted),
    )


if __name__ == "__main__":
    sys.exit(main())
