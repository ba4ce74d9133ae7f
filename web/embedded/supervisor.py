"""Keep a set of children running, restart those that die, and end them all in order."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from web.embedded.process import kill_session, stop

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 30.0
BEAT_SECONDS = 0.2
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Start = Callable[[], subprocess.Popen[bytes]]


class StoppedError(Exception):
    """The user asked for the end while something was still being prepared."""


@dataclass(frozen=True, slots=True)
class Part:
    """A child to keep running: how to start it, and the signals (with seconds of patience) that end it.

    Parts are ended by rank, the lowest first, in whatever order they were started.
    """

    name: str
    start: Start
    stopping: Sequence[tuple[signal.Signals, float]]
    rank: int = 0
    log: Path | None = None


@dataclass(slots=True)
class Kept:
    """A part with its present process and the delay before its next start."""

    part: Part
    process: subprocess.Popen[bytes] | None
    started: float
    delay: float = 0.0
    due: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Start parts, watch them, and stop them in their order.

    Use from the main thread alone: signals arrive there, and children are tied to it.
    """

    say: Callable[[str], None]
    kept: list[Kept] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take SIGINT and SIGTERM as the wish to end, even where a script's background ignores SIGINT.

        An ignored SIGHUP stays ignored, so that nohup keeps its meaning.
        """
        for number in ENDING:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            signal.signal(number, self._end)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ending.set()

    def start(self, part: Part) -> None:
        """Start a part now and keep it from here on."""
        self.adopt(part, part.start())

    def adopt(self, part: Part, process: subprocess.Popen[bytes]) -> None:
        """Keep a part that has been started already."""
        self.kept.append(Kept(part, process, time.monotonic()))

    def once(self, start: Start) -> int:
        """Run a child to its end and give its exit code; raise StoppedError if the end is asked for first."""
        process = start()
        while process.poll() is None:
            if self.ending.wait(BEAT_SECONDS / 4):
                stop(process, [(signal.SIGTERM, 3.0)])
                raise StoppedError
        return process.returncode

    def watch(self, each_beat: Callable[[], None]) -> None:
        """Restart what dies until the end is asked for; ``each_beat`` is called about five times a second."""
        while not self.ending.wait(BEAT_SECONDS):
            now = time.monotonic()
            for kept in self.kept:
                self._tend(kept, now)
            each_beat()

    def _tend(self, kept: Kept, now: float) -> None:
        if kept.process is None:
            if now >= kept.due:
                self._start_again(kept, now)
            return
        code = kept.process.poll()
        if code is None:
            return
        kill_session(kept.process.pid)
        kept.process = None
        self._wait_longer(kept, now, describe(code))

    def _start_again(self, kept: Kept, now: float) -> None:
        try:
            kept.process, kept.started = kept.part.start(), now
        except OSError as error:
            self._wait_longer(kept, now, str(error))

    def _wait_longer(self, kept: Kept, now: float, why: str) -> None:
        longer = 0.0 if now - kept.started >= HEALTHY_SECONDS else kept.delay * 2
        kept.delay = min(max(longer, FIRST_DELAY_SECONDS), LONGEST_DELAY_SECONDS)
        kept.due = now + kept.delay
        hint = f" Its log: {kept.part.log}" if kept.part.log else ""
        self.say(f"{kept.part.name} ended ({why}); starting it again in {kept.delay:g} s.{hint}")

    def stop_all(self) -> None:
        """End every part in the order of their ranks."""
        for kept in sorted(self.kept, key=lambda kept: kept.part.rank):
            if kept.process is not None:
                stop(kept.process, kept.part.stopping)
        self.kept.clear()


def describe(code: int) -> str:
    """Say how a process ended, from its exit code."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
