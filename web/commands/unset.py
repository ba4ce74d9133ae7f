"""Commands where no setting is given: those of this folder's own installation, else only what needs none."""

from __future__ import annotations

from collections.abc import Mapping

import click
from flask import Flask
from flask.cli import AppGroup

from web.commands import init_app
from web.commands.einvoice import einvoice, read_files
from web.embedded.installation import Installation
from web.embedded.parts import ROOT

NEEDED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VAULT_KEY_FILE")
UNDER_FLASK = "FLASK_RUN_FROM_CLI"
NOT_SET = (
    f"{', '.join(NEEDED)} are not set, and this folder has no installation: 'make run' makes one. "
    "docs/operations.md tells how to set them."
)
STANDS_STILL = (
    "The installation of this folder stands still: start it with 'make run', or put "
    "'.venv/bin/python -m web.embedded alone --' before the command."
)


def command_environment(given: Mapping[str, str]) -> Mapping[str, str] | None:
    """The environment that the application starts with.

    Settings count as they are given wherever one is, and always outside the flask command. Without any, a command works
    with the installation of `make run` in this folder; None where there is none, or it stands still.
    """
    if given.get(UNDER_FLASK) != "true" or any(given.get(name) for name in NEEDED):
        return given
    if not _is_installed():
        return None
    installation = Installation.open(ROOT / "instance", given)
    if not installation.runs():
        return None
    address = installation.served_at()
    own = {} if address is None or given.get("PORT") or given.get("PUBLIC_URL") else {"PUBLIC_URL": address}
    return installation.environment() | own


def _is_installed() -> bool:
    return (ROOT / "instance" / "secrets").is_file()


def bare_app() -> Flask:
    """An application without settings: it reads e-invoices, and every other command says what is missing."""
    app = Flask("wsgi")
    init_app(app)
    for name in list(app.cli.commands):
        app.cli.commands[name] = _refusing(name)
    group = AppGroup(einvoice.name, help=einvoice.help)
    for name, command in einvoice.commands.items():
        group.add_command(command if command is read_files else _refusing(name))
    app.cli.add_command(group)
    return app


def _refusing(name: str) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def refuse() -> None:
        """Needs the settings of an installation."""
        raise click.ClickException(STANDS_STILL if _is_installed() else NOT_SET)

    return refuse
