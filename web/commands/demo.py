"""The demo programme from the command line: make it, and say who can sign in."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.steps.demo import find_people, programme
from worksorders.steps.demo.people import PASSWORD

demo = AppGroup("demo", help="An invented programme to try the product with.")
DEFAULT_SEED = 1


@demo.command("load")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Another seed makes another programme.")
def load(seed: int) -> None:
    """Make the demo programme in an empty database."""
    began = time.monotonic()
    try:
        made = programme.load(services().sessions, services().cipher, seed, current_app.config["CLOCK"]())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    orders = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in made.orders.items())
    click.echo(
        f"{made.firms} firms with {made.workers} workers; {sum(made.orders.values())} orders: {orders}."
    )
    click.echo(f"Made in {time.monotonic() - began:.0f} s.")


@demo.command("people")
def people() -> None:
    """Say who can sign in; nothing where the data is not the demo's."""
    with services().sessions() as session:
        rows = find_people.demo_people(session)
    if not rows:
        return
    click.echo(f"Demo sign-ins, all with the password {PASSWORD}")
    for name, shown, role in rows:
        click.echo(f"  {name:<12} {role.replace('_', ' '):<16} {shown}")
