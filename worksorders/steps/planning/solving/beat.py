"""Keeps a delivery alive while the solver works: progress is written down, and a wish to stop passed on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from scheduler.plan import Progress
from worksorders.steps.jobs import Job
from worksorders.steps.planning.solving.found import points

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0


@dataclass
class Beat:
    """What the solving thread tells and what the beating thread found out; `since` is when the part began.

    `before` are the points of the curve from before that.
    """

    since: float = 0.0
    before: list[list[Any]] = field(default_factory=list)
    curve: list[Progress] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    taken_over: bool = False

    def on_progress(self, progress: Progress) -> None:
        """Keep the newest figures; the beat writes them down."""
        self.curve.append(progress)

    def figures(self) -> dict[str, object]:
        """What is known now: objective, bound, visits without a place, and the curve so far; nothing before a first plan."""
        known = list(self.curve)
        if not known:
            return {}
        newest = known[-1]
        return {
            "seconds": round(self.since + newest.seconds, 1),
            "objective": newest.objective,
            "bound": newest.lower_bound or 0,
            "unassigned": newest.unassigned,
            "curve": self.before + points(known, self.since),
        }


@contextmanager
def beating(
    job: Job, tell: Callable[[Beat], bool], since: float = 0.0, before: Sequence[list[Any]] = ()
) -> Iterator[Beat]:
    """Beat every second while the work inside goes on; `tell` writes figures down and answers whether to stop.

    A lost connection costs one beat alone, the next has a new connection.
    """
    beat, over = Beat(since, list(before)), threading.Event()

    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                if not job.keep():
                    beat.taken_over = True
                    beat.stop.set()
                if tell(beat):
                    beat.stop.set()
            except SQLAlchemyError as error:
                log.warning("a beat was missed: %s", type(error).__name__)

    thread = threading.Thread(target=run, name="plan-beat", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        over.set()
        thread.join()
