"""What may not be kept, from the command line: what is due, destroy it, or end one case before its time."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.steps.forget import destroy, due, holds

forget = AppGroup("forget", help="What is destroyed by the clocks of retention.")


@forget.command("due")
def list_due() -> None:
    """List what is due within a month, and what keeps it."""
    with services().sessions() as session:
        for one in due.find(session, local_day(datetime.now(UTC))):
            kept = f", kept by a {one.kept_by}" if one.kept_by else ""
            click.echo(f"{one.due.on}  {one.case_code}  {one.due.rule.field}{kept}")


@forget.command("run")
def run() -> None:
    """Destroy now what the night would destroy."""
    done = 0
    while True:
        with services().sessions.begin() as session:
            some = destroy.forget_due(session, datetime.now(UTC))
        done += some
        if not some:
            break
    click.echo(f"{done} fields destroyed.")


@forget.command("case")
@click.argument("code")
@click.confirmation_option(prompt="Nothing brings the case's names, places and pictures back. Destroy them?")
def end_case(code: str) -> None:
    """Destroy the key of the case CODE with all that hangs on it, before its time."""
    try:
        with services().sessions.begin() as session:
            case_id = holds.find_case(session, code)
            if case_id is None:
                raise click.ClickException(f"There is no case or order {code}.")
            done = destroy.erase_case(session, None, case_id, datetime.now(UTC))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Destroyed." if done else "It was destroyed before.")
