"""Time the queue of invoices with 10,000 that wait: `make bench-queue`; it fails where a page takes more than 150 ms.

Every invoice waits and has up to three exceptions, which is more than a year of the programme. The database is made by
tools/bench/lists.py and read as finance reads it, row-level security and all.
"""

import argparse
import os
import sys

import psycopg
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tools.bench.lists import Reading, many_orders, time_readings
from web.embedded.engines import DATABASE
from worksorders.steps.finance.find.payments import find_approved, find_paid, find_ready, find_released
from worksorders.steps.finance.find.queue import PAGE_SIZE, QueueFilter, find_queue, next_open
from worksorders.steps.finance.uncommitted import uncommitted_part
from worksorders.store.scope import HOUSE, KEY, Scope
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.finance import Invoice

INVOICES = 10_000
WAITING = """
DELETE FROM invoice_line WHERE invoice_id IN (SELECT id FROM invoice ORDER BY received_at DESC, id OFFSET :most);
DELETE FROM invoice WHERE id IN (SELECT id FROM invoice ORDER BY received_at DESC, id OFFSET :most);
UPDATE invoice SET state = CASE WHEN abs(hashtext(number)) % 4 = 0 THEN 'matched' ELSE 'exceptions' END;
INSERT INTO invoice_exception (id, invoice_id, code, exception_key, severity, message, expected, actual,
    difference_cents, evidence, state)
SELECT gen_random_uuid(), i.id, (ARRAY['R01','Q01','M07'])[1 + (abs(hashtext(i.number)) + p) % 3], p::text,
    (ARRAY['B','H','W'])[p], 'Differs', '$70.00', '$71.00', 100, '[]', CASE WHEN p = 3 THEN 'released' ELSE 'open' END
FROM invoice i, generate_series(1, 3) p WHERE i.state = 'exceptions';
"""


def main() -> int:
    """Make the invoices, read the pages, and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    wanted = parser.parse_args().invoices
    with many_orders(wanted * 3 // 2) as server:
        superuser = server.url("postgres", DATABASE).replace("+psycopg", "", 1)
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(WAITING.replace(":most", str(wanted)))
            connection.execute("ANALYZE")
            counted = connection.execute(
                "SELECT count(*) FROM invoice WHERE state IN ('matched', 'exceptions')"
            )
            print(f"{(counted.fetchone() or (0,))[0]} invoices wait; load {os.getloadavg()[0]:.2f}")
        engine = create_engine(server.url(database=DATABASE), hide_parameters=True)
        with Session(engine, info={KEY: HOUSE}) as session:
            reader = session.scalars(select(AppUser.id).order_by(AppUser.id).limit(1)).one()
            first = session.scalars(select(Invoice).order_by(Invoice.received_at, Invoice.id).limit(1)).one()
            session.expunge_all()
        slow = time_readings(engine, Scope("staff", reader), _readings(first, wanted // PAGE_SIZE))
        print(f"load {os.getloadavg()[0]:.2f}")
        engine.dispose()
    return 1 if slow else 0


def _readings(first: Invoice, last_page: int) -> dict[str, Reading]:
    """The page of the queue as it is asked for, with the orders that no contract carries, and what stands beside it."""

    def page(wanted: QueueFilter, number: int = 1) -> Reading:
        return lambda session: (find_queue(session, wanted, number), uncommitted_part(session, size=5))

    return {
        "Queue, waiting": page(QueueFilter()),
        "Queue, waiting, last page": page(QueueFilter(), last_page),
        "Queue, with one code": page(QueueFilter(code="R01")),
        "Queue, all, by an order's code": page(QueueFilter("all", "", "W-MANY-77")),
        "Queue, all, by a firm's name": page(QueueFilter("all", "", "firm 7")),
        "The next invoice": lambda session: next_open(session, first),
        "Payments": lambda session: (
            find_approved(session),
            find_ready(session, find_released(session)),
            find_paid(session),
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
