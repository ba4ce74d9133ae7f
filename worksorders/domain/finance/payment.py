"""The pay run: computed again at the gate, two people, frozen bank accounts, one hash, paid only once."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from worksorders.domain.finance.facts import BankAccountFacts
from worksorders.domain.finance.facts.identifiers import CheckDigit, check_account, compact_account
from worksorders.domain.local_time import day_words
from worksorders.domain.money import format_cents
from worksorders.domain.workdays import is_working_day

REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
"""A payment reference: an order's or run's code only, never a name, an address or a suburb."""


@dataclass(frozen=True, slots=True)
class PayItem:
    """One document in a run as frozen: amount with GST (negative for a credit), and the account version."""

    invoice_id: str
    invoice_number: str
    supplier_id: str
    supplier_name: str
    amount_cents: int
    account: str
    account_version: int
    reference: str


@dataclass(frozen=True, slots=True)
class PayRun:
    """A prepared run; `frozen_hash` is what the preparer froze and the approver saw."""

    run_id: str
    pay_on: date
    items: tuple[PayItem, ...]
    prepared_by: str
    approved_by: str = ""
    frozen_hash: str = ""


@dataclass(frozen=True, slots=True)
class PayableNow:
    """What the match says of a document when the gate computes it again.

    `open_exceptions` are the keys that stop something and are not released. `involved` are the people who
    entered it, released something of it or changed its account; none of them approves its payment.
    """

    invoice_id: str
    amount_cents: int
    bank: BankAccountFacts | None
    paid_in_run: str = ""
    open_exceptions: tuple[str, ...] = ()
    involved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RunFault:
    """Why a run may not be paid; `invoice_id` is empty where it is the run's own fault."""

    code: str
    message: str
    invoice_id: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment to one supplier, credits set off; `invoice_numbers` are for the remittance."""

    supplier_id: str
    supplier_name: str
    account: str
    amount_cents: int
    reference: str
    invoice_ids: tuple[str, ...]
    invoice_numbers: tuple[str, ...]


def run_hash(items: Iterable[PayItem], pay_on: date) -> str:
    """SHA-256 over the run's content in one canonical form: the same items in any order hash alike."""
    rows = sorted(
        [
            item.invoice_id,
            item.supplier_id,
            str(item.amount_cents),
            compact_account(item.account),
            str(item.account_version),
            item.reference,
        ]
        for item in items
    )
    text = json.dumps([pay_on.isoformat(), rows], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_total(payments: Iterable[Payment]) -> int:
    """The sum of branch and base digits of the accounts paid, last eleven digits, as bank files carry it."""
    return sum(int(compact_account(payment.account)[2:13]) for payment in payments) % 10**11


def payments_of(items: Iterable[PayItem]) -> tuple[Payment, ...]:
    """One payment for each supplier and account in order of supplier, credits set off.

    One that is not above zero is left out: at zero there is nothing to send, and `check_run` refuses less than that.
    """
    payments = (
        Payment(
            group[0].supplier_id,
            group[0].supplier_name,
            group[0].account,
            sum(item.amount_cents for item in group),
            group[0].reference,
            tuple(item.invoice_id for item in group),
            tuple(item.invoice_number for item in group),
        )
        for group in _groups(items)
    )
    return tuple(payment for payment in payments if payment.amount_cents > 0)


def _groups(items: Iterable[PayItem]) -> list[list[PayItem]]:
    """The items of each supplier and account, in order of supplier."""
    groups: dict[tuple[str, str], list[PayItem]] = {}
    for item in sorted(items, key=lambda one: (one.supplier_id, one.invoice_id)):
        groups.setdefault((item.supplier_id, compact_account(item.account)), []).append(item)
    return list(groups.values())


def carried_on(items: Iterable[PayItem]) -> frozenset[str]:
    """Suppliers whose credits come to more than what they are owed: all of theirs waits for a later run."""
    return frozenset(
        group[0].supplier_id for group in _groups(items) if sum(item.amount_cents for item in group) < 0
    )


def check_run(run: PayRun, now: Mapping[str, PayableNow], today: date) -> tuple[RunFault, ...]:
    """Every reason why a run may not be paid; empty when it may. `now` is computed at the gate."""
    return (*_people(run, now.values()), *_content(run, today), *_set_off(run), *_items(run, now))


def _people(run: PayRun, payables: Collection[PayableNow]) -> Iterator[RunFault]:
    if not run.approved_by:
        yield RunFault("approval", "The run needs the approval of a second person.")
    elif run.approved_by == run.prepared_by:
        yield RunFault("two people", "The person who prepared the run may not approve it.")
    included = {item.invoice_id for item in run.items}
    for payable in payables:
        if payable.invoice_id in included and run.approved_by in payable.involved:
            yield RunFault(
                "two people",
                "The approver entered this invoice, released it or changed its account: another approves.",
                payable.invoice_id,
            )


def _content(run: PayRun, today: date) -> Iterator[RunFault]:
    if not run.items:
        yield RunFault("empty", "The run has nothing to pay.")
    if run.frozen_hash != run_hash(run.items, run.pay_on):
        yield RunFault("hash", "The run is not the one that was frozen: prepare it again.")
    if run.pay_on < today or not is_working_day(run.pay_on):
        yield RunFault("date", f"{day_words(run.pay_on)} is past or no working day: choose another.")
    for invoice_id, count in Counter(item.invoice_id for item in run.items).items():
        if count > 1:
            yield RunFault("twice", f"The invoice is in the run {count} times: prepare it again.", invoice_id)


def _set_off(run: PayRun) -> Iterator[RunFault]:
    waiting = carried_on(run.items)
    for item in run.items:
        if item.supplier_id in waiting:
            yield RunFault(
                "set-off",
                f"What {item.supplier_name} is owed less its credits is below zero: leave it for a later run.",
                item.invoice_id,
            )


def _items(run: PayRun, now: Mapping[str, PayableNow]) -> Iterator[RunFault]:
    for item in run.items:
        payable = now.get(item.invoice_id)
        if payable is None:
            yield RunFault("unknown", "Nothing is known of this invoice at the gate.", item.invoice_id)
            continue
        yield from _amount(run, item, payable)
        yield from _account(item, payable)
        if not REFERENCE.fullmatch(item.reference):
            yield RunFault(
                "reference",
                "A reference holds a code of at most 12 capitals and digits only.",
                item.invoice_id,
            )


def _amount(run: PayRun, item: PayItem, payable: PayableNow) -> Iterator[RunFault]:
    if payable.paid_in_run and payable.paid_in_run != run.run_id:
        yield RunFault("paid", f"Already in run {payable.paid_in_run}.", item.invoice_id)
    if payable.amount_cents != item.amount_cents:
        yield RunFault(
            "amount",
            f"Frozen at {format_cents(item.amount_cents)}, payable now {format_cents(payable.amount_cents)}: "
            "prepare the run again.",
            item.invoice_id,
        )
    if payable.open_exceptions and not payable.amount_cents:
        keys = ", ".join(payable.open_exceptions)
        yield RunFault("exceptions", f"Nothing is payable while these stand: {keys}.", item.invoice_id)


def _account(item: PayItem, payable: PayableNow) -> Iterator[RunFault]:
    bank = payable.bank
    if bank is None or not bank.verified:
        yield RunFault("account", "The supplier has no verified account.", item.invoice_id)
    elif (bank.version, compact_account(bank.account)) != (
        item.account_version,
        compact_account(item.account),
    ):
        yield RunFault(
            "account",
            f"The account has changed since the run was frozen (version {item.account_version}, now "
            f"{bank.version}): prepare the run again.",
            item.invoice_id,
        )
    if check_account(item.account) is CheckDigit.INVALID:
        yield RunFault("account", "The account fails its check digits.", item.invoice_id)
