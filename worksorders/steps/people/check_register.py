"""The kinds of check as data: read by everything that asks whether somebody may go, changed by administrators alone.

A kind never changes: a new version begins on a day from today on, and the one before ends on the day before, so that
every past visit can still be judged by the rules of its day.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.people.check_kinds import CheckKind, Holder, Register, register_of
from worksorders.store.tables.vetting import CheckKindRow

DAY = timedelta(days=1)


def load_register(session: Session) -> Register:
    """All kinds with their days, in one query; the same object for as long as nothing changes."""
    rows = session.scalars(
        select(CheckKindRow).order_by(
            CheckKindRow.holder.desc(),
            func.lower(CheckKindRow.valid),
            CheckKindRow.alternative,
            CheckKindRow.code.desc(),
            CheckKindRow.id,
        )
    )
    return register_of(tuple(as_kind(row) for row in rows))


def as_kind(row: CheckKindRow) -> CheckKind:
    """A row as the domain sees it."""
    first, after = row.valid.lower, row.valid.upper
    return CheckKind(
        code=row.code,
        label=row.label,
        holder=Holder(row.holder),
        limit=row.limit_note,
        alternative=row.alternative,
        trades=None if row.all_trades else frozenset(row.trades),
        months=row.months,
        evidence_needed=row.evidence_needed,
        first_on=first or date.min,
        last_on=after - DAY if after is not None else None,
    )
