"""The demo programme from the command line: make it, and say who can sign in."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.steps.accounts import demo_data
from worksorders.steps.addresses import load as addresses
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
        with services().sessions.begin() as session:
            addresses.load(session, addresses.INVENTED, current_app.config["CLOCK"]())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    orders = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in made.orders.items())
    click.echo(
        f"{made.firms} firms with {made.workers} workers; {sum(made.orders.values())} orders: {orders}."
    )
    click.echo(f"Made in {time.monotonic() - began:.0f} s.")


@demo.command("people")
@click.option("--links", is_flag=True, help="With a link for each that signs in once, within a day.")
def people(*, links: bool) -> None:
    """Say who can sign in; nothing where the data is not the demo's."""
    now = current_app.config["CLOCK"]()
    with services().sessions.begin() as session:
        rows = find_people.demo_people(session)
        tokens = [demo_data.make_link(session, name, now) if links else "" for name, _, _ in rows]
    if not rows:
        return
    click.echo(f"Demo sign-ins, all with the password {PASSWORD}")
    for (name, shown, role), token in zip(rows, tokens, strict=True):
        click.echo(
            f"  {name:<12} {role.replace('_', ' '):<16} {shown:<22} {_address(token) if token else ''}".rstrip()
        )
    if links:
        click.echo("Each link works once; another: .venv/bin/flask --app wsgi demo sign-in NAME")


@demo.command("sign-in")
@click.argument("name")
def sign_in(name: str) -> None:
    """Print a link that signs a demo account in once, within a day."""
    try:
        with services().sessions.begin() as session:
            token = demo_data.make_link(session, name, current_app.config["CLOCK"]())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_address(token))


def _address(token: str) -> str:
    return f"{(current_app.config['PUBLIC_URL'] or 'http://localhost').rstrip('/')}/demo/{token}"
