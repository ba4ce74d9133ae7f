"""Seeds in which the clock of web and workers jumps, or passes the hour at which daylight saving begins or ends."""

import time
from datetime import UTC, datetime, timedelta

from tests.faults.harness import checker
from tests.faults.harness.running import shift
from tests.faults.harness.storm import Fault
from worksorders.domain.local_time import NEW_ZEALAND

JUMP_SECONDS = 2 * 3600.0
BEFORE_SECONDS = 0.5
MADE_SECONDS = 120.0


class Jump(Fault):
    """The clock is off by two hours from a moment in the middle of the traffic until everything is done."""

    def __init__(self, seconds):
        super().__init__(lambda _house, _chance: shift.moved(seconds))

    def look(self, storm, seed, connection):
        """Set the clock right: timers that were set by the wrong one ring within the time, too."""
        shift.moved()
        right = time.monotonic()
        held = checker.settled(storm.house, storm.patience)
        seed.drained_after = max(seed.drained_after, time.monotonic() - right)
        words = f"after the clock was right again: {checker.waiting(connection)}"
        return [] if held else [checker.Violation("overdue", words)]


class Change(Fault):
    """The traffic passes the instant at which New Zealand's clocks change: the next one with this difference."""

    def __init__(self, hours):
        super().__init__(lambda _house, _chance: time.sleep(BEFORE_SECONDS))
        self.difference = timedelta(hours=hours)

    def prepare(self, storm, seed, chance):
        at = next_change(datetime.now(UTC), self.difference)
        set_clock(at - timedelta(seconds=MADE_SECONDS))
        super().prepare(storm, seed, chance)
        set_clock(at - timedelta(seconds=BEFORE_SECONDS))

    def look(self, _storm, _seed, _connection):
        shift.moved()
        return []


def set_clock(instant):
    """Let it be this instant now."""
    shift.moved((instant - datetime.now(UTC)).total_seconds())


def next_change(now, difference):
    """The next instant from which on New Zealand's offset from UTC differs by this from what it was before."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    while True:
        hour += timedelta(hours=1)
        before = (hour - timedelta(seconds=1)).astimezone(NEW_ZEALAND).utcoffset()
        if hour.astimezone(NEW_ZEALAND).utcoffset() - before == difference:
            return hour


CLOCKS = {
    "clock jumps ahead": Jump(JUMP_SECONDS),
    "clock jumps back": Jump(-JUMP_SECONDS),
    "daylight saving begins": Change(1),
    "daylight saving ends": Change(-1),
}
