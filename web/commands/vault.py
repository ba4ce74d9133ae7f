"""The vault's master keys from the command line: add one, change to it while the service runs, prove its copy."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from web.services import services
from worksorders.domain.errors import DomainError
from worksorders.gateways.cipher import KEY_BYTES, SealError, load_cipher
from worksorders.steps.free_text import backfill
from worksorders.steps.master_keys import backup
from worksorders.steps.master_keys import rotate as rotation

vault = AppGroup("vault", help="The master keys of names, addresses and phones.")


@vault.command("add-key")
def add_key() -> None:
    """Append a new master key to the key file; put the same file on every machine, record its copy, then rotate."""
    path = services().cipher.path
    if path is None:
        raise click.ClickException("The keys did not come from a file.")
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, b"\n" + base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    cipher = load_cipher(path)
    click.echo(f"Master key {cipher.newest} ({cipher.fingerprint(cipher.newest)}) is in {path.name}.")
    click.echo("Put the file on every machine, keep a copy elsewhere and record it, then: vault rotate")


@vault.command("rotate")
def rotate() -> None:
    """Put everything under the newest master key, while the service runs."""
    cipher = services().cipher
    done = rotation.rotate(services().sessions, cipher)
    click.echo(f"{done} keys are now under master key {cipher.newest}.")


@vault.command("status")
def status() -> None:
    """Say which master keys there are, how much is under each, and which have a copy."""
    cipher = services().cipher
    cipher.read_again()
    with services().sessions() as session:
        counts = rotation.count_by_version(session)
        lacking = set(backup.missing(session, cipher))
    for version in sorted(cipher.masters):
        under = ", ".join(f"{c.count} {c.kind}" for c in counts if c.version == version) or "nothing"
        copied = "NO COPY RECORDED" if version in lacking else "copy recorded"
        click.echo(f"Master key {version} ({cipher.fingerprint(version)}): {under}; {copied}")


@vault.command("record-backup")
@click.argument("copy", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--kept", required=True, help="Where the copy is kept, for example: safe of the Wellington office."
)
def record_backup(copy: Path, kept: str) -> None:
    """Compare a copy of the key file with the one in use and note where it is kept."""
    try:
        with services().sessions.begin() as session:
            versions = backup.record(
                session, services().cipher, load_cipher(copy), kept, current_app.config["CLOCK"]()
            )
    except (DomainError, SealError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The copy holds master key {', '.join(map(str, versions))}.")


@vault.command("learn")
@click.option("--as", "name", required=True, help="Sign-in name of who answers for the readings.")
def learn(name: str) -> None:
    """Make the hashes with which free text is compared for cases that have none; may be stopped and run again."""
    sessions, cipher = services().sessions, services().cipher
    try:
        with sessions() as session:
            actor = backfill.keeper(session, name)
            waiting = backfill.count_waiting(session)
        click.echo(f"{waiting} cases wait.")
        done = backfill.learn_waiting(sessions, cipher, actor)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{done} cases learned.")
