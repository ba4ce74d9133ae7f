"""A small disk of the harness' own, so that it can be filled without harm to the machine and without being root."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
BOUNDED = "FAULTS_ROOM"
MEGABYTES = 700
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--")
MOUNT = 'mount -t tmpfs -o size={size}m,mode=700 tmpfs "$1" && shift && exec "$@"'


def is_bounded():
    """Whether this process already works on a disk that may be filled."""
    return bool(os.environ.get(BOUNDED))


def room():
    """A folder to work in: on a small disk of our own in a process that goes on with it, where the machine allows that."""
    if is_bounded():
        return Path(os.environ[BOUNDED])
    folder = Path(tempfile.mkdtemp(prefix="hsw-f-", dir=MEMORY if MEMORY.is_dir() else None))
    _enter(folder)
    return folder


def _enter(folder):
    """Replace this process by one that sees a small disk at `folder`; return where that is forbidden."""
    script = MOUNT.format(size=MEGABYTES)
    try:
        tried = subprocess.run(
            [*NAMESPACE, "sh", "-c", script, "sh", str(folder), "true"],
            capture_output=True,
            check=False,
            timeout=20,
        )
    except OSError:
        return
    if tried.returncode != 0:
        return
    os.environ[BOUNDED] = str(folder)
    os.execvp(
        NAMESPACE[0],
        [
            *NAMESPACE,
            "sh",
            "-c",
            script,
            "sh",
            str(folder),
            sys.executable,
            "-m",
            "tests.faults.harness",
            *sys.argv[1:],
        ],
    )
