"""Start children that cannot outlive us and end them so that nothing is left running."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PAUSE_SECONDS = 0.02
# A parent that died before the tie was made sends no signal: its child has another parent by then, and gives up.
STILL_OURS = 'test "$PPID" -eq "$0" || exit 1; exec "$@"'


def spawn(
    command: Sequence[str],
    *,
    on_parent_death: signal.Signals,
    output: IO[bytes] | int | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    prefix: Sequence[str] = (),
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own that is signalled when the calling thread ends.

    The kernel ties the signal to the *thread* that starts the child, so call this from the main thread.
    ``prefix`` runs before the tie is made (a change of user would undo it); ``descriptors`` stay open.
    """
    tie = ["setpriv", "--pdeathsig", on_parent_death.name.removeprefix("SIG"), "--"]
    tie += ["sh", "-c", STILL_OURS, str(os.getpid())]
    return subprocess.Popen(
        [*prefix, *tie, *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
        pass_fds=tuple(descriptors),
    )


def stop(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, waiting its seconds for an end; then kill what is left of the session."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()
    kill_session(process.pid)


def session_members(session: int) -> list[int]:
    """Process ids that belong to a session, without the dead that nobody has collected yet."""
    members = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            state, _parent, _group, own = (
                (entry / "stat").read_text().rpartition(")")[2].split(maxsplit=4)[:4]
            )
            if int(own) == session and state not in "ZX":
                members.append(int(entry.name))
    return members


def kill_session(session: int, *, seconds: float = 5.0) -> None:
    """Kill every process of a session, also those that made a process group of their own."""
    until = time.monotonic() + seconds
    while (members := session_members(session)) and time.monotonic() < until:
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        time.sleep(PAUSE_SECONDS)


def interrupted_make(parent: int) -> bool:
    """Whether the parent is a make that was sent SIGINT and waits for us to end.

    Make passes SIGTERM on to its children, but not a SIGINT that was sent to it alone: it blocks further
    ones and waits.
    """
    try:
        status = Path(f"/proc/{parent}/status").read_text()
    except OSError:
        return False
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    blocked = int(fields["SigBlk"], 16) >> (signal.SIGINT - 1) & 1
    return fields["Name"] in {"make", "gmake"} and bool(blocked)
