"""Which case a row belongs to, found along the foreign keys of its table."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Column, Executable, FromClause, Select, Table, select, union_all
from sqlalchemy.orm import Session

from worksorders.store.tables import Base

CASE = "case_file"
# What many rows share leads from one case into another.
SHARED = frozenset(
    {"app_user", "firm", "worker", "plan", "catalogue_version", "agreement", "rate_card", "funding_contract",
     "contract_year", "pay_run", "user_session", "check_kind", "vetting_check", "bank_account"}
)  # fmt: skip
LONGEST = 5


@cache
def links(table: Table) -> tuple[tuple[Column[Any], Table], ...]:
    """The columns of a table that lead towards a case, with the table that each names, the shortest way first."""
    own = depth(table)
    found = [
        (column, key.column.table)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name not in SHARED and key.column.table is not table
    ]
    nearer = [(depth(target), column.name, column, target) for column, target in found]
    return tuple(
        (column, target)
        for steps, _, column, target in sorted(nearer, key=lambda one: one[:2])
        if steps <= own
    )


@cache
def depth(table: Table, before: frozenset[str] = frozenset()) -> int:
    """How many steps a table is from the case; `LONGEST` for one that hangs on none."""
    if table.name == CASE:
        return 0
    seen = before | {table.name}
    nearer = [
        depth(key.column.table, seen)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name not in SHARED | seen
    ]
    return min((1 + steps for steps in nearer), default=LONGEST)


def hangs_on_a_case(table: Table) -> bool:
    """Whether rows of the table belong to a case."""
    return depth(table) < LONGEST


def table_named(name: str) -> Table | None:
    """A table by its name, None for one that does not exist or hangs on no case."""
    table = Base.metadata.tables.get(name)
    return table if table is not None and hangs_on_a_case(table) else None


# What pages call a row otherwise than the columns that name it.
ALIASES = {
    "wish_id": "break_glass",
    "exception_id": "invoice_exception",
    "paper_id": "line_paper",
    "key_id": "key_entry",
    "note_id": "visit_note",
    "proposal_id": "time_proposal",
    "basis_id": "legal_basis",
}


@cache
def named_by(column: str) -> Table | None:
    """The table that a name such as `visit_id` means everywhere, None where it means none."""
    if column in ALIASES:
        return table_named(ALIASES[column])
    for table in Base.metadata.sorted_tables:
        for own in table.columns:
            if own.name == column and own.foreign_keys:
                target = next(iter(own.foreign_keys)).column.table
                return target if target.name not in SHARED and hangs_on_a_case(target) else None
    return table_named(column.removesuffix("_id"))


def cases_of(session: Session, table: Table, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The cases of rows of one table; unknown ids have none."""
    if not ids or not hangs_on_a_case(table):
        return set()
    return set(session.connection().execute(_ask(table, list(ids))).scalars()) - {None}


def _ask(table: Table, ids: Collection[uuid.UUID]) -> Executable:
    if table.name == CASE:
        return select(table.c.id).where(table.c.id.in_(ids))
    key = _key(table)
    return union_all(*(_way(column, target).where(key.in_(ids)) for column, target in links(table)))


def _key(table: Table) -> Column[Any]:
    return table.c.id if "id" in table.c else next(iter(table.primary_key.columns))


def _way(column: Column[Any], target: Table) -> Select[Any]:
    """From the column along the shortest links to a case."""
    joined: FromClause = column.table
    while target.name != CASE:
        joined = joined.join(target, _key(target) == column)
        column, target = links(target)[0]
    return select(column).select_from(joined)
