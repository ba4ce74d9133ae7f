"""Command line of the embedded installation: run it, or run a command beside it."""

import argparse
import os
import sys
from pathlib import Path

from web import config
from web.embedded.confine import EngineError, confinement
from web.embedded.engines import APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER
from web.embedded.installation import Installation, take_lock
from web.embedded.keys import KeyFileError
from web.embedded.parts import ROOT, listen, product_commands
from web.embedded.running import run

ROLES = (APP_ROLE, OWNER_ROLE, SUPERUSER)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def run_product(folder: Path) -> int:
    """Run the product until it is told to end."""
    port = config.port(os.environ)
    address = os.environ.get("BIND_ADDRESS") or "127.0.0.1"
    lock = take_lock(folder, f"process {os.getpid()}, http://localhost:{port}")
    try:
        with listen(address, port) as listener:
            installation = Installation.open(folder, os.environ)
            return run(installation, product_commands(listener.fileno()), listener, say)
    finally:
        os.close(lock)


def run_beside(folder: Path, role: str, command: list[str]) -> int:
    """Replace this process by a command that finds the running installation in its environment."""
    installation = Installation.open(folder, os.environ)
    environment = installation.environment()
    if installation.own_postgres:
        environment |= {
            "PGHOST": str(installation.run_dir),
            "PGUSER": role,
            "PGPASSWORD": getattr(installation.secrets, role),
            "PGDATABASE": DATABASE,
            "PATH": f"{confinement().programs}{os.pathsep}{environment.get('PATH', '')}",
        }
    os.execvpe(command[0], command, environment)  # noqa: S606 -- the operator's own command, no shell wanted.


def main(arguments: list[str]) -> int:
    """Read the arguments, do it, and turn a known fault into one plain message."""
    parser = argparse.ArgumentParser(prog="python -m web.embedded", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "instance", help="data, keys, logs (instance)")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="run engines and product until Ctrl-C (the default)")
    beside = commands.add_parser("exec", help="run a command with the settings of this installation")
    beside.add_argument("--role", choices=ROLES, default=APP_ROLE, help="role for psql and pg_dump")
    beside.add_argument("words", nargs="+", metavar="WORD", help="the command, after --")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "exec":
            return run_beside(chosen.folder, chosen.role, chosen.words)
        return run_product(chosen.folder)
    except (EngineError, KeyFileError, config.ConfigError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
