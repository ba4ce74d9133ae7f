"""Command line of the embedded installation: run it, or run a command with it."""

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
from web.embedded.running import run, run_alone

HELP_ALONE = "run a command with the engines alone, while the product stands still"
ROLES = (APP_ROLE, OWNER_ROLE, SUPERUSER)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def run_product(folder: Path) -> int:
    """Run the product until it is told to end."""
    port = config.port(os.environ)
    address = os.environ.get("BIND_ADDRESS") or "127.0.0.1"
    public = os.environ.get("PUBLIC_URL") or f"http://localhost:{port}"
    lock = take_lock(folder, f"process {os.getpid()}, {public}")
    try:
        with listen(address, port) as listener:
            installation = Installation.open(folder, os.environ)
            return run(installation, product_commands(listener.fileno()), listener, say)
    finally:
        os.close(lock)


def run_command(folder: Path, role: str, command: list[str], *, alone: bool) -> int:
    """Run a command that finds this installation in its environment, and psql its role.

    Beside the running product it replaces this process; ``alone`` starts PostgreSQL for it and nothing else.
    """
    lock = take_lock(folder, f"process {os.getpid()}, busy with {command[0]}") if alone else None
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
    if lock is None:
        os.execvpe(command[0], command, environment)  # noqa: S606 -- the operator's own command, no shell.
    code = run_alone(installation, command, environment)
    os.close(lock)
    return code


def main(arguments: list[str]) -> int:
    """Read the arguments, do it, and turn a known fault into one plain message."""
    parser = argparse.ArgumentParser(prog="python -m web.embedded", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "instance", help="data, keys, logs (instance)")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="run engines and product until Ctrl-C (the default)")
    for name, text in (("exec", "run a command beside the running product"), ("alone", HELP_ALONE)):
        command = commands.add_parser(name, help=text)
        command.add_argument("--role", choices=ROLES, default=APP_ROLE, help="role for psql and pg_dump")
        command.add_argument("words", nargs="+", metavar="WORD", help="the command, after --")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command in {"exec", "alone"}:
            alone = chosen.command == "alone"
            return run_command(chosen.folder, chosen.role, chosen.words, alone=alone)
        return run_product(chosen.folder)
    except (EngineError, KeyFileError, config.ConfigError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
