"""How long a run may take: a clock of its own, a number of steps, or a wish to stop; the one place that asks the time."""

from __future__ import annotations

import time
from collections.abc import Callable


class Budget:
    """Limits of one run. With `work` the clock is never asked, so that the same work gives the same plan."""

    def __init__(
        self, seconds: float, work: int | None = None, should_stop: Callable[[], bool] | None = None
    ) -> None:
        self.began, self.seconds, self.work = time.monotonic(), seconds, work
        self.should_stop = should_stop
        self.cancelled = False

    def ends_at(self) -> float:
        """When the run must end, on a clock that every process of this machine shares."""
        return self.began + self.seconds

    def cut(self, ends_at: float) -> Budget:
        """The same budget, over at `ends_at` at the latest."""
        self.seconds = max(0.0, min(self.seconds, ends_at - self.began))
        return self

    def elapsed(self) -> float:
        """Seconds since the run began, for display and records."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds that remain; with a work limit always plenty."""
        if self.should_stop is not None and not self.cancelled and self.should_stop():
            self.cancelled = True
        if self.cancelled:
            return 0.0
        return 1e9 if self.work is not None else self.seconds - self.elapsed()

    def over(self) -> bool:
        """Whether to stop now."""
        return self.left() <= 0

    def part(self, seconds: float, work: int | None) -> Budget:
        """A budget inside this one."""
        return Budget(min(seconds, max(0.0, self.left())), work, self._stop)

    def _stop(self) -> bool:
        return self.left() <= 0
