"""How much processor time a process and all that it started have taken, from /proc: it stays true on a busy machine."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, OWN, REAPED = 1, slice(11, 13), slice(13, 15)


def spent(root: int) -> float:
    """Seconds of processor time of a process, of those below it, and of those below it that have ended."""
    children: dict[int, list[int]] = {}
    taken: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # The name of the program stands in brackets and may hold blanks.
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(folder.name)
        children.setdefault(int(words[PARENT]), []).append(pid)
        taken[pid] = sum(map(int, words[OWN] + words[REAPED]))
    below, found = [root], 0
    while below:
        pid = below.pop()
        found += taken.get(pid, 0)
        below += children.get(pid, [])
    return found / TICKS
