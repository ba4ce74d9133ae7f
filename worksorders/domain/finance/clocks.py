"""Clocks of payment: terms with both clocks measured, and payment claims with their alarms.

Days are those of New Zealand. Terms count general working days; a payment claim counts the working days of
the Construction Contracts Act 2002, which leave out 24 December to 5 January.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from worksorders.domain.workdays import Calendar, add_working_days, working_days_between

NEW_ZEALAND = ZoneInfo("Pacific/Auckland")
CLAIM_DAYS = 20
CLAIM_ALARMS = (10, 15, 18)


@dataclass(frozen=True, slots=True)
class Terms:
    """Business days within which each kind of invoice is paid, and the share that has to be."""

    e_invoice_days: int = 5
    other_days: int = 10
    target_share: Decimal = Decimal("0.95")

    def days_for(self, *, e_invoice: bool) -> int:
        return self.e_invoice_days if e_invoice else self.other_days


def local_date(at: datetime) -> date:
    """The day in New Zealand of an aware instant; a naive one raises ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: give an aware instant.")
    return at.astimezone(NEW_ZEALAND).date()


@dataclass(frozen=True, slots=True)
class PaymentClock:
    """One invoice's term: when it came, when it is due, how many business days have been used."""

    received_on: date
    due_on: date
    days_used: int
    days_allowed: int
    paid_on: date | None

    @property
    def in_time(self) -> bool:
        return self.days_used <= self.days_allowed


def payment_clock(
    received_at: datetime, days_allowed: int, today: date, paid_on: date | None = None
) -> PaymentClock:
    """The clock of an invoice received at an aware instant, stopped on the day it was paid."""
    received_on = local_date(received_at)
    return PaymentClock(
        received_on,
        add_working_days(received_on, days_allowed),
        max(0, working_days_between(received_on, paid_on or today)),
        days_allowed,
        paid_on,
    )


def share_in_time(paid: Mapping[tuple[date, date], int], days: int) -> Decimal | None:
    """The share paid within so many business days, four places; None when none was paid.

    `paid` counts invoices by the day on which they were received and the day on which they were paid.
    """
    whole = sum(paid.values())
    if not whole:
        return None
    in_time = sum(number for (got, on), number in paid.items() if working_days_between(got, on) <= days)
    return (Decimal(in_time) / whole).quantize(Decimal("0.0001"))


class ClaimAlarm(StrEnum):
    """How near a payment claim is to becoming payable in full for want of a schedule."""

    NONE = "none"
    FIRST = "first"
    SECOND = "second"
    LAST = "last"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class ClaimClock:
    """A payment claim under the Construction Contracts Act: the last day for a schedule, and the alarms."""

    served_on: date
    alarms_on: tuple[date, ...]
    schedule_due_on: date
    days_gone: int
    alarm: ClaimAlarm

    @property
    def days_left(self) -> int:
        return CLAIM_DAYS - self.days_gone


_LEVELS = (ClaimAlarm.NONE, ClaimAlarm.FIRST, ClaimAlarm.SECOND, ClaimAlarm.LAST)


def claim_clock(served_at: datetime, today: date, *, answered_on: date | None = None) -> ClaimClock:
    """The clock of a payment claim; once a schedule was sent in time no alarm sounds any more."""
    served_on = local_date(served_at)
    calendar = Calendar.CONSTRUCTION_CONTRACTS
    due_on = add_working_days(served_on, CLAIM_DAYS, calendar)
    gone = max(0, working_days_between(served_on, answered_on or today, calendar))
    passed = sum(gone >= day for day in CLAIM_ALARMS)
    alarm = ClaimAlarm.OVERDUE if (answered_on or today) > due_on else _LEVELS[passed]
    if answered_on and answered_on <= due_on:
        alarm = ClaimAlarm.NONE
    alarms_on = tuple(add_working_days(served_on, day, calendar) for day in CLAIM_ALARMS)
    return ClaimClock(served_on, alarms_on, due_on, gone, alarm)
