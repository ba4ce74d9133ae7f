"""Rules of being at a home: what may be opened, when somebody is overdue, which reasons alert and which are paid."""

from datetime import datetime, timedelta

from worksorders.domain.lifecycle.reasons import NO_ACCESS

OVERDUE_AFTER = timedelta(minutes=30)


def may_open_barrier(now: datetime, minutes_left: int, day_ends_at: datetime) -> bool:
    """Whether a door or window may be taken out: only if the rest of that work fits the same day."""
    return now + timedelta(minutes=minutes_left) <= day_ends_at


def check_out_overdue(arrived_at: datetime, planned_minutes: int, now: datetime) -> bool:
    """Whether the worker should have left long enough ago to alarm the duty coordinator."""
    return now > arrived_at + timedelta(minutes=planned_minutes) + OVERDUE_AFTER


def no_access_alerts(reason: str) -> bool:
    """Whether the reason alerts the duty coordinator and makes a call task to the advocate."""
    return NO_ACCESS.get(reason).alerts


def abortive_charge_due(reason: str) -> bool:
    """Whether the abortive-visit charge (SV08) is payable unless the operator says otherwise: not for the firm's doing."""
    return not NO_ACCESS.get(reason).unpaid
