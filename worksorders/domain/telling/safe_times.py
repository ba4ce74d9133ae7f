"""When and how the people of a home may be reached: never, unless somebody made sure of a safe way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worksorders.domain.local_time import NEW_ZEALAND, local_day, start_of_day

NONE, ADVOCATE, CALL, SMS, MAIL = "none", "advocate", "call", "sms", "mail"
LABELS = {
    NONE: "Do not contact",
    ADVOCATE: "Through the advocate alone",
    CALL: "Phone call to the safe number",
    SMS: "Text message to the safe number, or a call",
    MAIL: "Mail to the safe address",
}
DAYS_AHEAD = 8
Windows = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SafeWay:
    """The safe channel of a case: `hours` are pairs of minutes of the local day, the second not included."""

    channel: str = NONE
    hours: tuple[tuple[int, int], ...] = ()
    verified: bool = False

    @property
    def message_channel(self) -> str | None:
        """The channel of messages, mail or sms, or None: then somebody has to be called about it."""
        return self.channel if self.channel in {SMS, MAIL} and self.verified else None

    @property
    def may_call(self) -> bool:
        """Whether the client's own safe number may be called at all."""
        return self.channel in {CALL, SMS} and self.verified


def parse_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Windows written like `540-720,1020-1080`; raises ValueError for anything else."""
    pairs = [part.split("-") for part in text.split(",")]
    found = tuple((int(opens), int(closes)) for opens, closes in pairs)
    if not all(0 <= opens < closes <= 24 * 60 for opens, closes in found):
        raise ValueError(f"{text!r} are not windows of a day in minutes.")
    return found


def is_safe_time(hours: Windows, at: datetime) -> bool:
    """Whether an instant falls into one of the windows on New Zealand's clocks."""
    local = at.astimezone(NEW_ZEALAND)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in hours)


def next_safe_time(hours: Windows, at: datetime) -> datetime | None:
    """The first instant from `at` on that is safe; None where no window exists.

    A window that a change of clocks swallows is left out on that day.
    """
    if is_safe_time(hours, at):
        return at
    for ahead in range(DAYS_AHEAD):
        midnight = start_of_day(local_day(at) + timedelta(days=ahead)).astimezone(NEW_ZEALAND)
        for opens, _ in sorted(hours):
            begins = midnight.replace(hour=opens // 60, minute=opens % 60).astimezone(at.tzinfo)
            if begins >= at and is_safe_time(hours, begins):
                return begins
    return None
