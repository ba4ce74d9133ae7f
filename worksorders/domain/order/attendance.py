"""Rules of being at a home: when a barrier may be opened, and which reasons for leaving are paid."""

from datetime import datetime, timedelta

from worksorders.domain.lifecycle.reasons import NO_ACCESS


def may_open_barrier(now: datetime, minutes_left: int, day_ends_at: datetime) -> bool:
    """Whether a door or window may be taken out: only if the rest of that work fits the same day."""
    return now + timedelta(minutes=minutes_left) <= day_ends_at


def abortive_charge_due(reason: str) -> bool:
    """Whether the abortive-visit charge (SV08) is payable unless the operator says otherwise: not for the firm's doing."""
    return not NO_ACCESS.get(reason).unpaid
