"""Accounts from the server's command line: the very first ones, and the second person where there is no other."""

from __future__ import annotations

import uuid

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError, FaultsError
from worksorders.domain.roles import USER_ROLES, Role
from worksorders.steps.account_changes import decide as deciding
from worksorders.steps.account_changes import find, hands
from worksorders.steps.admin import users
from worksorders.steps.admin.users import UserDetails
from worksorders.steps.exchange.tokens import PREFIX
from worksorders.steps.privacy.glass import tell_privacy_officers

accounts = AppGroup(
    "accounts", help="Accounts of the office, where a page alone would let one person be two."
)
ROLES = [role.value for role in USER_ROLES if role is not Role.CONTRACTOR]


@accounts.command("make")
@click.argument("sign_in_name")
@click.option("--shown", required=True, help="The name that others see, for example: Hana Suppose.")
@click.option("--role", required=True, type=click.Choice(ROLES))
def make(sign_in_name: str, shown: str, role: str) -> None:
    """Make an account of the office at once and print its first password; in the trail, and privacy officers are told."""
    now = current_app.config["CLOCK"]()
    try:
        with services().sessions.begin() as session:
            user, password = users.invite(session, None, sign_in_name, UserDetails(shown, Role(role)), now)
            name = user.sign_in_name
            tell_privacy_officers(session, now)
    except FaultsError as faults:
        raise click.ClickException(" ".join(fault.message for fault in faults.faults)) from None
    click.echo(f"{name} signs in with {password} within three days, and chooses another password then.")


@accounts.command("waiting")
def waiting() -> None:
    """List what waits for a second person."""
    with services().sessions() as session:
        wishes = find.waiting(session, None, current_app.config["CLOCK"]())
        lone = hands.lone_accounts(session)
    for wish in wishes:
        role = f" ({wish.wanted['role'].replace('_', ' ')})" if wish.wanted.get("role") else ""
        click.echo(
            f"{wish.id}  {wish.kind}{role} of {wish.sign_in_name or wish.name}, asked by {wish.asked_by}: {wish.reason}"
        )
    if not wishes:
        click.echo("Nothing waits.")
    for one in lone:
        click.echo(
            f"{one.sign_in_name} was handed over by {one.maker} alone: renew its password, or vouch for it."
        )


@accounts.command("confirm")
@click.argument("wish", type=click.UUID)
def confirm(wish: uuid.UUID) -> None:
    """Be the second person for WISH, where there is no other; in the trail, and privacy officers are told."""
    made = _decide(wish, grant=True)
    if made is None:
        click.echo("Confirmed.")
    elif made.startswith(PREFIX):
        click.echo(f"Confirmed. The token, shown only now: {made}")
    else:
        click.echo(f"Confirmed. The second part of the first password, for three days: {made}")
        click.echo(
            "Who asked hands over the first part; both together, one after the other, are the password."
        )


@accounts.command("refuse")
@click.argument("wish", type=click.UUID)
def refuse(wish: uuid.UUID) -> None:
    """Refuse WISH."""
    _decide(wish, grant=False)
    click.echo("Refused. Nothing has changed.")


@accounts.command("vouch")
@click.argument("sign_in_name")
@click.option("--how", required=True, help="How you made sure that the account is its owner's alone.")
def vouch(sign_in_name: str, how: str) -> None:
    """Say that an account from before is its owner's alone, so that it can be a second person for who made it."""
    try:
        with services().sessions.begin() as session:
            user = hands.vouch(session, sign_in_name, how, current_app.config["CLOCK"]())
            click.echo(f"{user.display_name} may confirm what others ask for.")
    except DomainError as error:
        raise click.ClickException(str(error)) from None


def _decide(wish: uuid.UUID, *, grant: bool) -> str | None:
    try:
        with services().sessions.begin() as session:
            return deciding.decide(session, None, wish, grant=grant, now=current_app.config["CLOCK"]())
    except DomainError as error:
        raise click.ClickException(str(error)) from None
