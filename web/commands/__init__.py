"""Commands for operators: `flask --app wsgi …`, each one transaction at its edge."""

from flask import Flask

from web.commands.catalogue import catalogue


def init_app(app: Flask) -> None:
    """Register every command."""
    app.cli.add_command(catalogue)
