"""Commands for operators: `flask --app wsgi …`, each one transaction at its edge."""

from flask import Flask

from web.commands.accounts import accounts
from web.commands.addresses import addresses
from web.commands.audit import audit
from web.commands.catalogue import catalogue
from web.commands.demo import demo
from web.commands.einvoice import einvoice
from web.commands.forget import forget
from web.commands.vault import vault
from web.commands.vetting import vetting


def init_app(app: Flask) -> None:
    """Register every command."""
    app.cli.add_command(accounts)
    app.cli.add_command(addresses)
    app.cli.add_command(audit)
    app.cli.add_command(catalogue)
    app.cli.add_command(demo)
    app.cli.add_command(einvoice)
    app.cli.add_command(forget)
    app.cli.add_command(vault)
    app.cli.add_command(vetting)
