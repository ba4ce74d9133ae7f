"""The proof of the audit trail from the command line: seal what waits, and walk the chain."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import heads_from, services
from worksorders.gateways.heads import HeadFile
from worksorders.steps.sealing.seal import head, seal_waiting
from worksorders.steps.sealing.verify import verify as walk

audit = AppGroup("audit", help="The audit trail's hash chain.")


@audit.command("seal")
def seal() -> None:
    """Link every waiting event now and publish the head; the relay does both every few seconds by itself."""
    links = 0
    while True:
        with services().sessions.begin() as session:
            made = seal_waiting(session)
        links += made
        if not made:
            break
    heads = heads_from(current_app.config)
    with services().sessions() as session:
        newest = head(session, datetime.now(UTC))
    if heads and newest:
        heads.publish(newest)
    click.echo(f"{links} events sealed; the chain ends at link {newest.number if newest else 0}.")


@audit.command("verify")
@click.option(
    "--heads",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Published heads; without it those of AUDIT_HEADS.",
)
def verify(path: Path | None) -> None:
    """Walk the chain and name the first broken row; exit code 1 if there is one."""
    file = HeadFile(path) if path else heads_from(current_app.config)
    if path and not path.exists():
        raise click.ClickException(f"There is no file {path}.")
    try:
        published = file.read() if file else []
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    with services().sessions() as session:
        verdict = walk(session, published)
    if verdict.broken:
        raise click.ClickException(verdict.broken)
    click.echo(
        f"{verdict.links} links hold, {verdict.heads} published heads agree, {verdict.waiting} events wait for a seal."
    )
    if not published:
        click.echo("No head was published outside the database: a tail that was cut off could not be seen.")
