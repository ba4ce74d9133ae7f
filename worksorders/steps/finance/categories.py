"""Cost categories of a contract year: which items belong to each, its cap, and what is bound under it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.finance.ledger import Account
from worksorders.domain.money import format_cents
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.contract import KEEPERS, lock_contracts, rules_of
from worksorders.store.tables.money.books import ContractCategory
from worksorders.store.tables.money.finance import ContractYear, FundingContract, LedgerEntry
from worksorders.store.tables.work.orders import WorksLine

BOUND = tuple(account.value for account in Account if account not in {Account.BUDGET, Account.UNCOMMITTED})


@dataclass(frozen=True, slots=True)
class CategoryView:
    """One category: its cap ex GST, and what is bound and drawn under it."""

    year: str
    name: str
    item_groups: tuple[str, ...]
    cap_cents: int
    bound_cents: int
    drawn_cents: int

    @property
    def headroom_cents(self) -> int:
        return self.cap_cents - self.bound_cents


def add_category(
    session: Session,
    actor: Actor,
    year_id: uuid.UUID,
    *,
    name: str,
    cap_cents: int,
    item_groups: Collection[str],
    now: datetime,
) -> ContractCategory:
    """Keep a category for good; FaultsError at `name`, `cap` or `item_groups`.

    Caps of a year may not exceed its budget, an item belongs to one category, and what is bound already has to fit.
    """
    if actor.role not in KEEPERS:
        raise NotFoundError("There is no such page.")
    year = session.get(ContractYear, year_id)
    if year is None:
        raise NotFoundError("There is no such contract year.")
    lock_contracts(session, [year.contract_id])
    others = categories_of(session, [year_id])
    groups = sorted({group.strip().upper() for group in item_groups if group.strip()})
    faults = Faults()
    faults.require(name.strip(), "name", "Enter the name of the category.")
    taken = name.strip().casefold() in {one.name.casefold() for one in others}
    faults.require(not taken, "name", f"{year.name} has a category “{name.strip()}” already.")
    faults.require(groups, "item_groups", "Say which items belong to it, such as LK for all locks.")
    for group in groups:
        clash = next((one.name for one in others if _meets(group, one.item_groups)), None)
        faults.require(clash is None, "item_groups", f"{group} belongs to “{clash}” already.")
    total = cap_cents + sum(one.cap_cents for one in others)
    faults.require(
        total <= year.budget_cents,
        "cap",
        f"All caps of {year.name} would be {format_cents(total)}, above its {format_cents(year.budget_cents)}.",
    )
    row = ContractCategory(
        id=uuid.uuid4(),
        contract_year_id=year_id,
        name=name.strip(),
        cap_cents=cap_cents,
        item_groups=groups,
        set_at=now,
        set_by=actor.user_id,
    )
    bound, net_cap = _bound_of(session, row), _net_cap(session, row)
    faults.require(
        bound <= net_cap, "cap", f"{format_cents(bound)} before GST is bound under it already: it needs more."
    )
    faults.raise_if_any()
    session.add(row)
    session.flush()
    detail = {"name": row.name, "cap_cents": cap_cents, "items": groups}
    audit.record(session, actor, "contract_category.set", ("contract_year", year_id), detail=detail)
    return row


def _meets(group: str, others: Sequence[str]) -> bool:
    return any(group.startswith(other) or other.startswith(group) for other in others)


def categories_of(session: Session, year_ids: Collection[uuid.UUID]) -> Sequence[ContractCategory]:
    """The categories of contract years, by name."""
    return session.scalars(
        select(ContractCategory)
        .where(ContractCategory.contract_year_id.in_(year_ids))
        .order_by(ContractCategory.contract_year_id, ContractCategory.name)
    ).all()


def category_of(item_code: str, categories: Sequence[ContractCategory]) -> ContractCategory | None:
    """The category that an item belongs to, or None: then only the year's budget counts."""
    return next((one for one in categories if item_code.startswith(tuple(one.item_groups))), None)


def require_room(session: Session, year_id: uuid.UUID, wanted: Mapping[str, int]) -> None:
    """Refuse to commit more than a category's cap; `wanted` is cents ex GST by item code.

    The caller holds the contract's lock. Raises NotPermittedError naming the category, its cap and what is left.
    """
    categories = categories_of(session, [year_id])
    asked: dict[uuid.UUID, int] = defaultdict(int)
    for item_code, cents in wanted.items():
        found = category_of(item_code, categories)
        if found is not None:
            asked[found.id] += cents
    for row in categories:
        left = _net_cap(session, row) - _bound_of(session, row)
        if asked.get(row.id, 0) > max(0, left):
            raise NotPermittedError(
                f"“{row.name}” has {format_cents(max(0, left))} left before GST, and this order needs "
                f"{format_cents(asked[row.id])} of it: finance has to make room, or the order waits."
            )


def category_left(session: Session, year_id: uuid.UUID, item_code: str) -> tuple[str, int] | None:
    """The category of an item with what it has left ex GST, below zero where it is overdrawn; None without one."""
    row = category_of(item_code, categories_of(session, [year_id]))
    return None if row is None else (row.name, _net_cap(session, row) - _bound_of(session, row))


def _net_cap(session: Session, row: ContractCategory) -> int:
    year = session.get_one(ContractYear, row.contract_year_id)
    contract = rules_of(session.get_one(FundingContract, year.contract_id))
    return contract.net_cents(row.cap_cents, year.starts_on)


def _bound_of(session: Session, row: ContractCategory) -> int:
    return sum(
        cents
        for account, cents in _balances(session, [row.contract_year_id], row.item_groups).items()
        if account in BOUND
    )


def _balances(session: Session, year_ids: Collection[uuid.UUID], groups: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_cents))
        .join(WorksLine, WorksLine.id == LedgerEntry.line_id)
        .where(
            LedgerEntry.contract_year_id.in_(year_ids),
            or_(*(WorksLine.item_code.startswith(group, autoescape=True) for group in groups)),
        )
        .group_by(LedgerEntry.account)
    )
    return {account: int(cents) for account, cents in rows}


def category_views(session: Session, contract: FundingContract) -> list[CategoryView]:
    """Every category of a contract with what is bound and drawn, in the order of the years."""
    names = {year.id: year.name for year in contract.years}
    views = []
    for row in categories_of(session, list(names)):
        balances = _balances(session, [row.contract_year_id], row.item_groups)
        drawn = sum(
            balances.get(account.value, 0) for account in (Account.INVOICED, Account.RETENTION, Account.PAID)
        )
        views.append(
            CategoryView(
                names[row.contract_year_id],
                row.name,
                tuple(row.item_groups),
                _net_cap(session, row),
                sum(cents for account, cents in balances.items() if account in BOUND),
                drawn,
            )
        )
    order = [year.name for year in contract.years]
    return sorted(views, key=lambda one: (order.index(one.year), one.name))
