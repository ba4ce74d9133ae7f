"""Double-entry postings as values: where each cent of the funding contract stands, ex GST.

A contract's budget is credited to `budget` and debited to `uncommitted`; every later event moves cents
between the other accounts, so that they always sum to the budget. Entries are never changed, only reversed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from worksorders.domain.money import MoneyError


class Account(StrEnum):
    """Where cents stand; `accrued` is work received and not yet invoiced."""

    BUDGET = "budget"
    UNCOMMITTED = "uncommitted"
    COMMITTED = "committed"
    ACCRUED = "accrued"
    INVOICED = "invoiced"
    RETENTION = "retention"
    PAID = "paid"


class Event(StrEnum):
    """What happened."""

    BUDGETED = "budgeted"
    COMMITTED = "committed"
    RECOMMITTED = "recommitted"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    MATCHED = "matched"
    RETAINED = "retained"
    RETENTION_RELEASED = "retention released"
    RETENTION_USED = "retention used"
    MONTH_ACCRUED = "month accrued"
    MONTH_REVERSED = "month reversed"
    PAID = "paid"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class At:
    """What an entry is about. `key` names the event, so that recording it twice makes one entry."""

    key: str
    on: date
    contract_year: str
    order_code: str = ""
    order_line_id: str = ""
    invoice_id: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event's movements, at most one for each account, that sum to zero; debits are positive."""

    event: Event
    at: At
    movements: tuple[tuple[Account, int], ...]

    def __post_init__(self) -> None:
        accounts = [account for account, _ in self.movements]
        if len(set(accounts)) != len(accounts):
            raise MoneyError(f"Entry {self.at.key} names an account twice.")
        if total := sum(cents for _, cents in self.movements):
            raise MoneyError(f"Entry {self.at.key} does not sum to zero but to {total} cents.")


def entry(event: Event, at: At, movements: Mapping[Account, int]) -> Entry:
    """An entry of the movements that are not zero."""
    return Entry(event, at, tuple((account, cents) for account, cents in movements.items() if cents))


def _move(event: Event, at: At, source: Account, target: Account, cents: int) -> Entry:
    return entry(event, at, {source: -cents, target: cents})


def set_budget(at: At, cents: int) -> Entry:
    """Open a contract year's budget, or change it by so many cents."""
    return _move(Event.BUDGETED, at, Account.BUDGET, Account.UNCOMMITTED, cents)


def commit(at: At, cents: int) -> Entry:
    """Issue an order line at its frozen rate."""
    return _move(Event.COMMITTED, at, Account.UNCOMMITTED, Account.COMMITTED, cents)


def recommit(at: At, old_cents: int, new_cents: int) -> Entry:
    """The accepting firm's frozen rate differs from the one committed at issue."""
    return _move(Event.RECOMMITTED, at, Account.UNCOMMITTED, Account.COMMITTED, new_cents - old_cents)


def cancel(at: At, open_cents: int) -> Entry:
    """Give back what is still committed on a cancelled or closed order line."""
    return _move(Event.CANCELLED, at, Account.COMMITTED, Account.UNCOMMITTED, open_cents)


def accept(at: At, cents: int) -> Entry:
    """Work taken as done at its frozen rate; a reversal is negative."""
    return _move(Event.ACCEPTED, at, Account.COMMITTED, Account.ACCRUED, cents)


def match_line(at: At, accrued_cents: int, invoiced_cents: int) -> Entry:
    """An accepted invoice line uses up its accrual; what was claimed below it goes back to the budget.

    `accrued_cents` comes from `history.accruals_used`; both are negative for a credit note, which so puts
    the accrual back.
    """
    movements = {
        Account.ACCRUED: -accrued_cents,
        Account.INVOICED: invoiced_cents,
        Account.UNCOMMITTED: accrued_cents - invoiced_cents,
    }
    return entry(Event.MATCHED, at, movements)


def retain(at: At, cents: int) -> Entry:
    """Keep part of an accepted amount back."""
    return _move(Event.RETAINED, at, Account.INVOICED, Account.RETENTION, cents)


def release_retention(at: At, cents: int) -> Entry:
    """Let go of retention, so that it can be paid."""
    return _move(Event.RETENTION_RELEASED, at, Account.RETENTION, Account.INVOICED, cents)


def use_retention(at: At, cents: int) -> Entry:
    """Retention spent on what the contractor left undone goes back to the budget, which pays for the repair."""
    return _move(Event.RETENTION_USED, at, Account.RETENTION, Account.UNCOMMITTED, cents)


def accrue_month(at: At, cents: int) -> Entry:
    """Work done by the end of a month and not accepted yet; `reverse_month` takes it out on the next day."""
    return _move(Event.MONTH_ACCRUED, at, Account.COMMITTED, Account.ACCRUED, cents)


def reverse_month(at: At, cents: int) -> Entry:
    """Take a month-end accrual out again."""
    return _move(Event.MONTH_REVERSED, at, Account.ACCRUED, Account.COMMITTED, cents)


def pay(at: At, cents: int) -> Entry:
    """Pay, ex GST."""
    return _move(Event.PAID, at, Account.INVOICED, Account.PAID, cents)


def refund(at: At, cents: int) -> Entry:
    """A credit note on paid work is paid back or set off against the next payment."""
    return _move(Event.REFUNDED, at, Account.PAID, Account.INVOICED, cents)


def balances(entries: Iterable[Entry]) -> dict[Account, int]:
    """The balance of every account in cents; an account without entries stands at zero."""
    totals = dict.fromkeys(Account, 0)
    for one in entries:
        for account, cents in one.movements:
            totals[account] += cents
    return totals


def balances_by(entries: Iterable[Entry], key: Callable[[At], str]) -> dict[str, dict[Account, int]]:
    """Balances for each value of a key, such as the contract year or the order."""
    groups: dict[str, list[Entry]] = {}
    for one in entries:
        groups.setdefault(key(one.at), []).append(one)
    return {name: balances(group) for name, group in groups.items()}


@dataclass(frozen=True, slots=True)
class BudgetIdentity:
    """Where a budget stands; retention is accepted and unpaid, so it counts as invoiced."""

    budget_cents: int
    uncommitted_cents: int
    committed_cents: int
    accrued_cents: int
    invoiced_unpaid_cents: int
    paid_cents: int

    @property
    def holds(self) -> bool:
        """Uncommitted + committed + accrued + invoiced-unpaid + paid = budget."""
        parts = self.uncommitted_cents + self.committed_cents + self.accrued_cents
        return parts + self.invoiced_unpaid_cents + self.paid_cents == self.budget_cents


def budget_identity(totals: Mapping[Account, int]) -> BudgetIdentity:
    """The budget identity of a set of balances."""
    return BudgetIdentity(
        -totals.get(Account.BUDGET, 0),
        totals.get(Account.UNCOMMITTED, 0),
        totals.get(Account.COMMITTED, 0),
        totals.get(Account.ACCRUED, 0),
        totals.get(Account.INVOICED, 0) + totals.get(Account.RETENTION, 0),
        totals.get(Account.PAID, 0),
    )
