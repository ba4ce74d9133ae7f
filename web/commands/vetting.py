"""Keeps the vetting register's documents sealed from the command line, after an update that began to seal them."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from web.services import services
from worksorders.steps.people import check_documents

vetting = AppGroup("vetting", help="The vetting register.")


@vetting.command("seal-documents")
def seal_documents() -> None:
    """Seal documents that were kept before sealing began; run again it finds none."""
    sealed = 0
    while True:
        with services().sessions.begin() as session:
            done = check_documents.seal_kept(session, services().cipher)
        if not done:
            break
        sealed += done
    click.echo(f"{sealed} documents were sealed.")
