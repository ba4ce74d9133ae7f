"""Loads the operator's own list of addresses from the command line, with progress and every fault by its line."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.gateways.addresses.file import AddressFileError
from worksorders.steps.addresses import load as loading

addresses = AppGroup("addresses", help="The list of addresses that is searched as one is typed.")
MOST_FAULTS = 50


@addresses.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--part", is_flag=True, help="The file is a part of the list: what it lacks stays.")
def load(file: Path, *, part: bool) -> None:
    """Make the list that of FILE, a CSV of LINZ's layer NZ Addresses; the same file again changes nothing."""
    began = time.monotonic()

    def tell(count: int) -> None:
        click.echo(f"{count:,} rows read, {time.monotonic() - began:.0f} s")

    try:
        with services().sessions.begin() as session:
            done = loading.load(session, file, current_app.config["CLOCK"](), part=part, progress=tell)
    except (AddressFileError, DomainError) as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    for fault in done.faults[:MOST_FAULTS]:
        click.echo(f"Line {fault.line} is left out: {fault.message}.")
    if len(done.faults) > MOST_FAULTS:
        click.echo(f"… and {len(done.faults) - MOST_FAULTS:,} more lines.")
    click.echo(
        f"{done.rows:,} addresses: {done.changed:,} new or changed, {done.removed:,} removed, "
        f"{len(done.faults):,} lines left out; {time.monotonic() - began:.1f} s."
    )
