"""Loads the catalogue from the command line: the starting data, or an operator's own files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.steps.admin import catalogue as step

catalogue = AppGroup("catalogue", help="The catalogue of measures and its rules.")
CSV_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@catalogue.command("load")
@click.option("--items", type=CSV_FILE, help="The measures; the starting data where it is left out.")
@click.option("--findings", type=CSV_FILE, help="The rules; the starting data where it is left out.")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if left out.")
def load(items: Path | None, findings: Path | None, valid_from: datetime | None) -> None:
    """Put a catalogue in force; the same files twice change nothing."""
    now = current_app.config["CLOCK"]()
    starting = step.starting_files()
    files = [
        path.read_bytes() if path else text for path, text in zip((items, findings), starting, strict=True)
    ]
    try:
        with services().sessions.begin() as session:
            day = valid_from.date() if valid_from else local_day(now)
            row = step.load(session, None, files[0], files[1], day, now)
            click.echo(f"Catalogue version {row.number} is {row.state.replace('_', ' ')}.")
    except DomainError as error:
        raise click.ClickException(str(error)) from error
