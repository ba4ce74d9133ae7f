"""The kinds of check as data: read by everything that asks whether somebody may go, changed by administrators alone.

A kind never changes: a new version begins on a day from today on, and the one before ends on the day before, so that
every past visit can still be judged by the rules of its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from worksorders.domain.people.check_kinds import CheckKind, Holder, Register, register_of
from worksorders.store.tables.firms.vetting import CheckKindRow

DAY = timedelta(days=1)
COLUMNS = (
    CheckKindRow.code,
    CheckKindRow.holder,
    CheckKindRow.label,
    CheckKindRow.limit_note,
    CheckKindRow.alternative,
    CheckKindRow.all_trades,
    CheckKindRow.months,
    CheckKindRow.evidence_needed,
    CheckKindRow.valid,
    CheckKindRow.trades,
)
EVERY_KIND = select(*COLUMNS).order_by(
    CheckKindRow.holder.desc(),
    func.lower(CheckKindRow.valid),
    CheckKindRow.alternative,
    CheckKindRow.code.desc(),
    CheckKindRow.id,
)


def load_register(session: Session) -> Register:
    """All kinds with their days, in one query; the same object for as long as nothing changes."""
    rows = session.execute(EVERY_KIND)
    return _read(tuple((*row[:-1], tuple(row.trades)) for row in rows))


@lru_cache(maxsize=16)
def _read(rows: tuple[tuple[Any, ...], ...]) -> Register:
    """Asked hundreds of times a day with the same rows: they are turned into kinds once."""
    return register_of(tuple(_kind(*row) for row in rows))


def as_kind(row: CheckKindRow) -> CheckKind:
    """A row as the domain sees it."""
    return _kind(*(getattr(row, column.key) for column in COLUMNS))


def _kind(
    code: str,
    holder: str,
    label: str,
    limit_note: str,
    alternative: str,
    all_trades: bool,
    months: int | None,
    evidence_needed: bool,
    valid: Range[date],
    trades: Iterable[str],
) -> CheckKind:
    return CheckKind(
        code=code,
        label=label,
        holder=Holder(holder),
        limit=limit_note,
        alternative=alternative,
        trades=None if all_trades else frozenset(trades),
        months=months,
        evidence_needed=evidence_needed,
        first_on=valid.lower or date.min,
        last_on=valid.upper - DAY if valid.upper is not None else None,
    )
