"""Reads e-invoices from files and says what is in them, one JSON line a file; nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from worksorders.gateways.einvoice import read, summary

einvoice = AppGroup("einvoice", help="UBL 2.1 invoices and credit notes in Peppol PINT A-NZ form.")


@einvoice.command("read")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def read_files(files: tuple[Path, ...]) -> None:
    """Print kind, number, amounts and faults of each FILE; a hostile or broken file is a line with its faults."""
    for path in files:
        click.echo(
            json.dumps(
                {"file": path.name} | summary(read(path.read_bytes())), ensure_ascii=False, default=str
            )
        )
