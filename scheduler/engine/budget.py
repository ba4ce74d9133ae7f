"""How long a run may take: a clock, a count of what was done, or a wish to stop; the one place that asks the time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# What a part may take with a work limit, in seconds of the meter: to begin with, and for each step.
LEAST_SECONDS, STEP_SECONDS = 2.0, 0.05


class Meter:
    """What was done so far, in the seconds that it takes on a usual machine: the same work always counts the same."""

    def __init__(self, most: float = math.inf) -> None:
        self.done, self.most, self.until = 0.0, most, math.inf

    def add(self, seconds: float) -> None:
        """Count work that takes about that long."""
        self.done += seconds

    def left(self) -> float:
        """Seconds of work that remain; without end where the clock is what binds."""
        return max(0.0, self.most - self.done)

    def clock_left(self) -> float:
        """Seconds of the clock that remain, where it is what binds."""
        return self.until - time.monotonic()

    def binds(self) -> bool:
        """Whether solvers must keep to this meter instead of to the clock."""
        return self.most < math.inf


class Budget:
    """Limits of one run. With `work` a meter takes the place of the clock: the same work gives the same plan."""

    def __init__(
        self,
        seconds: float,
        work: int | None = None,
        should_stop: Callable[[], bool] | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.began, self.seconds, self.work = time.monotonic(), seconds, work
        self.allowed = seconds
        if work is not None and meter is None:
            self.allowed = LEAST_SECONDS + STEP_SECONDS * work
        self.meter = meter or Meter(math.inf if work is None else self.allowed)
        if meter is None and work is None:
            self.meter.until = self.began + seconds
        self.before = self.meter.done
        self.should_stop = should_stop
        self.cancelled = False

    def ends_at(self) -> float:
        """When the run must end, on a clock that every process of this machine shares."""
        return self.began + self.seconds

    def cut(self, ends_at: float) -> Budget:
        """The same budget, over at `ends_at` at the latest; with a work limit the clock changes nothing."""
        self.seconds = max(0.0, min(self.seconds, ends_at - self.began))
        self.meter.until = min(self.meter.until, ends_at)
        return self

    def elapsed(self) -> float:
        """Seconds since the run began, for display and records."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds that remain, of the clock or, with a work limit, of the meter."""
        if self.should_stop is not None and not self.cancelled and self.should_stop():
            self.cancelled = True
        if self.cancelled:
            return 0.0
        if self.work is not None:
            return min(self.allowed - (self.meter.done - self.before), self.meter.left())
        return self.seconds - self.elapsed()

    def over(self) -> bool:
        """Whether to stop now."""
        return self.left() <= 0

    def part(self, seconds: float, work: int | None) -> Budget:
        """A budget inside this one, on the same meter."""
        return Budget(min(seconds, max(0.0, self.left())), work, self._stop, self.meter)

    def share(self, seconds: float, work: int | None) -> Budget:
        """A budget inside this one with a meter of its own: no other part of a problem decides when it is over."""
        return Budget(min(seconds, max(0.0, self.left())), work, self._stop)

    def _stop(self) -> bool:
        return self.left() <= 0
