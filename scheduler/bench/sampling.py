"""Finds where the time of a solve goes, by looking many times a second at which of our modules is at work."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EVERY_SECONDS = 0.005
# Innermost module of ours on the stack -> what it is at. Compiled loops and solvers count for whoever calls them.
DOING = {
    "scheduler.engine.incumbent": "ruin and recreate",
    "scheduler.engine.columns.master": "linear master",
    "scheduler.engine.columns.generate": "pricing of routes",
    "scheduler.engine.columns.integer": "integer master",
    "scheduler.engine.columns.prove": "proof over all routes",
    "scheduler.engine.columns.dive": "dive",
    "scheduler.engine.columns.timing": "exact times",
    "scheduler.engine.columns.pool": "keeping of routes",
    "scheduler.engine.arrays": "arrays for the inner loops",
    "scheduler.engine.neighbourhood": "choice of neighbourhoods",
}
REST = "everything else"


@contextmanager
def sampled(*, running: bool = True) -> Iterator[dict[str, float]]:
    """Seconds of processor time of this process by what they were spent at, filled while the block runs.

    A long call into compiled code is seen when it ends, so each look counts the time since the last one.
    """
    spent: dict[str, float] = {}
    if not running:
        yield spent
        return
    last = time.process_time()

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        doing = _doing(frame)
        spent[doing] = spent.get(doing, 0.0) + now - last
        last = now

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    try:
        yield spent
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        look(0, sys._getframe())  # noqa: SLF001 -- the only way to the frame that is at work
        signal.signal(signal.SIGPROF, before)


def _doing(frame: FrameType | None) -> str:
    """What the innermost module of the engine on the stack is at."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("scheduler.engine"):
            return DOING.get(name, REST)
        frame = frame.f_back
    return REST
