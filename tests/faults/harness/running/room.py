"""A small disk of the harness' own, so that it can be filled without harm to the machine and without being root."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
BOUNDED = "FAULTS_ROOM"
TIED = "FAULTS_TIED"
TIE = ("setpriv", "--pdeathsig", "TERM", "--")
MEGABYTES = 700
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--")
MOUNT = 'mount -t tmpfs -o size={size}m,mode=700 tmpfs "$1" && shift && exec "$@"'


def is_bounded():
    """Whether this process already works on a disk that may be filled."""
    return bool(os.environ.get(BOUNDED))


def room():
    """A folder to work in: on a small disk of our own in a process that goes on with it, where the machine allows that."""
    if not is_bounded():
        _enter()
    return Path(tempfile.mkdtemp(prefix="hsw-f-", dir=base()))


def base():
    """Where the small disk is mounted, for this process and its children alone, so that nothing of it is left behind."""
    return MEMORY if MEMORY.is_dir() else Path(tempfile.gettempdir())


def _enter():
    """Replace this process by one that sees a small disk in place of the folder; return where that is forbidden.

    A new namespace forgets that it was to end with its parent, so a test says so by FAULTS_TIED.
    """
    into = [*NAMESPACE, "sh", "-c", MOUNT.format(size=MEGABYTES), "sh", str(base())]
    try:
        tried = subprocess.run([*into, "true"], capture_output=True, check=False, timeout=20)
    except OSError:
        return
    if tried.returncode != 0:
        return
    os.environ[BOUNDED] = "yes"
    tie = TIE if os.environ.get(TIED) else ()
    os.execvp(into[0], [*into, *tie, sys.executable, "-m", "tests.faults.harness", *sys.argv[1:]])
