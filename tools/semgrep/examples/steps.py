"""Breaches of the rules over steps, the clock and money, and their fair neighbours, for `semgrep --test`."""

import time
from datetime import UTC, date, datetime


def take(session, db, now, amount_cents, row, minutes):
    # ruleid: clock-of-its-own
    datetime.now(UTC)
    # ruleid: clock-of-its-own
    time.time()
    # ruleid: clock-of-its-own, clock-without-zone
    date.today()
    # ruleid: clock-of-its-own, clock-without-zone
    datetime.utcnow()
    # ok: clock-of-its-own, clock-without-zone
    now.astimezone(UTC)
    # ok: clock-of-its-own
    time.monotonic()
    # ruleid: commit-in-a-step
    session.commit()
    # ruleid: commit-in-a-step
    db().commit()
    # ok: commit-in-a-step
    session.flush()
    # ok: commit-in-a-step
    session.begin_nested().commit()
    # ruleid: money-as-float
    float(amount_cents)
    # ruleid: money-as-float
    float(row.total)
    # ok: money-as-float
    float(minutes)
